//! Whether a person may play, retry, cancel or erase a job, given that permissions allow it
//! (Jobs API contract §10.2 to §10.5).

use crate::Refusal;
use pipewright_model::{Job, Status, Timestamp, When};

/// What decides about an operation on a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Where it stands.
    pub status: Status,
    /// When it runs.
    pub when: When,
    /// A newer attempt replaced it.
    pub retried: bool,
    /// It is too old to be touched; see [`archived`].
    pub archived: bool,
    /// It has a log, an unexpired archive or any artifact row.
    pub has_data: bool,
}

impl Facts {
    /// From a stored row, and what the row alone does not tell.
    pub const fn of(job: &Job, archived: bool, has_data: bool) -> Self {
        Self { status: job.status, when: job.when, retried: job.retried, archived, has_data }
    }
}

/// Whether a new attempt may replace the job; else [`Refusal::NotRetryable`].
pub const fn retryable(job: &Facts) -> Result<(), Refusal> {
    let ended = matches!(job.status, Status::Success | Status::Failed | Status::Canceled | Status::Canceling);
    if ended && !job.retried && !job.archived { Ok(()) } else { Err(Refusal::NotRetryable) }
}

/// Whether the job may be played: a manual or delayed one that waits, or may be retried; else
/// [`Refusal::Unplayable`].
pub const fn playable(job: &Facts) -> Result<(), Refusal> {
    let waits_by_nature = matches!(job.when, When::Manual | When::Delayed);
    let now = job.status.is_blocked() || retryable(job).is_ok();
    if waits_by_nature && now && !job.archived { Ok(()) } else { Err(Refusal::Unplayable) }
}

/// Whether there is something to erase of an ended job; else [`Refusal::NotErasable`].
pub const fn erasable(job: &Facts) -> Result<(), Refusal> {
    if job.status.is_complete() && job.has_data && !job.archived { Ok(()) } else { Err(Refusal::NotErasable) }
}

/// Where a cancel leads. A job that cannot be canceled stays as it is, which is no error.
pub const fn canceled(status: Status, cancel_gracefully: bool, force: bool) -> Status {
    match (force, status) {
        (true, Status::Canceling) => Status::Canceled,
        (false, Status::Running) if cancel_gracefully => Status::Canceling,
        (false, status) if status.is_cancelable() => Status::Canceled,
        (_, status) => status,
    }
}

/// Whether a job is archived: made longer ago than the instance keeps jobs alive, if it sets such an age.
pub fn archived(created_at: Timestamp, archive_after_seconds: Option<i64>, now: Timestamp) -> bool {
    archive_after_seconds.is_some_and(|age| created_at <= now.plus_seconds(-age))
}

#[cfg(test)]
mod tests {
    use super::{Facts, archived, canceled, erasable, playable, retryable};
    use crate::Refusal;
    use pipewright_model::{Status, Timestamp, When};

    const fn job(status: Status) -> Facts {
        Facts { status, when: When::OnSuccess, retried: false, archived: false, has_data: true }
    }

    /// Status, cancel, graceful cancel, force cancel, retry, play of a manual job, erase; "-" unchanged or refused.
    const TABLE: [(&str, &str, &str, &str, bool, bool, bool); 13] = [
        ("created", "canceled", "canceled", "-", false, false, false),
        ("waiting_for_resource", "canceled", "canceled", "-", false, false, false),
        ("preparing", "canceled", "canceled", "-", false, false, false),
        ("waiting_for_callback", "canceled", "canceled", "-", false, false, false),
        ("pending", "canceled", "canceled", "-", false, false, false),
        ("running", "canceled", "canceling", "-", false, false, false),
        ("canceling", "-", "-", "canceled", true, true, false),
        ("manual", "canceled", "canceled", "-", false, true, false),
        ("scheduled", "canceled", "canceled", "-", false, true, false),
        ("success", "-", "-", "-", true, true, true),
        ("failed", "-", "-", "-", true, true, true),
        ("canceled", "-", "-", "-", true, true, true),
        ("skipped", "-", "-", "-", false, false, true),
    ];

    #[test]
    fn table_of_the_contract() {
        for (word, plain, graceful, force, retries, plays, erases) in TABLE {
            let status: Status = word.parse().expect("a status");
            let expected = |word: &str| if word == "-" { status } else { word.parse().expect("a status") };
            assert_eq!(canceled(status, false, false), expected(plain), "cancel {status}");
            assert_eq!(canceled(status, true, false), expected(graceful), "graceful cancel {status}");
            assert_eq!(canceled(status, true, true), expected(force), "force cancel {status}");
            assert_eq!(retryable(&job(status)).is_ok(), retries, "retry {status}");
            assert_eq!(erasable(&job(status)).is_ok(), erases, "erase {status}");
            for when in [When::Manual, When::Delayed] {
                assert_eq!(playable(&Facts { when, ..job(status) }).is_ok(), plays, "play {status}");
            }
            for when in [When::OnSuccess, When::OnFailure, When::Always] {
                assert_eq!(playable(&Facts { when, ..job(status) }), Err(Refusal::Unplayable), "play {status}");
            }
        }
        assert_eq!(TABLE.len(), Status::ALL.len());
    }

    #[test]
    fn a_replaced_attempt_is_neither_retryable_nor_playable() {
        let replaced = Facts { retried: true, when: When::Manual, ..job(Status::Failed) };
        assert_eq!(retryable(&replaced), Err(Refusal::NotRetryable));
        assert_eq!(playable(&replaced), Err(Refusal::Unplayable));
        assert_eq!(erasable(&replaced), Ok(()));
    }

    #[test]
    fn an_archived_job_is_left_alone() {
        let old = Facts { archived: true, when: When::Manual, ..job(Status::Success) };
        assert_eq!(retryable(&old), Err(Refusal::NotRetryable));
        assert_eq!(playable(&old), Err(Refusal::Unplayable));
        assert_eq!(playable(&Facts { status: Status::Manual, ..old }), Err(Refusal::Unplayable));
        assert_eq!(erasable(&old), Err(Refusal::NotErasable));
    }

    #[test]
    fn trap_48_nothing_left_is_not_erasable() {
        let erased = Facts { has_data: false, ..job(Status::Success) };
        assert_eq!(erasable(&erased).unwrap_err().to_string(), "Job is not erasable!");
    }

    #[test]
    fn refusals_use_the_words_of_the_api() {
        assert_eq!(Refusal::NotRetryable.to_string(), "Job is not retryable");
        assert_eq!(Refusal::Unplayable.to_string(), "Unplayable Job");
    }

    #[test]
    fn archival_begins_at_the_age() {
        let made = Timestamp::from_seconds(1000);
        assert!(!archived(made, None, Timestamp::from_seconds(i64::MAX / 2_000_000)));
        assert!(!archived(made, Some(60), Timestamp::from_seconds(1059)));
        assert!(archived(made, Some(60), Timestamp::from_seconds(1060)));
    }
}
