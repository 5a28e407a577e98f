//! What every route says of itself, group by group: the source of `/api/v4/openapi.json` and of
//! `docs/API.md`. A new route gets its entry here, in the file named after its group; tests hold the entries
//! to the handlers (`pipewright_http_kit::describe`).

mod environments;
mod instance;
mod jobs;
mod jobs_artifacts;

use pipewright_http_kit::describe::Operations;

/// Every route below `/api/v4`, in the order of the document.
pub fn operations() -> Operations {
    let mut api = Operations::default();
    jobs::describe(&mut api);
    jobs_artifacts::describe(&mut api);
    environments::describe(&mut api);
    instance::describe(&mut api);
    api
}

/// Paths that are not described yet, as the router has them below `/api/v4`.
pub const NOT_YET: &[&str] = &[
    "/admin/ci/variables",
    "/admin/ci/variables/{variable_key}",
    "/broadcast_messages",
    "/deploy_tokens",
    "/groups",
    "/groups/{id}",
    "/groups/{id}/descendant_groups",
    "/groups/{id}/members",
    "/groups/{id}/members/all",
    "/groups/{id}/members/all/{user_id}",
    "/groups/{id}/members/{user_id}",
    "/groups/{id}/projects",
    "/groups/{id}/runners",
    "/groups/{id}/runners/reset_registration_token",
    "/groups/{id}/subgroups",
    "/groups/{id}/variables",
    "/groups/{id}/variables/{variable_key}",
    "/hooks",
    "/jobs/request",
    "/jobs/{job_id}",
    "/jobs/{job_id}/artifacts",
    "/jobs/{job_id}/artifacts/authorize",
    "/jobs/{job_id}/trace",
    "/namespaces",
    "/namespaces/{id}",
    "/namespaces/{id}/exists",
    "/personal_access_tokens",
    "/personal_access_tokens/self",
    "/personal_access_tokens/self/rotate",
    "/personal_access_tokens/{token_id}",
    "/personal_access_tokens/{token_id}/rotate",
    "/projects",
    "/projects/user/{user_id}",
    "/projects/{id}",
    "/projects/{id}/archive",
    "/projects/{id}/deploy_keys",
    "/projects/{id}/deploy_tokens",
    "/projects/{id}/hooks",
    "/projects/{id}/issues",
    "/projects/{id}/labels",
    "/projects/{id}/members",
    "/projects/{id}/members/all",
    "/projects/{id}/members/all/{user_id}",
    "/projects/{id}/members/{user_id}",
    "/projects/{id}/merge_requests",
    "/projects/{id}/milestones",
    "/projects/{id}/pipeline",
    "/projects/{id}/pipelines",
    "/projects/{id}/pipelines/latest",
    "/projects/{id}/pipelines/{pipeline_id}",
    "/projects/{id}/pipelines/{pipeline_id}/cancel",
    "/projects/{id}/pipelines/{pipeline_id}/retry",
    "/projects/{id}/pipelines/{pipeline_id}/variables",
    "/projects/{id}/protected_branches",
    "/projects/{id}/protected_branches/{name}",
    "/projects/{id}/protected_tags",
    "/projects/{id}/protected_tags/{name}",
    "/projects/{id}/repository/branches",
    "/projects/{id}/repository/branches/{branch}",
    "/projects/{id}/repository/commits",
    "/projects/{id}/repository/commits/{sha}",
    "/projects/{id}/repository/files/{file_path}",
    "/projects/{id}/repository/files/{file_path}/raw",
    "/projects/{id}/repository/tags",
    "/projects/{id}/repository/tags/{tag_name}",
    "/projects/{id}/repository/tree",
    "/projects/{id}/repository/{archive}",
    "/projects/{id}/runners",
    "/projects/{id}/runners/reset_registration_token",
    "/projects/{id}/runners/{runner_id}",
    "/projects/{id}/unarchive",
    "/projects/{id}/variables",
    "/projects/{id}/variables/{variable_key}",
    "/runners",
    "/runners/all",
    "/runners/managers",
    "/runners/reset_authentication_token",
    "/runners/reset_registration_token",
    "/runners/router/discovery",
    "/runners/verify",
    "/runners/{id}",
    "/runners/{id}/jobs",
    "/runners/{id}/managers",
    "/runners/{id}/reset_authentication_token",
    "/topics",
    "/user",
    "/user/personal_access_tokens",
    "/user/runners",
    "/users",
    "/users/{user_id}",
    "/users/{user_id}/activate",
    "/users/{user_id}/block",
    "/users/{user_id}/deactivate",
    "/users/{user_id}/personal_access_tokens",
    "/users/{user_id}/projects",
    "/users/{user_id}/unblock",
];
