//! Secrets that stand for a caller. Stored as a digest only, shown once (design §2.3).

use crate::{AccessTokenId, Timestamp, UserId, random, words::words};

/// The kinds of tokens, told apart by their prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A personal access token.
    Access,
    /// A runner's authentication token, with the digit GitLab puts in: 1 instance, 2 group, 3 project.
    Runner(u8),
    /// A job's token, good while the job runs.
    Job,
    /// A pipeline trigger's token.
    Trigger,
    /// A token of an agent of a cluster.
    ClusterAgent,
}

impl TokenKind {
    /// Makes a new secret of this kind. The part after the prefix is random; a runner's first nine
    /// characters name its build folders, so they are random too (runner protocol §2.1).
    pub fn generate(self) -> String {
        match self {
            Self::Access => format!("glpat-{}", random::text(27)),
            Self::Runner(kind) => format!("glrt-t{kind}_{}", random::text(27)),
            Self::Job => format!("glcbt-1_{}", random::text(32)),
            Self::Trigger => format!("glptt-{}", random::text(40)),
            Self::ClusterAgent => format!("glagent-{}", random::text(50)),
        }
    }
}

/// SHA-256 of a token, as lower-case hexadecimal: what the database holds and looks up by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TokenDigest(pub String);

words! {
    /// What an access token may be used for (Jobs API contract §2.4).
    Scope {
        /// Everything.
        Api = "api",
        /// Reading by GET and HEAD.
        ReadApi = "read_api",
        /// The user's own profile.
        ReadUser = "read_user",
        /// git fetch.
        ReadRepository = "read_repository",
        /// git push.
        WriteRepository = "write_repository",
        /// Reading container images.
        ReadRegistry = "read_registry",
        /// Writing container images.
        WriteRegistry = "write_registry",
        /// Acting as another user.
        Sudo = "sudo",
        /// Administrators' calls.
        AdminMode = "admin_mode",
        /// Making runners.
        CreateRunner = "create_runner",
        /// Managing runners.
        ManageRunner = "manage_runner",
        /// Agents of clusters.
        K8sProxy = "k8s_proxy",
        /// Its own rotation.
        SelfRotate = "self_rotate",
        /// Other features of GitLab, kept so that its clients may name it.
        AiFeatures = "ai_features",
        /// Service pings.
        ReadServicePing = "read_service_ping",
    }
}

/// A personal access token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    /// Unique id.
    pub id: AccessTokenId,
    /// Whose it is.
    pub user_id: UserId,
    /// Name for people.
    pub name: String,
    /// Purpose for people.
    pub description: Option<String>,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// Withdrawn before its time.
    pub revoked: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends; `None` never.
    pub expires_at: Option<Timestamp>,
    /// Last use, written at most once in ten minutes.
    pub last_used_at: Option<Timestamp>,
}
