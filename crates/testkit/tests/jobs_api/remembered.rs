//! Answers that may be given again: never once something they show, or who may see it, has changed.

use pipewright_testkit::{Api, TestOptions, TestServer, for_both, for_both_with};
use serde_json::{Value, json};

/// A finished job with an archive, read over and over by two people.
struct Read<'s> {
    ana: Api,
    dev: Api,
    project: pipewright_testkit::Project<'s>,
    job: i64,
    lists: [String; 3],
}

async fn read(server: &TestServer) -> Read<'_> {
    let (ana, dev) = (server.user("ana").await, server.user("dev").await);
    let project = server.project(&ana, "app").await;
    project.add(&dev, 30).await;
    let (pipeline, job) = project.job_with_archive(&[("a.txt", b"a")]).await;
    project.until_pipeline(&pipeline, "success").await;
    // The last that happens to a job by itself.
    let trace_is_archived = async || {
        let files = project.show(job).await["artifacts"].as_array().expect("a list").clone();
        files.iter().any(|file| file["file_type"] == "trace").then_some(())
    };
    server.until("the log to be archived", trace_is_archived).await;
    let of_pipeline = format!("/pipelines/{}/jobs", pipeline.id);
    let lists = ["/jobs", "/jobs?pagination=keyset", &of_pipeline].map(|list| project.at(list));
    Read { ana, dev, project, job, lists }
}

impl Read<'_> {
    /// The job as the developer sees it by itself; every list must show the same.
    async fn shown(&self) -> Value {
        let alone = self.dev.get(&self.project.at(&format!("/jobs/{}", self.job))).await.expect(200).json();
        for list in &self.lists {
            for _ in 0..2 {
                let page = self.dev.get(list).await.expect(200).json();
                assert_eq!(page[0], alone, "{list}");
            }
        }
        alone
    }
}

#[tokio::test]
async fn an_answer_shows_every_change_at_once() {
    for_both_with(TestOptions::with_manual_clock, async |server| {
        let read = read(server).await;
        let before = read.shown().await;
        assert_eq!(read.shown().await, before);
        assert_eq!(before["artifacts"][0]["file_type"], "archive");

        let runner = before["runner"]["id"].as_i64().unwrap();
        let _ =
            server.admin().put(&format!("/runners/{runner}"), json!({ "description": "renamed" })).await.expect(200);
        assert_eq!(read.shown().await["runner"]["description"], "renamed");

        read.project.set(json!({ "path": "moved" })).await;
        let address = read.shown().await["web_url"].as_str().unwrap().to_owned();
        assert!(address.contains("/moved/-/jobs/"), "{address}");

        let _ =
            read.ana.post(&read.project.at(&format!("/jobs/{}/artifacts/keep", read.job)), json!({})).await.expect(200);
        assert_eq!(read.shown().await["artifacts_expire_at"], Value::Null);

        let _ = read.ana.post(&read.project.at(&format!("/jobs/{}/erase", read.job)), json!({})).await.expect(201);
        let erased = read.shown().await;
        assert!(erased["erased_at"].is_string() && erased["artifacts"] == json!([]), "{erased}");

        let _ = read.ana.post(&read.project.at(&format!("/jobs/{}/retry", read.job)), json!({})).await.expect(201);
        let jobs = read.dev.get(&read.lists[0]).await.ids();
        assert_eq!((jobs.len(), jobs[1]), (2, read.job));
    })
    .await;
}

#[tokio::test]
async fn an_answer_is_given_again_only_to_who_may_still_have_it() {
    for_both(async |server| {
        let read = read(server).await;
        read.shown().await;
        let alone = read.project.at(&format!("/jobs/{}", read.job));
        let stranger = server.user("stranger").await;
        for address in read.lists.iter().chain([&alone]) {
            let _ = read.dev.get(address).await.expect(200);
            let _ = stranger.get(address).await.expect(404);
        }
        let dev = read.dev.get("/user").await.json()["id"].as_i64().unwrap();
        let _ = read.ana.delete(&read.project.at(&format!("/members/{dev}"))).await.expect(204);
        for address in read.lists.iter().chain([&alone]) {
            let _ = read.dev.get(address).await.expect(404);
            let _ = read.ana.get(address).await.expect(200);
        }
    })
    .await;
}

#[tokio::test]
async fn what_goes_on_with_the_time_is_not_given_again() {
    for_both_with(TestOptions::with_manual_clock, async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (pipeline, claimed) = project.running_job().await;
        let alone = project.at(&format!("/jobs/{}", claimed.id));
        let lists = [project.at("/jobs"), project.at(&format!("/pipelines/{}/jobs", pipeline.id))];
        for seconds in [0.0, 0.25, 0.5] {
            let job = ana.get(&alone).await.expect(200).json();
            assert_eq!(job["duration"], seconds);
            for list in &lists {
                assert_eq!(ana.get(list).await.expect(200).json()[0]["duration"], seconds);
            }
            server.clock.as_ref().expect("a manual clock").advance_millis(250);
        }
    })
    .await;
}
