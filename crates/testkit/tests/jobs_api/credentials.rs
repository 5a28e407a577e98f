//! Who calls, and with what (Jobs API contract §2).

use pipewright_testkit::{Api, TestOptions, TestServer, for_both, for_both_with};
use reqwest::Method;
use serde_json::{Value, json};

const UNAUTHORIZED: &str = "401 Unauthorized";

fn message(text: &str) -> Value {
    json!({ "message": text })
}

async fn with_headers(api: &Api, path: &str, headers: &[(&'static str, &str)]) -> pipewright_testkit::Reply {
    let request = api.request(Method::GET, path);
    api.send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

async fn public_with_archive<'a>(server: &'a TestServer, ana: &Api) -> (pipewright_testkit::Project<'a>, i64) {
    let project = server.project_with(ana, json!({ "name": "app", "visibility": "public" })).await;
    let (_, job) = project.job_with_archive(&[("a.txt", b"one")]).await;
    (project, job)
}

#[tokio::test]
async fn trap_01_and_02_anonymous_callers_meet_401_before_anything_else() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project_with(&ana, json!({ "name": "app", "visibility": "public" })).await;
        let pipeline = project.pipeline("work: { script: [make] }").await;
        let nobody = server.anonymous();
        for path in ["/jobs", "/jobs?scope=nonsense", "/jobs/1", "/jobs/1/trace"] {
            nobody.get(&project.at(path)).await.is(401, &message(UNAUTHORIZED));
        }
        for verb in ["cancel", "retry", "erase", "play", "artifacts/keep"] {
            nobody.post(&project.at(&format!("/jobs/1/{verb}")), json!({})).await.is(401, &message(UNAUTHORIZED));
        }
        nobody.delete(&project.at("/jobs/1/artifacts")).await.is(401, &message(UNAUTHORIZED));
        nobody.delete(&project.at("/artifacts")).await.is(401, &message(UNAUTHORIZED));
        nobody.get("/projects/999999/jobs").await.is(401, &message(UNAUTHORIZED));
        for path in ["/job", "/job/allowed_agents"] {
            nobody.get(path).await.is(401, &message(UNAUTHORIZED));
        }
        let list = nobody.get(&project.at(&format!("/pipelines/{}/jobs", pipeline.id))).await.expect(200);
        assert_eq!(list.ids().len(), 1);
        let bad = nobody.get(&project.at(&format!("/pipelines/{}/jobs?scope=nonsense", pipeline.id))).await;
        bad.is(400, &json!({ "error": "scope does not have a valid value" }));
    })
    .await;
}

#[tokio::test]
async fn trap_03_a_private_projects_artifact_is_404_for_anonymous_callers() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let nobody = server.anonymous();
        for path in ["/jobs/1/artifacts", "/jobs/1/artifacts/a.txt", "/jobs/artifacts/main/download?job=work"] {
            nobody.get(&project.at(path)).await.is(404, &message("404 Project Not Found"));
        }
    })
    .await;
}

#[tokio::test]
async fn trap_39_job_answers_job_tokens_only() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (_, claimed) = project.running_job().await;
        let own = claimed.api().get("/job").await.expect(200).json();
        assert_eq!(own["id"], claimed.id);
        ana.get("/job").await.is(404, &message("404 Job Not Found"));
        let pat = ("PRIVATE-TOKEN", ana.token());
        let both = with_headers(&server.anonymous(), "/job", &[pat, ("JOB-TOKEN", &claimed.token)]).await;
        both.is(404, &message("404 Job Not Found"));
        let bearer = format!("Bearer {}", claimed.token);
        let bearer = with_headers(&server.anonymous(), "/job", &[pat, ("Authorization", &bearer)]).await;
        assert_eq!((bearer.status, bearer.json()["id"].as_i64()), (200, Some(claimed.id)));
        let parameter = server.anonymous().get(&format!("/job?job_token={}", claimed.token)).await.expect(200);
        assert_eq!(parameter.json()["id"], claimed.id);
        claimed.finish("success").await;
        claimed.api().get("/job").await.is(401, &message(UNAUTHORIZED));
    })
    .await;
}

#[tokio::test]
async fn allowed_agents_says_where_the_job_stands() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (pipeline, claimed) = project.running_job().await;
        let body = claimed.api().get("/job/allowed_agents").await.expect(200).json();
        assert_eq!(body["allowed_agents"], json!([]));
        assert_eq!((&body["job"]["id"], &body["pipeline"]["id"]), (&json!(claimed.id), &json!(pipeline.id)));
        assert_eq!((&body["project"]["id"], &body["project"]["groups"]), (&json!(project.id), &json!([])));
        assert_eq!(body["project"]["name_with_namespace"], "ana / app");
        let roles = json!(["guest", "planner", "reporter", "developer", "maintainer", "owner"]);
        assert_eq!((&body["user"]["username"], &body["user"]["roles_in_project"]), (&json!("ana"), &roles));
        assert!(body.get("environment").is_none());
        ana.get("/job/allowed_agents").await.is(404, &message("404 Job Not Found"));
    })
    .await;
}

