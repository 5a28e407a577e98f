//! What a bridge makes of the pipeline it started (CI YAML contract §7, "trigger").

use pipewright_model::Status;
use serde::{Deserialize, Serialize};

/// `trigger:strategy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strategy {
    /// Runs until the downstream pipeline ends, and ends as it does.
    Depend,
    /// Shows the downstream pipeline's status, whatever it is.
    Mirror,
}

/// The status a bridge takes over from its downstream pipeline; `None` leaves it as it is.
///
/// Without a strategy the bridge has done its work as soon as there is a pipeline. `created` is never
/// shown: such a pipeline is about to start, so its bridge runs. An ended bridge stays ended, however
/// long its canceled pipeline takes to stop, until [`crate::Event::DownstreamRestarted`].
pub fn bridge_status(strategy: Option<Strategy>, bridge: Status, downstream: Status) -> Option<Status> {
    if bridge.is_complete() {
        return None;
    }
    let wanted = match (strategy, downstream) {
        (None, _) => Status::Success,
        (Some(Strategy::Mirror), Status::Created) => Status::Running,
        (Some(Strategy::Mirror), status) | (Some(Strategy::Depend), status @ (Status::Success | Status::Canceled)) => {
            status
        }
        // A pipeline that ran nothing has not done what its bridge waits for.
        (Some(Strategy::Depend), Status::Failed | Status::Skipped) => Status::Failed,
        (Some(Strategy::Depend), _) => Status::Running,
    };
    (wanted != bridge).then_some(wanted)
}

#[cfg(test)]
mod tests {
    use super::{Strategy, bridge_status};
    use pipewright_model::Status;

    #[test]
    fn without_a_strategy_the_pipelines_existence_is_enough() {
        for downstream in Status::ALL {
            assert_eq!(bridge_status(None, Status::Pending, *downstream), Some(Status::Success));
            assert_eq!(bridge_status(None, Status::Success, *downstream), None);
            assert_eq!(bridge_status(None, Status::Canceled, *downstream), None);
        }
    }

    #[test]
    fn depend_runs_to_the_downstream_end() {
        for downstream in Status::ALL {
            let expected = match downstream {
                Status::Success | Status::Canceled => Some(*downstream),
                Status::Failed | Status::Skipped => Some(Status::Failed),
                _ => Some(Status::Running),
            };
            assert_eq!(bridge_status(Some(Strategy::Depend), Status::Pending, *downstream), expected);
        }
        assert_eq!(bridge_status(Some(Strategy::Depend), Status::Running, Status::Manual), None);
        assert_eq!(bridge_status(Some(Strategy::Depend), Status::Canceled, Status::Canceling), None);
    }

    #[test]
    fn mirror_shows_what_is_there() {
        for downstream in Status::ALL.iter().filter(|status| **status != Status::Created) {
            let shown = bridge_status(Some(Strategy::Mirror), Status::Pending, *downstream);
            assert_eq!(shown.unwrap_or(Status::Pending), *downstream);
        }
        assert_eq!(bridge_status(Some(Strategy::Mirror), Status::Pending, Status::Created), Some(Status::Running));
    }
}
