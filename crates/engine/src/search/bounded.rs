//! How much may be looked through in repositories for people's questions: a search, a list of languages. What git finds
//! is held in memory, so there are fewer of them at a time than of the commands whose output streams
//! ([`crate::repository::costly`]).

use crate::{Caller, Engine, Error, Result};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Turns of those who said who they are, and as many of those who did not: strangers keep nobody else out.
#[derive(Debug)]
pub(crate) struct Turns {
    known: Semaphore,
    strangers: Semaphore,
}

impl Turns {
    pub(crate) fn new(at_once: usize) -> Self {
        let turns = || Semaphore::new(at_once.clamp(1, Semaphore::MAX_PERMITS));
        Self { known: turns(), strangers: turns() }
    }
}

impl Engine {
    /// Waits for a turn and ends what takes too long, its wait included: dropping it ends its git. 503 then.
    pub(crate) async fn look_through<T>(
        &self,
        caller: &Caller,
        question: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let turns = match caller {
            Caller::Anonymous => &self.inner.turns.strangers,
            Caller::User(_) | Caller::Job(_) => &self.inner.turns.known,
        };
        let seconds = self.limits.search_seconds;
        let turn = async {
            let _turn = turns.acquire().await.map_err(|error| Error::Internal(error.to_string()))?;
            question.await
        };
        let long = || {
            Error::Busy(format!("Looking through the repository took longer than {seconds} seconds. Try again later."))
        };
        tokio::time::timeout(Duration::from_secs(seconds), turn).await.map_err(|_| long())?
    }
}
