//! Projects asked for by an address they had (Jobs API contract §1), and deletions with a condition.

use pipewright_testkit::{TestOptions, for_both, for_both_with};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_renamed_project_is_pointed_to_by_its_number() {
    for_both(async |server| {
        let (ana, bob) = (server.user("ana").await, server.user("bob").await);
        let project = server.project(&ana, "app").await;
        project.set(json!({ "path": "tool" })).await;
        let old = ana.get("/projects/Ana%2FApp/jobs?scope[]=failed&per_page=3").await.expect(301);
        let address = format!("{}/api/v4/projects/{}/jobs?scope[]=failed&per_page=3", server.url, project.id);
        assert_eq!(old.header("location"), Some(address.as_str()));
        assert_eq!(old.text(), format!("This resource has been moved permanently to {address}"));
        let whole = ana.get("/projects/ana%2Fapp").await.expect(301);
        let address = format!("{}/api/v4/projects/{}", server.url, project.id);
        assert_eq!(whole.header("location"), Some(address.as_str()));
        let refused = json!({ "message": "Non GET methods are not allowed for moved projects" });
        ana.post("/projects/ana%2Fapp/jobs/1/retry", json!({})).await.is(405, &refused);
        ana.delete("/projects/ana%2Fapp/artifacts").await.is(405, &refused);
        let _ = ana.head("/projects/ana%2Fapp/jobs").await.expect(405);
        // Who does not see the project is not told where it went.
        let hidden = json!({ "message": "404 Project Not Found" });
        bob.get("/projects/ana%2Fapp/jobs").await.is(404, &hidden);
        server.anonymous().get("/projects/ana%2Fapp/pipelines/1/jobs").await.is(404, &hidden);
        let _ = ana.get("/projects/ana%2Ftool/jobs").await.expect(200);
        // Back, and somebody else at the old address.
        project.set(json!({ "path": "app" })).await;
        let _ = ana.get("/projects/ana%2Fapp/jobs").await.expect(200);
        let _ = ana.get("/projects/ana%2Ftool/jobs").await.expect(301);
        let other = server.project(&ana, "tool").await;
        assert_eq!(ana.get("/projects/ana%2Ftool").await.expect(200).json()["id"], other.id);
    })
    .await;
}

#[tokio::test]
async fn a_renamed_groups_projects_are_pointed_to_as_well() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let group = ana.post("/groups", json!({ "name": "g", "path": "team_a" })).await.expect(201).json();
        let project = server.project_with(&ana, json!({ "name": "app", "namespace_id": group["id"] })).await;
        let _ = ana.put(&format!("/groups/{}", group["id"]), json!({ "path": "team-b" })).await.expect(200);
        let moved = ana.get("/projects/team_a%2Fapp/jobs").await.expect(301);
        let address = format!("{}/api/v4/projects/{}/jobs", server.url, project.id);
        assert_eq!(moved.header("location"), Some(address.as_str()));
        let _ = ana.get("/projects/team-b%2Fapp/jobs").await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn what_changed_since_is_not_deleted() {
    for_both_with(TestOptions::with_manual_clock, async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let clock = server.clock.as_ref().expect("a clock");
        let pipeline = project.pipeline("work: { script: [make] }").await;
        let trigger = ana.post(&project.at("/triggers"), json!({ "description": "t" })).await.expect(201).json();
        clock.advance(3600);
        let canceled = ana.post(&project.at(&format!("/pipelines/{}/cancel", pipeline.id)), json!({})).await;
        let _ = canceled.expect(200);
        project.set(json!({ "description": "new" })).await;
        let paths = [
            (project.at(&format!("/pipelines/{}", pipeline.id)), 204),
            (project.at(&format!("/triggers/{}", trigger["id"])), 204),
            (project.at(""), 202),
        ];
        // Half an hour before the changes, and one after them; what is no time is no condition.
        let changed = pipewright_model::Clock::now(&**clock);
        let (before, after) = (changed.plus_seconds(-1800).http_date(), changed.plus_seconds(60).http_date());
        let delete = async |path: &str, since: &str| {
            ana.send(ana.request(Method::DELETE, path).header("If-Unmodified-Since", since)).await
        };
        for (path, _) in paths.iter().filter(|(path, _)| !path.contains("triggers")) {
            delete(path, &before).await.is(412, &json!({ "message": "412 Precondition Failed" }));
        }
        let long_ago = changed.plus_seconds(-7200).to_string();
        delete(&paths[1].0, &long_ago).await.is(412, &json!({ "message": "412 Precondition Failed" }));
        for ((path, status), since) in paths.iter().zip([after.as_str(), &before, "yesterday"]) {
            let _ = delete(path, since).await.expect(*status);
        }
    })
    .await;
}
