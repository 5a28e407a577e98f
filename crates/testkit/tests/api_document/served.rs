//! `GET /api/v4/openapi.json`.

use pipewright_testkit::on_sqlite;

#[tokio::test]
async fn everybody_may_read_the_document_and_keep_it() {
    on_sqlite(async |server| {
        let found = server.anonymous().get("/openapi.json").await.expect(200);
        assert_eq!(found.header("content-type"), Some("application/json"));
        let document = found.json();
        assert_eq!(document["openapi"], "3.1.0");
        assert_eq!(document["servers"][0]["url"], format!("{}/api/v4", server.url));
        assert!(document["paths"]["/projects/{id}/jobs"]["get"].is_object());
        let tag = found.header("etag").expect("an ETag").to_owned();
        let again = server.anonymous();
        let again = again.request(reqwest::Method::GET, "/openapi.json").header("If-None-Match", tag);
        let _ = server.anonymous().send(again).await.expect(304);
    })
    .await;
}

#[test]
fn statuses_on_the_wire_are_those_of_the_model() {
    assert_eq!(pipewright_wire::words::STATUSES, pipewright_model::Status::WORDS);
}
