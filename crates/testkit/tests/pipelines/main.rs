//! Stories of pipelines, told through the real router over real databases and repositories.

mod child;
mod environments;
mod made;
mod people;
mod support;
mod time;
mod variables;
