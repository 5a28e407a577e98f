//! What somebody with ill will tries: names that stand in for others, archives that are not his, texts that grow.

use pipewright_testkit::{Api, Project, TestServer, for_both, on_sqlite};
use serde_json::json;
use std::fmt::Write as _;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Longer than any answer takes on a busy machine that does not wait for more of its request.
const PATIENCE: Duration = Duration::from_mins(2);

/// A job of a project of the caller's own, running on a runner of its own.
async fn running<'a>(server: &'a TestServer, owner: &Api, yaml: &str) -> pipewright_testkit::Claimed<'a> {
    let project = server.project(owner, "own").await;
    project.pipeline(yaml).await;
    server.runner().await.take().await
}

/// A project everybody sees, whose job left an archive for its developers.
async fn with_private_archive<'a>(server: &'a TestServer, owner: &Api) -> (Project<'a>, i64) {
    let fields = json!({ "name": "shown", "visibility": "public" });
    let project = server.project_with(owner, fields).await;
    let yaml = "work:\n  script: [make]\n  artifacts: { paths: [.], access: developer }\n";
    let pipeline = project.pipeline(yaml).await;
    let claimed = server.runner().await.take().await;
    claimed.upload(&[("secret.txt", b"secret")]).await;
    claimed.finish("success").await;
    project.until_pipeline(&pipeline, "success").await;
    (project, claimed.id)
}

