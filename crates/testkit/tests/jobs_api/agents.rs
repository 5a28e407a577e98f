//! Agents of clusters: registering them, and the jobs their files let in (Jobs API contract §8.2).

use pipewright_testkit::{Api, Claimed, Project, TestServer, for_both, on_sqlite};
use serde_json::{Value, json};
use std::process::Stdio;

fn message(text: &str) -> Value {
    json!({ "message": text })
}

async fn group(owner: &Api, path: &str, parent: Option<i64>) -> i64 {
    let fields = json!({ "name": path, "path": path, "parent_id": parent });
    let made = owner.post("/groups", fields).await.expect(201).json();
    made["id"].as_i64().expect("a group's id")
}

async fn project_in<'a>(server: &'a TestServer, owner: &Api, name: &str, group: i64) -> Project<'a> {
    server.project_with(owner, json!({ "name": name, "namespace_id": group })).await
}

async fn register(owner: &Api, project: &Project<'_>, name: &str) -> i64 {
    let made = owner.post(&project.at("/cluster_agents"), json!({ "name": name })).await.expect(201).json();
    made["id"].as_i64().expect("an agent's id")
}

fn file(name: &str) -> String {
    format!(".gitlab/agents/{name}/config.yaml")
}

/// Commits the files of several agents at once, the first of the repository.
async fn commit_files(project: &Project<'_>, files: &[(&str, String)]) {
    let actions: Vec<Value> = files
        .iter()
        .map(|(name, content)| json!({ "action": "create", "file_path": file(name), "content": content }))
        .collect();
    let fields = json!({ "branch": "main", "commit_message": "Configure agents", "actions": actions });
    let _ = project.owner.post(&project.at("/repository/commits"), fields).await.expect(201);
}

/// The job of a new pipeline of one project.
async fn job<'a>(server: &'a TestServer, project: &Project<'a>, branch: &str, yaml: &str) -> Claimed<'a> {
    project.pipeline_on(branch, yaml).await;
    server.runner().await.take().await
}

async fn allowed(job: &Claimed<'_>) -> Vec<(i64, Value)> {
    let body = job.api().get("/job/allowed_agents").await.expect(200).json();
    let agents = body["allowed_agents"].as_array().expect("a list").clone();
    agents.iter().map(|agent| (agent["id"].as_i64().expect("an id"), agent["configuration"].clone())).collect()
}

/// Waits until the job may use exactly these agents.
async fn until_allowed(server: &TestServer, job: &Claimed<'_>, wanted: &[(i64, Value)]) {
    server.until(&format!("agents {wanted:?}"), async || (allowed(job).await == wanted).then_some(())).await;
}

/// Waits until the agent's file has these faults.
async fn until_told(server: &TestServer, owner: &Api, project: &Project<'_>, agent: i64, faults: &Value) {
    let path = project.at(&format!("/cluster_agents/{agent}"));
    let look = async || (owner.get(&path).await.expect(200).json()["config_errors"] == *faults).then_some(());
    server.until(&format!("faults {faults}"), look).await;
}

