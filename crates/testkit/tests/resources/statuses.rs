//! Statuses of commits.

use pipewright_testkit::{for_both, on_sqlite};
use serde_json::{Value, json};

#[tokio::test]
async fn a_status_from_outside_makes_and_moves_a_pipeline() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let sha = project.commit("main", "a.txt", "one").await;
        let (post, list) =
            (project.at(&format!("/statuses/{sha}")), project.at(&format!("/repository/commits/{sha}/statuses")));
        assert_eq!(ana.get(&list).await.expect(200).json(), json!([]));
        let body = json!({
            "state": "pending", "name": "ci/outside", "target_url": "https://ci.example.com/1",
            "description": "waits", "coverage": 80.5,
        });
        let made = ana.post(&post, body).await.expect(201).json();
        assert_eq!(
            (&made["status"], &made["ref"], &made["sha"], &made["coverage"], &made["author"]["username"]),
            (&json!("pending"), &json!("main"), &json!(sha), &json!(80.5), &json!("ana"))
        );
        let pipeline = project.at(&format!("/pipelines/{}", made["pipeline_id"]));
        let seen = ana.get(&pipeline).await.expect(200).json();
        assert_eq!((&seen["source"], &seen["status"]), (&json!("external"), &json!("pending")));

        let running = ana.post(&post, json!({ "state": "running", "name": "ci/outside" })).await.expect(201).json();
        assert_eq!((&running["id"], &running["description"]), (&made["id"], &json!("waits")));
        assert_eq!(ana.get(&pipeline).await.expect(200).json()["status"], "running");
        let ended = json!({ "state": "failed", "context": "ci/outside", "description": "broke" });
        let ended = ana.post(&post, ended).await.expect(201).json();
        assert_eq!(
            (&ended["id"], &ended["description"], &ended["target_url"]),
            (&made["id"], &json!("broke"), &json!("https://ci.example.com/1"))
        );
        let seen = ana.get(&pipeline).await.expect(200).json();
        assert_eq!((&seen["status"], &seen["coverage"]), (&json!("failed"), &json!("80.50")));

        // A new report of an ended one replaces it.
        let again = ana.post(&post, json!({ "state": "success", "name": "ci/outside" })).await.expect(201).json();
        assert_ne!(again["id"], made["id"]);
        assert_eq!(ana.get(&pipeline).await.expect(200).json()["status"], "success");
        assert_eq!(ana.get(&list).await.expect(200).ids(), [again["id"].as_i64().expect("an id")]);
        let all = ana.get(&format!("{list}?all=true&sort=desc")).await.expect(200);
        assert_eq!((all.header("x-total"), all.ids().first()), (Some("2"), again["id"].as_i64().as_ref()));
    })
    .await;
}

#[tokio::test]
async fn it_joins_the_pipeline_of_the_commit_and_is_no_job() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let pipeline = project.pipeline("work: { script: [make] }").await;
        let post = project.at(&format!("/statuses/{}", pipeline.sha));
        let made = ana.post(&post, json!({ "state": "running" })).await.expect(201).json();
        assert_eq!((&made["pipeline_id"], &made["name"]), (&json!(pipeline.id), &json!("default")));
        let list = project.at(&format!("/repository/commits/{}/statuses", pipeline.sha));
        let names = |reply: Value| -> Vec<String> {
            let each = reply.as_array().cloned().unwrap_or_default().into_iter();
            each.map(|item| item["name"].as_str().unwrap_or_default().to_owned()).collect()
        };
        let all = ana.get(&list).await.expect(200).json();
        assert_eq!(names(all.clone()), ["work", "default"]);
        let page = format!("{}/{}/-/jobs/{}", server.url, project.path, all[0]["id"]);
        assert_eq!(all[0]["target_url"], json!(page));
        assert_eq!(names(ana.get(&format!("{list}?stage=external")).await.expect(200).json()), ["default"]);
        assert_eq!(names(ana.get(&format!("{list}?name=work&ref=main")).await.expect(200).json()), ["work"]);
        assert_eq!(names(ana.get(&format!("{list}?ref=other")).await.expect(200).json()), [""; 0]);
        assert_eq!(names(ana.get(&format!("{list}?pipeline_id=0")).await.expect(200).json()), [""; 0]);
        let _ = ana.get(&format!("{list}?order_by=name")).await.expect(400);

        assert_eq!(names(ana.get(&project.at("/jobs")).await.expect(200).json()), ["work"]);
        let jobs = project.at(&format!("/pipelines/{}/jobs", pipeline.id));
        assert_eq!(names(ana.get(&jobs).await.expect(200).json()), ["work"]);
        let _ = ana.get(&project.at(&format!("/jobs/{}", made["id"]))).await.expect(404);
        let _ = ana.post(&project.at(&format!("/jobs/{}/play", made["id"])), json!({})).await.expect(404);
        let _ = ana.post(&project.at(&format!("/jobs/{}/retry", made["id"])), json!({})).await.expect(404);

        // The pipeline ends with the last of both, whichever it is.
        server.runner().await.take().await.finish("success").await;
        let path = project.at(&format!("/pipelines/{}", pipeline.id));
        assert_eq!(ana.get(&path).await.expect(200).json()["status"], "running");
        let _ = ana.post(&post, json!({ "state": "success" })).await.expect(201);
        assert_eq!(ana.get(&path).await.expect(200).json()["status"], "success");
    })
    .await;
}