#[tokio::test]
async fn trap_40_a_dead_job_token_is_refused_but_a_dead_bearer_is_a_visitor() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project_with(&ana, json!({ "name": "app", "visibility": "public" })).await;
        let (pipeline, claimed) = project.running_job().await;
        claimed.upload(&[("a.txt", b"one")]).await;
        claimed.finish("success").await;
        project.until_pipeline(&pipeline, "success").await;
        let path = project.at(&format!("/jobs/{}/artifacts", claimed.id));
        claimed.api().get(&path).await.is(401, &message(UNAUTHORIZED));
        let _ = claimed.bearer().get(&path).await.expect(200);
        let _ = server.anonymous().get(&path).await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn trap_41_job_tokens_are_ignored_where_they_are_not_taken() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (pipeline, claimed) = project.running_job().await;
        let job = project.at(&format!("/jobs/{}", claimed.id));
        claimed.api().get(&job).await.is(401, &message(UNAUTHORIZED));
        claimed.api().get(&format!("{job}/trace")).await.is(401, &message(UNAUTHORIZED));
        claimed.bearer().post(&format!("{job}/cancel"), json!({})).await.is(401, &message(UNAUTHORIZED));
        for path in ["/jobs".to_owned(), format!("/pipelines/{}/jobs", pipeline.id)] {
            assert_eq!(claimed.api().get(&project.at(&path)).await.expect(200).ids(), [claimed.id]);
        }
        let bridges = project.at(&format!("/pipelines/{}/bridges", pipeline.id));
        assert!(claimed.bearer().get(&bridges).await.expect(200).ids().is_empty());
    })
    .await;
}

#[tokio::test]
async fn trap_42_a_reading_token_may_not_write() {
    for_both(async |server| {
        let _ = server.user("ana").await;
        let id = server.admin().get("/users?username=ana").await.ids()[0];
        let reader = server.token_of(id, &["read_api"]).await;
        let project = server.project(&server.token_of(id, &["api"]).await, "app").await;
        let _ = reader.get(&project.at("/jobs")).await.expect(200);
        let refused = json!({
            "error": "insufficient_scope",
            "error_description": "The request requires higher privileges than provided by the access token.",
            "scope": "api read_api",
        });
        reader.post(&project.at("/jobs/1/cancel"), json!({})).await.is(403, &refused);
        let other = server.token_of(id, &["read_user"]).await;
        other.get(&project.at("/jobs")).await.is(403, &refused);
    })
    .await;
}

#[tokio::test]
async fn trap_43_expired_and_revoked_tokens_say_so_and_unknown_ones_do_not() {
    for_both_with(TestOptions::with_manual_clock, async |server| {
        let admin = server.admin();
        let id =
            server.make_user(json!({ "username": "ana", "name": "Ana", "email": "ana@example.com", "password": "x" }));
        let id = id.await;
        let path = format!("/users/{id}/personal_access_tokens");
        let fields = json!({ "name": "short", "scopes": ["api"], "expires_at": "2024-02-10" });
        let made = admin.post(&path, fields).await.expect(201).json();
        let ana = server.anonymous().with("PRIVATE-TOKEN", made["token"].as_str().expect("a token"));
        let _ = ana.get("/projects/1/jobs").await.expect(404);
        server.clock.as_ref().expect("a clock").advance(30 * 86_400);
        let expired = ana.get("/projects/1/jobs").await;
        let text = "Token is expired. You can either do re-authorization or token refresh.";
        expired.is(401, &json!({ "error": "invalid_token", "error_description": text }));
        assert!(expired.header("www-authenticate").is_some_and(|value| value.starts_with("Bearer realm=")));
        let made = admin.post(&path, json!({ "name": "gone", "scopes": ["api"] })).await.expect(201).json();
        let gone = server.anonymous().with("PRIVATE-TOKEN", made["token"].as_str().expect("a token"));
        let _ = gone.get("/projects/1/jobs").await.expect(404);
        let _ = admin.delete(&format!("/personal_access_tokens/{}", made["id"])).await.expect(204);
        let text = "Token was revoked. You have to re-authorize from the user.";
        let revoked = gone.get("/projects/1/jobs").await;
        revoked.is(401, &json!({ "error": "invalid_token", "error_description": text }));
        let unknown = server.anonymous().with("PRIVATE-TOKEN", "glpat-nobody-has-this");
        unknown.get("/projects/1/jobs").await.is(401, &message(UNAUTHORIZED));
    })
    .await;
}

