//! What stands in the way of a role: the job's ref, its owner, its archive's readers, the project's state (Jobs API contract
//! §3.4). The roles themselves are in `matrix`.

use pipewright_testkit::{Api, Project, TestServer, for_both};
use serde_json::{Value, json};

const YAML: &str = "work:\n  script: [make]\n  artifacts: { paths: [.] }\n";

/// What a caller is answered, in the columns of the matrix: list, one, log, pipeline's jobs, bridges, archive.
async fn reads(api: &Api, project: &Project<'_>, pipeline: i64, job: i64) -> [u16; 6] {
    let mut answers = [0; 6];
    let paths = [
        "/jobs".to_owned(),
        format!("/jobs/{job}"),
        format!("/jobs/{job}/trace"),
        format!("/pipelines/{pipeline}/jobs"),
        format!("/pipelines/{pipeline}/bridges"),
        format!("/jobs/{job}/artifacts"),
    ];
    for (answer, path) in answers.iter_mut().zip(paths) {
        let reply = api.get(&project.at(&path)).await;
        if reply.status == 403 {
            reply.is(403, &json!({ "message": "403 Forbidden" }));
        } else if reply.status == 404 {
            reply.is(404, &json!({ "message": "404 Project Not Found" }));
        }
        *answer = reply.status;
    }
    answers
}

const ALL: [u16; 6] = [200; 6];

async fn ended(server: &TestServer, project: &Project<'_>) -> (i64, i64) {
    let pipeline = project.pipeline(YAML).await;
    let claimed = server.runner().await.take().await;
    claimed.log("made\n").await;
    claimed.upload(&[("a.txt", b"one")]).await;
    claimed.finish("success").await;
    project.until_pipeline(&pipeline, "success").await;
    (pipeline.id, claimed.id)
}

#[tokio::test]
async fn trap_45_a_developer_erases_his_own_job_on_an_unprotected_ref_only() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let developer = server.user("developer").await;
        let project = server.project(&ana, "app").await;
        project.add(&developer, 30).await;
        let runner = server.runner().await;
        let refused = json!({ "message": "403 Forbidden" });
        // Somebody else's job on an unprotected branch.
        project.commit("main", "README.md", "x").await;
        project.pipeline_on("topic", YAML).await;
        let others = runner.take().await;
        others.log("x\n").await;
        others.finish("failed").await;
        let erase = |id: i64| project.at(&format!("/jobs/{id}/erase"));
        developer.post(&erase(others.id), json!({})).await.is(403, &refused);
        // His own.
        let own =
            developer.post(&project.at(&format!("/jobs/{}/retry", others.id)), json!({})).await.expect(201).json();
        let claimed = runner.take().await;
        assert_eq!(own["id"], claimed.id);
        claimed.log("x\n").await;
        claimed.finish("success").await;
        let fields = json!({ "name": "topic", "push_access_level": 30, "merge_access_level": 30 });
        let _ = ana.post(&project.at("/protected_branches"), fields).await.expect(201);
        developer.post(&erase(claimed.id), json!({})).await.is(403, &refused);
        let _ = ana.delete(&project.at("/protected_branches/topic")).await.expect(204);
        let _ = developer.post(&erase(claimed.id), json!({})).await.expect(201);
        let _ = ana.post(&erase(others.id), json!({})).await.expect(201);
    })
    .await;
}

#[tokio::test]
async fn trap_46_a_shut_branch_shuts_out_maintainers_too_but_not_from_deleting() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        project.commit("main", "README.md", "x").await;
        project.pipeline_on("topic", YAML).await;
        let claimed = server.runner().await.take().await;
        claimed.upload(&[("a.txt", b"one")]).await;
        claimed.finish("success").await;
        let fields = json!({ "name": "topic", "push_access_level": 0, "merge_access_level": 0 });
        let _ = ana.post(&project.at("/protected_branches"), fields).await.expect(201);
        let refused = json!({ "message": "403 Forbidden" });
        for verb in ["play", "retry", "cancel", "artifacts/keep", "erase"] {
            let path = project.at(&format!("/jobs/{}/{verb}", claimed.id));
            ana.post(&path, json!({})).await.is(403, &refused);
        }
        let _ = ana.delete(&project.at(&format!("/jobs/{}/artifacts", claimed.id))).await.expect(204);
    })
    .await;
}

