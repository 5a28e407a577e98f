//! The log as it grows (runner protocol §7).

use crate::support::{Job, Reply, Server, crc, for_both, for_both_with};
use reqwest::Method;
use serde_json::json;

const CI: &str = "hello:\n  script: [echo hello]\n";

async fn job(server: &Server) -> Job<'_> {
    let runner = server.runner().await;
    server.project(CI).await;
    runner.take().await
}

/// Status and `Range` of an answer.
fn outcome(reply: &Reply) -> (u16, Option<&str>) {
    (reply.status, reply.header("range"))
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_18_a_repeated_patch_is_accepted_and_a_gap_is_not() {
    for_both(async |server| {
        let job = job(&server).await;
        let first = job.patch("0-11", b"hello world\n").await;
        assert_eq!(outcome(&first), (202, Some("0-12")));
        assert_eq!(first.job_status(), Some("running"));
        assert_eq!(outcome(&job.patch("0-11", b"hello world\n").await), (202, Some("0-12")));
        assert_eq!(job.log().await, b"hello world\n");
        assert_eq!(outcome(&job.patch("0-5", b"hello ").await), (416, Some("0-12")));
        assert_eq!(outcome(&job.patch("20-25", b"later\n").await), (416, Some("0-12")));
        assert_eq!(outcome(&job.patch("6-14", b"world\nand").await), (416, Some("0-12")));
        // An offset past every limit is a gap like any other, and ends nothing.
        let far = job.patch("18446744073709551615-18446744073709551615", b"later\n").await;
        assert_eq!(outcome(&far), (416, Some("0-12")));
        assert_eq!(job.log().await, b"hello world\n");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_18_the_same_patch_twice_at_once_is_stored_once() {
    for_both(async |server| {
        let job = job(&server).await;
        let mut expected = String::new();
        for round in 0..20 {
            let line = format!("line {round:04}\n");
            expected += &line;
            let first = round * line.len();
            let replies = futures::future::join_all((0..4).map(|_| job.write(first, line.as_bytes()))).await;
            assert!(replies.iter().all(|reply| reply.status == 202), "{replies:?}");
        }
        assert_eq!(String::from_utf8(job.log().await).unwrap(), expected);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_19_a_refused_patch_says_where_to_go_on() {
    for_both(async |server| {
        let job = job(&server).await;
        let log = b"one\ntwo\nthree\nfour\n";
        job.write(0, &log[..8]).await.expect(202);
        // The runner believes that more has arrived than has.
        let refused = job.write(14, &log[14..]).await.expect(416);
        assert_eq!(refused.json(), json!({ "error": "416 Range Not Satisfiable" }));
        let (_, end) = refused.header("range").unwrap().split_once('-').unwrap();
        let next: usize = end.parse().unwrap();
        assert_eq!(next, 8);
        job.write(next, &log[next..]).await.expect(202);
        assert_eq!(job.log().await, log);
        job.put(&json!({ "state": "success", "output": { "checksum": crc(log), "bytesize": log.len() } }))
            .await
            .expect(200);
        assert_eq!(job.log().await, log);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_20_the_length_of_the_body_counts_and_not_the_end_of_the_range() {
    for_both(async |server| {
        let job = job(&server).await;
        // Very old runners sent one more.
        assert_eq!(outcome(&job.patch("0-6", b"hello\n").await), (202, Some("0-6")));
        assert_eq!(outcome(&job.patch("6-1000000", b"world\n").await), (202, Some("0-12")));
        assert_eq!(outcome(&job.patch("12-0", b"!\n").await), (202, Some("0-14")));
        assert_eq!(job.log().await, b"hello\nworld\n!\n");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_21_bytes_are_bytes_whatever_their_type_is_said_to_be() {
    for_both(async |server| {
        let job = job(&server).await;
        let path = format!("/jobs/{}/trace", job.id);
        let bare = |range: Option<&str>| {
            let request = server.bare(Method::PATCH, &path).header("JOB-TOKEN", &job.token);
            match range {
                Some(range) => request.header("Content-Range", range),
                None => request,
            }
        };
        let untyped = bare(Some("0-3")).body(b"{no\n".to_vec());
        assert_eq!(outcome(&Reply::of(untyped).await), (202, Some("0-4")));
        let json_typed = bare(Some("4-7")).header("Content-Type", "application/json").body(b"json".to_vec());
        assert_eq!(outcome(&Reply::of(json_typed).await), (202, Some("0-8")));
        let form = bare(Some("8-10")).header("Content-Type", "application/x-www-form-urlencoded").body(b"a=b".to_vec());
        assert_eq!(outcome(&Reply::of(form).await), (202, Some("0-11")));

        let missing = Reply::of(bare(None).header("Content-Type", "text/plain").body(b"x".to_vec())).await.expect(400);
        assert_eq!(missing.json(), json!({ "message": "400 Missing header Content-Range" }));
        for odd in ["bytes 11-12/13", "eleven-twelve", "-", "11", "99999999999999999999-99999999999999999999"] {
            let reply = Reply::of(bare(Some(odd)).body(b"x".to_vec())).await;
            assert!((400..500).contains(&reply.status), "{odd}: {} {}", reply.status, reply.text());
        }
        assert_eq!(job.log().await, b"{no\njsona=b");
    })
    .await;
}

/// Logs that are not plain lines of ASCII.
fn odd_logs() -> Vec<Vec<u8>> {
    let mut noise = Vec::new();
    let mut seed: u32 = 7;
    for _ in 0..70_000 {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        noise.push((seed >> 24) as u8);
    }
    vec![
        b"x".to_vec(),
        "🦀".repeat(1000).into_bytes(),
        "10 %\r20 %\r30 %\rdone\r".to_owned().into_bytes(),
        b"section_start:1700000000:build\r\x1b[0K\x1b[32;1mgreen\x1b[0m\r\nsection_end:1700000001:build\r\x1b[0K"
            .to_vec(),
        vec![0; 5000],
        b"no end of line".to_vec(),
        "\u{feff}mark\r\n\r\n\n\u{2028}\u{0}".to_owned().into_bytes(),
        noise,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_22_the_stored_log_has_the_checksum_the_runner_sent() {
    for_both(async |server| {
        let runner = server.runner().await;
        let logs = odd_logs();
        server.project(&format!("odd:\n  script: [echo]\n  parallel: {}\n", logs.len())).await;
        for log in logs {
            let job = runner.take().await;
            // Pieces that end in the middle of characters.
            for (number, piece) in log.chunks(4093).enumerate() {
                job.write(number * 4093, piece).await.expect(202);
            }
            let sum = crc(&log);
            let end =
                json!({ "state": "success", "checksum": sum, "output": { "checksum": sum, "bytesize": log.len() } });
            job.put(&end).await.expect(200);
            let stored = job.log().await;
            assert_eq!((stored.len(), crc(&stored)), (log.len(), sum));
            assert!(stored == log);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_log_is_an_empty_log() {
    for_both(async |server| {
        let job = job(&server).await;
        assert!(job.log().await.is_empty());
        job.put(&json!({ "state": "success", "output": {} })).await.expect(200);
        assert!(job.log().await.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_patch_is_wanted_sooner_or_later() {
    for_both(async |server| {
        let job = job(&server).await;
        let reply = job.write(0, b"hello\n").await.expect(202);
        let seconds: u32 = reply.header("x-gitlab-trace-update-interval").expect("an interval").parse().unwrap();
        assert!((1..=60).contains(&seconds), "{seconds}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patch_with_another_token_is_403_and_stored_nowhere() {
    for_both(async |server| {
        let runner = server.runner().await;
        server.project("hello:\n  script: [echo]\n  parallel: 2\n").await;
        let (one, two) = (runner.take().await, runner.take().await);
        let stranger = Job { token: two.token.clone(), ..one.clone() };
        stranger.write(0, b"not mine\n").await.expect(403);
        Job { token: "glcbt-nobodys".to_owned(), ..one.clone() }.write(0, b"not mine\n").await.expect(403);
        Job { id: 999_999, ..one.clone() }.write(0, b"not mine\n").await.expect(403);
        assert!(one.log().await.is_empty() && two.log().await.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_past_its_limit_ends_the_job() {
    for_both_with(
        |limits| limits.trace_bytes = 100,
        async |server| {
            let job = job(&server).await;
            job.write(0, &[b'x'; 90]).await.expect(202);
            let reply = job.write(90, &[b'y'; 20]).await.expect(403);
            assert_eq!(reply.job_status(), Some("failed"));
            let shown = job.show().await;
            assert_eq!((&shown["status"], &shown["failure_reason"]), (&json!("failed"), &json!("trace_size_exceeded")));
            assert_eq!(job.log().await, [b'x'; 90]);
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patch_the_size_runners_send_is_taken() {
    for_both(async |server| {
        let job = job(&server).await;
        let mebibyte = vec![b'm'; 1 << 20];
        for number in 0..3 {
            job.write(number << 20, &mebibyte).await.expect(202);
        }
        assert_eq!(job.log().await.len(), 3 << 20);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_48_masking_keeps_the_length_of_the_log() {
    for_both(async |server| {
        let runner = server.runner().await;
        let project = server.empty_project(&json!({})).await;
        project.variable("PASSWORD", "correct-horse-battery", &json!({ "masked": true })).await;
        project.commit("main", &[(".gitlab-ci.yml", CI)]).await;
        let job = runner.take().await;
        let log = format!("the password is correct-horse-battery, the token is {} ok\n", job.token).into_bytes();
        // Cut within the password and within the token.
        for (number, piece) in log.chunks(27).enumerate() {
            let reply = job.write(number * 27, piece).await.expect(202);
            let length = (number * 27 + piece.len()).to_string();
            assert_eq!(reply.header("range"), Some(format!("0-{length}").as_str()));
        }
        job.put(&json!({ "state": "success", "output": { "checksum": crc(&log), "bytesize": log.len() } }))
            .await
            .expect(200);
        let stored = String::from_utf8(job.log().await).unwrap();
        assert_eq!(stored.len(), log.len());
        assert!(!stored.contains("horse") && !stored.contains(&job.token), "{stored}");
        assert!(stored.starts_with("the password is ") && stored.ends_with(" ok\n"), "{stored}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_debugging_log_is_for_developers() {
    for_both(async |server| {
        let job = job(&server).await;
        let path = format!("/jobs/{}/trace?debug_trace=true", job.id);
        let request = server.bare(Method::PATCH, &path).header("JOB-TOKEN", &job.token).header("Content-Range", "0-2");
        Reply::of(request.body(b"+ a".to_vec())).await.expect(202);
        let user = server
            .post(
                "/users",
                &json!({ "username": "rita", "name": "Rita", "email": "rita@example.com",
            "password": "not looked at", "skip_confirmation": true }),
            )
            .await;
        let tokens = format!("/users/{}/personal_access_tokens", user["id"]);
        let token = server.post(&tokens, &json!({ "name": "t", "scopes": ["api"] })).await;
        let member = json!({ "user_id": user["id"], "access_level": 20 });
        server.post(&job.project().at("/members"), &member).await;
        let at = job.project().at(&format!("/jobs/{}/trace", job.id));
        let asked = server.bare(Method::GET, &at).header("PRIVATE-TOKEN", token["token"].as_str().unwrap());
        Reply::of(asked).await.expect(403);
    })
    .await;
}
