//! Stories of pipelines, told through the real router over real databases and repositories.

mod child;
mod made;
mod people;
mod time;
mod variables;
