-- Agents of clusters, each registered in the project whose repository configures it.
CREATE TABLE cluster_agents (
    id {id},
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    created_by BIGINT REFERENCES users (id) ON DELETE SET NULL,
    created_at BIGINT NOT NULL,
    config_blob TEXT, -- object id of the file that was read
    config_errors TEXT NOT NULL DEFAULT '[]', -- JSON list of sentences
    UNIQUE (project_id, name)
);

CREATE TABLE cluster_agent_tokens (
    id {id},
    agent_id BIGINT NOT NULL REFERENCES cluster_agents (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    description TEXT,
    digest TEXT NOT NULL UNIQUE,
    revoked BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by BIGINT REFERENCES users (id) ON DELETE SET NULL,
    last_used_at BIGINT
);
CREATE INDEX cluster_agent_tokens_agent ON cluster_agent_tokens (agent_id, id);

-- Whose jobs an agent's file lets in, by address: a project or group renamed or made later is what the file says.
CREATE TABLE cluster_agent_grants (
    agent_id BIGINT NOT NULL REFERENCES cluster_agents (id) ON DELETE CASCADE,
    kind TEXT NOT NULL, -- project or group
    path_key TEXT NOT NULL, -- lower case
    configuration TEXT NOT NULL, -- JSON object: the file's entry without its id
    PRIMARY KEY (agent_id, kind, path_key)
);
CREATE INDEX cluster_agent_grants_path ON cluster_agent_grants (kind, path_key);
