//! What lists of jobs can be narrowed by beyond GitLab's own parameters, and their pages by keyset.

use pipewright_testkit::{TestOptions, for_both, for_both_with};
use serde_json::json;

const CI: &str = "stages: [build, test]\nbuild app: { stage: build, script: [x] }\n\
                  Build docs: { stage: build, script: [x] }\nunit_100%: { stage: test, script: [x], when: manual }\n\
                  many: { stage: test, script: [x], parallel: 70 }\n";

#[tokio::test]
async fn jobs_are_found_by_name_part_of_a_name_stage_and_runner() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let pipeline = project.pipeline(CI).await;
        let other = server.project(&ana, "other").await;
        let _ = other.pipeline(CI).await;
        let claimed = server.runner().await.take().await;
        let runner = ana.get(&project.at(&format!("/jobs/{}", claimed.id))).await.expect(200).json()["runner"].clone();
        let of_pipeline = format!("/pipelines/{}/jobs", pipeline.id);
        for (query, count) in [
            ("name=build+app", 1),
            ("name=build", 0),
            ("name=", 73),
            ("search=build", 2),
            ("search=BUILD+D", 1),
            ("search=100%25", 1),
            ("search=_", 1),
            ("search=MANY", 70),
            ("search=1", 17),
            ("search=zzz", 0),
            ("search=build&name=Build+docs", 1),
            ("search=many&name=Build+docs", 0),
            ("search=build&stage=test", 0),
            ("stage=build", 2),
            ("stage=deploy", 0),
            ("stage=test&scope=created", 71),
            ("stage=test&scope=running", 0),
            (&format!("runner_id={}", runner["id"]), 1),
            (&format!("runner_id={}&stage=test", runner["id"]), 0),
            ("runner_id=999999", 0),
        ] {
            for list in ["/jobs", &of_pipeline] {
                let found = ana.get(&project.at(&format!("{list}?per_page=100&{query}"))).await.expect(200).ids();
                assert_eq!(found.len(), count, "{list} {query}");
                assert!(found.is_sorted_by(|a, b| a > b), "{list} {query}: newest first");
            }
        }
        let bad = json!({ "error": "runner_id is invalid, updated_after is invalid" });
        ana.get(&project.at("/jobs?runner_id=x&updated_after=yesterday")).await.is(400, &bad);
        let bridges = project.at(&format!("/pipelines/{}/bridges?name=many", pipeline.id));
        assert!(ana.get(&bridges).await.expect(200).ids().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_search_is_paged_like_the_list_it_narrows() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let pipeline = project.pipeline(CI).await;
        let all = ana.get(&project.at("/jobs?per_page=100")).await.expect(200).ids();
        let of_pipeline = format!("/pipelines/{}/jobs", pipeline.id);
        // One search that few names match, and one that more do than are looked up one by one.
        for search in ["search=1", "search=many", "search="] {
            let whole = ana.get(&project.at(&format!("/jobs?per_page=100&{search}"))).await.expect(200).ids();
            assert!(whole.len() > 15 && whole.iter().all(|id| all.contains(id)), "{search}");
            let tail = &whole[10..whole.len().min(20)];
            let second = ana.get(&project.at(&format!("/jobs?per_page=10&page=2&{search}"))).await.expect(200);
            assert_eq!(second.ids(), tail, "{search}");
            for list in ["/jobs", &of_pipeline] {
                let first = format!("{list}?pagination=keyset&order_by=id&sort=desc&per_page=10&{search}");
                let first = ana.get(&project.at(&first)).await.expect(200);
                assert_eq!(first.ids(), whole[..10], "{list} {search}");
                assert_eq!(first.header("x-prev-cursor"), None);
                let link = first.header("link").expect("a next page").to_owned();
                let next =
                    link[link.find("/api/v4").expect("an address") + 7..link.find('>').expect("its end")].to_owned();
                let next = ana.get(&next).await.expect(200);
                assert_eq!(next.ids(), tail, "{list} {search}");
                let back = next.header("x-prev-cursor").expect("a page before").to_owned();
                let back = format!("{list}?pagination=keyset&per_page=10&cursor={back}&{search}");
                assert_eq!(ana.get(&project.at(&back)).await.expect(200).ids(), whole[..10], "{list} {search}");
            }
        }
        let refused = project.at(&format!("{of_pipeline}?pagination=keyset&order_by=name"));
        ana.get(&refused)
            .await
            .is(405, &json!({ "error": "Keyset pagination is not yet available for this type of request" }));
        ana.get(&project.at(&format!("{of_pipeline}?pagination=keyset&cursor=x")))
            .await
            .is(400, &json!({ "error": "cursor is invalid" }));
    })
    .await;
}

#[tokio::test]
async fn jobs_are_found_by_when_they_changed() {
    for_both_with(TestOptions::with_manual_clock, async |server| {
        let clock = server.clock.clone().expect("a clock");
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let pipeline = project.pipeline(CI).await;
        clock.advance(3600);
        let claimed = server.runner().await.take().await;
        let of_pipeline = format!("/pipelines/{}/jobs", pipeline.id);
        // The clock began at 04:05:06 UTC.
        for (query, count) in [
            ("updated_after=2024-02-03T05:00:00Z", 1),
            ("updated_after=2024-02-03T05:05:06%2B01:00", 73),
            ("updated_before=2024-02-03T04:00:00Z", 0),
            ("updated_after=2024-02-03T04:05:06Z&updated_before=2024-02-03T05:05:05.999Z", 72),
            ("updated_after=2024-02-04", 0),
        ] {
            for list in ["/jobs", &of_pipeline] {
                let found = ana.get(&project.at(&format!("{list}?per_page=100&{query}"))).await.expect(200).ids();
                assert_eq!(found.len(), count, "{list} {query}");
                if count == 1 {
                    assert_eq!(found, [claimed.id]);
                }
            }
        }
    })
    .await;
}
