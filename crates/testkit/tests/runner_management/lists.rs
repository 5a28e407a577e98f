//! The four lists, their filters and what they show (§3).

use crate::support::{group, instance, join, keys, make, verify};
use pipewright_testkit::{Api, TestOptions, for_both, on_sqlite_with};
use serde_json::{Value, json};

async fn ids(api: &Api, path: &str) -> Vec<i64> {
    let mut ids = api.get(path).await.expect(200).ids();
    ids.sort_unstable();
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_the_runners_of_his_own_places() {
    for_both(async |server| {
        let (admin, owner, other) = (server.admin(), server.user("owner").await, server.user("other").await);
        let shared = instance(server, "shared").await.id;
        let top = group(&owner, "top", None).await;
        let sub = group(&owner, "sub", Some(top)).await;
        let project = server.project_with(&owner, json!({ "name": "code", "namespace_id": sub })).await;
        let of_top = make(&owner, json!({ "runner_type": "group_type", "group_id": top })).await.id;
        let of_sub = make(&owner, json!({ "runner_type": "group_type", "group_id": sub })).await.id;
        let own = make(&owner, json!({ "runner_type": "project_type", "project_id": project.id })).await.id;

        assert_eq!(ids(&admin, "/runners/all").await, [shared, of_top, of_sub, own]);
        let _ = owner.get("/runners/all").await.expect(403);
        assert_eq!(ids(&owner, "/runners").await, [of_top, of_sub, own]);
        assert!(ids(&other, "/runners").await.is_empty());
        let _ = server.anonymous().get("/runners").await.expect(401);

        assert_eq!(ids(&owner, &project.at("/runners")).await, [shared, of_top, of_sub, own]);
        project.set(json!({ "shared_runners_enabled": false })).await;
        assert_eq!(ids(&owner, &project.at("/runners")).await, [of_top, of_sub, own]);
        project.set(json!({ "group_runners_enabled": false })).await;
        assert_eq!(ids(&owner, &project.at("/runners")).await, [own]);
        let _ = other.get(&project.at("/runners")).await.expect(404);

        assert_eq!(ids(&owner, &format!("/groups/{sub}/runners")).await, [of_top, of_sub]);
        assert_eq!(ids(&owner, &format!("/groups/{top}/runners")).await, [of_top]);
        assert_eq!(ids(&owner, "/groups/top%2Fsub/runners").await, [of_top, of_sub]);
        join(&owner, sub, &other, 30).await;
        let _ = other.get(&format!("/groups/{sub}/runners")).await.expect(403);
        assert!(ids(&other, "/runners").await.is_empty());
        // A maintainer of a group maintains its projects; the group's own runners are its owners'.
        let maintainer = server.user("maintainer").await;
        join(&owner, top, &maintainer, 40).await;
        assert_eq!(ids(&maintainer, "/runners").await, [own]);
        assert_eq!(ids(&maintainer, &format!("/groups/{top}/runners")).await, [of_top]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_narrowed_by_what_runners_are() {
    for_both(async |server| {
        let admin = server.admin();
        let one = make(&admin, json!({ "runner_type": "instance_type", "tag_list": ["a", "b"] })).await;
        let two = make(&admin, json!({ "runner_type": "instance_type", "tag_list": ["A", "b c"] })).await;
        let project = server.project(&admin, "code").await;
        let fields = json!({ "runner_type": "project_type", "project_id": project.id, "paused": true });
        let three = make(&admin, fields).await;
        let _ = verify(server, &one.token, "s_a", "17.0.0").await.expect(200);
        let _ = verify(server, &two.token, "s_a", "16.11.1").await.expect(200);
        let cases = [
            ("type=instance_type", vec![one.id, two.id]),
            ("type=group_type", vec![]),
            ("paused=true", vec![three.id]),
            ("paused=false", vec![one.id, two.id]),
            ("status=online", vec![one.id, two.id]),
            ("status=never_contacted", vec![three.id]),
            ("status=offline", vec![]),
            ("status=stale", vec![]),
            ("status=paused", vec![three.id]),
            ("status=active", vec![one.id, two.id]),
            ("tag_list=a", vec![one.id]),
            ("tag_list=A", vec![two.id]),
            ("tag_list=b%20c", vec![two.id]),
            ("tag_list=b", vec![one.id]),
            ("tag_list=a,b", vec![one.id]),
            ("tag_list=a,A", vec![]),
            ("version_prefix=17.", vec![one.id]),
            ("version_prefix=1", vec![one.id, two.id]),
            ("version_prefix=7", vec![]),
            ("scope=shared", vec![one.id, two.id]),
            ("scope=specific", vec![three.id]),
            ("scope=paused", vec![three.id]),
            ("scope=online", vec![one.id, two.id]),
            ("scope=project_type", vec![three.id]),
            ("scope=", vec![one.id, two.id, three.id]),
            ("type=instance_type&status=online&tag_list=a", vec![one.id]),
        ];
        for (query, expected) in cases {
            assert_eq!(ids(&admin, &format!("/runners/all?{query}")).await, expected, "{query}");
        }
        let bad = admin.get("/runners/all?scope=best").await;
        bad.is(400, &json!({ "message": "Scope contains invalid value" }));
        admin.get("/runners/all?type=best").await.is(400, &json!({ "error": "type does not have a valid value" }));
        admin.get("/runners/all?status=best").await.is(400, &json!({ "error": "status does not have a valid value" }));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runner_ages_from_online_to_offline_to_stale() {
    let options = TestOptions::with_manual_clock();
    let clock = options.clock.clone().expect("a clock");
    on_sqlite_with(options, async |server| {
        let admin = server.admin();
        let (known, silent) = (instance(server, "known").await, instance(server, "silent").await);
        let _ = verify(server, &known.token, "s_a", "17.0.0").await.expect(200);
        let statuses = async || {
            let shown = async |at: String| admin.get(&at).await.expect(200).json()["status"].clone();
            let pair = (shown(known.at("")).await, shown(silent.at("")).await);
            // The filter and the shape must not disagree.
            for (id, status) in [(known.id, &pair.0), (silent.id, &pair.1)] {
                let status = status.as_str().expect("a word");
                assert!(ids(&admin, &format!("/runners/all?status={status}")).await.contains(&id), "{id} is {status}");
            }
            pair
        };
        assert_eq!(statuses().await, (json!("online"), json!("never_contacted")));
        clock.advance(2 * 3600);
        assert_eq!(statuses().await, (json!("offline"), json!("never_contacted")));
        clock.advance(7 * 86_400);
        assert_eq!(statuses().await, (json!("stale"), json!("stale")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_in_pages() {
    for_both(async |server| {
        let admin = server.admin();
        for number in 0..5 {
            let _ = instance(server, &number.to_string()).await;
        }
        let page = admin.get("/runners/all?per_page=2&page=2").await.expect(200);
        assert_eq!(page.ids().len(), 2);
        assert_eq!((page.header("x-total"), page.header("x-next-page")), (Some("5"), Some("3")));
        assert_eq!(admin.get("/runners/all?per_page=2&page=3").await.expect(200).ids().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn items_and_details_show_what_clients_read() {
    for_both(async |server| {
        let (admin, runner) = (server.admin(), instance(server, "here").await);
        let _ = verify(server, &runner.token, "s_a", "17.0.0").await.expect(200);
        let list = admin.get("/runners/all").await.expect(200).json();
        let item = [
            "active",
            "created_at",
            "created_by",
            "description",
            "id",
            "ip_address",
            "is_shared",
            "job_execution_status",
            "name",
            "online",
            "paused",
            "runner_type",
            "status",
        ];
        assert_eq!(keys(&list[0]), item);
        assert_eq!((&list[0]["is_shared"], &list[0]["name"]), (&json!(true), &json!("gitlab-runner")));
        let details = admin.get(&runner.at("")).await.expect(200).json();
        let mut expected: Vec<&str> = item.to_vec();
        expected.extend([
            "access_level",
            "architecture",
            "contacted_at",
            "groups",
            "locked",
            "maintenance_note",
            "maximum_timeout",
            "platform",
            "projects",
            "revision",
            "run_untagged",
            "tag_list",
            "version",
        ]);
        expected.sort_unstable();
        assert_eq!(keys(&details), expected);
        let machines = admin.get(&runner.at("/managers")).await.expect(200).json();
        assert_eq!(
            keys(&machines[0]),
            [
                "architecture",
                "contacted_at",
                "created_at",
                "id",
                "ip_address",
                "job_execution_status",
                "platform",
                "revision",
                "status",
                "system_id",
                "version",
            ]
        );
        assert_eq!(machines[0]["ip_address"], Value::Null);
    })
    .await;
}
