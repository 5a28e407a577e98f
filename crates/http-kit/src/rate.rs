//! How often somebody may call something.

use http::{HeaderMap, HeaderName, HeaderValue};
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

/// A call that was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// What is limited.
    pub name: &'static str,
    /// Calls in a minute.
    pub limit: u32,
    /// Calls in this minute, this one included.
    pub observed: u32,
    /// When the next minute begins.
    pub reset: Timestamp,
    /// Seconds until then.
    pub wait: i64,
}

impl RateLimit {
    /// Counts a call; `None` where there is no limit (it is 0).
    pub fn count(&self, name: &'static str, user: UserId, limit: u32, now: Timestamp) -> Option<Counted> {
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
        let reset = (number + 1) * WINDOW;
        let (reset, wait) = (Timestamp::from_seconds(reset), reset - now.seconds());
        Some(Counted { name, limit, observed: *calls, reset, wait })
    }
}

impl Counted {
    /// It was one too many.
    pub fn too_many(&self) -> bool {
        self.observed > self.limit
    }

    /// Puts the `RateLimit-*` headers that clients slow down by; whoever was refused also hears when to come
    /// again.
    pub fn put_headers(&self, headers: &mut HeaderMap) {
        let mut put = |name: &'static str, value: String| {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        put("ratelimit-limit", self.limit.to_string());
        put("ratelimit-name", self.name.to_owned());
        put("ratelimit-observed", self.observed.to_string());
        put("ratelimit-remaining", self.limit.saturating_sub(self.observed).to_string());
        put("ratelimit-reset", self.reset.seconds().to_string());
        put("ratelimit-resettime", self.reset.http_date());
        if self.too_many() {
            put("retry-after", self.wait.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RateLimit;
    use http::HeaderMap;
    use pipewright_model::{Timestamp, UserId};

    #[test]
    fn a_new_minute_is_a_new_chance_and_users_do_not_share() {
        let (limit, at) = (RateLimit::default(), Timestamp::from_seconds);
        let refused = |user, most, now| limit.count("x", UserId(user), most, at(now)).map(|counted| counted.too_many());
        assert_eq!(refused(1, 2, 70), Some(false));
        assert_eq!(refused(1, 2, 71), Some(false));
        assert_eq!(refused(1, 2, 75), Some(true));
        assert_eq!(refused(2, 2, 75), Some(false));
        assert_eq!(refused(1, 2, 120), Some(false));
        assert_eq!(refused(1, 0, 120), None);
    }

    #[test]
    fn headers_tell_how_much_is_left_and_when_there_is_more() {
        let limit = RateLimit::default();
        let mut seen = Vec::new();
        for _ in 0..2 {
            let mut headers = HeaderMap::new();
            let counted = limit.count("jobs", UserId(1), 1, Timestamp::from_seconds(75)).expect("a limit");
            counted.put_headers(&mut headers);
            let value = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("-").to_owned();
            seen.push(["observed", "remaining", "reset", "resettime"].map(|name| value(&format!("ratelimit-{name}"))));
            seen.push([value("ratelimit-name"), value("ratelimit-limit"), value("retry-after"), String::new()]);
        }
        let reset = ["120", "Thu, 01 Jan 1970 00:02:00 GMT"];
        assert_eq!(seen[0], ["1", "0", reset[0], reset[1]]);
        assert_eq!(seen[1], ["jobs", "1", "-", ""]);
        assert_eq!(seen[2], ["2", "0", reset[0], reset[1]]);
        assert_eq!(seen[3], ["jobs", "1", "45", ""]);
    }
}
