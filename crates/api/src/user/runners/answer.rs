//! Runners as answers.

use crate::shape;
use pipewright_engine::runners::list::RunnerPage;
use pipewright_engine::runners::show::RunnerDetails;
use pipewright_model::{Namespace, Project, Runner};
use pipewright_wire::runners::{Runner as Basic, RunnerDetail, RunnerGroup, RunnerProject};

/// The runners of a page; `base` is the server's address.
pub(super) fn runners(page: &RunnerPage, base: &str) -> Vec<Basic> {
    page.runners.iter().map(|runner| basic(page, runner, base)).collect()
}

fn basic(page: &RunnerPage, runner: &Runner, base: &str) -> Basic {
    let maker = runner.created_by.and_then(|id| page.makers.get(&id));
    let maker = maker.and_then(|maker| serde_json::to_value(shape::user::basic(maker, base)).ok());
    let busy = page.busy.contains(&runner.id);
    shape::runner::runner(runner, page.names.get(&runner.id).cloned(), maker, busy, page.now)
}

/// A runner with its details; `None` only if its page is empty.
pub(super) fn details(details: &RunnerDetails, base: &str) -> Option<RunnerDetail> {
    let runner = details.page.runners.first()?;
    let machine = details.machine.as_ref();
    Some(RunnerDetail {
        basic: basic(&details.page, runner, base),
        tag_list: runner.tags.clone(),
        run_untagged: runner.run_untagged,
        locked: runner.locked,
        maximum_timeout: runner.maximum_timeout,
        access_level: if runner.ref_protected { "ref_protected" } else { "not_protected" }.to_owned(),
        maintenance_note: runner.maintenance_note.clone(),
        version: machine.and_then(|machine| machine.version.clone()),
        revision: machine.and_then(|machine| machine.revision.clone()),
        platform: machine.and_then(|machine| machine.platform.clone()),
        architecture: machine.and_then(|machine| machine.architecture.clone()),
        contacted_at: runner.contacted_at.map(|at| at.to_string()),
        projects: details.projects.iter().map(|(project, above)| self::project(project, above, base)).collect(),
        groups: details.groups.iter().map(|group| self::group(group, base)).collect(),
    })
}

fn project(project: &Project, above: &[Namespace], base: &str) -> RunnerProject {
    let shown = shape::project::basic(project, above, base);
    RunnerProject {
        id: shown.id,
        name: shown.name,
        name_with_namespace: shown.name_with_namespace,
        path: shown.path,
        path_with_namespace: shown.path_with_namespace,
    }
}

fn group(group: &Namespace, base: &str) -> RunnerGroup {
    let shown = shape::project::namespace(group, base);
    RunnerGroup { id: shown.id, name: shown.name, web_url: shown.web_url }
}
