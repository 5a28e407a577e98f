//! Waiting for the end of a job or a pipeline in one call.

use pipewright_testkit::for_both;
use serde_json::json;

const CI: &str = "first: { script: [x] }\nsecond: { script: [x], when: manual, allow_failure: false }\n";

#[tokio::test]
async fn a_job_is_answered_as_soon_as_it_has_ended() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (_, claimed) = project.running_job().await;
        let path = project.at(&format!("/jobs/{}/wait", claimed.id));
        let at_once = ana.get(&format!("{path}?timeout=0")).await.expect(200);
        assert_eq!(
            (at_once.json()["status"].as_str(), at_once.header("x-pipewright-ended")),
            (Some("running"), Some("false"))
        );

        let waiting = format!("{path}?timeout=3600");
        let (answer, ()) = tokio::join!(ana.get(&waiting), claimed.finish("success"));
        let answer = answer.expect(200);
        assert_eq!(answer.header("x-pipewright-ended"), Some("true"));
        assert_eq!(answer.json(), ana.get(&project.at(&format!("/jobs/{}", claimed.id))).await.expect(200).json());
        assert_eq!(ana.get(&path).await.expect(200).header("x-pipewright-ended"), Some("true"), "it has ended before");
    })
    .await;
}

#[tokio::test]
async fn a_pipeline_is_answered_when_nothing_more_happens_by_itself() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let pipeline = project.pipeline(CI).await;
        let path = project.at(&format!("/pipelines/{}/wait?timeout=3600", pipeline.id));
        let runner = server.runner().await;
        let claimed = runner.take().await;
        let (answer, ()) = tokio::join!(ana.get(&path), claimed.finish("success"));
        let answer = answer.expect(200);
        assert_eq!(
            (answer.json()["status"].as_str(), answer.header("x-pipewright-ended")),
            (Some("manual"), Some("true"))
        );

        let second = project.job_id(&pipeline, "second").await;
        let _ = ana.post(&project.at(&format!("/jobs/{second}/play")), json!({})).await.expect(200);
        let claimed = runner.take().await;
        let (answer, ()) = tokio::join!(ana.get(&path), claimed.finish("failed"));
        let answer = answer.expect(200);
        assert_eq!(answer.json()["status"], "failed");
        assert_eq!(
            answer.json(),
            ana.get(&project.at(&format!("/pipelines/{}", pipeline.id))).await.expect(200).json()
        );
    })
    .await;
}

#[tokio::test]
async fn who_may_not_look_may_not_wait_and_bad_times_are_refused() {
    for_both(async |server| {
        let (ana, bob) = (server.user("ana").await, server.user("bob").await);
        let project = server.project(&ana, "app").await;
        let (pipeline, claimed) = project.running_job().await;
        let job = project.at(&format!("/jobs/{}/wait", claimed.id));
        let whole = project.at(&format!("/pipelines/{}/wait", pipeline.id));
        for path in [&job, &whole] {
            bob.get(path).await.is(404, &json!({ "message": "404 Project Not Found" }));
            for bad in ["-1", "3601", "99999999999999999999"] {
                let refused = json!({ "error": "timeout does not have a valid value" });
                ana.get(&format!("{path}?timeout={bad}")).await.is(400, &refused);
            }
            ana.get(&format!("{path}?timeout=soon")).await.is(400, &json!({ "error": "timeout is invalid" }));
        }
        let _ = server.anonymous().get(&job).await.expect(401);
        let _ = ana.get(&project.at("/jobs/999999/wait")).await.expect(404);
        let _ = ana.get(&project.at("/pipelines/999999/wait")).await.expect(404);

        // Who loses his right while he waits is told so, and learns nothing.
        project.add(&bob, 20).await;
        let forever = format!("{job}?timeout=3600");
        let leave = async {
            let user = bob.get("/user").await.expect(200).json()["id"].clone();
            let _ = ana.delete(&project.at(&format!("/members/{user}"))).await.expect(204);
            claimed.finish("success").await;
        };
        let (answer, ()) = tokio::join!(bob.get(&forever), leave);
        let _ = answer.expect(404);
    })
    .await;
}

#[tokio::test]
async fn a_server_that_stops_lets_go_who_waits() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let project = server.project(&ana, "app").await;
        let (_, claimed) = project.running_job().await;
        let path = project.at(&format!("/jobs/{}/wait?timeout=3600", claimed.id));
        // Whether it listens already or comes in the last moment: the answer is the same.
        let stop = async { server.engine.bells.ring(pipewright_engine::bells::Event::Stopping) };
        let (early, ()) = tokio::join!(ana.get(&path), stop);
        let late = ana.get(&path).await;
        for answer in [early, late] {
            let answer = answer.expect(200);
            assert_eq!(
                (answer.json()["status"].as_str(), answer.header("x-pipewright-ended")),
                (Some("running"), Some("false"))
            );
        }
    })
    .await;
}
