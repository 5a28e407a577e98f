//! A million jobs, written through the store's own functions.

use crate::Outcome;
use crate::served::{Place, number, text};
use pipewright_model::artifact::{Accessibility, FileFormat};
use pipewright_model::pipeline::Source;
use pipewright_model::{
    Artifact, ArtifactId, Commit, Job, JobId, JobKind, Pipeline, PipelineId, ProjectId, Runner, RunnerId,
    RunnerManager, RunnerManagerId, RunnerType, Scheduling, Stage, StageId, Status, Timestamp, TokenDigest, UserId,
    When,
};
use pipewright_store::{Db, DbOptions, Result, Tx, artifacts, commits, jobs, managers, pipelines, runners, stages};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::io::Write;

/// Jobs of one pipeline.
const JOBS: i64 = 10;
/// Pipelines of one transaction.
const PIPELINES: i64 = 500;
/// When the first pipeline was made.
const BEGIN: Timestamp = Timestamp::from_seconds(1_700_000_000);

/// Who asks, and for what.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Seeded {
    pub(crate) project: i64,
    /// A developer's: not an administrator's, whose rights cost nothing to find out.
    pub(crate) token: String,
    pub(crate) first_job: i64,
    pub(crate) jobs: i64,
    user: i64,
}

/// The folder's data, stored now unless they are there from an earlier run.
pub(crate) async fn seeded(place: &Place, options: &DbOptions, jobs: i64) -> Outcome<Seeded> {
    std::fs::create_dir_all(&place.folder)?;
    let note = place.folder.join("bench.json");
    if let Ok(text) = std::fs::read_to_string(&note) {
        return Ok(serde_json::from_str(&text)?);
    }
    let mut seeded = people(place).await?;
    let options = options.clone();
    let db = tokio::task::spawn_blocking(move || Db::open(&options)).await??;
    let start = std::time::Instant::now();
    let (user, project) = (UserId(seeded.user), ProjectId(seeded.project));
    let machine = db.write::<_, pipewright_store::Error>(move |tx| machine(tx, user)).await?;
    let mut done = 0;
    while done < jobs {
        let count = PIPELINES.min((jobs - done) / JOBS).max(1);
        let first = done / JOBS;
        let id = db.write(move |tx| pipelines(tx, project, user, machine, first, count)).await?;
        if done == 0 {
            seeded.first_job = id.0;
        }
        done += count * JOBS;
        print!("\rstoring jobs: {done} of {jobs}");
        std::io::stdout().flush()?;
    }
    println!(", {:.0} s", start.elapsed().as_secs_f64());
    seeded.jobs = done;
    std::fs::write(note, serde_json::to_string(&seeded)?)?;
    Ok(seeded)
}

/// A project with a developer, made as anybody makes them.
async fn people(place: &Place) -> Outcome<Seeded> {
    let server = place.serve(&[])?;
    let project = server.post("/projects", &json!({ "name": "bench" })).await?;
    let project = number(&project, "id")?;
    let user = json!({ "username": "ana", "name": "Ana", "email": "ana@example.com", "password": "bench-bench-9" });
    let user = number(&server.post("/users", &user).await?, "id")?;
    let member = json!({ "user_id": user, "access_level": 30 });
    server.post(&format!("/projects/{project}/members"), &member).await?;
    let token = json!({ "name": "bench", "scopes": ["api"] });
    let token = server.post(&format!("/users/{user}/personal_access_tokens"), &token).await?;
    Ok(Seeded { project, token: text(&token, "token")?, first_job: 0, jobs: 0, user })
}

fn machine(tx: &Tx<'_>, user: UserId) -> Result<(RunnerId, RunnerManagerId)> {
    let runner = Runner {
        id: RunnerId(0),
        runner_type: RunnerType::Instance,
        short_token: "bench".to_owned(),
        description: "a runner for all".to_owned(),
        maintenance_note: None,
        active: true,
        locked: false,
        run_untagged: true,
        ref_protected: false,
        maximum_timeout: None,
        tags: Vec::new(),
        legacy: false,
        created_by: Some(user),
        created_at: BEGIN,
        contacted_at: Some(BEGIN),
        token_expires_at: None,
    };
    let runner = runners::insert(tx, &runner, &TokenDigest("bench".to_owned()))?;
    let told = |word: &str| Some(word.to_owned());
    let manager = RunnerManager {
        id: RunnerManagerId(0),
        runner_id: runner,
        system_id: "s_bench".to_owned(),
        version: told("19.0.0"),
        revision: told("abcdef12"),
        platform: told("linux"),
        architecture: told("amd64"),
        name: told("gitlab-runner"),
        executor: told("docker"),
        ip_address: told("10.0.0.7"),
        features: vec!["cache".to_owned(), "artifacts".to_owned()],
        created_at: BEGIN,
        contacted_at: Some(BEGIN),
    };
    Ok((runner, managers::upsert(tx, &manager)?))
}

