//! Search: what it finds, and what it must not.

use pipewright_testkit::{Api, Reply, TestOptions, TestServer, for_both, for_both_with};
use serde_json::{Value, json};

/// The field of each thing found.
fn each(reply: &Reply, field: &str) -> Vec<String> {
    let found = reply.json();
    let list = found.as_array().unwrap_or_else(|| panic!("no list: {reply:?}"));
    list.iter().map(|item| item[field].as_str().map_or_else(|| item[field].to_string(), ToOwned::to_owned)).collect()
}

async fn found(api: &Api, path: &str, field: &str) -> Vec<String> {
    each(&api.get(path).await.expect(200), field)
}

async fn group(owner: &Api, fields: Value) -> i64 {
    owner.post("/groups", fields).await.expect(201).json()["id"].as_i64().expect("an id")
}

async fn add(owner: &Api, group: i64, member: &Api, level: i64) {
    let id = member.get("/user").await.expect(200).json()["id"].clone();
    let fields = json!({ "user_id": id, "access_level": level });
    let _ = owner.post(&format!("/groups/{group}/members"), fields).await.expect(201);
}

#[tokio::test]
async fn whoever_searches_says_who_he_is_and_what_for() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project_with(&ana, json!({ "name": "app", "visibility": "public" })).await;
        let group = group(&ana, json!({ "name": "g", "path": "g", "visibility": "public" })).await;
        let places = ["/search".to_owned(), format!("/groups/{group}/search"), project.at("/-/search")];
        for at in places {
            let unauthorized = json!({ "message": "401 Unauthorized" });
            server.anonymous().get(&format!("{at}?scope=users&search=ana")).await.is(401, &unauthorized);
            let missing = json!({ "error": "search is missing, scope is missing" });
            ana.get(&at).await.is(400, &missing);
            let unknown = json!({ "error": "scope does not have a valid value" });
            ana.get(&format!("{at}?scope=snippet_blobs&search=x")).await.is(400, &unknown);
            let state = json!({ "error": "state does not have a valid value" });
            ana.get(&format!("{at}?scope=issues&search=x&state=lost")).await.is(400, &state);
            let issues = ana.get(&format!("{at}?scope=issues&search=x&state=opened&confidential=true")).await;
            issues.is(200, &json!([]));
            assert_eq!((issues.header("x-search-type"), issues.header("x-total")), (Some("basic"), Some("0")));
            let head = ana.head(&format!("{at}?scope=users&search=ana")).await.expect(200);
            assert_eq!((head.header("x-page"), head.body.len()), (Some("1"), 0));
            assert_eq!(found(&ana, &format!("{at}?scope=users&search=%20"), "id").await, [""; 0]);
        }
        // Each place has scopes of its own.
        let _ = ana.get("/search?scope=blobs&search=x").await.expect(400);
        let _ = ana.get("/search?scope=snippet_titles&search=x").await.expect(200);
        let _ = ana.get(&format!("/groups/{group}/search?scope=snippet_titles&search=x")).await.expect(400);
        let _ = ana.get(&project.at("/search?scope=projects&search=x")).await.expect(400);
        for scope in ["notes", "wiki_blobs", "milestones", "merge_requests"] {
            ana.get(&project.at(&format!("/search?scope={scope}&search=x"))).await.is(200, &json!([]));
        }
    })
    .await;
}

/// Ana's private `secret` and ben's projects of each visibility, all called `needle-…`.
async fn needles<'a>(server: &'a TestServer, ana: &Api, ben: &Api) -> pipewright_testkit::Project<'a> {
    for visibility in ["private", "internal", "public"] {
        let _ =
            server.project_with(ben, json!({ "name": format!("Needle {visibility}"), "visibility": visibility })).await;
    }
    server.project_with(ana, json!({ "name": "needle-secret" })).await
}

