//! How often somebody may call something.

use pipewright_model::{Timestamp, UserId};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Seconds of one window.
const WINDOW: i64 = 60;

/// Counts calls of each user by the minute. What is counted is forgotten with its minute, so memory is
/// bounded by the users who called within one.
#[derive(Debug, Default)]
pub struct RateLimit {
    window: Mutex<Window>,
}

#[derive(Debug, Default)]
struct Window {
    number: i64,
    calls: HashMap<UserId, u32>,
}

impl RateLimit {
    /// Counts a call; answers the seconds to wait if it is one too many. A limit of 0 is none.
    pub fn count(&self, user: UserId, limit: u32, now: Timestamp) -> Option<u64> {
        if limit == 0 {
            return None;
        }
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let number = now.seconds().div_euclid(WINDOW);
        if window.number != number {
            *window = Window { number, calls: HashMap::new() };
        }
        let calls = window.calls.entry(user).or_default();
        *calls = calls.saturating_add(1);
        (*calls > limit).then(|| (WINDOW - now.seconds().rem_euclid(WINDOW)) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::RateLimit;
    use pipewright_model::{Timestamp, UserId};

    #[test]
    fn a_new_minute_is_a_new_chance_and_users_do_not_share() {
        let (limit, at) = (RateLimit::default(), Timestamp::from_seconds);
        assert_eq!(limit.count(UserId(1), 2, at(70)), None);
        assert_eq!(limit.count(UserId(1), 2, at(71)), None);
        assert_eq!(limit.count(UserId(1), 2, at(75)), Some(45));
        assert_eq!(limit.count(UserId(2), 2, at(75)), None);
        assert_eq!(limit.count(UserId(1), 2, at(120)), None);
        assert_eq!(limit.count(UserId(1), 0, at(120)), None);
    }
}
