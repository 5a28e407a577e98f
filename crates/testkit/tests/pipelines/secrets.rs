//! `secrets`: the runner is told where they are kept; the server never has them.

use pipewright_testkit::{Project, TestRunner, on_sqlite};
use serde_json::{Value, json};

async fn set(project: &Project<'_>, key: &str, value: &str) {
    let fields = json!({ "key": key, "value": value });
    let _ = project.owner.post(&project.at("/variables"), fields).await.expect(201);
}

fn able(mut runner: TestRunner<'_>) -> TestRunner<'_> {
    runner.features["vault_secrets"] = json!(true);
    runner
}

#[tokio::test]
async fn a_secrets_keeper_and_its_token_are_handed_to_the_runner() {
    let yaml = "work:\n  script: [x]\n  id_tokens: { JWT: { aud: x } }\n  secrets:\n    \
                PASSWORD: { vault: production/db/password@ops, file: false }\n    \
                OTHER: { azure_key_vault: { name: test, version: v1 }, token: $JWT }\n";
    on_sqlite(async |server| {
        let project = server.project(&server.admin(), "kept").await;
        for (key, value) in [
            ("VAULT_SERVER_URL", "https://vault.example.com"),
            ("VAULT_AUTH_ROLE", "deploys"),
            ("AZURE_KEY_VAULT_SERVER_URL", "https://azure.example.com"),
            ("AZURE_CLIENT_ID", "client"),
            ("AZURE_TENANT_ID", "tenant"),
        ] {
            set(&project, key, value).await;
        }
        project.pipeline(yaml).await;
        let job = able(server.runner().await).take().await;
        let expected = json!({
            "PASSWORD": {
                "vault": {
                    "engine": { "name": "kv-v2", "path": "ops" }, "path": "production/db", "field": "password",
                    "server": {
                        "url": "https://vault.example.com", "namespace": null,
                        "auth": { "name": "jwt", "path": "jwt", "data": { "jwt": "$JWT", "role": "deploys" } },
                    },
                },
                "file": false,
            },
            "OTHER": {
                "azure_key_vault": {
                    "name": "test", "version": "v1",
                    "server": {
                        "url": "https://azure.example.com", "client_id": "client", "tenant_id": "tenant", "jwt": "$JWT",
                    },
                },
                "token": "$JWT",
            },
        });
        assert_eq!(job.payload["secrets"], expected);
    })
    .await;
}

#[tokio::test]
async fn a_job_whose_keeper_is_nowhere_or_whose_runner_cannot_ask_it_fails() {
    let yaml = "work: { script: [x], secrets: { P: { vault: a/b/c } } }\n";
    on_sqlite(async |server| {
        let project = server.project(&server.admin(), "nowhere").await;
        for (runner, reason) in
            [(server.runner().await, "runner_unsupported"), (able(server.runner().await), "secrets_provider_not_found")]
        {
            let pipeline = project.pipeline(yaml).await;
            assert!(runner.ask().await.is_none());
            let job = project.job(&pipeline, "work").await;
            assert_eq!((&job["status"], &job["failure_reason"]), (&json!("failed"), &json!(reason)));
        }
        // A job without secrets has no such key.
        project.pipeline("work: { script: [x] }\n").await;
        assert_eq!(server.runner().await.take().await.payload.get("secrets"), None::<&Value>);
    })
    .await;
}
