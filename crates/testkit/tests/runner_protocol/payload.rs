//! The job as a runner is given it (runner protocol §5, §11).

use crate::support::{Job, Server, for_both};
use serde_json::{Value, json};

/// A job that has nearly everything.
const RICH: &str = r#"
variables:
  COLOUR: red
  SHAPE: round
build:
  stage: build
  script: [make]
  artifacts: {paths: [out]}
rich:
  stage: test
  image: debian:12
  services:
    - postgres:16
    - name: redis:7
      alias: store
      entrypoint: [/bin/redis]
      command: [--port, "7000"]
  variables:
    COLOUR: green
    PRICE: {value: "$5 flat", expand: false}
  before_script:
    - echo before
  script:
    - echo one
    - - echo two
      - echo three
  after_script: [echo after]
  timeout: 30 minutes
  retry: 1
  cache: {key: deps, paths: [vendor/]}
  artifacts:
    name: everything
    paths: [out/, "*.log"]
    exclude: [out/tmp]
    expire_in: 3 days
    when: always
    reports: {junit: report.xml, dotenv: build.env}
  dependencies: [build]
"#;
const PLAIN: &str = "plain:\n  script: [echo]\n";

async fn rich(server: &Server) -> Job<'_> {
    let runner = server.runner().await;
    server.project(RICH).await;
    runner.take_named("rich").await
}

