//! Logs (Jobs API contract §6.2).

use pipewright_testkit::{TestOptions, TestServer, for_both, for_both_with};
use reqwest::Method;
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

#[tokio::test]
async fn trap_37_a_job_without_a_log_has_an_empty_one() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let pipeline = project.pipeline("work: { script: [make] }").await;
        let id = project.job_id(&pipeline, "work").await;
        let empty = ana.get(&project.at(&format!("/jobs/{id}/trace"))).await.expect(200);
        assert!(empty.body.is_empty());
        assert_eq!(empty.header("content-type"), Some("text/plain"));
        let disposition = format!("infile; filename=\"{id}.log\"");
        assert_eq!(empty.header("content-disposition"), Some(disposition.as_str()));
        let missing = ana.get(&project.at("/jobs/999999/trace")).await;
        missing.is(404, &json!({ "message": "404 Not found" }));
    })
    .await;
}

#[tokio::test]
async fn a_log_is_read_while_it_grows_and_after_in_parts_or_whole() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (pipeline, claimed) = project.running_job().await;
        let path = project.at(&format!("/jobs/{}/trace", claimed.id));
        claimed.log("\u{1b}[0;mone\n").await;
        assert_eq!(ana.get(&path).await.expect(200).text(), "\u{1b}[0;mone\n");
        claimed.log("two\n").await;
        for ended in [false, true] {
            if ended {
                claimed.finish("success").await;
                project.until_pipeline(&pipeline, "success").await;
            }
            assert_eq!(ana.get(&format!("{path}?byte_offset=9")).await.expect(200).text(), "two\n");
            assert_eq!(ana.get(&format!("{path}?byte_offset=9&byte_limit=2")).await.expect(200).text(), "tw");
            assert_eq!(ana.get(&format!("{path}?byte_offset=900")).await.expect(200).text(), "");
        }
        for query in ["byte_offset=-1", "byte_limit=0", "byte_limit=512001"] {
            let name = query.split('=').next().unwrap_or_default();
            let error = json!({ "error": format!("{name} does not have a valid value") });
            ana.get(&format!("{path}?{query}")).await.is(400, &error);
        }
    })
    .await;
}

#[tokio::test]
async fn a_log_of_megabytes_comes_back_byte_for_byte() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (pipeline, claimed) = project.running_job().await;
        let piece = "a line of thirty-two characters\n".repeat(20_000);
        let mut whole = String::new();
        for number in 0..4 {
            let part = format!("{number}{piece}");
            claimed.log(&part).await;
            whole.push_str(&part);
        }
        let path = project.at(&format!("/jobs/{}/trace", claimed.id));
        assert!(ana.get(&path).await.expect(200).text() == whole, "the growing log differs");
        claimed.finish("success").await;
        project.until_pipeline(&pipeline, "success").await;
        assert!(ana.get(&path).await.expect(200).text() == whole, "the finished log differs");
    })
    .await;
}

#[tokio::test]
async fn trap_38_a_debug_log_is_for_developers() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let (reporter, developer) = (server.user("rep").await, server.user("dev").await);
        let project = server.project(&ana, "app").await;
        project.add(&reporter, 20).await;
        project.add(&developer, 30).await;
        let yaml = "work: { script: [make], variables: { CI_DEBUG_TRACE: 'true' } }\n";
        project.pipeline(yaml).await;
        let claimed = server.runner().await.take().await;
        claimed.log("+ make\n").await;
        let path = project.at(&format!("/jobs/{}/trace", claimed.id));
        let _ = reporter.get(&project.at(&format!("/jobs/{}", claimed.id))).await.expect(200);
        reporter.get(&path).await.is(403, &json!({ "message": "403 Forbidden" }));
        assert_eq!(developer.get(&path).await.expect(200).text(), "+ make\n");
    })
    .await;
}

