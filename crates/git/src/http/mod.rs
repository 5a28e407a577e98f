//! Smart HTTP without an HTTP framework: the surface maps three requests to these functions.
//!
//! | request | function |
//! |---|---|
//! | `GET …/info/refs?service=git-upload-pack` or `git-receive-pack` | [`Repository::advertise`](crate::Repository::advertise) |
//! | `POST …/git-upload-pack` | [`Repository::upload_pack`](crate::Repository::upload_pack) |
//! | `POST …/git-receive-pack` | [`Repository::receive_pack`](crate::Repository::receive_pack), then [`Push::accept`] or [`Push::refuse`] |
//!
//! All answers carry `Cache-Control: no-cache` and the content type [`Service`] names. A caller who
//! may not write at all is best told by a plain 403 with a sentence in a `text/plain` body, which
//! git prints as `remote: …`; a push that is wrong in one ref is best told by [`Push::refuse`],
//! which git prints beside that ref.

mod fallback;
mod fetch;
mod gunzip;
mod kept;
mod outcome;
mod pkt;
mod push;
mod receive;
mod service;

pub use push::{Push, RefUpdate};
pub use service::Service;

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt};

use crate::error::{BoxError, Error, Result};

/// The body of a request, decoded.
type Input = BoxStream<'static, Result<Bytes>>;

/// Takes a request body in, undoing `Content-Encoding: gzip` when the request has it.
fn input<S, E>(body: S, gzip: bool) -> Input
where
    S: Stream<Item = Result<Bytes, E>> + Send + 'static,
    E: Into<BoxError>,
{
    let body = body.map(|piece| piece.map_err(|error| Error::Input(error.into()))).boxed();
    if gzip { gunzip::decode(body) } else { body }
}
