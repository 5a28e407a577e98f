//! What an ID token says of its job. Numbers are texts, but for the runner's id, as GitLab writes them.

use crate::environments::Environment;
use crate::jobs::variables::Ingredients;
use pipewright_model::{AccessLevel, Timestamp};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Seconds by which a token is good before it was made: clocks differ.
const EARLY: i64 = 5;

/// Who a token is for.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Audience {
    /// One, as a text.
    One(String),
    /// As a list, even of one.
    Several(Vec<String>),
}

/// The claims of one token.
#[derive(Debug, Serialize)]
pub(super) struct Claims {
    #[serde(flatten)]
    project: ProjectClaims,
    #[serde(flatten)]
    user: Option<UserClaims>,
    job_project_id: String,
    job_project_path: String,
    job_namespace_id: String,
    job_namespace_path: String,
    pipeline_id: String,
    pipeline_source: &'static str,
    job_id: String,
    #[serde(rename = "ref")]
    ref_name: String,
    ref_type: &'static str,
    ref_path: String,
    ref_protected: String,
    #[serde(flatten)]
    environment: Option<EnvironmentClaims>,
    #[serde(skip_serializing_if = "Option::is_none")]
    runner_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    runner_environment: Option<&'static str>,
    sha: String,
    project_visibility: &'static str,
    #[serde(flatten)]
    config: Option<ConfigClaims>,
    jti: String,
    iss: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    sub: String,
    aud: Audience,
}

#[derive(Debug, Serialize)]
struct ProjectClaims {
    namespace_id: String,
    namespace_path: String,
    project_id: String,
    project_path: String,
}

#[derive(Debug, Serialize)]
struct UserClaims {
    #[serde(rename = "user_id")]
    id: String,
    #[serde(rename = "user_login")]
    login: String,
    #[serde(rename = "user_email")]
    email: String,
    #[serde(rename = "user_access_level")]
    access_level: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct EnvironmentClaims {
    environment: String,
    environment_protected: &'static str,
    deployment_tier: String,
    environment_action: String,
}

#[derive(Debug, Serialize)]
struct ConfigClaims {
    ci_config_ref_uri: String,
    ci_config_sha: String,
}

/// Claims are made from this.
pub(super) struct About<'a> {
    pub(super) from: &'a Ingredients,
    /// The user's role in the project.
    pub(super) role: AccessLevel,
    /// When the job was handed out.
    pub(super) now: Timestamp,
    /// Seconds the job may run.
    pub(super) timeout: i64,
}

impl About<'_> {
    /// The claims of the token of that name. `job_token` makes its id one of a kind.
    pub(super) fn claims(&self, name: &str, aud: Audience, job_token: &str) -> Claims {
        let (around, job) = (&self.from.around, &self.from.job);
        let (project, pipeline) = (&around.project, &around.pipeline);
        let namespace = project.full_path.rsplit_once('/').map_or("", |(above, _)| above).to_owned();
        let ref_type = if pipeline.tag { "tag" } else { "branch" };
        let ref_path = format!("refs/{}/{}", if pipeline.tag { "tags" } else { "heads" }, pipeline.ref_name);
        let iat = self.now.micros() / 1_000_000;
        Claims {
            project: ProjectClaims {
                namespace_id: project.namespace_id.to_string(),
                namespace_path: namespace.clone(),
                project_id: project.id.to_string(),
                project_path: project.full_path.clone(),
            },
            user: around.user.as_ref().map(|user| UserClaims {
                id: user.id.to_string(),
                login: user.username.clone(),
                email: user.email.clone(),
                access_level: role(self.role),
            }),
            job_project_id: project.id.to_string(),
            job_project_path: project.full_path.clone(),
            job_namespace_id: project.namespace_id.to_string(),
            job_namespace_path: namespace,
            pipeline_id: pipeline.id.to_string(),
            pipeline_source: pipeline.source.as_str(),
            job_id: job.id.to_string(),
            ref_name: pipeline.ref_name.clone(),
            ref_type,
            ref_protected: job.protected.to_string(),
            environment: self.from.environment.as_ref().map(|environment| self.environment(environment)),
            runner_id: self.from.runner.as_ref().map(|runner| runner.id.0),
            runner_environment: self.from.runner.as_ref().map(|_| "self-hosted"),
            sha: pipeline.sha.clone(),
            project_visibility: project.visibility.as_str(),
            config: self.config(&ref_path),
            ref_path,
            jti: unique(job_token, name),
            iss: around.external_url.clone(),
            iat,
            nbf: iat - EARLY,
            exp: iat + self.timeout,
            sub: format!("project_path:{}:ref_type:{ref_type}:ref:{}", project.full_path, pipeline.ref_name),
            aud,
        }
    }

    fn environment(&self, environment: &Environment) -> EnvironmentClaims {
        let said = self.from.plan.environment.clone().unwrap_or_default();
        EnvironmentClaims {
            environment: environment.name.clone(),
            environment_protected: "false",
            deployment_tier: said.deployment_tier.unwrap_or_else(|| environment.tier.clone()),
            environment_action: said.action,
        }
    }

    /// The file the pipeline was made of; a child pipeline's is not one of the repository.
    fn config(&self, ref_path: &str) -> Option<ConfigClaims> {
        let around = &self.from.around;
        if around.pipeline.source == pipewright_model::Source::ParentPipeline {
            return None;
        }
        let host = around.external_url.split_once("://").map_or(around.external_url.as_str(), |(_, host)| host);
        let (path, file) = (&around.project.full_path, around.project.ci_config_path());
        Some(ConfigClaims {
            ci_config_ref_uri: format!("{host}/{path}//{file}@{ref_path}"),
            ci_config_sha: around.pipeline.sha.clone(),
        })
    }
}

fn role(level: AccessLevel) -> Option<&'static str> {
    Some(match level {
        AccessLevel::Guest => "guest",
        AccessLevel::Planner => "planner",
        AccessLevel::Reporter => "reporter",
        AccessLevel::Developer => "developer",
        AccessLevel::Maintainer => "maintainer",
        AccessLevel::Owner | AccessLevel::Admin => "owner",
        _ => return None,
    })
}

/// An id in a UUID's shape that nobody can guess and that comes out the same each time it is made.
fn unique(job_token: &str, name: &str) -> String {
    let digest = hex::encode(Sha256::digest(format!("{job_token}/{name}").as_bytes()));
    let parts = [&digest[..8], &digest[8..12], &digest[12..16], &digest[16..20], &digest[20..32]];
    parts.join("-")
}
