//! Demands of routes that only this surface has.

use pipewright_http_kit::{Authenticate, Route};
use pipewright_model::Scope;

/// As `SignedIn`, for reading users: a token for one's own profile will do.
pub(crate) struct ReadsUsers;

impl Route for ReadsUsers {
    const AUTHENTICATE: Authenticate = Authenticate::Always;
    const SCOPES: &'static [Scope] = &[Scope::ReadUser];
}

/// As `SignedIn`, for a token's own affairs: any token will do.
pub(crate) struct AnyToken;

impl Route for AnyToken {
    const AUTHENTICATE: Authenticate = Authenticate::Always;
    const SCOPES: &'static [Scope] = Scope::ALL;
}

/// Anybody may call: who may is the project's to say.
pub(crate) struct Anybody;

impl Route for Anybody {
    const AUTHENTICATE: Authenticate = Authenticate::Optional;
}

/// As `SignedIn`, with files in the body.
pub(crate) struct TakesFiles;

impl Route for TakesFiles {
    const AUTHENTICATE: Authenticate = Authenticate::Always;
    const BODY_LIMIT: usize = 64 << 20;
}

/// For calls that bring a token of their own as a parameter: nobody signs in.
pub(crate) struct ByToken;

impl Route for ByToken {
    const AUTHENTICATE: Authenticate = Authenticate::Never;
}
