//! What must not be in a stored log (design, invariant 6): the job's token and masked variables. Runners
//! mask too, not all of them well. The length of the log never changes (runner protocol §7).

use super::{payload, variables};
use crate::projects::variables::for_job;
use crate::secrets::Secrets;
use crate::{Engine, Error, Result};
use aho_corasick::{AhoCorasick, MatchKind};
use pipewright_model::{Job, JobId, Variable};
use pipewright_store::{Tx, jobs, projects};
use pipewright_wire::runner::Variable as Handed;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Shorter values are not masked: they would blot out half the log.
const SHORTEST: usize = 8;
/// Jobs remembered; past it everything is forgotten and read anew.
const REMEMBERED: usize = 1000;

/// The values of one job.
#[derive(Debug)]
pub(crate) struct Masks {
    pattern: Option<AhoCorasick>,
    /// Length of the longest value, less one: how far back a value can begin.
    reach: usize,
}

impl Masks {
    /// Fails rather than letting a log through unmasked.
    fn new(values: &[String]) -> Result<Self> {
        let values: Vec<&str> = values.iter().map(String::as_str).filter(|v| v.len() >= SHORTEST).collect();
        let Some(longest) = values.iter().map(|value| value.len()).max() else {
            return Ok(Self { pattern: None, reach: 0 });
        };
        let built = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&values);
        let pattern =
            built.map_err(|error| Error::Internal(format!("the masked variables of a job are too many: {error}")))?;
        Ok(Self { pattern: Some(pattern), reach: longest - 1 })
    }

    /// How many bytes before new ones may belong to a value that ends in them.
    pub(crate) fn reach(&self) -> usize {
        self.reach
    }

    /// Puts an `x` in place of each byte of each value. `true` if there was one.
    pub(crate) fn mask(&self, bytes: &mut [u8]) -> bool {
        let Some(pattern) = &self.pattern else { return false };
        let found: Vec<_> = pattern.find_iter(&*bytes).map(|found| found.range()).collect();
        for range in &found {
            bytes[range.clone()].fill(b'x');
        }
        !found.is_empty()
    }
}

/// The masks of jobs whose logs grow just now.
#[derive(Debug, Default)]
pub(crate) struct MaskCache(Mutex<HashMap<JobId, Arc<Masks>>>);

impl MaskCache {
    fn get(&self, id: JobId) -> Option<Arc<Masks>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    fn insert(&self, id: JobId, masks: Arc<Masks>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(id, masks);
    }
}

impl Engine {
    /// What must not be in the log of a running job, whose token the caller has.
    pub(super) async fn masks(&self, job: &Job, token: &str) -> Result<Arc<Masks>> {
        if let Some(known) = self.inner.masks.get(job.id) {
            return Ok(known);
        }
        let (seen, secrets) = (job.clone(), self.secrets.clone());
        let (sealed, configured) = self
            .db
            .read(move |tx| Ok::<_, Error>((jobs::handed_out(tx, seen.id)?, configured(tx, &secrets, &seen)?)))
            .await?;
        let mut values = vec![token.to_owned()];
        values.extend(configured.into_iter().filter(|variable| variable.masked).map(|variable| variable.value));
        match sealed {
            Some(sealed) => values.extend(read(&self.secrets.decrypt(&sealed)?)?),
            None => values.extend(self.own_id_tokens(job, token).await?),
        }
        let masks = Arc::new(Masks::new(&values)?);
        self.inner.masks.insert(job.id, Arc::clone(&masks));
        Ok(masks)
    }
}

impl Engine {
    /// Writes down which values a job is handed out with that must not be in its log: by the time it grows, a variable
    /// may have another value, or be gone.
    pub(super) async fn note_masked(&self, job: &Job, token: &str, variables: &[Handed]) -> Result<()> {
        let masked = variables.iter().filter(|variable| variable.masked && variable.value != token);
        let values: Vec<&str> = masked.map(|v| v.value.as_str()).filter(|value| value.len() >= SHORTEST).collect();
        if values.is_empty() {
            return Ok(());
        }
        let sealed = self.secrets.encrypt(&Value::from(values).to_string());
        let id = job.id;
        Ok(self.db.write(move |tx| jobs::set_handed_out(tx, id, &sealed)).await?)
    }

    /// The ID tokens the job was given.
    async fn own_id_tokens(&self, job: &Job, token: &str) -> Result<Vec<String>> {
        let (seen, secrets, url) = (job.clone(), self.secrets.clone(), self.external_url.clone());
        let read = self.db.read(move |tx| payload::ingredients(tx, &secrets, &seen, seen.runner_id, &url)).await;
        let from = read?;
        if from.plan.id_tokens.is_empty() {
            return Ok(Vec::new());
        }
        let started = job.started_at.unwrap_or(job.created_at);
        let known = variables::of_job(&self.secrets, &from, token, started)?;
        let tokens = self.id_tokens(&from, &known, token, started).await?;
        Ok(tokens.into_iter().map(|variable| variable.value).collect())
    }
}

/// What [`Engine::note_masked`] wrote.
fn read(values: &str) -> Result<Vec<String>> {
    serde_json::from_str(values)
        .map_err(|error| Error::Internal(format!("a job's masked values cannot be read: {error}")))
}

fn configured(tx: &Tx<'_>, secrets: &Secrets, job: &Job) -> Result<Vec<Variable>> {
    match projects::by_id(tx, job.project_id)? {
        Some(project) => for_job(tx, secrets, &project, job.protected, job.environment.as_deref()),
        None => Ok(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::Masks;

    #[test]
    fn trap_48_masking_keeps_the_length() {
        let masks =
            Masks::new(&["glcbt-1_".into(), "glcbt-1_secret".into(), "short".into(), "a+b(c)[d]".into()]).unwrap();
        let mut log = b"a glcbt-1_secret, a+b(c)[d] and \xff short".to_vec();
        assert!(masks.mask(&mut log));
        assert_eq!(log, b"a xxxxxxxxxxxxxx, xxxxxxxxx and \xff short");
        assert_eq!(masks.reach(), 13);
        let huge: Vec<String> = (0..2000).map(|at| format!("{at:04}{}", "secret".repeat(700))).collect();
        let mut log = format!("before {} after", huge[1999]).into_bytes();
        assert!(Masks::new(&huge).unwrap().mask(&mut log), "megabytes of values are masked as well");
        assert!(log.ends_with(b"xx after"));
        assert!(!Masks::new(&[]).unwrap().mask(&mut log));
    }
}
