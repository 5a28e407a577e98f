//! Environments made, changed and removed by people.

use super::list::find;
use super::{Environment, TIERS, names};
use crate::access::{self, Ability, ProjectRef};
use crate::{Caller, Engine, Error, Result, Unchanged};
use pipewright_model::{EnvironmentId, Namespace, Project, ProjectId, Timestamp};
use pipewright_store::{Tx, environments, namespaces};

/// Longest address, characters.
const LONGEST_URL: usize = 255;

/// What an environment is made of, or what to change of one (`None` leaves a field).
#[derive(Clone, Debug, Default)]
pub struct EnvironmentFields {
    /// Name; an environment keeps its own.
    pub name: Option<String>,
    /// Where it is to be seen; empty for nowhere.
    pub external_url: Option<String>,
    /// One of [`TIERS`].
    pub tier: Option<String>,
}

/// An environment nobody deployed to yet.
pub(super) fn fresh(project_id: ProjectId, name: &str, tier: Option<&str>, now: Timestamp) -> Environment {
    Environment {
        id: EnvironmentId(0),
        project_id,
        name: name.to_owned(),
        slug: names::slug(name),
        tier: tier.unwrap_or_else(|| names::tier(name)).to_owned(),
        external_url: None,
        state: "available".to_owned(),
        created_at: now,
        updated_at: now,
        auto_stop_at: None,
    }
}

/// Whether a text is an address an environment can be seen at.
pub(super) fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    text.chars().count() <= LONGEST_URL
        && host.is_some_and(|host| !host.is_empty())
        && !text.chars().any(|c| c.is_control() || c.is_whitespace() || "\"<>\\^`{|}".contains(c))
}

impl EnvironmentFields {
    fn apply(&self, environment: &mut Environment) -> Result<()> {
        if let Some(url) = &self.external_url {
            if !url.is_empty() && !is_url(url) {
                return Err(Error::invalid("external_url", "must be a valid URL"));
            }
            environment.external_url = Some(url.clone()).filter(|url| !url.is_empty());
        }
        if let Some(tier) = &self.tier {
            if !TIERS.contains(&tier.as_str()) {
                return Err(Error::BadRequest("tier does not have a valid value".to_owned()));
            }
            environment.tier.clone_from(tier);
        }
        Ok(())
    }
}

impl Engine {
    /// Makes an environment; developers.
    pub async fn create_environment(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        new: EnvironmentFields,
    ) -> Result<(Project, Vec<Namespace>, Environment)> {
        let (caller, project, now) = (caller.clone(), project.clone(), self.clock.now());
        self.db
            .write(move |tx| {
                let project = access::find_project(tx, &caller, &project, Ability::UpdateJobs)?;
                let name = new.name.clone().unwrap_or_default();
                if !names::is_name(&name) {
                    let rule = "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces, but it cannot start or end with '/'";
                    return Err(Error::invalid("name", if name.trim().is_empty() { "can't be blank" } else { rule }));
                }
                if environments::by_name(tx, project.id, &name)?.is_some() {
                    return Err(Error::invalid("name", "has already been taken"));
                }
                let mut environment = fresh(project.id, &name, None, now);
                new.apply(&mut environment)?;
                with_project(tx, project, environments::insert(tx, &environment)?)
            })
            .await
    }

    /// Changes address or tier; developers.
    pub async fn update_environment(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        id: EnvironmentId,
        change: EnvironmentFields,
    ) -> Result<(Project, Vec<Namespace>, Environment)> {
        let (caller, project, now) = (caller.clone(), project.clone(), self.clock.now());
        self.db
            .write(move |tx| {
                let project = access::find_project(tx, &caller, &project, Ability::UpdateJobs)?;
                let mut environment = find(tx, project.id, id)?;
                change.apply(&mut environment)?;
                environment.updated_at = now;
                environments::save(tx, &environment)?;
                with_project(tx, project, environment)
            })
            .await
    }

    /// Removes a stopped environment with its deployments; developers.
    pub async fn delete_environment(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        id: EnvironmentId,
        unchanged: Unchanged,
    ) -> Result<()> {
        let (caller, project) = (caller.clone(), project.clone());
        self.db
            .write(move |tx| {
                let standing = access::standing(tx, &caller, &project)?;
                standing.require(Ability::ReadJobs)?;
                let environment = find(tx, standing.project.id, id)?;
                standing.require(Ability::UpdateJobs)?;
                if environment.state != "stopped" {
                    return Err(Error::forbidden());
                }
                unchanged.check(environment.updated_at)?;
                environments::delete(tx, id)?;
                Ok(())
            })
            .await
    }
}

/// An environment with what its entity shows of the project.
pub(super) fn with_project(
    tx: &Tx<'_>,
    project: Project,
    environment: Environment,
) -> Result<(Project, Vec<Namespace>, Environment)> {
    let chain = namespaces::chain(tx, project.namespace_id)?;
    Ok((project, chain, environment))
}

#[cfg(test)]
mod tests {
    use super::is_url;

    #[test]
    fn addresses_are_of_the_web() {
        assert!(is_url("https://a.example/x?y=1") && is_url("http://localhost:3000"));
        for wrong in ["javascript:alert(1)", "ftp://a", "https://", "https:///x", "https://a b", "https://a/\u{1}"] {
            assert!(!is_url(wrong), "{wrong}");
        }
        assert!(!is_url(&format!("https://a/{}", "x".repeat(255))));
    }
}
