//! Who may do what: visibility, roles and abilities (Jobs API contract §3).

use pipewright_model::ProjectId;

/// A project as addressed in a path: by id, or by its full path whatever the letter case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProjectRef {
    /// By number.
    Id(ProjectId),
    /// By `namespace/project`.
    Path(String),
}

/// What a caller wants to do in a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ability {
    /// See that it is there.
    ReadProject,
    /// Read jobs, their artifacts and (with the debug rule) logs: §3.1 *read jobs*.
    ReadJobs,
    /// Read pipelines: §3.1 *read pipeline*.
    ReadPipelines,
    /// Read files, branches, tags, commits; git fetch.
    ReadCode,
    /// Push to unprotected branches, commit files; developer.
    PushCode,
    /// Start pipelines; developer.
    CreatePipeline,
    /// Play, retry, keep: developer, and the job's ref must not shut him out (§3.4).
    UpdateJobs,
    /// Cancel: developer.
    CancelJobs,
    /// Force cancel, delete artifacts; maintainer.
    MaintainJobs,
    /// Runners, CI variables, triggers, protected refs, members; maintainer.
    AdminProject,
    /// Delete or transfer it; owner.
    OwnProject,
}