async fn plain(server: &Server) -> Job<'_> {
    let runner = server.runner().await;
    server.project(PLAIN).await;
    runner.take().await
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_03_run_is_absent_unless_the_job_has_one() {
    for_both(async |server| {
        for job in [plain(&server).await, rich(&server).await] {
            let payload = job.payload.as_object().unwrap();
            assert!(!payload.contains_key("run"), "{:?}", payload.get("run"));
            assert_eq!(job.payload["job_info"]["id"], job.id);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_04_numbers_are_integers_and_the_odd_count_is_text() {
    for_both(async |server| {
        let job = rich(&server).await;
        let payload = &job.payload;
        let info = &payload["job_info"];
        let count = info["project_jobs_running_on_instance_runners_count"].as_str().expect("a count in text");
        assert!(count == "+Inf" || count.parse::<u32>().is_ok(), "{count}");
        for name in ["id", "pipeline_id", "project_id", "namespace_id", "root_namespace_id", "user_id", "queue_size"] {
            assert!(info[name].is_i64() || info[name].is_u64(), "{name}: {}", info[name]);
        }
        let seconds = &info["time_in_queue_seconds"];
        assert!(seconds.is_number(), "{seconds}");
        assert_eq!(payload["runner_info"]["timeout"].as_i64(), Some(1800));
        assert_eq!(payload["git_info"]["depth"].as_i64(), Some(20));
        assert!(
            payload["steps"]
                .as_array()
                .unwrap()
                .iter()
                .all(|step| step["timeout"].is_i64() || step["timeout"].is_u64())
        );
        for dependency in payload["dependencies"].as_array().unwrap() {
            assert!(dependency["id"].is_i64() || dependency["id"].is_u64());
        }
    })
    .await;
}

fn strings_or_null(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(|list| list.iter().all(Value::is_string))
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_05_images_are_objects_and_scripts_are_lists_of_strings() {
    for_both(async |server| {
        let job = rich(&server).await;
        let image = &job.payload["image"];
        assert_eq!(image["name"], "debian:12");
        let services = job.payload["services"].as_array().unwrap();
        let names: Vec<_> = services.iter().map(|service| service["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["postgres:16", "redis:7"]);
        for one in services.iter().chain([image]) {
            assert!(one.is_object());
            for key in ["entrypoint", "command", "pull_policy"] {
                assert!(strings_or_null(&one[key]), "{key}: {}", one[key]);
            }
        }
        let redis = &services[1];
        assert_eq!(
            (&redis["alias"], &redis["entrypoint"], &redis["command"]),
            (&json!("store"), &json!(["/bin/redis"]), &json!(["--port", "7000"])),
        );
        let steps = job.payload["steps"].as_array().unwrap();
        assert_eq!(steps[0]["script"], json!(["echo before", "echo one", "echo two", "echo three"]));
        assert_eq!((&steps[0]["when"], &steps[0]["allow_failure"]), (&json!("on_success"), &json!(false)));
        assert_eq!((&steps[1]["name"], &steps[1]["script"]), (&json!("after_script"), &json!(["echo after"])));
        assert_eq!((&steps[1]["when"], &steps[1]["allow_failure"]), (&json!("always"), &json!(true)));
        assert_eq!(steps.len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_06_dependencies_and_artifacts_are_always_there() {
    for_both(async |server| {
        let job = plain(&server).await;
        let payload = job.payload.as_object().unwrap();
        for key in ["dependencies", "artifacts"] {
            let value = payload.get(key).unwrap_or_else(|| panic!("{key} is missing"));
            assert!(value.is_null() || value == &json!([]), "{key}: {value}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn artifacts_are_one_entry_each() {
    for_both(async |server| {
        let job = rich(&server).await;
        let artifacts = job.payload["artifacts"].as_array().unwrap();
        let archive = &artifacts[0];
        assert_eq!((&archive["artifact_type"], &archive["artifact_format"]), (&json!("archive"), &json!("zip")));
        assert_eq!((&archive["name"], &archive["when"]), (&json!("everything"), &json!("always")));
        assert_eq!((&archive["paths"], &archive["exclude"]), (&json!(["out/", "*.log"]), &json!(["out/tmp"])));
        assert_eq!(archive["expire_in"], "3 days");
        let mut reports: Vec<_> = artifacts[1..]
            .iter()
            .map(|one| ["artifact_type", "artifact_format", "name", "when"].map(|key| one[key].as_str().unwrap()))
            .collect();
        reports.sort_unstable();
        assert_eq!(reports, [["dotenv", "gzip", ".env", "always"], ["junit", "gzip", "junit.xml", "always"]]);
        assert!(artifacts.iter().all(|one| one["paths"].as_array().is_some_and(|paths| !paths.is_empty())));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_07_every_variable_says_whether_it_is_public_and_masked() {
    for_both(async |server| {
        let job = rich(&server).await;
        let variables = job.payload["variables"].as_array().unwrap();
        assert!(variables.len() > 40, "the predefined variables are there: {}", variables.len());
        for variable in variables {
            assert!(variable["key"].is_string() && variable["value"].is_string(), "{variable}");
            assert!(variable["public"].is_boolean() && variable["masked"].is_boolean(), "{variable}");
            for key in ["file", "raw"] {
                assert!(variable[key].is_null() || variable[key].is_boolean(), "{variable}");
            }
        }
        let find = |key: &str| variables.iter().rfind(|variable| variable["key"] == key).unwrap();
        let token = find("CI_JOB_TOKEN");
        assert_eq!(
            (&token["value"], &token["public"], &token["masked"]),
            (&json!(job.token), &json!(false), &json!(true))
        );
        let price = find("PRICE");
        assert_eq!((&price["value"], &price["raw"]), (&json!("$5 flat"), &json!(true)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_08_of_two_variables_with_one_name_the_later_one_counts() {
    for_both(async |server| {
        let runner = server.runner().await;
        let project = server.empty_project(&json!({})).await;
        project.variable("SHAPE", "square", &json!({})).await;
        project.commit("main", &[(".gitlab-ci.yml", RICH)]).await;
        let job = runner.take_named("rich").await;
        assert_eq!(job.variable("COLOUR"), Some("green"), "the job's own beats the file's");
        assert_eq!(job.variable("SHAPE"), Some("square"), "the project's beats the file's");
        job.succeed().await;
        let body = json!({ "ref": "main", "variables": [{ "key": "SHAPE", "value": "oval" }] });
        server.post(&project.at("/pipeline"), &body).await;
        assert_eq!(
            runner.take_named("rich").await.variable("SHAPE"),
            Some("oval"),
            "the pipeline's beats the project's"
        );
    })
    .await;
}

/// What the runner itself reads from the payload, and what scripts rely on (runner protocol §11.4).
#[tokio::test(flavor = "multi_thread")]
async fn the_predefined_variables_tell_the_truth() {
    for_both(async |server| {
        let job = rich(&server).await;
        let project = job.project();
        let shown = job.show().await;
        let sha = shown["commit"]["id"].as_str().unwrap();
        let expected = [
            ("CI", "true".to_owned()),
            ("GITLAB_CI", "true".to_owned()),
            ("CI_SERVER_URL", server.url.clone()),
            ("CI_SERVER_HOST", "127.0.0.1".to_owned()),
            ("CI_API_V4_URL", format!("{}/api/v4", server.url)),
            ("CI_JOB_ID", job.id.to_string()),
            ("CI_JOB_NAME", "rich".to_owned()),
            ("CI_JOB_STAGE", "test".to_owned()),
            ("CI_NODE_TOTAL", "1".to_owned()),
            ("CI_PIPELINE_ID", job.pipeline_id().to_string()),
            ("CI_PIPELINE_SOURCE", "push".to_owned()),
            ("CI_COMMIT_SHA", sha.to_owned()),
            ("CI_COMMIT_SHORT_SHA", sha[..8].to_owned()),
            ("CI_COMMIT_REF_NAME", "main".to_owned()),
            ("CI_COMMIT_BRANCH", "main".to_owned()),
            ("CI_COMMIT_REF_PROTECTED", "true".to_owned()),
            ("CI_DEFAULT_BRANCH", "main".to_owned()),
            ("CI_PROJECT_ID", project.id.to_string()),
            ("CI_PROJECT_PATH", project.path.clone()),
            ("CI_PROJECT_NAMESPACE", "root".to_owned()),
            ("GITLAB_USER_LOGIN", "root".to_owned()),
        ];
        for (key, value) in expected {
            assert_eq!(job.variable(key), Some(value.as_str()), "{key}");
        }
        assert_eq!(job.variable("CI_COMMIT_TAG"), None, "absent rather than empty");
        assert_eq!(job.variable("CI_NODE_INDEX"), None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn protected_variables_reach_protected_refs_only() {
    for_both(async |server| {
        let runner = server.runner().await;
        let project = server.empty_project(&json!({})).await;
        project.variable("DEPLOY", "secret-of-main", &json!({ "protected": true })).await;
        project.commit("main", &[(".gitlab-ci.yml", PLAIN)]).await;
        let job = runner.take().await;
        assert_eq!(job.variable("DEPLOY"), Some("secret-of-main"));
        job.succeed().await;
        project.branch("feature", "main", &[("more.txt", "more\n")]).await;
        let job = runner.take().await;
        assert_eq!((job.variable("CI_COMMIT_REF_NAME"), job.variable("DEPLOY")), (Some("feature"), None));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_timeout_is_the_smallest_that_was_set() {
    for_both(async |server| {
        let hasty = server.runner_with(&json!({ "maximum_timeout": 600, "tag_list": ["hasty"] })).await;
        let patient = server.runner().await;
        server.project("a:\n  script: [echo]\n  tags: [hasty]\n").await;
        assert_eq!(hasty.take().await.payload["runner_info"]["timeout"], 600);
        server.project("b:\n  script: [echo]\n").await;
        assert_eq!(patient.take().await.payload["runner_info"]["timeout"], 3600);
    })
    .await;
}
