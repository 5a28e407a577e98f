//! What a person can say of a runner, and changing it; which projects a project runner works for.

use super::list::RunnerPage;
use super::rights::{self, Right};
use super::show::{self, RunnerDetails};
use crate::access::{Ability, ProjectRef, find_project};
use crate::bells::Event;
use crate::{Caller, Engine, Error, Result};
use pipewright_model::{Runner, RunnerId, RunnerType};
use pipewright_store::runners;

/// Most tags of a runner.
const MOST_TAGS: usize = 50;
/// Longest description and note, characters.
const LONGEST_TEXT: usize = 1024;
/// Longest tag, characters.
const LONGEST_TAG: usize = 255;
/// Least upper bound for jobs' timeouts, seconds.
const LEAST_TIMEOUT: i64 = 600;

/// What to say of a runner; `None` leaves a field, or its default where the runner is new.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunnerChange {
    /// Purpose for people.
    pub description: Option<String>,
    /// Notes for people.
    pub maintenance_note: Option<String>,
    /// Takes jobs.
    pub active: Option<bool>,
    /// May not be assigned to further projects.
    pub locked: Option<bool>,
    /// Takes jobs without tags.
    pub run_untagged: Option<bool>,
    /// Takes only jobs of protected refs.
    pub ref_protected: Option<bool>,
    /// Upper bound for jobs' timeouts, seconds; `Some(None)` takes it away.
    pub maximum_timeout: Option<Option<i64>>,
    /// All its tags.
    pub tags: Option<Vec<String>>,
}

impl RunnerChange {
    /// Writes it into the record, unless it then could not be.
    pub(super) fn apply(&self, runner: &mut Runner) -> Result<()> {
        if let Some(description) = &self.description {
            runner.description.clone_from(description);
        }
        if let Some(note) = &self.maintenance_note {
            runner.maintenance_note = Some(note.clone());
        }
        runner.active = self.active.unwrap_or(runner.active);
        runner.locked = self.locked.unwrap_or(runner.locked);
        runner.run_untagged = self.run_untagged.unwrap_or(runner.run_untagged);
        runner.ref_protected = self.ref_protected.unwrap_or(runner.ref_protected);
        runner.maximum_timeout = self.maximum_timeout.unwrap_or(runner.maximum_timeout);
        if let Some(tags) = &self.tags {
            runner.tags = clean(tags);
        }
        check(runner)
    }
}

/// Trimmed, each once, in order; a comma parts tags wherever it stands.
fn clean(tags: &[String]) -> Vec<String> {
    let mut clean: Vec<String> = Vec::new();
    for tag in tags.iter().flat_map(|tag| tag.split(',')).map(str::trim) {
        if !tag.is_empty() && !clean.iter().any(|known| known == tag) {
            clean.push(tag.to_owned());
        }
    }
    clean
}

fn check(runner: &Runner) -> Result<()> {
    let mut wrong = Vec::new();
    let mut fault = |field: &str, what: String| wrong.push((field.to_owned(), what));
    let texts = [("description", Some(&runner.description)), ("maintenance_note", runner.maintenance_note.as_ref())];
    for (field, text) in texts {
        if text.is_some_and(|text| text.chars().count() > LONGEST_TEXT) {
            fault(field, format!("is too long (maximum is {LONGEST_TEXT} characters)"));
        }
    }
    if runner.maximum_timeout.is_some_and(|seconds| seconds < LEAST_TIMEOUT) {
        fault("maximum_timeout", "needs to be at least 10 minutes".to_owned());
    }
    if runner.tags.len() > MOST_TAGS {
        fault("tags_list", format!("Too many tags specified. Please limit the number of tags to {MOST_TAGS}"));
    }
    if runner.tags.iter().any(|tag| tag.chars().count() > LONGEST_TAG) {
        fault("tags_list", format!("has a tag that is too long (maximum is {LONGEST_TAG} characters)"));
    }
    if !runner.run_untagged && runner.tags.is_empty() {
        fault("tags_list", "can not be empty when runner is not allowed to pick untagged jobs".to_owned());
    }
    if wrong.is_empty() { Ok(()) } else { Err(Error::Invalid(wrong)) }
}

impl Engine {
    /// Changes a runner, for whoever manages it. What it may now take it is offered at once.
    pub async fn update_runner(&self, caller: &Caller, id: RunnerId, change: RunnerChange) -> Result<RunnerDetails> {
        let (caller, now) = (caller.clone(), self.clock.now());
        let details = self
            .db
            .write(move |tx| {
                let mut runner = rights::find(tx, &caller, id, Right::Manage)?;
                change.apply(&mut runner)?;
                runners::save(tx, &runner)?;
                show::details(tx, &caller, runner, now)
            })
            .await?;
        self.bells.ring(Event::Queue);
        Ok(details)
    }

    /// Has a project runner take the jobs of one more project: the caller maintains both.
    pub async fn assign_runner(&self, caller: &Caller, project: &ProjectRef, id: RunnerId) -> Result<RunnerPage> {
        let (caller, project, now) = (caller.clone(), project.clone(), self.clock.now());
        let page = self
            .db
            .write(move |tx| {
                rights::person(&caller)?;
                let project = find_project(tx, &caller, &project, Ability::AdminProject)?;
                let runner = runners::get(tx, id)?.ok_or_else(|| Error::missing("Runner"))?;
                let refused = match runner.runner_type {
                    RunnerType::Group => Some("Runner is a group runner"),
                    _ if runner.locked && !caller.is_admin() => Some("Runner is locked"),
                    _ if !rights::may(tx, &caller, &runner, Right::Manage)? => Some("No access granted"),
                    _ => None,
                };
                if let Some(why) = refused {
                    return Err(Error::forbidden_because(why));
                }
                if runner.runner_type == RunnerType::Instance {
                    return Err(Error::invalid("runner", "is an instance runner: every project has it already"));
                }
                if runners::projects(tx, id)?.contains(&project.id) {
                    return Err(Error::invalid("runner_projects.runner_id", "has already been taken"));
                }
                runners::assign_project(tx, id, project.id)?;
                RunnerPage::read(tx, vec![runner], 1, now)
            })
            .await?;
        self.bells.ring(Event::Queue);
        Ok(page)
    }

    /// Has a project runner take no more jobs of a project; its last project it keeps.
    pub async fn unassign_runner(&self, caller: &Caller, project: &ProjectRef, id: RunnerId) -> Result<()> {
        let (caller, project) = (caller.clone(), project.clone());
        self.db
            .write(move |tx| {
                rights::person(&caller)?;
                let project = find_project(tx, &caller, &project, Ability::AdminProject)?;
                let assigned = runners::projects(tx, id)?;
                if !assigned.contains(&project.id) {
                    return Err(Error::missing("Runner"));
                }
                if assigned.len() == 1 {
                    return Err(Error::forbidden_because(
                        "Only one project associated with the runner. Please remove the runner instead",
                    ));
                }
                runners::unassign_project(tx, id, project.id)?;
                Ok(())
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn tags_are_parted_trimmed_and_single() {
        let given = [" a, b", "b", "", "c d", ","].map(ToOwned::to_owned);
        assert_eq!(clean(&given), ["a", "b", "c d"]);
    }
}
