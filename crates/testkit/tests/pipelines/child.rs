//! Bridges, and the pipelines they start.

use pipewright_testkit::{Pipeline, Project, TestServer, for_both};
use serde_json::{Value, json};

async fn bridge(project: &Project<'_>, pipeline: &Pipeline) -> Value {
    let path = project.at(&format!("/pipelines/{}/bridges", pipeline.id));
    project.owner.get(&path).await.expect(200).json()[0].clone()
}

async fn until_bridge(server: &TestServer, project: &Project<'_>, pipeline: &Pipeline, status: &str) -> Value {
    server
        .until(&format!("the bridge to be {status}"), async || {
            Some(bridge(project, pipeline).await).filter(|bridge| bridge["status"] == status)
        })
        .await
}

#[tokio::test]
async fn a_bridge_that_depends_on_its_child_ends_as_it_does() {
    for_both(async |server| {
        let project = server.project(&server.admin(), "parent").await;
        project.commit("main", "child.yml", "inner: { script: [make] }\n").await;
        let pipeline = project.pipeline(
            "down: { trigger: { include: child.yml, strategy: depend } }\nafter: { stage: deploy, script: [x] }\n",
        );
        let pipeline = pipeline.await;
        let running = until_bridge(server, &project, &pipeline, "running").await;
        assert_eq!(running["downstream_pipeline"]["source"], "parent_pipeline");
        let runner = server.runner().await;
        let inner = runner.take().await;
        assert_eq!(inner.name(), "inner");
        assert!(runner.ask().await.is_none(), "the parent waits");
        inner.finish("failed").await;
        until_bridge(server, &project, &pipeline, "failed").await;
        project.until_pipeline(&pipeline, "failed").await;
        // The child's job is retried: the bridge waits again, and all ends well.
        let _ = project.owner.post(&project.at(&format!("/jobs/{}/retry", inner.id)), json!({})).await.expect(201);
        until_bridge(server, &project, &pipeline, "running").await;
        runner.take().await.finish("success").await;
        until_bridge(server, &project, &pipeline, "success").await;
        let after = runner.take().await;
        assert_eq!(after.name(), "after");
        after.finish("success").await;
        project.until_pipeline(&pipeline, "success").await;
    })
    .await;
}

#[tokio::test]
async fn a_bridge_hands_on_its_variables_and_canceling_reaches_the_child() {
    let yaml = "variables: { TOP: top }\ndown: { variables: { COLOUR: \"dark-$TOP\" }, trigger: { include: child.yml, strategy: depend } }\n";
    for_both(async |server| {
        let project = server.project(&server.admin(), "hands-on").await;
        project.commit("main", "child.yml", "inner: { script: [make], variables: { COLOUR: pale } }\n").await;
        let pipeline = project.pipeline(yaml).await;
        let inner = server.runner().await.take().await;
        let value = |key: &str| {
            let all = inner.payload["variables"].as_array().unwrap();
            all.iter().rev().find(|v| v["key"] == key).map(|v| v["value"].as_str().unwrap().to_owned())
        };
        assert_eq!(value("COLOUR").as_deref(), Some("dark-top"), "handed on, it beats the child's own");
        assert_eq!(value("CI_PIPELINE_SOURCE").as_deref(), Some("parent_pipeline"));
        let path = project.at(&format!("/pipelines/{}/cancel", pipeline.id));
        let _ = project.owner.post(&path, json!({})).await.expect(200);
        assert_eq!(project.show(inner.id).await["status"], "canceled");
        project.until_pipeline(&pipeline, "canceled").await;
    })
    .await;
}

#[tokio::test]
async fn a_child_is_made_of_a_file_an_earlier_job_left() {
    let yaml = "make: { stage: build, script: [x], artifacts: { paths: [made.yml] } }\n\
                down: { stage: test, trigger: { include: [{ artifact: made.yml, job: make }], strategy: depend } }\n";
    for_both(async |server| {
        let project = server.project(&server.admin(), "generated").await;
        let pipeline = project.pipeline(yaml).await;
        let runner = server.runner().await;
        let make = runner.take().await;
        make.upload(&[("made.yml", b"made: { script: [echo made] }\n")]).await;
        make.finish("success").await;
        let made = runner.take().await;
        assert_eq!(made.name(), "made");
        made.finish("success").await;
        project.until_pipeline(&pipeline, "success").await;
    })
    .await;
}

#[tokio::test]
async fn a_child_that_cannot_be_made_fails_its_bridge() {
    for_both(async |server| {
        let project = server.project(&server.admin(), "childless").await;
        let pipeline = project.pipeline("down: { trigger: { include: nowhere.yml } }\n").await;
        let failed = until_bridge(server, &project, &pipeline, "failed").await;
        assert_eq!(failed["failure_reason"], "downstream_pipeline_creation_failed");
        project.until_pipeline(&pipeline, "failed").await;
    })
    .await;
}

