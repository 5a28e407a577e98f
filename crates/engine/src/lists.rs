//! Filters and pages of the lists use cases answer.

pub use pipewright_store::members::Kind as MembershipKind;
pub use pipewright_store::namespaces::NamespaceFilter;
pub use pipewright_store::projects::{ProjectFilter, ProjectOrder};
pub use pipewright_store::tokens::TokenFilter;
pub use pipewright_store::users::UserFilter;
pub use pipewright_store::{Listed, Page};
