//! The ID tokens of a job that is handed out.

use super::claims::{About, Audience};
use crate::access;
use crate::jobs::payload;
use crate::jobs::variables::Ingredients;
use crate::{Engine, Error, Result};
use pipewright_ci_config::plan::IdToken;
use pipewright_model::{AccessLevel, Timestamp};
use pipewright_wire::runner::Variable;

impl Engine {
    /// The variables a job's `id_tokens` become. `known`: what their audiences may name. Whoever asks again
    /// with the same gets the same tokens.
    pub(crate) async fn id_tokens(
        &self,
        from: &Ingredients,
        known: &[Variable],
        job_token: &str,
        now: Timestamp,
    ) -> Result<Vec<Variable>> {
        if from.plan.id_tokens.is_empty() {
            return Ok(Vec::new());
        }
        let (project, user) = (from.around.project.clone(), from.around.user.clone());
        let role = self.db.read(move |tx| match &user {
            Some(user) => access::role(tx, user, &project),
            None => Ok::<_, Error>(AccessLevel::None),
        });
        let key = self.signing_key().await?;
        let maximum = from.runner.as_ref().and_then(|runner| runner.maximum_timeout);
        let about = About { from, role: role.await?, now, timeout: payload::timeout(&from.job, maximum) };
        let token = |(name, said): (&String, &IdToken)| {
            let value = key.sign(&about.claims(name, audience(said, known), job_token))?;
            Ok(Variable { key: name.clone(), value, masked: true, ..Variable::default() })
        };
        from.plan.id_tokens.iter().map(token).collect()
    }
}

/// Who a token is for, variables put in; what is not known stays as it is written.
fn audience(said: &IdToken, known: &[Variable]) -> Audience {
    let mut list: Vec<String> =
        said.aud.iter().map(|text| crate::jobs::variables::expanded_where_known(text, known)).collect();
    if said.single && list.len() == 1 { Audience::One(list.remove(0)) } else { Audience::Several(list) }
}
