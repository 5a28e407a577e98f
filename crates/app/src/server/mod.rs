//! A server put together from its settings: used by `serve` and `demo`.

mod folder;
mod key;
pub(crate) mod stop;

pub(crate) use folder::DataFolder;
