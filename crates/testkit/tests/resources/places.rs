//! The groups and people around a project, and where it may go.

use pipewright_testkit::{Api, Reply, for_both};
use serde_json::{Value, json};

async fn id(api: &Api) -> i64 {
    api.get("/user").await.expect(200).json()["id"].as_i64().expect("an id")
}

async fn group(owner: &Api, path: &str, parent: Option<i64>) -> i64 {
    let fields = json!({ "name": path.to_uppercase(), "path": path, "parent_id": parent });
    owner.post("/groups", fields).await.expect(201).json()["id"].as_i64().expect("an id")
}

async fn add(owner: &Api, group: i64, member: &Api, level: i64) {
    let fields = json!({ "user_id": id(member).await, "access_level": level });
    let _ = owner.post(&format!("/groups/{group}/members"), fields).await.expect(201);
}

fn names(reply: &Reply, field: &str) -> Vec<String> {
    let list = reply.json();
    list.as_array().into_iter().flatten().filter_map(|item| item[field].as_str().map(ToOwned::to_owned)).collect()
}

fn missing() -> Value {
    json!({ "message": "404 Project Not Found" })
}

#[tokio::test]
async fn the_groups_above_a_project_are_listed_the_newest_first() {
    for_both(async |server| {
        let (ana, ben) = (server.user("ana").await, server.user("ben").await);
        let top = group(&ana, "top", None).await;
        let sub = group(&ana, "sub", Some(top)).await;
        let _ = group(&ana, "beside", Some(top)).await;
        let project = server.project_with(&ana, json!({ "name": "app", "namespace_id": sub })).await;
        let at = project.at("/groups");
        let all = ana.get(&at).await.expect(200);
        assert_eq!((all.ids(), all.header("x-total")), (vec![sub, top], Some("2")));
        let shown = json!({
            "id": sub, "web_url": format!("{}/groups/top/sub", server.url), "name": "SUB", "avatar_url": null,
            "full_name": "TOP / SUB", "full_path": "top/sub",
        });
        assert_eq!(all.json()[0], shown);
        assert_eq!(ana.get(&format!("{at}?search=TO")).await.expect(200).ids(), [top]);
        assert_eq!(ana.get(&format!("{at}?skip_groups={sub},9999")).await.expect(200).ids(), [top]);
        assert_eq!(ana.get(&format!("{at}?skip_groups[]={top}&with_shared=true")).await.expect(200).ids(), [sub]);
        let invalid = json!({ "error": "skip_groups is invalid" });
        ana.get(&format!("{at}?skip_groups=x")).await.is(400, &invalid);
        let page = ana.get(&format!("{at}?per_page=1&page=2")).await.expect(200);
        assert_eq!((page.ids(), page.header("x-prev-page")), (vec![top], Some("1")));
        assert_eq!(ana.head(&at).await.expect(200).header("x-total"), Some("2"));

        ben.get(&at).await.is(404, &missing());
        server.anonymous().get(&at).await.is(404, &missing());
        project.add(&ben, 10).await;
        assert_eq!(ben.get(&at).await.expect(200).ids(), [sub, top], "the groups' names, though not the groups");
        let _ = ben.get(&format!("/groups/{top}")).await.expect(404);
        let own = server.project_with(&ana, json!({ "name": "own", "visibility": "public" })).await;
        server.anonymous().get(&own.at("/groups")).await.is(200, &json!([]));
    })
    .await;
}

#[tokio::test]
async fn those_with_a_role_in_a_project_are_listed_by_id() {
    for_both(async |server| {
        let (ana, ben, cem) = (server.user("ana").await, server.user("ben").await, server.user("cem").await);
        let stranger = server.user("stranger").await;
        let team = group(&ana, "team", None).await;
        let project = server.project_with(&ana, json!({ "name": "app", "namespace_id": team })).await;
        project.add(&cem, 10).await;
        add(&ana, team, &ben, 20).await;
        let at = project.at("/users");
        let all = cem.get(&at).await.expect(200);
        assert_eq!(
            (names(&all, "username"), all.header("x-total")),
            (["ana", "ben", "cem"].map(ToOwned::to_owned).to_vec(), Some("3"))
        );
        assert_eq!(all.json()[0].get("email"), None);
        assert_eq!(names(&ana.get(&format!("{at}?search=BE")).await.expect(200), "username"), ["ben"]);
        let skip = format!("{at}?skip_users={},{}", id(&ana).await, id(&ben).await);
        assert_eq!(names(&ana.get(&skip).await.expect(200), "username"), ["cem"]);
        stranger.get(&at).await.is(404, &missing());
        let own = server.project_with(&ana, json!({ "name": "own", "visibility": "public" })).await;
        let seen = server.anonymous().get(&own.at("/users")).await.expect(200);
        assert_eq!(names(&seen, "username"), ["ana"], "the owner of the namespace");
    })
    .await;
}

