//! Artifacts, dependencies and caches.

mod support;

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use flate2::read::MultiGzDecoder;
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use support::{Running, Server, Uploaded, job, run, variable};

fn archive(more: Value) -> Value {
    let mut archive = json!({"name": "out of $CI_JOB_STAGE", "untracked": false, "paths": ["out/", "*.log"],
        "when": "on_success", "expire_in": "3 days", "artifact_type": "archive", "artifact_format": "zip"});
    archive.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    archive
}

fn report(kind: &str, name: &str, format: &str, paths: Value) -> Value {
    json!({"name": name, "paths": paths, "when": "always", "artifact_type": kind, "artifact_format": format})
}

/// Name, mode and content of every entry.
fn entries(upload: &Uploaded) -> BTreeMap<String, (u32, String)> {
    let mut archive = ZipArchive::new(Cursor::new(&upload.bytes)).unwrap();
    let mut all = BTreeMap::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mode = entry.unix_mode().unwrap();
        let mut content = String::new();
        entry.read_to_string(&mut content).unwrap();
        all.insert(name, (mode, content));
    }
    all
}

#[tokio::test]
async fn an_archive_holds_folders_links_and_modes_and_leaves_out_what_it_should() {
    let script = [
        "mkdir -p out/deep out/tmp; echo a > out/a.txt; echo '#!/bin/sh' > out/deep/run; chmod 755 out/deep/run",
        "ln -s a.txt out/link; echo x > out/tmp/x; echo log > build.log; echo no > other.txt; chmod 640 out/a.txt",
    ];
    let more = json!({"artifacts": [archive(json!({"exclude": ["out/tmp/**"]}))],
        "variables": [variable("CI_JOB_STAGE", "test")]});
    let (server, ended) = run(job(1, &script, more)).await;
    ended.assert_state("success");
    let uploads = server.state().uploads.clone();
    assert_eq!(uploads.len(), 1);
    let query = json!(uploads[0].query);
    assert_eq!(query, json!({"artifact_format": "zip", "artifact_type": "archive", "expire_in": "3 days"}));
    assert_eq!(uploads[0].filename, "out of test.zip");
    let entries = entries(&uploads[0]);
    let names: Vec<&str> = entries.keys().map(String::as_str).collect();
    assert_eq!(names, ["build.log", "out/", "out/a.txt", "out/deep/", "out/deep/run", "out/link", "out/tmp/"]);
    assert_eq!(entries["out/a.txt"], (0o100_640, "a\n".to_owned()));
    assert_eq!(entries["out/deep/run"].0, 0o100_755);
    assert_eq!(entries["out/link"], (0o120_777, "a.txt".to_owned()));
}

#[tokio::test]
async fn reports_are_gzip_members_or_one_raw_file() {
    let artifacts = json!([
        report("junit", "junit.xml", "gzip", json!(["a.xml", "deep/*.xml"])),
        report("dotenv", ".env", "gzip", json!(["build.env"])),
        report("codequality", "gl-code-quality-report.json", "raw", json!(["quality.json"])),
        report("terraform", "tfplan.json", "raw", json!(["missing.json"])),
    ]);
    let script = [
        "mkdir deep; printf '<a/>' > a.xml; printf '<b/>' > deep/b.xml; echo A=b=c > build.env; printf '[]' > quality.json",
        "exit 1",
    ];
    let (server, ended) = run(job(2, &script, json!({"artifacts": artifacts}))).await;
    assert_eq!(ended.update["exit_code"], 1);
    ended.assert_has("No files to upload");
    let uploads = server.state().uploads.clone();
    let names: Vec<&str> = uploads.iter().map(|upload| upload.filename.as_str()).collect();
    assert_eq!(names, ["junit.xml.gz", ".env.gz", "gl-code-quality-report.json"]);
    let plain = |upload: &Uploaded| {
        let mut text = String::new();
        MultiGzDecoder::new(upload.bytes.as_slice()).read_to_string(&mut text).unwrap();
        text
    };
    assert_eq!(plain(&uploads[0]), "<a/><b/>");
    let first = flate2::read::GzDecoder::new(uploads[0].bytes.as_slice());
    assert_eq!(first.header().unwrap().filename(), Some(b"a.xml".as_slice()));
    assert_eq!(plain(&uploads[1]), "A=b=c\n");
    assert_eq!(uploads[2].bytes, b"[]");
}

#[tokio::test]
async fn when_decides_which_archive_goes_up() {
    let artifacts = json!([
        archive(json!({"when": "on_success", "name": "good"})),
        archive(json!({"when": "on_failure", "name": "bad"})),
        archive(json!({"when": "always", "name": "any"}))
    ]);
    for (end, want) in [("exit 0", ["good.zip", "any.zip"]), ("exit 1", ["bad.zip", "any.zip"])] {
        let (server, _) = run(job(3, &["touch a.log", end], json!({"artifacts": artifacts}))).await;
        let names: Vec<String> = server.state().uploads.iter().map(|upload| upload.filename.clone()).collect();
        assert_eq!(names, want);
    }
}

