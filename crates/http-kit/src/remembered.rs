//! Answers given a moment ago, given again while nothing has changed.
//!
//! People and dashboards ask for the same finished jobs again and again. As long as the database has seen no
//! commit, the answer to the same question by the same user is the same bytes. There is no other rule of what
//! makes an answer an old one, so there is none to forget: the first commit drops everything.

use crate::{Answer, ApiError, Call};
use axum::body::{Bytes, to_bytes};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use pipewright_engine::Caller;
use pipewright_model::{Timestamp, UserId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Longest an answer is given again: a command beside the server may change the same file.
const MAX_AGE_SECONDS: i64 = 5;
/// Bytes of a half of what is remembered.
const HALF: usize = 12 << 20;
/// Longer bodies cost more to make than to find again, but fill the room of many others.
const LONGEST: usize = 256 << 10;
/// What an entry takes beside its address, its headers and its body.
const ENTRY: usize = 256;
/// What a header takes beside its name and its value.
const HEADER: usize = 64;

/// How long an answer stays the same as long as nothing is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    /// Until this time: something in it expires then.
    Until(Timestamp),
    /// Not at all: something in it goes on with the time, as the duration of a job that runs.
    No,
}

/// Answers by who asked and what for.
#[derive(Debug, Default)]
pub struct Remembered {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Of the database all entries were read from.
    version: u64,
    young: HashMap<Question, Arc<Entry>>,
    /// What was young before there was too much of it.
    old: HashMap<Question, Arc<Entry>>,
    /// Bytes of the young.
    bytes: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Question {
    user: Option<UserId>,
    address: String,
}

#[derive(Debug)]
struct Entry {
    at: Timestamp,
    until: Timestamp,
    headers: HeaderMap,
    body: Bytes,
}

impl Remembered {
    /// The answer to this call: an earlier one if it is still true, else what `make` makes. Call it when the
    /// parameters are checked and what has to be counted is counted; `make` is to do nothing but read.
    pub async fn answer<R>(
        &self,
        call: &Call<R>,
        make: impl AsyncFnOnce() -> Result<(Response, Lasting), ApiError>,
    ) -> Answer {
        // The number is read before the rows are: a commit in between makes the entry one of the past.
        let (Some(version), Some(question)) = (call.engine.data_version(), question(call)) else {
            return make().await.map(|(response, _)| response);
        };
        let now = call.engine.clock.now();
        if let Some(entry) = self.find(version, &question, now) {
            return Ok((entry.headers.clone(), entry.body.clone()).into_response());
        }
        let (response, lasting) = make().await?;
        let Lasting::Until(end) = lasting else { return Ok(response) };
        if response.status() != StatusCode::OK {
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX)
            .await
            .map_err(|error| ApiError::Engine(pipewright_engine::Error::Internal(error.to_string())))?;
        if body.len() <= LONGEST && parts.extensions.is_empty() {
            let until = end.min(now.plus_seconds(MAX_AGE_SECONDS));
            // A copy takes its own length and no more: the body was made in room for the longest.
            let kept = Bytes::copy_from_slice(&body);
            self.keep(version, question, Entry { at: now, until, headers: parts.headers.clone(), body: kept });
        }
        Ok(Response::from_parts(parts, body.into()))
    }

    fn find(&self, version: u64, question: &Question, now: Timestamp) -> Option<Arc<Entry>> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.version != version {
            return None;
        }
        let fresh = |entry: &&Arc<Entry>| entry.at <= now && now < entry.until;
        let found = [&state.young, &state.old].into_iter().find_map(|half| half.get(question).filter(fresh));
        found.cloned()
    }

    fn keep(&self, version: u64, question: Question, entry: Entry) {
        let headers = entry.headers.iter().map(|(name, value)| HEADER + name.as_str().len() + value.len());
        let size = ENTRY + question.address.len() + headers.sum::<usize>() + entry.body.len();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if version < state.version {
            return;
        }
        if version > state.version {
            *state = State { version, ..State::default() };
        }
        if state.bytes + size > HALF {
            state.old = std::mem::take(&mut state.young);
            state.bytes = 0;
        }
        state.bytes += size;
        state.young.insert(question, Arc::new(entry));
    }
}

/// Who asks for what; `None` where that does not tell what is answered.
fn question<R>(call: &Call<R>) -> Option<Question> {
    let user = match &call.caller {
        Caller::Anonymous => None,
        Caller::User(caller) => Some(caller.user.id),
        Caller::Job(_) => return None,
    };
    let uri = call.uri();
    // A secret in the address is not kept beyond its request.
    if uri.query().is_some_and(|query| query.contains("token")) {
        return None;
    }
    let address = uri.path_and_query().map_or_else(String::new, |address| address.as_str().to_owned());
    Some(Question { user, address })
}

#[cfg(test)]
mod tests {
    use super::{Entry, HALF, HeaderMap, Question, Remembered, Timestamp, UserId};

    fn question(user: i64, address: &str) -> Question {
        Question { user: Some(UserId(user)), address: address.to_owned() }
    }

    fn entry(at: i64, body: &'static [u8]) -> Entry {
        let at = Timestamp::from_seconds(at);
        Entry { at, until: at.plus_seconds(5), headers: HeaderMap::new(), body: body.into() }
    }

    #[test]
    fn an_answer_is_for_its_user_its_address_its_version_and_a_few_seconds() {
        let (all, at) = (Remembered::default(), Timestamp::from_seconds);
        all.keep(7, question(1, "/a"), entry(100, b"one"));
        assert_eq!(all.find(7, &question(1, "/a"), at(100)).unwrap().body, "one");
        assert!(all.find(7, &question(2, "/a"), at(100)).is_none());
        assert!(all.find(7, &question(1, "/b"), at(100)).is_none());
        assert!(all.find(8, &question(1, "/a"), at(100)).is_none());
        assert!(all.find(7, &question(1, "/a"), at(104)).is_some());
        assert!(all.find(7, &question(1, "/a"), at(105)).is_none());
        assert!(all.find(7, &question(1, "/a"), at(99)).is_none(), "a clock that was put back");
    }

    #[test]
    fn what_was_read_before_a_commit_is_not_kept_after_it() {
        let all = Remembered::default();
        all.keep(8, question(1, "/a"), entry(100, b"new"));
        all.keep(7, question(1, "/b"), entry(100, b"old"));
        assert!(all.find(8, &question(1, "/b"), Timestamp::from_seconds(100)).is_none());
        all.keep(9, question(1, "/c"), entry(100, b"newer"));
        assert!(all.find(9, &question(1, "/a"), Timestamp::from_seconds(100)).is_none());
    }

    #[test]
    fn room_is_bounded_and_the_newest_stay() {
        static BODY: [u8; 1 << 16] = [b'x'; 1 << 16];
        let all = Remembered::default();
        let most = HALF / BODY.len();
        for number in 0..3 * most {
            all.keep(1, question(1, &number.to_string()), entry(100, &BODY));
        }
        let state = all.state.lock().unwrap();
        assert!(state.young.len() + state.old.len() <= 2 * most);
        assert!(state.young.contains_key(&question(1, &(3 * most - 1).to_string())));
        assert!(!state.old.is_empty());
    }
}
