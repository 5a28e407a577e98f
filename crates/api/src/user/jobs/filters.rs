//! What narrows a list of jobs beyond GitLab's own parameters: `name`, `search`, `stage`, `runner_id`,
//! `updated_after`, `updated_before`. An empty one counts as absent.

use pipewright_engine::reading::JobQuery;
use pipewright_http_kit::Check;
use pipewright_model::RunnerId;

/// Adds them to a query.
pub(super) fn read(check: &mut Check<'_>, query: JobQuery) -> JobQuery {
    let mut text = |name: &str| check.text(name).filter(|text| !text.trim().is_empty());
    let (name, search, stage) = (text("name"), text("search"), text("stage"));
    JobQuery {
        name,
        search,
        stage,
        runner: check.integer("runner_id").map(RunnerId),
        updated_after: check.time("updated_after"),
        updated_before: check.time("updated_before"),
        ..query
    }
}
