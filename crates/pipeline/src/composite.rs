//! The status of a set of jobs (CI YAML contract §8): of a stage, of a pipeline, of what a job waits for.

use crate::JobState;
use pipewright_model::Status;

/// The set of what a group of jobs shows: a bit for each status, one for failures that do not count,
/// one for manual jobs that nobody need play.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tokens(u32);

const fn bit(status: Status) -> u32 {
    1 << status as u32
}

const WARNING: u32 = 1 << 30;
const IGNORED: u32 = 1 << 31;

const CREATED: u32 = bit(Status::Created);
const PREPARING: u32 = bit(Status::Preparing);
const PENDING: u32 = bit(Status::Pending);
const RUNNING: u32 = bit(Status::Running);
const SUCCESS: u32 = bit(Status::Success);
const FAILED: u32 = bit(Status::Failed);
const CANCELED: u32 = bit(Status::Canceled);
const SKIPPED: u32 = bit(Status::Skipped);

impl Tokens {
    /// What one job shows.
    pub const fn of(status: Status, allow_failure: bool) -> Self {
        match (allow_failure, status) {
            (true, Status::Failed | Status::Canceled) => Self(WARNING),
            (true, Status::Manual) => Self(IGNORED),
            _ => Self(bit(status)),
        }
    }

    /// What two groups show together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// A failure that was allowed is among them ("passed with warnings").
    pub const fn has_warnings(self) -> bool {
        self.0 & WARNING != 0
    }

    const fn only(self, set: u32) -> bool {
        self.0 & !set == 0
    }

    const fn any(self, set: u32) -> bool {
        self.0 & set != 0
    }
}

impl FromIterator<Self> for Tokens {
    fn from_iter<I: IntoIterator<Item = Self>>(tokens: I) -> Self {
        tokens.into_iter().fold(Self::default(), Self::and)
    }
}

impl<'a> FromIterator<&'a JobState> for Tokens {
    /// What the latest attempts among these jobs show.
    fn from_iter<I: IntoIterator<Item = &'a JobState>>(jobs: I) -> Self {
        jobs.into_iter().filter(|job| !job.retried).map(|job| Self::of(job.status, job.allow_failure)).collect()
    }
}

/// The one status of a set; `None` for the empty set. `dag` asks on behalf of a job with needs, for
/// which a skipped or ignored need decides at once, and anything unfinished reads `pending`.
pub fn composite(set: Tokens, dag: bool) -> Option<Status> {
    use Status::{Canceling, Created, Manual, Preparing, Scheduled, WaitingForCallback, WaitingForResource};
    let has = |status| set.any(bit(status));
    Some(match () {
        () if set.0 == 0 => return None,
        () if dag && set.any(SKIPPED | IGNORED) => Status::Skipped,
        () if dag && !set.only(SUCCESS | FAILED | CANCELED | SKIPPED | WARNING) => Status::Pending,
        () if set.only(SKIPPED | IGNORED) => Status::Skipped,
        () if set.only(SUCCESS | SKIPPED | WARNING | IGNORED) => Status::Success,
        () if set.only(CREATED | WARNING | IGNORED) => Status::Created,
        () if set.only(PREPARING | WARNING | IGNORED) => Status::Preparing,
        () if set.only(CANCELED | SUCCESS | SKIPPED | WARNING | IGNORED) => Status::Canceled,
        () if set.only(PENDING | CREATED | SKIPPED | WARNING | IGNORED) => Status::Pending,
        () if set.any(RUNNING | PENDING) => Status::Running,
        () if has(WaitingForResource) => Status::WaitingForResource,
        () if has(WaitingForCallback) => Status::WaitingForCallback,
        () if has(Manual) => Status::Manual,
        () if has(Scheduled) => Status::Scheduled,
        () if has(Preparing) => Status::Preparing,
        () if has(Created) => Status::Running,
        () if has(Canceling) => Status::Canceling,
        () => Status::Failed,
    })
}

#[cfg(test)]
mod tests {
    use super::{Tokens, composite};
    use pipewright_model::Status;

    /// Reads `success W manual`: statuses by word, W a failure that was allowed, I an optional manual job.
    fn set(words: &str) -> Tokens {
        let token = |word: &str| match word {
            "W" => Tokens::of(Status::Failed, true),
            "I" => Tokens::of(Status::Manual, true),
            word => Tokens::of(word.parse().expect("a status"), false),
        };
        words.split_whitespace().map(token).collect()
    }

    #[test]
    fn table_of_the_contract() {
        let table = [
            (false, "", None),
            (true, "", None),
            // A job with needs.
            (true, "skipped running", Some("skipped")),
            (true, "I failed", Some("skipped")),
            (true, "created", Some("pending")),
            (true, "success manual", Some("pending")),
            (true, "success scheduled", Some("pending")),
            (true, "canceling success", Some("pending")),
            (true, "success W", Some("success")),
            (true, "success failed", Some("failed")),
            (true, "success canceled", Some("canceled")),
            (true, "canceled failed", Some("failed")),
            // Stages and pipelines.
            (false, "skipped I", Some("skipped")),
            (false, "success skipped W I", Some("success")),
            (false, "W", Some("success")),
            (false, "W I", Some("success")),
            (false, "created W I", Some("created")),
            (false, "preparing W I", Some("preparing")),
            (false, "canceled success skipped", Some("canceled")),
            (false, "pending created skipped W I", Some("pending")),
            (false, "pending success", Some("running")),
            (false, "pending manual", Some("running")),
            (false, "running failed", Some("running")),
            (false, "waiting_for_resource manual", Some("waiting_for_resource")),
            (false, "waiting_for_callback created", Some("waiting_for_callback")),
            (false, "manual created failed", Some("manual")),
            (false, "scheduled success created", Some("scheduled")),
            (false, "manual scheduled", Some("manual")),
            (false, "preparing success", Some("preparing")),
            (false, "created success", Some("running")),
            (false, "created canceling", Some("running")),
            (false, "canceling canceled failed", Some("canceling")),
            (false, "failed success skipped", Some("failed")),
            (false, "failed canceled", Some("failed")),
        ];
        for (dag, words, expected) in table {
            let expected: Option<Status> = expected.map(|word: &str| word.parse().expect("a status"));
            assert_eq!(composite(set(words), dag), expected, "{words} (dag {dag})");
        }
    }

    #[test]
    fn a_single_job_that_counts_shows_its_own_status() {
        for status in Status::ALL {
            assert_eq!(composite(Tokens::of(*status, false), false), Some(*status));
        }
    }

    #[test]
    fn warnings_are_allowed_failures_and_cancels() {
        assert!(Tokens::of(Status::Canceled, true).has_warnings());
        assert!(set("success W").has_warnings());
        assert!(!set("success failed I").has_warnings());
    }
}
