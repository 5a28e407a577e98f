//! A runner was heard of: its token, and the machine it calls from (runner protocol §2.7, §2.8).

use crate::secrets::digest;
use crate::{Engine, Error, Result};
use pipewright_model::{Job, Runner, RunnerManager, RunnerManagerId, Timestamp};
use pipewright_store::{Tx, managers, runners};
use pipewright_wire::runner::RunnerInfo;

/// A contact is written down at most this often, unless the machine tells something new.
const WRITE_SECONDS: i64 = 60;
/// The machine of a runner that does not name it.
const LEGACY: &str = "<legacy>";

/// A runner that showed its token, on one machine.
#[derive(Clone, Debug)]
pub struct Contacted {
    /// The runner.
    pub runner: Runner,
    /// The machine.
    pub manager: RunnerManager,
}

/// What a machine tells of itself.
#[derive(Clone, Debug, Default)]
pub struct Machine<'m> {
    /// Its own name.
    pub system_id: Option<&'m str>,
    /// The rest.
    pub info: Option<&'m RunnerInfo>,
    /// Where it calls from.
    pub ip_address: Option<String>,
}

impl Engine {
    /// The runner of a token; 403 if there is none, or its token has expired.
    pub async fn runner_by_token(&self, token: &str) -> Result<Runner> {
        let (key, now) = (digest(token), self.clock.now());
        let found = self.db.read(move |tx| runners::by_token(tx, &key)).await.map_err(Error::from)?;
        found.filter(|runner| runner.token_expires_at.is_none_or(|at| at > now)).ok_or(Error::Forbidden(None))
    }

    /// Notes that a runner called from a machine, which is made at the first call.
    pub async fn contact(&self, token: &str, machine: &Machine<'_>) -> Result<Contacted> {
        let runner = self.runner_by_token(token).await?;
        let system_id = machine.system_id.map(str::trim).filter(|id| !id.is_empty()).unwrap_or(LEGACY);
        if system_id.chars().count() > 64 {
            return Err(Error::BadRequest("400 Bad request - system_id is longer than 64 characters".to_owned()));
        }
        let now = self.clock.now();
        let (id, name) = (runner.id, system_id.to_owned());
        let known = self.db.read(move |tx| managers::by_system_id(tx, id, &name)).await.map_err(Error::from)?;
        let told = told(&runner, known.as_ref(), machine, system_id, now);
        let recent = |at: Option<Timestamp>| at.is_some_and(|at| at.plus_seconds(WRITE_SECONDS) > now);
        let as_known = known.as_ref().is_some_and(|known| {
            recent(known.contacted_at) && *known == RunnerManager { contacted_at: known.contacted_at, ..told.clone() }
        });
        if as_known && recent(runner.contacted_at) {
            return Ok(Contacted { runner, manager: told });
        }
        let row = told.clone();
        let manager_id: RunnerManagerId = self
            .db
            .write(move |tx| {
                runners::touch(tx, id, now)?;
                managers::upsert(tx, &row)
            })
            .await
            .map_err(Error::from)?;
        let runner = Runner { contacted_at: Some(now), ..runner };
        Ok(Contacted { runner, manager: RunnerManager { id: manager_id, ..told } })
    }
}

/// The machine as it is now: what it does not tell stays as it was known.
fn told(
    runner: &Runner,
    known: Option<&RunnerManager>,
    machine: &Machine<'_>,
    system_id: &str,
    now: Timestamp,
) -> RunnerManager {
    let info = machine.info.cloned().unwrap_or_default();
    let text = |told: Option<String>, longest: usize, known: Option<&String>| {
        told.map(|text| text.chars().take(longest).collect::<String>()).or_else(|| known.cloned())
    };
    let features: Vec<String> = match machine.info {
        Some(info) => info.features.names().map(str::to_owned).collect(),
        None => known.map(|known| known.features.clone()).unwrap_or_default(),
    };
    RunnerManager {
        id: known.map_or(RunnerManagerId(0), |known| known.id),
        runner_id: runner.id,
        system_id: system_id.to_owned(),
        version: text(info.version, 2048, known.and_then(|known| known.version.as_ref())),
        revision: text(info.revision, 255, known.and_then(|known| known.revision.as_ref())),
        platform: text(info.platform, 255, known.and_then(|known| known.platform.as_ref())),
        architecture: text(info.architecture, 255, known.and_then(|known| known.architecture.as_ref())),
        name: text(info.name, 255, known.and_then(|known| known.name.as_ref())),
        executor: text(info.executor, 255, known.and_then(|known| known.executor.as_ref())),
        ip_address: machine.ip_address.clone().or_else(|| known.and_then(|known| known.ip_address.clone())),
        features,
        created_at: known.map_or(now, |known| known.created_at),
        contacted_at: Some(now),
    }
}

/// A job call is a sign of life of the job's runner and machine.
pub fn by_job(tx: &Tx<'_>, job: &Job, now: Timestamp) -> Result<()> {
    // The job's own row is written with every call; these two once a minute.
    let minute = |at: Timestamp| at.seconds().div_euclid(WRITE_SECONDS);
    if minute(job.updated_at) == minute(now) {
        return Ok(());
    }
    if let Some(runner) = job.runner_id {
        runners::touch(tx, runner, now)?;
    }
    if let Some(manager) = job.runner_manager_id {
        managers::touch(tx, manager, now)?;
    }
    Ok(())
}
