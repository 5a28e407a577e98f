INSERT INTO projects (id, namespace_id, path, full_path, full_path_key, name, visibility, default_branch, archived,
        creator_id, created_at, updated_at, last_activity_at, settings)
    VALUES (5, 1, 'q', 'Root/q', 'root/q', 'q', 'private', 'main', 0, 1, 1, 1, 1, '{}');
INSERT INTO job_token_projects (project_id, allowed_project_id) VALUES (1, 5);
INSERT INTO job_token_groups (project_id, allowed_group_id) VALUES (1, 1);