#[tokio::test]
async fn trap_44_a_wrong_token_never_becomes_a_visitor() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let (project, job) = public_with_archive(server, &ana).await;
        let path = project.at(&format!("/jobs/{job}/artifacts"));
        let wrong = server.anonymous().with("PRIVATE-TOKEN", "wrong");
        wrong.get(&path).await.is(401, &message(UNAUTHORIZED));
        let wrong = server.anonymous().with("Authorization", "bearer wrong");
        wrong.get(&path).await.is(401, &message(UNAUTHORIZED));
        let _ = server.anonymous().with("PRIVATE-TOKEN", " ").get(&path).await.expect(200);
        let long = "x".repeat(9000);
        let _ = server.anonymous().with("JOB-TOKEN", &long).get(&path).await.expect(401);
    })
    .await;
}

#[tokio::test]
async fn every_carrier_of_an_access_token_is_read_and_the_parameter_wins() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let nobody = server.anonymous();
        for name in ["private_token", "access_token"] {
            let _ = nobody.get(&project.at(&format!("/jobs?{name}={}", ana.token()))).await.expect(200);
        }
        let bearer = format!("bEaReR {}", ana.token());
        let _ = nobody.with("Authorization", &bearer).get(&project.at("/jobs")).await.expect(200);
        let wrong = nobody.with("PRIVATE-TOKEN", "wrong");
        let _ = wrong.get(&project.at(&format!("/jobs?private_token={}", ana.token()))).await.expect(200);
        let links = nobody.get(&project.at(&format!("/jobs?private_token={}", ana.token()))).await;
        assert!(links.header("link").is_some_and(|link| !link.contains(ana.token())), "{links:?}");
    })
    .await;
}

#[tokio::test]
async fn a_job_token_where_an_access_token_belongs_hides_no_other_carrier() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (_, claimed) = project.running_job().await;
        let jobs = project.at("/jobs");
        let (pat, job) = (format!("Bearer {}", ana.token()), claimed.token.as_str());
        let nobody = server.anonymous();
        let _ = with_headers(&nobody, &jobs, &[("PRIVATE-TOKEN", job), ("Authorization", &pat)]).await.expect(200);
        let _ = with_headers(&nobody, "/job", &[("PRIVATE-TOKEN", job), ("JOB-TOKEN", job)]).await.expect(200);
        // Alone it is nobody's.
        with_headers(&nobody, &jobs, &[("PRIVATE-TOKEN", job)]).await.is(401, &message(UNAUTHORIZED));
        // A good access token and a dead job's: the access token is looked at first.
        let dead = [("PRIVATE-TOKEN", ana.token()), ("JOB-TOKEN", "glcbt-nobody_has-this")];
        let _ = with_headers(&nobody, &jobs, &dead).await.expect(200);
        let wrong = [("PRIVATE-TOKEN", "wrong"), ("JOB-TOKEN", job)];
        with_headers(&nobody, &jobs, &wrong).await.is(401, &message(UNAUTHORIZED));
        // Of the carriers of a job's token the first counts, good or not.
        let _ = nobody.get(&format!("/job?job_token={job}&token=wrong")).await.expect(200);
        nobody.get(&format!("/job?job_token=wrong&token={job}")).await.is(401, &message(UNAUTHORIZED));
        let header = with_headers(&nobody, &format!("/job?token={job}"), &[("JOB-TOKEN", "wrong")]).await;
        assert_eq!(header.expect(200).json()["id"], claimed.id);
        // Blank is absent.
        let blank = "/job?job_token=&token=%20&private_token=";
        let _ = with_headers(&nobody, blank, &[("JOB-TOKEN", job), ("PRIVATE-TOKEN", " ")]).await.expect(200);
        // HTTP Basic and deploy tokens are not carriers here.
        let basic = "Basic Z2l0bGFiLWNpLXRva2VuOng=";
        with_headers(&nobody, &jobs, &[("Authorization", basic)]).await.is(401, &message(UNAUTHORIZED));
        with_headers(&nobody, &jobs, &[("DEPLOY-TOKEN", ana.token())]).await.is(401, &message(UNAUTHORIZED));
    })
    .await;
}

#[tokio::test]
async fn an_ended_token_is_refused_where_anybody_may_read() {
    for_both_with(TestOptions::with_manual_clock, async |server| {
        let ana = server.user("ana").await;
        let (project, job) = public_with_archive(server, &ana).await;
        let id = ana.get("/user").await.expect(200).json()["id"].clone();
        let fields = json!({ "name": "short", "scopes": ["api"], "expires_at": "2024-02-05" });
        let made = server.admin().post(&format!("/users/{id}/personal_access_tokens"), fields).await.expect(201).json();
        let path = project.at(&format!("/jobs/{job}/artifacts"));
        let short = server.anonymous().with("PRIVATE-TOKEN", made["token"].as_str().expect("a token"));
        let _ = short.get(&path).await.expect(200);
        server.clock.as_ref().expect("a clock").advance(3 * 86_400);
        assert_eq!(short.get(&path).await.expect(401).json()["error"], "invalid_token");
        let _ = server.anonymous().get(&path).await.expect(200);
        let other = server.token_of(id.as_i64().expect("an id"), &["read_repository"]).await;
        let refused = other.get(&path).await.expect(403);
        assert_eq!(
            (&refused.json()["error"], refused.header("www-authenticate")),
            (&json!("insufficient_scope"), None)
        );
    })
    .await;
}

