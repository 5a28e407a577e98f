//! Lists of jobs and their pages (Jobs API contract §4, §5).

use pipewright_testkit::{Api, Project, TestOptions, TestServer, for_both, for_both_with};
use serde_json::json;

const FIVE: &str = "a: { script: [x] }\nb: { script: [x] }\nc: { script: [x] }\nd: { script: [x] }\n\
                    e: { script: [x], when: manual }\n";

async fn five(server: &TestServer) -> (Api, Project<'_>, i64, Vec<i64>) {
    let ana = server.user("ana").await;
    let project = server.project(&ana, "app").await;
    let pipeline = project.pipeline(FIVE).await;
    let ids = ana.get(&project.at("/jobs")).await.expect(200).ids();
    assert_eq!(ids.len(), 5);
    (ana, project, pipeline.id, ids)
}

fn cursor_path(link: &str) -> String {
    let start = link.find("/api/v4").expect("an address");
    link[start..link.find('>').expect("an address in brackets")].to_owned()
}

#[tokio::test]
async fn traps_05_07_and_08_scope_is_one_status_or_several() {
    for_both(async |server| {
        let (ana, project, pipeline, ids) = five(server).await;
        let of_pipeline = project.at(&format!("/pipelines/{pipeline}/jobs"));
        let bad = json!({ "error": "scope does not have a valid value" });
        for query in ["scope=pending,running", "scope=nonsense", "scope[]=pending&scope[]=x", "scope[a][b]=pending"] {
            ana.get(&project.at(&format!("/jobs?{query}"))).await.is(400, &bad);
            ana.get(&format!("{of_pipeline}?{query}")).await.is(400, &bad);
        }
        ana.get(&format!("{of_pipeline}?scope[x]=pending")).await.is(400, &bad);
        let of_bridges = project.at(&format!("/pipelines/{pipeline}/bridges?scope[x]=pending"));
        ana.get(&of_bridges).await.is(400, &bad);
        for (query, count) in [
            ("scope[x]=pending", 4),
            ("scope=manual", 1),
            ("scope[]=pending&scope[]=manual&scope[]=manual", 5),
            ("scope=", 5),
            ("scope=running", 0),
        ] {
            let found = ana.get(&project.at(&format!("/jobs?{query}"))).await.expect(200).ids();
            assert_eq!(found.len(), count, "{query}");
        }
        assert_eq!(ana.get(&format!("{of_pipeline}?scope[]=manual")).await.ids(), [ids[0]]);
    })
    .await;
}

