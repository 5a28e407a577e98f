//! `PUT /jobs/:id`: alive, or ended (runner protocol §6).

use super::finish::{self, End};
use super::runner_calls::{self, Met};
use crate::pipelines::process::Cause;
use crate::pipelines::rings::Rings;
use crate::runners::contact;
use crate::secrets::digest;
use crate::{Engine, Error, Result};
use pipewright_model::{JobId, Status};
use pipewright_pipeline::FailureReason;
use pipewright_store::{queue, traces};
use pipewright_wire::runner::{JobUpdate, checksum_text};

impl Engine {
    /// Takes a runner's word about its job; returns the job's status after.
    pub async fn update_job(&self, id: JobId, token: &str, update: &JobUpdate) -> Result<Met<Status>> {
        let how = match update.state.as_deref() {
            Some("running") => None,
            Some("success") => Some(End::Success),
            Some("failed") => Some(End::Failed {
                reason: FailureReason::from_runner(update.failure_reason.as_deref()),
                exit_code: update.exit_code,
            }),
            Some(other) => {
                let other: String = other.chars().take(40).collect();
                return self.bad_state(id, token, &format!("400 Bad request - unknown state {other:?}")).await;
            }
            None => return self.bad_state(id, token, "400 Bad request - state is missing").await,
        };
        let key = digest(token);
        let percent = match how {
            Some(_) => match self.met_job(id, token).await? {
                Met::Running(job) => self.coverage(&job).await?,
                Met::Over(status) => return Ok(Met::Over(status)),
            },
            None => None,
        };
        let cause = Cause { now: self.clock.now(), actor: None };
        let said = update.checksum().map(str::to_owned);
        let (met, rings) = self
            .db
            .write(move |tx| {
                let mut rings = Rings::default();
                let job = match runner_calls::find(tx, id, &key)? {
                    Met::Running(job) => job,
                    Met::Over(status) => return Ok::<_, Error>((Met::Over(status), rings)),
                };
                contact::by_job(tx, &job, cause.now)?;
                let Some(how) = how else {
                    queue::touch(tx, job.id, cause.now)?;
                    return Ok((Met::Running(job.status), rings));
                };
                if let (Some(said), Some(trace)) = (&said, traces::get(tx, job.id)?)
                    && *said != checksum_text(trace.crc32)
                {
                    // The log is not what the runner sent; the job's end is its end all the same.
                    tracing::warn!(job = job.id.0, "the log's checksum differs from the runner's");
                }
                let status = finish::end(tx, &mut rings, cause, &job, how, percent)?;
                Ok((Met::Running(status), rings))
            })
            .await?;
        rings.ring(&self.bells);
        Ok(met)
    }

    /// A state that is none: the token is looked at first.
    async fn bad_state(&self, id: JobId, token: &str, why: &str) -> Result<Met<Status>> {
        match self.met_job(id, token).await? {
            Met::Running(_) => Err(Error::BadRequest(why.to_owned())),
            Met::Over(status) => Ok(Met::Over(status)),
        }
    }
}
