//! The Jobs API over HTTP, endpoint by endpoint and trap by trap (Jobs API contract §12). A test's number is
//! its trap's.

mod agents;
mod archives;
mod artifacts;
mod commits;
mod credentials;
mod entities;
mod fields;
mod filters;
mod lists;
mod logs;
mod matrix;
mod moved;
mod old;
mod order;
mod remembered;
mod roles;
mod states;
mod transport;
mod wait;