#[tokio::test]
async fn projects_are_found_by_those_who_see_them() {
    for_both(async |server| {
        let (ana, ben) = (server.user("ana").await, server.user("ben").await);
        let secret = needles(server, &ana, &ben).await;
        let at = "/search?scope=projects&search=nEEdle";
        let own = ["needle-secret", "needle-public", "needle-internal"];
        assert_eq!(found(&ana, at, "path").await, own);
        assert_eq!(found(&ben, at, "path").await, ["needle-public", "needle-internal", "needle-private"]);
        let all = ["needle-secret", "needle-public", "needle-internal", "needle-private"];
        assert_eq!(found(&server.admin(), at, "path").await, all);
        let fields = json!({ "username": "ext", "name": "Ext", "email": "ext@example.com", "external": true });
        let external = server.token_of(server.make_user(fields).await, &["api"]).await;
        assert_eq!(found(&external, at, "path").await, ["needle-public"]);
        secret.add(&external, 10).await;
        assert_eq!(found(&external, at, "path").await, ["needle-secret", "needle-public"]);

        let page = ana.get(&format!("{at}&per_page=2&page=1")).await.expect(200);
        assert_eq!((page.header("x-next-page"), page.header("x-total")), (Some("2"), None));
        assert!(
            page.header("link").is_some_and(|link| link.contains(r#"rel="next""#) && link.contains("search=nEEdle"))
        );
        assert_eq!(page.header("content-transfer-encoding"), Some("binary"));
        let page = ana.get(&format!("{at}&per_page=2&page=2")).await.expect(200);
        assert_eq!((page.header("x-next-page"), each(&page, "path")), (Some(""), vec!["needle-internal".to_owned()]));

        let _ = ana.post(&secret.at("/archive"), json!({})).await.expect(201);
        assert_eq!(found(&ana, at, "path").await, own[1..]);
        assert_eq!(found(&ana, &format!("{at}&include_archived=true"), "path").await, own);
    })
    .await;
}

#[tokio::test]
async fn a_groups_projects_and_people_are_found_as_far_as_they_are_seen() {
    for_both(async |server| {
        let (ana, ben, cem) = (server.user("ana").await, server.user("ben").await, server.user("cem").await);
        let top = group(&ana, json!({ "name": "top", "path": "top", "visibility": "public" })).await;
        let below = group(&ana, json!({ "name": "below", "path": "below", "parent_id": top })).await;
        let side = group(&ana, json!({ "name": "side", "path": "side", "parent_id": top })).await;
        let fields = json!({ "name": "hidden", "namespace_id": below, "visibility": "private" });
        let _ = server.project_with(&ana, fields).await;
        let fields = json!({ "name": "hidden-not", "namespace_id": top, "visibility": "public" });
        let _ = server.project_with(&ana, fields).await;
        let _ = server.project_with(&ana, json!({ "name": "hidden-elsewhere", "visibility": "public" })).await;
        let _ = ana.put(&format!("/groups/{below}"), json!({ "visibility": "private" })).await.expect(200);
        add(&ana, below, &ben, 10).await;

        let projects = format!("/groups/{top}/search?scope=projects&search=hidden");
        assert_eq!(found(&ana, &projects, "path").await, ["hidden-not", "hidden"]);
        assert_eq!(found(&cem, &projects, "path").await, ["hidden-not"]);
        let people = |group: i64, name: &str| format!("/groups/{group}/search?scope=users&search={name}");
        assert_eq!(found(&ana, &people(top, "ben"), "username").await, ["ben"]);
        assert_eq!(found(&cem, &people(top, "ben"), "username").await, [""; 0], "of a group he does not see");
        assert_eq!(found(&ben, &people(below, "ana"), "username").await, ["ana"], "from above");
        assert_eq!(found(&ana, &people(side, "ben"), "username").await, [""; 0], "neither above nor below");
        assert_eq!(found(&ana, &people(top, "cem"), "username").await, [""; 0], "no member");
        let missing = json!({ "message": "404 Group Not Found" });
        for scope in ["projects", "users", "issues"] {
            cem.get(&format!("/groups/{below}/search?scope={scope}&search=ana")).await.is(404, &missing);
        }
        let users = cem.get("/search?scope=users&search=BEN").await.expect(200).json();
        assert_eq!((&users[0]["username"], users[0].get("email")), (&json!("ben"), None));
        assert_eq!(
            found(&cem, "/search?scope=users&search=ben%40example", "id").await,
            [""; 0],
            "no address of others"
        );
        assert_eq!(found(&server.admin(), "/search?scope=users&search=ben%40example", "username").await, ["ben"]);
    })
    .await;
}

#[tokio::test]
async fn a_projects_people_are_those_with_a_role_in_it() {
    for_both(async |server| {
        let (ana, ben) = (server.user("ana").await, server.user("ben").await);
        let _ = server.user("bengt").await;
        let own = server.project_with(&ana, json!({ "name": "own", "visibility": "public" })).await;
        let at = |name: &str| own.at(&format!("/search?scope=users&search={name}"));
        assert_eq!(found(&ana, &at("a"), "username").await, ["ana"]);
        assert_eq!(found(&ben, &at("ben"), "username").await, [""; 0]);
        own.add(&ben, 10).await;
        let reply = ben.get(&at("ben")).await.expect(200);
        assert_eq!((each(&reply, "username"), reply.header("x-total")), (vec!["ben".to_owned()], Some("1")));
    })
    .await;
}

#[tokio::test]
async fn code_is_found_by_those_who_may_read_it() {
    for_both(async |server| {
        let (ana, guest) = (server.user("ana").await, server.user("guest").await);
        let (reporter, stranger) = (server.user("rep").await, server.user("str").await);
        let project = server.project(&ana, "app").await;
        let lines: String =
            (1..=9).map(|n| if n == 5 { "let Needle = 1;\n".to_owned() } else { format!("{n}\n") }).collect();
        let _ = project.commit("main", "src/main.rs", &lines).await;
        let _ = project.commit("main", "needle/Read.me.md", "nothing of the kind").await;
        let _ = project.commit("other", "only.txt", "a needle\nand no more").await;
        project.add(&guest, 10).await;
        project.add(&reporter, 20).await;
        let at = |rest: &str| project.at(&format!("/search?scope=blobs&search={rest}"));

        let all = reporter.get(&at("needle")).await.expect(200);
        assert_eq!((all.header("x-total"), all.header("x-search-type")), (Some("2"), Some("basic")));
        let all = all.json();
        assert_eq!(
            all[1],
            json!({
                "basename": "src/main", "data": "3\n4\nlet Needle = 1;\n6\n7\n", "path": "src/main.rs",
                "filename": "src/main.rs", "id": null, "ref": "main", "startline": 3, "project_id": project.id,
            })
        );
        assert_eq!((&all[0]["path"], &all[0]["basename"]), (&json!("needle/Read.me.md"), &json!("needle/Read.me")));
        assert_eq!((&all[0]["data"], &all[0]["startline"]), (&json!("nothing of the kind"), &json!(1)));
        let blob = all[0]["id"].as_str().expect("its id");
        let _ = reporter.get(&project.at(&format!("/repository/blobs/{blob}"))).await.expect(200);

        assert_eq!(found(&ana, &at("needle&ref=other"), "ref").await.last().map(String::as_str), Some("other"));
        assert!(found(&ana, &at("needle&ref=other"), "path").await.contains(&"only.txt".to_owned()));
        assert_eq!(found(&ana, &at("needle%20extension:rs"), "path").await, ["src/main.rs"]);
        assert_eq!(found(&ana, &at("needle%20-filename:*.rs"), "path").await, ["needle/Read.me.md"]);
        assert_eq!(found(&ana, &at("needle&per_page=1&page=2"), "path").await, ["src/main.rs"]);
        // Neither a pattern, nor an option, nor another command.
        for odd in [
            "Needle.*",
            "--open-files-in-pager%3Dtouch",
            "-e",
            "..%2F",
            "%3A(top)x",
            "a%0Ab",
            "needle&ref=gone",
            "needle&ref=-x",
            "needle&page=900000000000",
        ] {
            assert_eq!(found(&ana, &at(odd), "path").await, [""; 0], "{odd}");
        }
        // A guest of a private project does not read code, a stranger does not see the project.
        assert_eq!(found(&guest, &at("needle"), "path").await, [""; 0]);
        let missing = json!({ "message": "404 Project Not Found" });
        for scope in ["blobs", "commits", "users", "issues"] {
            stranger.get(&project.at(&format!("/search?scope={scope}&search=needle"))).await.is(404, &missing);
        }
        project.set(json!({ "visibility": "public" })).await;
        assert_eq!(found(&stranger, &at("needle"), "path").await.len(), 2);
        project.set(json!({ "repository_access_level": "private" })).await;
        assert_eq!(found(&stranger, &at("needle"), "path").await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn commits_are_found_by_message_and_by_id() {
    for_both(async |server| {
        let (ana, guest) = (server.user("ana").await, server.user("guest").await);
        let project = server.project(&ana, "app").await;
        let commit = async |branch: &str, message: &str| {
            let fields = json!({
                "branch": branch, "start_branch": "main", "commit_message": message,
                "actions": [{ "action": "create", "file_path": message, "content": "x" }],
            });
            let fields = if branch == "main" { without(fields, "start_branch") } else { fields };
            let made = ana.post(&project.at("/repository/commits"), fields).await.expect(201).json();
            made["id"].as_str().expect("an id").to_owned()
        };
        let first = commit("main", "Find the [needle]").await;
        let second = commit("main", "Another NEEDLE").await;
        let third = commit("other", "Needle of a branch").await;
        let _ = commit("main", "Hay").await;
        project.add(&guest, 10).await;
        let at = |rest: &str| project.at(&format!("/search?scope=commits&search={rest}"));
        let reply = ana.get(&at("needle")).await.expect(200);
        assert_eq!((each(&reply, "id"), reply.header("x-total")), (vec![second.clone(), first.clone()], Some("2")));
        let detail = &reply.json()[0];
        assert_eq!((&detail["project_id"], &detail["last_pipeline"]), (&json!(project.id), &json!(null)));
        assert_eq!(found(&ana, &at("[needle]"), "id").await, std::slice::from_ref(&first), "text, and no pattern");
        assert_eq!(found(&ana, &at("needle&ref=other"), "id").await, [third.clone(), second, first.clone()]);
        assert_eq!(found(&ana, &at(&third), "id").await, std::slice::from_ref(&third));
        assert_eq!(found(&ana, &at(&first[..8]), "id").await, [first]);
        assert_eq!(found(&ana, &at("0000000"), "id").await, [""; 0]);
        assert_eq!(found(&guest, &at("needle"), "id").await, [""; 0]);
        let empty = server.project(&ana, "empty").await;
        for scope in ["commits", "blobs"] {
            ana.get(&empty.at(&format!("/search?scope={scope}&search=needle"))).await.is(200, &json!([]));
        }
    })
    .await;
}

fn without(mut fields: Value, name: &str) -> Value {
    if let Some(fields) = fields.as_object_mut() {
        fields.remove(name);
    }
    fields
}

#[tokio::test]
async fn a_search_that_takes_too_long_is_a_busy_servers() {
    let options = || {
        let mut options = TestOptions::default();
        // Git cannot be that fast.
        options.limits.search_seconds = 0;
        options
    };
    for_both_with(options, async |server| {
        let ana = server.user("ana").await;
        let project = server.project_with(&ana, json!({ "name": "app", "visibility": "public" })).await;
        let _ = project.commit("main", "main.rs", "needle").await;
        let busy = "Looking through the repository took longer than 0 seconds. Try again later.";
        for path in ["/search?scope=blobs&search=needle", "/search?scope=commits&search=needle", "/languages"] {
            let refused = ana.get(&project.at(path)).await;
            refused.is(503, &json!({ "message": { "error": busy } }));
            assert!(refused.header("retry-after").is_some());
        }
        let _ = ana.get("/search?scope=projects&search=app").await.expect(200);
    })
    .await;
}
