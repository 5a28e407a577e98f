//! What a caller makes a deletion depend on.

use crate::{Error, Result};
use pipewright_model::Timestamp;

/// `If-Unmodified-Since`: the thing must not have changed after this time. Without a time there is no condition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unchanged(pub Option<Timestamp>);

impl Unchanged {
    /// 412 if it last changed after the time.
    pub(crate) fn check(self, changed_at: Timestamp) -> Result<()> {
        if self.0.is_some_and(|since| changed_at > since) { Err(Error::Changed) } else { Ok(()) }
    }
}
