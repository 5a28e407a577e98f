//! Use cases: the only place that decides and saves.
//!
//! One function per use case on [`Engine`]. Each demands a caller ([`Caller`], or a runner or job by its
//! token), checks permission by the role table in [`access`], does its work in one transaction, then
//! rings a bell ([`bells`]). Truth is in the database; what is lost in memory is found again by the slow
//! tick (design, invariant 1).

pub mod access;
pub mod archives;
pub mod auth;
pub mod bells;
pub mod caller;
pub mod cluster_agents;
mod condition;
pub mod environments;
mod error;
pub mod identity;
pub mod includes;
pub mod instance;
pub mod jobs;
pub mod limits;
pub mod lists;
mod names;
pub mod oidc;
pub mod pipelines;
pub mod projects;
pub mod reading;
pub mod reports;
pub mod repository;
pub mod resource_groups;
pub mod runners;
pub mod search;
pub mod secrets;
pub mod templates;
pub mod ticks;
mod token_cache;
mod version;
pub mod work;

use pipewright_blobs::Blobs;
use pipewright_git::Git;
use pipewright_model::Clock;
use pipewright_store::Db;
use std::sync::Arc;

pub use caller::{Caller, JobCaller, UserCaller};
pub use condition::Unchanged;
pub use error::{Error, Result};
pub use version::{REVISION, VERSION};

/// Everything the use cases work with. Clones share it.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

/// The parts, and what is remembered for speed alone.
struct Inner {
    parts: Parts,
    tokens: token_cache::TokenCache,
    masks: jobs::masking::MaskCache,
    remote: includes::remote::Remote,
    signing: oidc::KeyCache,
    memberships: identity::ends::NextEnd,
    settings: instance::Cache,
    places: repository::costly::Places,
    turns: search::bounded::Turns,
    housekeeping: repository::housekeeping::Housekeeping,
}

/// The parts an [`Engine`] is made of.
pub struct Parts {
    /// The database.
    pub db: Db,
    /// Artifacts and finished traces.
    pub blobs: Blobs,
    /// The folder of bare repositories, one for each project ([`pipewright_model::Project::repository`]).
    pub git: Git,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What encrypts CI variables.
    pub secrets: secrets::Secrets,
    /// The address people and runners reach this server at, without a trailing slash.
    pub external_url: String,
    /// Wakes whoever waits.
    pub bells: bells::Bells,
    /// Bounds and intervals the server was started with; [`Engine::settings`] has those in force.
    pub limits: limits::Limits,
}

impl Engine {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        let places = repository::costly::Places::new(parts.limits.git_commands);
        let turns = search::bounded::Turns::new(parts.limits.searches);
        Self {
            inner: Arc::new(Inner {
                parts,
                places,
                turns,
                tokens: token_cache::TokenCache::default(),
                masks: jobs::masking::MaskCache::default(),
                remote: includes::remote::Remote::default(),
                signing: oidc::KeyCache::default(),
                memberships: identity::ends::NextEnd::default(),
                settings: instance::Cache::default(),
                housekeeping: repository::housekeeping::Housekeeping::default(),
            }),
        }
    }
}

impl std::ops::Deref for Engine {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.inner.parts
    }
}
