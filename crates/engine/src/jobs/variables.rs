//! Everything a job's variables are, in the order in which later ones win (runner protocol §11.3).

use super::expand;
use super::predefined::{self, Surroundings, public, secret};
use crate::environments::Environment;
use crate::secrets::Secrets;
use crate::{Error, Result};
use pipewright_ci_config::JobPlan;
use pipewright_model::{Job, Runner, Timestamp, Variable as Configured, VariableType};
use pipewright_store::pipeline_variables::SealedVariable as SealedPipelineVariable;
use pipewright_wire::runner::Variable;

/// What was read for a job's variables, some of them still sealed.
#[derive(Clone, Debug)]
pub struct Ingredients {
    /// Server, project, pipeline, commit, user.
    pub around: Surroundings,
    /// The job.
    pub job: Job,
    /// What its file says.
    pub plan: JobPlan,
    /// The environment it names.
    pub environment: Option<Environment>,
    /// Who takes it; `None` where that does not matter.
    pub runner: Option<Runner>,
    /// Instance's, groups', project's, weakest first.
    pub configured: Vec<Configured>,
    /// Those the pipeline was started with.
    pub pipeline: Vec<SealedPipelineVariable>,
    /// dotenv variables of the jobs it depends on.
    pub outputs: Vec<(String, Vec<u8>)>,
    /// Those it was played with.
    pub played: Option<Vec<u8>>,
}

/// A variable somebody gave when starting a pipeline or pressing play.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct GivenVariable {
    /// Name.
    pub key: String,
    /// Value.
    pub value: String,
    /// Value or file.
    pub variable_type: VariableType,
    /// Its value is not expanded.
    #[serde(default)]
    pub raw: bool,
}

impl GivenVariable {
    /// A plain one.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), value: value.into(), variable_type: VariableType::EnvVar, raw: false }
    }

    /// As a job gets it.
    pub fn wire(&self) -> Variable {
        Variable {
            key: self.key.clone(),
            value: self.value.clone(),
            file: self.variable_type == VariableType::File,
            raw: self.raw,
            ..Variable::default()
        }
    }
}

/// The variables of a job that a runner takes now, references followed.
pub fn of_job(secrets: &Secrets, from: &Ingredients, token: &str, started_at: Timestamp) -> Result<Vec<Variable>> {
    let (around, job, plan) = (&from.around, &from.job, &from.plan);
    let base = format!("{}/{}", around.external_url, around.project.full_path);
    let mut all = vec![
        public("CI_PIPELINE_ID", around.pipeline.id.to_string()),
        public("CI_PIPELINE_URL", format!("{base}/-/pipelines/{}", around.pipeline.id)),
        public("CI_JOB_ID", job.id.to_string()),
        public("CI_JOB_URL", format!("{base}/-/jobs/{}", job.id)),
        secret("CI_JOB_TOKEN", token, true),
        public("CI_JOB_STARTED_AT", started_at.to_string()),
        public("CI_REGISTRY_USER", "gitlab-ci-token"),
        secret("CI_REGISTRY_PASSWORD", token, true),
        secret("CI_REPOSITORY_URL", repository_url(around, token), false),
    ];
    all.extend(predefined::of_job(job, plan, from.environment.as_ref()));
    all.extend(predefined::of_project(around));
    all.extend(predefined::of_pipeline(around));
    all.extend(from.runner.iter().flat_map(predefined::of_runner));
    all.extend(plan.variables.iter().map(|variable| Variable {
        key: variable.key.clone(),
        value: variable.value.clone(),
        public: true,
        raw: variable.raw,
        ..Variable::default()
    }));
    all.extend(predefined::of_user(around.user.as_ref()));
    for (key, value) in &from.outputs {
        all.push(secret(key, secrets.decrypt(value)?, false));
    }
    all.extend(from.configured.iter().map(configured));
    for variable in open_given(secrets, &from.pipeline)? {
        all.push(variable.wire());
    }
    if let Some(played) = &from.played {
        all.extend(open_played(secrets, played)?.iter().map(GivenVariable::wire));
    }
    all.extend(predefined::of_environment(plan, from.environment.as_ref()));
    expand::all(&mut all);
    Ok(all)
}

/// A text with these variables put in; what is not known stays as it is written.
pub(crate) fn expanded_where_known(text: &str, variables: &[Variable]) -> String {
    expand::replace(text, |name| {
        variables.iter().rev().find(|known| known.key == name).map(|known| known.value.clone())
    })
}

/// A text with these variables put in; nothing where one is not known.
pub(crate) fn expanded(text: &str, variables: &[Variable]) -> String {
    expand::replace(text, |name| {
        let found = variables.iter().rev().find(|known| known.key == name);
        Some(found.map(|known| known.value.clone()).unwrap_or_default())
    })
}

/// A variable people set, as a job gets it.
pub fn configured(variable: &Configured) -> Variable {
    Variable {
        key: variable.key.clone(),
        value: variable.value.clone(),
        public: false,
        masked: variable.masked,
        file: variable.variable_type == VariableType::File,
        raw: variable.raw,
    }
}

/// Variables a pipeline was started with, in the clear.
pub fn open_given(secrets: &Secrets, sealed: &[SealedPipelineVariable]) -> Result<Vec<GivenVariable>> {
    sealed
        .iter()
        .map(|variable| {
            Ok(GivenVariable {
                key: variable.key.clone(),
                value: secrets.decrypt(&variable.value)?,
                variable_type: variable.variable_type,
                raw: variable.raw,
            })
        })
        .collect()
}

/// The same sealed.
pub fn seal_given(secrets: &Secrets, given: &[GivenVariable]) -> Vec<SealedPipelineVariable> {
    let seal = |variable: &GivenVariable| SealedPipelineVariable {
        key: variable.key.clone(),
        value: secrets.encrypt(&variable.value),
        variable_type: variable.variable_type,
        raw: variable.raw,
    };
    given.iter().map(seal).collect()
}

/// Variables a job was played with, in the clear.
pub fn open_played(secrets: &Secrets, sealed: &[u8]) -> Result<Vec<GivenVariable>> {
    let text = secrets.decrypt(sealed)?;
    serde_json::from_str(&text).map_err(|error| Error::Internal(format!("played variables cannot be read: {error}")))
}

/// The same sealed.
pub fn seal_played(secrets: &Secrets, given: &[GivenVariable]) -> Result<Vec<u8>> {
    let text = serde_json::to_string(given).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(secrets.encrypt(&text))
}

/// Checks what somebody gave: names of letters, digits and underscores, values of a bounded length.
pub fn check_given(given: &[GivenVariable]) -> Result<()> {
    /// Longer values are no variables.
    const LONGEST: usize = 1 << 20;
    for variable in given {
        let word = variable.key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if variable.key.is_empty() || variable.key.len() > 255 || !word {
            return Err(Error::BadRequest(format!(
                "400 Bad request - the variable name {:?} may hold letters, digits and _ only",
                variable.key.chars().take(80).collect::<String>()
            )));
        }
        if variable.value.len() > LONGEST {
            return Err(Error::BadRequest(format!("400 Bad request - the value of {} is too long", variable.key)));
        }
    }
    Ok(())
}

/// Where the job clones from, its token in it.
pub fn repository_url(around: &Surroundings, token: &str) -> String {
    let (scheme, rest) = around.external_url.split_once("://").unwrap_or(("http", &around.external_url));
    format!("{scheme}://gitlab-ci-token:{token}@{rest}/{}.git", around.project.full_path)
}
