//! Runners, as people manage them.

use crate::user::runners::{CreatesRunners, ManagesRunners};
use pipewright_http_kit::describe::{Kind, Operation, Operations, Total};
use pipewright_model::runner::RunnerStatus;
use pipewright_model::{RunnerType, Status};
use pipewright_wire::runner::RunnerToken;
use pipewright_wire::runners::{Runner, RunnerDetail, RunnerManager};
use serde_json::{Map, Value};

const TOKEN: &str = "The new token; it is shown this once.";

pub(super) fn describe(api: &mut Operations) {
    api.tag("Runners", "Programs that run jobs.");
    lists(api);
    one(api);
    changes(api);
}

fn lists(api: &mut Operations) {
    for (path, summary) in [
        ("/runners", "List the caller's runners"),
        ("/runners/all", "List all runners"),
        ("/projects/{id}/runners", "List a project's runners"),
        ("/groups/{id}/runners", "List a group's runners"),
    ] {
        let list = api.get::<ManagesRunners>(path, summary);
        if path.ends_with("all") {
            list.about("For administrators.");
        }
        list.param("type", Kind::Word(RunnerType::WORDS), "Only those of this type.")
            .param("status", Kind::Word(RunnerStatus::WORDS), "Only those in this status.")
            .param("paused", Kind::Boolean, "Only paused ones, or only others.")
            .param("tag_list", Kind::Texts, "Only those with all of these tags.")
            .param("version_prefix", Kind::Text, "Only those with a machine of such a version.")
            .param("scope", Kind::Text, "The older form of `type` and `status`.")
            .page(Total::Counted)
            .lists::<Runner>("The runners.");
    }
}

fn one(api: &mut Operations) {
    api.get::<ManagesRunners>("/runners/{id}", "Get a runner").answers::<RunnerDetail>(200, "The runner.");
    api.get::<ManagesRunners>("/runners/{id}/managers", "List a runner's machines")
        .lists::<RunnerManager>("The machines.");
    api.get::<ManagesRunners>("/runners/{id}/jobs", "List a runner's jobs")
        .about("Each with its project, and without what is the same for all of them.")
        .param("status", Kind::Word(Status::WORDS), "Only those in this status.")
        .param("system_id", Kind::Text, "Only those of this machine.")
        .param("order_by", Kind::Word(&["id"]), "What to order by.")
        .default("id")
        .param("sort", Kind::Word(&["desc", "asc"]), "Which way; by keyset `desc` only.")
        .default("desc")
        .page(Total::Uncounted)
        .keyset_by_own_order()
        .lists::<Map<String, Value>>("The jobs.");
}

fn changes(api: &mut Operations) {
    let create = api.post::<CreatesRunners>("/user/runners", "Create a runner");
    create
        .required("runner_type", Kind::Word(RunnerType::WORDS), "Whose jobs it takes.")
        .param("project_id", Kind::Integer, "The project, for `project_type`.")
        .param("group_id", Kind::Integer, "The group, for `group_type`.");
    settings(create).answers::<RunnerToken>(201, TOKEN).example(" --form runner_type=instance_type");
    let update = api.put::<ManagesRunners>("/runners/{id}", "Change a runner");
    settings(update).about("With at least one parameter.").answers::<RunnerDetail>(200, "The runner.");
    api.delete::<ManagesRunners>("/runners/{id}", "Delete a runner").also(super::unchanged).empty(204, "It is gone.");
    api.post::<ManagesRunners>("/projects/{id}/runners", "Give a runner to a project")
        .required("runner_id", Kind::Integer, "Which.")
        .answers::<Runner>(201, "The runner.");
    api.delete::<ManagesRunners>("/projects/{id}/runners/{runner_id}", "Take a runner from a project")
        .empty(204, "It is gone.");
    api.post::<ManagesRunners>("/runners/{id}/reset_authentication_token", "Replace a runner's token")
        .answers::<RunnerToken>(201, TOKEN);
    for path in ["/runners", "/projects/{id}/runners", "/groups/{id}/runners"] {
        let summary = "Replace a registration token";
        api.post::<ManagesRunners>(&format!("{path}/reset_registration_token"), summary)
            .about("For registering runners the old way.")
            .answers::<RunnerToken>(201, TOKEN);
    }
}

/// What creating, changing and registering have in common.
pub(super) fn settings(operation: &mut Operation) -> &mut Operation {
    operation
        .param("description", Kind::Text, "Purpose for people.")
        .param("maintenance_note", Kind::Text, "Notes for people.")
        .param("maintainer_note", Kind::Text, "The older name of `maintenance_note`.")
        .param("paused", Kind::Boolean, "Takes no jobs.")
        .param("active", Kind::Boolean, "The older opposite of `paused`; both together are refused.")
        .param("tag_list", Kind::Texts, "Its tags.")
        .param("run_untagged", Kind::Boolean, "Takes jobs without tags.")
        .param("locked", Kind::Boolean, "May not be given to further projects.")
        .param(
            "access_level",
            Kind::Word(&["not_protected", "ref_protected"]),
            "Whether it takes jobs of protected refs only.",
        )
        .param("maximum_timeout", Kind::Integer, "Seconds its jobs may take; null for no bound.")
}
