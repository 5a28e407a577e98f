//! Of several faults the first of the contract's order is told (Jobs API contract §3.5).

use pipewright_testkit::{Api, TestServer, for_both};
use reqwest::Method;
use serde_json::{Value, json};

const NOBODY: u8 = 0;
const GUEST: u8 = 1;
const DEVELOPER: u8 = 2;
const OWNER: u8 = 3;
/// A guest of a private project whose jobs are not public.
const SHUT_OUT: u8 = 4;

/// Caller, method, path, status, and the words under `message` or `error`. `NONE` is an id nobody has, `P` the project,
/// `SHUT` the one without public jobs, `WORK` an ended job with an archive, `BARE` one that waits and has nothing, `HAND`
/// a manual one, and `RESTRICTED` one whose archive is for nobody.
const CASES: &[(u8, &str, &str, u16, &str)] = &[
    (NOBODY, "GET", "/projects/NONE/jobs?scope=x", 401, "401 Unauthorized"),
    (GUEST, "GET", "/projects/NONE/jobs?scope=x", 400, "scope does not have a valid value"),
    (GUEST, "GET", "/projects/NONE/jobs?pagination=keyset&sort=asc", 404, "404 Project Not Found"),
    (SHUT_OUT, "GET", "/projects/SHUT/jobs?pagination=keyset&sort=asc", 403, "403 Forbidden"),
    (
        GUEST,
        "GET",
        "/projects/P/jobs?pagination=keyset&sort=asc",
        405,
        "Keyset pagination is not yet available for this type of request",
    ),
    (NOBODY, "GET", "/projects/NONE/jobs/x", 401, "401 Unauthorized"),
    (GUEST, "GET", "/projects/NONE/jobs/x", 400, "job_id is invalid"),
    (GUEST, "GET", "/projects/NONE/jobs/1", 404, "404 Project Not Found"),
    (SHUT_OUT, "GET", "/projects/SHUT/jobs/NONE", 403, "403 Forbidden"),
    (GUEST, "GET", "/projects/P/jobs/NONE", 404, "404 Not found"),
    (NOBODY, "GET", "/projects/NONE/jobs/1/trace?byte_offset=-1", 401, "401 Unauthorized"),
    (GUEST, "GET", "/projects/NONE/jobs/1/trace?byte_offset=-1", 400, "byte_offset does not have a valid value"),
    (GUEST, "GET", "/projects/NONE/jobs/1/trace", 404, "404 Project Not Found"),
    (SHUT_OUT, "GET", "/projects/SHUT/jobs/NONE/trace", 403, "403 Forbidden"),
    (GUEST, "GET", "/projects/P/jobs/NONE/trace", 404, "404 Not found"),
    (NOBODY, "POST", "/projects/NONE/jobs/x/cancel", 401, "401 Unauthorized"),
    (GUEST, "POST", "/projects/NONE/jobs/1/cancel?force=maybe", 400, "force is invalid"),
    (GUEST, "POST", "/projects/NONE/jobs/1/cancel", 404, "404 Project Not Found"),
    (GUEST, "POST", "/projects/P/jobs/NONE/cancel", 403, "403 Forbidden"),
    (DEVELOPER, "POST", "/projects/P/jobs/NONE/cancel?force=true", 404, "404 Not found"),
    (DEVELOPER, "POST", "/projects/P/jobs/BARE/cancel?force=true", 403, "403 Forbidden"),
    (NOBODY, "POST", "/projects/NONE/jobs/x/retry", 401, "401 Unauthorized"),
    (GUEST, "POST", "/projects/NONE/jobs/x/retry", 400, "job_id is invalid"),
    (GUEST, "POST", "/projects/NONE/jobs/1/retry", 404, "404 Project Not Found"),
    (GUEST, "POST", "/projects/P/jobs/NONE/retry", 404, "404 Not found"),
    (GUEST, "POST", "/projects/P/jobs/BARE/retry", 403, "403 Forbidden"),
    (DEVELOPER, "POST", "/projects/P/jobs/BARE/retry?inputs[a]=b", 403, "403 Forbidden - Job is not retryable"),
    (DEVELOPER, "POST", "/projects/P/jobs/WORK/retry?inputs[a]=b", 400, "400 Bad request - Unknown input: a"),
    (NOBODY, "POST", "/projects/NONE/jobs/x/erase", 401, "401 Unauthorized"),
    (GUEST, "POST", "/projects/NONE/jobs/x/erase", 400, "job_id is invalid"),
    (GUEST, "POST", "/projects/NONE/jobs/1/erase", 404, "404 Project Not Found"),
    (GUEST, "POST", "/projects/P/jobs/NONE/erase", 404, "404 Not found"),
    (GUEST, "POST", "/projects/P/jobs/BARE/erase", 403, "403 Forbidden"),
    (OWNER, "POST", "/projects/P/jobs/BARE/erase", 403, "403 Forbidden - Job is not erasable!"),
    (NOBODY, "POST", "/projects/NONE/jobs/x/play", 401, "401 Unauthorized"),
    (GUEST, "POST", "/projects/NONE/jobs/x/play", 400, "job_id is invalid"),
    (GUEST, "POST", "/projects/NONE/jobs/1/play", 404, "404 Project Not Found"),
    (SHUT_OUT, "POST", "/projects/SHUT/jobs/NONE/play", 403, "403 Forbidden"),
    (GUEST, "POST", "/projects/P/jobs/NONE/play", 404, "404 Not found"),
    (GUEST, "POST", "/projects/P/jobs/BARE/play", 403, "403 Forbidden"),
    (DEVELOPER, "POST", "/projects/P/jobs/BARE/play?VARS", 400, "400 Bad request - Unplayable Job"),
    (DEVELOPER, "POST", "/projects/P/jobs/HAND/play?VARS&job_inputs[a]=b", 403, "403 Forbidden"),
    (DEVELOPER, "POST", "/projects/P/jobs/HAND/play?job_inputs[a]=b", 400, "400 Bad request - Unknown input: a"),
    (NOBODY, "POST", "/projects/NONE/jobs/x/artifacts/keep", 401, "401 Unauthorized"),
    (GUEST, "POST", "/projects/NONE/jobs/x/artifacts/keep", 400, "job_id is invalid"),
    (GUEST, "POST", "/projects/NONE/jobs/1/artifacts/keep", 404, "404 Project Not Found"),
    (GUEST, "POST", "/projects/P/jobs/NONE/artifacts/keep", 404, "404 Not found"),
    (GUEST, "POST", "/projects/P/jobs/BARE/artifacts/keep", 403, "403 Forbidden"),
    (DEVELOPER, "POST", "/projects/P/jobs/BARE/artifacts/keep", 404, "404 Not Found"),
    (NOBODY, "DELETE", "/projects/NONE/jobs/x/artifacts", 401, "401 Unauthorized"),
    (GUEST, "DELETE", "/projects/NONE/jobs/x/artifacts", 400, "job_id is invalid"),
    (GUEST, "DELETE", "/projects/NONE/jobs/1/artifacts", 404, "404 Project Not Found"),
    (GUEST, "DELETE", "/projects/P/jobs/NONE/artifacts", 403, "403 Forbidden"),
    (OWNER, "DELETE", "/projects/P/jobs/NONE/artifacts", 404, "404 Not found"),
    (NOBODY, "DELETE", "/projects/NONE/artifacts", 401, "401 Unauthorized"),
    (GUEST, "DELETE", "/projects/NONE/artifacts", 404, "404 Project Not Found"),
    (GUEST, "DELETE", "/projects/P/artifacts", 403, "403 Forbidden"),
    (NOBODY, "GET", "/projects/NONE/pipelines/1/jobs?scope=x", 400, "scope does not have a valid value"),
    (NOBODY, "GET", "/projects/NONE/pipelines/1/jobs", 404, "404 Project Not Found"),
    (SHUT_OUT, "GET", "/projects/SHUT/pipelines/NONE/jobs", 403, "403 Forbidden"),
    (GUEST, "GET", "/projects/P/pipelines/NONE/jobs", 404, "404 Not found"),
    (NOBODY, "GET", "/projects/NONE/pipelines/1/bridges?scope=x", 400, "scope does not have a valid value"),
    (NOBODY, "GET", "/projects/NONE/pipelines/1/trigger_jobs", 404, "404 Project Not Found"),
    (SHUT_OUT, "GET", "/projects/SHUT/pipelines/NONE/bridges", 403, "403 Forbidden"),
    (GUEST, "GET", "/projects/P/pipelines/NONE/trigger_jobs", 404, "404 Not found"),
    (NOBODY, "GET", "/projects/NONE/jobs/x/artifacts", 400, "job_id is invalid"),
    (NOBODY, "GET", "/projects/NONE/jobs/1/artifacts", 404, "404 Project Not Found"),
    (SHUT_OUT, "GET", "/projects/SHUT/jobs/NONE/artifacts", 403, "403 Forbidden"),
    (GUEST, "GET", "/projects/P/jobs/NONE/artifacts", 404, "404 Not found"),
    (OWNER, "GET", "/projects/P/jobs/RESTRICTED/artifacts", 403, "403 Forbidden"),
    (GUEST, "GET", "/projects/P/jobs/BARE/artifacts", 404, "404 Not Found"),
    (NOBODY, "GET", "/projects/NONE/jobs/x/artifacts/a%00b", 400, "job_id is invalid"),
    (NOBODY, "GET", "/projects/NONE/jobs/1/artifacts/a%00b", 404, "404 Project Not Found"),
    (SHUT_OUT, "GET", "/projects/SHUT/jobs/NONE/artifacts/a%00b", 403, "403 Forbidden"),
    (GUEST, "GET", "/projects/P/jobs/NONE/artifacts/a%00b", 404, "404 Not found"),
    (OWNER, "GET", "/projects/P/jobs/RESTRICTED/artifacts/a%00b", 403, "403 Forbidden"),
    (GUEST, "GET", "/projects/P/jobs/BARE/artifacts/a%00b", 404, "404 Not Found"),
    (GUEST, "GET", "/projects/P/jobs/WORK/artifacts/a%00b", 400, "400 Bad request"),
    (NOBODY, "GET", "/projects/NONE/jobs/artifacts/main/download", 400, "job is missing"),
    (NOBODY, "GET", "/projects/NONE/jobs/artifacts/main/download?job=work", 404, "404 Project Not Found"),
    (SHUT_OUT, "GET", "/projects/SHUT/jobs/artifacts/main/download?job=work", 403, "403 Forbidden"),
    (GUEST, "GET", "/projects/P/jobs/artifacts/main/download?job=none", 404, "404 Not found"),
    (OWNER, "GET", "/projects/P/jobs/artifacts/main/download?job=restricted", 403, "403 Forbidden"),
    (NOBODY, "GET", "/projects/NONE/jobs/artifacts/main/raw/a%00b", 400, "job is missing"),
    (NOBODY, "GET", "/projects/NONE/jobs/artifacts/main/raw/a%00b?job=work", 404, "404 Project Not Found"),
    (SHUT_OUT, "GET", "/projects/SHUT/jobs/artifacts/main/raw/a%00b?job=work", 403, "403 Forbidden"),
    (GUEST, "GET", "/projects/P/jobs/artifacts/main/raw/a%00b?job=none", 404, "404 Not found"),
    (OWNER, "GET", "/projects/P/jobs/artifacts/main/raw/a%00b?job=restricted", 403, "403 Forbidden"),
    (GUEST, "GET", "/projects/P/jobs/artifacts/main/raw/a%00b?job=work", 400, "400 Bad request"),
    (GUEST, "GET", "/projects/P/jobs/BARE/artifacts/tree", 404, "404 Artifacts Not Found"),
    (GUEST, "GET", "/projects/P/jobs/WORK/artifacts/tree?path=none", 404, "404 Path Not Found"),
    (OWNER, "GET", "/projects/P/jobs/RESTRICTED/artifacts/tree", 403, "403 Forbidden"),
    (NOBODY, "GET", "/job", 401, "401 Unauthorized"),
    (GUEST, "GET", "/job", 404, "404 Job Not Found"),
    (NOBODY, "GET", "/job/allowed_agents", 401, "401 Unauthorized"),
    (GUEST, "GET", "/job/allowed_agents", 404, "404 Job Not Found"),
];

