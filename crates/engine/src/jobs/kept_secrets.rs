//! `secrets` of a job: what a runner needs to fetch them from where they are kept. The server never sees
//! them. Where the address of a keeper is comes from variables of the project, the group or the instance.

use pipewright_ci_config::JobPlan;
use pipewright_ci_config::plan::Secret;
use pipewright_wire::runner::Variable;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A keeper that is not set up: none of its variables is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoProvider;

/// The payload's `secrets`, by name; `None` if the job has none.
pub(super) fn of_job(plan: &JobPlan, variables: &[Variable]) -> Result<Option<BTreeMap<String, Value>>, NoProvider> {
    if plan.secrets.is_empty() {
        return Ok(None);
    }
    let known = Known { plan, variables };
    let all = plan.secrets.iter().map(|(name, said)| Ok((name.clone(), known.secret(said)?)));
    all.collect::<Result<_, _>>().map(Some)
}

struct Known<'a> {
    plan: &'a JobPlan,
    variables: &'a [Variable],
}

impl Known<'_> {
    fn value(&self, key: &str) -> Option<&str> {
        let found = self.variables.iter().rev().find(|variable| variable.key == key)?;
        Some(found.value.as_str()).filter(|value| !value.is_empty())
    }

    fn must(&self, key: &str) -> Result<&str, NoProvider> {
        self.value(key).ok_or(NoProvider)
    }

    /// The token a keeper is shown: the one named, or the job's first.
    fn token(&self, said: &Secret) -> Option<String> {
        said.token.clone().or_else(|| self.plan.id_tokens.keys().next().map(|name| format!("${name}")))
    }

    fn secret(&self, said: &Secret) -> Result<Value, NoProvider> {
        let mut settings = said.settings.as_object().cloned().unwrap_or_default();
        settings.insert("server".to_owned(), self.server(said, &settings)?);
        let mut secret = Map::new();
        secret.insert(said.provider.clone(), Value::Object(settings));
        if let Some(file) = said.file {
            secret.insert("file".to_owned(), file.into());
        }
        if let Some(token) = &said.token {
            secret.insert("token".to_owned(), token.as_str().into());
        }
        Ok(Value::Object(secret))
    }

    /// Where the keeper is and how it knows the job.
    fn server(&self, said: &Secret, settings: &Map<String, Value>) -> Result<Value, NoProvider> {
        Ok(match said.provider.as_str() {
            "vault" => self.vault(said)?,
            "gcp_secret_manager" => json!({
                "project_number": self.must("GCP_PROJECT_NUMBER")?,
                "workload_identity_federation_pool_id": self.must("GCP_WORKLOAD_IDENTITY_FEDERATION_POOL_ID")?,
                "workload_identity_federation_provider_id": self.must("GCP_WORKLOAD_IDENTITY_FEDERATION_PROVIDER_ID")?,
                "jwt": said.token,
            }),
            "azure_key_vault" => json!({
                "url": self.must("AZURE_KEY_VAULT_SERVER_URL")?,
                "client_id": self.must("AZURE_CLIENT_ID")?,
                "tenant_id": self.must("AZURE_TENANT_ID")?,
                "jwt": self.token(said),
            }),
            "aws_secrets_manager" => {
                let own = |key: &str| settings.get(key).and_then(Value::as_str);
                json!({
                    "region": own("region").map_or_else(|| self.must("AWS_REGION"), Ok)?,
                    "role_arn": own("role_arn").or_else(|| self.value("AWS_ROLE_ARN")),
                    "role_session_name": own("role_session_name").or_else(|| self.value("AWS_ROLE_SESSION_NAME")),
                    "jwt": self.token(said),
                })
            }
            "akeyless" => self.akeyless(said, settings)?,
            // The server's own keeper is not part of this one.
            _ => return Err(NoProvider),
        })
    }

    fn vault(&self, said: &Secret) -> Result<Value, NoProvider> {
        let mut data = Map::new();
        data.insert("jwt".to_owned(), self.token(said).unwrap_or_default().into());
        if let Some(role) = self.value("VAULT_AUTH_ROLE") {
            data.insert("role".to_owned(), role.into());
        }
        Ok(json!({
            "url": self.must("VAULT_SERVER_URL")?,
            "namespace": self.value("VAULT_NAMESPACE"),
            "auth": { "name": "jwt", "path": self.value("VAULT_AUTH_PATH").unwrap_or("jwt"), "data": data },
        }))
    }

    fn akeyless(&self, said: &Secret, settings: &Map<String, Value>) -> Result<Value, NoProvider> {
        let own = |key: &str, default: &str| settings.get(key).and_then(Value::as_str).unwrap_or(default).to_owned();
        Ok(json!({
            "access_id": self.must("AKEYLESS_ACCESS_ID")?,
            "access_key": settings.get("akeyless_access_key"),
            "akeyless_api_url": own("akeyless_api_url", "https://api.akeyless.io"),
            "akeyless_access_type": own("akeyless_access_type", "jwt"),
            "akeyless_token": own("akeyless_token", ""),
            "uid_token": own("uid_token", ""),
            "gcp_audience": own("gcp_audience", ""),
            "azure_object_id": own("azure_object_id", ""),
            "k8s_service_account_token": own("k8s_service_account_token", ""),
            "k8s_auth_config_name": own("k8s_auth_config_name", ""),
            "gateway_ca_certificate": own("gateway_ca_certificate", ""),
            "jwt": said.token,
        }))
    }
}
