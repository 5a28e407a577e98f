//! A created job's turn: what its `when` makes of what came before (CI YAML contract §8).

use pipewright_model::{Scheduling, Status, When};

/// What becomes of a created job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// What came before has not ended.
    Wait,
    /// It runs.
    Run,
    /// It does not run.
    Skip,
}

/// Decides by the status of what came before: all earlier stages, or the needs.
pub const fn turn(when: When, scheduling: Scheduling, before: Status) -> Turn {
    if !before.is_complete() {
        return Turn::Wait;
    }
    let runs = match when {
        When::OnSuccess | When::Manual | When::Delayed => match scheduling {
            Scheduling::Stage => matches!(before, Status::Success | Status::Skipped),
            Scheduling::Dag => matches!(before, Status::Success),
        },
        When::OnFailure => matches!(before, Status::Failed),
        When::Always => matches!(before, Status::Success | Status::Failed | Status::Skipped),
        When::Never => false,
    };
    if runs { Turn::Run } else { Turn::Skip }
}

#[cfg(test)]
mod tests {
    use super::{Turn, turn};
    use pipewright_model::{Scheduling, Status, When};

    #[test]
    fn table_of_the_contract() {
        // Runs after: success, failed, canceled, skipped (the last for stage jobs / dag jobs).
        let table = [
            (When::OnSuccess, true, false, false, true, false),
            (When::Manual, true, false, false, true, false),
            (When::Delayed, true, false, false, true, false),
            (When::OnFailure, false, true, false, false, false),
            (When::Always, true, true, false, true, true),
            (When::Never, false, false, false, false, false),
        ];
        let expect = |when, scheduling, before, runs| {
            let expected = if runs { Turn::Run } else { Turn::Skip };
            assert_eq!(turn(when, scheduling, before), expected, "{when} {scheduling} after {before}");
        };
        for (when, success, failed, canceled, stage_skipped, dag_skipped) in table {
            for scheduling in [Scheduling::Stage, Scheduling::Dag] {
                expect(when, scheduling, Status::Success, success);
                expect(when, scheduling, Status::Failed, failed);
                expect(when, scheduling, Status::Canceled, canceled);
            }
            expect(when, Scheduling::Stage, Status::Skipped, stage_skipped);
            expect(when, Scheduling::Dag, Status::Skipped, dag_skipped);
        }
    }

    #[test]
    fn nothing_happens_before_the_end_of_what_came_before() {
        for before in Status::ALL.iter().filter(|status| !status.is_complete()) {
            assert_eq!(turn(When::Always, Scheduling::Stage, *before), Turn::Wait);
        }
    }
}
