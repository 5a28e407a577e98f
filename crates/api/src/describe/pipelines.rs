//! Pipelines.

use pipewright_http_kit::describe::{Field, Kind, Operations, Total};
use pipewright_http_kit::{Open, SignedIn, SignedInOrJob};
use pipewright_model::{Source, Status, VariableType};
use pipewright_wire::pipelines::{PipelineBasic, PipelineDetail, PipelineVariable};
use pipewright_wire::reports::{TestReport, TestReportSummary};

const VARIABLES: &[Field] = &[
    Field { name: "key", kind: Kind::Text, required: true, about: "Name." },
    Field { name: "value", kind: Kind::Text, required: true, about: "Value." },
    Field { name: "variable_type", kind: Kind::Word(VariableType::WORDS), required: false, about: "Value or file." },
];

pub(super) fn describe(api: &mut Operations) {
    api.tag("Pipelines", "Pipelines of a project.");
    reading(api);
    changing(api);
}

fn reading(api: &mut Operations) {
    api.get::<Open>("/projects/{id}/pipelines", "List a project's pipelines")
        .about("Newest first. Child pipelines are listed with `source=parent_pipeline` only.")
        .param(
            "scope",
            Kind::Word(&["running", "pending", "finished", "branches", "tags"]),
            "Only those in such a state; or the newest of every branch or tag.",
        )
        .param("status", Kind::Word(Status::WORDS), "Only those in this status.")
        .param("source", Kind::Word(Source::WORDS), "Only those started so.")
        .param("ref", Kind::Text, "Only those of this branch or tag.")
        .param("sha", Kind::Text, "Only those of this commit.")
        .param("yaml_errors", Kind::Boolean, "Only those that could not be compiled, or only others.")
        .param("username", Kind::Text, "Only those this user started.")
        .param("name", Kind::Text, "Only those of this name.")
        .param("updated_after", Kind::Time, "Only those changed after this time.")
        .param("updated_before", Kind::Time, "Only those changed before this time.")
        .param("created_after", Kind::Time, "Only those made after this time.")
        .param("created_before", Kind::Time, "Only those made before this time.")
        .param("order_by", Kind::Word(&["id", "status", "ref", "updated_at", "user_id"]), "What to order by.")
        .default("id")
        .param("sort", Kind::Word(&["desc", "asc"]), "Which way.")
        .default("desc")
        .page(Total::Counted)
        .lists::<PipelineBasic>("The pipelines.");
    api.get::<Open>("/projects/{id}/pipelines/latest", "Get the newest pipeline of a ref")
        .param("ref", Kind::Text, "Branch or tag; the default branch if left out.")
        .answers::<PipelineDetail>(200, "The pipeline.");
    api.get::<Open>("/projects/{id}/pipelines/{pipeline_id}", "Get one pipeline")
        .answers::<PipelineDetail>(200, "The pipeline.");
    api.get::<Open>("/projects/{id}/pipelines/{pipeline_id}/wait", "Wait until a pipeline has ended")
        .about("One that waits for somebody to play a manual job counts as ended.")
        .answers::<PipelineDetail>(200, "The pipeline.")
        .also(super::jobs::wait);
    api.get::<SignedIn>(
        "/projects/{id}/pipelines/{pipeline_id}/variables",
        "List the variables a pipeline was started with",
    )
    .lists::<PipelineVariable>("The variables.");
    api.get::<Open>(
        "/projects/{id}/pipelines/{pipeline_id}/test_report",
        "Get what a pipeline's jobs reported of their tests",
    )
    .about("Read from the JUnit reports of its latest jobs, with every case.")
    .answers::<TestReport>(200, "The report; empty where no job left one.");
    api.get::<Open>("/projects/{id}/pipelines/{pipeline_id}/test_report_summary", "Get a pipeline's tests counted")
        .answers::<TestReportSummary>(200, "The report without its cases.");
}

fn changing(api: &mut Operations) {
    for path in ["/projects/{id}/pipeline", "/projects/{id}/pipelines"] {
        let create = api.post::<SignedIn>(path, "Start a pipeline");
        if path.ends_with('s') {
            create.about("An addition: GitLab has only `…/pipeline`.");
        }
        create
            .required("ref", Kind::Text, "Branch or tag.")
            .param("variables", Kind::Items(VARIABLES), "Variables for it; an object of names and values will do too.")
            .param(
                "inputs",
                Kind::Object,
                "Values of the file's `spec:inputs`, by name; a text becomes what the file declares.",
            )
            .answers::<PipelineDetail>(201, "The pipeline.")
            .example("?ref=main");
    }
    api.post::<SignedIn>("/projects/{id}/pipelines/{pipeline_id}/cancel", "Cancel a pipeline")
        .about("Its jobs that have not ended, and its child pipelines.")
        .answers::<PipelineDetail>(200, "The pipeline as it stands now.");
    api.post::<SignedIn>("/projects/{id}/pipelines/{pipeline_id}/retry", "Retry a pipeline")
        .about("Its jobs that failed or were canceled.")
        .answers::<PipelineDetail>(201, "The pipeline as it stands now.");
    api.put::<SignedInOrJob>("/projects/{id}/pipelines/{pipeline_id}/metadata", "Name a pipeline")
        .required("name", Kind::Text, "The name; an empty one takes it away.")
        .answers::<PipelineDetail>(200, "The pipeline.");
    api.delete::<SignedIn>("/projects/{id}/pipelines/{pipeline_id}", "Delete a pipeline")
        .about("With its jobs, logs and artifacts. For owners.")
        .also(super::unchanged)
        .empty(204, "It is gone.");
}
