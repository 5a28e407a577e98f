//! A moved ref makes a pipeline.

use super::create::{Created, NewPipeline};
use crate::jobs::variables::GivenVariable;
use crate::work::{self, PushWork, Taken};
use crate::{Engine, Error, Result};
use pipewright_git::ZERO;
use pipewright_model::Source;
use pipewright_model::project::FeatureAccess;
use pipewright_store::pipeline_lists::{self, PipelineFilter};
use pipewright_store::{Page, projects};
use std::collections::BTreeMap;

impl Engine {
    /// Deals with one moved ref. Deleted refs, projects without CI and commits that vanished make nothing.
    pub async fn pipeline_for_push(&self, push: &PushWork, taken: &Taken) -> Result<()> {
        let id = push.project_id;
        let project = self.db.read(move |tx| projects::by_id(tx, id)).await.map_err(Error::from)?;
        let wanted = project.filter(|project| project.settings.builds_access_level != FeatureAccess::Disabled);
        let (Some(project), Some((name, tag))) = (wanted, push.short_ref()) else { return self.drop_work(taken).await };
        if push.after == ZERO {
            return self.drop_work(taken).await;
        }
        let repository = self.repository(&project).await?;
        // An annotated tag's own object is not a commit.
        let Some(sha) = repository.resolve(&push.after).await? else { return self.drop_work(taken).await };
        if push.found_later && self.has_pipeline_of(push, name, &sha).await? {
            return self.drop_work(taken).await;
        }
        let push_options = self.secrets.unseal(&push.push_options)?;
        let option = |wanted: &str| push_options.iter().any(|option| option == wanted);
        let new = NewPipeline {
            project_id: id,
            ref_name: name.to_owned(),
            tag,
            sha,
            before_sha: push.before.clone(),
            source: Source::Push,
            user_id: push.user_id,
            variables: push_options.iter().filter_map(|option| variable(option)).collect(),
            inputs: BTreeMap::new(),
            skip: option("ci.skip"),
            downstream: None,
        };
        match self.create_pipeline(new, Some(taken)).await {
            Ok(Created::Pipeline(pipeline)) => {
                tracing::info!(pipeline = pipeline.id.0, project = id.0, status = %pipeline.status, "pipeline made");
                Ok(())
            }
            Ok(Created::Nothing(why)) => {
                tracing::debug!(project = id.0, why, "a push made no pipeline");
                Ok(())
            }
            // Nobody waits for an answer: what the pusher got wrong will not get right by trying again.
            Err(Error::BadRequest(why) | Error::NotFound(why)) => {
                tracing::warn!(project = id.0, why, "a push could make no pipeline");
                self.drop_work(taken).await
            }
            Err(error) => Err(error),
        }
    }

    /// Whether a push of this commit to this ref has made its pipeline.
    async fn has_pipeline_of(&self, push: &PushWork, name: &str, sha: &str) -> Result<bool> {
        let filter = PipelineFilter {
            ref_name: Some(name.to_owned()),
            sha: Some(sha.to_owned()),
            source: Some(Source::Push),
            ..PipelineFilter::default()
        };
        let project = push.project_id;
        let found = self.db.read(move |tx| pipeline_lists::list(tx, project, &filter, Page::first(1)));
        Ok(!found.await.map_err(Error::from)?.items.is_empty())
    }

    /// There is nothing to do for a piece of work.
    pub(crate) async fn drop_work(&self, taken: &Taken) -> Result<()> {
        let taken = taken.clone();
        self.db.write(move |tx| work::done(tx, &taken)).await
    }
}

/// `git push -o ci.variable="KEY=value"`.
fn variable(option: &str) -> Option<GivenVariable> {
    let (key, value) = option.strip_prefix("ci.variable=")?.split_once('=')?;
    let key = key.trim_matches('"');
    let word = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    word.then(|| GivenVariable::new(key, value.trim_end_matches('"')))
}
