//! Sources from a real repository over smart HTTP.

mod support;

use std::fs;
use std::io::Read;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use support::git_http::git;
use support::{Running, Server, job, variable};

/// A server with the repository `acme/widgets`, two commits on `main`.
async fn served() -> (Server, TempDir, Vec<String>) {
    let server = Server::start().await;
    let folder = tempfile::tempdir().unwrap();
    let work = folder.path().join("work");
    let bare = folder.path().join("served/acme/widgets.git");
    fs::create_dir_all(&work).unwrap();
    fs::create_dir_all(&bare).unwrap();
    git(&bare, &["init", "-q", "--bare"]);
    git(&work, &["init", "-q"]);
    let mut commits = Vec::new();
    for text in ["one", "two"] {
        fs::write(work.join("file"), text).unwrap();
        git(&work, &["add", "."]);
        git(&work, &["commit", "-q", "-m", text]);
        commits.push(git(&work, &["rev-parse", "HEAD"]));
    }
    git(&work, &["push", "-q", bare.to_str().unwrap(), "HEAD:refs/heads/main", "HEAD:refs/pipelines/5"]);
    server.change(|state| state.repositories = Some(folder.path().join("served")));
    (server, folder, commits)
}

fn with_git(server: &Server, id: i64, sha: &str, script: &[&str], variables: &[Value], depth: i64) -> Value {
    let url = format!("http://gitlab-ci-token:glcbt-1f_token-of-{id}@{}/acme/widgets.git", server.address);
    let mut variables = variables.to_vec();
    variables.push(variable("GIT_STRATEGY", ""));
    job(
        id,
        script,
        json!({"variables": variables, "git_info": {"repo_url": url, "ref": "main", "sha": sha, "depth": depth,
            "refspecs": ["+refs/pipelines/5:refs/pipelines/5", "+refs/heads/main:refs/remotes/origin/main"]}}),
    )
}

#[tokio::test]
async fn the_commit_is_checked_out_and_the_folder_used_again_clean() {
    let (server, folder, commits) = served().await;
    let runner = Running::start(&server);
    let script = ["cat file", "echo left > left; echo \"count $(git rev-list --count HEAD)\"", "git fetch -q origin"];
    server.push(with_git(&server, 1, &commits[1], &script, &[], 1));
    let ended = server.until_end(1).await;
    ended.assert_state("success");
    let short = &commits[1][..8];
    ended.assert_has("Created fresh repository.");
    ended.assert_has("Fetching changes with git depth set to 1...");
    ended.assert_has(&format!("Checking out {short} as detached HEAD (ref is main)..."));
    ended.assert_has("\ntwo");
    ended.assert_has("count 1\n");
    let project = runner.folder.path().join("abcdefghi/0/acme/widgets");
    let config = fs::read_to_string(project.join(".git/config")).unwrap();
    assert!(!config.contains("glcbt-"), "{config}");
    assert!(!project.with_extension("tmp").exists());
    fs::write(project.join(".git/hooks-were-here"), "").unwrap();
    server.push(with_git(&server, 2, &commits[0], &["cat file", "[ ! -e left ]"], &[], 0));
    let ended = server.until_end(2).await;
    ended.assert_state("success");
    ended.assert_has("Fetching changes...");
    ended.assert_lacks("Created fresh repository.");
    ended.assert_has("\none");
    assert!(project.join(".git/hooks-were-here").exists(), "the repository was kept");
    drop(folder);
}

#[tokio::test]
async fn strategies_checkout_and_clean_flags_are_obeyed() {
    let (server, _folder, commits) = served().await;
    let _runner = Running::start(&server);
    let tip = &commits[1];
    let cases = [
        (11, "cat file; touch left", "GIT_STRATEGY", "fetch"),
        (12, "[ -e left ]", "GIT_CLEAN_FLAGS", "none"),
        (13, "[ -e left ]", "GIT_STRATEGY", "none"),
        (14, "[ -e left ] && [ -e file ]", "GIT_CHECKOUT", "false"),
        (15, "[ ! -e left ] && cat file", "GIT_STRATEGY", "clone"),
        (16, "[ -z \"$(ls -A)\" ]", "GIT_STRATEGY", "empty"),
    ];
    for (id, script, key, value) in cases {
        let mut job = with_git(&server, id, tip, &[script], &[], 20);
        job["variables"].as_array_mut().unwrap().push(variable(key, value));
        server.push(job);
        server.until_end(id).await.assert_state("success");
    }
}