#[tokio::test]
async fn agents_are_registered_by_maintainers_and_read_by_developers() {
    for_both(async |server| {
        let (ana, dev, guest) = (server.user("ana").await, server.user("dev").await, server.user("guest").await);
        let project = server.project(&ana, "app").await;
        project.add(&dev, 30).await;
        project.add(&guest, 10).await;
        let all = project.at("/cluster_agents");
        let made = ana.post(&all, json!({ "name": "west" })).await.expect(201).json();
        let shown = ana.get(&project.at("")).await.expect(200).json();
        let mut config_project = json!({});
        for key in ["id", "description", "name", "name_with_namespace", "path", "path_with_namespace", "created_at"] {
            config_project[key] = shown[key].clone();
        }
        let me = ana.get("/user").await.expect(200).json()["id"].clone();
        let whole = json!({
            "id": made["id"], "name": "west", "config_project": config_project, "created_at": made["created_at"],
            "created_by_user_id": me, "is_receptive": false, "config_errors": [],
        });
        assert_eq!(made, whole);
        let east = register(&ana, &project, "east").await;
        let one = project.at(&format!("/cluster_agents/{east}"));

        let listed = dev.get(&all).await.expect(200);
        assert_eq!((listed.header("x-total"), listed.json()[1].clone()), (Some("2"), whole));
        assert_eq!(listed.json()[0]["name"], "east");
        assert_eq!(dev.get(&one).await.expect(200).json()["name"], "east");
        guest.get(&all).await.is(404, &message("404 ClusterAgents Not Found"));
        guest.get(&one).await.is(404, &message("404 Not found"));
        for caller in [&dev, &guest] {
            let _ = caller.post(&all, json!({ "name": "mine" })).await.expect(403);
            let _ = caller.delete(&one).await.expect(403);
        }
        let _ = server.anonymous().get(&all).await.expect(401);
        let other = server.project(&ana, "other").await;
        ana.get(&other.at(&format!("/cluster_agents/{east}"))).await.is(404, &message("404 Not found"));
        assert_eq!(ana.get(&other.at("/cluster_agents")).await.expect(200).json(), json!([]));

        let _ = ana.delete(&one).await.expect(204);
        let _ = ana.get(&one).await.expect(404);
        let _ = ana.delete(&one).await.expect(404);
        let _ = ana.post(&project.at("/archive"), json!({})).await.expect(201);
        let _ = ana.post(&all, json!({ "name": "east" })).await.expect(403);
    })
    .await;
}

#[tokio::test]
async fn names_of_agents_are_refused_in_gitlabs_words() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let all = project.at("/cluster_agents");
        let refused = async |name: &str, why: &str| {
            let reply = ana.post(&all, json!({ "name": name })).await;
            reply.is(400, &message(&format!("400 Bad request - {why}")));
        };
        let form = "Name can contain only lowercase letters, digits, and '-', but cannot start or end with '-'";
        refused("#4^x", form).await;
        refused("-x", form).await;
        refused("../x", form).await;
        refused("", "Name can't be blank").await;
        refused(&"a".repeat(64), "Name is too long (maximum is 63 characters)").await;
        register(&ana, &project, "east").await;
        refused("east", "Name has already been taken").await;
        ana.post(&all, json!({})).await.is(400, &json!({ "error": "name is missing" }));
        ana.get(&format!("{all}/x")).await.is(400, &json!({ "error": "agent_id is invalid" }));
    })
    .await;
}

#[tokio::test]
async fn a_token_of_an_agent_is_shown_once_and_there_are_two() {
    for_both(async |server| {
        let (ana, dev) = (server.user("ana").await, server.user("dev").await);
        let project = server.project(&ana, "app").await;
        project.add(&dev, 30).await;
        let (east, west) = (register(&ana, &project, "east").await, register(&ana, &project, "west").await);
        let all = project.at(&format!("/cluster_agents/{east}/tokens"));
        let made = ana.post(&all, json!({ "name": "one", "description": "why" })).await.expect(201).json();
        let secret = made["token"].as_str().expect("a secret");
        assert!(secret.starts_with("glagent-") && secret.len() == 58, "{made}");
        let me = ana.get("/user").await.expect(200).json()["id"].clone();
        let mut shown = json!({
            "id": made["id"], "name": "one", "description": "why", "agent_id": east, "status": "active",
            "created_at": made["created_at"], "created_by_user_id": me,
        });
        assert_eq!(dev.get(&all).await.expect(200).json(), json!([shown]));
        shown["last_used_at"] = Value::Null;
        let one = format!("{all}/{}", made["id"]);
        assert_eq!(dev.get(&one).await.expect(200).json(), shown);
        let _ = dev.post(&all, json!({ "name": "x" })).await.expect(403);
        let _ = dev.delete(&one).await.expect(403);
        let elsewhere = project.at(&format!("/cluster_agents/{west}/tokens/{}", made["id"]));
        ana.get(&elsewhere).await.is(404, &message("404 Not found"));
        let _ = ana.delete(&elsewhere).await.expect(404);
        // It is no token of the API.
        let _ = server.anonymous().with("PRIVATE-TOKEN", secret).get("/user").await.expect(401);

        let second = ana.post(&all, json!({ "name": "two" })).await.expect(201).json();
        assert_eq!(second["description"], Value::Null);
        let full = "400 Bad request - An agent can have only two active tokens at a time";
        ana.post(&all, json!({ "name": "three" })).await.is(400, &message(full));
        let _ = ana.delete(&one).await.expect(204);
        let _ = ana.delete(&one).await.expect(204);
        ana.get(&one).await.is(404, &message("404 Not found"));
        assert_eq!(ana.get(&all).await.expect(200).ids(), [second["id"].as_i64().expect("an id")]);
        ana.post(&all, json!({ "name": " " })).await.is(400, &message("400 Bad request - Name can't be blank"));
        let _ = ana.post(&all, json!({ "name": "three" })).await.expect(201);
    })
    .await;
}