/// Stores `count` pipelines with their jobs; the id of the first job.
fn pipelines(
    tx: &Tx<'_>,
    project: ProjectId,
    user: UserId,
    machine: (RunnerId, RunnerManagerId),
    first: i64,
    count: i64,
) -> Result<JobId> {
    let mut begins = None;
    for number in first..first + count {
        let at = BEGIN.plus_seconds(number * 120);
        let sha = format!("{:040x}", (number as u128 + 1) * 0x9e37_79b9_7f4a_7c15_u128);
        commits::insert(tx, project, &commit(&sha, number))?;
        let pipeline = pipelines::insert(tx, &pipeline(tx, project, user, sha, at)?)?;
        let stage = Stage {
            id: StageId(0),
            pipeline_id: pipeline,
            name: "test".to_owned(),
            position: 0,
            status: Status::Success,
        };
        let stage = stages::insert(tx, &stage)?;
        for place in 0..JOBS {
            let mut job = job(project, pipeline, stage, user, place, at);
            job.id = jobs::insert(tx, &job)?;
            (job.runner_id, job.runner_manager_id) = (Some(machine.0), Some(machine.1));
            jobs::save(tx, &job, job.status)?;
            artifacts::insert(tx, &archive(&job))?;
            begins.get_or_insert(job.id);
        }
    }
    Ok(begins.unwrap_or(JobId(0)))
}

fn commit(sha: &str, number: i64) -> Commit {
    let date = "2024-02-03T04:05:06.000+01:00".to_owned();
    Commit {
        id: sha.to_owned(),
        short_id: sha[..8].to_owned(),
        title: format!("Change number {number}"),
        message: format!("Change number {number}\n\nWith a few words on why it was made.\n"),
        author_name: "Ana".to_owned(),
        author_email: "ana@example.com".to_owned(),
        authored_date: date.clone(),
        committer_name: "Ana".to_owned(),
        committer_email: "ana@example.com".to_owned(),
        committed_date: date,
        parent_ids: vec![sha.chars().rev().collect()],
    }
}

fn pipeline(tx: &Tx<'_>, project: ProjectId, user: UserId, sha: String, at: Timestamp) -> Result<Pipeline> {
    Ok(Pipeline {
        id: PipelineId(0),
        iid: pipelines::take_iid(tx, project)?,
        project_id: project,
        ref_name: "main".to_owned(),
        tag: false,
        sha,
        before_sha: "0".repeat(40),
        status: Status::Success,
        source: Source::Push,
        user_id: Some(user),
        protected: false,
        name: None,
        yaml_errors: None,
        failure_reason: None,
        cancel_on_job_failure: false,
        on_new_commit: "conservative".to_owned(),
        source_job_id: None,
        root_id: PipelineId(0),
        created_at: at,
        updated_at: at.plus_seconds(100),
        started_at: Some(at.plus_seconds(2)),
        finished_at: Some(at.plus_seconds(100)),
    })
}

fn job(project: ProjectId, pipeline: PipelineId, stage: StageId, user: UserId, place: i64, at: Timestamp) -> Job {
    let failed = place == 7;
    Job {
        id: JobId(0),
        kind: JobKind::Build,
        pipeline_id: pipeline,
        project_id: project,
        stage_id: stage,
        stage: "test".to_owned(),
        stage_position: 0,
        name: format!("test part {place}"),
        status: if failed { Status::Failed } else { Status::Success },
        ref_name: "main".to_owned(),
        tag: false,
        protected: false,
        allow_failure: failed,
        when: When::OnSuccess,
        scheduling: Scheduling::Stage,
        retried: false,
        interruptible: false,
        enqueue_immediately: false,
        user_id: Some(user),
        tags: vec!["docker".to_owned(), "linux".to_owned()],
        timeout: 3600,
        environment: None,
        resource_group: None,
        start_in: None,
        runner_id: None,
        runner_manager_id: None,
        coverage: Some(81.5),
        failure_reason: failed.then(|| "script_failure".to_owned()),
        exit_code: failed.then_some(1),
        debug_trace: false,
        cancel_gracefully: false,
        downstream_pipeline_id: None,
        created_at: at,
        updated_at: at.plus_seconds(90),
        queued_at: Some(at.plus_seconds(1)),
        started_at: Some(at.plus_seconds(2)),
        finished_at: Some(at.plus_seconds(80 + place)),
        scheduled_at: None,
        erased_at: None,
        erased_by: None,
        artifacts_expire_at: None,
    }
}

fn archive(job: &Job) -> Artifact {
    Artifact {
        id: ArtifactId(0),
        job_id: job.id,
        project_id: job.project_id,
        file_type: "archive".to_owned(),
        file_format: FileFormat::Zip,
        filename: "artifacts.zip".to_owned(),
        size: 123_456,
        sha256: "0".repeat(64),
        blob_key: format!("bench/{}", job.id),
        accessibility: Accessibility::Public,
        created_at: job.created_at,
        expires_at: None,
    }
}
