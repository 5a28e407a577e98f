INSERT INTO triggers (project_id, owner_id, description, token, digest, created_at, updated_at)
    VALUES (1, 1, 'nightly', '', 'digest', 1, 1);
INSERT INTO external_statuses (job_id, target_url) VALUES (1, 'https://ci.example.com/1');
