//! YAML as GitLab reads it: YAML 1.1 with Psych's habits, every node with its position.

mod emit;
mod lenient;
mod load;
mod map;
mod node;
mod scalar;

pub(crate) use emit::emit;
pub(crate) use load::{Loaded, load};
pub(crate) use map::{Key, Map};
pub(crate) use node::{FileId, Node, Span, Value};
pub(crate) use scalar::float_text;
