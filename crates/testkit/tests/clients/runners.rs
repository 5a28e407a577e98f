//! Every endpoint that the crate `gitlab` has for runners.

use crate::api::{connect, id};
use gitlab::api::groups::runners::GroupRunners;
use gitlab::api::projects::runners::{DisableProjectRunner, EnableProjectRunner, ProjectRunners};
use gitlab::api::runners::{
    AllRunners, DeleteRunner, DeleteRunnerByToken, EditRunner, ResetRunnerAuthenticationToken,
    ResetRunnerAuthenticationTokenByToken, Runner, RunnerAccessLevel, RunnerJobStatus, RunnerJobs, RunnerType, Runners,
    VerifyRunner,
};
use gitlab::api::users::CreateRunner;
use gitlab::api::{self, AsyncQuery};
use pipewright_testkit::for_both;
use serde_json::{Value, json};

#[tokio::test]
async fn the_crate_gitlab_makes_edits_and_removes_runners() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let client = connect(server, ana.token()).await;
        let (first, second) = (server.project(&ana, "first").await, server.project(&ana, "second").await);
        let (first, second) = (u64::try_from(first.id).expect("an id"), u64::try_from(second.id).expect("an id"));
        let create = CreateRunner::builder()
            .project(first)
            .description("own")
            .tag("fast")
            .run_untagged(true)
            .build()
            .expect("a query");
        let made: Value = create.query_async(&client).await.expect("a runner");
        let (runner, token) = (id(&made), made["token"].as_str().expect("a token").to_owned());
        let verify = VerifyRunner::builder().token(&token).system_id("s_1").build().expect("a query");
        let verified: Value = verify.query_async(&client).await.expect("the runner");
        assert_eq!(id(&verified), runner);

        let edit = EditRunner::builder()
            .runner(runner)
            .description("other")
            .paused(true)
            .locked(false)
            .tags(["slow", "big"].into_iter())
            .access_level(RunnerAccessLevel::RefProtected)
            .maximum_timeout(7200)
            .build()
            .expect("a query");
        let edited: Value = edit.query_async(&client).await.expect("the runner");
        assert_eq!((&edited["description"], &edited["paused"]), (&json!("other"), &json!(true)));
        let show = Runner::builder().runner(runner).build().expect("a query");
        let shown: Value = show.query_async(&client).await.expect("the runner");
        assert_eq!((&shown["access_level"], &shown["maximum_timeout"]), (&json!("ref_protected"), &json!(7200)));
        assert_eq!(shown["tag_list"].as_array().map(Vec::len), Some(2));

        let own = Runners::builder().type_(RunnerType::Project).paused(true).tag("slow").build().expect("a query");
        let own: Vec<Value> = own.query_async(&client).await.expect("runners");
        assert_eq!(own.iter().map(id).collect::<Vec<_>>(), [runner]);
        let all: Vec<Value> = AllRunners::builder()
            .build()
            .expect("a query")
            .query_async(&connect(server, server.admin().token()).await)
            .await
            .expect("all runners");
        assert!(all.iter().any(|found| id(found) == runner));
        let enable = EnableProjectRunner::builder().project(second).runner(runner).build().expect("a query");
        let enabled: Value = enable.query_async(&client).await.expect("the runner");
        assert_eq!(id(&enabled), runner);
        let of_project = async || {
            let list = ProjectRunners::builder().project(second).build().expect("a query");
            let list: Vec<Value> = list.query_async(&client).await.expect("runners");
            list.iter().map(id).collect::<Vec<_>>()
        };
        assert_eq!(of_project().await, [runner]);
        let disable = DisableProjectRunner::builder().project(second).runner(runner).build().expect("a query");
        api::ignore(disable).query_async(&client).await.expect("it is off");
        assert_eq!(of_project().await, Vec::<u64>::new());

        let reset = ResetRunnerAuthenticationToken::builder().runner(runner).build().expect("a query");
        let reset: Value = reset.query_async(&client).await.expect("a new token");
        let fresh = reset["token"].as_str().expect("a token");
        assert_ne!(fresh, token);
        let reset = ResetRunnerAuthenticationTokenByToken::builder().token(fresh).build().expect("a query");
        let reset: Value = reset.query_async(&client).await.expect("another token");
        let last = reset["token"].as_str().expect("a token");
        let by_token = DeleteRunnerByToken::builder().token(last).build().expect("a query");
        api::ignore(by_token).query_async(&client).await.expect("it is gone");
        let gone = DeleteRunner::builder().runner(runner).build().expect("a query");
        let gone = api::ignore(gone).query_async(&client).await;
        assert!(gone.expect_err("no runner").to_string().contains("404"));
    })
    .await;
}

#[tokio::test]
async fn the_crate_gitlab_lists_a_runners_jobs_and_a_groups_runners() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let client = connect(server, ana.token()).await;
        let project = server.project(&ana, "app").await;
        let (_, claimed) = project.running_job().await;
        let job = ana.get(&project.at(&format!("/jobs/{}", claimed.id))).await.expect(200).json();
        let runner = id(&job["runner"]);
        let admin = connect(server, server.admin().token()).await;
        let jobs = |status| RunnerJobs::builder().runner(runner).status(status).build().expect("a query");
        let running: Vec<Value> = jobs(RunnerJobStatus::Running).query_async(&admin).await.expect("jobs");
        assert_eq!(running.iter().map(|found| &found["id"]).collect::<Vec<_>>(), [&json!(claimed.id)]);
        let failed: Vec<Value> = jobs(RunnerJobStatus::Failed).query_async(&admin).await.expect("jobs");
        assert_eq!(failed, Vec::<Value>::new());
        let group = ana.post("/groups", json!({ "name": "team", "path": "team" })).await.expect(201).json();
        let create = CreateRunner::builder().group(id(&group)).build();
        let made: Value = create.expect("a query").query_async(&client).await.expect("a runner");
        let list = GroupRunners::builder().group("team").build().expect("a query");
        let list: Vec<Value> = list.query_async(&client).await.expect("runners");
        assert!(list.iter().any(|found| id(found) == id(&made)), "{list:?}");
    })
    .await;
}
