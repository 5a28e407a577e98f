//! The status machine against scenarios: a pipeline in a file, what happens to it, and how it must
//! stand after each step. `../scenarios/README.md` has the format.

mod cases;
mod config;
mod large;
mod ledger;
mod marks;
mod properties;
mod scenario;
mod scenarios;
mod yaml;
