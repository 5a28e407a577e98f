//! What both surfaces share: callers, parameters, the error envelope, pages of a list.
//!
//! A handler takes a [`Call`], which has read the credentials and the parameters as its [`Route`] says,
//! checks the parameters ([`Check`]), calls the engine once and shapes the answer ([`reply`]). Every
//! failure is an [`ApiError`], which knows GitLab's two envelopes. [`finish`] goes around the whole
//! router once: request ids, common headers, 304, 404, 405, panics. [`serve`] holds its connections.

mod body;
mod call;
mod check;
mod credentials;
pub mod describe;
mod error;
mod finish;
#[doc(hidden)]
pub mod fuzzing;
pub mod keyset;
mod link;
mod moved;
mod nested;
mod page;
mod params;
mod path;
pub mod percent;
mod rate;
mod remembered;
pub mod reply;
mod route;
mod serve;

pub use call::Call;
pub use check::Check;
pub use error::{Answer, ApiError, BUSY_SECONDS};
pub use finish::{RequestId, finish, not_found};
pub use moved::moved;
pub use page::{MAX_COUNTED, MAX_PER_PAGE, Page, Rest};
pub use params::Params;
pub use rate::{Counted, RateLimit};
pub use remembered::{Lasting, Remembered};
pub use route::{Authenticate, Open, OpenOrJob, Route, SignedIn, SignedInOrJob};
pub use serve::{Bounds, serve};
