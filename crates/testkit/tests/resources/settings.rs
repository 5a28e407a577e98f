//! The instance's settings: `GET` and `PUT /application/settings`.

use pipewright_engine::{Engine, Parts, bells::Bells, limits::Limits, secrets::Secrets};
use pipewright_testkit::{TestOptions, TestServer, for_both, for_both_with};
use serde_json::{Value, json};

const AT: &str = "/application/settings";

async fn set(server: &TestServer, change: Value) -> Value {
    server.admin().put(AT, change).await.expect(200).json()
}

#[tokio::test]
async fn only_administrators_see_and_change_settings() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let unauthorized = json!({ "message": "401 Unauthorized" });
        let forbidden = json!({ "message": "403 Forbidden" });
        server.anonymous().get(AT).await.is(401, &unauthorized);
        server.anonymous().put(AT, json!({ "max_artifacts_size": 1 })).await.is(401, &unauthorized);
        ana.get(AT).await.is(403, &forbidden);
        ana.put(AT, json!({ "max_artifacts_size": 1 })).await.is(403, &forbidden);
        let shown = server.admin().get(AT).await.expect(200).json();
        for (name, value) in [
            ("max_artifacts_size", json!(100)),
            ("default_artifacts_expire_in", json!("2592000 seconds")),
            ("default_project_visibility", json!("private")),
            ("default_branch_name", json!("main")),
            ("ci_max_includes", json!(150)),
            ("project_jobs_api_rate_limit", json!(600)),
            ("runner_token_expiration_interval", json!(null)),
            ("signup_enabled", json!(false)),
        ] {
            assert_eq!(shown[name], value, "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn bad_values_are_refused_and_change_nothing() {
    for_both(async |server| {
        let (admin, before) = (server.admin(), server.admin().get(AT).await.json());
        let invalid = json!({ "error": "max_artifacts_size is invalid" });
        admin.put(AT, json!({ "max_artifacts_size": "big" })).await.is(400, &invalid);
        let word = json!({ "error": "default_project_visibility does not have a valid value" });
        admin.put(AT, json!({ "default_project_visibility": "secret" })).await.is(400, &word);
        let both = json!({ "message": {
            "max_artifacts_size": ["must be greater than 0"],
            "default_artifacts_expire_in": ["is not a correct duration"],
        } });
        let change =
            json!({ "max_artifacts_size": 0, "default_artifacts_expire_in": "soon", "max_yaml_size_bytes": 5 });
        admin.put(AT, change).await.is(400, &both);
        let fixed = json!({ "message": { "signup_enabled": ["cannot be changed on this server: it is false"] } });
        admin.put(AT, json!({ "signup_enabled": true, "max_artifacts_size": 3 })).await.is(400, &fixed);
        let _ = admin.put(AT, json!({ "of_another_server": 1 })).await.expect(400);
        assert_eq!(admin.get(AT).await.json(), before);
        // What is so already may be sent along, as clients that send everything back do.
        assert_eq!(set(server, before.clone()).await["max_artifacts_size"], before["max_artifacts_size"]);
    })
    .await;
}

#[tokio::test]
async fn a_size_that_was_set_holds_for_the_next_upload() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (_, job) = project.running_job().await;
        set(server, json!({ "max_artifacts_size": 1 })).await;
        let large = vec![0; (1 << 20) + 1];
        let _ = job.try_upload(large.clone()).await.expect(413);
        set(server, json!({ "max_artifacts_size": 2 })).await;
        let _ = job.try_upload(large).await.expect(201);
    })
    .await;
}

#[tokio::test]
async fn defaults_are_those_of_new_projects_groups_and_users() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let defaults = json!({
            "default_project_visibility": "internal", "default_group_visibility": "public",
            "default_branch_name": "trunk", "user_default_external": true, "default_projects_limit": 1,
        });
        set(server, defaults).await;
        let one = json!({ "name": "one", "initialize_with_readme": true });
        let made = ana.post("/projects", one).await.expect(201).json();
        assert_eq!((&made["visibility"], &made["default_branch"]), (&json!("internal"), &json!("trunk")));
        let why = "403 Forbidden - Your project limit is 1 projects! Please contact your administrator to increase it";
        ana.post("/projects", json!({ "name": "two" })).await.is(403, &json!({ "message": why }));
        let group = ana.post("/groups", json!({ "name": "g", "path": "g" })).await.expect(201).json();
        assert_eq!(group["visibility"], "public");
        let inside = json!({ "name": "two", "namespace_id": group["id"] });
        let inside = ana.post("/projects", inside).await.expect(201).json();
        assert_eq!(inside["visibility"], "internal", "the default, though the group would let it be public");
        assert_eq!(ana.get("/user").await.json()["projects_limit"], 1);
        let fields = json!({ "username": "ben", "name": "Ben", "email": "ben@example.com" });
        let ben = server.admin().post("/users", fields).await.expect(201).json();
        assert_eq!((&ben["external"], &ben["projects_limit"]), (&json!(true), &json!(0)));
    })
    .await;
}

#[tokio::test]
async fn limits_of_files_calls_and_tokens_hold() {
    // Calls are counted by the minute, which is not to end between two of them.
    for_both_with(TestOptions::with_manual_clock, async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let limits = json!({
            "max_yaml_size_bytes": 40, "project_jobs_api_rate_limit": 1, "runner_token_expiration_interval": 3600,
        });
        set(server, limits).await;
        let long = json!({ "content": format!("job:\n  script: {}", "x".repeat(40)) });
        let report = ana.post(&project.at("/ci/lint"), long).await.expect(200).json();
        assert_eq!(report["errors"], json!(["The content is larger than 40 bytes"]));
        let jobs = project.at("/jobs");
        let _ = ana.get(&jobs).await.expect(200);
        assert_eq!(ana.get(&jobs).await.expect(429).header("ratelimit-limit"), Some("1"));
        let runner = json!({ "runner_type": "project_type", "project_id": project.id });
        let runner = ana.post("/user/runners", runner).await.expect(201).json();
        assert!(runner["token_expires_at"].is_string(), "{runner}");
        let forever = set(server, json!({ "runner_token_expiration_interval": null })).await;
        assert_eq!(forever["runner_token_expiration_interval"], json!(null));
    })
    .await;
}

#[tokio::test]
async fn other_nodes_work_by_a_setting_within_a_second_and_so_does_the_next_start() {
    for_both_with(TestOptions::with_manual_clock, async |server| {
        let clock = server.clock.clone().expect("a clock of its own");
        let other = Engine::new(Parts {
            db: server.engine.db.clone(),
            blobs: server.engine.blobs.clone(),
            git: server.engine.git.clone(),
            clock: clock.clone(),
            secrets: Secrets::new(&[7; 32]),
            external_url: server.url.clone(),
            bells: Bells::default(),
            limits: Limits { artifact_bytes: 5 << 20, trace_bytes: 9, ..Limits::default() },
        });
        assert_eq!(other.settings().await.unwrap().limits.artifact_bytes, 5 << 20, "as it was started");
        set(server, json!({ "max_artifacts_size": 7 })).await;
        clock.advance(1);
        let limits = other.settings().await.unwrap().limits.clone();
        assert_eq!((limits.artifact_bytes, limits.trace_bytes), (7 << 20, 9), "what was set goes first");
    })
    .await;
}
