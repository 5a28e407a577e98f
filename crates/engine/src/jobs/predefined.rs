//! Predefined variables (runner protocol §11.4): what the server knows of itself, the project, the
//! pipeline and the job.

use crate::environments::{Environment, names};
use pipewright_ci_config::JobPlan;
use pipewright_model::{Commit, Job, Namespace, Pipeline, Project, Runner, Source, User};
use pipewright_wire::runner::Variable;

/// What they are made from.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The address people reach this server at, without a trailing slash.
    pub external_url: String,
    /// The project.
    pub project: Project,
    /// Its namespaces, the outermost first.
    pub chain: Vec<Namespace>,
    /// The pipeline; its id is 0 while it does not exist yet.
    pub pipeline: Pipeline,
    /// Its commit.
    pub commit: Option<Commit>,
    /// Who started it.
    pub user: Option<User>,
}

/// A variable anybody may see.
pub fn public(key: &str, value: impl Into<String>) -> Variable {
    Variable { key: key.to_owned(), value: value.into(), public: true, ..Variable::default() }
}

/// A variable that must not be shown.
pub fn secret(key: &str, value: impl Into<String>, masked: bool) -> Variable {
    Variable { key: key.to_owned(), value: value.into(), masked, ..Variable::default() }
}

/// Lower case, everything but letters and digits a dash, at most `longest` characters, no dash at an end.
pub fn slug(text: &str, longest: usize) -> String {
    let slug: String =
        text.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(longest).collect();
    slug.trim_matches('-').to_owned()
}

/// Of the instance and the project.
pub fn of_project(around: &Surroundings) -> Vec<Variable> {
    let project = &around.project;
    let namespace = project.full_path.rsplit_once('/').map_or("", |(above, _)| above);
    let root = namespace.split('/').next().unwrap_or_default();
    let mut variables = of_server(&around.external_url);
    variables.extend([
        public("CI_PROJECT_ID", project.id.to_string()),
        public("CI_PROJECT_NAME", &project.path),
        public("CI_PROJECT_TITLE", &project.name),
        public("CI_PROJECT_DESCRIPTION", &project.settings.description),
        public("CI_PROJECT_PATH", &project.full_path),
        public("CI_PROJECT_PATH_SLUG", slug(&project.full_path, 63)),
        public("CI_PROJECT_NAMESPACE", namespace),
        public("CI_PROJECT_NAMESPACE_ID", project.namespace_id.to_string()),
        public("CI_PROJECT_NAMESPACE_SLUG", slug(namespace, 63)),
        public("CI_PROJECT_ROOT_NAMESPACE", root),
        public("CI_PROJECT_URL", format!("{}/{}", around.external_url, project.full_path)),
        public("CI_PROJECT_VISIBILITY", project.visibility.as_str()),
        public("CI_PROJECT_REPOSITORY_LANGUAGES", ""),
        public("CI_PROJECT_CLASSIFICATION_LABEL", ""),
        public("CI_DEFAULT_BRANCH", project.default_branch.clone().unwrap_or_default()),
        public("CI_CONFIG_PATH", project.ci_config_path()),
    ]);
    variables
}

/// Of the instance.
fn of_server(url: &str) -> Vec<Variable> {
    let (protocol, rest) = url.split_once("://").unwrap_or(("http", url));
    let fqdn = rest.split('/').next().unwrap_or_default();
    let default_port = if protocol == "https" { "443" } else { "80" };
    let (host, port) = match fqdn.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (host, port),
        _ => (fqdn, default_port),
    };
    let version = crate::VERSION;
    let mut numbers = version.split('.');
    vec![
        public("CI", "true"),
        public("GITLAB_CI", "true"),
        public("GITLAB_FEATURES", ""),
        public("CI_SERVER_URL", url),
        public("CI_SERVER_HOST", host),
        public("CI_SERVER_PORT", port),
        public("CI_SERVER_PROTOCOL", protocol),
        public("CI_SERVER_FQDN", fqdn),
        public("CI_SERVER_SHELL_SSH_HOST", host),
        public("CI_SERVER_SHELL_SSH_PORT", "22"),
        public("CI_SERVER_NAME", "GitLab"),
        public("CI_SERVER_VERSION", version),
        public("CI_SERVER_VERSION_MAJOR", numbers.next().unwrap_or("0")),
        public("CI_SERVER_VERSION_MINOR", numbers.next().unwrap_or("0")),
        public("CI_SERVER_VERSION_PATCH", numbers.next().unwrap_or("0")),
        public("CI_SERVER_REVISION", crate::REVISION),
        public("CI_API_V4_URL", format!("{url}/api/v4")),
        public("CI_API_GRAPHQL_URL", format!("{url}/api/graphql")),
    ]
}

