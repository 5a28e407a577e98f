//! `GET` and `POST /projects/:id/ci/lint`: who may ask, what is answered, in GitLab's shape.

use pipewright_testkit::{Project, for_both};
use serde_json::{Value, json};

const VALID: &str = "include: { local: more.yml }\ntest: { script: [echo 1], before_script: [echo 0] }\n";
const MORE: &str = "another: { stage: build, script: [echo 2], tags: [a], when: manual }\n";

/// A project with a valid file and one it includes.
async fn filled<'a>(server: &'a pipewright_testkit::TestServer, name: &str, visibility: &str) -> (Project<'a>, String) {
    let owner = server.user(&format!("owner-{name}")).await;
    let project = server.project_with(&owner, json!({ "name": name, "visibility": visibility })).await;
    project.commit("main", "more.yml", MORE).await;
    let sha = project.commit("main", ".gitlab-ci.yml", VALID).await;
    (project, sha)
}

async fn posted(project: &Project<'_>, fields: Value) -> Value {
    project.owner.post(&project.at("/ci/lint"), fields).await.expect(200).json()
}

#[tokio::test]
async fn a_projects_file_is_checked_with_its_includes() {
    for_both(async |server| {
        let (project, sha) = filled(server, "static", "private").await;
        let url = format!("{}/{}/-", server.url, project.path);
        let mut answer = project.owner.get(&project.at("/ci/lint?include_jobs=true")).await.expect(200).json();
        assert_eq!(
            answer["includes"],
            json!([{
                "type": "local", "location": "more.yml", "blob": format!("{url}/blob/{sha}/more.yml"),
                "raw": format!("{url}/raw/{sha}/more.yml"), "extra": {},
                "context_project": project.path, "context_sha": sha,
            }])
        );
        let jobs = answer["jobs"].take();
        let only = json!({ "refs": ["branches", "tags"] });
        assert_eq!(
            jobs,
            json!([{
                "name": "another", "stage": "build", "before_script": [], "script": ["echo 2"], "after_script": [],
                "tag_list": ["a"], "only": only, "except": null, "environment": null, "when": "manual",
                "allow_failure": true, "needs": null,
            }, {
                "name": "test", "stage": "test", "before_script": ["echo 0"], "script": ["echo 1"],
                "after_script": [], "tag_list": [], "only": only, "except": null, "environment": null,
                "when": "on_success", "allow_failure": false, "needs": null,
            }])
        );
        let merged = "---\nanother:\n  stage: build\n  script:\n  - echo 2\n  tags:\n  - a\n  when: manual\ntest:\n  script:\n  - echo 1\n  before_script:\n  - echo 0\n";
        for (key, value) in [
            ("valid", json!(true)),
            ("errors", json!([])),
            ("warnings", json!([])),
            ("merged_yaml", json!(merged)),
            ("diagnostics", json!([])),
        ] {
            assert_eq!(answer[key], value, "{key}");
        }
        let silent = project.owner.get(&project.at("/ci/lint")).await.expect(200).json();
        assert!(silent.get("jobs").is_none());
        let simulated = project.owner.get(&project.at("/ci/lint?dry_run=true&include_jobs=true")).await;
        let simulated = simulated.expect(200).json();
        assert_eq!(simulated["merged_yaml"], merged);
        assert_eq!(simulated["jobs"][1]["name"], "test");
        assert!(simulated["jobs"][0].get("only").is_none() && simulated["jobs"][0].get("needs").is_none());
    })
    .await;
}

