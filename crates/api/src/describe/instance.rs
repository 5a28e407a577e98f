//! The instance itself.

use crate::runner::caller::ByRunner;
use crate::user::route::ReadsUsers;
use pipewright_http_kit::Open;
use pipewright_http_kit::describe::{Operations, Total};
use pipewright_wire::instance::{Metadata, Template, TemplateName, Version};

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
}
