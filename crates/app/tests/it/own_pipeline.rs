//! Pipewright builds itself: this repository, pushed into a served instance, whose built-in runner turns
//! the own `.gitlab-ci.yml` green.

use crate::support::{Served, git, remote, texts};
use serde_json::json;
use std::path::Path;
use std::time::Duration;

/// The pure crates and all they need are compiled anew where nobody has done it yet.
const COMPILING: Duration = Duration::from_mins(20);

#[tokio::test]
async fn the_own_pipeline_turns_green_on_the_own_runner() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let server = Served::start(&["--ephemeral", "--runner", "shell", "--concurrency", "1"]);
    let api = server.api();
    let project = api.project("pipewright").await;
    // One target folder for all jobs of all runs, so that only the first compiles.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("own-pipeline");
    forget_our_own(&target);
    let cases = std::env::var("PIPEWRIGHT_CASES").unwrap_or("none".to_owned());
    for (key, value) in [
        ("CARGO_TARGET_DIR", target.to_str().unwrap()),
        ("CARGO_INCREMENTAL", "0"),
        ("PIPEWRIGHT_CASES", cases.as_str()),
    ] {
        api.post(&format!("/projects/{project}/variables"), &json!({ "key": key, "value": value })).await;
    }

    let tree = snapshot(&root);
    let output =
        git(tree.path()).args(["push", "--quiet", &remote(&server.url, "pipewright"), "main"]).output().unwrap();
    assert!(output.status.success(), "{}", texts(&output).1);
    let pipeline = api.ended_pipeline_within(COMPILING, project).await;
    let story = api.story(project, &pipeline).await;
    assert_eq!(pipeline["status"], "success", "{story}");
    for name in ["format", "layers", "pure"] {
        assert!(story.contains(&format!("--- \"{name}\" \"success\"")), "{story}");
    }
}

/// Removes what the last run built of this repository: its paths are another's by now, and it would pile up.
fn forget_our_own(target: &Path) {
    for folder in ["deps", ".fingerprint"] {
        for entry in std::fs::read_dir(target.join("debug").join(folder)).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.contains("pipewright") || name.contains("xtask") {
                let path = entry.path();
                let _ = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
            }
        }
    }
}

/// The work tree as it is, committed in a repository of its own: what is being worked on is what is tested,
/// and a checkout without history (as CI makes them) will do.
fn snapshot(root: &Path) -> tempfile::TempDir {
    let tree = tempfile::tempdir().unwrap();
    let files = git(root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).output().unwrap();
    assert!(files.status.success(), "{}", texts(&files).1);
    for name in texts(&files).0.split_terminator('\0') {
        let (from, to) = (root.join(name), tree.path().join(name));
        // A file may be listed and just deleted.
        if from.is_file() {
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::copy(from, to).unwrap();
        }
    }
    for arguments in [
        &["init", "--quiet", "--initial-branch=main"][..],
        &["add", "--all"],
        &["commit", "--quiet", "--message=Snapshot"],
    ] {
        assert!(git(tree.path()).args(arguments).status().unwrap().success());
    }
    tree
}
