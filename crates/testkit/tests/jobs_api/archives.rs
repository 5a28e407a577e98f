//! What jobs leave behind (Jobs API contract §7).

use pipewright_testkit::{TestOptions, for_both, for_both_with, on_sqlite};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn an_archive_comes_back_whole_in_parts_and_by_tag() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (_, id) = project.job_with_archive(&[("a.txt", b"one"), ("d/b.bin", &[7; 5000])]).await;
        let path = project.at(&format!("/jobs/{id}/artifacts"));
        let whole = ana.get(&path).await.expect(200);
        assert!(whole.body.starts_with(b"PK\x03\x04"));
        assert_eq!(whole.header("content-type"), Some("application/octet-stream"));
        assert_eq!(whole.header("content-transfer-encoding"), Some("binary"));
        let disposition = "attachment; filename=\"artifacts.zip\"; filename*=UTF-8''artifacts.zip";
        assert_eq!(whole.header("content-disposition"), Some(disposition));
        let tag = whole.header("etag").expect("a tag").to_owned();
        let _ = ana.send(ana.request(Method::GET, &path).header("If-None-Match", &tag)).await.expect(304);
        let part = ana.send(ana.request(Method::GET, &path).header("Range", "bytes=1-3")).await.expect(206);
        assert_eq!(part.body, whole.body[1..4]);
        let range = format!("bytes 1-3/{}", whole.body.len());
        assert_eq!(part.header("content-range"), Some(range.as_str()));
        let _ = ana.send(ana.request(Method::GET, &path).header("Range", "bytes=999999-")).await.expect(416);
        let head = ana.head(&path).await.expect(200);
        assert_eq!(head.header("content-length"), Some(whole.body.len().to_string().as_str()));
        let by_ref = ana.get(&project.at("/jobs/artifacts/main/download?job=work")).await.expect(200);
        assert_eq!(by_ref.body, whole.body);
    })
    .await;
}

#[tokio::test]
async fn trap_04_and_32_the_four_hundred_and_fours_differ() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let pipeline = project.pipeline("work: { script: [make] }").await;
        let bare = project.job_id(&pipeline, "work").await;
        ana.get(&project.at("/jobs/999999")).await.is(404, &json!({ "message": "404 Not found" }));
        ana.get(&project.at("/jobs/999999/artifacts")).await.is(404, &json!({ "message": "404 Not found" }));
        let no_file = json!({ "message": "404 Not Found" });
        ana.get(&project.at(&format!("/jobs/{bare}/artifacts"))).await.is(404, &no_file);
        ana.get(&project.at(&format!("/jobs/{bare}/artifacts/a.txt"))).await.is(404, &no_file);
        let tree = ana.get(&project.at(&format!("/jobs/{bare}/artifacts/tree"))).await;
        tree.is(404, &json!({ "message": "404 Artifacts Not Found" }));
        server.runner().await.take().await.finish("success").await;
        let (_, id) = project.job_with_archive(&[("a.txt", b"one"), ("d/", b"")]).await;
        for missing in ["b.txt", "d/", "d", "../a.txt", "%2e%2e/a.txt", "a.txt/"] {
            let reply = ana.get(&project.at(&format!("/jobs/{id}/artifacts/./{missing}"))).await;
            if reply.status == 404 && reply.header("content-type") == Some("text/plain; charset=utf-8") {
                assert_eq!(reply.text(), "404 page not found\n");
            }
        }
        let plain = ana.get(&project.at(&format!("/jobs/{id}/artifacts/none.txt"))).await.expect(404);
        assert_eq!(plain.text(), "404 page not found\n");
        assert_eq!(plain.header("content-type"), Some("text/plain; charset=utf-8"));
        for bad in ["a%00b", "%ff%fe"] {
            let reply = ana.get(&project.at(&format!("/jobs/{id}/artifacts/{bad}"))).await;
            reply.is(400, &json!({ "message": "400 Bad request" }));
        }
    })
    .await;
}

