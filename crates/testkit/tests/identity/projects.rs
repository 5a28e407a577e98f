//! Projects.

use pipewright_testkit::{for_both, on_sqlite};
use serde_json::{Value, json};

#[tokio::test]
async fn a_project_is_made_found_changed_and_deleted() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let fields = json!({ "name": "My App!", "description": "why", "topics": ["ci"], "build_timeout": 7200 });
        let made = ana.post("/projects", fields).await.expect(201).json();
        assert_eq!(
            (&made["path"], &made["visibility"], &made["description"]),
            (&json!("my-app"), &json!("private"), &json!("why"))
        );
        assert_eq!(made["http_url_to_repo"], format!("{}/ana/my-app.git", server.url));
        assert_eq!(
            (&made["empty_repo"], &made["default_branch"], &made["owner"]["username"]),
            (&json!(true), &json!("main"), &json!("ana"))
        );
        let by_path = ana.get("/projects/ANA%2Fmy-app").await.expect(200).json();
        assert_eq!(by_path, made);
        let path = format!("/projects/{}", made["id"]);
        let change = json!({ "path": "other", "visibility": "public", "public_jobs": false, "ci_config_path": "ci.yml",
            "merge_method": "ff" });
        let changed = ana.put(&path, change).await.expect(200).json();
        for (key, value) in [
            ("path_with_namespace", json!("ana/other")),
            ("visibility", json!("public")),
            ("public_jobs", json!(false)),
            ("ci_config_path", json!("ci.yml")),
            ("merge_method", json!("ff")),
            ("build_timeout", json!(7200)),
            ("topics", json!(["ci"])),
        ] {
            assert_eq!(changed[key], value, "{key}");
        }
        let _ = ana.get("/projects/ana%2Fmy-app").await.expect(301);
        ana.delete(&path).await.is(202, &json!({ "message": "202 Accepted" }));
        ana.get(&path).await.is(404, &json!({ "message": "404 Project Not Found" }));
        let again = ana.post("/projects", json!({ "name": "other" })).await.expect(201).json();
        assert_ne!(again["id"], made["id"], "the address is free, the number is not used again");
    })
    .await;
}

#[tokio::test]
async fn a_deleted_projects_repository_goes_too() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        project.commit("main", "a.txt", "one").await;
        let folder = server.engine.git.repository(&format!("{}.git", project.id)).unwrap();
        assert!(folder.exists());
        let _ = ana.delete(&project.at("")).await.expect(202);
        server.until("the repository to go", async || (!folder.exists()).then_some(())).await;
    })
    .await;
}

#[tokio::test]
async fn projects_that_cannot_be_are_refused() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let _ = ana.post("/projects", json!({ "name": "app" })).await.expect(201);
        let taken = json!({ "message": { "path": ["has already been taken"], "project_namespace.name": ["has already been taken"] } });
        ana.post("/projects", json!({ "path": "APP" })).await.is(400, &taken);
        let neither = json!({ "error": "name, path are missing, at least one parameter must be provided" });
        ana.post("/projects", json!({})).await.is(400, &neither);
        for fields in [
            json!({ "path": "a b" }),
            json!({ "path": "tree" }),
            json!({ "name": "x", "visibility": "secret" }),
            json!({ "name": "x", "namespace_id": 999 }),
            json!({ "name": "x", "build_timeout": 5 }),
            json!({ "name": "x", "default_branch": "-x" }),
            json!({ "name": "\u{7}" }),
        ] {
            assert_eq!(ana.post("/projects", fields.clone()).await.status, 400, "{fields}");
        }
        let _ = server.anonymous().post("/projects", json!({ "name": "x" })).await.expect(401);
        assert_eq!(ana.get("/projects?owned=true").await.expect(200).ids().len(), 1, "nothing half made is left");
    })
    .await;
}

