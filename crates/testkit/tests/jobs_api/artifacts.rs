//! Artifacts to their end: kept, expired in batches, deleted though deleting fails at first (Jobs API contract §7).

use pipewright_testkit::{Api, Project, TestOptions, for_both, for_both_with};
use reqwest::Method;
use serde_json::json;
use std::path::{Path, PathBuf};

#[tokio::test]
async fn trap_49_what_has_expired_is_not_kept_any_more() {
    for_both_with(TestOptions::with_manual_clock, async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (_, id) = project.job_with_archive(&[("a.txt", b"one")]).await;
        server.clock.as_ref().expect("a clock").advance(2 * 86_400);
        // Its file may still be listed, and is not shown as the archive (trap 30).
        let shown = project.show(id).await;
        assert!(shown.get("artifacts_file").is_none() && shown["artifacts_expire_at"].is_string(), "{shown}");
        let keep = ana.post(&project.at(&format!("/jobs/{id}/artifacts/keep")), json!({})).await;
        keep.is(404, &json!({ "message": "404 Not Found" }));
    })
    .await;
}

#[tokio::test]
async fn what_expires_goes_in_as_many_batches_as_it_takes() {
    for_both_with(TestOptions::with_manual_clock, async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let yaml = "work:\n  script: [make]\n  parallel: 4\n  artifacts: { paths: [.], expire_in: 1 day }\n";
        let runner = server.runner().await;
        let mut kept = Vec::new();
        let mut gone = Vec::new();
        for round in [&mut gone, &mut kept] {
            let pipeline = project.pipeline(yaml).await;
            for _ in 0..4 {
                let claimed = runner.take().await;
                claimed.upload(&[("a.txt", b"one")]).await;
                claimed.finish("success").await;
                round.push(claimed.id);
            }
            project.until_pipeline(&pipeline, "success").await;
        }
        let clock = server.clock.as_ref().expect("a clock");
        clock.advance(2 * 86_400);
        let now = pipewright_model::Clock::now(&**clock);
        // Each job has an archive and its index: sixteen rows, three at a time. The server's own pass may have been
        // there first.
        server.engine.expire_artifacts_one(now, 3).await.expect("a pass");
        let archive = async |id: i64| ana.get(&project.at(&format!("/jobs/{id}/artifacts"))).await.status;
        for id in &gone {
            assert_eq!((archive(*id).await, &project.show(*id).await["artifacts"]), (404, &json!([])), "job {id}");
        }
        for id in &kept {
            assert_eq!(archive(*id).await, 200, "the newest success keeps job {id}'s");
        }
        // What is kept is looked at again when another pipeline has succeeded.
        let newer = project.pipeline("work: { script: [make] }").await;
        runner.take().await.finish("success").await;
        project.until_pipeline(&newer, "success").await;
        clock.advance(2 * 3600);
        server.engine.expire_artifacts_one(pipewright_model::Clock::now(&**clock), 3).await.expect("a pass");
        for id in &kept {
            assert_eq!(archive(*id).await, 404, "job {id}");
        }
    })
    .await;
}

/// Files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[tokio::test]
async fn bytes_that_cannot_be_deleted_are_deleted_later() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (_, id) = project.job_with_archive(&[("a.txt", b"one")]).await;
        let folder = server.folder().join(format!("objects/jobs/{}/{id}", project.id));
        let stored: Vec<PathBuf> = files(&folder);
        let archive = stored.iter().find(|file| std::fs::read(file).is_ok_and(|bytes| bytes.starts_with(b"PK")));
        let archive = archive.expect("the archive's file").clone();
        // A folder in the file's place cannot be deleted as a file.
        let bytes = std::fs::read(&archive).expect("the archive");
        std::fs::remove_file(&archive).expect("the file goes");
        std::fs::create_dir(&archive).expect("a folder");
        std::fs::write(archive.join("inside"), "x").expect("a file in it");
        let _ = ana.delete(&project.at(&format!("/jobs/{id}/artifacts"))).await.expect(204);
        let _ = ana.get(&project.at(&format!("/jobs/{id}/artifacts"))).await.expect(404);
        server.engine.delete_bytes_one().await.expect("a pass goes on to the others");
        assert!(archive.join("inside").exists());
        std::fs::remove_dir_all(&archive).expect("the folder goes");
        std::fs::write(&archive, bytes).expect("the file is back");
        server
            .until("the bytes to be deleted", async || {
                server.engine.delete_bytes_one().await.expect("a pass");
                (!archive.exists()).then_some(())
            })
            .await;
    })
    .await;
}

