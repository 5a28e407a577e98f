//! `kill -9`, right after an acknowledgement: what was acknowledged is there after the next start
//! (invariant 4).

use crate::support::{Api, PATIENCE, Served, WorkTree, json, remote};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json as object};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

const CI: &str = "job:\n  script: make\n  artifacts:\n    paths: [out.txt]\n";
const LOG: &[u8] = b"the first line\nthe second line\n";

/// One server after the other on the same data, each of them killed.
struct Mortal {
    data: tempfile::TempDir,
    server: Served,
    api: Api,
}

impl Mortal {
    fn born() -> Self {
        let data = tempfile::tempdir().unwrap();
        let server = Served::start(&["--data-dir", data.path().to_str().unwrap()]);
        let api = server.api();
        Self { data, server, api }
    }

    fn dies_and_returns(&mut self) {
        self.server.kill();
        self.server = Served::start(&["--data-dir", self.data.path().to_str().unwrap()]);
        self.api = self.server.api();
    }
}

/// A job handed out to a runner played by the test.
struct Given {
    id: i64,
    token: String,
}

async fn take_job(api: &Api) -> Given {
    let runner = api.post("/user/runners", &object!({ "runner_type": "instance_type", "run_untagged": true })).await;
    let request = object!({ "token": runner["token"], "system_id": "s_crash", "info": {
        "features": { "artifacts": true, "upload_multiple_artifacts": true } } });
    let start = Instant::now();
    loop {
        let answer = api.bare(Method::POST, "/jobs/request").json(&request).send().await.unwrap();
        if answer.status() == 201 {
            let job: Value = answer.json().await.unwrap();
            return Given { id: job["id"].as_i64().unwrap(), token: job["token"].as_str().unwrap().to_owned() };
        }
        assert_eq!(answer.status(), 204);
        assert!(start.elapsed() < PATIENCE, "there is no job");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn patch_trace(api: &Api, job: &Given, from: usize, until: usize) {
    let answer = api
        .bare(Method::PATCH, &format!("/jobs/{}/trace", job.id))
        .header("JOB-TOKEN", &job.token)
        .header("Content-Range", format!("{from}-{}", until - 1))
        .body(LOG[from..until].to_vec())
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 202, "{}", answer.text().await.unwrap());
}

fn archive() -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file("out.txt", zip::write::SimpleFileOptions::default()).unwrap();
    writer.write_all(b"kept").unwrap();
    writer.finish().unwrap().into_inner()
}

#[tokio::test]
async fn invariant_4_what_was_acknowledged_survives_kill_9() {
    let mut mortal = Mortal::born();
    let project = mortal.api.project("mortal").await;
    let tree = WorkTree::new(&[(".gitlab-ci.yml", CI)]);

    // A push that git was told is done.
    tree.push(&mortal.server.url, "mortal");
    mortal.dies_and_returns();
    let sha = tree.git(&["rev-parse", "HEAD"]);
    let refs = tree.git(&["ls-remote", &remote(&mortal.server.url, "mortal"), "refs/heads/main"]);
    assert!(refs.starts_with(&sha), "{refs}");

    // The pipeline of that push, whoever of the two servers made it; a job handed out; log bytes answered 202.
    let job = take_job(&mortal.api).await;
    let path = format!("/projects/{project}/jobs/{}", job.id);
    patch_trace(&mortal.api, &job, 0, 15).await;
    mortal.dies_and_returns();
    assert_eq!(mortal.api.get(&path).await["status"], "running");
    assert_eq!(mortal.api.text(&format!("{path}/trace")).await.as_bytes(), &LOG[..15]);
    patch_trace(&mortal.api, &job, 15, LOG.len()).await;
    mortal.dies_and_returns();
    assert_eq!(mortal.api.text(&format!("{path}/trace")).await.as_bytes(), LOG);

    // An artifact answered 201.
    let form = Form::new()
        .text("artifact_type", "archive")
        .text("artifact_format", "zip")
        .part("file", Part::bytes(archive()).file_name("artifacts.zip"));
    let upload = mortal.api.bare(Method::POST, &format!("/jobs/{}/artifacts", job.id));
    json(upload.header("JOB-TOKEN", &job.token).multipart(form), 201).await;
    mortal.dies_and_returns();
    assert_eq!(mortal.api.text(&format!("{path}/artifacts/out.txt")).await, "kept");

    // A status answered 200.
    let update = mortal.api.bare(Method::PUT, &format!("/jobs/{}", job.id));
    let body = object!({ "token": job.token, "state": "success", "exit_code": 0 });
    let answer = update.json(&body).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    mortal.dies_and_returns();
    assert_eq!(mortal.api.get(&path).await["status"], "success");
    assert_eq!(mortal.api.text(&format!("{path}/trace")).await.as_bytes(), LOG);
    let pipeline = mortal.api.ended_pipeline(project).await;
    assert_eq!((&pipeline["status"], &pipeline["sha"]), (&"success".into(), &sha.into()));
}

