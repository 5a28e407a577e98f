//! Reports of tests that jobs left behind, read for people.

mod junit;
mod tests;

pub use junit::{Case, Outcome};
pub use tests::{Suite, Totals, totals};