#[tokio::test]
async fn the_last_lines_of_a_log_are_found_wherever_it_is() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (pipeline, claimed) = project.running_job().await;
        let path = project.at(&format!("/jobs/{}/trace", claimed.id));
        assert_eq!(ana.get(&format!("{path}?tail=3")).await.expect(200).text(), "");
        let long = format!("{}\n", "x".repeat(200_000));
        claimed.log(&format!("one\r\ntwo\n{long}\nlast")).await;
        for ended in [false, true] {
            if ended {
                claimed.log("\n").await;
                claimed.finish("success").await;
                project.until_pipeline(&pipeline, "success").await;
            }
            let end = if ended { "last\n" } else { "last" };
            let whole = format!("one\r\ntwo\n{long}\n{end}");
            for (lines, wanted) in [
                (0, String::new()),
                (1, end.to_owned()),
                (2, format!("\n{end}")),
                (3, format!("{long}\n{end}")),
                (4, format!("two\n{long}\n{end}")),
                (5, whole.clone()),
                (100_000, whole.clone()),
            ] {
                let answer = ana.get(&format!("{path}?tail={lines}")).await.expect(200);
                assert_eq!(answer.text(), wanted, "the last {lines}");
                assert_eq!(answer.header("etag").is_some(), wanted.len() == whole.len(), "the whole log has a tag");
            }
        }
        for (query, error) in [
            ("tail=-1", "tail does not have a valid value"),
            ("tail=100001", "tail does not have a valid value"),
            ("tail=1&byte_offset=0", "tail, byte_offset and byte_limit are mutually exclusive"),
            ("follow=1&byte_limit=5", "follow, byte_limit are mutually exclusive"),
            ("follow=maybe", "follow is invalid"),
        ] {
            ana.get(&format!("{path}?{query}")).await.is(400, &json!({ "error": error }));
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_polls_by_range_gets_the_new_bytes_alone() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (pipeline, claimed) = project.running_job().await;
        let path = project.at(&format!("/jobs/{}/trace", claimed.id));
        let ask = async |method: Method, name: &'static str, value: &str| {
            ana.send(ana.request(method, &path).header(name, value)).await
        };
        let nothing = ask(Method::GET, "Range", "bytes=0-").await.expect(416);
        assert_eq!(nothing.header("content-range"), Some("bytes */0"));
        claimed.log("one\n").await;
        let first = ask(Method::GET, "Range", "bytes=0-").await.expect(206);
        assert_eq!((first.text().as_str(), first.header("content-range")), ("one\n", Some("bytes 0-3/4")));
        claimed.log("two\n").await;
        for ended in [false, true] {
            if ended {
                claimed.finish("success").await;
                project.until_pipeline(&pipeline, "success").await;
            }
            let second = ask(Method::GET, "Range", "bytes=4-").await.expect(206);
            assert_eq!((second.text().as_str(), second.header("content-length")), ("two\n", Some("4")));
            let end = ask(Method::GET, "Range", "bytes=-2").await.expect(206);
            assert_eq!((end.text().as_str(), end.header("content-range")), ("o\n", Some("bytes 6-7/8")));
            let beyond = ask(Method::GET, "Range", "bytes=8-").await.expect(416);
            assert_eq!((beyond.body.len(), beyond.header("content-range")), (0, Some("bytes */8")));
            let head = ask(Method::HEAD, "Range", "bytes=4-5").await.expect(206);
            assert_eq!((head.body.len(), head.header("content-length")), (0, Some("2")));
            assert_eq!(ask(Method::GET, "Range", "lines=1-2").await.expect(200).text(), "one\ntwo\n");
            let etag = second.header("etag").expect("a tag").to_owned();
            let same = ask(Method::GET, "If-None-Match", &etag).await.expect(304);
            assert!(same.body.is_empty());
            assert_eq!(first.header("etag").map(|old| old == etag), Some(false), "the log grew since");
        }
    })
    .await;
}

