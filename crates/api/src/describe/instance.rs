//! The instance itself.

use crate::runner::caller::ByRunner;
use crate::user::route::ReadsUsers;
use pipewright_http_kit::describe::{Kind, Operations, Total};
use pipewright_http_kit::{Open, SignedIn};
use pipewright_model::Visibility;
use pipewright_wire::instance::{ApplicationSettings, Metadata, Statistics, Template, TemplateName, Version};

pub(super) fn describe(api: &mut Operations) {
    api.tag("Instance", "What this server is.");
    api.get::<ByRunner>("/openapi.json", "Get this document")
        .about("OpenAPI 3.1. No credentials are needed.")
        .answers::<serde_json::Map<String, serde_json::Value>>(200, "The document.");
    api.get::<ReadsUsers>("/version", "Get the version")
        .about("Of the GitLab whose API is answered for: clients switch their behaviour by it.")
        .answers::<Version>(200, "The version.");
    api.get::<ReadsUsers>("/metadata", "Get the version and what else is known of the instance")
        .answers::<Metadata>(200, "What is known.");
    api.get::<Open>("/templates/gitlab_ci_ymls", "List the built-in pipeline files")
        .about("Those `include:template` takes, without the ending of their names.")
        .page(Total::Counted)
        .lists::<TemplateName>("Their names.");
    api.get::<Open>("/templates/gitlab_ci_ymls/{name}", "Get a built-in pipeline file")
        .answers::<Template>(200, "Its text.");
    api.get::<SignedIn>("/application/statistics", "Get how much there is on the instance")
        .about("For administrators. Numbers are texts, with a comma after each thousand.")
        .answers::<Statistics>(200, "The numbers.");
    settings(api);
}

fn settings(api: &mut Operations) {
    api.get::<SignedIn>("/application/settings", "Get the instance's settings")
        .about("For administrators.")
        .answers::<ApplicationSettings>(200, "What the server really has, under GitLab's names.");
    api.put::<SignedIn>("/application/settings", "Change the instance's settings")
        .about(
            "For administrators. What is set here goes before the limits the server was started with, survives \
             restarts, and holds on every node within a second; the size of uploads holds at once. The other fields \
             of the answer are fixed: another value for one of them is refused, and nothing is changed then.",
        )
        .param("max_artifacts_size", Kind::Integer, "Largest artifact archive, MiB; a project may have its own.")
        .param("default_artifacts_expire_in", Kind::Text, "How long artifacts without `expire_in` are kept: `30 days`; `0` for ever.")
        .param("keep_latest_artifact", Kind::Boolean, "The newest successful pipeline's artifacts are kept, in projects that keep them.")
        .param("default_project_visibility", Kind::Word(Visibility::WORDS), "What a new project is where nobody says; never wider than its group. Until it is set, a group's projects are as the group.")
        .param("default_group_visibility", Kind::Word(Visibility::WORDS), "What a new group is where nobody says; never wider than the group above. Until it is set, a group is as the one above.")
        .param("default_branch_name", Kind::Text, "First branch of a new project; empty for `main`.")
        .param("default_projects_limit", Kind::Integer, "Projects a user may have in his own namespace.")
        .param("user_default_external", Kind::Boolean, "New users are external where nobody says.")
        .param("max_yaml_size_bytes", Kind::Integer, "Largest pipeline file or include.")
        .param("ci_max_total_yaml_size_bytes", Kind::Integer, "All files of one pipeline together.")
        .param("project_jobs_api_rate_limit", Kind::Integer, "Calls of a project's job list by one user in a minute; 0 for no limit.")
        .param("runner_token_expiration_interval", Kind::Integer, "Seconds the token of a runner, of whichever kind, lives; 0 or null for ever.")
        .answers::<ApplicationSettings>(200, "The settings.");
}
