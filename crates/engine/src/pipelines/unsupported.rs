//! What the compiler takes and this server cannot do yet: said by name, never ignored in silence.

use pipewright_ci_config::plan::{CrossNeed, PagesPlan};
use pipewright_ci_config::{JobPlan, Plan};

/// A sentence for each thing of the plan that would be left undone.
pub(super) fn refusals(plan: &Plan) -> Vec<String> {
    let refuse = |job: &JobPlan, what: &str| format!("jobs:{}:{what} is not supported by this server", job.base_name);
    let mut refusals = Vec::new();
    for job in &plan.jobs {
        let mirrors = job.cross_needs.iter().any(|need| matches!(need, CrossNeed::Mirror { .. }));
        let found = [
            (!job.id_tokens.is_empty(), "id_tokens"),
            (!job.secrets.is_empty(), "secrets"),
            (job.identity.is_some(), "identity"),
            (!job.inputs.is_empty(), "inputs"),
            (publishes(job), "pages"),
            (mirrors, "needs:pipeline (mirroring another project's pipeline)"),
        ];
        for (_, what) in found.iter().filter(|(used, _)| *used) {
            let refusal = refuse(job, what);
            // Instances of a parallel job say the same.
            if refusals.last() != Some(&refusal) {
                refusals.push(refusal);
            }
        }
    }
    refusals
}

/// Whether a job uses the keyword; a job that is merely called `pages` is a job like others.
fn publishes(job: &JobPlan) -> bool {
    job.pages.as_ref().is_some_and(|said| job.base_name != "pages" || *said != PagesPlan::default())
}