#[tokio::test]
async fn children_nest_two_levels_deep() {
    for_both(async |server| {
        let project = server.project(&server.admin(), "nested").await;
        project.commit("main", "down.yml", "down: { trigger: { include: down.yml, strategy: depend } }\n").await;
        let pipeline = project.pipeline("down: { trigger: { include: down.yml, strategy: depend } }\n").await;
        project.until_pipeline(&pipeline, "failed").await;
        let children = project.owner.get(&project.at("/pipelines?source=parent_pipeline")).await.expect(200).json();
        assert_eq!(children.as_array().unwrap().len(), 2);
        let deepest = children[0]["id"].as_i64().unwrap();
        let bridges = project.owner.get(&project.at(&format!("/pipelines/{deepest}/bridges"))).await.expect(200).json();
        assert_eq!(bridges[0]["failure_reason"], "reached_max_descendant_pipelines_depth");
    })
    .await;
}

#[tokio::test]
async fn a_bridge_to_another_project_starts_its_pipeline_or_says_why_not() {
    for_both(async |server| {
        let target = server.project(&server.admin(), "target").await;
        target
            .commit(
                "main",
                ".gitlab-ci.yml",
                "far: { script: [x], rules: [{ if: $CI_PIPELINE_SOURCE == \"pipeline\" }] }\n",
            )
            .await;
        let project = server.project(&server.admin(), "source").await;
        let pipeline =
            project.pipeline(&format!("down: {{ trigger: {{ project: {}, strategy: depend }} }}\n", target.path)).await;
        let far = server.runner().await.take().await;
        assert_eq!(far.payload["job_info"]["project_id"], target.id);
        far.finish("success").await;
        project.until_pipeline(&pipeline, "success").await;
        // Whoever reads the bridge hears what it started and how that stands, as in GitLab; not of its jobs.
        let reader = server.user("reader").await;
        project.add(&reader, 20).await;
        let bridges = project.at(&format!("/pipelines/{}/bridges", pipeline.id));
        let started = reader.get(&bridges).await.expect(200).json()[0]["downstream_pipeline"].clone();
        assert_eq!((&started["project_id"], &started["status"]), (&json!(target.id), &json!("success")));
        let _ = reader.get(&target.at(&format!("/pipelines/{}", started["id"]))).await.expect(404);

        let lost = project.pipeline("down: { trigger: { project: nobody/nowhere } }\n").await;
        let failed = until_bridge(server, &project, &lost, "failed").await;
        assert_eq!(failed["failure_reason"], "downstream_bridge_project_not_found");
    })
    .await;
}

#[tokio::test]
async fn a_child_takes_an_artifact_of_its_parent_and_of_another_project() {
    let parent = "make: { stage: build, script: [x], artifacts: { paths: [.] } }\n\
                  down: { stage: test, variables: { PARENT: $CI_PIPELINE_ID }, trigger: { include: child.yml, strategy: depend } }\n";
    let child = "use: { script: [x], needs: [{ pipeline: $PARENT, job: make }, { project: root/other, job: work, ref: main, artifacts: true }] }\n";
    for_both(async |server| {
        let other = server.project(&server.admin(), "other").await;
        let (_, there) = other.job_with_archive(&[("b.txt", b"there")]).await;
        let project = server.project(&server.admin(), "family").await;
        project.commit("main", "child.yml", child).await;
        let pipeline = project.pipeline(parent).await;
        let runner = server.runner().await;
        let make = runner.take().await;
        make.upload(&[("a.txt", b"here")]).await;
        make.finish("success").await;
        let user = runner.take().await;
        let wanted = user.payload["dependencies"].as_array().unwrap();
        let ids: Vec<_> = wanted.iter().map(|dependency| dependency["id"].as_i64().unwrap()).collect();
        assert_eq!(ids, [make.id, there]);
        assert!(wanted.iter().all(|dependency| dependency["artifacts_file"]["size"].as_i64() > Some(0)));
        user.finish("success").await;
        project.until_pipeline(&pipeline, "success").await;
    })
    .await;
}

#[tokio::test]
async fn a_bridge_reaches_a_protected_branch_of_another_project_only_for_those_who_may_push_there() {
    for_both(async |server| {
        let target = server.project(&server.admin(), "target").await;
        target.commit("main", ".gitlab-ci.yml", "deploy: { script: [make] }\n").await;
        let developer = server.user("bob").await;
        target.add(&developer, 30).await;
        let own = server.project(&developer, "own").await;
        let refused = own.pipeline("down: { trigger: root/target }\n").await;
        let bridge = until_bridge(server, &own, &refused, "failed").await;
        assert_eq!(bridge["failure_reason"], "insufficient_bridge_permissions");
        assert!(bridge["downstream_pipeline"].is_null());

        let admins = server.project(&server.admin(), "admins").await;
        let let_through = admins.pipeline("down: { trigger: root/target }\n").await;
        let bridge = until_bridge(server, &admins, &let_through, "success").await;
        assert_eq!(bridge["downstream_pipeline"]["ref"], "main");
    })
    .await;
}
