//! Clones, archives and blames: so many at a time, each for so long.

use axum::body::Bytes;
use pipewright_testkit::{Api, Project, TestOptions, TestServer, for_both_with};
use reqwest::{Body, Method, Response};
use serde_json::json;
use std::convert::Infallible;
use tokio::sync::mpsc;

const BUSY: &str = "Too many repositories are being read at the same time. Try again later.";

/// A fetch whose client never says what it wants; it lasts as long as what it says is not over.
async fn unfinished(owner: &Api, project: &Project<'_>) -> (Response, mpsc::Sender<Result<Bytes, Infallible>>) {
    let (sender, mut receiver) = mpsc::channel(1);
    let said = futures::stream::poll_fn(move |context| receiver.poll_recv(context));
    let address = format!("{}/{}.git/git-upload-pack", project.server.url, project.path);
    let known = owner.request(Method::GET, "/user").build().expect("a request");
    let token = known.headers().get("private-token").map(|token| token.to_str().expect("text").to_owned());
    let request = reqwest::Client::new().post(address);
    let request = if token.is_some() { request.basic_auth("ana", token) } else { request };
    let request = request.header("Content-Type", "application/x-git-upload-pack-request");
    (request.body(Body::wrap_stream(said)).send().await.expect("an answer"), sender)
}

async fn with_file<'s>(server: &'s TestServer, owner: &Api) -> Project<'s> {
    let project = server.project(owner, "code").await;
    project.commit("main", "a.txt", "one\n").await;
    project
}

#[tokio::test]
async fn more_than_so_many_at_a_time_are_refused_and_a_client_that_leaves_makes_room() {
    let options = || {
        let mut options = TestOptions::default();
        (options.limits.git_commands, options.limits.git_wait_seconds) = (1, 0);
        options
    };
    for_both_with(options, async |server| {
        let ana = server.user("ana").await;
        let project = with_file(server, &ana).await;
        let blame = project.at("/repository/files/a.txt/blame?ref=main");
        let _ = ana.get(&blame).await.expect(200);
        let (fetch, said) = unfinished(&ana, &project).await;
        assert_eq!(fetch.status(), 200);
        for path in [&blame, &project.at("/repository/archive.zip")] {
            let refused = ana.get(path).await;
            refused.is(503, &json!({ "message": { "error": BUSY } }));
            assert_eq!(refused.header("retry-after"), Some("30"));
        }
        let (second, _) = unfinished(&ana, &project).await;
        assert_eq!((second.status().as_u16(), second.headers()["retry-after"].to_str().ok()), (503, Some("30")));
        assert_eq!(second.text().await.expect("a sentence"), format!("{BUSY}\n"));
        // Nothing else is in the way.
        let _ = ana.get(&project.at("/repository/files/a.txt?ref=main")).await.expect(200);
        drop((fetch, said));
        server.until("a place", async || (ana.get(&blame).await.status == 200).then_some(())).await;
        let _ = ana.get(&project.at("/repository/archive.zip")).await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn strangers_leave_half_of_the_places_to_those_who_are_known() {
    let options = || {
        let mut options = TestOptions::default();
        (options.limits.git_commands, options.limits.git_wait_seconds) = (2, 0);
        options
    };
    for_both_with(options, async |server| {
        let ana = server.user("ana").await;
        let project = with_file(server, &ana).await;
        project.set(json!({ "visibility": "public" })).await;
        let stranger = server.anonymous();
        let (fetch, said) = unfinished(&stranger, &project).await;
        assert_eq!(fetch.status(), 200);
        let archive = project.at("/repository/archive.zip");
        stranger.get(&archive).await.is(503, &json!({ "message": { "error": BUSY } }));
        let _ = ana.get(&archive).await.expect(200);
        drop((fetch, said));
        server.until("a place", async || (stranger.get(&archive).await.status == 200).then_some(())).await;
    })
    .await;
}

#[tokio::test]
async fn one_that_takes_too_long_is_cut_off_and_makes_room_for_who_waits() {
    let options = || {
        let mut options = TestOptions::default();
        (options.limits.git_commands, options.limits.git_seconds) = (1, 1);
        options
    };
    for_both_with(options, async |server| {
        let ana = server.user("ana").await;
        let project = with_file(server, &ana).await;
        let (fetch, _said) = unfinished(&ana, &project).await;
        // The second is too short for a machine that is busy: then it is asked for again.
        let blame = server
            .until("a place", async || {
                let answer = ana.get(&project.at("/repository/files/a.txt/blame?ref=main")).await;
                (answer.status == 200).then(|| answer.json())
            })
            .await;
        assert_eq!(blame[0]["lines"], json!(["one"]));
        assert!(fetch.bytes().await.is_err(), "the answer is cut off");
    })
    .await;
}
