//! The crate `gitlab` makes a project, starts its pipeline, watches it, plays, retries, cancels, erases.

use gitlab::api::common::SortOrder;
use gitlab::api::projects::jobs::artifacts::{
    DeleteJobArtifacts, DownloadJobArtifactFile, DownloadJobArtifacts, DownloadRefJobArtifactFile,
    DownloadRefJobArtifacts, KeepJobArtifacts,
};
use gitlab::api::projects::jobs::{
    CancelJob, EraseJob, Job, JobScope, JobTrace, JobVariableAttribute, Jobs, PlayJob, RetryJob,
};
use gitlab::api::projects::pipelines::{Pipeline, PipelineBridges, PipelineJobs, PipelineOrderBy, Pipelines};
use gitlab::api::projects::repository::files::CreateFile;
use gitlab::api::projects::{CreateProject, Project};
use gitlab::api::{self, AsyncQuery, Pagination};
use gitlab::{AsyncGitlab, GitlabBuilder};
use pipewright_testkit::{Claimed, TestServer, for_both};
use serde_json::Value;

const PIPELINE: &str = "\
build:
  stage: build
  script: [make]
  artifacts: { paths: [out], expire_in: 1 day }
deploy:
  stage: deploy
  when: manual
  script: [ship]
";

pub(crate) fn id(value: &Value) -> u64 {
    value["id"].as_u64().expect("an id")
}

pub(crate) async fn connect(server: &TestServer, token: &str) -> AsyncGitlab {
    let host = server.url.trim_start_matches("http://");
    GitlabBuilder::new(host, token).insecure().build_async().await.expect("the client connects")
}

async fn ran(claimed: &Claimed<'_>) {
    claimed.log("made\n").await;
    claimed.upload(&[("out/a.txt", b"one")]).await;
    claimed.finish("success").await;
}

#[tokio::test]
async fn the_crate_gitlab_runs_a_pipeline_from_end_to_end() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let client = connect(server, ana.token()).await;
        let create = CreateProject::builder().name("app").build().expect("a query");
        let project: Value = create.query_async(&client).await.expect("a project");
        let project = id(&project);
        let by_path = Project::builder().project("ana/app").build().expect("a query");
        let same: Value = by_path.query_async(&client).await.expect("the project by its path");
        assert_eq!(id(&same), project);

        let file = CreateFile::builder()
            .project(project)
            .file_path(".gitlab-ci.yml")
            .branch("main")
            .content(PIPELINE.as_bytes())
            .commit_message("Begin")
            .build()
            .expect("a query");
        api::ignore(file).query_async(&client).await.expect("a commit");
        let list = Pipelines::builder()
            .project(project)
            .order_by(PipelineOrderBy::Id)
            .sort(SortOrder::Descending)
            .build()
            .expect("a query");
        let pipeline = server
            .until("a pipeline", async || {
                let found: Vec<Value> = list.query_async(&client).await.expect("pipelines");
                found.first().map(id)
            })
            .await;

        let claimed = server.runner().await.take().await;
        ran(&claimed).await;
        let job = u64::try_from(claimed.id).expect("an id");
        reads(&client, project, pipeline, job).await;
        archives(&client, project, job).await;
        changes(server, &client, project, pipeline, job).await;
        by_job_token(server).await;
    })
    .await;
}

async fn reads(client: &AsyncGitlab, project: u64, pipeline: u64, job: u64) {
    let one = Job::builder().project(project).job(job).build().expect("a query");
    let one: Value = one.query_async(client).await.expect("a job");
    assert_eq!((&one["status"], id(&one)), (&Value::from("success"), job));
    // The client pages by keyset, a row at a time here.
    let all = Jobs::builder().project(project).build().expect("a query");
    let all: Vec<Value> = api::paged(all, Pagination::AllPerPageLimit(1)).query_async(client).await.expect("jobs");
    assert_eq!(all.len(), 2);
    let scoped = Jobs::builder().project(project).scope(JobScope::Manual).build().expect("a query");
    let scoped: Vec<Value> = scoped.query_async(client).await.expect("manual jobs");
    assert_eq!(scoped[0]["name"], "deploy");
    let of_pipeline = PipelineJobs::builder().project(project).pipeline(pipeline).build().expect("a query");
    let of_pipeline: Vec<Value> = api::paged(of_pipeline, Pagination::All).query_async(client).await.expect("jobs");
    assert_eq!(of_pipeline.len(), 2);
    let bridges = PipelineBridges::builder().project(project).pipeline(pipeline).build().expect("a query");
    let bridges: Vec<Value> = bridges.query_async(client).await.expect("bridges");
    assert!(bridges.is_empty());
    let trace = JobTrace::builder().project(project).job(job).build().expect("a query");
    assert_eq!(api::raw(trace).query_async(client).await.expect("a log"), b"made\n");
    let shown = Pipeline::builder().project(project).pipeline(pipeline).build().expect("a query");
    let shown: Value = shown.query_async(client).await.expect("a pipeline");
    assert_eq!(id(&shown), pipeline);
}