/// Status and the headers that HEAD shares with GET.
async fn headed(api: &Api, method: Method, path: &str) -> (u16, Vec<Option<String>>) {
    let reply = api.send(api.request(method, path)).await;
    let names = ["content-type", "content-length", "content-disposition", "etag", "link", "x-total", "x-per-page"];
    (reply.status, names.map(|name| reply.header(name).map(ToOwned::to_owned)).to_vec())
}

#[tokio::test]
async fn head_is_get_without_the_bytes_everywhere() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project: Project<'_> = server.project(&ana, "app").await;
        let (pipeline, id) = project.job_with_archive(&[("a.txt", b"one"), ("d/b.txt", b"two")]).await;
        // The finished log becomes a file meanwhile, which the job shows.
        server
            .until("the log to be a file", async || {
                let files = project.show(id).await["artifacts"].as_array().map_or(0, Vec::len);
                (files == 3).then_some(())
            })
            .await;
        for path in [
            "/jobs?per_page=1".to_owned(),
            format!("/pipelines/{}/jobs", pipeline.id),
            format!("/pipelines/{}/bridges", pipeline.id),
            format!("/jobs/{id}"),
            format!("/jobs/{id}/trace"),
            format!("/jobs/{id}/artifacts"),
            format!("/jobs/{id}/artifacts/a.txt"),
            format!("/jobs/{id}/artifacts/tree"),
            "/jobs/artifacts/main/download?job=work".to_owned(),
            "/jobs/artifacts/main/raw/d/b.txt?job=work".to_owned(),
        ] {
            let path = project.at(&path);
            let get = headed(&ana, Method::GET, &path).await;
            assert_eq!(get, headed(&ana, Method::HEAD, &path).await, "{path}");
            assert_eq!(get.0, 200, "{path}");
            assert!(ana.head(&path).await.body.is_empty());
        }
    })
    .await;
}

#[tokio::test]
async fn one_file_has_a_tag_of_its_own_and_no_ranges() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (_, id) = project.job_with_archive(&[("a.txt", b"one"), ("b.txt", b"one")]).await;
        let path = |name: &str| project.at(&format!("/jobs/{id}/artifacts/{name}"));
        let first = ana.get(&path("a.txt")).await.expect(200);
        let tag = first.header("etag").expect("a tag").to_owned();
        assert!(tag.len() == 66 && tag.starts_with('"'), "{tag}");
        assert_ne!(ana.get(&path("b.txt")).await.expect(200).header("etag"), Some(tag.as_str()));
        let again = ana.request(Method::GET, &path("a.txt")).header("If-None-Match", &tag);
        assert!(ana.send(again).await.expect(304).body.is_empty());
        let ranged = ana.request(Method::GET, &path("a.txt")).header("Range", "bytes=1-");
        assert_eq!(ana.send(ranged).await.expect(200).text(), "one");
        // Of an archive single ranges are sent, if it is still the one the caller began with.
        let whole = ana.get(&project.at(&format!("/jobs/{id}/artifacts"))).await.expect(200);
        let other = ana
            .request(Method::GET, &project.at(&format!("/jobs/{id}/artifacts")))
            .header("Range", "bytes=1-2")
            .header("If-Range", "\"another\"");
        assert!(ana.send(other).await.expect(200).body == whole.body);
        let tail = ana.request(Method::GET, &project.at(&format!("/jobs/{id}/artifacts"))).header("Range", "bytes=-2");
        assert_eq!(ana.send(tail).await.expect(206).body, whole.body[whole.body.len() - 2..]);
    })
    .await;
}