/// Puts a folder before all others on the path of a server.
fn path_with(folder: &Path) -> std::ffi::OsString {
    let path = std::env::var_os("PATH").unwrap();
    std::env::join_paths([folder.to_owned()].into_iter().chain(std::env::split_paths(&path))).unwrap()
}

/// A `git` that, once `marker` is there, takes a push whole and then kills the server that asked for it, before
/// that has heard a word.
fn murderous_git(folder: &Path, marker: &Path) {
    let path = std::env::var_os("PATH").unwrap();
    let real = std::env::split_paths(&path).map(|dir| dir.join("git")).find(|file| file.is_file()).unwrap();
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in\n*'receive-pack --stateless-rpc .'*)\n  if [ -e '{marker}' ]; then\n    \
         '{git}' \"$@\" > /dev/null\n    kill -9 $PPID\n    exit\n  fi;;\nesac\nexec '{git}' \"$@\"\n",
        marker = marker.display(),
        git = real.display(),
    );
    let file = folder.join("git");
    std::fs::write(&file, script).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[tokio::test]
async fn invariant_4_a_push_cut_off_between_git_and_the_database_has_its_pipeline() {
    let (data, bin) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let marker = bin.path().join("now");
    murderous_git(bin.path(), &marker);
    let path = path_with(bin.path());
    let arguments = ["--data-dir", data.path().to_str().unwrap()];
    let mut server = Served::start_with(&arguments, |command| {
        command.env("PATH", &path);
    });
    let project = server.api().project("unlucky").await;
    let tree = WorkTree::new(&[(".gitlab-ci.yml", CI)]);
    std::fs::write(&marker, "").unwrap();
    let url = remote(&server.url, "unlucky");
    let output = crate::support::git(tree.path()).args(["push", &url, "main"]).output().unwrap();
    assert!(!output.status.success(), "the server died before it could answer");
    server.wait();

    let server = Served::start(&arguments);
    let api = server.api();
    let sha = tree.git(&["rev-parse", "HEAD"]);
    let job = take_job(&api).await;
    let jobs = api.get(&format!("/projects/{project}/jobs")).await;
    assert_eq!((&jobs[0]["id"], &jobs[0]["commit"]["id"]), (&job.id.into(), &sha.into()));
    let made = api.get(&format!("/projects/{project}")).await;
    assert_eq!(made["default_branch"], "main", "the rest of what follows a push was done as well");
    // Nothing is to be pushed any more, and nothing is made twice.
    tree.push(&server.url, "unlucky");
    assert_eq!(api.get(&format!("/projects/{project}/pipelines")).await.as_array().unwrap().len(), 1);
}

/// Git outlives the server that started it: a ref may move after the others were found, and somebody else may have
/// moved one on by then.
#[tokio::test]
async fn invariant_4_every_ref_of_a_push_that_was_cut_off_has_its_pipeline() {
    let (data, bin) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let marker = bin.path().join("now");
    murderous_git(bin.path(), &marker);
    let arguments = ["--data-dir", data.path().to_str().unwrap()];
    let mut server = Served::start_with(&arguments, |command| {
        command.env("PATH", path_with(bin.path()));
    });
    let project = server.api().project("slow").await;
    let tree = WorkTree::new(&[(".gitlab-ci.yml", CI)]);
    std::fs::write(&marker, "").unwrap();
    let url = remote(&server.url, "slow");
    let push = ["push", &url, "main:early", "main:late", "main:onward"];
    assert!(!crate::support::git(tree.path()).args(push).output().unwrap().status.success());
    server.wait();

    let sha = tree.git(&["rev-parse", "HEAD"]);
    let bare = data.path().join("repositories").join(format!("{project}.git"));
    let bare = |arguments: &[&str]| {
        let output = crate::support::git(&bare).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    bare(&["update-ref", "-d", "refs/heads/late"]);
    let next = bare(&["commit-tree", "-p", &sha, "-m", "Next", &format!("{sha}^{{tree}}")]);
    bare(&["update-ref", "refs/heads/onward", &next]);

    let mut server = Served::start(&arguments);
    let api = server.api();
    let refs = async |api: &Api| {
        let list = api.get(&format!("/projects/{project}/pipelines?order_by=ref&sort=asc")).await;
        let of =
            |pipeline: &Value| format!("{} {}", pipeline["ref"].as_str().unwrap(), pipeline["sha"].as_str().unwrap());
        list.as_array().unwrap().iter().map(of).collect::<Vec<_>>()
    };
    for _ in 0..2 {
        take_job(&api).await;
    }
    assert_eq!(refs(&api).await, [format!("early {sha}"), format!("onward {sha}")]);
    server.kill();
    bare(&["update-ref", "refs/heads/late", &sha]);
    let server = Served::start(&arguments);
    let api = server.api();
    take_job(&api).await;
    assert_eq!(refs(&api).await, [format!("early {sha}"), format!("late {sha}"), format!("onward {sha}")]);
}
