//! Environments and deployments.

use super::job::Shown;
use super::user;
use pipewright_engine::environments::{Deployment, DeploymentPage, Environment};
use pipewright_wire::environments::{Deployment as DeploymentShape, Environment as Shape, EnvironmentBasic};
use pipewright_wire::projects::ProjectBasic;

/// An environment in short.
pub(crate) fn basic(environment: &Environment) -> EnvironmentBasic {
    EnvironmentBasic {
        id: environment.id.0,
        name: environment.name.clone(),
        slug: environment.slug.clone(),
        external_url: environment.external_url.clone(),
        created_at: environment.created_at.to_string(),
        updated_at: environment.updated_at.to_string(),
    }
}

/// An environment, with its project where that is shown; a last deployment is the caller's to put in.
pub(crate) fn whole<'a>(environment: &Environment, project: Option<&'a ProjectBasic>) -> Shape<'a> {
    Shape {
        basic: basic(environment),
        tier: environment.tier.clone(),
        state: environment.state.clone(),
        auto_stop_at: environment.auto_stop_at.map(|at| at.to_string()),
        auto_stop_setting: "always",
        description: None,
        description_html: None,
        project,
        last_deployment: None,
        cluster_agent: None,
        kubernetes_namespace: None,
        flux_resource_path: None,
    }
}

/// A deployment of the page whose jobs are shown.
pub(crate) fn deployment<'a>(
    found: &'a Deployment,
    page: &'a DeploymentPage,
    shown: &'a Shown<'a>,
    base: &str,
) -> DeploymentShape<'a> {
    let job = found.job_id.and_then(|id| page.jobs.jobs.iter().find(|job| job.id == id));
    DeploymentShape {
        id: found.id.0,
        iid: found.iid,
        ref_name: &found.ref_name,
        sha: &found.sha,
        created_at: found.created_at.to_string(),
        updated_at: found.updated_at.to_string(),
        user: found.user_id.and_then(|id| page.users.get(&id)).map(|found| user::basic(found, base)),
        environment: page.environments.get(&found.environment_id).map(basic),
        deployable: job.and_then(|job| shown.job(job)),
        status: &found.status,
    }
}
