//! Who is calling, once their credentials were looked at.

use pipewright_model::{AccessTokenId, JobId, PipelineId, ProjectId, Scope, User};
use std::sync::Arc;

/// Who calls a use case of the REST API or git.
#[derive(Clone, Debug)]
pub enum Caller {
    /// Nobody in particular.
    Anonymous,
    /// A person or bot, by access token (or by the server itself, for its own events).
    User(UserCaller),
    /// A running job, by its token: acts as its user, with less.
    Job(JobCaller),
}

/// A user.
#[derive(Clone, Debug)]
pub struct UserCaller {
    /// The user.
    pub user: Arc<User>,
    /// The token and its scopes; `None` where no token is involved (everything is allowed).
    pub token: Option<(AccessTokenId, Arc<[Scope]>)>,
}

/// A running job.
#[derive(Clone, Debug)]
pub struct JobCaller {
    /// The job.
    pub job_id: JobId,
    /// Its pipeline.
    pub pipeline_id: PipelineId,
    /// Its project.
    pub project_id: ProjectId,
    /// Who started it.
    pub user: Arc<User>,
}

impl UserCaller {
    /// Whether the token has a scope; a caller without a token has them all.
    pub fn has_scope(&self, scope: Scope) -> bool {
        self.token.as_ref().is_none_or(|(_, scopes)| scopes.contains(&scope))
    }
}

impl Caller {
    /// The user behind the call, if there is one.
    pub fn user(&self) -> Option<&Arc<User>> {
        match self {
            Self::Anonymous => None,
            Self::User(caller) => Some(&caller.user),
            Self::Job(caller) => Some(&caller.user),
        }
    }

    /// The user behind the call, or 401.
    pub fn require_user(&self) -> crate::Result<&Arc<User>> {
        self.user().ok_or(crate::Error::Unauthorized)
    }

    /// An administrator (never by a job's token).
    pub fn is_admin(&self) -> bool {
        matches!(self, Self::User(caller) if caller.user.admin)
    }
}