#[tokio::test]
async fn a_job_is_looked_up_before_or_after_permission_as_each_endpoint_has_it() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let reporter = server.user("reporter").await;
        let project = server.project(&ana, "app").await;
        project.add(&reporter, 20).await;
        let status =
            async |verb: &str| reporter.post(&project.at(&format!("/jobs/999999/{verb}")), json!({})).await.status;
        assert_eq!(status("cancel").await, 403);
        for verb in ["retry", "erase", "play", "artifacts/keep"] {
            assert_eq!(status(verb).await, 404, "{verb}");
        }
        assert_eq!(reporter.delete(&project.at("/jobs/999999/artifacts")).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn a_restricted_archive_is_for_those_it_is_for() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project_with(&ana, json!({ "name": "app", "visibility": "public" })).await;
        let (reporter, developer) = (server.user("reporter").await, server.user("developer").await);
        project.add(&reporter, 20).await;
        project.add(&developer, 30).await;
        let runner = server.runner().await;
        let cases: [(&str, [u16; 3]); 4] = [
            ("all", [200, 200, 200]),
            ("developer", [403, 200, 200]),
            ("maintainer", [403, 403, 200]),
            ("none", [403, 403, 403]),
        ];
        for (access, expected) in cases {
            let yaml = format!("work:\n  script: [make]\n  artifacts: {{ paths: [.], access: {access} }}\n");
            project.pipeline(&yaml).await;
            let claimed = runner.take().await;
            claimed.upload(&[("a.txt", b"one")]).await;
            claimed.finish("success").await;
            let mut found = [0; 3];
            for (status, api) in found.iter_mut().zip([&reporter, &developer, &ana]) {
                let reply = api.get(&project.at(&format!("/jobs/{}/artifacts", claimed.id))).await;
                *status = reply.status;
            }
            assert_eq!(found, expected, "{access}");
            let shown: Value = project.show(claimed.id).await;
            assert_eq!(shown["artifacts_file"]["filename"], "artifacts.zip");
        }
    })
    .await;
}

#[tokio::test]
async fn an_archived_project_is_read_only() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (pipeline, job) = ended(server, &project).await;
        let _ = ana.post(&project.at("/archive"), json!({})).await.expect(201);
        assert_eq!(reads(&ana, &project, pipeline, job).await, ALL);
        for verb in ["retry", "cancel", "erase", "play", "artifacts/keep"] {
            let reply = ana.post(&project.at(&format!("/jobs/{job}/{verb}")), json!({})).await;
            reply.is(403, &json!({ "message": "403 Forbidden" }));
        }
        for path in [format!("/jobs/{job}/artifacts"), "/artifacts".to_owned()] {
            ana.delete(&project.at(&path)).await.is(403, &json!({ "message": "403 Forbidden" }));
        }
    })
    .await;
}

#[tokio::test]
async fn without_ci_nobody_reads_jobs() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project_with(&ana, json!({ "name": "app", "visibility": "public" })).await;
        let (pipeline, job) = ended(server, &project).await;
        project.set(json!({ "builds_access_level": "disabled" })).await;
        assert_eq!(reads(&ana, &project, pipeline, job).await, [403; 6]);
        project.set(json!({ "builds_access_level": "private" })).await;
        assert_eq!(reads(&ana, &project, pipeline, job).await, ALL);
        let stranger = server.user("stranger").await;
        assert_eq!(reads(&stranger, &project, pipeline, job).await, [403; 6]);
    })
    .await;
}
