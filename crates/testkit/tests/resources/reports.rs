//! Test reports of pipelines, and their names.

use flate2::{Compression, write::GzEncoder};
use pipewright_testkit::{Claimed, for_both, on_sqlite};
use reqwest::{Method, multipart};
use serde_json::json;
use std::io::Write;

/// Uploads reports as a runner does: a gzip member each.
async fn report(claimed: &Claimed<'_>, documents: &[&str], server: &pipewright_testkit::TestServer) {
    let mut packed = Vec::new();
    for text in documents {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(text.as_bytes()).expect("memory takes it");
        packed.extend(gzip.finish().expect("memory takes it"));
    }
    let path = format!("/jobs/{}/artifacts?artifact_type=junit&artifact_format=gzip", claimed.id);
    let part = multipart::Part::bytes(packed).file_name("junit.xml.gz");
    let form = multipart::Form::new().part("file", part);
    let job = server.job(&claimed.token);
    let _ = job.send(job.request(Method::POST, &path).multipart(form)).await.expect(201);
}

#[tokio::test]
async fn the_latest_jobs_reports_are_read_and_counted() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let pipeline = project.pipeline("unit: { script: [make], parallel: 2 }\nlint: { script: [make] }").await;
        let path = project.at(&format!("/pipelines/{}/test_report", pipeline.id));
        let none = ana.get(&path).await.expect(200).json();
        assert_eq!((&none["total_count"], &none["test_suites"]), (&json!(0), &json!([])));

        let runner = server.runner().await;
        let (first, second, third) = (runner.take().await, runner.take().await, runner.take().await);
        let good = r#"<testsuite name="s"><testcase name="a" classname="C" time="1.5"/></testsuite>"#;
        let bad = r#"<testsuite><testcase name="b" file="b.c"><failure message="m">broke</failure></testcase><testcase name="c"><skipped/></testcase></testsuite>"#;
        for claimed in [first, second, third] {
            match claimed.payload["job_info"]["name"].as_str().expect("a name") {
                "unit 1/2" => report(&claimed, &[good], server).await,
                "unit 2/2" => report(&claimed, &[bad, good], server).await,
                _ => report(&claimed, &["<testsuite"], server).await,
            }
            claimed.finish("success").await;
        }
        let whole = ana.get(&path).await.expect(200).json();
        assert_eq!(
            (&whole["total_count"], &whole["success_count"], &whole["failed_count"], &whole["skipped_count"]),
            (&json!(4), &json!(2), &json!(1), &json!(1))
        );
        assert_eq!(whole["total_time"], json!(3.0));
        let suites = whole["test_suites"].as_array().expect("suites");
        let unit = suites.iter().find(|suite| suite["name"] == "unit").expect("both parallel jobs in one");
        let cases = unit["test_cases"].as_array().expect("cases");
        let broken = cases.iter().find(|case| case["name"] == "b").expect("the failed case");
        assert_eq!(
            *broken,
            json!({
                "status": "failed", "name": "b", "classname": null, "file": "b.c", "execution_time": 0.0,
                "system_output": "broke", "stack_trace": null,
            })
        );
        let lint = suites.iter().find(|suite| suite["name"] == "lint").expect("the broken one");
        assert!(lint["suite_error"].as_str().is_some_and(|why| why.starts_with("JUnit XML parsing failed")), "{lint}");

        let short = ana.get(&format!("{path}_summary")).await.expect(200).json();
        assert_eq!((&short["total"]["count"], &short["total"]["failed"]), (&json!(4), &json!(1)));
        assert_eq!(short["test_suites"][0]["build_ids"].as_array().map(Vec::len), Some(2));
        assert!(short["test_suites"][0].get("test_cases").is_none());
        let _ = ana.get(&project.at("/pipelines/4711/test_report")).await.expect(404);
        let _ = server.anonymous().get(&path).await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn a_pipeline_is_named_by_those_who_may_push_to_its_ref() {
    on_sqlite(async |server| {
        let (ana, dev) = (server.user("ana").await, server.user("dev").await);
        let project = server.project(&ana, "app").await;
        let pipeline = project.pipeline("work: { script: [make] }").await;
        project.add(&dev, 30).await;
        let path = project.at(&format!("/pipelines/{}/metadata", pipeline.id));
        let named = ana.put(&path, json!({ "name": "To production" })).await.expect(200).json();
        assert_eq!(named["name"], "To production");
        let found = ana.get(&project.at("/pipelines?name=To%20production")).await.expect(200);
        assert_eq!(found.ids(), [pipeline.id]);
        ana.put(&path, json!({})).await.is(400, &json!({ "error": "name is missing" }));
        let _ = ana.put(&path, json!({ "name": "x".repeat(300) })).await.expect(400);
        let _ = dev.put(&path, json!({ "name": "mine" })).await.expect(403);
        let _ = server.anonymous().put(&path, json!({ "name": "x" })).await.expect(401);
    })
    .await;
}
