//! Memberships.

use pipewright_testkit::{Api, TestOptions, for_both, for_both_with, on_sqlite};
use serde_json::json;

/// The clock stands at 2024-02-03.
#[tokio::test]
async fn the_last_owner_of_a_group_stays_until_there_is_another() {
    for_both_with(TestOptions::with_manual_clock, async |server| {
        let (ana, ben, cem) = (server.user("ana").await, server.user("ben").await, server.user("cem").await);
        let (ana_id, ben_id, cem_id) = (id(&ana).await, id(&ben).await, id(&cem).await);
        let _ = ana.post("/groups", json!({ "name": "g", "path": "g" })).await.expect(201);
        let own = format!("/groups/g/members/{ana_id}");
        let kept = json!({ "message": "403 Forbidden - The last owner of a group cannot be removed" });
        ana.put(&own, json!({ "access_level": 50, "expires_at": "2024-02-10" })).await.is(403, &kept);
        let fields = json!({ "user_id": ben_id, "access_level": 50, "expires_at": "2024-02-10" });
        let _ = ana.post("/groups/g/members", fields).await.expect(201);
        let _ = ana.delete(&own).await.expect(204);
        let clock = server.clock.as_ref().expect("a clock");
        clock.advance(8 * 86_400);
        assert_eq!(ben.get("/groups/g/members").await.expect(200).ids(), [ben_id]);
        assert_eq!(server.engine.expire_members_one().await.expect("a pass"), 0);
        ben.delete(&format!("/groups/g/members/{ben_id}")).await.is(403, &kept);
        let fields = json!({ "user_id": cem_id, "access_level": 50 });
        let _ = ben.post("/groups/g/members", fields).await.expect(201);
        // The server's own pass may have been faster.
        let _ = server.engine.expire_members_one().await.expect("a pass");
        let _ = ben.get("/groups/g/members").await.expect(404);
        assert_eq!(cem.get("/groups/g/members").await.expect(200).ids(), [cem_id]);
    })
    .await;
}

async fn id(api: &Api) -> i64 {
    api.get("/user").await.expect(200).json()["id"].as_i64().expect("an id")
}

#[tokio::test]
async fn members_come_and_go() {
    for_both(async |server| {
        let (ana, ben) = (server.user("ana").await, server.user("ben").await);
        let project = server.project(&ana, "app").await;
        let ben_id = id(&ben).await;
        let members = project.at("/members");
        let one = format!("{members}/{ben_id}");
        let _ = ben.get(&project.at("")).await.expect(404);
        let fields = json!({ "username": "BEN", "access_level": 30, "expires_at": "2999-01-01" });
        let made = ana.post(&members, fields).await.expect(201).json();
        assert_eq!(
            (&made["id"], &made["access_level"], &made["expires_at"]),
            (&json!(ben_id), &json!(30), &json!("2999-01-01"))
        );
        assert_eq!(made["created_by"]["username"], "ana");
        let twice = ana.post(&members, json!({ "user_id": ben_id, "access_level": 20 })).await;
        twice.is(409, &json!({ "message": "Member already exists" }));
        assert_eq!(ben.get(&members).await.expect(200).ids(), [ben_id]);
        let minimal = ana.put(&one, json!({ "access_level": 5 })).await;
        minimal.is(400, &json!({ "message": "access_level does not have a valid value" }));
        let changed = ana.put(&one, json!({ "access_level": 40 })).await.expect(200).json();
        assert_eq!((&changed["access_level"], &changed["expires_at"]), (&json!(40), &json!(null)));
        assert_eq!(
            ben.get(&project.at("")).await.expect(200).json()["permissions"]["project_access"]["access_level"],
            40
        );
        let _ = ana.delete(&one).await.expect(204);
        ana.get(&one).await.is(404, &json!({ "message": "404 Not found" }));
        let _ = ben.get(&project.at("")).await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn nobody_hands_out_more_than_he_has() {
    on_sqlite(async |server| {
        let (ana, ben, cem) = (server.user("ana").await, server.user("ben").await, server.user("cem").await);
        let project = server.project(&ana, "app").await;
        let members = project.at("/members");
        project.add(&ben, 30).await;
        let cem_id = id(&cem).await;
        let add = |level: i64| json!({ "user_id": cem_id, "access_level": level });
        let _ = ben.post(&members, add(10)).await.expect(403);
        let path = format!("{members}/{}", id(&ben).await);
        let _ = ana.put(&path, json!({ "access_level": 40 })).await.expect(200);
        let _ = ben.post(&members, add(50)).await.expect(403);
        let _ = ben.post(&members, add(40)).await.expect(201);
        let _ = ana.post(&members, json!({ "user_id": cem_id, "access_level": 33 })).await.expect(400);
        let _ = cem.delete(&format!("{members}/{cem_id}")).await.expect(204);
        let _ = cem.get(&members).await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn inherited_members_are_listed_once_with_their_highest_role() {
    on_sqlite(async |server| {
        let (ana, ben) = (server.user("ana").await, server.user("ben").await);
        let group = ana.post("/groups", json!({ "name": "g", "path": "g" })).await.expect(201).json();
        let project = server.project_with(&ana, json!({ "name": "app", "namespace_id": group["id"] })).await;
        let ben_id = id(&ben).await;
        let _ = ana.post("/groups/g/members", json!({ "user_id": ben_id, "access_level": 20 })).await.expect(201);
        project.add(&ben, 30).await;
        let all = ana.get(&project.at("/members/all")).await.expect(200);
        assert_eq!(all.ids().len(), 2);
        let one = ana.get(&project.at(&format!("/members/all/{ben_id}"))).await.expect(200).json();
        assert_eq!(one["access_level"], 30);
        let owner = id(&ana).await;
        let last = ana.delete(&format!("/groups/g/members/{owner}")).await.expect(403);
        assert!(last.text().contains("last owner"));
    })
    .await;
}

#[tokio::test]
async fn a_membership_ends_at_its_time_and_not_at_the_next_tick() {
    pipewright_testkit::for_both_with(TestOptions::with_manual_clock, async |server| {
        let (ana, ben) = (server.user("ana").await, server.user("ben").await);
        let project = server.project(&ana, "app").await;
        let group = ana.post("/groups", json!({ "name": "g", "path": "g" })).await.expect(201).json();
        let inside = server.project_with(&ana, json!({ "name": "in", "namespace_id": group["id"] })).await;
        let fields = json!({ "user_id": id(&ben).await, "access_level": 30, "expires_at": "2024-02-10" });
        let _ = ana.post(&project.at("/members"), fields).await.expect(201);
        let fields = json!({ "user_id": id(&ben).await, "access_level": 30, "expires_at": "2024-02-20" });
        let _ = ana.post("/groups/g/members", fields).await.expect(201);
        for path in [project.at(""), inside.at("")] {
            let _ = ben.get(&path).await.expect(200);
        }
        let clock = server.clock.as_ref().expect("a clock");
        clock.advance(8 * 86_400);
        ben.get(&project.at("/jobs")).await.is(404, &json!({ "message": "404 Project Not Found" }));
        let _ = ben.get(&inside.at("/jobs")).await.expect(200);
        clock.advance(10 * 86_400);
        let _ = ben.get(&inside.at("/jobs")).await.expect(404);
        assert_eq!(ana.get("/groups/g/members").await.expect(200).ids(), [id(&ana).await]);
    })
    .await;
}
