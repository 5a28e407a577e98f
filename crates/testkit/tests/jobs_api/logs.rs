//! Logs (Jobs API contract §6.2).

use pipewright_testkit::for_both;
use serde_json::json;

#[tokio::test]
async fn trap_37_a_job_without_a_log_has_an_empty_one() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let pipeline = project.pipeline("work: { script: [make] }").await;
        let id = project.job_id(&pipeline, "work").await;
        let empty = ana.get(&project.at(&format!("/jobs/{id}/trace"))).await.expect(200);
        assert!(empty.body.is_empty());
        assert_eq!(empty.header("content-type"), Some("text/plain"));
        let disposition = format!("infile; filename=\"{id}.log\"");
        assert_eq!(empty.header("content-disposition"), Some(disposition.as_str()));
        let missing = ana.get(&project.at("/jobs/999999/trace")).await;
        missing.is(404, &json!({ "message": "404 Not found" }));
    })
    .await;
}

#[tokio::test]
async fn a_log_is_read_while_it_grows_and_after_in_parts_or_whole() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (pipeline, claimed) = project.running_job().await;
        let path = project.at(&format!("/jobs/{}/trace", claimed.id));
        claimed.log("\u{1b}[0;mone\n").await;
        assert_eq!(ana.get(&path).await.expect(200).text(), "\u{1b}[0;mone\n");
        claimed.log("two\n").await;
        for ended in [false, true] {
            if ended {
                claimed.finish("success").await;
                project.until_pipeline(&pipeline, "success").await;
            }
            assert_eq!(ana.get(&format!("{path}?byte_offset=9")).await.expect(200).text(), "two\n");
            assert_eq!(ana.get(&format!("{path}?byte_offset=9&byte_limit=2")).await.expect(200).text(), "tw");
            assert_eq!(ana.get(&format!("{path}?byte_offset=900")).await.expect(200).text(), "");
        }
        for query in ["byte_offset=-1", "byte_limit=0", "byte_limit=512001"] {
            let name = query.split('=').next().unwrap_or_default();
            let error = json!({ "error": format!("{name} does not have a valid value") });
            ana.get(&format!("{path}?{query}")).await.is(400, &error);
        }
    })
    .await;
}

#[tokio::test]
async fn a_log_of_megabytes_comes_back_byte_for_byte() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (pipeline, claimed) = project.running_job().await;
        let piece = "a line of thirty-two characters\n".repeat(20_000);
        let mut whole = String::new();
        for number in 0..4 {
            let part = format!("{number}{piece}");
            claimed.log(&part).await;
            whole.push_str(&part);
        }
        let path = project.at(&format!("/jobs/{}/trace", claimed.id));
        assert!(ana.get(&path).await.expect(200).text() == whole, "the growing log differs");
        claimed.finish("success").await;
        project.until_pipeline(&pipeline, "success").await;
        assert!(ana.get(&path).await.expect(200).text() == whole, "the finished log differs");
    })
    .await;
}

#[tokio::test]
async fn trap_38_a_debug_log_is_for_developers() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let (reporter, developer) = (server.user("rep").await, server.user("dev").await);
        let project = server.project(&ana, "app").await;
        project.add(&reporter, 20).await;
        project.add(&developer, 30).await;
        let yaml = "work: { script: [make], variables: { CI_DEBUG_TRACE: 'true' } }\n";
        project.pipeline(yaml).await;
        let claimed = server.runner().await.take().await;
        claimed.log("+ make\n").await;
        let path = project.at(&format!("/jobs/{}/trace", claimed.id));
        let _ = reporter.get(&project.at(&format!("/jobs/{}", claimed.id))).await.expect(200);
        reporter.get(&path).await.is(403, &json!({ "message": "403 Forbidden" }));
        assert_eq!(developer.get(&path).await.expect(200).text(), "+ make\n");
    })
    .await;
}
