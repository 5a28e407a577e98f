//! Stories of pipelines, told through the real router over real databases and repositories.

mod child;
mod environments;
mod includes;
mod lint;
mod made;
mod people;
mod resource_groups;
mod support;
mod time;
mod variables;
