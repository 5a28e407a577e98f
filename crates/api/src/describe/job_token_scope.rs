//! Whose job tokens a project lets in.

use pipewright_http_kit::SignedIn;
use pipewright_http_kit::describe::{Kind, Operations, Total};
use pipewright_wire::job_token_scope::{GroupBasic, GroupScopeLink, JobTokenScope, ProjectScopeLink};
use pipewright_wire::projects::ProjectBasic;

const MAINTAINERS: &str = "The caller is no maintainer.";

pub(super) fn describe(api: &mut Operations) {
    const SCOPE: &str = "/projects/{id}/job_token_scope";
    api.tag("Job token scope", "Whose job tokens a project lets in. For its maintainers.");
    api.get::<SignedIn>(SCOPE, "Get a project's job token scope")
        .answers::<JobTokenScope>(200, "The scope.")
        .refuses(403, MAINTAINERS);
    api.patch::<SignedIn>(SCOPE, "Let in listed projects' job tokens only, or all")
        .required("enabled", Kind::Boolean, "Whether the lists count.")
        .empty(204, "It is so.")
        .refuses(403, MAINTAINERS);
    let list = format!("{SCOPE}/allowlist");
    api.get::<SignedIn>(&list, "List the projects whose job tokens are let in")
        .about("The project itself first.")
        .page(Total::Counted)
        .lists::<ProjectBasic>("The projects, in short.")
        .refuses(403, MAINTAINERS);
    api.post::<SignedIn>(&list, "Let a project's job tokens in")
        .required("target_project_id", Kind::Integer, "The project, which the caller must see.")
        .answers::<ProjectScopeLink>(201, "Both projects' ids.")
        .refuses(400, "It is on the list, or is the project itself, or the list has 200 entries.")
        .refuses(403, MAINTAINERS);
    api.delete::<SignedIn>(&format!("{list}/{{target_project_id}}"), "Take a project off the list")
        .empty(204, "It is gone.")
        .refuses(400, "It is not on the list, or is the project itself.")
        .refuses(403, MAINTAINERS);
    let groups = format!("{SCOPE}/groups_allowlist");
    api.get::<SignedIn>(&groups, "List the groups whose projects' job tokens are let in")
        .page(Total::Counted)
        .lists::<GroupBasic>("The groups, in short.")
        .refuses(403, MAINTAINERS);
    api.post::<SignedIn>(&groups, "Let in the job tokens of a group's projects")
        .about("Those of the groups below it too.")
        .required("target_group_id", Kind::Integer, "The group, which the caller must see.")
        .answers::<GroupScopeLink>(201, "The ids of both.")
        .refuses(400, "It is on the list, or the list has 200 entries.")
        .refuses(403, MAINTAINERS);
    api.delete::<SignedIn>(&format!("{groups}/{{target_group_id}}"), "Take a group off the list")
        .empty(204, "It is gone.")
        .refuses(400, "It is not on the list.")
        .refuses(403, MAINTAINERS);
}
