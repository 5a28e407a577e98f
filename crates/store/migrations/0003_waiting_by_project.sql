-- Waiting jobs by project: a runner is offered the projects that run least first, and must not read the
-- whole queue to know which those are.
CREATE INDEX jobs_waiting ON jobs (project_id, id) WHERE status = 'pending' AND kind = 'build';
