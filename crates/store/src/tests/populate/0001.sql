-- A row for every table, as the first version wrote them.
INSERT INTO settings (key, value) VALUES ('k', 'v');
INSERT INTO users (id, username, username_key, name, email, email_key, state, admin, external, bot, created_at, profile)
    VALUES (1, 'Root', 'root', 'Administrator', 'root@example.com', 'root@example.com', 'active', 1, 0, 0, 1, '{}');
INSERT INTO access_tokens (user_id, name, scopes, digest, revoked, created_at)
    VALUES (1, 't', '["api"]', 'digest', 0, 1);
INSERT INTO namespaces (id, kind, path, full_path, full_path_key, name, description, visibility, owner_id, created_at)
    VALUES (1, 'user', 'Root', 'Root', 'root', 'Root', '', 'public', 1, 1);
INSERT INTO projects (id, namespace_id, path, full_path, full_path_key, name, visibility, default_branch, archived,
        creator_id, created_at, updated_at, last_activity_at, settings)
    VALUES (1, 1, 'p', 'Root/p', 'root/p', 'p', 'private', 'main', 0, 1, 1, 1, 1, '{}');
INSERT INTO members (user_id, project_id, access_level, created_at) VALUES (1, 1, 30, 1);
INSERT INTO protected_refs (project_id, tag, name, push_level, merge_level, allow_force_push)
    VALUES (1, 0, 'main', 40, 40, 0);
INSERT INTO variables (key, value, variable_type, protected, masked, hidden, raw, environment_scope)
    VALUES ('K', '', 'env_var', 0, 0, 0, 0, '*');
INSERT INTO commits (project_id, sha, data) VALUES (1, 'a', '{}');
INSERT INTO environments (id, project_id, name, slug, tier, state, created_at, updated_at)
    VALUES (1, 1, 'production', 'production', 'production', 'available', 1, 1);
INSERT INTO runners (id, runner_type, token_digest, short_token, description, active, locked, run_untagged, ref_protected,
        tags, legacy, created_at)
    VALUES (1, 'instance_type', 'digest', 't1_abcdef', '', 1, 0, 1, 0, '[]', 0, 1);
INSERT INTO runner_namespaces (runner_id, namespace_id) VALUES (1, 1);
INSERT INTO runner_projects (runner_id, project_id) VALUES (1, 1);
INSERT INTO registration_tokens (digest, project_id) VALUES ('digest', 1);
INSERT INTO runner_managers (id, runner_id, system_id, features, created_at) VALUES (1, 1, 's_1', '[]', 1);
INSERT INTO pipelines (id, iid, project_id, ref, tag, sha, before_sha, status, source, user_id, protected,
        cancel_on_job_failure, on_new_commit, root_id, created_at, updated_at)
    VALUES (1, 1, 1, 'main', 0, 'a', 'b', 'running', 'push', 1, 1, 0, 'conservative', 1, 1, 1);
INSERT INTO pipeline_variables (pipeline_id, key, value, variable_type, raw) VALUES (1, 'K', '', 'env_var', 0);
INSERT INTO stages (id, pipeline_id, name, position, status) VALUES (1, 1, 'test', 0, 'running');
INSERT INTO jobs (id, kind, pipeline_id, project_id, stage_id, stage, stage_position, name, status, ref, tag, protected,
        allow_failure, when_to_run, scheduling, retried, interruptible, enqueue_immediately, user_id, tags, timeout,
        runner_id, runner_manager_id, token_digest, debug_trace, cancel_gracefully, created_at, updated_at)
    VALUES (1, 'build', 1, 1, 1, 'test', 0, 'job', 'running', 'main', 0, 1, 0, 'on_success', 'stage', 0, 0, 0, 1, '[]',
        3600, 1, 1, 'digest', 0, 0, 1, 1);
INSERT INTO job_definitions (job_id, definition) VALUES (1, '{}');
INSERT INTO job_needs (job_id, position, name, artifacts, optional) VALUES (1, 0, 'other', 1, 0);
INSERT INTO job_outputs (job_id, key, value) VALUES (1, 'K', '');
INSERT INTO traces (job_id, size, crc32) VALUES (1, 3, 0);
INSERT INTO trace_chunks (job_id, start, data) VALUES (1, 0, '');
INSERT INTO artifacts (job_id, project_id, file_type, file_format, filename, size, sha256, blob_key, accessibility,
        created_at)
    VALUES (1, 1, 'archive', 'zip', 'artifacts.zip', 1, '', 'key', 'public', 1);
INSERT INTO blob_deletions (blob_key) VALUES ('key');
INSERT INTO work (kind, payload, attempts, due_at) VALUES ('push', '{}', 0, 1);
