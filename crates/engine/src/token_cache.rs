//! Access tokens that were looked up a moment ago, so that most requests need no query for theirs.
//!
//! An entry never outlives a revocation by this process: whoever changes a token or a user empties the
//! cache after the commit, and an entry read before that is not let in after it. What another process
//! does to the same file (the command line) is seen after [`MAX_AGE_SECONDS`].

use pipewright_model::{AccessToken, Timestamp, TokenDigest, User};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Entries are read again after this long.
const MAX_AGE_SECONDS: i64 = 1;
/// Most entries; the cache is emptied when it is full.
const MAX_ENTRIES: usize = 10_000;

/// A token and its user.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) token: Arc<AccessToken>,
    pub(crate) user: Arc<User>,
    /// When it was read.
    pub(crate) read_at: Timestamp,
}

#[derive(Default)]
pub(crate) struct TokenCache {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Counts how often the cache was emptied.
    generation: u64,
    entries: HashMap<TokenDigest, Known>,
}

impl TokenCache {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The entry, if there is one that is fresh.
    pub(crate) fn get(&self, digest: &TokenDigest, now: Timestamp) -> Option<Known> {
        self.state().entries.get(digest).filter(|known| known.read_at.plus_seconds(MAX_AGE_SECONDS) > now).cloned()
    }

    /// Ask for it **before** reading what is to be inserted.
    pub(crate) fn generation(&self) -> u64 {
        self.state().generation
    }

    /// Remembers an entry unless the cache was emptied since `generation`.
    pub(crate) fn insert(&self, generation: u64, digest: TokenDigest, known: Known) {
        let mut state = self.state();
        if state.generation != generation {
            return;
        }
        if state.entries.len() >= MAX_ENTRIES {
            state.entries.clear();
        }
        state.entries.insert(digest, known);
    }

    /// Drops one entry.
    pub(crate) fn forget(&self, digest: &TokenDigest) {
        self.state().entries.remove(digest);
    }

    /// Empties the cache.
    pub(crate) fn forget_all(&self) {
        let mut state = self.state();
        state.generation += 1;
        state.entries.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::{Known, TokenCache};
    use pipewright_model::{AccessToken, AccessTokenId, Timestamp, TokenDigest, User, UserId, UserState};
    use std::sync::Arc;

    fn known() -> Known {
        let now = Timestamp::from_seconds(100);
        let token = AccessToken {
            id: AccessTokenId(1),
            user_id: UserId(1),
            name: String::new(),
            description: None,
            scopes: vec![],
            revoked: false,
            created_at: now,
            expires_at: None,
            last_used_at: None,
        };
        let user = User {
            id: UserId(1),
            username: "ana".to_owned(),
            name: "Ana".to_owned(),
            email: "ana@example.com".to_owned(),
            state: UserState::Active,
            admin: false,
            external: false,
            bot: false,
            created_at: now,
            profile: "{}".to_owned(),
        };
        Known { token: Arc::new(token), user: Arc::new(user), read_at: now }
    }

    #[test]
    fn what_was_read_before_a_revocation_is_not_let_in_after_it() {
        let (cache, digest, now) = (TokenCache::default(), TokenDigest("d".to_owned()), Timestamp::from_seconds(100));
        let before = cache.generation();
        cache.insert(before, digest.clone(), known());
        assert!(cache.get(&digest, now).is_some());
        assert!(cache.get(&digest, now.plus_seconds(1)).is_none(), "it is read again after a second");
        cache.forget_all();
        assert!(cache.get(&digest, now).is_none());
        cache.insert(before, digest.clone(), known());
        assert!(cache.get(&digest, now).is_none());
    }
}