#[tokio::test]
async fn traps_09_and_10_the_projects_list_is_never_counted_the_pipelines_is() {
    for_both(async |server| {
        let (ana, project, pipeline, ids) = five(server).await;
        assert!(ids.is_sorted_by(|a, b| a > b), "newest first: {ids:?}");
        let page = ana.get(&project.at("/jobs?per_page=2&page=2")).await.expect(200);
        assert_eq!(page.ids(), ids[2..4]);
        assert_eq!(page.header("x-total"), None);
        assert_eq!(page.header("x-total-pages"), None);
        assert_eq!((page.header("x-next-page"), page.header("x-prev-page")), (Some("3"), Some("1")));
        let at = format!("{}/api/v4/projects/{}/jobs?id={}&page=", server.url, project.id, project.id);
        let link = format!(
            "<{at}1&per_page=2>; rel=\"prev\", <{at}3&per_page=2>; rel=\"next\", <{at}1&per_page=2>; rel=\"first\""
        );
        assert_eq!(page.header("link"), Some(link.as_str()));
        let last = ana.get(&project.at("/jobs?per_page=2&page=3")).await.expect(200);
        assert_eq!((last.ids().len(), last.header("x-next-page")), (1, Some("")));
        let counted = ana.get(&project.at(&format!("/pipelines/{pipeline}/jobs?per_page=2"))).await.expect(200);
        assert_eq!((counted.header("x-total"), counted.header("x-total-pages")), (Some("5"), Some("3")));
        assert!(
            counted.header("link").is_some_and(|link| link.contains("include_retried=false")
                && link.contains("page=3&per_page=2")
                && link.ends_with("rel=\"last\"")),
            "{counted:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn traps_11_and_12_pages_are_capped_and_an_empty_list_has_one() {
    for_both(async |server| {
        let (ana, project, pipeline, _) = five(server).await;
        let capped = ana.get(&project.at("/jobs?per_page=1000")).await.expect(200);
        assert_eq!((capped.ids().len(), capped.header("x-per-page")), (5, Some("100")));
        let none = ana.get(&project.at("/jobs?per_page=0")).await;
        none.is(400, &json!({ "error": "per_page has a value not allowed" }));
        let empty = ana.get(&project.at(&format!("/pipelines/{pipeline}/bridges"))).await.expect(200);
        assert_eq!((empty.header("x-total"), empty.header("x-total-pages")), (Some("0"), Some("1")));
        assert_eq!(empty.json(), json!([]));
        let beyond = ana.get(&project.at("/jobs?page=50")).await.expect(200);
        assert_eq!(
            (beyond.json(), beyond.header("x-next-page"), beyond.header("x-prev-page")),
            (json!([]), Some(""), Some(""))
        );
        assert_eq!(ana.get(&project.at("/jobs?page=0")).await.expect(200).header("x-page"), Some("1"));
    })
    .await;
}

#[tokio::test]
async fn traps_13_14_15_and_16_keyset_goes_from_the_newest_to_the_oldest() {
    for_both(async |server| {
        let (ana, project, _, ids) = five(server).await;
        let refused = json!({ "error": "Keyset pagination is not yet available for this type of request" });
        for order in ["order_by=name", "sort=asc", "order_by=id&sort=asc"] {
            ana.get(&project.at(&format!("/jobs?pagination=keyset&{order}"))).await.is(405, &refused);
        }
        let first = ana.get(&project.at("/jobs?pagination=keyset&per_page=2")).await.expect(200);
        assert_eq!(first.ids(), ids[..2]);
        assert_eq!((first.header("x-page"), first.header("x-next-page")), (None, None));
        let link = first.header("link").expect("a next page").to_owned();
        assert!(link.contains("?cursor=") && link.ends_with("per_page=2>; rel=\"next\""), "{link}");
        assert!(link.contains(&format!("&id={}&pagination=keyset&", project.id)), "{link}");
        let next = cursor_path(&link).replace("per_page=2", "per_page=1");
        let second = ana.get(&next).await.expect(200);
        assert_eq!(second.ids(), ids[2..3]);
        let back = second.header("x-prev-cursor").expect("a way back").to_owned();
        let rest = cursor_path(second.header("link").expect("a next page")).replace("per_page=1", "per_page=9");
        let last = ana.get(&rest).await.expect(200);
        assert_eq!((last.ids(), last.header("link"), last.header("x-next-cursor")), (ids[3..].to_vec(), None, None));
        let back = ana.get(&project.at(&format!("/jobs?pagination=keyset&cursor={}", back.replace('=', "%3D")))).await;
        assert_eq!(back.expect(200).ids(), ids[..2]);
        let bad = ana.get(&project.at("/jobs?pagination=keyset&cursor=nonsense")).await;
        bad.is(400, &json!({ "error": "cursor is invalid" }));
        let filtered = ana.get(&project.at("/jobs?pagination=keyset&scope=manual&ref=main")).await.expect(200);
        assert_eq!(filtered.ids(), ids[..1]);
    })
    .await;
}

#[tokio::test]
async fn the_ref_filter_is_exact_and_blank_is_none() {
    for_both(async |server| {
        let (ana, project, ..) = five(server).await;
        project.pipeline_on("topic", "a: { script: [x] }").await;
        for (query, count) in [("ref=topic", 1), ("ref=main", 5), ("ref=%20", 6), ("ref=mai", 0)] {
            let found = ana.get(&project.at(&format!("/jobs?{query}"))).await.expect(200).ids();
            assert_eq!(found.len(), count, "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn trap_17_lists_differ_in_retried_jobs_and_bridges() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        project.commit("main", "child.yml", "inner: { script: [x] }").await;
        let pipeline = project.pipeline("work: { script: [x] }\ndown: { trigger: { include: child.yml } }\n").await;
        let claimed = server.runner().await.take().await;
        claimed.finish("failed").await;
        let first = claimed.id;
        let again = ana.post(&project.at(&format!("/jobs/{first}/retry")), json!({})).await.expect(201);
        let again = again.json()["id"].as_i64().expect("a new id");
        let all = ana.get(&project.at("/jobs?ref=main")).await.expect(200);
        assert!(all.ids().contains(&first) && all.ids().contains(&again), "{all:?}");
        assert!(all.json().as_array().is_some_and(|jobs| jobs.iter().all(|job| job["name"] != "down")));
        let jobs = project.at(&format!("/pipelines/{}/jobs", pipeline.id));
        assert_eq!(ana.get(&jobs).await.ids(), [again]);
        assert_eq!(ana.get(&format!("{jobs}?include_retried=true")).await.ids(), [again, first]);
        for name in ["bridges", "trigger_jobs"] {
            let bridges = ana.get(&project.at(&format!("/pipelines/{}/{name}", pipeline.id))).await.expect(200).json();
            assert_eq!((&bridges[0]["name"], bridges.as_array().map(Vec::len)), (&json!("down"), Some(1)));
        }
        let other = ana.get(&project.at("/pipelines/999999/jobs")).await;
        other.is(404, &json!({ "message": "404 Not found" }));
    })
    .await;
}

#[tokio::test]
async fn trap_06_who_asks_too_often_is_told_in_an_object() {
    let options = || {
        let mut options = TestOptions::with_manual_clock();
        options.limits.job_lists_per_minute = 3;
        options
    };
    for_both_with(options, async |server| {
        let (ana, bob) = (server.user("ana").await, server.user("bob").await);
        let project = server.project(&ana, "app").await;
        for left in ["2", "1", "0"] {
            let list = ana.get(&project.at("/jobs")).await.expect(200);
            assert_eq!((list.header("ratelimit-limit"), list.header("ratelimit-remaining")), (Some("3"), Some(left)));
            assert_eq!(list.header("retry-after"), None);
        }
        // Bad parameters come before, everything else after.
        let _ = ana.get(&project.at("/jobs?scope=x")).await.expect(400);
        let text = "This endpoint has been requested too many times. Try again later.";
        let refused = ana.get("/projects/999999/jobs").await;
        refused.is(429, &json!({ "message": { "error": text } }));
        assert!(refused.header("retry-after").is_some_and(|seconds| seconds.parse::<u64>().is_ok()));
        assert_eq!(refused.header("ratelimit-observed"), Some("4"));
        let _ = bob.get(&project.at("/jobs")).await.expect(404);
        server.clock.as_ref().expect("a clock").advance(60);
        let _ = ana.get(&project.at("/jobs")).await.expect(200);
    })
    .await;
}