#[tokio::test]
async fn an_administrator_may_act_as_somebody_else() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let bob = server.user("bob").await;
        let root = with_headers(&server.admin(), &project.at("/jobs"), &[("Sudo", "bob")]).await;
        root.is(404, &message("404 Project Not Found"));
        let _ = with_headers(&server.admin(), &project.at("/jobs"), &[("Sudo", "ana")]).await.expect(200);
        let text = "404 User with ID or username 'zoe' Not Found";
        with_headers(&server.admin(), &project.at("/jobs"), &[("Sudo", "zoe")]).await.is(404, &message(text));
        let admins = message("403 Forbidden - Must be admin to use sudo");
        with_headers(&bob, &project.at("/jobs"), &[("Sudo", "ana")]).await.is(403, &admins);
        // Nobody acts as somebody, without a token and by a job's.
        let nobody = server.anonymous();
        with_headers(&nobody, &project.at("/jobs"), &[("Sudo", "ana")]).await.is(401, &message(UNAUTHORIZED));
        let (_, claimed) = project.running_job().await;
        with_headers(&claimed.api(), "/job", &[("Sudo", "ana")]).await.is(403, &admins);
        // The scope for it is enough, and nothing else is.
        let (plain, sudo) = (server.token_of(1, &["api"]).await, server.token_of(1, &["sudo"]).await);
        let scope = with_headers(&plain, &project.at("/jobs"), &[("Sudo", "ana")]).await.expect(403).json();
        assert_eq!((&scope["error"], &scope["scope"]), (&json!("insufficient_scope"), &json!("sudo")));
        let _ = with_headers(&sudo, &project.at("/jobs?sudo=ana"), &[]).await.expect(200);
        // Nobody acts as an account that is shut out.
        let id = bob.get("/user").await.expect(200).json()["id"].as_i64().expect("an id");
        let _ = server.admin().post(&format!("/users/{id}/block"), json!({})).await.expect(201);
        let blocked = with_headers(&server.admin(), &project.at("/jobs"), &[("Sudo", "bob")]).await;
        blocked.is(403, &message("403 Forbidden - Your account has been blocked."));
    })
    .await;
}

#[tokio::test]
async fn a_job_token_reaches_its_own_project_and_what_visitors_see_elsewhere() {
    for_both(async |server| {
        let (ana, bob) = (server.user("ana").await, server.user("bob").await);
        let project = server.project(&ana, "app").await;
        let own_other = server.project(&ana, "other").await;
        let strange = server.project(&bob, "strange").await;
        let open = server.project_with(&bob, json!({ "name": "open", "visibility": "public" })).await;
        let (open_pipeline, open_job) = open.job_with_archive(&[("a.txt", b"one")]).await;
        let (_, claimed) = project.running_job().await;
        let job = claimed.api();
        let _ = job.get(&project.at("/jobs")).await.expect(200);
        for target in [&own_other, &strange] {
            let text = format!(
                "403 Forbidden - Authentication by CI/CD job token not allowed from app to project #{}.",
                target.id
            );
            for path in ["/jobs", "/pipelines/1/jobs", "/jobs/1/artifacts", "/jobs/artifacts/main/download?job=x"] {
                job.get(&target.at(path)).await.is(403, &message(&text));
            }
        }
        job.get("/projects/999999/jobs").await.is(404, &message("404 Project Not Found"));
        let _ = job.get(&open.at(&format!("/pipelines/{}/jobs", open_pipeline.id))).await.expect(200);
        let _ = job.get(&open.at(&format!("/jobs/{open_job}/artifacts"))).await.expect(200);
        job.delete(&open.at(&format!("/jobs/{open_job}/artifacts"))).await.is(401, &message(UNAUTHORIZED));
    })
    .await;
}

#[tokio::test]
async fn a_blocked_user_is_refused_by_name() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let id = ana.get("/user").await.expect(200).json()["id"].as_i64().expect("an id");
        let _ = server.admin().post(&format!("/users/{id}/block"), json!({})).await.expect(201);
        let refused = ana.get("/projects/1/jobs").await;
        refused.is(403, &message("403 Forbidden - Your account has been blocked."));
    })
    .await;
}
