//! The settings as they were read a moment ago.

use super::{MAX_AGE_SECONDS, Settings};
use pipewright_model::Timestamp;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Default)]
pub(crate) struct Cache {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Counts the changes made by this process: what was read before one is not let in after it.
    generation: u64,
    known: Option<(Timestamp, Arc<Settings>)>,
}

impl Cache {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The settings, if they are fresh.
    pub(crate) fn get(&self, now: Timestamp) -> Option<Arc<Settings>> {
        let state = self.state();
        let (read_at, settings) = state.known.as_ref()?;
        let fresh = *read_at <= now && now < read_at.plus_seconds(MAX_AGE_SECONDS);
        fresh.then(|| Arc::clone(settings))
    }

    /// Ask for it **before** reading what is to be inserted.
    pub(crate) fn generation(&self) -> u64 {
        self.state().generation
    }

    pub(crate) fn insert(&self, generation: u64, now: Timestamp, settings: Arc<Settings>) {
        let mut state = self.state();
        if state.generation == generation {
            state.known = Some((now, settings));
        }
    }

    /// Forgets them: they were changed.
    pub(crate) fn forget(&self) {
        let mut state = self.state();
        state.generation += 1;
        state.known = None;
    }
}
