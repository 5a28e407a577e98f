//! Projects.

use pipewright_http_kit::describe::{Kind, Operation, Operations, Total};
use pipewright_http_kit::{Open, SignedIn};
use pipewright_model::Visibility;
use pipewright_model::project::FeatureAccess;
use pipewright_wire::instance::Message;
use pipewright_wire::projects::{Project, ProjectBasic};

const ROLES: &[&str] = &["no_one_allowed", "developer", "maintainer", "owner"];

pub(super) fn describe(api: &mut Operations) {
    api.tag("Projects", "Projects and their settings.");
    lists(api);
    changes(api);
    api.get::<Open>("/projects/{id}", "Get one project")
        .answers::<Project>(200, "The project.")
        .answers::<ProjectBasic>(200, "To callers who have not signed in: the project in short.");
    super::project_parts::describe(api);
}

fn lists(api: &mut Operations) {
    let all = api.get::<Open>("/projects", "List projects");
    all.about("Those the caller may see, newest first.");
    list(all);
    let own = api.get::<Open>("/users/{user_id}/projects", "List a user's own projects");
    list(own);
    let below = api.get::<Open>("/groups/{id}/projects", "List a group's projects");
    list(below).param("include_subgroups", Kind::Boolean, "Those of the groups below it too.").default(false);
}

fn list(operation: &mut Operation) -> &mut Operation {
    operation
        .param("search", Kind::Text, "Only projects with this in their name or path.")
        .param("search_namespaces", Kind::Boolean, "Search the namespaces' paths too.")
        .default(false)
        .param("owned", Kind::Boolean, "Only the caller's own.")
        .param("membership", Kind::Boolean, "Only those the caller is a member of.")
        .param("min_access_level", Kind::Integer, "Only those in which the caller has at least this role.")
        .param("visibility", Kind::Word(Visibility::WORDS), "Only those of this visibility.")
        .param("archived", Kind::Boolean, "Only archived ones, or only others.")
        .param("topic", Kind::Texts, "Only those with all of these topics.")
        .param("id_after", Kind::Integer, "Only those with a greater id.")
        .param("id_before", Kind::Integer, "Only those with a smaller id.")
        .param("last_activity_after", Kind::Time, "Only those active after this time.")
        .param("last_activity_before", Kind::Time, "Only those active before this time.")
        .param(
            "order_by",
            Kind::Word(&["created_at", "id", "name", "path", "updated_at", "last_activity_at"]),
            "What to order by.",
        )
        .default("created_at")
        .param("sort", Kind::Word(&["desc", "asc"]), "Which way.")
        .default("desc")
        .param("simple", Kind::Boolean, "The projects in short.")
        .default(false)
        .page(Total::Counted)
        .lists::<Project>("The projects.")
        .lists::<ProjectBasic>("In short.")
}

fn changes(api: &mut Operations) {
    let create = api.post::<SignedIn>("/projects", "Create a project");
    create.about("With `name` or `path` or both.").param("name", Kind::Text, "Name for people.").param(
        "namespace_id",
        Kind::Integer,
        "Where it lives: the caller's own namespace if left out.",
    );
    shape(create);
    create
        .param("initialize_with_readme", Kind::Boolean, "Begin with a first commit.")
        .default(false)
        .answers::<Project>(201, "The project.")
        .example(" --form name=pipeline-lab");
    let create_for = api.post::<SignedIn>("/projects/user/{user_id}", "Create a project for another user");
    create_for.about("For administrators.").required("name", Kind::Text, "Name for people.");
    shape(create_for);
    create_for
        .param("initialize_with_readme", Kind::Boolean, "Begin with a first commit.")
        .default(false)
        .answers::<Project>(201, "The project.");
    let update = api.put::<SignedIn>("/projects/{id}", "Change a project");
    update.about("For maintainers.").param("name", Kind::Text, "Name for people.");
    shape(update);
    update.answers::<Project>(200, "The project.").example(" --form public_jobs=false");
    api.delete::<SignedIn>("/projects/{id}", "Delete a project")
        .about("With everything in it. For owners.")
        .also(super::unchanged)
        .answers::<Message>(202, "It will be gone.");
    api.put::<SignedIn>("/projects/{id}/transfer", "Move a project to another namespace")
        .about(
            "For owners, to where they are maintainers. It is shown to no more people than its new group. At its old \
             address the API answers 301 and git goes on, until somebody takes that address.",
        )
        .required("namespace", Kind::IdOrPath, "Where to: id or path of the namespace.")
        .answers::<Project>(200, "The project.");
    for (name, summary) in [("archive", "Archive a project"), ("unarchive", "Take a project out of the archive")] {
        api.post::<SignedIn>(&format!("/projects/{{id}}/{name}"), summary)
            .about("An archived project can be read and not changed. For owners.")
            .answers::<Project>(201, "The project.");
    }
}

/// What creating and changing have in common.
fn shape(operation: &mut Operation) {
    operation
        .param("path", Kind::Text, "Last segment of its address.")
        .param("visibility", Kind::Word(Visibility::WORDS), "Who may see it.")
        .param("default_branch", Kind::Text, "The branch that is checked out by default.")
        .setting("description", Kind::Text, "Purpose for people.")
        .setting("topics", Kind::Texts, "Topics.")
        .setting("tag_list", Kind::Texts, "The older name of `topics`.")
        .setting("public_jobs", Kind::Boolean, "Who may see the project may see its jobs.")
        .setting("public_builds", Kind::Boolean, "The older name of `public_jobs`.")
        .setting("jobs_enabled", Kind::Boolean, "The older form of `builds_access_level`.")
        .setting("builds_access_level", Kind::Word(FeatureAccess::WORDS), "Who may use pipelines and jobs.")
        .setting("repository_access_level", Kind::Word(FeatureAccess::WORDS), "Who may use the repository.")
        .setting("ci_config_path", Kind::Text, "Where the pipeline file is, if not `.gitlab-ci.yml`.")
        .setting("build_timeout", Kind::Between(600, 2_592_000), "Seconds a job may take.")
        .setting("build_git_strategy", Kind::Word(&["fetch", "clone"]), "How runners get the sources.")
        .setting("build_allow_git_fetch", Kind::Boolean, "The older form of `build_git_strategy`.")
        .setting("ci_default_git_depth", Kind::Between(0, 1000), "Commits runners get; 0 for all.")
        .setting(
            "auto_cancel_pending_pipelines",
            Kind::Word(&["enabled", "disabled"]),
            "Newer pipelines of a branch cancel older ones.",
        )
        .setting("shared_runners_enabled", Kind::Boolean, "The instance's runners take its jobs.")
        .setting("group_runners_enabled", Kind::Boolean, "Its groups' runners take its jobs.")
        .setting("ci_job_token_scope_enabled", Kind::Boolean, "Its job tokens reach listed private projects only.")
        .setting("ci_inbound_job_token_scope_enabled", Kind::Boolean, "Only listed projects' job tokens reach it.")
        .setting("ci_push_repository_for_job_token_allowed", Kind::Boolean, "Its job tokens may push to it.")
        .setting(
            "ci_pipeline_variables_minimum_override_role",
            Kind::Word(ROLES),
            "Who may give variables to pipelines and jobs.",
        )
        .setting("restrict_user_defined_variables", Kind::Boolean, "The older form of the same.")
        .setting("keep_latest_artifact", Kind::Boolean, "The newest successful pipeline's artifacts do not expire.")
        .setting("max_artifacts_size", Kind::Between(1, 1 << 20), "MiB an archive may have; for administrators.");
}