#[tokio::test]
async fn a_static_check_asks_no_rules_and_a_simulation_does() {
    for_both(async |server| {
        let (project, _) = filled(server, "modes", "private").await;
        let content = "a: { script: b, rules: [{ if: '$CI_COMMIT_BRANCH == \"never\"' }] }\n";
        let fields = json!({ "content": content, "include_jobs": true });
        let found = posted(&project, fields.clone()).await;
        assert_eq!((&found["valid"], &found["jobs"][0]["name"]), (&json!(true), &json!("a")));
        assert_eq!(found["jobs"][0]["only"], json!(null));
        let dry = |name: &str| json!({ "content": content, "include_jobs": true, "dry_run": true, "ref": name });
        let found = posted(&project, dry("main")).await;
        let empty = "Pipeline will not run for the selected trigger. The rules configuration prevented any jobs from being added to the pipeline.";
        assert_eq!((&found["errors"], &found["jobs"]), (&json!([empty]), &json!([])));
        project.commit("never", "README", "x").await;
        let found = posted(&project, dry("never")).await;
        assert_eq!((&found["valid"], &found["jobs"][0]["name"]), (&json!(true), &json!("a")));
        let found = posted(&project, dry("nowhere")).await;
        assert_eq!(
            (&found["errors"], &found["merged_yaml"], &found["includes"]),
            (&json!(["Reference not found"]), &json!(null), &json!(null))
        );
        // Nothing was made.
        let made = project.owner.get(&project.at("/pipelines?ref=never")).await.expect(200).json();
        assert!(made.as_array().unwrap().iter().all(|pipeline| pipeline["source"] == "push"));
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_is_told_in_gitlabs_words_and_with_its_place() {
    for_both(async |server| {
        let (project, _) = filled(server, "wrong", "private").await;
        let content = "image: ruby:2.7\nservices: [postgres]\n";
        let found = posted(&project, json!({ "content": content, "include_jobs": true })).await;
        assert_eq!(found["errors"], json!(["jobs config should contain at least one visible job"]));
        assert_eq!((&found["valid"], &found["jobs"], &found["includes"]), (&json!(false), &json!([]), &json!([])));
        assert_eq!(found["merged_yaml"], "---\nimage: ruby:2.7\nservices:\n- postgres\n");

        let found = posted(&project, json!({ "content": "a:\n  script: b\n  tgas: [c]\n" })).await;
        assert_eq!(found["errors"], json!(["jobs:a config contains unknown keys: tgas"]));
        assert_eq!(
            found["diagnostics"][0],
            json!({
                "message": "jobs:a config contains unknown keys: tgas", "severity": "error",
                "place": { "file": ".gitlab-ci.yml", "line": 3, "column": 3 }, "path": ["jobs", "a"],
                "suggestion": "did you mean \"tags\"?", "included_from": [],
            })
        );
        let found = posted(&project, json!({ "content": "include: none.yml\na: { script: b }\n" })).await;
        assert_eq!(found["errors"], json!(["Local file `none.yml` does not exist!"]));
        assert_eq!((&found["merged_yaml"], &found["includes"]), (&json!(null), &json!(null)));
        let found = posted(&project, json!({ "content": "" })).await;
        assert_eq!(found["errors"], json!(["Please provide content of .gitlab-ci.yml"]));
        let found = posted(&project, json!({ "content": "a: { script: ls, rules: [{ when: always }] }" })).await;
        assert_eq!(found["valid"], true);
        assert!(found["warnings"][0].as_str().unwrap().starts_with("jobs:a may allow multiple pipelines to run"));
        let nothing = project.owner.post(&project.at("/ci/lint"), json!({})).await;
        nothing.is(400, &json!({ "error": "content is missing" }));
        for (query, pair) in
            [("sha=main&content_ref=main", "sha, content_ref"), ("ref=a&dry_run_ref=a", "ref, dry_run_ref")]
        {
            let both = project.owner.get(&project.at(&format!("/ci/lint?{query}"))).await;
            both.is(400, &json!({ "error": format!("{pair} are mutually exclusive") }));
        }
    })
    .await;
}

#[tokio::test]
async fn the_file_is_taken_from_any_commit() {
    for_both(async |server| {
        let (project, first) = filled(server, "older-files", "private").await;
        project.commit("main", ".gitlab-ci.yml", "image: ruby\n").await;
        for (query, valid) in [("", false), ("?sha=main", false)] {
            let found = project.owner.get(&project.at(&format!("/ci/lint{query}"))).await.expect(200).json();
            assert_eq!(found["valid"], valid, "{query}");
        }
        for name in ["content_ref", "sha"] {
            let found = project.owner.get(&project.at(&format!("/ci/lint?{name}={first}"))).await.expect(200).json();
            assert_eq!(found["valid"], true);
        }
        let unknown = project.owner.get(&project.at("/ci/lint?content_ref=unknown")).await;
        unknown.is(404, &json!({ "message": "404 Commit Not Found" }));
        let empty = server.project(&project.owner, "empty").await;
        let nothing = empty.owner.get(&empty.at("/ci/lint")).await;
        nothing.is(404, &json!({ "message": "404 Repository Not Found" }));
        let found = posted(&empty, json!({ "content": "a: { script: b }" })).await;
        assert_eq!(found["valid"], true);
        empty.commit("main", "README", "no pipelines here").await;
        let found = empty.owner.get(&empty.at("/ci/lint")).await.expect(200).json();
        assert_eq!(found["errors"], json!(["Please provide content of .gitlab-ci.yml"]));
    })
    .await;
}

#[tokio::test]
async fn reading_code_lints_a_projects_file_and_starting_pipelines_any_text() {
    for_both(async |server| {
        let (private, _) = filled(server, "closed", "private").await;
        let (public, _) = filled(server, "open", "public").await;
        let content = json!({ "content": VALID });
        let stranger = server.user("stranger").await;
        for (api, project, get, post) in [
            (server.anonymous(), &private, 404, 404),
            (server.anonymous(), &public, 200, 403),
            (stranger.clone(), &private, 404, 404),
            (stranger.clone(), &public, 200, 403),
        ] {
            let _ = api.get(&project.at("/ci/lint")).await.expect(get);
            let _ = api.post(&project.at("/ci/lint"), content.clone()).await.expect(post);
        }
        let refused = stranger.get(&public.at("/ci/lint?dry_run=true")).await.expect(200).json();
        let no = json!(["Insufficient permissions to create a new pipeline"]);
        assert_eq!((&refused["errors"], &refused["merged_yaml"]), (&no, &json!(null)));
        for (level, get, post) in [(10, 403, 403), (20, 200, 403), (30, 200, 200)] {
            let member = server.user(&format!("member-{level}")).await;
            private.add(&member, level).await;
            let _ = member.get(&private.at("/ci/lint")).await.expect(get);
            let _ = member.post(&private.at("/ci/lint"), content.clone()).await.expect(post);
        }
    })
    .await;
}

#[tokio::test]
async fn protected_variables_are_for_those_who_may_push_and_masked_ones_for_nobody() {
    for_both(async |server| {
        let (project, _) = filled(server, "secret", "private").await;
        let developer = server.user("developer").await;
        project.add(&developer, 30).await;
        let variable = json!({ "key": "PLACE", "value": "hidden-place", "protected": true, "masked": true });
        let _ = project.owner.post(&project.at("/variables"), variable).await.expect(201);
        let content = json!({ "content": "include: 'https://example.com/$PLACE.txt'\na: { script: b }\n" });
        let found = posted(&project, content.clone()).await;
        let masked = "Included file `https://example.com/[MASKED].txt` does not have YAML extension!";
        assert_eq!(found["errors"], json!([masked]));
        let found = developer.post(&project.at("/ci/lint"), content).await.expect(200).json();
        let kept = "Included file `https://example.com/$PLACE.txt` does not have YAML extension!";
        assert_eq!(found["errors"], json!([kept]));
    })
    .await;
}

#[tokio::test]
async fn includes_from_elsewhere_say_where() {
    for_both(async |server| {
        let (app, sha) = filled(server, "app", "private").await;
        let library = server.project(&app.owner, "Library").await;
        library.commit("main", "ci/nested.yml", "nested: { script: x }\n").await;
        library.commit("main", "ci/shared.yml", "include: { local: ci/nested.yml }\n").await;
        let other = library.commit("main", "templates/check.yml", "check: { script: x }\n").await;
        let host = server.url.trim_start_matches("http://");
        let (path, component) = (&library.path, format!("{host}/{}/check@main", library.path));
        let content = format!(
            "include:\n  - {{ project: {path}, file: ci/shared.yml, ref: main }}\n  - {{ component: '{component}' }}\n  - {{ template: Workflows/Branch-Pipelines.gitlab-ci.yml }}\n"
        );
        let found = posted(&app, json!({ "content": content })).await;
        assert_eq!(found["errors"], json!([]));
        let at = |what: &str, file: &str| format!("{}/{path}/-/{what}/{other}/{file}", server.url);
        assert_eq!(
            found["includes"],
            json!([
                {
                    "type": "file", "location": "ci/shared.yml", "blob": at("blob", "ci/shared.yml"),
                    "raw": at("raw", "ci/shared.yml"), "extra": { "project": path.to_lowercase(), "ref": "main" },
                    "context_project": app.path, "context_sha": sha,
                },
                {
                    "type": "local", "location": "ci/nested.yml", "blob": at("blob", "ci/nested.yml"),
                    "raw": at("raw", "ci/nested.yml"), "extra": {},
                    "context_project": library.path, "context_sha": other,
                },
                {
                    "type": "component", "location": component, "blob": at("blob", "templates/check.yml"),
                    "raw": null, "extra": {}, "context_project": app.path, "context_sha": sha,
                },
                {
                    "type": "template", "location": "Workflows/Branch-Pipelines.gitlab-ci.yml", "blob": null,
                    "raw": format!("{}/api/v4/templates/gitlab_ci_ymls/Workflows%2FBranch-Pipelines", server.url),
                    "extra": {}, "context_project": app.path, "context_sha": sha,
                },
            ])
        );
    })
    .await;
}
