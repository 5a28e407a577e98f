//! `GET /job/allowed_agents` (Jobs API contract §8.2): the union of the wide and the slim body.

use crate::shape::{project, user};
use pipewright_engine::reading::{AllowedAgent, JobSurroundings};
use pipewright_engine::{Caller, Error};
use pipewright_http_kit::{Answer, Call, SignedInOrJob, reply};
use pipewright_model::{AccessLevel, Job, Pipeline, User};
use pipewright_wire::cluster_agents::{self as wire, AllowedAgents};

pub(super) async fn handle(call: Call<SignedInOrJob>) -> Answer {
    let Caller::Job(caller) = &call.caller else { return Err(Error::missing("Job").into()) };
    let found = call.engine.own_surroundings(caller).await?;
    let job = found.page.jobs.first().ok_or_else(Error::record)?;
    let pipeline = found.page.pipelines.get(&job.pipeline_id).ok_or_else(Error::record)?;
    reply::ok(&body(&found, job, pipeline, &caller.user, &call.engine.external_url))
}

fn body(found: &JobSurroundings, job: &Job, of: &Pipeline, who: &User, base: &str) -> AllowedAgents {
    let own = &found.page.project;
    let names = project::identity(own, found.namespaces.iter().rev());
    let environment = found.environment.clone();
    AllowedAgents {
        allowed_agents: found.agents.iter().map(agent).collect(),
        job: wire::AllowedJob {
            id: job.id.0,
            name: job.name.clone(),
            stage: job.stage.clone(),
            project_id: own.id.0,
            project_name: own.name.clone(),
        },
        pipeline: pipeline(of, &own.full_path, base),
        project: wire::AllowedProject {
            identity: names,
            groups: found.groups().into_iter().map(|id| wire::AllowedGroup { id }).collect(),
        },
        user: wire::AllowedUser { user: user::basic(who, base), roles_in_project: roles(found.role) },
        environment: environment.map(|(tier, slug)| wire::AllowedEnvironment { tier, slug }),
    }
}

fn pipeline(pipeline: &Pipeline, project_path: &str, base: &str) -> wire::AllowedPipeline {
    wire::AllowedPipeline {
        id: pipeline.id.0,
        project_id: pipeline.project_id.0,
        sha: pipeline.sha.clone(),
        ref_name: pipeline.ref_name.clone(),
        status: pipeline.status.as_str().to_owned(),
        created_at: pipeline.created_at.to_string(),
        updated_at: pipeline.updated_at.to_string(),
        web_url: format!("{base}/{project_path}/-/pipelines/{}", pipeline.id),
    }
}

fn agent(allowed: &AllowedAgent) -> wire::AllowedAgent {
    wire::AllowedAgent {
        id: allowed.agent.id.0,
        config_project: project::identity(&allowed.project, allowed.chain.iter()),
        configuration: allowed.configuration.clone(),
    }
}

/// Names of all roles up to that one.
fn roles(role: AccessLevel) -> Vec<&'static str> {
    use AccessLevel::{Developer, Guest, Maintainer, Owner, Planner, Reporter};
    let all = [Guest, Planner, Reporter, Developer, Maintainer, Owner];
    all.into_iter().filter(|one| *one <= role).map(AccessLevel::name).collect()
}
