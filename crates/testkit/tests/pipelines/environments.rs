//! Environments and deployments, from the file to the API.

use super::support::{gzip, value};
use pipewright_testkit::{Project, TestOptions, for_both, on_sqlite_with};
use serde_json::{Value, json};

async fn environment(project: &Project<'_>, name: &str) -> Value {
    let name = name.replace('/', "%2F");
    let found = project.owner.get(&project.at(&format!("/environments?name={name}"))).await.expect(200).json();
    found[0].clone()
}

async fn deployments(project: &Project<'_>, query: &str) -> Vec<Value> {
    let found = project.owner.get(&project.at(&format!("/deployments{query}"))).await.expect(200).json();
    found.as_array().unwrap().clone()
}

#[tokio::test]
async fn a_deployment_follows_its_job_and_the_address_knows_the_jobs_own_report() {
    let yaml = "deploy:\n  script: [x]\n  artifacts: { reports: { dotenv: a.env } }\n  \
                environment: { name: review/$CI_COMMIT_REF_SLUG, url: 'https://$CI_ENVIRONMENT_SLUG-$PORT.example.com', \
                auto_stop_in: 2 days }\n";
    for_both(async |server| {
        let project = server.project(&server.admin(), "deployed").await;
        let pipeline = project.pipeline(yaml).await;
        let made = environment(&project, "review/main").await;
        let slug = made["slug"].as_str().unwrap().to_owned();
        assert!(slug.starts_with("review-main-") && slug.len() == 18, "{slug}");
        assert_eq!((&made["tier"], &made["external_url"]), (&json!("development"), &Value::Null));
        assert_eq!(deployments(&project, "").await[0]["status"], "created");
        let job = server.runner().await.take().await;
        assert_eq!(value(&job, "CI_ENVIRONMENT_NAME").as_deref(), Some("review/main"));
        assert_eq!(value(&job, "CI_ENVIRONMENT_SLUG"), Some(slug.clone()));
        assert_eq!(value(&job, "CI_ENVIRONMENT_TIER").as_deref(), Some("development"));
        assert_eq!(value(&job, "CI_ENVIRONMENT_ACTION").as_deref(), Some("start"));
        assert_eq!(value(&job, "CI_ENVIRONMENT_URL"), Some(format!("https://{slug}-$PORT.example.com")));
        let running = deployments(&project, "?environment=review/main").await;
        assert_eq!((running[0]["status"].as_str(), running[0]["iid"].as_i64()), (Some("running"), Some(1)));
        job.upload_as("dotenv", "gzip", ".env", gzip("PORT=8443\n"), "").await;
        job.finish("success").await;
        let url = format!("https://{slug}-8443.example.com");
        server
            .until("the environment's address", async || {
                (environment(&project, "review/main").await["external_url"] == json!(url)).then_some(())
            })
            .await;
        let whole = project.owner.get(&project.at(&format!("/environments/{}", made["id"]))).await.expect(200).json();
        assert!(whole["auto_stop_at"].is_string() && whole.get("project").is_none(), "{whole}");
        let last = &whole["last_deployment"];
        assert_eq!((&last["status"], &last["sha"]), (&json!("success"), &json!(pipeline.sha)));
        assert_eq!((&last["deployable"]["id"], last.get("environment")), (&json!(job.id), None));
        let one = project.owner.get(&project.at(&format!("/deployments/{}", last["id"]))).await.expect(200).json();
        assert_eq!(one["environment"]["name"], "review/main");
    })
    .await;
}

