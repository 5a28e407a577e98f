//! What clients touch on their way to jobs: triggers, statuses of commits, settings, templates, reports.

mod places;
mod reports;
mod search;
mod settings;
mod statuses;
mod templates;
mod triggers;
mod upkeep;