#[tokio::test]
async fn a_job_may_use_the_agents_of_its_own_project() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (_, job) = project.running_job().await;
        assert_eq!(allowed(&job).await, []);
        let (west, east) = (register(&ana, &project, "west").await, register(&ana, &project, "east").await);
        let body = job.api().get("/job/allowed_agents").await.expect(200).json();
        let listed = ana.get(&project.at("/cluster_agents")).await.expect(200).json();
        let own = |id: i64| json!({ "id": id, "config_project": listed[0]["config_project"], "configuration": {} });
        assert_eq!(body["allowed_agents"], json!([own(west), own(east)]));
        let _ = ana.delete(&project.at(&format!("/cluster_agents/{west}"))).await.expect(204);
        assert_eq!(allowed(&job).await, [(east, json!({}))]);
        job.finish("success").await;
        let _ = job.api().get("/job/allowed_agents").await.expect(401);
    })
    .await;
}

#[tokio::test]
async fn files_let_in_projects_and_groups_and_the_nearest_entry_counts() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let top = group(&ana, "top", None).await;
        let sub = group(&ana, "sub", Some(top)).await;
        let infra = project_in(server, &ana, "infra", top).await;
        let app = project_in(server, &ana, "app", sub).await;
        let (grouped, named) = (register(&ana, &infra, "grouped").await, register(&ana, &infra, "named").await);
        let own = register(&ana, &app, "own").await;
        let groups = "ci_access:\n  groups:\n    - id: top/SUB\n      default_namespace: near\n    - id: top\n      default_namespace: far\n";
        let both = "ci_access:\n  groups: [{ id: top }]\n  projects:\n    - id: Top/Sub/App\n      access_as: { ci_job: {} }\n";
        commit_files(&infra, &[("grouped", groups.to_owned()), ("named", both.to_owned())]).await;
        let job = job(server, &app, "main", "work: { script: [make] }").await;
        // Named for the project, then the project's own, then by group.
        let wanted = [
            (named, json!({ "access_as": { "ci_job": {} } })),
            (own, json!({})),
            (grouped, json!({ "default_namespace": "near" })),
        ];
        until_allowed(server, &job, &wanted).await;
        let body = job.api().get("/job/allowed_agents").await.expect(200).json();
        assert_eq!(body["project"]["groups"], json!([{ "id": sub }, { "id": top }]));
        let from = &body["allowed_agents"][0]["config_project"];
        assert_eq!((&from["id"], &from["name_with_namespace"]), (&json!(infra.id), &json!("top / infra")));

        // What the file names is an address: a renamed project is another one.
        let _ = ana.put(&app.at(""), json!({ "path": "api" })).await.expect(200);
        let far = (named, json!({}));
        until_allowed(server, &job, &[(own, json!({})), (grouped, wanted[2].1.clone()), far.clone()]).await;
        let _ = ana.delete(&infra.at("")).await.expect(202);
        until_allowed(server, &job, &[(own, json!({}))]).await;
    })
    .await;
}

