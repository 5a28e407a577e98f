//! The REST API, cut by who calls: runner, job, user.
