//! Statuses of commits.

use pipewright_http_kit::SignedIn;
use pipewright_http_kit::describe::{Kind, Operations, Total};
use pipewright_wire::statuses::CommitStatus;

pub(super) fn describe(api: &mut Operations) {
    api.tag("Commit statuses", "What came of a commit: its pipelines' jobs, and what systems outside report.");
    api.get::<SignedIn>("/projects/{id}/repository/commits/{sha}/statuses", "List a commit's statuses")
        .about("Jobs, bridges and reported statuses of all its pipelines.")
        .param("ref", Kind::Text, "Only those of this branch or tag.")
        .param("stage", Kind::Text, "Only those of this stage; reported ones are in `external`.")
        .param("name", Kind::Text, "Only those of this name.")
        .param("pipeline_id", Kind::Integer, "Only those of this pipeline.")
        .param("all", Kind::Boolean, "Replaced ones too.")
        .default(false)
        .param("order_by", Kind::Word(&["id", "pipeline_id"]), "What to order by.")
        .default("id")
        .param("sort", Kind::Word(&["asc", "desc"]), "Which way.")
        .default("asc")
        .page(Total::Counted)
        .lists::<CommitStatus>("The statuses.");
    api.post::<SignedIn>("/projects/{id}/statuses/{sha}", "Report on a commit")
        .about("It joins the commit's newest pipeline and counts for that pipeline's status; a commit without one gets one with the source `external`. The same name again goes on with the same status until that has ended.")
        .required("state", Kind::Word(&["pending", "running", "success", "failed", "canceled", "skipped"]), "What is reported.")
        .param("ref", Kind::Text, "Branch or tag, where the commit has several.")
        .param("name", Kind::Text, "What is reported on.")
        .default("default")
        .param("context", Kind::Text, "The same as `name`.")
        .param("target_url", Kind::Text, "Where more is to be seen: http or https.")
        .param("description", Kind::Text, "In short.")
        .param("coverage", Kind::Any, "Percentage.")
        .param("pipeline_id", Kind::Integer, "The pipeline it belongs to, where the commit has several.")
        .answers::<CommitStatus>(201, "The status.");
}
