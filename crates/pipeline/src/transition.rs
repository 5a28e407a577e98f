//! The moves a single job may make (CI YAML contract §8, "job events").

use crate::Refusal;
use pipewright_model::Status;

/// A move of one job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// Its turn has come, or somebody started it: it waits for a runner.
    Enqueue,
    /// Its turn has come, and its resource group is to be had first.
    AwaitResource,
    /// A runner has it.
    Run,
    /// It ended well.
    Succeed,
    /// It ended badly.
    Fail,
    /// It is not to run.
    Skip,
    /// It is canceled at once.
    Cancel,
    /// It is canceled, and its runner finishes in its own way.
    CancelGracefully,
    /// A `canceling` job ends without waiting for its runner any longer.
    ForceCancel,
    /// It waits for a person.
    AwaitPlay,
    /// It waits for its time.
    Schedule,
    /// It waits for a person instead of its time.
    Unschedule,
    /// It is looked at again because something before it started anew.
    Reset,
    /// A bridge waits again for a pipeline that goes on after its end.
    Reopen,
}

impl Move {
    /// Every move.
    pub const ALL: &'static [Self] = &[
        Self::Enqueue,
        Self::AwaitResource,
        Self::Run,
        Self::Succeed,
        Self::Fail,
        Self::Skip,
        Self::Cancel,
        Self::CancelGracefully,
        Self::ForceCancel,
        Self::AwaitPlay,
        Self::Schedule,
        Self::Unschedule,
        Self::Reset,
        Self::Reopen,
    ];

    /// The move as a verb, for refusals.
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Enqueue => "be enqueued",
            Self::AwaitResource => "wait for its resource group",
            Self::Run => "run",
            Self::Succeed => "succeed",
            Self::Fail => "fail",
            Self::Skip => "be skipped",
            Self::Cancel | Self::CancelGracefully => "be canceled",
            Self::ForceCancel => "be canceled by force",
            Self::AwaitPlay => "wait to be played",
            Self::Schedule => "be scheduled",
            Self::Unschedule => "be unscheduled",
            Self::Reset => "be looked at again",
            Self::Reopen => "wait again",
        }
    }
}

/// Where a move leads from a status, or why it may not be made.
pub const fn next(from: Status, to_do: Move) -> Result<Status, Refusal> {
    use Status::{
        Canceled, Canceling, Created, Failed, Manual, Pending, Preparing, Running, Scheduled, Skipped, Success,
        WaitingForResource,
    };
    Ok(match (to_do, from) {
        (Move::Enqueue, Created | Skipped | Manual | Scheduled | WaitingForResource | Preparing) => Pending,
        (Move::AwaitResource, Created | Skipped | Manual | Scheduled) => WaitingForResource,
        (Move::Run, Pending) | (Move::Reopen, Success | Failed | Canceled | Skipped) => Running,
        (Move::Succeed | Move::Fail | Move::ForceCancel, Canceling) => Canceled,
        (Move::Succeed, from) if from.is_alive() => Success,
        // A job that still waits may fail too: its project goes, or its schedule grows stale.
        (Move::Fail, from) if from.is_alive() || from.is_blocked() => Failed,
        (Move::Skip, Created | WaitingForResource | Preparing | Pending) => Skipped,
        (Move::Cancel, from) if from.is_cancelable() => Canceled,
        (Move::CancelGracefully, Running) => Canceling,
        (Move::AwaitPlay, Created) | (Move::Unschedule, Scheduled) => Manual,
        (Move::Schedule, Created) => Scheduled,
        (Move::Reset, Skipped | Manual) => Created,
        _ => return Err(Refusal::IllegalMove { from, verb: to_do.verb() }),
    })
}
