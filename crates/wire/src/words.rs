//! Closed word lists, for the schemas of what is sent as text.

/// Where a job or a pipeline stands (Jobs API contract §10.1).
pub const STATUSES: [&str; 13] = [
    "created",
    "waiting_for_resource",
    "preparing",
    "waiting_for_callback",
    "pending",
    "running",
    "success",
    "failed",
    "canceling",
    "canceled",
    "skipped",
    "manual",
    "scheduled",
];