#[tokio::test]
async fn hooks_run_around_the_sources() {
    let (server, _folder, commits) = served().await;
    let _runner = Running::start(&server);
    let mut job = with_git(&server, 21, &commits[1], &["true"], &[], 20);
    job["hooks"] = json!([{"name": "pre_get_sources_script", "script": ["echo before sources"]},
        {"name": "post_get_sources_script", "script": ["echo \"after $(cat file)\""]}]);
    server.push(job);
    let ended = server.until_end(21).await;
    ended.assert_state("success");
    let place = |text: &str| ended.log.find(text).unwrap();
    assert!(place("\nbefore sources\n") < place("Fetching changes"));
    assert!(place("Checking out") < place("\nafter two\n"));
}

#[tokio::test]
async fn a_commit_that_is_not_there_is_the_runners_trouble_with_gits_own_words() {
    let (server, _folder, _) = served().await;
    let _runner = Running::start(&server);
    let missing = "0123456789012345678901234567890123456789";
    server.push(with_git(&server, 31, missing, &["echo never"], &[variable("GET_SOURCES_ATTEMPTS", "2")], 20));
    let ended = server.until_end(31).await;
    assert_eq!(ended.update["failure_reason"], "runner_system_failure");
    ended.assert_has("try 1 of 2");
    ended.assert_has("the sources could not be had");
    ended.assert_lacks("\nnever\n");
}

#[tokio::test]
async fn untracked_files_are_listed_by_the_job_itself_ignored_ones_too() {
    let (server, _folder, commits) = served().await;
    let _runner = Running::start(&server);
    // A setting that makes git run a program, which would tell where it runs.
    let script = ["echo made > made; echo made > .gitignore; git config core.fsmonitor 'env > asked; false'"];
    let mut job = with_git(&server, 51, &commits[1], &script, &[], 1);
    job["artifacts"] = json!([{"name": "a", "untracked": true, "paths": [], "when": "always",
        "artifact_type": "archive", "artifact_format": "zip"}]);
    server.push(job);
    server.until_end(51).await.assert_state("success");
    let upload = server.state().uploads[0].bytes.clone();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(upload)).unwrap();
    let mut asked = String::new();
    archive.by_name("asked").unwrap().read_to_string(&mut asked).unwrap();
    assert!(asked.contains("PIPEWRIGHT_JOB_MARK=") && !asked.contains("CARGO_MANIFEST_DIR"), "{asked}");
    assert!(archive.by_name("made").is_ok() && archive.by_name("file").is_err());
}

#[tokio::test]
async fn submodules_on_the_same_server_get_in_with_the_jobs_token() {
    let (server, folder, _) = served().await;
    let _runner = Running::start(&server);
    let served = folder.path().join("served/acme");
    let work = folder.path().join("work");
    fs::create_dir_all(served.join("part.git")).unwrap();
    git(&served.join("part.git"), &["init", "-q", "--bare"]);
    git(&work, &["push", "-q", served.join("part.git").to_str().unwrap(), "HEAD:refs/heads/main"]);
    git(&work, &["submodule", "--quiet", "add", "-b", "main", served.join("part.git").to_str().unwrap(), "part"]);
    git(&work, &["config", "-f", ".gitmodules", "submodule.part.url", "../part.git"]);
    git(&work, &["add", "."]);
    git(&work, &["commit", "-q", "-m", "part"]);
    let bare = served.join("widgets.git");
    git(&work, &["push", "-q", bare.to_str().unwrap(), "HEAD:refs/heads/main", "+HEAD:refs/pipelines/5"]);
    let tip = git(&work, &["rev-parse", "HEAD"]);
    let strategy = [variable("GIT_SUBMODULE_STRATEGY", "recursive")];
    for id in [41, 42] {
        server.push(with_git(&server, id, &tip, &["cat part/file; touch part/left"], &strategy, 1));
        let ended = server.until_end(id).await;
        ended.assert_state("success");
        ended.assert_has("Updating submodules...");
        ended.assert_has("\ntwo");
    }
    assert!(Path::new(&work).exists());
}
