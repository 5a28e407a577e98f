-- A row for every table the tenth version made.
INSERT INTO deployments (id, iid, project_id, environment_id, job_id, user_id, ref, tag, sha, status, created_at, updated_at)
    VALUES (1, 1, 1, 1, 1, 1, 'main', 0, 'a', 'running', 1, 1);
INSERT INTO resource_groups (project_id, key, process_mode, created_at, updated_at)
    VALUES (1, 'production', 'unordered', 1, 1);