#[tokio::test]
async fn members_of_groups_above_are_shown_to_whoever_sees_the_project_and_to_nobody_else() {
    for_both(async |server| {
        let (ana, ben, cem) = (server.user("ana").await, server.user("ben").await, server.user("cem").await);
        let top = group(&ana, "top", None).await;
        let sub = group(&ana, "sub", Some(top)).await;
        let project = server.project_with(&ana, json!({ "name": "app", "namespace_id": sub })).await;
        add(&ana, top, &ben, 40).await;
        let at = project.at("/members/all");
        for place in [at.clone(), format!("/groups/{top}/members/all"), format!("/groups/{sub}/members")] {
            let _ = cem.get(&place).await.expect(404);
            let _ = server.anonymous().get(&place).await.expect(401);
        }
        project.add(&cem, 10).await;
        project.add(&ben, 20).await;
        let (ana_id, ben_id, cem_id) = (id(&ana).await, id(&ben).await, id(&cem).await);
        let all = cem.get(&at).await.expect(200);
        assert_eq!((all.ids(), all.header("x-total")), (vec![ana_id, ben_id, cem_id], Some("3")), "by id");
        assert_eq!(all.json()[1]["access_level"], 40, "the highest of his roles");
        assert_eq!(cem.get(&format!("{at}/{ben_id}")).await.expect(200).json()["access_level"], 40);
        // The private groups themselves stay hidden.
        for place in [top, sub] {
            let _ = cem.get(&format!("/groups/{place}/members/all")).await.expect(404);
            let _ = cem.get(&format!("/groups/{place}/members/all/{ben_id}")).await.expect(404);
        }
        assert_eq!(ana.get(&format!("/groups/{sub}/members/all")).await.expect(200).ids(), [ana_id, ben_id]);
    })
    .await;
}

#[tokio::test]
async fn a_project_may_go_to_groups_its_owner_maintains() {
    for_both(async |server| {
        let (ana, ben, cem) = (server.user("ana").await, server.user("ben").await, server.user("cem").await);
        let team = group(&ana, "team", None).await;
        let deep = group(&ana, "deep", Some(team)).await;
        let other = group(&ben, "other", None).await;
        let third = group(&ben, "third", None).await;
        let _ = group(&ben, "fourth", None).await;
        add(&ben, other, &ana, 40).await;
        add(&ben, third, &ana, 30).await;
        let project = server.project_with(&ana, json!({ "name": "app", "namespace_id": team })).await;
        let at = project.at("/transfer_locations");
        let all = ana.get(&at).await.expect(200);
        assert_eq!((all.ids(), all.header("x-total")), (vec![other, deep], Some("2")));
        assert_eq!(all.json()[1]["full_name"], "TEAM / DEEP");
        assert_eq!(ana.get(&format!("{at}?search=oth")).await.expect(200).ids(), [other]);
        assert_eq!(ana.head(&at).await.expect(200).header("x-total"), Some("2"));
        let _ = ana.put(&project.at("/transfer"), json!({ "namespace": other })).await.expect(200);
        assert_eq!(ana.get(&at).await.expect(403).json(), json!({ "message": "403 Forbidden" }), "a maintainer now");
        assert!(!ben.get(&at).await.expect(200).ids().contains(&other));
        cem.get(&at).await.is(404, &missing());
        server.anonymous().get(&at).await.is(404, &missing());
    })
    .await;
}

#[tokio::test]
async fn a_group_may_go_below_groups_its_owner_owns() {
    for_both(async |server| {
        let (ana, ben) = (server.user("ana").await, server.user("ben").await);
        let top = group(&ana, "top", None).await;
        let sub = group(&ana, "sub", Some(top)).await;
        let _ = group(&ana, "leaf", Some(sub)).await;
        let beside = group(&ana, "beside", Some(top)).await;
        let own = group(&ana, "zero", None).await;
        let kept = group(&ben, "kept", None).await;
        add(&ben, kept, &ana, 40).await;
        let at = format!("/groups/{sub}/transfer_locations");
        let all = ana.get(&at).await.expect(200);
        assert_eq!((all.ids(), all.header("x-total")), (vec![beside, own], Some("2")));
        assert_eq!(ana.get(&format!("{at}?search=zer&per_page=1")).await.expect(200).ids(), [own]);
        let _ = ben.get(&at).await.expect(404);
        add(&ana, top, &ben, 40).await;
        let _ = ben.get(&at).await.expect(403);
        let _ = ana.post(&format!("/groups/{sub}/transfer"), json!({ "group_id": own })).await.expect(201);
        assert_eq!(ana.get(&at).await.expect(200).ids(), [top, beside]);
    })
    .await;
}
