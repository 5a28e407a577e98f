//! Showing a token, changing it, and machines coming and going (§2.4 to §2.7).

use crate::support::{Made, instance, keys, make, send, verify};
use pipewright_engine::limits::Limits;
use pipewright_testkit::{TestOptions, for_both, on_sqlite_with};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_verified_token_tells_its_runner_and_makes_the_machine_known() {
    for_both(async |server| {
        let (admin, runner) = (server.admin(), instance(server, "here").await);
        let before = admin.get(&runner.at("")).await.expect(200).json();
        assert_eq!((&before["status"], &before["online"]), (&json!("never_contacted"), &Value::Null));

        let reply = verify(server, &runner.token, "s_0123456789ab", "17.0.0").await;
        reply.is(200, &json!({ "id": runner.id, "token": runner.token, "token_expires_at": null }));
        let kind = reply.header("content-type").expect("a type");
        assert!(kind.starts_with("application/json"), "{kind}");

        let after = admin.get(&runner.at("")).await.expect(200).json();
        assert_eq!(
            (&after["status"], &after["online"], &after["name"]),
            (&json!("online"), &json!(true), &json!("gitlab-runner"))
        );
        assert_eq!((&after["version"], &after["platform"]), (&json!("17.0.0"), &json!("linux")));
        let machines = admin.get(&runner.at("/managers")).await.expect(200).json();
        assert_eq!(machines[0]["system_id"], "s_0123456789ab");
        assert_eq!((&machines[0]["status"], &machines[0]["job_execution_status"]), (&json!("online"), &json!("idle")));

        // Older runners tell nothing of themselves, and some nothing but their token.
        let bare = server.anonymous().post("/runners/verify", json!({ "token": runner.token })).await;
        assert_eq!(bare.expect(200).json()["id"], runner.id);
        let machines = admin.get(&runner.at("/managers")).await.expect(200).json();
        let mut names: Vec<&str> =
            machines.as_array().unwrap().iter().filter_map(|m| m["system_id"].as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["<legacy>", "s_0123456789ab"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_may_come_in_its_header_and_the_address_from_a_proxy() {
    for_both(async |server| {
        let (anonymous, runner) = (server.anonymous(), instance(server, "here").await);
        let request = anonymous
            .request(Method::POST, "/runners/verify")
            .header("RUNNER-TOKEN", &runner.token)
            .header("X-Forwarded-For", "192.0.2.7, 10.0.0.1")
            .json(&json!({ "system_id": "s_proxied" }));
        assert_eq!(anonymous.send(request).await.expect(200).json()["id"], runner.id);
        let machines = server.admin().get(&runner.at("/managers")).await.expect(200).json();
        assert_eq!(machines[0]["ip_address"], "192.0.2.7");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_14_a_wrong_token_is_a_403_wherever_a_runner_shows_one() {
    for_both(async |server| {
        let anonymous = server.anonymous();
        let calls = [
            (Method::POST, "/runners"),
            (Method::DELETE, "/runners"),
            (Method::POST, "/runners/verify"),
            (Method::DELETE, "/runners/managers"),
            (Method::POST, "/runners/reset_authentication_token"),
            (Method::POST, "/jobs/request"),
        ];
        for (method, path) in calls {
            let wrong = json!({ "token": "glrt-t1_nobody-has-this-one", "system_id": "s_a" });
            let refused = send(&anonymous, method.clone(), path, wrong).await;
            assert_eq!(refused.status, 403, "{refused:?}");
            assert!(
                refused.json()["message"].as_str().is_some_and(|text| text.starts_with("403 Forbidden")),
                "{refused:?}"
            );
            let none = send(&anonymous, method, path, json!({ "system_id": "s_a" })).await;
            none.is(400, &json!({ "error": "token is missing" }));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_bad_token_beside_a_runners_good_one_does_not_matter() {
    for_both(async |server| {
        let runner = instance(server, "here").await;
        let confused = server.anonymous().with("PRIVATE-TOKEN", "glpat-wrong");
        let _ = confused.post("/runners/verify", json!({ "token": runner.token })).await.expect(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_32_a_machine_is_removed_by_a_delete_with_a_body() {
    for_both(async |server| {
        let (admin, anonymous, runner) = (server.admin(), server.anonymous(), instance(server, "here").await);
        let _ = verify(server, &runner.token, "s_one", "17.0.0").await.expect(200);
        let _ = verify(server, &runner.token, "s_two", "17.0.0").await.expect(200);
        let remove = async |body: Value| send(&anonymous, Method::DELETE, "/runners/managers", body).await;
        let without = remove(json!({ "token": runner.token })).await;
        without.is(400, &json!({ "error": "system_id is missing" }));
        let body = json!({ "token": runner.token, "system_id": "s_one" });
        assert!(remove(body.clone()).await.expect(204).body.is_empty());
        let _ = remove(body).await.expect(404);
        let machines = admin.get(&runner.at("/managers")).await.expect(200).json();
        assert_eq!(machines.as_array().map(Vec::len), Some(1));
        assert_eq!(machines[0]["system_id"], "s_two");
        let _ = admin.get(&runner.at("")).await.expect(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_33_a_reset_takes_the_body_null_and_ends_the_old_token() {
    for_both(async |server| {
        let (admin, runner) = (server.admin(), instance(server, "here").await);
        let request = admin.request(Method::POST, &runner.at("/reset_authentication_token"));
        let request = request.header("Content-Type", "application/json").body("null");
        let reset = admin.send(request).await.expect(201).json();
        assert_eq!(keys(&reset), ["token", "token_expires_at"]);
        let token = reset["token"].as_str().expect("a token");
        assert!(token.starts_with("glrt-t1_") && token != runner.token, "{reset}");
        let _ = verify(server, &runner.token, "s_a", "17.0.0").await.expect(403);
        assert_eq!(verify(server, token, "s_a", "17.0.0").await.expect(200).json()["id"], runner.id);

        let stranger = server.user("stranger").await;
        let refused = stranger.post(&runner.at("/reset_authentication_token"), Value::Null).await;
        refused.is(403, &json!({ "message": "403 Forbidden - No access granted" }));
        let _ = admin.post("/runners/999999/reset_authentication_token", Value::Null).await.expect(404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runner_resets_its_own_token() {
    for_both(async |server| {
        let runner = instance(server, "here").await;
        let path = "/runners/reset_authentication_token";
        let reset = server.anonymous().post(path, json!({ "token": runner.token })).await.expect(201).json();
        let _ = server.anonymous().post(path, json!({ "token": runner.token })).await.expect(403);
        let token = reset["token"].as_str().expect("a token");
        assert_eq!(verify(server, token, "s_a", "17.0.0").await.expect(200).json()["id"], runner.id);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_machines_that_reset_one_token_at_once_one_gets_a_new_one() {
    for_both(async |server| {
        let runner = instance(server, "here").await;
        let anonymous = server.anonymous();
        let reset = || anonymous.post("/runners/reset_authentication_token", json!({ "token": runner.token.clone() }));
        let (a, b, c, d) = tokio::join!(reset(), reset(), reset(), reset());
        let made: Vec<_> = [a, b, c, d].into_iter().filter(|reply| reply.status != 403).collect();
        let [one] = &made[..] else { panic!("{made:?}") };
        let token = one.json()["token"].as_str().expect("a token").to_owned();
        let _ = verify(server, &token, "s_a", "17.0.0").await.expect(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_end_where_the_instance_says_so() {
    let manual = TestOptions::with_manual_clock();
    let clock = manual.clock.clone().expect("a clock");
    let limits = Limits { runner_token_seconds: Some(3600), ..manual.limits.clone() };
    on_sqlite_with(TestOptions { limits, ..manual }, async |server| {
        let admin = server.admin();
        let made = admin.post("/user/runners", json!({ "runner_type": "instance_type" })).await.expect(201);
        assert_eq!(made.json()["token_expires_at"], "2024-02-03T05:05:06.000Z");
        let runner = Made::of(&made);
        let verified = verify(server, &runner.token, "s_a", "17.0.0").await.expect(200).json();
        assert_eq!(verified["token_expires_at"], "2024-02-03T05:05:06.000Z");
        clock.advance(1800);
        let path = "/runners/reset_authentication_token";
        let reset = server.anonymous().post(path, json!({ "token": runner.token })).await.expect(201).json();
        assert_eq!(reset["token_expires_at"], "2024-02-03T05:35:06.000Z");
        let token = reset["token"].as_str().expect("a token");
        clock.advance(3601);
        let _ = verify(server, token, "s_a", "17.0.0").await.expect(403);
        // A person mends it.
        let _ = admin.post(&runner.at("/reset_authentication_token"), json!({})).await.expect(201);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_no_router_of_jobs() {
    for_both(async |server| {
        let _ = server.anonymous().get("/runners/router/discovery").await.expect(501);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runner_made_by_a_person_removes_itself_too() {
    for_both(async |server| {
        let admin = server.admin();
        let runner = make(&admin, json!({ "runner_type": "instance_type" })).await;
        let body = json!({ "token": runner.token });
        let _ = send(&server.anonymous(), Method::DELETE, "/runners", body.clone()).await.expect(204);
        let _ = send(&server.anonymous(), Method::DELETE, "/runners", body).await.expect(403);
        let _ = admin.get(&runner.at("")).await.expect(404);
    })
    .await;
}
