//! Sources by git over HTTP, with the job's token (runner protocol §9).

use crate::support::{Job, Reply, Server, for_both};
use reqwest::Method;
use serde_json::json;
use tempfile::TempDir;
use tokio::process::Command;

const CI: &str = "hello:\n  script: [echo hello]\n";

/// A folder in which git runs with nobody's settings.
struct Sources {
    folder: TempDir,
}

impl Sources {
    async fn new() -> Self {
        let sources = Self { folder: tempfile::tempdir().unwrap() };
        sources.git(&["init", "--quiet", "--initial-branch=main"]).await;
        sources
    }

    async fn try_git(&self, arguments: &[&str]) -> Result<String, String> {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(self.folder.path()).env("GIT_TERMINAL_PROMPT", "0");
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Test").env(format!("GIT_{who}_EMAIL"), "test@example.com");
        }
        let output = command.output().await.expect("git runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }

    async fn git(&self, arguments: &[&str]) -> String {
        self.try_git(arguments).await.unwrap_or_else(|error| panic!("git {arguments:?}: {error}"))
    }
}

fn text<'j>(job: &'j Job<'_>, key: &str) -> &'j str {
    job.payload["git_info"][key].as_str().unwrap_or_else(|| panic!("git_info.{key} is text"))
}

fn refspecs<'j>(job: &'j Job<'_>) -> Vec<&'j str> {
    let list = job.payload["git_info"]["refspecs"].as_array().unwrap();
    list.iter().map(|refspec| refspec.as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_fetches_its_sources_as_the_payload_says() {
    for_both(async |server| {
        let runner = server.runner().await;
        let project = server.project(CI).await;
        runner.take().await.succeed().await;
        let sha = project.change("main", &[(".gitlab-ci.yml", "hello:\n  script: [echo again]\n")]).await;
        let job = runner.take().await;
        let pipeline = job.pipeline_id();
        assert_eq!((text(&job, "sha"), text(&job, "ref"), text(&job, "ref_type")), (sha.as_str(), "main", "branch"));
        assert_eq!(text(&job, "repo_object_format"), "sha1");
        let own = format!("+refs/pipelines/{pipeline}:refs/pipelines/{pipeline}");
        assert_eq!(refspecs(&job), [own.as_str(), "+refs/heads/main:refs/remotes/origin/main"]);
        let url = text(&job, "repo_url");
        let expected = server.url.replacen("http://", &format!("http://gitlab-ci-token:{}@", job.token), 1);
        assert_eq!(url, format!("{expected}/{}.git", project.path));

        let sources = Sources::new().await;
        sources.git(&["remote", "add", "origin", url]).await;
        let mut fetch = vec!["fetch", "origin", "--no-recurse-submodules"];
        fetch.extend(refspecs(&job));
        fetch.extend(["--depth", "20", "--prune", "--quiet"]);
        sources.git(&fetch).await;
        sources.git(&["checkout", "-f", "-q", &sha]).await;
        sources.git(&["clean", "-ffdx"]).await;
        assert_eq!(sources.git(&["rev-parse", "HEAD"]).await, sha);
        assert_eq!(sources.git(&["rev-list", "--count", "HEAD"]).await, "2");
        let file = std::fs::read_to_string(sources.folder.path().join(".gitlab-ci.yml")).unwrap();
        assert!(file.contains("echo again"), "{file}");
    })
    .await;
}

/// Fetches the pipeline's own ref, one commit deep, and checks the job's commit out.
async fn check_out(job: &Job<'_>) {
    let sources = Sources::new().await;
    let refspec = refspecs(job)[0];
    sources.git(&["fetch", "--quiet", "--depth", "1", text(job, "repo_url"), refspec]).await;
    sources.git(&["checkout", "-f", "-q", text(job, "sha")]).await;
    assert_eq!(sources.git(&["rev-list", "--count", "HEAD"]).await, "1", "one commit deep");
    assert!(sources.folder.path().join("feature.txt").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_44_the_pipelines_ref_outlives_the_branch() {
    for_both(async |server| {
        let runner = server.runner().await;
        let project = server.project(CI).await;
        runner.take().await.succeed().await;
        let sha = project.branch("feature", "main", &[("feature.txt", "one\n")]).await;
        let job = runner.take().await;
        assert_eq!(text(&job, "sha"), sha);
        check_out(&job).await;
        // The branch moves on,
        project.change("feature", &[("feature.txt", "two\n")]).await;
        check_out(&job).await;
        // and is rewritten out of history,
        assert_eq!(project.delete("/repository/branches/feature").await.status, 204);
        project.branch("feature", "main", &[("other.txt", "three\n")]).await;
        check_out(&job).await;
        // and goes.
        assert_eq!(project.delete("/repository/branches/feature").await.status, 204);
        check_out(&job).await;
        job.succeed().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tags_job_fetches_the_tag() {
    for_both(async |server| {
        let runner = server.runner().await;
        let project = server.project(CI).await;
        runner.take().await.succeed().await;
        server.post(&project.at("/repository/tags"), &json!({ "tag_name": "v1", "ref": "main" })).await;
        let job = runner.take().await;
        assert_eq!((text(&job, "ref"), text(&job, "ref_type")), ("v1", "tag"));
        assert_eq!(refspecs(&job)[1], "+refs/tags/v1:refs/tags/v1");
        assert_eq!((job.variable("CI_COMMIT_TAG"), job.variable("CI_COMMIT_BRANCH")), (Some("v1"), None));
        let sources = Sources::new().await;
        let specs = refspecs(&job);
        sources.git(&["fetch", "--quiet", "--depth", "1", text(&job, "repo_url"), specs[0], specs[1]]).await;
        assert_eq!(sources.git(&["rev-parse", "v1^{commit}"]).await, text(&job, "sha"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn git_depth_of_the_file_reaches_the_payload() {
    for_both(async |server| {
        let runner = server.runner().await;
        server.project("variables: {GIT_DEPTH: '3'}\nhello:\n  script: [echo]\n").await;
        let job = runner.take().await;
        assert_eq!(job.payload["git_info"]["depth"], 3);
        server.project("hello:\n  script: [echo]\n  variables: {GIT_DEPTH: 0}\n").await;
        let job = runner.take().await;
        assert_eq!(job.payload["git_info"]["depth"], 0);
        let all = ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"];
        assert!(all.iter().all(|refspec| refspecs(&job).contains(refspec)), "{:?}", refspecs(&job));
    })
    .await;
}

/// How git begins a fetch, with these credentials.
async fn begin(server: &Server, path: &str, credentials: Option<(&str, &str)>) -> Reply {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.request(Method::GET, format!("{}/{path}.git/info/refs?service=git-upload-pack", server.url));
    Reply::of(match credentials {
        Some((user, password)) => request.basic_auth(user, Some(password)),
        None => request,
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_45_git_is_asked_for_credentials_and_they_end_with_the_job() {
    for_both(async |server| {
        let runner = server.runner().await;
        let project = server.project(CI).await;
        let job = runner.take().await;
        for wrong in [None, Some(("gitlab-ci-token", "glcbt-nobodys")), Some(("gitlab-ci-token", ""))] {
            let reply = begin(&server, &project.path, wrong).await;
            assert_eq!(reply.status, 401, "{wrong:?}: {}", reply.text());
            let challenge = reply.header("www-authenticate").expect("git sends the password only when asked");
            assert!(challenge.starts_with("Basic "), "{challenge}");
        }
        let reply = begin(&server, &project.path, Some(("gitlab-ci-token", &job.token))).await.expect(200);
        assert_eq!(reply.header("content-type"), Some("application/x-git-upload-pack-advertisement"));
        job.succeed().await;
        let late = begin(&server, &project.path, Some(("gitlab-ci-token", &job.token))).await;
        assert_eq!(late.status, 403, "{}", late.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jobs_token_opens_its_own_project_alone() {
    for_both(async |server| {
        let runner = server.runner().await;
        let other = server.project(CI).await;
        runner.take().await.succeed().await;
        server.project(CI).await;
        let job = runner.take().await;
        let reply = begin(&server, &other.path, Some(("gitlab-ci-token", &job.token))).await;
        assert!([401, 403, 404].contains(&reply.status), "{} {}", reply.status, reply.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jobs_token_does_not_push() {
    for_both(async |server| {
        let runner = server.runner().await;
        let project = server.project(CI).await;
        let job = runner.take().await;
        let sources = Sources::new().await;
        sources.git(&["fetch", "--quiet", text(&job, "repo_url"), "main"]).await;
        sources.git(&["checkout", "-q", "FETCH_HEAD"]).await;
        sources.git(&["commit", "--quiet", "--allow-empty", "--message=Sneak in"]).await;
        let pushed = sources.try_git(&["push", "--quiet", text(&job, "repo_url"), "HEAD:refs/heads/sneaked"]).await;
        assert!(pushed.is_err(), "{pushed:?}");
        let branches = server.get(&project.at("/repository/branches")).await.expect(200).json();
        assert_eq!(branches.as_array().unwrap().len(), 1);
    })
    .await;
}