#[tokio::test]
async fn traps_33_and_36_a_file_is_typed_by_name_or_by_content_and_always_attached() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let html = b"<!DOCTYPE html><title>x</title>".as_slice();
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'/>".as_slice();
        let big: Vec<u8> = (0..300_000u32).flat_map(u32::to_le_bytes).collect();
        let files = [
            ("r/index.html", html),
            ("report.json", b"{}".as_slice()),
            ("p.svg", svg),
            ("big.bin", &big),
            ("odd \"name\".txt", b"o".as_slice()),
            ("empty", b"".as_slice()),
        ];
        let (_, id) = project.job_with_archive(&files).await;
        let by_id = project.at(&format!("/jobs/{id}/artifacts"));
        let by_ref = project.at("/jobs/artifacts/main/raw");
        let page = ana.get(&format!("{by_id}/r/index.html")).await.expect(200);
        assert!(page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")), "{page:?}");
        assert_eq!(page.header("content-disposition"), Some("attachment; filename=\"index.html\""));
        let page = ana.get(&format!("{by_ref}/r/index.html?job=work")).await.expect(200);
        assert_eq!((page.header("content-type"), page.body.as_slice()), (Some("text/plain; charset=utf-8"), html));
        assert_eq!(page.header("content-disposition"), Some("attachment; filename=\"index.html\""));
        let json = ana.get(&format!("{by_id}/report.json")).await.expect(200);
        assert_eq!((json.header("content-type"), json.text().as_str()), (Some("application/json"), "{}"));
        let picture = ana.get(&format!("{by_ref}/p.svg?job=work")).await.expect(200);
        assert_eq!(picture.header("content-type"), Some("image/svg+xml"));
        let large = ana.get(&format!("{by_id}/big.bin")).await.expect(200);
        assert_eq!(large.header("content-length"), Some("1200000"));
        assert!(large.body == big, "the file differs");
        let odd = ana.get(&format!("{by_id}/odd%20%22name%22.txt")).await.expect(200);
        assert_eq!(odd.header("content-disposition"), Some("attachment; filename=\"odd \\\"name\\\".txt\""));
        assert!(ana.get(&format!("{by_id}/empty")).await.expect(200).body.is_empty());
        let missing = ana.get(&format!("{by_ref}/report.json")).await;
        missing.is(400, &json!({ "error": "job is missing" }));
    })
    .await;
}

#[tokio::test]
async fn trap_31_a_file_of_an_expired_archive_is_gone_unless_it_is_the_newest_success() {
    for_both_with(TestOptions::with_manual_clock, async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (_, first) = project.job_with_archive(&[("a.txt", b"one")]).await;
        let (_, second) = project.job_with_archive(&[("a.txt", b"two")]).await;
        server.clock.as_ref().expect("a clock").advance(2 * 86_400);
        let file = |id: i64| project.at(&format!("/jobs/{id}/artifacts/a.txt"));
        ana.get(&file(first)).await.is(404, &json!({ "message": "404 Not Found" }));
        assert_eq!(ana.get(&file(second)).await.expect(200).text(), "two");
        let raw = ana.get(&project.at("/jobs/artifacts/main/raw/a.txt?job=work")).await.expect(200);
        assert_eq!(raw.text(), "two");
    })
    .await;
}

#[tokio::test]
async fn traps_34_and_35_by_ref_means_the_newest_success_and_its_children() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let yaml = "work:\n  script: [make]\n  artifacts: { paths: [.] }\n";
        for branch in ["main", "feature/one"] {
            project.pipeline_on(branch, yaml).await;
            let claimed = server.runner().await.take().await;
            claimed.upload(&[("a.txt", branch.as_bytes())]).await;
            claimed.finish("success").await;
        }
        for name in ["feature/one", "feature%2Fone"] {
            let raw = ana.get(&project.at(&format!("/jobs/artifacts/{name}/raw/a.txt?job=work"))).await.expect(200);
            assert_eq!(raw.text(), "feature/one");
            let _ = ana.get(&project.at(&format!("/jobs/artifacts/{name}/download?job=work"))).await.expect(200);
        }
        let missing = json!({ "message": "404 Not found" });
        for name in ["HEAD", "nowhere"] {
            ana.get(&project.at(&format!("/jobs/artifacts/{name}/download?job=work"))).await.is(404, &missing);
        }
        let pipeline = project.pipeline("other: { script: [make] }").await;
        let _ = ana.get(&project.at("/jobs/artifacts/main/download?job=work")).await.expect(200);
        server.runner().await.take().await.finish("success").await;
        project.until_pipeline(&pipeline, "success").await;
        ana.get(&project.at("/jobs/artifacts/main/download?job=work")).await.is(404, &missing);
        let recent = "/jobs/artifacts/main/download?search_recent_successful_pipelines=true&job=";
        let _ = ana.get(&project.at(&format!("{recent}work"))).await.expect(200);
        let none = ana.get(&project.at(&format!("{recent}nothing"))).await;
        none.is(404, &json!({ "message": "404 Job Not Found" }));
    })
    .await;
}