const YAML: &str = "work:\n  script: [make]\n  artifacts: { paths: [.], expire_in: 1 day }\n\
                    restricted:\n  script: [make]\n  artifacts: { paths: [.], access: none }\n";

struct Stage {
    callers: [Api; 5],
    words: Vec<(&'static str, String)>,
}

async fn stage(server: &TestServer) -> Stage {
    let (ana, guest, developer) = (server.user("ana").await, server.user("guest").await, server.user("dev").await);
    let project = server.project(&ana, "app").await;
    project.set(json!({ "ci_pipeline_variables_minimum_override_role": "owner" })).await;
    let shut = server.project_with(&ana, json!({ "name": "shut", "public_jobs": false })).await;
    for project in [&project, &shut] {
        project.add(&guest, 10).await;
    }
    project.add(&developer, 30).await;
    let pipeline = project.pipeline(YAML).await;
    let runner = server.runner().await;
    for _ in 0..2 {
        let claimed = runner.take().await;
        claimed.upload(&[("a.txt", b"one")]).await;
        claimed.finish("success").await;
    }
    project.until_pipeline(&pipeline, "success").await;
    // So that nothing but what a case is about stands in a developer's way.
    let _ = ana.delete(&project.at("/protected_branches/main")).await.expect(204);
    let waiting = project.pipeline_on("topic", "bare: { script: [x] }\nhand: { script: [x], when: manual }\n").await;
    let words = vec![
        ("NONE", "999999".to_owned()),
        ("SHUT", shut.id.to_string()),
        ("WORK", project.job_id(&pipeline, "work").await.to_string()),
        ("RESTRICTED", project.job_id(&pipeline, "restricted").await.to_string()),
        ("BARE", project.job_id(&waiting, "bare").await.to_string()),
        ("HAND", project.job_id(&waiting, "hand").await.to_string()),
        ("VARS", "job_variables_attributes[][key]=A&job_variables_attributes[][value]=b".to_owned()),
        ("/P/", format!("/{}/", project.id)),
    ];
    Stage { callers: [server.anonymous(), guest.clone(), developer, ana, guest], words }
}

#[tokio::test]
async fn the_first_fault_of_the_contracts_order_is_told() {
    for_both(async |server| {
        let stage = stage(server).await;
        for (caller, method, path, status, text) in CASES {
            let mut address = (*path).to_owned();
            for (word, value) in &stage.words {
                address = address.replace(word, value);
            }
            let api = &stage.callers[usize::from(*caller)];
            let method: Method = method.parse().expect("a method");
            let reply = api.send(api.request(method, &address)).await;
            // Parameters, and orders that cannot be had, are refused under the other key (§1.1).
            let under = match status {
                400 if !text.starts_with("400") => "error",
                405 => "error",
                _ => "message",
            };
            let wanted: Value = json!({ under: text });
            assert_eq!((reply.status, reply.json()), (*status, wanted), "caller {caller}: {path}");
        }
    })
    .await;
}