async fn archives(client: &AsyncGitlab, project: u64, job: u64) {
    let whole = DownloadJobArtifacts::builder().project(project).job(job).build().expect("a query");
    let whole = api::raw(whole).query_async(client).await.expect("an archive");
    assert!(whole.starts_with(b"PK"));
    let by_ref = DownloadRefJobArtifacts::builder().project(project).ref_name("main").job("build").build();
    let by_ref = api::raw(by_ref.expect("a query")).query_async(client).await;
    // The manual job keeps the pipeline from counting as successful only if it must be played.
    assert_eq!(by_ref.expect("the same archive"), whole);
    let file = DownloadJobArtifactFile::builder().project(project).job(job).path("out/a.txt").build();
    assert_eq!(api::raw(file.expect("a query")).query_async(client).await.expect("a file"), b"one");
    let file = DownloadRefJobArtifactFile::builder()
        .project(project)
        .ref_name("main")
        .job("build")
        .path("out/a.txt")
        .build()
        .expect("a query");
    assert_eq!(api::raw(file).query_async(client).await.expect("a file"), b"one");
    let keep = KeepJobArtifacts::builder().project(project).job(job).build().expect("a query");
    let kept: Value = keep.query_async(client).await.expect("a job");
    assert!(kept["artifacts_expire_at"].is_null());
}

async fn changes(server: &TestServer, client: &AsyncGitlab, project: u64, pipeline: u64, job: u64) {
    let jobs = PipelineJobs::builder().project(project).pipeline(pipeline).build().expect("a query");
    let jobs: Vec<Value> = jobs.query_async(client).await.expect("jobs");
    let manual = jobs.iter().find(|job| job["name"] == "deploy").map(id).expect("a manual job");
    let variable = JobVariableAttribute::builder().key("GIVEN").value("yes").build().expect("a variable");
    let play = PlayJob::builder().project(project).job(manual).job_variables_attribute(variable).build();
    let played: Value = play.expect("a query").query_async(client).await.expect("the job starts");
    assert_eq!(played["status"], "pending");
    let cancel = CancelJob::builder().project(project).job(manual).build().expect("a query");
    let canceled: Value = cancel.query_async(client).await.expect("the job is canceled");
    assert_eq!(canceled["status"], "canceled");
    let retry = RetryJob::builder().project(project).job(job).build().expect("a query");
    let retried: Value = retry.query_async(client).await.expect("a new job");
    assert_ne!(id(&retried), job);
    let claimed = server.runner().await.take().await;
    ran(&claimed).await;
    let delete = DeleteJobArtifacts::builder().project(project).job(job).build().expect("a query");
    api::ignore(delete).query_async(client).await.expect("the artifacts are deleted");
    let erase = EraseJob::builder().project(project).job(job).build().expect("a query");
    let erased: Value = erase.query_async(client).await.expect("the log is erased");
    assert!(erased["erased_at"].is_string());
}

/// The client connects with a job's token too, which it tries on `GET /job`.
async fn by_job_token(server: &TestServer) {
    let bob = server.user("bob").await;
    let project = server.project(&bob, "other").await;
    let (_, claimed) = project.running_job().await;
    let host = server.url.trim_start_matches("http://");
    let client = GitlabBuilder::new_with_job_token(host, &claimed.token).insecure().build_async().await;
    let client = client.expect("the client connects with a job's token");
    let own = gitlab::api::job::Job::builder().build().expect("a query");
    let own: Value = own.query_async(&client).await.expect("the job");
    assert_eq!(own["id"], claimed.id);
}
