//! Environments and what is deployed to them (CI YAML contract §11).

mod change;
mod deployments;
mod list;
pub(crate) mod names;
pub(crate) mod reached;
mod stop;

pub use change::EnvironmentFields;
pub use deployments::DeploymentPage;
pub use pipewright_store::deployments::{Deployment, DeploymentFilter, DeploymentOrder};
pub use pipewright_store::environments::{Environment, EnvironmentFilter};

/// The five tiers.
pub const TIERS: [&str; 5] = ["production", "staging", "testing", "development", "other"];
