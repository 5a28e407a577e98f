-- One text for both databases. {id} is an auto-numbered primary key, {bytes} a byte string.
-- Times are microseconds since 1970 (UTC), booleans 0 or 1, lists and objects JSON text.

CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE users (
    id {id},
    username TEXT NOT NULL,
    username_key TEXT NOT NULL UNIQUE, -- lower case, for look-up
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    admin BIGINT NOT NULL,
    external BIGINT NOT NULL,
    bot BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    profile TEXT NOT NULL
);

CREATE TABLE access_tokens (
    id {id},
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    description TEXT,
    scopes TEXT NOT NULL,
    digest TEXT NOT NULL UNIQUE,
    revoked BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT
);
CREATE INDEX access_tokens_user ON access_tokens (user_id);

CREATE TABLE namespaces (
    id {id},
    kind TEXT NOT NULL,
    parent_id BIGINT REFERENCES namespaces (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    full_path TEXT NOT NULL,
    full_path_key TEXT NOT NULL UNIQUE, -- lower case, for look-up
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    visibility TEXT NOT NULL,
    owner_id BIGINT REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL
);
CREATE INDEX namespaces_parent ON namespaces (parent_id);
CREATE INDEX namespaces_owner ON namespaces (owner_id);

CREATE TABLE projects (
    id {id},
    namespace_id BIGINT NOT NULL REFERENCES namespaces (id),
    path TEXT NOT NULL,
    full_path TEXT NOT NULL,
    full_path_key TEXT NOT NULL, -- lower case, for look-up
    name TEXT NOT NULL,
    visibility TEXT NOT NULL,
    default_branch TEXT,
    archived BIGINT NOT NULL,
    creator_id BIGINT REFERENCES users (id) ON DELETE SET NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    last_activity_at BIGINT NOT NULL,
    deleted_at BIGINT,
    next_pipeline_iid BIGINT NOT NULL DEFAULT 1,
    settings TEXT NOT NULL
);
CREATE UNIQUE INDEX projects_full_path ON projects (full_path_key) WHERE deleted_at IS NULL;
CREATE INDEX projects_namespace ON projects (namespace_id);

CREATE TABLE members (
    id {id},
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    namespace_id BIGINT REFERENCES namespaces (id) ON DELETE CASCADE,
    project_id BIGINT REFERENCES projects (id) ON DELETE CASCADE,
    access_level BIGINT NOT NULL,
    expires_at BIGINT,
    created_at BIGINT NOT NULL,
    created_by BIGINT
);
CREATE UNIQUE INDEX members_namespace ON members (namespace_id, user_id) WHERE namespace_id IS NOT NULL;
CREATE UNIQUE INDEX members_project ON members (project_id, user_id) WHERE project_id IS NOT NULL;
CREATE INDEX members_user ON members (user_id);

CREATE TABLE protected_refs (
    id {id},
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    tag BIGINT NOT NULL,
    name TEXT NOT NULL,
    push_level BIGINT NOT NULL,
    merge_level BIGINT NOT NULL,
    allow_force_push BIGINT NOT NULL,
    UNIQUE (project_id, tag, name)
);

CREATE TABLE variables (
    id {id},
    namespace_id BIGINT REFERENCES namespaces (id) ON DELETE CASCADE, -- both NULL: the instance's
    project_id BIGINT REFERENCES projects (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    value {bytes} NOT NULL, -- encrypted
    variable_type TEXT NOT NULL,
    protected BIGINT NOT NULL,
    masked BIGINT NOT NULL,
    hidden BIGINT NOT NULL,
    raw BIGINT NOT NULL,
    environment_scope TEXT NOT NULL,
    description TEXT
);
CREATE UNIQUE INDEX variables_instance ON variables (key) WHERE namespace_id IS NULL AND project_id IS NULL;
CREATE UNIQUE INDEX variables_namespace ON variables (namespace_id, key, environment_scope) WHERE namespace_id IS NOT NULL;
CREATE UNIQUE INDEX variables_project ON variables (project_id, key, environment_scope) WHERE project_id IS NOT NULL;

CREATE TABLE commits (
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    sha TEXT NOT NULL,
    data TEXT NOT NULL, -- JSON of model::Commit
    PRIMARY KEY (project_id, sha)
);

CREATE TABLE environments (
    id {id},
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    tier TEXT NOT NULL,
    external_url TEXT,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    auto_stop_at BIGINT,
    UNIQUE (project_id, name)
);

CREATE TABLE runners (
    id {id},
    runner_type TEXT NOT NULL,
    token_digest TEXT NOT NULL UNIQUE,
    short_token TEXT NOT NULL,
    description TEXT NOT NULL,
    maintenance_note TEXT,
    active BIGINT NOT NULL,
    locked BIGINT NOT NULL,
    run_untagged BIGINT NOT NULL,
    ref_protected BIGINT NOT NULL,
    maximum_timeout BIGINT,
    tags TEXT NOT NULL,
    legacy BIGINT NOT NULL,
    created_by BIGINT REFERENCES users (id) ON DELETE SET NULL,
    created_at BIGINT NOT NULL,
    contacted_at BIGINT,
    token_expires_at BIGINT
);

CREATE TABLE runner_namespaces (
    runner_id BIGINT NOT NULL REFERENCES runners (id) ON DELETE CASCADE,
    namespace_id BIGINT NOT NULL REFERENCES namespaces (id) ON DELETE CASCADE,
    PRIMARY KEY (runner_id, namespace_id)
);
CREATE INDEX runner_namespaces_namespace ON runner_namespaces (namespace_id);

CREATE TABLE runner_projects (
    runner_id BIGINT NOT NULL REFERENCES runners (id) ON DELETE CASCADE,
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    PRIMARY KEY (runner_id, project_id)
);
CREATE INDEX runner_projects_project ON runner_projects (project_id);

-- Legacy registration: one token for the instance, each group and each project (runner protocol, section 2.3).
CREATE TABLE registration_tokens (
    digest TEXT PRIMARY KEY,
    namespace_id BIGINT REFERENCES namespaces (id) ON DELETE CASCADE, -- both NULL: the instance's
    project_id BIGINT REFERENCES projects (id) ON DELETE CASCADE
);

CREATE TABLE runner_managers (
    id {id},
    runner_id BIGINT NOT NULL REFERENCES runners (id) ON DELETE CASCADE,
    system_id TEXT NOT NULL,
    name TEXT,
    version TEXT,
    revision TEXT,
    platform TEXT,
    architecture TEXT,
    executor TEXT,
    ip_address TEXT,
    features TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    contacted_at BIGINT,
    UNIQUE (runner_id, system_id)
);

CREATE TABLE pipelines (
    id {id},
    iid BIGINT NOT NULL,
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    ref TEXT NOT NULL,
    tag BIGINT NOT NULL,
    sha TEXT NOT NULL,
    before_sha TEXT NOT NULL,
    status TEXT NOT NULL,
    source TEXT NOT NULL,
    user_id BIGINT REFERENCES users (id) ON DELETE SET NULL,
    protected BIGINT NOT NULL,
    name TEXT,
    yaml_errors TEXT,
    failure_reason TEXT,
    cancel_on_job_failure BIGINT NOT NULL,
    on_new_commit TEXT NOT NULL,
    source_job_id BIGINT, -- the bridge that started it
    root_id BIGINT NOT NULL, -- itself, for all but child pipelines
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    started_at BIGINT,
    finished_at BIGINT,
    UNIQUE (project_id, iid)
);
CREATE INDEX pipelines_project ON pipelines (project_id, id);
CREATE INDEX pipelines_ref ON pipelines (project_id, ref, id);
CREATE INDEX pipelines_root ON pipelines (root_id);
CREATE INDEX pipelines_source_job ON pipelines (source_job_id) WHERE source_job_id IS NOT NULL;

CREATE TABLE pipeline_variables (
    id {id},
    pipeline_id BIGINT NOT NULL REFERENCES pipelines (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    value {bytes} NOT NULL, -- encrypted
    variable_type TEXT NOT NULL,
    raw BIGINT NOT NULL
);
CREATE INDEX pipeline_variables_pipeline ON pipeline_variables (pipeline_id);

CREATE TABLE stages (
    id {id},
    pipeline_id BIGINT NOT NULL REFERENCES pipelines (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    position BIGINT NOT NULL,
    status TEXT NOT NULL,
    UNIQUE (pipeline_id, position)
);

CREATE TABLE jobs (
    id {id},
    kind TEXT NOT NULL,
    pipeline_id BIGINT NOT NULL REFERENCES pipelines (id) ON DELETE CASCADE,
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    stage_id BIGINT NOT NULL REFERENCES stages (id) ON DELETE CASCADE,
    stage TEXT NOT NULL,
    stage_position BIGINT NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    ref TEXT NOT NULL,
    tag BIGINT NOT NULL,
    protected BIGINT NOT NULL,
    allow_failure BIGINT NOT NULL,
    when_to_run TEXT NOT NULL,
    scheduling TEXT NOT NULL,
    retried BIGINT NOT NULL,
    interruptible BIGINT NOT NULL,
    enqueue_immediately BIGINT NOT NULL,
    user_id BIGINT REFERENCES users (id) ON DELETE SET NULL,
    tags TEXT NOT NULL,
    timeout BIGINT NOT NULL,
    environment TEXT,
    resource_group TEXT,
    start_in BIGINT,
    runner_id BIGINT REFERENCES runners (id) ON DELETE SET NULL,
    runner_manager_id BIGINT REFERENCES runner_managers (id) ON DELETE SET NULL,
    token_digest TEXT, -- only once a runner has it
    coverage DOUBLE PRECISION,
    failure_reason TEXT,
    exit_code BIGINT,
    debug_trace BIGINT NOT NULL,
    cancel_gracefully BIGINT NOT NULL,
    downstream_pipeline_id BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    queued_at BIGINT,
    started_at BIGINT,
    finished_at BIGINT,
    scheduled_at BIGINT,
    erased_at BIGINT,
    erased_by BIGINT,
    artifacts_expire_at BIGINT
);
CREATE INDEX jobs_pipeline ON jobs (pipeline_id, id);
CREATE INDEX jobs_project ON jobs (project_id, kind, id);
CREATE INDEX jobs_project_status ON jobs (project_id, kind, status, id);
CREATE INDEX jobs_runner ON jobs (runner_id, id) WHERE runner_id IS NOT NULL;
CREATE INDEX jobs_pending ON jobs (id) WHERE status = 'pending';
CREATE INDEX jobs_executing ON jobs (updated_at) WHERE status IN ('running', 'canceling');
CREATE INDEX jobs_scheduled ON jobs (scheduled_at) WHERE status = 'scheduled';
CREATE INDEX jobs_resource ON jobs (project_id, resource_group, id) WHERE resource_group IS NOT NULL;
CREATE UNIQUE INDEX jobs_token ON jobs (token_digest) WHERE token_digest IS NOT NULL;

-- What the file said of a job: read when it is handed out or copied, never in a list.
CREATE TABLE job_definitions (
    job_id BIGINT PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    definition TEXT NOT NULL, -- JSON of ci_config::JobPlan
    variables {bytes} -- encrypted JSON: set when it was played
);

CREATE TABLE job_needs (
    job_id BIGINT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    artifacts BIGINT NOT NULL,
    optional BIGINT NOT NULL,
    PRIMARY KEY (job_id, position)
);

-- dotenv variables a job left for later ones.
CREATE TABLE job_outputs (
    job_id BIGINT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    value {bytes} NOT NULL, -- encrypted
    PRIMARY KEY (job_id, key)
);

-- A log: in chunks while it grows, one blob once its job has ended.
CREATE TABLE traces (
    job_id BIGINT PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    size BIGINT NOT NULL,
    crc32 BIGINT NOT NULL, -- of everything received
    blob_key TEXT -- NULL while it is in chunks
);
CREATE TABLE trace_chunks (
    job_id BIGINT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    start BIGINT NOT NULL, -- offset of its first byte
    data {bytes} NOT NULL,
    PRIMARY KEY (job_id, start)
);

CREATE TABLE artifacts (
    id {id},
    job_id BIGINT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    project_id BIGINT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    file_type TEXT NOT NULL,
    file_format TEXT NOT NULL,
    filename TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    blob_key TEXT NOT NULL,
    accessibility TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    UNIQUE (job_id, file_type)
);
CREATE INDEX artifacts_expiry ON artifacts (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX artifacts_project ON artifacts (project_id);

-- Bytes whose row is gone: deleted after the transaction that wrote this, again after a crash.
CREATE TABLE blob_deletions (
    blob_key TEXT PRIMARY KEY
);

-- What happened and is not yet dealt with (a push whose pipelines are to be made, a bridge whose
-- downstream is to be started): written with the change itself, so that a crash forgets nothing.
CREATE TABLE work (
    id {id},
    kind TEXT NOT NULL,
    payload TEXT NOT NULL, -- JSON
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL
);
CREATE INDEX work_due ON work (due_at, id);
