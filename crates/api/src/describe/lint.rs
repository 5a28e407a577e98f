//! The CI lint.

use crate::user::route::Anybody;
use pipewright_http_kit::Open;
use pipewright_http_kit::describe::{Kind, Operations};
use pipewright_wire::lint::LintResult;

const DRY_RUN: &str =
    "Simulate the pipeline of a push, rules and all. Without it keywords and jobs are checked, and no rule is asked.";
const JOBS: &str = "Tell of the jobs too.";

pub(super) fn describe(api: &mut Operations) {
    api.tag("CI lint", "Pipeline files, checked without making a pipeline.");
    api.get::<Open>("/projects/{id}/ci/lint", "Check a project's pipeline file")
        .about("As it is at a commit. What is wrong with the file is told in an answer of status 200.")
        .param(
            "content_ref",
            Kind::Text,
            "Commit, branch or tag the file is taken from; the default branch where left out.",
        )
        .param("sha", Kind::Text, "Older name of `content_ref`.")
        .param("dry_run", Kind::Boolean, DRY_RUN)
        .default(false)
        .param("dry_run_ref", Kind::Text, "Branch or tag of the simulation; the default branch where left out.")
        .param("ref", Kind::Text, "Older name of `dry_run_ref`.")
        .param("include_jobs", Kind::Boolean, JOBS)
        .default(false)
        .answers::<LintResult>(200, "What was found.")
        .refuses(403, "The caller may not read the project's code.");
    api.post::<Anybody>("/projects/{id}/ci/lint", "Check a pipeline file in a project")
        .about("A text in the place of the project's file: with its variables, and with includes as a pipeline would have them.")
        .required("content", Kind::Text, "The text.")
        .param("dry_run", Kind::Boolean, DRY_RUN)
        .default(false)
        .param("ref", Kind::Text, "Branch or tag of the simulation; the default branch where left out.")
        .param("include_jobs", Kind::Boolean, JOBS)
        .default(false)
        .answers::<LintResult>(200, "What was found.")
        .refuses(403, "The caller may not start pipelines in the project.")
        .example("--data-urlencode content@.gitlab-ci.yml");
}
