//! ID tokens: given to jobs, checked by others with the key the server shows.

use super::support::value;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pipewright_testkit::{TestServer, for_both};
use serde_json::{Value, json};

fn decoded(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// What a token says, once its signature was checked with the key it names.
async fn checked(server: &TestServer, token: &str) -> Value {
    let anybody = reqwest::Client::new();
    let get = async |path: &str| -> Value {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", server.url) };
        anybody.get(url).send().await.unwrap().json().await.unwrap()
    };
    let discovery = get("/.well-known/openid-configuration").await;
    assert_eq!(discovery["issuer"], server.url);
    assert_eq!(discovery["id_token_signing_alg_values_supported"], json!(["RS256"]));
    let keys = get(discovery["jwks_uri"].as_str().unwrap()).await;
    assert_eq!(keys, get("/-/jwks").await);
    let parts: Vec<&str> = token.split('.').collect();
    let header: Value = serde_json::from_slice(&decoded(parts[0])).unwrap();
    assert_eq!(header["alg"], "RS256");
    let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == header["kid"]).unwrap();
    let part = |name: &str| decoded(key[name].as_str().unwrap());
    let public = RsaPublicKeyComponents { n: part("n"), e: part("e") };
    let signed = format!("{}.{}", parts[0], parts[1]);
    public.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &decoded(parts[2])).expect("a good signature");
    serde_json::from_slice(&decoded(parts[1])).unwrap()
}

#[tokio::test]
async fn a_jobs_tokens_say_who_it_is_and_can_be_checked() {
    let yaml = "work:\n  script: [x]\n  environment: { name: live, action: prepare }\n  id_tokens:\n    \
                ONE: { aud: https://one.example/$CI_PROJECT_NAME }\n    TWO: { aud: [a, b] }\n";
    for_both(async |server| {
        let project = server.project(&server.admin(), "tokens").await;
        let pipeline = project.pipeline(yaml).await;
        let job = server.runner().await.take().await;
        let claims = checked(server, &value(&job, "ONE").unwrap()).await;
        let expected = json!({
            "iss": server.url, "aud": "https://one.example/tokens",
            "sub": format!("project_path:{}:ref_type:branch:ref:main", project.path),
            "namespace_path": "root", "project_id": project.id.to_string(), "project_path": project.path,
            "job_project_path": project.path, "user_login": "root", "user_access_level": "owner",
            "pipeline_id": pipeline.id.to_string(), "pipeline_source": "push", "job_id": job.id.to_string(),
            "ref": "main", "ref_type": "branch", "ref_path": "refs/heads/main", "ref_protected": "true",
            "environment": "live", "environment_action": "prepare", "deployment_tier": "production",
            "runner_environment": "self-hosted", "sha": pipeline.sha, "ci_config_sha": pipeline.sha,
            "ci_config_ref_uri": format!("{}//.gitlab-ci.yml@refs/heads/main",
                format!("{}/{}", server.url.trim_start_matches("http://"), project.path)),
        });
        for (name, wanted) in expected.as_object().unwrap() {
            assert_eq!(&claims[name], wanted, "{name}");
        }
        let time = |name: &str| claims[name].as_i64().unwrap();
        assert_eq!((time("exp") - time("iat"), time("iat") - time("nbf")), (3600, 5));
        let other = checked(server, &value(&job, "TWO").unwrap()).await;
        assert_eq!(other["aud"], json!(["a", "b"]));
        assert_ne!(other["jti"], claims["jti"]);
        let all = job.payload["variables"].as_array().unwrap();
        let sent = all.iter().find(|variable| variable["key"] == "ONE").unwrap();
        assert_eq!((&sent["masked"], &sent["public"]), (&json!(true), &json!(false)));
    })
    .await;
}

#[tokio::test]
async fn an_id_token_is_not_in_the_stored_log() {
    for_both(async |server| {
        let project = server.project(&server.admin(), "hidden").await;
        project.pipeline("work: { script: [x], id_tokens: { T: { aud: x } } }\n").await;
        let job = server.runner().await.take().await;
        let token = value(&job, "T").unwrap();
        job.log(&format!("the token {token}, and so on\n")).await;
        job.finish("success").await;
        let log = project.owner.get(&project.at(&format!("/jobs/{}/trace", job.id))).await.expect(200).text();
        assert_eq!(log, format!("the token {}, and so on\n", "x".repeat(token.len())));
    })
    .await;
}