#[tokio::test]
async fn a_tag_is_not_taken_for_the_default_branch_of_its_name() {
    for_both(async |server| {
        let (alice, mallory) = (server.user("alice").await, server.user("mallory").await);
        let library = server.project(&alice, "library").await;
        library.commit("main", "shared.yml", "honest: { script: make }\n").await;
        library.add(&mallory, 30).await;
        let evil = Project { server, owner: mallory.clone(), id: library.id, path: library.path.clone() };
        evil.commit("feature", "shared.yml", "evil: { script: make }\n").await;
        let tag = json!({ "tag_name": "main", "ref": "feature" });
        let _ = mallory.post(&library.at("/repository/tags"), tag).await.expect(201);

        let app = server.project(&alice, "app").await;
        for named in ["", ", ref: HEAD"] {
            let yaml = format!("include: [{{ project: {}, file: shared.yml{named} }}]\n", library.path);
            let pipeline = app.pipeline(&yaml).await;
            app.job(&pipeline, "honest").await;
        }
        let file = alice.get(&library.at("/repository/files/shared.yml/raw")).await.expect(200);
        assert_eq!(file.text(), "honest: { script: make }\n");
        let _ = alice.get(&library.at("/repository/files/shared.yml/raw?ref=feature")).await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn a_job_elsewhere_gets_no_archive_its_user_may_not_have() {
    for_both(async |server| {
        let (alice, mallory) = (server.user("alice").await, server.user("mallory").await);
        let (project, id) = with_private_archive(server, &alice).await;
        let job = running(server, &mallory, "work: { script: [make] }\n").await;
        let _ = job.api().get(&project.at(&format!("/jobs/{id}/artifacts"))).await.expect(403);
        let _ = job.api().get(&format!("/jobs/{id}/artifacts")).await.expect(403);
        job.finish("success").await;

        // By name neither: the job does not start.
        let needs = format!("{{ project: {}, job: work, ref: main, artifacts: true }}", project.path);
        let other = server.project(&mallory, "other").await;
        let pipeline = other.pipeline(&format!("use: {{ script: [make], needs: [{needs}] }}\n")).await;
        assert!(server.runner().await.ask().await.is_none());
        let failed = other.job(&pipeline, "use").await;
        assert_eq!(failed["failure_reason"], "missing_dependency_failure");

        // A developer's job, once the project admits it, does.
        project.add(&mallory, 30).await;
        project.set(json!({ "ci_inbound_job_token_scope_enabled": false })).await;
        let again = other.pipeline(&format!("use: {{ script: [make], needs: [{needs}] }}\n")).await;
        let claimed = server.runner().await.take().await;
        assert_eq!(claimed.payload["dependencies"][0]["id"], id);
        let _ = claimed.api().get(&format!("/jobs/{id}/artifacts")).await.expect(200);
        claimed.finish("success").await;
        other.until_pipeline(&again, "success").await;
    })
    .await;
}

#[tokio::test]
async fn values_that_grow_in_each_other_leave_a_payload_that_can_be_sent() {
    on_sqlite(async |server| {
        let alice = server.user("alice").await;
        let mut yaml = format!("variables:\n  LONG: {}\n  MANY: {}\n", "x".repeat(1 << 19), "$LONG".repeat(100_000));
        for number in 0..200 {
            let _ = writeln!(yaml, "  V{number}: a$LONG");
        }
        yaml.push_str("work: { script: [make], id_tokens: { T: { aud: $MANY } } }\n");
        let job = running(server, &alice, &yaml).await;
        assert!(job.payload.to_string().len() < 64 << 20);
        job.finish("success").await;
    })
    .await;
}

/// Sends a request whose body does not come to its end; what is answered to that.
async fn unfinished(server: &TestServer, head: &str, sent: usize) -> String {
    let address = server.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let whole = format!("{head}\r\nHost: {address}\r\nContent-Length: 33000000\r\n\r\n");
    stream.write_all(whole.as_bytes()).await.unwrap();
    // The server may stop reading at any time.
    let _ = stream.write_all(&vec![b' '; sent]).await;
    let mut answer = vec![0; 12];
    let read = tokio::time::timeout(PATIENCE, stream.read_exact(&mut answer)).await;
    read.expect("an answer before the end of the body").unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn strangers_are_answered_before_their_long_bodies_are_read() {
    on_sqlite(async |server| {
        let alice = server.user("alice").await;
        let job = running(server, &alice, "work: { script: [make] }\n").await;
        let head = |token: &str| {
            format!("PATCH /api/v4/jobs/{}/trace HTTP/1.1\r\nJOB-TOKEN: {token}\r\nContent-Range: 0-32999999", job.id)
        };
        assert_eq!(unfinished(server, &head("glcbt-nobody"), 0).await, "HTTP/1.1 403");
        let head = "POST /api/v4/projects/1/repository/commits HTTP/1.1\r\nContent-Type: application/json";
        assert_eq!(unfinished(server, head, 5 << 20).await, "HTTP/1.1 401");
        let wrong = format!("{head}\r\nPRIVATE-TOKEN: glpat-wrong");
        assert_eq!(unfinished(server, &wrong, 5 << 20).await, "HTTP/1.1 401");
        job.log("made\n").await;
        job.finish("success").await;
    })
    .await;
}

#[tokio::test]
async fn a_job_keeps_a_bounded_number_of_files() {
    on_sqlite(async |server| {
        let alice = server.user("alice").await;
        let job = running(server, &alice, "work: { script: [make] }\n").await;
        for number in 0..100 {
            job.upload_as(&format!("kind_{number}"), "raw", "x", vec![b'x'], "").await;
        }
        let refused = job.try_upload(vec![b'x']).await.expect(400);
        assert!(refused.text().contains("at most 100 files"), "{refused:?}");
        job.finish("success").await;
    })
    .await;
}

#[tokio::test]
async fn whoever_may_not_start_a_stopping_job_does_not_stop_the_environment() {
    for_both(async |server| {
        let (alice, dev) = (server.user("alice").await, server.user("dev").await);
        let project = server.project(&alice, "app").await;
        let yaml = "deploy:\n  script: [make]\n  environment: { name: production, on_stop: teardown }\n\
                    teardown:\n  script: [make]\n  when: manual\n  environment: { name: production, action: stop }\n";
        let pipeline = project.pipeline(yaml).await;
        server.runner().await.take().await.finish("success").await;
        project.until_pipeline(&pipeline, "success").await;
        project.add(&dev, 30).await;
        let stop = server
            .until("the environment", async || {
                let found = alice.get(&project.at("/environments?name=production")).await.expect(200);
                found.ids().first().map(|id| project.at(&format!("/environments/{id}/stop")))
            })
            .await;
        let _ = dev.post(&stop, json!({})).await.expect(403);
        let _ = dev.post(&stop, json!({ "force": true })).await.expect(403);
        assert_eq!(project.job(&pipeline, "teardown").await["status"], "manual");
        let _ = alice.post(&stop, json!({})).await.expect(200);
        assert_eq!(project.job(&pipeline, "teardown").await["status"], "pending");
    })
    .await;
}

#[tokio::test]
async fn a_pipeline_that_mirrors_itself_is_deleted_alone() {
    for_both(async |server| {
        let alice = server.user("alice").await;
        let project = server.project(&alice, "app").await;
        let older = project.pipeline("work: { script: [make] }\n").await;
        let yaml = format!("mirror: {{ needs: {{ pipeline: {} }} }}\nwork: {{ script: [make] }}\n", project.path);
        let pipeline = project.pipeline(&yaml).await;
        server
            .until("the mirror to show a pipeline", async || {
                let path = project.at(&format!("/pipelines/{}/bridges", pipeline.id));
                let bridges = alice.get(&path).await.expect(200).json();
                bridges[0]["downstream_pipeline"]["id"].as_i64()
            })
            .await;
        let _ = alice.delete(&project.at(&format!("/pipelines/{}", pipeline.id))).await.expect(204);
        let _ = alice.get(&project.at(&format!("/pipelines/{}", older.id))).await.expect(200);
    })
    .await;
}