#[tokio::test]
async fn a_retried_pipeline_leaves_reported_statuses_alone() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let pipeline = project.pipeline("work: { script: [make] }").await;
        let post = project.at(&format!("/statuses/{}", pipeline.sha));
        let failed = ana.post(&post, json!({ "state": "failed", "name": "f" })).await.expect(201).json();
        let skipped = ana.post(&post, json!({ "state": "skipped", "name": "s" })).await.expect(201).json();
        assert_eq!(skipped["status"], "skipped");
        server.runner().await.take().await.finish("failed").await;
        let _ = ana.post(&project.at(&format!("/pipelines/{}/retry", pipeline.id)), json!({})).await.expect(201);
        let list = project.at(&format!("/repository/commits/{}/statuses?stage=external", pipeline.sha));
        let now = ana.get(&list).await.expect(200).json();
        assert_eq!((&now[0]["id"], &now[0]["status"]), (&failed["id"], &json!("failed")));
        assert_eq!((&now[1]["id"], &now[1]["status"]), (&skipped["id"], &json!("skipped")));
    })
    .await;
}

#[tokio::test]
async fn moves_that_cannot_be_are_refused_in_gitlabs_words() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let sha = project.commit("main", "a.txt", "one").await;
        let post = project.at(&format!("/statuses/{sha}"));
        let refused = |event: &str, from: &str| {
            json!({ "message": format!(
                "Cannot transition status via :{event} from :{from} (Reason(s): Status cannot transition via \"{event}\")"
            ) })
        };
        let _ = ana.post(&post, json!({ "state": "pending" })).await.expect(201);
        ana.post(&post, json!({ "state": "pending" })).await.is(400, &refused("enqueue", "pending"));
        let _ = ana.post(&post, json!({ "state": "running" })).await.expect(201);
        ana.post(&post, json!({ "state": "running" })).await.is(400, &refused("run", "running"));
        ana.post(&post, json!({ "state": "pending" })).await.is(400, &refused("enqueue", "running"));
        ana.post(&post, json!({ "state": "skipped" })).await.is(400, &refused("skip", "running"));
        let canceled = ana.post(&post, json!({ "state": "canceled" })).await.expect(201).json();
        assert_eq!(canceled["status"], "canceled");

        ana.post(&post, json!({})).await.is(400, &json!({ "error": "state is missing" }));
        let wrong = json!({ "error": "state does not have a valid value" });
        ana.post(&post, json!({ "state": "created" })).await.is(400, &wrong);
        ana.post(&project.at("/statuses/nothing"), json!({ "state": "running" }))
            .await
            .is(404, &json!({ "message": "404 Commit Not Found" }));
        let lost = json!({ "state": "running", "pipeline_id": 4711 });
        ana.post(&post, lost)
            .await
            .is(404, &json!({ "message": "404 Pipeline for pipeline_id, sha and ref Not Found" }));
        for address in ["javascript://x", "no address", "https://"] {
            let answer = ana.post(&post, json!({ "state": "running", "target_url": address })).await.expect(400).json();
            assert!(answer["message"]["target_url"][0].is_string(), "{address}: {answer}");
        }
    })
    .await;
}

#[tokio::test]
async fn only_developers_report_and_only_readers_read() {
    on_sqlite(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let sha = project.commit("main", "a.txt", "one").await;
        let (post, list) =
            (project.at(&format!("/statuses/{sha}")), project.at(&format!("/repository/commits/{sha}/statuses")));
        let body = json!({ "state": "success" });
        for (name, level, reads, writes) in
            [("guest", 10, 403, 403), ("reporter", 20, 200, 403), ("maintainer", 40, 200, 201)]
        {
            let member = server.user(name).await;
            project.add(&member, level).await;
            assert_eq!(member.get(&list).await.status, reads, "{name}");
            assert_eq!(member.post(&post, body.clone()).await.status, writes, "{name}");
        }
        // The default branch is protected: a developer may not report on it, and may on his own.
        let dev = server.user("dev").await;
        project.add(&dev, 30).await;
        let _ = dev.post(&post, body.clone()).await.expect(403);
        let _ =
            ana.post(&project.at("/repository/branches"), json!({ "branch": "x", "ref": "main" })).await.expect(201);
        let own = dev.post(&post, json!({ "state": "success", "ref": "x" })).await.expect(201).json();
        assert_eq!(own["ref"], "x");
        let _ = server.anonymous().get(&list).await.expect(401);
        let _ = server.anonymous().post(&post, body).await.expect(401);
    })
    .await;
}
