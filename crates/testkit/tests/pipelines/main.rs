//! Stories of pipelines, told through the real router over real databases and repositories.

mod child;
mod environments;
mod id_tokens;
mod includes;
mod inputs;
mod lint;
mod made;
mod mirrors;
mod payload_cases;
mod people;
mod resource_groups;
mod secrets;
mod strangers;
mod support;
mod time;
mod variables;
