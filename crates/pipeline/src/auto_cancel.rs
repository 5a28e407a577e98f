//! What a newer pipeline of the same ref cancels of an older one (`workflow:auto_cancel:on_new_commit`,
//! CI YAML contract §6 and §8).

use crate::{Event, JobState, PipelineState};
use pipewright_model::JobKind;

/// `workflow:auto_cancel:on_new_commit` of the older pipeline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnNewCommit {
    /// All of it, unless something that must not be interrupted has begun.
    #[default]
    Conservative,
    /// Its interruptible jobs.
    Interruptible,
    /// Nothing.
    None,
}

impl std::str::FromStr for OnNewCommit {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "conservative" => Ok(Self::Conservative),
            "interruptible" => Ok(Self::Interruptible),
            "none" => Ok(Self::None),
            _ => Err(format!("`{word}` is not one of: conservative, interruptible, none")),
        }
    }
}

/// The event to apply to the older pipeline, if it is to be touched at all. The caller asks for
/// pipelines of the same ref and another commit, where the project wishes it, and for each child
/// pipeline on its own.
pub fn decide(mode: OnNewCommit, older: &PipelineState) -> Option<Event> {
    let mut latest = older.jobs.iter().filter(|job| !job.retried);
    match mode {
        OnNewCommit::None => None,
        OnNewCommit::Interruptible => {
            let concerned = latest.any(|job| job.interruptible && job.status.is_cancelable());
            concerned.then_some(Event::CancelInterruptible)
        }
        OnNewCommit::Conservative => {
            let concerned = latest.clone().any(|job| job.status.is_cancelable());
            (concerned && !latest.any(must_finish)).then_some(Event::CancelPipeline)
        }
    }
}

/// Begun, and not to be interrupted. A job that has not begun may always be canceled, a bridge too.
fn must_finish(job: &JobState) -> bool {
    job.started && !job.interruptible && job.kind == JobKind::Build
}

#[cfg(test)]
mod tests {
    use super::{OnNewCommit, decide};
    use crate::{Event, JobState, PipelineState};
    use pipewright_model::{JobId, JobKind, Status};

    fn job(status: Status, started: bool, interruptible: bool) -> JobState {
        JobState { status, interruptible, started, ..JobState::new(JobId(1), "job", 0) }
    }

    #[test]
    fn conservative_spares_a_pipeline_that_began_something_uninterruptible() {
        let pending = || job(Status::Pending, false, false);
        let table = [
            (vec![pending()], true),
            (vec![job(Status::Running, true, true), pending()], true),
            (vec![job(Status::Running, true, false), pending()], false),
            (vec![job(Status::Success, true, false), pending()], false),
            (vec![job(Status::Success, true, true), pending()], true),
            (vec![job(Status::Success, true, true)], false),
            (vec![JobState { kind: JobKind::Bridge, ..job(Status::Running, true, false) }, pending()], true),
            (vec![JobState { retried: true, ..job(Status::Failed, true, false) }, pending()], true),
            (vec![], false),
        ];
        for (jobs, cancels) in table {
            let older = PipelineState::new(jobs);
            let expected = cancels.then_some(Event::CancelPipeline);
            assert_eq!(decide(OnNewCommit::Conservative, &older), expected, "{older:?}");
            assert_eq!(decide(OnNewCommit::None, &older), None);
        }
    }

    #[test]
    fn interruptible_touches_interruptible_jobs_only() {
        let busy = job(Status::Running, true, false);
        let older = PipelineState::new(vec![busy.clone(), job(Status::Pending, false, true)]);
        assert_eq!(decide(OnNewCommit::Interruptible, &older), Some(Event::CancelInterruptible));
        let older = PipelineState::new(vec![busy, job(Status::Success, true, true)]);
        assert_eq!(decide(OnNewCommit::Interruptible, &older), None);
    }

    #[test]
    fn modes_read_from_their_words() {
        assert_eq!("conservative".parse(), Ok(OnNewCommit::Conservative));
        assert_eq!("interruptible".parse(), Ok(OnNewCommit::Interruptible));
        assert_eq!("none".parse(), Ok(OnNewCommit::None));
        assert!("all".parse::<OnNewCommit>().is_err());
    }
}
