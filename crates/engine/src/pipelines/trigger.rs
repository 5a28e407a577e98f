//! A pipeline started by a trigger's token, or by a running job's.

use super::list::{PipelineView, Wish};
use crate::access::{self, Ability, ProjectRef, Standing};
use crate::jobs::variables::GivenVariable;
use crate::secrets::digest;
use crate::{Caller, Engine, Error, Result, UserCaller};
use pipewright_model::{Source, TriggerId, VariableType};
use pipewright_store::{triggers, users};
use std::sync::Arc;

/// The variable that holds what the call came with.
const PAYLOAD: &str = "TRIGGER_PAYLOAD";

/// Who a token stands for, and what the pipeline's source is.
struct Starter {
    caller: Caller,
    source: Source,
    trigger: Option<TriggerId>,
}

impl Engine {
    /// Starts a pipeline by token alone. `payload` is the call's own JSON without the token: jobs have it as
    /// the file `TRIGGER_PAYLOAD`. A token that is no trigger's of this project and no running job's finds
    /// nothing, so that it learns of no project either.
    pub async fn trigger_pipeline(
        &self,
        project: &ProjectRef,
        token: &str,
        wish: Wish,
        payload: String,
    ) -> Result<PipelineView> {
        let starter = match self.by_trigger_token(project, token).await? {
            Some(starter) => starter,
            None => self.by_job_token(token).await?.ok_or_else(Error::file)?,
        };
        let (who, which) = (starter.caller.clone(), project.clone());
        let standing = match self.db.read(move |tx| access::standing(tx, &who, &which)).await {
            Ok(standing) => standing,
            Err(Error::NotFound(_) | Error::Moved(_) | Error::Forbidden(_)) => return Err(Error::file()),
            Err(error) => return Err(error),
        };
        if !standing.can(Ability::CreatePipeline) {
            return Err(Error::invalid("base", refusal(&standing)));
        }
        let payload =
            GivenVariable { variable_type: VariableType::File, raw: false, ..GivenVariable::new(PAYLOAD, payload) };
        let view = self.run_wish(&starter.caller, standing, wish, vec![payload], starter.source).await?;
        if let Some(id) = starter.trigger {
            let now = self.clock.now();
            self.db.write(move |tx| triggers::touch(tx, id, now)).await.map_err(Error::from)?;
        }
        Ok(view)
    }

    async fn by_trigger_token(&self, project: &ProjectRef, token: &str) -> Result<Option<Starter>> {
        let (digest, now, project) = (digest(token), self.clock.now(), project.clone());
        let found = self.db.read(move |tx| {
            let Some(trigger) = triggers::by_digest(tx, &digest)? else { return Ok::<_, Error>(None) };
            if trigger.expires_at.is_some_and(|end| end <= now) {
                return Ok(None);
            }
            let owner = users::by_id(tx, trigger.owner_id)?;
            let own = access::load(tx, &project)?.is_some_and(|project| project.id == trigger.project_id);
            Ok(owner.filter(|_| own).map(|owner| (trigger, owner)))
        });
        let Some((trigger, owner)) = found.await? else { return Ok(None) };
        crate::auth::usable(&owner)?;
        let caller = Caller::User(UserCaller { user: Arc::new(owner), token: None });
        Ok(Some(Starter { caller, source: Source::Trigger, trigger: Some(trigger.id) }))
    }

    async fn by_job_token(&self, token: &str) -> Result<Option<Starter>> {
        let job = self.executing_job(token).await?;
        Ok(job.map(|job| Starter { caller: Caller::Job(job), source: Source::Pipeline, trigger: None }))
    }
}

fn refusal(standing: &Standing) -> &'static str {
    use pipewright_model::project::FeatureAccess;
    if standing.project.settings.builds_access_level == FeatureAccess::Disabled {
        "Pipelines are disabled!"
    } else {
        "Insufficient permissions to create a new pipeline"
    }
}
