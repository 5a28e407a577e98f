-- Tokens that start pipelines without a person.
CREATE TABLE triggers (
    id {id},
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    owner_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    description TEXT NOT NULL,
    token {bytes} NOT NULL, -- encrypted: its owner is shown it again
    digest TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    last_used_at BIGINT,
    expires_at BIGINT
);
CREATE INDEX triggers_project ON triggers (project_id, id);

-- What a status reported from outside says beside its row in jobs.
CREATE TABLE external_statuses (
    job_id BIGINT PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    target_url TEXT,
    description TEXT
);

-- Pipelines of a commit: its statuses, and its page.
CREATE INDEX pipelines_sha ON pipelines (project_id, sha, id);