#[tokio::test]
async fn an_agent_is_not_shared_beyond_its_top_level_group_or_user() {
    for_both(async |server| {
        let (ana, ben) = (server.user("ana").await, server.user("ben").await);
        let top = group(&ana, "top", None).await;
        let infra = project_in(server, &ana, "infra", top).await;
        let inside = project_in(server, &ana, "inside", top).await;
        // An address that begins alike is not below it.
        let alike = group(&ana, "top2", None).await;
        let outside = project_in(server, &ana, "outside", alike).await;
        let (personal, bens) = (server.project(&ana, "mine").await, server.project(&ben, "his").await);
        let ids = ["top/inside", "top2/outside", "ana/mine", "ben/his"].map(|id| format!("{{ id: {id} }}"));
        let config = format!(
            "ci_access: {{ projects: [{}], groups: [{{ id: top2 }}, {{ id: ana }}, {{ id: ben }}] }}",
            ids.join(", ")
        );
        let shared = register(&ana, &infra, "east").await;
        commit_files(&infra, &[("east", config.clone())]).await;
        // The same from a project of a user's own: it reaches his other projects, by their names alone.
        let home = server.project(&ana, "home").await;
        let private = register(&ana, &home, "east").await;
        commit_files(&home, &[("east", config.clone())]).await;
        let yaml = "work: { script: [make] }";
        let job_inside = job(server, &inside, "main", yaml).await;
        until_allowed(server, &job_inside, &[(shared, json!({}))]).await;
        let job_personal = job(server, &personal, "main", yaml).await;
        until_allowed(server, &job_personal, &[(private, json!({}))]).await;
        for project in [&outside, &bens] {
            assert_eq!(allowed(&job(server, project, "main", yaml).await).await, []);
        }
    })
    .await;
}

#[tokio::test]
async fn entries_are_for_environments_and_protected_refs() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let infra = server.project(&ana, "infra").await;
        let app = server.project(&ana, "app").await;
        let names = ["all", "env", "prot", "same"];
        let mut ids = Vec::new();
        for name in names {
            ids.push(register(&ana, &infra, name).await);
        }
        // Registered in the app itself: what its file says of its own project counts, not that it is its own.
        let own = register(&ana, &app, "own").await;
        let with = |more: &str| format!("ci_access: {{ projects: [{{ id: ana/app{more} }}] }}");
        let files = [
            ("all", with(", environments: []")),
            ("env", with(", environments: [prod, review/*]")),
            ("prot", with(", protected_branches_only: true")),
            ("same", with(", protected_branches_only: false, environments: [prod]")),
        ];
        commit_files(&infra, &files).await;
        commit_files(&app, &[("own", with(", environments: [prod]"))]).await;
        let plain = "work: { script: [make] }";
        let deploy = |name: &str| format!("work: {{ script: [make], environment: {name} }}");
        let seen = async |branch: &str, yaml: &str, wanted: &[i64]| {
            let job = job(server, &app, branch, yaml).await;
            let found = async || {
                let agents: Vec<i64> = allowed(&job).await.into_iter().map(|(id, _)| id).collect();
                (agents == wanted).then_some(())
            };
            server.until(&format!("agents {wanted:?} for {branch}, {yaml}"), found).await;
            job.finish("success").await;
        };
        seen("main", &deploy("prod"), &[ids[0], ids[1], ids[2], ids[3], own]).await;
        seen("main", plain, &[ids[0], ids[2]]).await;
        seen("main", &deploy("review/1/x"), &[ids[0], ids[1], ids[2]]).await;
        seen("dev", &deploy("prod"), &[ids[0], ids[1], ids[3], own]).await;
        seen("dev", &deploy("production"), &[ids[0]]).await;
    })
    .await;
}

