//! Header names of the runner protocol, in the lower case that every HTTP library accepts.

/// The runner's authentication token, beside `token` in the body (runner protocol §1).
pub const RUNNER_TOKEN: &str = "runner-token";
/// The job's token; one client sends it only in the body of an update.
pub const JOB_TOKEN: &str = "job-token";
/// The runner's id for one call; answered with the server's own.
pub const REQUEST_ID: &str = "x-request-id";
/// The opaque value of a runner's queue, answered to `POST /jobs/request` (§4.4).
pub const LAST_UPDATE: &str = "x-gitlab-last-update";
/// The job's status after an update or a trace patch (§6.3); carries the news of a cancel.
pub const JOB_STATUS: &str = "job-status";
/// Seconds until the runner should send the next part of the log (§7).
pub const TRACE_UPDATE_INTERVAL: &str = "x-gitlab-trace-update-interval";
/// `<first>-<last>` of a trace patch, inclusive, without unit or total (§7).
pub const CONTENT_RANGE: &str = "content-range";
/// `0-<length>` in the answer to a trace patch: the second number is the next offset (§7).
pub const RANGE: &str = "range";
/// When the rate limit ends, an RFC 1123 date (§1).
pub const RATE_LIMIT_RESET: &str = "ratelimit-resettime";
/// Whole seconds to wait before the next try (§1).
pub const RETRY_AFTER: &str = "retry-after";