#[tokio::test]
async fn deployments_are_listed_by_status_and_in_either_order() {
    let yaml = "a: { script: [x], environment: one }\nb: { script: [x], environment: two }\n\
                look: { script: [x], environment: { name: three, action: prepare } }\n";
    for_both(async |server| {
        let project = server.project(&server.admin(), "listed").await;
        let pipeline = project.pipeline(yaml).await;
        let runner = server.runner().await;
        let first = runner.take().await;
        first.finish("failed").await;
        let names = |found: Vec<Value>| -> Vec<String> {
            found.iter().map(|one| one["environment"]["name"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names(deployments(&project, "").await), ["one", "two"], "`prepare` deploys nothing");
        assert_eq!(names(deployments(&project, "?sort=desc&order_by=iid").await), ["two", "one"]);
        assert_eq!(names(deployments(&project, "?status=failed").await), ["one"]);
        assert_eq!(project.owner.get(&project.at("/deployments?status=odd")).await.status, 400);
        // A retry deploys anew, a cancel ends what it meets.
        let _ = project.owner.post(&project.at(&format!("/jobs/{}/retry", first.id)), json!({})).await.expect(201);
        let path = project.at(&format!("/pipelines/{}/cancel", pipeline.id));
        let _ = project.owner.post(&path, json!({})).await.expect(200);
        let ended: Vec<_> = deployments(&project, "").await.iter().map(|one| one["status"].clone()).collect();
        assert_eq!(ended, ["failed", "canceled", "canceled"]);
    })
    .await;
}

const STOPPED: &str = "deploy: { script: [x], environment: { name: live, on_stop: undeploy, auto_stop_in: 1 hour } }\n\
    undeploy: { script: [x], when: manual, environment: { name: live, action: stop } }\n";

#[tokio::test]
async fn stopping_an_environment_plays_the_job_that_stops_it() {
    for_both(async |server| {
        let project = server.project(&server.admin(), "stopped").await;
        let pipeline = project.pipeline(STOPPED).await;
        let runner = server.runner().await;
        runner.take().await.finish("success").await;
        let id = environment(&project, "live").await["id"].as_i64().unwrap();
        let path = project.at(&format!("/environments/{id}"));
        assert_eq!(project.owner.delete(&path).await.status, 403, "only what is stopped is removed");
        let stopping = project.owner.post(&format!("{path}/stop"), json!({})).await.expect(200).json();
        assert_eq!(stopping["state"], "stopping");
        let undeploy = runner.take().await;
        assert_eq!(undeploy.name(), "undeploy");
        undeploy.finish("success").await;
        assert_eq!(environment(&project, "live").await["state"], "stopped");
        // A new deployment makes it available again, `force` stops it without the job.
        let id = project.job_id(&pipeline, "deploy").await;
        let _ = project.owner.post(&project.at(&format!("/jobs/{id}/retry")), json!({})).await.expect(201);
        runner.take().await.finish("success").await;
        assert_eq!(environment(&project, "live").await["state"], "available");
        let forced = project.owner.post(&format!("{path}/stop?force=true"), json!({})).await.expect(200).json();
        assert_eq!(forced["state"], "stopped");
        assert!(runner.ask().await.is_none());
        let _ = project.owner.delete(&path).await.expect(204);
        assert_eq!(project.owner.get(&path).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn an_environment_stops_by_itself_when_its_time_has_come() {
    on_sqlite_with(TestOptions::with_manual_clock(), async |server| {
        let project = server.project(&server.admin(), "expiring").await;
        project.pipeline(STOPPED).await;
        let runner = server.runner().await;
        runner.take().await.finish("success").await;
        server
            .until("a time to stop", async || environment(&project, "live").await["auto_stop_at"].as_str().map(|_| ()))
            .await;
        server.clock.as_ref().unwrap().advance(3599);
        server.engine.stop_due_environments_one(10).await.unwrap();
        assert_eq!(environment(&project, "live").await["state"], "available");
        server.clock.as_ref().unwrap().advance(1);
        server.engine.stop_due_environments_one(10).await.unwrap();
        assert_eq!(environment(&project, "live").await["state"], "stopping");
        let undeploy = runner.take().await;
        assert_eq!(undeploy.name(), "undeploy");
        undeploy.finish("success").await;
        let stopped = environment(&project, "live").await;
        assert_eq!((&stopped["state"], &stopped["auto_stop_at"]), (&json!("stopped"), &Value::Null));
    })
    .await;
}

#[tokio::test]
async fn environments_are_made_found_and_changed_by_people() {
    for_both(async |server| {
        let project = server.project(&server.admin(), "by-hand").await;
        let path = project.at("/environments");
        let fields = json!({ "name": "review/one", "external_url": "https://one.example.com", "tier": "other" });
        let made = project.owner.post(&path, fields.clone()).await.expect(201).json();
        assert_eq!((&made["tier"], &made["state"]), (&json!("other"), &json!("available")));
        assert_eq!(made["project"]["id"], project.id);
        project.owner.post(&path, fields).await.is(400, &json!({ "message": { "name": ["has already been taken"] } }));
        let bad = json!({ "name": "x", "external_url": "javascript:x" });
        assert_eq!(project.owner.post(&path, bad).await.status, 400);
        for bad in [
            json!({}),
            json!({ "name": "/x" }),
            json!({ "name": "x", "tier": "odd" }),
            json!({ "name": "x", "slug": "y" }),
        ] {
            assert_eq!(project.owner.post(&path, bad.clone()).await.status, 400, "{bad}");
        }
        let _ = project.owner.post(&path, json!({ "name": "production" })).await.expect(201);
        let names = async |query: &str| -> Vec<String> {
            let found = project.owner.get(&format!("{path}?{query}")).await.expect(200).json();
            found.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names("").await, ["production", "review/one"]);
        assert_eq!(names("search=VIEW").await, ["review/one"]);
        assert_eq!(names("states=stopped").await, [""; 0]);
        for query in ["search=re", "states=odd", "name=a&search=abc"] {
            assert_eq!(project.owner.get(&format!("{path}?{query}")).await.status, 400, "{query}");
        }
        let one = format!("{path}/{}", made["id"]);
        let changed =
            project.owner.put(&one, json!({ "external_url": "", "tier": "staging" })).await.expect(200).json();
        assert_eq!((&changed["external_url"], &changed["tier"]), (&Value::Null, &json!("staging")));
        let stale = format!("{path}/stop_stale");
        for before in ["2001-01-01T00:00:00Z", "2999-01-01T00:00:00Z"] {
            assert_eq!(project.owner.post(&stale, json!({ "before": before })).await.status, 400, "{before}");
        }
        let reporter = server.user("rita").await;
        assert_eq!(reporter.get(&path).await.status, 404);
        project.add(&reporter, 20).await;
        let _ = reporter.get(&one).await.expect(200);
        for reply in [
            reporter.post(&path, json!({ "name": "mine" })).await,
            reporter.put(&one, json!({ "tier": "other" })).await,
            reporter.post(&format!("{one}/stop"), json!({})).await,
            reporter.delete(&one).await,
        ] {
            assert_eq!(reply.status, 403, "{reply:?}");
        }
        assert_eq!(server.anonymous().get(&path).await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn stale_environments_stop() {
    on_sqlite_with(TestOptions::with_manual_clock(), async |server| {
        let project = server.project(&server.admin(), "stale").await;
        let _ = project.owner.post(&project.at("/environments"), json!({ "name": "old" })).await.expect(201);
        let clock = server.clock.as_ref().unwrap();
        clock.advance(20 * 86_400);
        let _ = project.owner.post(&project.at("/environments"), json!({ "name": "new" })).await.expect(201);
        let before = server.engine.clock.now().plus_seconds(-10 * 86_400).to_string();
        let said = project.owner.post(&project.at("/environments/stop_stale"), json!({ "before": before })).await;
        said.is(200, &json!({ "message": "Successfully requested stop for all stale environments" }));
        server.engine.stop_due_environments_one(10).await.unwrap();
        assert_eq!(environment(&project, "old").await["state"], "stopped");
        assert_eq!(environment(&project, "new").await["state"], "available");
    })
    .await;
}

#[tokio::test]
async fn a_variable_for_some_environments_reaches_their_jobs_alone() {
    let yaml = "one: { script: [x], environment: review/one }\ntwo: { script: [x], environment: live }\n";
    for_both(async |server| {
        let project = server.project(&server.admin(), "scoped").await;
        for (value, scope) in [("all", "*"), ("review", "review/*")] {
            let fields = json!({ "key": "WHERE", "value": value, "environment_scope": scope });
            let _ = project.owner.post(&project.at("/variables"), fields).await.expect(201);
        }
        project.pipeline(yaml).await;
        let runner = server.runner().await;
        let (one, two) = (runner.take().await, runner.take().await);
        assert_eq!((value(&one, "WHERE").as_deref(), value(&two, "WHERE").as_deref()), (Some("review"), Some("all")));
    })
    .await;
}