#[tokio::test]
async fn a_log_is_followed_to_the_end_of_its_job() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (_, claimed) = project.running_job().await;
        let path = project.at(&format!("/jobs/{}/trace", claimed.id));
        claimed.log("zero\none\n").await;
        let request = ana.request(Method::GET, &format!("{path}?follow=true&tail=1"));
        let mut answer = request.send().await.expect("an answer");
        assert_eq!((answer.status().as_u16(), answer.content_length()), (200, None));
        assert_eq!(answer.chunk().await.expect("bytes").as_deref(), Some(&b"one\n"[..]));
        for line in ["two\n", "three\n"] {
            claimed.log(line).await;
            assert_eq!(answer.chunk().await.expect("bytes").as_deref(), Some(line.as_bytes()));
        }
        // Many may follow one log, from anywhere; all of them hear the last word and the end.
        let offset = format!("{path}?follow=1&byte_offset=9");
        let others = futures::future::join_all((0..20).map(|_| ana.get(&offset)));
        let end = async {
            claimed.log("four\n").await;
            claimed.finish("success").await;
        };
        let (others, ()) = tokio::join!(others, end);
        for other in others {
            assert_eq!(other.expect(200).text(), "two\nthree\nfour\n");
        }
        assert_eq!(answer.chunk().await.expect("bytes").as_deref(), Some(&b"four\n"[..]));
        assert_eq!(answer.chunk().await.expect("the end"), None);
        assert_eq!(ana.get(&format!("{path}?follow=true")).await.expect(200).text(), "zero\none\ntwo\nthree\nfour\n");
        let head = ana.head(&format!("{path}?follow=true")).await.expect(200);
        assert!(head.body.is_empty());
    })
    .await;
}

#[tokio::test]
async fn following_ends_where_the_right_to_read_ends_and_where_the_server_stops() {
    for_both(async |server| {
        let (ana, bob) = (server.user("ana").await, server.user("bob").await);
        let project = server.project(&ana, "app").await;
        project.add(&bob, 20).await;
        let (_, claimed) = project.running_job().await;
        let path = project.at(&format!("/jobs/{}/trace?follow=true", claimed.id));
        claimed.log("for all\n").await;
        let mut answer = bob.request(Method::GET, &path).send().await.expect("an answer");
        assert_eq!(answer.chunk().await.expect("bytes").as_deref(), Some(&b"for all\n"[..]));
        let user = bob.get("/user").await.expect(200).json()["id"].clone();
        let _ = ana.delete(&project.at(&format!("/members/{user}"))).await.expect(204);
        claimed.log("not for bob\n").await;
        assert_eq!(answer.chunk().await.expect("the end"), None);

        let mut answer = ana.request(Method::GET, &path).send().await.expect("an answer");
        assert_eq!(answer.chunk().await.expect("bytes").as_deref(), Some(&b"for all\nnot for bob\n"[..]));
        server.engine.bells.ring(pipewright_engine::bells::Event::Stopping);
        assert_eq!(answer.chunk().await.expect("the end"), None);
    })
    .await;
}

/// A connection that asks for nothing, until the server ends it.
async fn idle(server: &TestServer) {
    let address = server.url.strip_prefix("http://").expect("an address");
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    assert_eq!(stream.read(&mut [0]).await.expect("an end"), 0);
}

#[tokio::test]
async fn a_silent_log_is_followed_for_longer_than_a_connection_may_be_idle() {
    let options = || {
        let mut options = TestOptions::default();
        (options.limits.idle_seconds, options.limits.stall_seconds) = (1, 1);
        options
    };
    for_both_with(options, async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (_, claimed) = project.running_job().await;
        claimed.log("before\n").await;
        let path = project.at(&format!("/jobs/{}/trace?follow=true", claimed.id));
        let mut answer = ana.request(Method::GET, &path).send().await.expect("an answer");
        assert_eq!(answer.chunk().await.expect("bytes").as_deref(), Some(&b"before\n"[..]));
        idle(server).await;
        claimed.log("after\n").await;
        assert_eq!(answer.chunk().await.expect("bytes").as_deref(), Some(&b"after\n"[..]));
        claimed.finish("success").await;
        assert_eq!(answer.chunk().await.expect("the end"), None);
    })
    .await;
}
