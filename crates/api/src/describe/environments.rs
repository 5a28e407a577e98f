//! Environments, deployments, resource groups.

use pipewright_engine::environments::TIERS;
use pipewright_http_kit::SignedIn;
use pipewright_http_kit::SignedInOrJob;
use pipewright_http_kit::describe::{Kind, Operations, Total};
use pipewright_wire::environments::{Deployment, Environment, Message, ResourceGroup};
use pipewright_wire::jobs::JobCommon;

const DEVELOPERS: &str = "The caller is no developer of the project.";
const SLUG: &str = "Refused: the name for addresses is made from the name.";
const STATUSES: &[&str] = &["created", "running", "success", "failed", "canceled", "skipped", "blocked"];
const MODES: &[&str] = &["unordered", "oldest_first", "newest_first", "newest_ready_first"];

pub(super) fn describe(api: &mut Operations) {
    api.tag("Environments", "Where jobs deploy to, and what was deployed.");
    environments(api);
    changes(api);
    deployments(api);
    api.tag("Resource groups", "Jobs of which one runs at a time.");
    resource_groups(api);
}

fn environments(api: &mut Operations) {
    api.get::<SignedInOrJob>("/projects/{id}/environments", "List a project's environments")
        .about("By name.")
        .param("name", Kind::Text, "Only the environment of this name; not together with `search`.")
        .param("search", Kind::Text, "Only environments whose name contains this, three characters at least.")
        .param("states", Kind::Word(&["available", "stopping", "stopped"]), "Only environments in this state.")
        .page(Total::Counted)
        .lists::<Environment<'static>>("The environments.");
    api.post::<SignedInOrJob>("/projects/{id}/environments", "Make an environment")
        .required("name", Kind::Text, "Name: letters, digits, spaces and `-_/${}.`.")
        .param("external_url", Kind::Text, "Where it is to be seen.")
        .param("tier", Kind::Word(&TIERS), "Tier; guessed from the name where it is left out.")
        .param("slug", Kind::Text, SLUG)
        .answers::<Environment<'static>>(201, "The environment.")
        .refuses(403, DEVELOPERS);
    api.get::<SignedInOrJob>("/projects/{id}/environments/{environment_id}", "Get one environment")
        .about("With the last deployment that went well.")
        .answers::<Environment<'static>>(200, "The environment.");
}

fn changes(api: &mut Operations) {
    api.put::<SignedInOrJob>("/projects/{id}/environments/{environment_id}", "Change an environment")
        .param("external_url", Kind::Text, "Where it is to be seen; empty for nowhere.")
        .param("tier", Kind::Word(&TIERS), "Tier.")
        .param("slug", Kind::Text, SLUG)
        .answers::<Environment<'static>>(200, "The environment.")
        .refuses(403, DEVELOPERS);
    api.delete::<SignedInOrJob>("/projects/{id}/environments/{environment_id}", "Remove an environment")
        .about("With its deployments. It must have been stopped.")
        .also(super::unchanged)
        .empty(204, "It is gone.")
        .refuses(403, "The environment is not stopped, or the caller is no developer of the project.");
    api.post::<SignedInOrJob>("/projects/{id}/environments/{environment_id}/stop", "Stop an environment")
        .about("Starts the job its last deployment named with `on_stop`; the environment is `stopping` until that job has ended well. Without such a job it is `stopped` at once.")
        .param("force", Kind::Boolean, "Without the stopping job.")
        .default(false)
        .answers::<Environment<'static>>(200, "The environment.")
        .refuses(403, DEVELOPERS);
    api.post::<SignedInOrJob>("/projects/{id}/environments/stop_stale", "Stop stale environments")
        .about("All that were neither changed nor deployed to since a time between a week and ten years ago. They stop within seconds after the answer.")
        .required("before", Kind::Time, "The time.")
        .answers::<Message>(200, "They are going to stop.")
        .refuses(403, DEVELOPERS);
}

fn deployments(api: &mut Operations) {
    api.get::<SignedInOrJob>("/projects/{id}/deployments", "List a project's deployments")
        .param("environment", Kind::Text, "Only to the environment of this name.")
        .param("status", Kind::Word(STATUSES), "Only in this status.")
        .param("updated_after", Kind::Time, "Only changed at this time or later.")
        .param("updated_before", Kind::Time, "Only changed at this time or before.")
        .param("finished_after", Kind::Time, "Only ended at this time or later.")
        .param("finished_before", Kind::Time, "Only ended at this time or before.")
        .param(
            "order_by",
            Kind::Word(&["id", "iid", "created_at", "updated_at", "finished_at", "ref"]),
            "What the order follows.",
        )
        .default("id")
        .param("sort", Kind::Word(&["asc", "desc"]), "Which end comes first.")
        .default("asc")
        .page(Total::Counted)
        .lists::<Deployment<'static>>("The deployments.");
    api.get::<SignedInOrJob>("/projects/{id}/deployments/{deployment_id}", "Get one deployment")
        .answers::<Deployment<'static>>(200, "The deployment.");
}

fn resource_groups(api: &mut Operations) {
    api.get::<SignedIn>("/projects/{id}/resource_groups", "List a project's resource groups")
        .about("A group is there from the first job that names it.")
        .page(Total::Counted)
        .lists::<ResourceGroup>("The groups.")
        .refuses(403, DEVELOPERS);
    api.get::<SignedIn>("/projects/{id}/resource_groups/{key}", "Get one resource group")
        .in_path("key", Kind::Text, "Its key, URL-encoded.")
        .answers::<ResourceGroup>(200, "The group.")
        .refuses(403, DEVELOPERS);
    api.put::<SignedIn>("/projects/{id}/resource_groups/{key}", "Change a resource group")
        .in_path("key", Kind::Text, "Its key, URL-encoded.")
        .param("process_mode", Kind::Word(MODES), "Who gets the resource when it is free.")
        .answers::<ResourceGroup>(200, "The group.")
        .refuses(403, DEVELOPERS);
    api.get::<SignedIn>("/projects/{id}/resource_groups/{key}/current_job", "Get the job that has the resource")
        .in_path("key", Kind::Text, "Its key, URL-encoded.")
        .answers::<Option<JobCommon<'static>>>(200, "The job, or `null`.")
        .refuses(403, DEVELOPERS);
    api.get::<SignedIn>("/projects/{id}/resource_groups/{key}/upcoming_jobs", "List the jobs that are next")
        .about("Those the group's process mode looks at, the next one first.")
        .in_path("key", Kind::Text, "Its key, URL-encoded.")
        .page(Total::Counted)
        .lists::<JobCommon<'static>>("The jobs.")
        .refuses(403, DEVELOPERS);
}
