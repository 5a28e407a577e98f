//! Resource groups: who gets a free resource, and the API that shows and changes it.

use pipewright_testkit::{Project, for_both};
use serde_json::{Value, json};

const YAML: &str = "deploy: { script: [x], resource_group: live/$CI_COMMIT_BRANCH }\n";

async fn started(project: &Project<'_>) -> i64 {
    let made = project.owner.post(&project.at("/pipeline"), json!({ "ref": "main" })).await.expect(201).json();
    made["id"].as_i64().unwrap()
}

#[tokio::test]
async fn a_free_resource_goes_where_the_process_mode_says() {
    for_both(async |server| {
        for (mode, expected) in [("unordered", 1), ("oldest_first", 1), ("newest_first", 3), ("newest_ready_first", 3)]
        {
            let project = server.project(&server.admin(), &format!("mode-{mode}")).await;
            project.set(json!({ "auto_cancel_pending_pipelines": "disabled" })).await;
            let runner = server.runner().await;
            let first = project.pipeline(YAML).await;
            let held = runner.take().await;
            let path = project.at("/resource_groups/live%2Fmain");
            let group = project.owner.get(&path).await.expect(200).json();
            assert_eq!((&group["key"], &group["process_mode"]), (&json!("live/main"), &json!("unordered")));
            let edited = project.owner.put(&path, json!({ "process_mode": mode })).await.expect(200).json();
            assert_eq!((&edited["id"], &edited["process_mode"]), (&group["id"], &json!(mode)));
            let mut pipelines = vec![first.id];
            for _ in 0..3 {
                pipelines.push(started(&project).await);
            }
            assert!(runner.ask().await.is_none(), "one at a time");
            let current = project.owner.get(&format!("{path}/current_job")).await.expect(200).json();
            assert_eq!(current["id"], held.id);
            let upcoming = project.owner.get(&format!("{path}/upcoming_jobs")).await.expect(200).json();
            let waiting: Vec<Value> =
                upcoming.as_array().unwrap().iter().map(|job| job["pipeline"]["id"].clone()).collect();
            assert_eq!(waiting.len(), 3);
            assert_eq!(
                (&waiting[0], &upcoming[0]["status"]),
                (&json!(pipelines[expected]), &json!("waiting_for_resource"))
            );
            held.finish("success").await;
            let next = runner.take().await;
            assert_eq!(next.payload["job_info"]["pipeline_id"], pipelines[expected], "{mode}");
            // Leave nothing to the next round's runner.
            for id in &pipelines {
                let _ = project.owner.post(&project.at(&format!("/pipelines/{id}/cancel")), json!({})).await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn groups_are_shown_to_developers() {
    for_both(async |server| {
        let project = server.project(&server.admin(), "grouped").await;
        let path = project.at("/resource_groups");
        project.owner.get(&path).await.is(200, &json!([]));
        assert_eq!(project.owner.get(&format!("{path}/none")).await.status, 404);
        project.pipeline(YAML).await;
        server.runner().await.take().await.finish("success").await;
        let all = project.owner.get(&path).await.expect(200).json();
        assert_eq!((all.as_array().unwrap().len(), &all[0]["key"]), (1, &json!("live/main")));
        let one = format!("{path}/live%2Fmain");
        project.owner.get(&format!("{one}/current_job")).await.is(200, &Value::Null);
        project.owner.get(&format!("{one}/upcoming_jobs")).await.is(200, &json!([]));
        assert_eq!(project.owner.put(&one, json!({ "process_mode": "odd" })).await.status, 400);
        assert_eq!(project.owner.put(&one, json!({})).await.expect(200).json()["process_mode"], "unordered");
        let reporter = server.user("rita").await;
        project.add(&reporter, 20).await;
        assert_eq!(reporter.get(&path).await.status, 403);
        let developer = server.user("dan").await;
        project.add(&developer, 30).await;
        let _ = developer.put(&one, json!({ "process_mode": "oldest_first" })).await.expect(200);
    })
    .await;
}