/// A trap of the CI YAML contract §13.
#[tokio::test]
async fn trap_30_reports_of_a_failed_job_go_up_though_its_archive_does_not() {
    let artifacts = json!([archive(json!({})), report("junit", "junit.xml", "gzip", json!(["a.xml"]))]);
    let script = ["touch a.log; printf '<a/>' > a.xml", "exit 1"];
    let (server, ended) = run(job(8, &script, json!({"artifacts": artifacts}))).await;
    ended.assert_state("failed");
    let names: Vec<String> = server.state().uploads.iter().map(|upload| upload.filename.clone()).collect();
    assert_eq!(names, ["junit.xml.gz"]);
}

#[tokio::test]
async fn nothing_to_upload_is_a_warning_without_a_request() {
    let (server, ended) = run(job(4, &["true"], json!({"artifacts": [archive(json!({}))]}))).await;
    ended.assert_state("success");
    ended.assert_has("out/: no matching files");
    ended.assert_has("WARNING: No files to upload");
    assert!(server.state().uploads.is_empty());
}

#[tokio::test]
async fn a_refused_upload_fails_the_job_and_trouble_is_tried_again() {
    let artifacts = json!({"artifacts": [archive(json!({}))]});
    for (answers, state, uploads) in [(vec![413], "failed", 0), (vec![500, 503], "success", 1)] {
        let server = Server::start().await;
        let _runner = Running::start(&server);
        server.change(|state| state.upload_answers.extend(answers));
        server.push(job(5, &["touch a.log"], artifacts.clone()));
        let ended = server.until_end(5).await;
        ended.assert_state(state);
        assert_eq!(server.state().uploads.len(), uploads);
        if state == "failed" {
            ended.assert_has("was refused: the server answered 413");
        }
    }
}

#[tokio::test]
async fn an_upload_refused_half_way_is_not_sent_again() {
    let server = Server::start().await;
    let _runner = Running::start(&server);
    server.change(|state| state.refuse_uploads = true);
    let script = ["head -c 50000000 /dev/urandom > big.log"];
    let packed_fast = variable("ARTIFACT_COMPRESSION_LEVEL", "fastest");
    server.push(job(7, &script, json!({"artifacts": [archive(json!({}))], "variables": [packed_fast]})));
    let ended = server.until_end(7).await;
    ended.assert_state("failed");
    ended.assert_has("413");
    ended.assert_has("maximum size limit");
    assert_eq!(server.state().upload_calls, 1);
}

fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(*name, SimpleFileOptions::default().unix_permissions(0o755)).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn dependency(id: i64) -> Value {
    json!({"id": id, "name": "compile", "token": "glcbt-x", "artifacts_file": {"filename": "artifacts.zip", "size": 1}})
}

#[tokio::test]
async fn archives_of_dependencies_are_there_before_the_script() {
    for redirect in [false, true] {
        let server = Server::start().await;
        let _runner = Running::start(&server);
        server.change(|state| {
            state.downloads.insert(90, zipped(&[("bin/tool", "#!/bin/sh\necho tool runs\n")]));
            state.redirect_downloads = redirect;
        });
        let without = json!({"id": 91, "name": "lint", "token": "glcbt-x"});
        server.push(job(6, &["bin/tool"], json!({"dependencies": [dependency(90), without]})));
        let ended = server.until_end(6).await;
        ended.assert_state("success");
        ended.assert_has("Downloading artifacts for compile (90)");
        ended.assert_has("\ntool runs\n");
    }
}

#[tokio::test]
async fn a_missing_or_evil_dependency_fails_the_job_before_the_script() {
    let server = Server::start().await;
    let runner = Running::start(&server);
    server.change(|state| state.downloads.insert(93, zipped(&[("../evil", "x")])));
    for (id, want) in [(92, "404"), (93, "outside the project")] {
        server.push(job(id, &["echo never"], json!({"dependencies": [dependency(id)]})));
        let ended = server.until_end(id).await;
        assert_eq!(ended.update["failure_reason"], "runner_system_failure");
        ended.assert_has(want);
        ended.assert_lacks("\nnever\n");
    }
    assert!(!runner.folder.path().join("abcdefghi/0/acme/evil").exists());
}

#[tokio::test]
async fn caches_pass_from_job_to_job_by_key_policy_and_fallback() {
    let server = Server::start().await;
    let _runner = Running::start(&server);
    let cache = |key: &str, policy: &str, fallback: &[&str]| {
        json!({"cache": [{"key": key, "untracked": false, "paths": ["vendor/"], "policy": policy,
            "when": "on_success", "fallback_keys": fallback}], "variables": [variable("GIT_STRATEGY", "empty")]})
    };
    let cases = [
        (10, "mkdir vendor; echo one > vendor/a", "main", "push", &[][..]),
        (11, "grep one vendor/a; echo two > vendor/a", "main", "pull", &[]),
        (12, "grep one vendor/a; rm -r vendor", "main", "pull-push", &[]),
        (13, "grep one vendor/a", "new", "pull", &["none", "main"]),
        (14, "[ ! -e vendor ]", "other", "pull", &[]),
    ];
    for (id, script, key, policy, fallback) in cases {
        server.push(job(id, &[script], cache(key, policy, fallback)));
        server.until_end(id).await.assert_state("success");
    }
}
