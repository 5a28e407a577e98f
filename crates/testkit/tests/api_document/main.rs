//! The descriptions in `crates/api/src/describe` against the router and its handlers.

mod parameters;
mod reference;
mod routes;
mod served;
