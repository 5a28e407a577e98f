//! Bytes by key: artifacts and finished traces, in a folder or in S3.
//!
//! One type, [`Blobs`], over a local folder or an S3 bucket. Three promises hold for both:
//!
//! * **Acknowledged means stored.** When [`Blobs::put_stream`] returns `Ok`, the bytes survive
//!   `kill -9` and a power cut: a folder is written through a staged file, `fsync`, `rename` and
//!   `fsync` of the folders on the way; S3 acknowledges only what it keeps.
//! * **All or nothing.** A reader sees a whole blob or none. An upload that fails, passes its limit
//!   or is dropped in the middle leaves nothing under its key.
//! * **Memory does not grow with size.** Both directions stream; an upload holds at most two
//!   chunks, whatever is sent.
//!
//! Keys are made by the caller and are fresh for every upload, so blobs never change once written.

mod error;
mod get;
mod key;
mod place;
mod put;
mod remove;

use std::fmt;
use std::sync::Arc;

use object_store::ObjectStore;

pub use error::{BoxError, Error, Result};
pub use get::Content;
pub use put::Stored;

/// A place that keeps bytes by key. Cheap to clone; every clone is the same place.
#[derive(Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    /// What to call the place in messages; holds no credentials.
    name: Arc<str>,
    /// How much is gathered before it is handed to the store.
    chunk: usize,
    /// The folder, when the place is one.
    folder: Option<Arc<std::path::Path>>,
}

impl Blobs {
    /// Opens a folder (made if missing) or an S3 place
    /// `s3://bucket[/prefix][?endpoint=URL&region=NAME&virtual_host=true]`.
    ///
    /// Credentials, and a region the URL does not name, come from the usual `AWS_*` environment
    /// variables. An endpoint written as `http://…` is spoken to without TLS.
    ///
    /// Opening makes no network call: [`Blobs::check`] does.
    pub fn open(place: &str) -> Result<Self> {
        place::open(place, std::env::vars_os().filter_map(place::text_pair))
    }

    /// As [`Blobs::open`], with the `AWS_*` variables given instead of read from the environment.
    pub fn open_with_env(place: &str, env: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        place::open(place, env)
    }
}

impl fmt::Debug for Blobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Blobs").field(&self.name).finish()
    }
}

impl fmt::Display for Blobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
