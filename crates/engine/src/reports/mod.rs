//! Reports of tests that jobs left behind, read for people.

mod junit;
mod of_pipeline;

pub use junit::{Case, Outcome};
pub use of_pipeline::{Suite, Totals, totals};