#[tokio::test]
async fn trap_52_a_bare_word_is_no_project() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let _ = ana.get(&format!("/projects/{}", project.path.to_uppercase().replace('/', "%2f"))).await.expect(200);
        for word in ["app", "ana", "-1", "99999999999999999999", "a%00%2Fb"] {
            ana.get(&format!("/projects/{word}")).await.is(404, &json!({ "message": "404 Project Not Found" }));
        }
    })
    .await;
}

#[tokio::test]
async fn lists_show_what_the_caller_may_see_by_page() {
    for_both(async |server| {
        let (ana, ben) = (server.user("ana").await, server.user("ben").await);
        for (name, visibility) in [("a", "public"), ("b", "internal"), ("c", "private")] {
            server.project_with(&ana, json!({ "name": name, "visibility": visibility })).await;
        }
        let names = async |api: &pipewright_testkit::Api, query: &str| {
            let list = api.get(&format!("/projects?order_by=name&sort=asc&{query}")).await.expect(200).json();
            let name = |project: &Value| project["name"].as_str().unwrap_or_default().to_owned();
            list.as_array().into_iter().flatten().map(name).collect::<String>()
        };
        assert_eq!(names(&server.anonymous(), "").await, "a");
        assert_eq!(names(&ben, "").await, "ab");
        assert_eq!(
            (names(&ana, "").await, names(&ana, "visibility=private").await),
            ("abc".to_owned(), "c".to_owned())
        );
        assert_eq!(
            (names(&ben, "membership=true").await, names(&ana, "owned=true").await),
            (String::new(), "abc".to_owned())
        );
        assert_eq!(names(&ana, "search=B&simple=true").await, "b");
        assert_eq!(names(&server.anonymous(), "simple=true").await, "a");
        let id = ana.get("/user").await.expect(200).json()["id"].clone();
        let of_user =
            ben.get(&format!("/users/{id}/projects?per_page=1&page=2&sort=asc&order_by=id")).await.expect(200);
        assert_eq!(
            (of_user.header("x-total"), of_user.header("x-next-page"), of_user.header("x-page")),
            (Some("2"), Some(""), Some("2"))
        );
        let head = ana.head("/projects").await.expect(200);
        assert_eq!((head.header("x-total"), head.body.len()), (Some("3"), 0));
        ana.get("/projects?order_by=colour").await.is(400, &json!({ "error": "order_by does not have a valid value" }));
    })
    .await;
}

#[tokio::test]
async fn roles_decide_who_changes_a_project() {
    on_sqlite(async |server| {
        let (ana, dev, boss) = (server.user("ana").await, server.user("dev").await, server.user("boss").await);
        let project = server.project(&ana, "app").await;
        project.add(&dev, 30).await;
        project.add(&boss, 40).await;
        let _ = dev.put(&project.at(""), json!({ "description": "x" })).await.expect(403);
        let _ = boss.put(&project.at(""), json!({ "description": "x" })).await.expect(200);
        let _ = boss.delete(&project.at("")).await.expect(403);
        let _ = boss.post(&project.at("/archive"), json!({})).await.expect(403);
        let archived = ana.post(&project.at("/archive"), json!({})).await.expect(201).json();
        assert_eq!(archived["archived"], true);
        let refused = json!({ "branch": "main", "commit_message": "m", "actions": [] });
        let _ = ana.post(&project.at("/repository/commits"), refused).await.expect(403);
        assert_eq!(ana.post(&project.at("/unarchive"), json!({})).await.expect(201).json()["archived"], false);
        let _ = server.admin().get(&project.at("")).await.expect(200);
        let hers = server.admin().post("/projects/user/2", json!({ "name": "gift" })).await.expect(201).json();
        assert_eq!(hers["path_with_namespace"], "ana/gift");
    })
    .await;
}

