-- Jobs of a name, of a stage, or changed lately: found in a project of a million without reading it through.
CREATE INDEX jobs_project_name ON jobs (project_id, kind, name, id);
CREATE INDEX jobs_project_stage ON jobs (project_id, kind, stage, id);
CREATE INDEX jobs_project_updated ON jobs (project_id, kind, updated_at);