#[tokio::test]
async fn a_tree_lists_folders_first_and_in_pages() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let files = [("a.txt", b"one".as_slice()), ("d/x/1", b"1"), ("d/y", b"22")];
        let (_, id) = project.job_with_archive(&files).await;
        let path = project.at(&format!("/jobs/{id}/artifacts/tree"));
        let root = ana.get(&path).await.expect(200);
        assert_eq!(
            root.json(),
            json!([
                { "name": "d", "path": "d/", "type": "directory", "mode": "040755" },
                { "name": "a.txt", "path": "a.txt", "type": "file", "size": 3, "mode": "100644" },
            ])
        );
        assert_eq!(root.header("x-total"), Some("2"));
        let inner = ana.get(&format!("{path}?path=d&recursive=true&per_page=2")).await.expect(200);
        assert_eq!((inner.header("x-total"), inner.json()[1]["path"].as_str()), (Some("3"), Some("d/x/1")));
        let missing = ana.get(&format!("{path}?path=nowhere")).await;
        missing.is(404, &json!({ "message": "404 Path Not Found" }));
    })
    .await;
}

#[tokio::test]
async fn keeping_takes_the_expiry_off() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (_, id) = project.job_with_archive(&[("a.txt", b"one")]).await;
        let path = project.at(&format!("/jobs/{id}/artifacts/keep"));
        for _ in 0..2 {
            let kept = ana.post(&path, json!({})).await.expect(200).json();
            assert!(kept["artifacts_expire_at"].is_null() && kept.get("download_url").is_some(), "{kept}");
        }
    })
    .await;
}

#[tokio::test]
async fn trap_25_all_of_a_projects_artifacts_are_let_go_with_202() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (_, first) = project.job_with_archive(&[("a.txt", b"one")]).await;
        let (_, second) = project.job_with_archive(&[("a.txt", b"two")]).await;
        ana.delete(&project.at("/artifacts")).await.is(202, &json!({ "message": "202 Accepted" }));
        assert!(project.show(first).await.get("artifacts_file").is_none());
        assert!(project.show(second).await.get("artifacts_file").is_some(), "the newest success is kept");
        let _ = ana.get(&project.at(&format!("/jobs/{first}/trace"))).await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn trap_35_by_ref_finds_jobs_of_child_pipelines_too() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        project.commit("main", "child.yml", "inner:\n  script: [make]\n  artifacts: { paths: [.] }\n").await;
        let yaml = "down: { trigger: { include: child.yml, strategy: depend } }\n";
        let pipeline = project.pipeline(yaml).await;
        let claimed = server.runner().await.take().await;
        assert_eq!(claimed.name(), "inner");
        claimed.upload(&[("a.txt", b"inside")]).await;
        claimed.finish("success").await;
        project.until_pipeline(&pipeline, "success").await;
        let raw = ana.get(&project.at("/jobs/artifacts/main/raw/a.txt?job=inner")).await.expect(200);
        assert_eq!(raw.text(), "inside");
    })
    .await;
}

#[tokio::test]
async fn a_damaged_archive_has_no_files_and_breaks_nothing() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let runner = server.runner().await;
        let whole = pipewright_testkit::zip(&[("a.txt", b"one".as_slice()), ("b.txt", &[9; 4000])]);
        let mut cases = vec![b"".to_vec(), b"not a zip".to_vec(), whole[..whole.len() / 2].to_vec()];
        // The directory, the header of an entry, and the packed bytes damaged.
        for at in [whole.len() - 10, whole.len() - 60, 2, 40] {
            let mut damaged = whole.clone();
            damaged[at] ^= 0xff;
            cases.push(damaged);
        }
        for bytes in cases {
            project.pipeline("work:\n  script: [make]\n  artifacts: { paths: [.] }\n").await;
            let claimed = runner.take().await;
            let sent = claimed.try_upload(bytes).await;
            if sent.status != 201 {
                assert!(sent.status < 500, "{sent:?}");
                claimed.finish("success").await;
                continue;
            }
            claimed.finish("success").await;
            for path in ["tree", "none.txt", "a.txt", "b.txt"] {
                let reply = ana.get(&project.at(&format!("/jobs/{}/artifacts/{path}", claimed.id))).await;
                assert!(reply.status < 500, "{reply:?}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_form_whose_parts_never_begin_is_refused() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (_, claimed) = project.running_job().await;
        let head = "--b\r\nContent-Disposition: form-data; name=\"";
        let body = format!("{head}{}", "x".repeat(8 << 20));
        let api = claimed.api();
        let request = api
            .request(reqwest::Method::POST, &format!("/jobs/{}/artifacts", claimed.id))
            .header("Content-Type", "multipart/form-data; boundary=b")
            .body(body);
        let refused = api.send(request).await.expect(400).json();
        assert!(refused["error"].as_str().is_some_and(|error| error.contains("too long a head")), "{refused}");
    })
    .await;
}