#[tokio::test]
async fn only_owners_open_a_project_and_only_administrators_raise_its_limits() {
    for_both(async |server| {
        let (ana, ben) = (server.user("ana").await, server.user("ben").await);
        let project = server.project(&ana, "app").await;
        let path = project.at("");
        let fields = json!({ "username": "ben", "access_level": 40 });
        let _ = ana.post(&project.at("/members"), fields).await.expect(201);
        let forbidden = json!({ "message": "403 Forbidden" });
        ben.put(&path, json!({ "visibility": "public" })).await.is(403, &forbidden);
        let _ =
            ben.put(&path, json!({ "visibility": "private", "description": "what it is already" })).await.expect(200);
        let opened = ana.put(&path, json!({ "visibility": "public" })).await.expect(200).json();
        assert_eq!(opened["visibility"], "public");

        let wide = json!({ "max_artifacts_size": 4096 });
        let refused = json!({ "message": "403 Forbidden - Only administrators may set max_artifacts_size" });
        ana.put(&path, wide.clone()).await.is(403, &refused);
        ana.post("/projects", json!({ "name": "big", "max_artifacts_size": 4096 })).await.is(403, &refused);
        let raised = server.admin().put(&path, wide.clone()).await.expect(200).json();
        assert_eq!(raised["max_artifacts_size"], 4096);
        let _ = ana.put(&path, wide).await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn a_project_may_begin_with_a_readme() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let fields = json!({ "name": "app", "initialize_with_readme": true, "default_branch": "trunk" });
        let made = ana.post("/projects", fields).await.expect(201).json();
        assert_eq!((&made["default_branch"], &made["empty_repo"]), (&json!("trunk"), &json!(false)));
        let path = format!("/projects/{}/repository/files/README.md/raw?ref=trunk", made["id"]);
        assert!(ana.get(&path).await.expect(200).text().starts_with("# app\n"));
        let change = format!("/projects/{}", made["id"]);
        let _ = ana.put(&change, json!({ "default_branch": "missing" })).await.expect(400);
    })
    .await;
}

#[tokio::test]
async fn a_folder_in_the_way_of_a_new_repository_is_left_alone() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let first = server.project(&ana, "first").await;
        let next = server.engine.git.repository(&format!("{}.git", first.id + 1)).unwrap();
        next.init("precious").await.unwrap();
        let _ = ana.post("/projects", json!({ "name": "second" })).await.expect(500);
        assert_eq!(next.default_branch().await.unwrap().as_deref(), Some("precious"));
        assert_eq!(ana.get("/projects?owned=true").await.expect(200).ids(), [first.id], "nothing half made is left");
        let _ = ana.post("/projects", json!({ "name": "second" })).await.expect(201);
    })
    .await;
}

#[tokio::test]
async fn lists_of_what_is_not_here_are_empty() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        for path in
            ["/topics".to_owned(), project.at("/merge_requests?source_branch=main"), project.at("/deploy_tokens")]
        {
            let list = ana.get(&path).await.expect(200);
            assert_eq!((list.json(), list.header("x-total")), (json!([]), Some("0")), "{path}");
        }
        let _ = server.user("stranger").await.get(&project.at("/merge_requests")).await.expect(404);
        let _ = server.anonymous().get("/topics").await.expect(401);
    })
    .await;
}

#[tokio::test]
async fn a_change_that_is_refused_moves_no_default_branch() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        project.commit("main", "README.md", "one").await;
        project.commit("other", "README.md", "two").await;
        let head = async || {
            let found = pipewright_engine::access::ProjectRef::Id(pipewright_model::ProjectId(project.id));
            let caller = pipewright_engine::Caller::User(server.engine.by_access_token(ana.token()).await.unwrap());
            let (_, repository) = server.engine.readable(&caller, &found).await.unwrap();
            repository.default_branch().await.unwrap()
        };
        let both = json!({ "default_branch": "other", "path": "no path" });
        let _ = ana.put(&project.at(""), both).await.expect(400);
        assert_eq!(head().await.as_deref(), Some("main"));
        project.set(json!({ "default_branch": "other" })).await;
        assert_eq!(head().await.as_deref(), Some("other"));
    })
    .await;
}
