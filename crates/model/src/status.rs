//! The one list of statuses, shared by jobs, bridges, stages and pipelines (Jobs API contract §10.1).

use crate::words::words;

words! {
    /// Where a job, a stage or a pipeline stands.
    Status {
        /// Waits for earlier jobs.
        Created = "created",
        /// Waits for its resource group.
        WaitingForResource = "waiting_for_resource",
        /// Its prerequisites are being made.
        Preparing = "preparing",
        /// Waits for a call from outside.
        WaitingForCallback = "waiting_for_callback",
        /// Ready for a runner.
        Pending = "pending",
        /// A runner has it.
        Running = "running",
        /// Ended well.
        Success = "success",
        /// Ended badly.
        Failed = "failed",
        /// A graceful cancel is under way.
        Canceling = "canceling",
        /// Ended by a cancel.
        Canceled = "canceled",
        /// Was not to run.
        Skipped = "skipped",
        /// Waits for somebody to press play.
        Manual = "manual",
        /// Waits for its time.
        Scheduled = "scheduled",
    }
}

impl Status {
    /// Nothing more will happen by itself.
    pub const fn is_complete(self) -> bool {
        matches!(self, Self::Success | Self::Failed | Self::Canceled | Self::Skipped)
    }

    /// On the way to a runner or with one.
    pub const fn is_active(self) -> bool {
        matches!(
            self,
            Self::WaitingForResource | Self::Preparing | Self::WaitingForCallback | Self::Pending | Self::Running
        )
    }

    /// With a runner: the job's token is valid.
    pub const fn is_executing(self) -> bool {
        matches!(self, Self::Running | Self::Canceling)
    }

    /// Waits for a person or a time.
    pub const fn is_blocked(self) -> bool {
        matches!(self, Self::Manual | Self::Scheduled)
    }

    /// Complete or blocked: the status machine moves on past it.
    pub const fn is_stopped(self) -> bool {
        self.is_complete() || self.is_blocked()
    }

    /// Active or not yet begun.
    pub const fn is_alive(self) -> bool {
        self.is_active() || matches!(self, Self::Created)
    }

    /// An ordinary cancel ends it (manual jobs can be canceled too).
    pub const fn is_cancelable(self) -> bool {
        self.is_alive() || self.is_blocked()
    }
}
