//! The crate `gitlab-runner`, an independent runner, takes a pipeline's jobs and hands artifacts on.

use futures::AsyncRead;
use gitlab_runner::job::Job;
use gitlab_runner::{GitlabLayer, JobHandler, JobResult, Phase, RunnerBuilder, UploadableFile, outputln};
use pipewright_testkit::on_sqlite;
use std::borrow::Cow;
use std::io::Read;
use tokio::sync::Mutex;
use tracing_subscriber::prelude::*;

const PIPELINE: &str = "\
build:
  stage: build
  script: [make, all]
  artifacts: { paths: [out.txt] }
check:
  stage: test
  script: [read]
broken:
  stage: test
  script: [fail]
  allow_failure: true
";

struct OutFile;

#[async_trait::async_trait]
impl UploadableFile for OutFile {
    type Data<'a> = Box<dyn AsyncRead + Send + Unpin>;

    fn get_path(&self) -> Cow<'_, str> {
        "out.txt".into()
    }

    async fn get_data(&self) -> Result<Self::Data<'_>, ()> {
        Ok(Box::new(b"made by another".as_slice()))
    }
}

struct Handler(Job);

#[async_trait::async_trait]
impl JobHandler<OutFile> for Handler {
    async fn step(&mut self, script: &[String], _: Phase) -> JobResult {
        for line in script {
            outputln!("$ {line}");
            match line.as_str() {
                "fail" => return Err(()),
                "read" => {
                    for dependency in self.0.dependencies() {
                        let mut archive = dependency.download().await.map_err(|_| ())?.ok_or(())?;
                        let mut text = String::new();
                        archive.by_index(0).ok_or(())?.read_to_string(&mut text).map_err(|_| ())?;
                        outputln!("{} left {text}", dependency.name());
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    async fn get_uploadable_files(&mut self) -> Result<Box<dyn Iterator<Item = OutFile> + Send>, ()> {
        Ok(Box::new(std::iter::once(OutFile)))
    }
}

#[tokio::test]
async fn the_crate_gitlab_runner_runs_a_pipeline_from_end_to_end() {
    let (layer, jobs) = GitlabLayer::new();
    tracing_subscriber::registry().with(layer).init();
    let jobs = Mutex::new(Some(jobs));
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let pipeline = project.pipeline(PIPELINE).await;
        let token = server.runner().await.token;
        let builds = tempfile::tempdir().expect("a folder");
        let jobs = jobs.lock().await.take().expect("one run only");
        let address = server.url.as_str().try_into().expect("an address");
        let runner = RunnerBuilder::new(address, token, builds.path(), jobs).system_id("r_other").build().await;
        let runner = Mutex::new(runner);
        let path = project.at(&format!("/pipelines/{}", pipeline.id));
        server
            .until("the pipeline to end well", async || {
                let mut runner = runner.lock().await;
                while runner.request_job(async |job| Ok(Handler(job))).await.expect("the server answers") {
                    runner.drain().await;
                }
                let status = ana.get(&path).await.expect(200).json()["status"].clone();
                assert!(!["failed", "canceled", "skipped"].contains(&status.as_str().unwrap_or_default()), "{status}");
                (status == "success").then_some(())
            })
            .await;
        let check = project.job(&pipeline, "check").await;
        assert_eq!(check["runner_manager"]["system_id"], "r_other");
        let log = ana.get(&project.at(&format!("/jobs/{}/trace", check["id"]))).await.expect(200).text();
        assert!(log.contains("$ read") && log.contains("build left made by another"), "{log}");
        let broken = project.job(&pipeline, "broken").await;
        assert_eq!((&broken["status"], &broken["allow_failure"]), (&"failed".into(), &true.into()));
        // This runner says that a job failed and never why.
        assert_eq!(broken["failure_reason"], "unknown_failure");
    })
    .await;
}
