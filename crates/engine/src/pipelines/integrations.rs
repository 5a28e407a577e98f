//! What a file asks of integrations a project has to have: this server has none of them, and says so as
//! GitLab does of a project where they are not set up.

use pipewright_ci_config::Plan;

/// A sentence for each job that asks for one.
pub(super) fn refusals(plan: &Plan) -> Vec<String> {
    let mut refusals = Vec::new();
    for job in plan.jobs.iter().filter(|job| job.identity.is_some()) {
        let refusal = format!(
            "jobs:{}:identity the Google Cloud Identity and Access Management integration is not configured for this project",
            job.base_name
        );
        // Instances of a parallel job say the same.
        if refusals.last() != Some(&refusal) {
            refusals.push(refusal);
        }
    }
    refusals
}
