//! What every request and answer has (Jobs API contract §1).

use pipewright_testkit::on_sqlite;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn unknown_paths_and_methods_are_refused_under_error() {
    on_sqlite(async |server| {
        let admin = server.admin();
        admin.get("/no/such/thing").await.is(404, &json!({ "error": "404 Not Found" }));
        let wrong = admin.request(Method::PATCH, "/projects/1/jobs");
        let wrong = admin.send(wrong).await;
        wrong.is(405, &json!({ "error": "405 Not Allowed" }));
        assert!(wrong.header("allow").is_some_and(|allow| allow.contains("GET")), "{wrong:?}");
        let gone = admin.get("/api/v3/projects").await;
        gone.is(410, &json!({ "error": "API V3 is no longer supported. Use API V4 instead." }));
    })
    .await;
}

#[tokio::test]
async fn every_answer_has_its_id_and_the_safety_headers() {
    on_sqlite(async |server| {
        let admin = server.admin();
        let reply = admin.get("/projects/1/jobs").await;
        assert_eq!(reply.header("x-frame-options"), Some("SAMEORIGIN"));
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(reply.header("vary"), Some("Origin"));
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert!(reply.header("x-runtime").is_some_and(|time| time.parse::<f64>().is_ok()));
        assert!(reply.header("x-request-id").is_some_and(|id| id.len() >= 16));
        let named = admin.request(Method::GET, "/projects/1/jobs").header("X-Request-Id", "mine-1");
        assert_eq!(admin.send(named).await.header("x-request-id"), Some("mine-1"));
        let odd = admin.request(Method::GET, "/projects/1/jobs").header("X-Request-Id", "a b{}");
        assert_ne!(admin.send(odd).await.header("x-request-id"), Some("a b{}"));
    })
    .await;
}

#[tokio::test]
async fn json_is_not_sent_again_to_those_who_have_it() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let first = ana.get(&project.at("/jobs")).await.expect(200);
        let tag = first.header("etag").expect("a tag").to_owned();
        assert!(tag.starts_with("W/\""), "{tag}");
        assert_eq!(first.header("cache-control"), Some("max-age=0, private, must-revalidate"));
        let again = ana.request(Method::GET, &project.at("/jobs")).header("If-None-Match", &tag);
        let again = ana.send(again).await.expect(304);
        assert!(again.body.is_empty());
    })
    .await;
}

#[tokio::test]
async fn head_answers_as_get_does_without_a_body() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let head = ana.head(&project.at("/jobs?per_page=3")).await.expect(200);
        assert_eq!((head.header("x-per-page"), head.body.len()), (Some("3"), 0));
    })
    .await;
}

#[tokio::test]
async fn ids_that_are_no_numbers_are_400_and_ids_beyond_64_bits_404() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        ana.get(&project.at("/jobs/x")).await.is(400, &json!({ "error": "job_id is invalid" }));
        let far = ana.get(&project.at("/jobs/99999999999999999999999")).await;
        far.is(404, &json!({ "message": "404 Not found" }));
        let nobody = ana.get("/projects/99999999999999999999999/jobs").await;
        nobody.is(404, &json!({ "message": "404 Project Not Found" }));
        let both = ana.get(&project.at("/jobs?page=x&per_page=y")).await;
        both.is(400, &json!({ "error": "page is invalid, per_page is invalid" }));
    })
    .await;
}

#[tokio::test]
async fn trap_52_a_path_is_matched_in_any_letter_case_and_a_bare_word_never() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let _project = server.project(&ana, "app").await;
        for path in ["ana%2Fapp", "ANA%2FApp"] {
            let _ = ana.get(&format!("/projects/{path}/jobs")).await.expect(200);
        }
        let bare = ana.get("/projects/app/jobs").await;
        bare.is(404, &json!({ "message": "404 Project Not Found" }));
    })
    .await;
}

#[tokio::test]
async fn parameters_may_come_as_json_form_or_multipart() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let path = project.at("/jobs/1/play");
        let bad = json!({ "error": "job_variables_attributes[0][value] is missing" });
        ana.post(&path, json!({ "job_variables_attributes": [{ "key": "A" }] })).await.is(400, &bad);
        let form = ana
            .request(Method::POST, &path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body("job_variables_attributes%5B%5D%5Bkey%5D=A");
        ana.send(form).await.is(400, &bad);
        let multipart = reqwest::multipart::Form::new().text("job_variables_attributes[][key]", "A");
        let multipart = ana.request(Method::POST, &path).multipart(multipart);
        ana.send(multipart).await.is(400, &bad);
        let broken = ana.request(Method::POST, &path).header("content-type", "application/json").body("{");
        let broken = ana.send(broken).await.expect(400);
        assert!(broken.json()["error"].is_string(), "{broken:?}");
        let odd = ana.request(Method::POST, &path).header("content-type", "text/csv").body("a,b");
        let _ = ana.send(odd).await.expect(415);
    })
    .await;
}
