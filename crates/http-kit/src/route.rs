//! What a route asks of its caller, declared as a type so that the handler's signature shows it.

use pipewright_model::Scope;

/// When a caller must say who he is, before anything else is looked at (Jobs API contract §2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authenticate {
    /// Always.
    Always,
    /// Only to change something: GET and HEAD are open to anonymous callers.
    ToChange,
    /// Never, but who says so is known: for calls that answer everybody something.
    Optional,
    /// Never: what a person's credentials are carried in is not looked at, everybody is anonymous. For the
    /// calls of runners, which bring tokens of their own.
    Never,
}

/// A route's demands.
pub trait Route: Send + Sync + 'static {
    /// Who must say who he is.
    const AUTHENTICATE: Authenticate;
    /// Job tokens are taken (Jobs API contract §2.5); elsewhere they are ignored.
    const JOB_TOKENS: bool = false;
    /// Scopes that suffice besides `api`, and `read_api` for GET and HEAD.
    const SCOPES: &'static [Scope] = &[];
    /// Most bytes of a request's body.
    const BODY_LIMIT: usize = 4 * 1024 * 1024;
}

/// Every caller must have signed in (group A).
pub struct SignedIn;

impl Route for SignedIn {
    const AUTHENTICATE: Authenticate = Authenticate::Always;
}

/// As [`SignedIn`]; a job's token will do.
pub struct SignedInOrJob;

impl Route for SignedInOrJob {
    const AUTHENTICATE: Authenticate = Authenticate::Always;
    const JOB_TOKENS: bool = true;
}

/// Anybody may read; whoever changes something must have signed in (groups B and C).
pub struct Open;

impl Route for Open {
    const AUTHENTICATE: Authenticate = Authenticate::ToChange;
}

/// As [`Open`]; job tokens are taken.
pub struct OpenOrJob;

impl Route for OpenOrJob {
    const AUTHENTICATE: Authenticate = Authenticate::ToChange;
    const JOB_TOKENS: bool = true;
}
