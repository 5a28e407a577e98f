//! Bounds and intervals of the instance, each with its default. All are settings.

/// What the server allows and how long it waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest push, bytes of its pack; 0 for any. Default 5 GiB.
    pub push_bytes: u64,
    /// Largest artifact archive, bytes. Default 100 MiB; a project may set its own.
    pub artifact_bytes: u64,
    /// Largest log, bytes. Default 100 MiB.
    pub trace_bytes: u64,
    /// Seconds until artifacts without `expire_in` may be deleted; `None` never. Default 30 days.
    pub artifacts_expire_in: Option<i64>,
    /// Largest uploaded (packed) dotenv report, bytes. Default 5 KiB.
    pub dotenv_bytes: u64,
    /// Most variables in a dotenv report. Default 20.
    pub dotenv_variables: usize,
    /// Seconds a request for a job is held while there is none. Default 50; 0 never holds.
    pub long_poll_seconds: u64,
    /// Seconds after which a held request looks at the queue even if no bell rang. Default 10.
    pub look_again_seconds: u64,
    /// Seconds without a word from its runner until a running job is given up. Default one hour.
    pub silence_seconds: i64,
    /// Seconds past its timeout until the server ends a job whose runner did not. Default one minute.
    pub timeout_grace_seconds: i64,
    /// Seconds a job waits for a runner that is there. Default one day.
    pub stuck_seconds: i64,
    /// Seconds a job waits where no runner would take it. Default one hour.
    pub unmatched_seconds: i64,
    /// Largest pipeline file or include, bytes. Default 2 MiB.
    pub config_bytes: u64,
    /// Most bytes of all files of one pipeline's configuration together. Default 32 MiB.
    pub includes_bytes: u64,
    /// Seconds one pipeline's includes may take together. Default 30.
    pub include_seconds: u64,
    /// Seconds one `include:remote` may take. Default 10.
    pub remote_include_seconds: u64,
    /// `include:remote` may ask loopback, link-local and private addresses. Default no.
    pub local_includes: bool,
    /// Most calls of a project's job list by one user in a minute. Default 600; 0 is no limit.
    pub job_lists_per_minute: u32,
    /// Most jobs of one pipeline. Default 20,000.
    pub pipeline_jobs: usize,
    /// Registration tokens register runners, as they did before runners were made by people. Default yes.
    pub registration_tokens: bool,
    /// Seconds from a job's making until it is archived: read, and no more played, retried, kept or erased; `None`
    /// never. Default never.
    pub archive_jobs_seconds: Option<i64>,
    /// Seconds a runner's token lives, from its making to its reset; `None` for ever. Default for ever.
    pub runner_token_seconds: Option<i64>,
    /// Most clones, archives and blames made at a time; more wait in turn. Default 32.
    pub git_commands: usize,
    /// Seconds they wait until they are refused (503). Default 60.
    pub git_wait_seconds: u64,
    /// Seconds git may work on one. Default 600.
    pub git_seconds: u64,
    /// Seconds a client may take over one. Default two hours.
    pub git_transfer_seconds: u64,
    /// Most searches in repositories and lists of their languages at a time, and as many by those who do not say who
    /// they are; more wait. Default 2.
    pub searches: usize,
    /// Seconds one may take, its wait included (503 then). Default 10.
    pub search_seconds: u64,
    /// Most connections at a time; more wait until one ends. Default 1,024.
    pub connections: usize,
    /// Seconds until a connection's next request must have begun and its head be there. Default 75.
    pub idle_seconds: u64,
    /// Seconds within which some of a body, or of an answer, must pass. Default two minutes.
    pub stall_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            push_bytes: 5 << 30,
            artifact_bytes: 100 << 20,
            trace_bytes: 100 << 20,
            artifacts_expire_in: Some(30 * 86_400),
            dotenv_bytes: 5 << 10,
            dotenv_variables: 20,
            long_poll_seconds: 50,
            look_again_seconds: 10,
            silence_seconds: 3600,
            timeout_grace_seconds: 60,
            stuck_seconds: 86_400,
            unmatched_seconds: 3600,
            config_bytes: 2 << 20,
            includes_bytes: 32 << 20,
            include_seconds: 30,
            remote_include_seconds: 10,
            local_includes: false,
            job_lists_per_minute: 600,
            pipeline_jobs: 20_000,
            registration_tokens: true,
            archive_jobs_seconds: None,
            runner_token_seconds: None,
            git_commands: 32,
            git_wait_seconds: 60,
            git_seconds: 600,
            git_transfer_seconds: 7200,
            searches: 2,
            search_seconds: 10,
            connections: 1024,
            idle_seconds: 75,
            stall_seconds: 120,
        }
    }
}
