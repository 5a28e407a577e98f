//! Memberships end at their time, not some seconds after it.

use crate::{Engine, Error, Result};
use pipewright_model::Timestamp;
use pipewright_store::{Tx, members};
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
        let over = self.db.read(move |tx| some_to_end(tx, now)).await?;
        let ended = if over { self.db.write(move |tx| end_expired(tx, now)).await? } else { 0 };
        // Read after the writing: a membership made meanwhile is either seen here, or says so itself.
        let end = self.db.read(move |tx| members::next_end(tx, now)).await.map_err(Error::from)?;
        self.inner.memberships.is(end);
        Ok(ended)
    }
}

fn some_to_end(tx: &Tx<'_>, now: Timestamp) -> Result<bool> {
    for member in members::expired(tx, now)? {
        if !members::is_last_owner(tx, &member)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Ends what is over, one after the other: a group's last owner stays until it has another one.
fn end_expired(tx: &Tx<'_>, now: Timestamp) -> Result<usize> {
    let mut ended = 0;
    for member in members::expired(tx, now)? {
        if !members::is_last_owner(tx, &member)? {
            ended += usize::from(members::delete(tx, member.id)?);
        }
    }
    Ok(ended)
}
