//! From a push to finished jobs, with the built-in runner.

use crate::support::{Served, WorkTree};
use std::sync::atomic::{AtomicU32, Ordering};

const CI: &str = r#"
stages: [build, test]
build:
  stage: build
  script:
    - mkdir out && echo "made at $CI_COMMIT_SHA" > out/made.txt
  artifacts:
    paths: [out/]
test:
  stage: test
  script:
    - cat out/made.txt
"#;

#[tokio::test]
async fn a_push_becomes_a_green_pipeline_on_either_database() {
    let postgres = std::env::var("PIPEWRIGHT_TEST_POSTGRES").ok();
    let databases = [Some("sqlite".to_owned()), postgres.map(|url| fresh_database(&url))];
    for database in databases.into_iter().flatten() {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().to_str().unwrap();
        let server = Served::start(&["--data-dir", folder, "--database", &database, "--runner", "shell"]);
        let api = server.api();
        let project = api.project("hello").await;
        let tree = WorkTree::new(&[(".gitlab-ci.yml", CI), ("README.md", "Hello\n")]);
        tree.push(&server.url, "hello");
        let sha = tree.git(&["rev-parse", "HEAD"]);

        let pipeline = api.ended_pipeline(project).await;
        assert_eq!(pipeline["status"], "success", "{}", api.story(project, &pipeline).await);
        assert_eq!((&pipeline["sha"], &pipeline["ref"]), (&sha.clone().into(), &"main".into()));
        let jobs = api.get(&format!("/projects/{project}/jobs")).await;
        let test = jobs.as_array().unwrap().iter().find(|job| job["name"] == "test").unwrap();
        let trace = api.text(&format!("/projects/{project}/jobs/{}/trace", test["id"])).await;
        assert!(trace.contains(&format!("made at {sha}")), "{trace}");
    }
}

/// A database of its own on the test server.
pub(crate) fn fresh_database(url: &str) -> String {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let name = format!("app_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
    let psql = std::process::Command::new("psql").args(["-qc", &format!("CREATE DATABASE {name}"), url]).output();
    assert!(psql.is_ok_and(|output| output.status.success()), "a database can be made on {url}");
    let (server, _) = url.rsplit_once('/').unwrap();
    format!("{server}/{name}")
}

#[tokio::test]
async fn a_push_without_permission_is_refused_and_changes_nothing() {
    let server = Served::start(&["--ephemeral"]);
    let api = server.api();
    let project = api.project("closed").await;
    let tree = WorkTree::new(&[("README.md", "Hello\n")]);
    for credentials in ["", "root:glpat-wrong-wrong-wrong-wrong@"] {
        let remote = server.url.replacen("http://", &format!("http://{credentials}"), 1);
        let mut push = crate::support::git(tree.path());
        let output = push.args(["push", &format!("{remote}/root/closed.git"), "main"]).output().unwrap();
        assert!(!output.status.success());
    }
    let branches = api.get(&format!("/projects/{project}/repository/branches")).await;
    assert_eq!(branches, serde_json::json!([]));
}

#[tokio::test]
async fn a_push_past_the_limit_is_refused_and_changes_nothing() {
    let server = Served::start(&["--ephemeral", "--limit", "push-bytes=2000"]);
    let api = server.api();
    let project = api.project("small").await;
    // Nothing that packs: the limit is on what is sent.
    let noise: String =
        (0..3_000_u32).map(|n| char::from(b'!' + (n.wrapping_mul(n ^ 0x9e37_79b1) >> 9) as u8 % 90)).collect();
    let tree = WorkTree::new(&[("noise.txt", &noise)]);
    let mut push = crate::support::git(tree.path());
    let output = push.args(["push", &crate::support::remote(&server.url, "small"), "main"]).output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("maximum allowed size"), "{said}");
    let branches = api.get(&format!("/projects/{project}/repository/branches")).await;
    assert_eq!(branches, serde_json::json!([]));
}
