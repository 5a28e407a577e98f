-- Each run of a job that deploys, or a deployment somebody else told of (no job then).
CREATE TABLE deployments (
    id {id},
    iid BIGINT NOT NULL, -- counts within the project
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    environment_id BIGINT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    job_id BIGINT UNIQUE REFERENCES jobs (id) ON DELETE SET NULL,
    user_id BIGINT REFERENCES users (id) ON DELETE SET NULL,
    ref TEXT NOT NULL,
    tag BIGINT NOT NULL,
    sha TEXT NOT NULL,
    status TEXT NOT NULL,
    on_stop TEXT, -- the job that stops what this one started
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    finished_at BIGINT,
    UNIQUE (project_id, iid)
);
CREATE INDEX deployments_project ON deployments (project_id, id);
CREATE INDEX deployments_environment ON deployments (environment_id, status, id);
ALTER TABLE projects ADD COLUMN next_deployment_iid BIGINT NOT NULL DEFAULT 1;

-- Environments that stop by themselves, found without reading the others.
CREATE INDEX environments_auto_stop ON environments (auto_stop_at) WHERE auto_stop_at IS NOT NULL;

-- Who of those waiting for a resource gets it; a group is there from the first job that names it.
CREATE TABLE resource_groups (
    id {id},
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    process_mode TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (project_id, key)
);

-- Values of the job's own inputs it was played with: encrypted JSON.
ALTER TABLE job_definitions ADD COLUMN inputs {bytes};
