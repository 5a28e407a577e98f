//! The commit inside a job, as git has it (Jobs API contract §9.0, §9.4).

use pipewright_testkit::{TestServer, for_both};
use std::path::Path;
use std::process::Stdio;

async fn git(folder: &Path, args: &[&str]) {
    let mut command = tokio::process::Command::new("git");
    command.current_dir(folder).args(args).stdin(Stdio::null()).env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", folder);
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "Ana").env(format!("GIT_{who}_EMAIL"), "ana@example.com");
        command.env(format!("GIT_{who}_DATE"), "2015-12-24T16:51:14+01:00");
    }
    let ended = command.output().await.expect("git runs");
    assert!(ended.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&ended.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_50_a_commits_times_keep_their_offset_and_a_jobs_end_in_z() {
    for_both(async |server: &TestServer| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let tree = tempfile::tempdir().expect("a folder");
        std::fs::write(tree.path().join(".gitlab-ci.yml"), "work: { script: [make] }\n").expect("a file");
        let subject = format!("{} {} more than fits", "a".repeat(60), "b".repeat(50));
        let message = format!("{subject}\n\nAnd a body.\n");
        git(tree.path(), &["init", "-q", "-b", "main", "."]).await;
        git(tree.path(), &["add", "."]).await;
        git(tree.path(), &["commit", "-q", "-m", &message]).await;
        let address = server.url.replace("http://", &format!("http://ana:{}@", ana.token()));
        git(tree.path(), &["push", "-q", &format!("{address}/{}.git", project.path), "main"]).await;
        let job = server
            .until("the push's job", async || {
                let jobs = ana.get(&project.at("/jobs")).await.expect(200).json();
                jobs.get(0).cloned()
            })
            .await;
        let commit = &job["commit"];
        for name in ["created_at", "authored_date", "committed_date"] {
            assert_eq!(commit[name], "2015-12-24T16:51:14.000+01:00", "{name}");
        }
        assert!(job["created_at"].as_str().is_some_and(|time| time.ends_with('Z')), "{job}");
        // A long first line is cut at a word as a title, and whole in the message.
        assert_eq!(commit["title"], format!("{}...", "a".repeat(60)));
        assert_eq!(commit["message"], message);
        assert_eq!(commit["author_email"], "ana@example.com");
    })
    .await;
}