#[tokio::test]
async fn what_happens_to_the_file_takes_effect() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let infra = server.project(&ana, "infra").await;
        let app = server.project(&ana, "app").await;
        let (_, job) = app.running_job().await;
        let entry =
            |namespace: &str| format!("ci_access: {{ projects: [{{ id: ana/app, default_namespace: {namespace} }}] }}");
        let says = |agent: i64, namespace: &str| [(agent, json!({ "default_namespace": namespace }))];
        // The file is there before the agent.
        infra.commit("main", &file("east"), &entry("first")).await;
        let east = register(&ana, &infra, "east").await;
        until_allowed(server, &job, &says(east, "first")).await;
        infra.commit("main", &file("east"), &entry("second")).await;
        until_allowed(server, &job, &says(east, "second")).await;
        // Another branch says nothing until it is the default one.
        infra.commit("other", &file("east"), &entry("third")).await;
        infra.commit("main", "README.md", "other things").await;
        assert_eq!(allowed(&job).await, says(east, "second"));
        infra.set(json!({ "default_branch": "other" })).await;
        until_allowed(server, &job, &says(east, "third")).await;
        // What no longer reads lets nobody in, and says so.
        infra.commit("other", &file("east"), "ci_access: { projects: [{ id: ana/app, environment: prod }] }").await;
        until_allowed(server, &job, &[]).await;
        let known =
            "access_as, annotations, default_namespace, environments, protected_branches_only, resource_management";
        let fault = format!("ci_access.projects[0] is left out: environment is not known; known are id, {known}");
        until_told(server, &ana, &infra, east, &json!([fault])).await;
        infra.commit("other", &file("east"), &entry("fourth")).await;
        until_allowed(server, &job, &says(east, "fourth")).await;
        until_told(server, &ana, &infra, east, &json!([])).await;
        let gone = json!({
            "branch": "other", "commit_message": "Remove it",
            "actions": [{ "action": "delete", "file_path": file("east") }],
        });
        let _ = ana.post(&infra.at("/repository/commits"), gone).await.expect(201);
        until_allowed(server, &job, &[]).await;
    })
    .await;
}

/// Runs git in a folder, untouched by the machine's own settings.
async fn git(folder: &std::path::Path, arguments: &[&str]) {
    let output = tokio::process::Command::new("git")
        .args(["-c", "user.name=Ana", "-c", "user.email=ana@example.com", "-c", "credential.helper="])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .stdin(Stdio::null())
        .output()
        .await
        .expect("git runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_read_from_the_first_push_of_a_project_with_an_agent() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let infra = server.project(&ana, "infra").await;
        let app = server.project(&ana, "app").await;
        let east = register(&ana, &infra, "east").await;
        let (_, job) = app.running_job().await;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(file("east"));
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, "ci_access:\n  projects:\n    - id: ana/app\n").expect("a file");
        git(folder.path(), &["init", "-q", "-b", "trunk", "."]).await;
        git(folder.path(), &["add", "."]).await;
        git(folder.path(), &["commit", "-q", "-m", "Let the app in"]).await;
        let host = server.url.strip_prefix("http://").expect("an address over HTTP");
        let address = format!("http://ana:{}@{host}/ana/infra.git", ana.token());
        git(folder.path(), &["push", "-q", &address, "trunk"]).await;
        until_allowed(server, &job, &[(east, json!({}))]).await;

        // A link is not followed: it is a file whose text is where it leads.
        std::fs::remove_file(&path).expect("a file");
        std::os::unix::fs::symlink("../west/config.yaml", &path).expect("a link");
        git(folder.path(), &["commit", "-q", "-a", "-m", "Link it"]).await;
        git(folder.path(), &["push", "-q", &address, "trunk"]).await;
        until_allowed(server, &job, &[]).await;
        until_told(server, &ana, &infra, east, &json!(["the file must be a map"])).await;
    })
    .await;
}

#[tokio::test]
async fn a_file_past_its_limits_is_refused_and_harms_nobody() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let infra = server.project(&ana, "infra").await;
        let (large, bomb) = (register(&ana, &infra, "large").await, register(&ana, &infra, "bomb").await);
        infra.commit("main", &file("large"), &format!("# {}\n", "x".repeat(200_000))).await;
        until_told(server, &ana, &infra, large, &json!(["the file has 200003 bytes, 131072 are allowed"])).await;
        let mut lines = vec!["x0: &x0 [a, a, a, a, a, a, a, a, a, a]".to_owned()];
        for n in 1..9 {
            let ten = vec![format!("*x{}", n - 1); 10].join(", ");
            lines.push(format!("x{n}: &x{n} [{ten}]"));
        }
        infra.commit("main", &file("bomb"), &lines.join("\n")).await;
        let path = infra.at(&format!("/cluster_agents/{bomb}"));
        let told = async || {
            let shown = ana.get(&path).await.expect(200).json();
            shown["config_errors"][0].as_str().map(ToOwned::to_owned)
        };
        let told = server.until("a fault of the bomb", told).await;
        assert!(told.starts_with("The parsed YAML is too big"), "{told}");
    })
    .await;
}
