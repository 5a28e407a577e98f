//! Records as the API's JSON shapes; addresses of pages are put in here.

pub(crate) mod commit;
pub(crate) mod environment;
pub(crate) mod group;
pub(crate) mod job;
pub(crate) mod pipeline;
pub(crate) mod project;
pub(crate) mod repository;
pub(crate) mod runner;
pub(crate) mod settings;
pub(crate) mod token;
pub(crate) mod user;
pub(crate) mod variable;
