//! Every endpoint that the crate `gitlab` has for pipelines, and those for variables beside them.

use crate::api::{connect, id};
use gitlab::api::common::SortOrder;
use gitlab::api::projects::pipelines::{
    CancelPipeline, CreatePipeline, DeletePipeline, Pipeline, PipelineBridges, PipelineJobs, PipelineOrderBy,
    PipelineScope, PipelineSource, PipelineStatus, PipelineVariable, PipelineVariableType, PipelineVariables,
    Pipelines, RetryPipeline,
};
use gitlab::api::projects::variables::{
    CreateProjectVariable, DeleteProjectVariable, ProjectVariable, ProjectVariables, UpdateProjectVariable,
};
use gitlab::api::{self, AsyncQuery, Pagination};
use pipewright_testkit::for_both;
use serde_json::{Value, json};

const CI: &str = "\
build: { script: [make] }
down: { trigger: { include: child.yml } }
";

#[tokio::test]
async fn the_crate_gitlab_makes_finds_cancels_retries_and_deletes_pipelines() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let client = connect(server, ana.token()).await;
        let made = server.project(&ana, "app").await;
        let project = u64::try_from(made.id).expect("an id");
        made.commit("main", "child.yml", "inner: { script: [x] }\n").await;
        let pushed = made.pipeline(CI).await;
        let variable = PipelineVariable::builder()
            .key("WHO")
            .value("me")
            .variable_type(PipelineVariableType::File)
            .build()
            .expect("a variable");
        let create = CreatePipeline::builder().project(project).ref_("main").variable(variable).build();
        let created: Value = create.expect("a query").query_async(&client).await.expect("a pipeline");
        let pipeline = id(&created);
        assert_eq!((&created["source"], &created["status"]), (&json!("api"), &json!("pending")));

        let shown = Pipeline::builder().project("ana/app").pipeline(pipeline).build().expect("a query");
        let shown: Value = shown.query_async(&client).await.expect("the same");
        assert_eq!((id(&shown), &shown["sha"]), (pipeline, &json!(pushed.sha)));
        let variables = PipelineVariables::builder().project(project).pipeline(pipeline).build().expect("a query");
        let variables: Vec<Value> = variables.query_async(&client).await.expect("variables");
        assert_eq!((&variables[0]["key"], &variables[0]["variable_type"]), (&json!("WHO"), &json!("file")));

        let of_api = Pipelines::builder()
            .project(project)
            .source(PipelineSource::Api)
            .ref_("main")
            .sha(&pushed.sha)
            .username("ana")
            .order_by(PipelineOrderBy::Id)
            .sort(SortOrder::Ascending)
            .build()
            .expect("a query");
        let of_api: Vec<Value> = api::paged(of_api, Pagination::All).query_async(&client).await.expect("pipelines");
        assert_eq!(of_api.iter().map(id).collect::<Vec<_>>(), [pipeline]);
        let newest = Pipelines::builder().project(project).scope(PipelineScope::Branches).build().expect("a query");
        let newest: Vec<Value> = newest.query_async(&client).await.expect("pipelines");
        assert_eq!(newest.iter().map(id).collect::<Vec<_>>(), [pipeline], "the newest of each branch");

        let jobs = PipelineJobs::builder().project(project).pipeline(pipeline).build().expect("a query");
        let jobs: Vec<Value> = jobs.query_async(&client).await.expect("jobs");
        assert_eq!((jobs.len(), &jobs[0]["name"]), (1, &json!("build")));
        let bridges = PipelineBridges::builder().project(project).pipeline(pipeline).build().expect("a query");
        let child = server
            .until("a child pipeline", async || {
                let bridges: Vec<Value> = bridges.query_async(&client).await.expect("bridges");
                bridges.first().map(|bridge| bridge["downstream_pipeline"].clone()).filter(Value::is_object)
            })
            .await;
        assert_eq!(child["source"], "parent_pipeline");

        // One job waits for a runner, the bridge is done.
        let running = Pipelines::builder().project(project).status(PipelineStatus::Running).build().expect("a query");
        server
            .until("the pipeline among the running ones", async || {
                let running: Vec<Value> = api::paged(running.clone(), Pagination::AllPerPageLimit(1))
                    .query_async(&client)
                    .await
                    .expect("pipelines");
                running.iter().any(|found| id(found) == pipeline).then_some(())
            })
            .await;

        let cancel = CancelPipeline::builder().project(project).pipeline(pipeline).build().expect("a query");
        let canceled: Value = cancel.query_async(&client).await.expect("the pipeline");
        assert_eq!(canceled["status"], "canceled");
        let retry = RetryPipeline::builder().project(project).pipeline(pipeline).build().expect("a query");
        let retried: Value = retry.query_async(&client).await.expect("the pipeline");
        assert_ne!(retried["status"], "canceled");
        let delete = DeletePipeline::builder().project(project).pipeline(pipeline).build().expect("a query");
        api::ignore(delete).query_async(&client).await.expect("it is gone");
        let gone = Pipeline::builder().project(project).pipeline(pipeline).build().expect("a query");
        let gone: Result<Value, _> = gone.query_async(&client).await;
        assert!(gone.expect_err("no pipeline").to_string().contains("404"));
    })
    .await;
}

#[tokio::test]
async fn the_crate_gitlab_keeps_a_projects_variables() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let client = connect(server, ana.token()).await;
        let project = u64::try_from(server.project(&ana, "app").await.id).expect("an id");
        let create = CreateProjectVariable::builder().project(project).key("KEY").value("one").protected(true).build();
        let created: Value = create.expect("a query").query_async(&client).await.expect("a variable");
        assert_eq!((&created["value"], &created["protected"]), (&json!("one"), &json!(true)));
        let update = UpdateProjectVariable::builder().project(project).key("KEY").value("two").build();
        let updated: Value = update.expect("a query").query_async(&client).await.expect("the variable");
        assert_eq!((&updated["value"], &updated["protected"]), (&json!("two"), &json!(true)));
        let show = ProjectVariable::builder().project(project).key("KEY").build().expect("a query");
        let shown: Value = show.query_async(&client).await.expect("the variable");
        assert_eq!(shown, updated);
        let list = ProjectVariables::builder().project(project).build().expect("a query");
        let listed: Vec<Value> = list.query_async(&client).await.expect("variables");
        assert_eq!(listed, [updated]);
        let delete = DeleteProjectVariable::builder().project(project).key("KEY").build().expect("a query");
        api::ignore(delete).query_async(&client).await.expect("it is gone");
    })
    .await;
}
