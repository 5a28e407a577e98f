//! Memberships end at their time, not some seconds after it.

use crate::{Engine, Error, Result};
use pipewright_model::Timestamp;
use pipewright_store::members;
use std::sync::atomic::{AtomicI64, Ordering};

/// When the next membership ends, in microseconds, as far as this process knows; nothing is known at first. The slow
/// tick asks the database again, for memberships that another process made.
#[derive(Debug, Default)]
pub(crate) struct NextEnd(AtomicI64);

impl NextEnd {
    fn has_come(&self, now: Timestamp) -> bool {
        self.0.load(Ordering::SeqCst) <= now.micros()
    }

    /// A membership with that end was made.
    pub(crate) fn may_be(&self, end: Option<Timestamp>) {
        if let Some(end) = end {
            self.0.fetch_min(end.micros(), Ordering::SeqCst);
        }
    }

    fn is(&self, end: Option<Timestamp>) {
        self.0.store(end.map_or(i64::MAX, Timestamp::micros), Ordering::SeqCst);
    }
}

impl Engine {
    /// Ends memberships whose time is over, before rights are looked at. A database that cannot write must not lock
    /// readers out: the next tick tries again.
    pub(crate) async fn end_memberships(&self) {
        if self.inner.memberships.has_come(self.clock.now())
            && let Err(error) = self.expire_members_one().await
        {
            tracing::error!(%error, "memberships whose time is over could not be ended");
        }
    }

    /// The same, asking the database; called by the slow tick. How many ended.
    pub async fn expire_members_one(&self) -> Result<usize> {
        let now = self.clock.now();
        let next = async || self.db.read(members::next_end).await.map_err(Error::from);
        let (mut end, mut ended) = (next().await?, 0);
        if end.is_some_and(|end| end <= now) {
            ended = self.db.write(move |tx| members::delete_expired(tx, now)).await.map_err(Error::from)?;
            end = next().await?;
        }
        self.inner.memberships.is(end);
        Ok(ended)
    }
}
