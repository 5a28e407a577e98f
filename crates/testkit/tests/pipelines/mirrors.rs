//! Bridges that show where another project's pipeline stands.

use pipewright_testkit::{Pipeline, Project, for_both};
use serde_json::{Value, json};

async fn bridge(project: &Project<'_>, pipeline: &Pipeline) -> Value {
    let path = project.at(&format!("/pipelines/{}/bridges", pipeline.id));
    project.owner.get(&path).await.expect(200).json()[0].clone()
}

#[tokio::test]
async fn a_bridge_ends_as_the_pipeline_it_mirrors() {
    for_both(async |server| {
        let admin = server.admin();
        let upstream = server.project(&admin, "upstream").await;
        let project = server.project(&admin, "downstream").await;
        let runner = server.runner().await;
        for (end, shown) in [("success", "success"), ("failed", "failed")] {
            let theirs = upstream.pipeline("work: { script: [x] }\n").await;
            let job = runner.take().await;
            let yaml = "mirror: { needs: { pipeline: root/upstream } }\nlater: { stage: deploy, script: [x] }\n";
            let pipeline = project.pipeline(yaml).await;
            server
                .until("the bridge to run", async || {
                    (bridge(&project, &pipeline).await["status"] == "running").then_some(())
                })
                .await;
            assert_eq!(bridge(&project, &pipeline).await["downstream_pipeline"]["id"], theirs.id);
            job.finish(end).await;
            server
                .until("the bridge to end", async || {
                    (bridge(&project, &pipeline).await["status"] == shown).then_some(())
                })
                .await;
            if end == "success" {
                let later = runner.take().await;
                assert_eq!(later.name(), "later");
                later.finish("success").await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_project_that_cannot_be_seen_is_not_mirrored() {
    for_both(async |server| {
        let hidden = server.project(&server.admin(), "hidden").await;
        hidden.set(json!({ "visibility": "private" })).await;
        let project = server.project(&server.user("mia").await, "curious").await;
        let pipeline = project.pipeline("mirror: { needs: { pipeline: root/hidden } }\n").await;
        project.until_pipeline(&pipeline, "failed").await;
        assert_eq!(bridge(&project, &pipeline).await["failure_reason"], "upstream_bridge_project_not_found");
    })
    .await;
}