/// Of the pipeline and its commit.
pub fn of_pipeline(around: &Surroundings) -> Vec<Variable> {
    let pipeline = &around.pipeline;
    let mut variables = vec![
        public("CI_PIPELINE_IID", pipeline.iid.to_string()),
        public("CI_PIPELINE_SOURCE", pipeline.source.as_str()),
        public("CI_PIPELINE_CREATED_AT", pipeline.created_at.to_string()),
        public("CI_COMMIT_SHA", &pipeline.sha),
        public("CI_COMMIT_SHORT_SHA", pipeline.sha.get(..8).unwrap_or(&pipeline.sha)),
        public("CI_COMMIT_BEFORE_SHA", &pipeline.before_sha),
        public("CI_COMMIT_REF_NAME", &pipeline.ref_name),
        public("CI_COMMIT_REF_SLUG", slug(&pipeline.ref_name, 63)),
        public("CI_COMMIT_REF_PROTECTED", pipeline.protected.to_string()),
    ];
    if let Some(name) = &pipeline.name {
        variables.push(public("CI_PIPELINE_NAME", name));
    }
    if pipeline.source == Source::Trigger {
        variables.push(public("CI_PIPELINE_TRIGGERED", "true"));
    }
    let kind = if pipeline.tag { "CI_COMMIT_TAG" } else { "CI_COMMIT_BRANCH" };
    variables.push(public(kind, &pipeline.ref_name));
    if let Some(commit) = &around.commit {
        let description = commit.message.split_once('\n').map_or("", |(_, rest)| rest).trim_start_matches('\n');
        variables.extend([
            public("CI_COMMIT_MESSAGE", &commit.message),
            public("CI_COMMIT_TITLE", &commit.title),
            public("CI_COMMIT_DESCRIPTION", description),
            public("CI_COMMIT_TIMESTAMP", &commit.committed_date),
            public("CI_COMMIT_AUTHOR", format!("{} <{}>", commit.author_name, commit.author_email)),
        ]);
    }
    variables
}

/// Of who started it.
pub fn of_user(user: Option<&User>) -> Vec<Variable> {
    user.map_or_else(Vec::new, |user| {
        vec![
            public("GITLAB_USER_ID", user.id.to_string()),
            public("GITLAB_USER_LOGIN", &user.username),
            public("GITLAB_USER_NAME", &user.name),
            public("GITLAB_USER_EMAIL", &user.email),
        ]
    })
}

/// Of the job, without what bears its token. `environment`: the row of the one it names, if it is there.
pub fn of_job(job: &Job, plan: &JobPlan, environment: Option<&Environment>) -> Vec<Variable> {
    let mut variables = vec![
        public("CI_JOB_NAME", &job.name),
        public("CI_JOB_NAME_SLUG", slug(&job.name, 63)),
        public("CI_JOB_GROUP_NAME", if plan.base_name.is_empty() { &job.name } else { &plan.base_name }),
        public("CI_JOB_STAGE", &job.stage),
    ];
    match &plan.instance {
        Some(instance) => variables.extend([
            public("CI_NODE_INDEX", instance.index.to_string()),
            public("CI_NODE_TOTAL", instance.total.to_string()),
        ]),
        None => variables.push(public("CI_NODE_TOTAL", "1")),
    }
    if job.when == pipewright_model::When::Manual {
        variables.push(public("CI_JOB_MANUAL", "true"));
    }
    if let (Some(name), Some(said)) = (&job.environment, &plan.environment) {
        let known = environment.map_or_else(|| names::tier(name), |known| &known.tier);
        variables.extend([
            public("CI_ENVIRONMENT_NAME", name),
            public("CI_ENVIRONMENT_ACTION", &said.action),
            public("CI_ENVIRONMENT_TIER", said.deployment_tier.as_deref().unwrap_or(known)),
        ]);
    }
    variables
}

/// Of the job's environment, which is known last of all. Its address is expanded with everything before it.
pub fn of_environment(plan: &JobPlan, environment: Option<&Environment>) -> Vec<Variable> {
    let Some(environment) = environment else { return Vec::new() };
    let said = plan.environment.as_ref().and_then(|said| said.url.clone());
    let url = said.or_else(|| environment.external_url.clone());
    let slug = public("CI_ENVIRONMENT_SLUG", &environment.slug);
    std::iter::once(slug).chain(url.map(|url| public("CI_ENVIRONMENT_URL", url))).collect()
}

/// Of the runner that takes the job.
pub fn of_runner(runner: &Runner) -> Vec<Variable> {
    let tags: Vec<String> = runner.tags.iter().map(|tag| format!("{tag:?}")).collect();
    vec![
        public("CI_RUNNER_ID", runner.id.to_string()),
        public("CI_RUNNER_DESCRIPTION", &runner.description),
        public("CI_RUNNER_TAGS", format!("[{}]", tags.join(", "))),
    ]
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn slugs_have_no_dash_at_an_end() {
        assert_eq!(slug("Feature/Ünder_score-", 63), "feature--nder-score");
        assert_eq!(slug(&format!("{}-x", "a".repeat(62)), 63), "a".repeat(62));
    }
}
