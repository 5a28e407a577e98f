-- Whose job tokens a project lets in: projects, and groups with all that is below them.
CREATE TABLE job_token_projects (
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    allowed_project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    PRIMARY KEY (project_id, allowed_project_id)
);
CREATE INDEX job_token_projects_allowed ON job_token_projects (allowed_project_id);
CREATE TABLE job_token_groups (
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    allowed_group_id BIGINT NOT NULL REFERENCES namespaces (id) ON DELETE CASCADE,
    PRIMARY KEY (project_id, allowed_group_id)
);
CREATE INDEX job_token_groups_allowed ON job_token_groups (allowed_group_id);
