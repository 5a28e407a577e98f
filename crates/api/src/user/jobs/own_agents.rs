//! `GET /job/allowed_agents` (Jobs API contract §8.2): the union of the wide and the slim body.

use crate::shape::user;
use pipewright_engine::{Caller, Error, reading::JobSurroundings};
use pipewright_http_kit::{Answer, Call, SignedInOrJob, reply};
use pipewright_model::{AccessLevel, Job, Pipeline, User};
use serde_json::{Value, json};

pub(super) async fn handle(call: Call<SignedInOrJob>) -> Answer {
    let Caller::Job(caller) = &call.caller else { return Err(Error::missing("Job").into()) };
    let found = call.engine.own_surroundings(caller).await?;
    let job = found.page.jobs.first().ok_or_else(Error::record)?;
    let pipeline = found.page.pipelines.get(&job.pipeline_id).ok_or_else(Error::record)?;
    reply::ok(&body(&found, job, pipeline, &caller.user, &call.engine.external_url))
}

fn body(found: &JobSurroundings, job: &Job, pipeline: &Pipeline, user: &User, base: &str) -> Value {
    let project = &found.page.project;
    let groups: Vec<Value> = found.groups().into_iter().map(|id| json!({ "id": id })).collect();
    let mut who = json!(user::basic(user, base));
    who["roles_in_project"] = json!(roles(found.role));
    let mut body = json!({
        "allowed_agents": [],
        "job": {
            "id": job.id, "name": job.name, "stage": job.stage,
            "project_id": project.id, "project_name": project.name,
        },
        "pipeline": {
            "id": pipeline.id, "project_id": project.id, "sha": pipeline.sha, "ref": pipeline.ref_name,
            "status": pipeline.status, "created_at": pipeline.created_at, "updated_at": pipeline.updated_at,
            "web_url": format!("{base}/{}/-/pipelines/{}", project.full_path, pipeline.id),
        },
        "project": {
            "id": project.id, "groups": groups, "description": project.settings.description,
            "name": project.name, "name_with_namespace": found.name_with_namespace(),
            "path": project.path, "path_with_namespace": project.full_path, "created_at": project.created_at,
        },
        "user": who,
    });
    if let Some((tier, slug)) = &found.environment {
        body["environment"] = json!({ "tier": tier, "slug": slug });
    }
    body
}

/// Names of all roles up to that one.
fn roles(role: AccessLevel) -> Vec<&'static str> {
    use AccessLevel::{Developer, Guest, Maintainer, Owner, Planner, Reporter};
    let all = [Guest, Planner, Reporter, Developer, Maintainer, Owner];
    all.into_iter().filter(|one| *one <= role).map(AccessLevel::name).collect()
}
