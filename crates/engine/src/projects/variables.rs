//! CI variables of the instance, of groups and of projects, and which of them reach a job.

use crate::access::{self, Ability, NamespaceRef, ProjectRef, group_with_role};
use crate::secrets::Secrets;
use crate::{Caller, Engine, Error, Result, identity, names};
use pipewright_model::protected_ref::wildcard;
use pipewright_model::{AccessLevel, Project, Variable, VariableId, VariableOwner, VariableType};
use pipewright_store::variables::SealedVariable;
use pipewright_store::{Listed, Page, Tx, namespaces, variables};
use std::collections::HashMap;

/// Longest value, bytes.
const LONGEST_VALUE: usize = 10_000;
/// Shortest value that can be masked: shorter ones would hide half the log.
const SHORTEST_MASKED: usize = 8;
/// Most variables of one owner.
const MOST: i64 = 8000;

/// Whose variables are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnerRef {
    /// The instance's; administrators.
    Instance,
    /// A group's; its owners.
    Group(NamespaceRef),
    /// A project's; its maintainers.
    Project(ProjectRef),
}

/// A variable to be made, or what to change of one (`None` leaves a field).
#[derive(Clone, Debug, Default)]
pub struct VariableFields {
    /// Name; a variable keeps its own.
    pub key: Option<String>,
    /// Value.
    pub value: Option<String>,
    /// Value or file.
    pub variable_type: Option<VariableType>,
    /// Only for jobs of protected refs.
    pub protected: Option<bool>,
    /// Hidden in logs.
    pub masked: Option<bool>,
    /// Hidden in logs and never shown again; only when it is made.
    pub masked_and_hidden: Option<bool>,
    /// Its value is not expanded.
    pub raw: Option<bool>,
    /// Environments it is for.
    pub environment_scope: Option<String>,
    /// Purpose for people.
    pub description: Option<String>,
}

fn owner(tx: &Tx<'_>, caller: &Caller, owner: &OwnerRef) -> Result<VariableOwner> {
    Ok(match owner {
        OwnerRef::Instance => {
            identity::users::require_admin(caller)?;
            VariableOwner::Instance
        }
        OwnerRef::Group(group) => {
            caller.require_user()?;
            VariableOwner::Group(group_with_role(tx, caller, group, AccessLevel::Owner)?.id)
        }
        OwnerRef::Project(project) => {
            caller.require_user()?;
            VariableOwner::Project(access::find_project(tx, caller, project, Ability::AdminProject)?.id)
        }
    })
}

/// A variable with its value in the clear.
pub(crate) fn open(secrets: &Secrets, sealed: SealedVariable) -> Result<Variable> {
    Ok(Variable {
        id: sealed.id,
        owner: sealed.owner,
        value: secrets.decrypt(&sealed.value)?,
        key: sealed.key,
        variable_type: sealed.variable_type,
        protected: sealed.protected,
        masked: sealed.masked,
        hidden: sealed.hidden,
        raw: sealed.raw,
        environment_scope: sealed.environment_scope,
        description: sealed.description,
    })
}

/// The one variable of a key that is meant: of several the one of the scope named.
fn choose(found: Vec<SealedVariable>, scope: Option<&str>) -> Result<SealedVariable> {
    let mut matching: Vec<_> =
        found.into_iter().filter(|variable| scope.is_none_or(|scope| scope == variable.environment_scope)).collect();
    match matching.len() {
        0 => Err(Error::missing("Variable")),
        1 => Ok(matching.remove(0)),
        _ => Err(Error::Conflict(
            "There are multiple variables with provided parameters. Please use 'filter[environment_scope]'".to_owned(),
        )),
    }
}

impl Engine {
    /// An owner's variables, in the order they were made.
    pub async fn list_variables(&self, caller: &Caller, of: &OwnerRef, page: Page) -> Result<Listed<Variable>> {
        let (caller, of) = (caller.clone(), of.clone());
        let found = self
            .db
            .read(move |tx| {
                let owner = owner(tx, &caller, &of)?;
                Ok::<_, Error>(variables::list(tx, owner, page)?)
            })
            .await?;
        let items = found.items.into_iter().map(|sealed| open(&self.secrets, sealed)).collect::<Result<_>>()?;
        Ok(Listed { items, total: found.total })
    }

    /// One variable; `scope` chooses among several of one key.
    pub async fn variable(&self, caller: &Caller, of: &OwnerRef, key: &str, scope: Option<String>) -> Result<Variable> {
        let (caller, of, key) = (caller.clone(), of.clone(), key.to_owned());
        let sealed = self
            .db
            .read(move |tx| {
                let owner = owner(tx, &caller, &of)?;
                choose(variables::by_key(tx, owner, &key)?, scope.as_deref())
            })
            .await?;
        open(&self.secrets, sealed)
    }

    /// Makes a variable.
    pub async fn create_variable(&self, caller: &Caller, of: &OwnerRef, new: VariableFields) -> Result<Variable> {
        let (caller, of) = (caller.clone(), of.clone());
        let value = new.value.clone().unwrap_or_default();
        let sealed_value = self.secrets.encrypt(&value);
        let hidden = new.masked_and_hidden.unwrap_or(false);
        let sealed = self
            .db
            .write(move |tx| {
                let owner = owner(tx, &caller, &of)?;
                let sealed = SealedVariable {
                    id: VariableId(0),
                    owner,
                    key: new.key.clone().unwrap_or_default(),
                    value: sealed_value.clone(),
                    variable_type: new.variable_type.unwrap_or(VariableType::EnvVar),
                    protected: new.protected.unwrap_or(false),
                    masked: hidden || new.masked.unwrap_or(false),
                    hidden,
                    raw: new.raw.unwrap_or(false),
                    environment_scope: new.environment_scope.clone().unwrap_or_else(|| "*".to_owned()),
                    description: new.description.clone(),
                };
                check(&sealed, &value)?;
                let same = variables::by_key(tx, owner, &sealed.key)?;
                if same.iter().any(|other| other.environment_scope == sealed.environment_scope) {
                    return Err(taken(&sealed));
                }
                if variables::list(tx, owner, Page::first(1))?.total >= MOST {
                    return Err(Error::invalid("base", format!("Maximum number of CI variables ({MOST}) exceeded")));
                }
                Ok(variables::insert(tx, &sealed)?)
            })
            .await?;
        open(&self.secrets, sealed)
    }

    /// Changes a variable; `scope` chooses among several of one key.
    pub async fn update_variable(
        &self,
        caller: &Caller,
        of: &OwnerRef,
        key: &str,
        scope: Option<String>,
        change: VariableFields,
    ) -> Result<Variable> {
        let (caller, of, key, secrets) = (caller.clone(), of.clone(), key.to_owned(), self.secrets.clone());
        let sealed = self
            .db
            .write(move |tx| {
                let owner = owner(tx, &caller, &of)?;
                let found = variables::by_key(tx, owner, &key)?;
                let others: Vec<_> = found.iter().map(|other| (other.id, other.environment_scope.clone())).collect();
                let mut sealed = choose(found, scope.as_deref())?;
                change.apply(&mut sealed);
                let value = match &change.value {
                    Some(value) => {
                        sealed.value = secrets.encrypt(value);
                        value.clone()
                    }
                    None => secrets.decrypt(&sealed.value)?,
                };
                check(&sealed, &value)?;
                if others.iter().any(|(id, scope)| *id != sealed.id && *scope == sealed.environment_scope) {
                    return Err(taken(&sealed));
                }
                variables::update(tx, &sealed)?;
                Ok(sealed)
            })
            .await?;
        open(&self.secrets, sealed)
    }

    /// Removes a variable; `scope` chooses among several of one key.
    pub async fn delete_variable(
        &self,
        caller: &Caller,
        of: &OwnerRef,
        key: &str,
        scope: Option<String>,
    ) -> Result<()> {
        let (caller, of, key) = (caller.clone(), of.clone(), key.to_owned());
        self.db
            .write(move |tx| {
                let owner = owner(tx, &caller, &of)?;
                let sealed = choose(variables::by_key(tx, owner, &key)?, scope.as_deref())?;
                variables::delete(tx, sealed.id)?;
                Ok(())
            })
            .await
    }
}

impl VariableFields {
    fn apply(&self, sealed: &mut SealedVariable) {
        sealed.variable_type = self.variable_type.unwrap_or(sealed.variable_type);
        sealed.protected = self.protected.unwrap_or(sealed.protected);
        // What was hidden stays masked: showing it would need the value in some log.
        sealed.masked = sealed.hidden || self.masked.unwrap_or(sealed.masked);
        sealed.raw = self.raw.unwrap_or(sealed.raw);
        if let Some(scope) = &self.environment_scope {
            sealed.environment_scope.clone_from(scope);
        }
        if let Some(description) = &self.description {
            sealed.description = Some(description.clone());
        }
    }
}

fn taken(variable: &SealedVariable) -> Error {
    Error::invalid("key", format!("({}) has already been taken", variable.key))
}

fn check(variable: &SealedVariable, value: &str) -> Result<()> {
    let key = &variable.key;
    if key.is_empty() || key.len() > 255 || !key.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_') {
        return Err(Error::invalid("key", "can contain only letters, digits and '_'."));
    }
    if value.len() > LONGEST_VALUE {
        let what = format!("is too long (maximum is {LONGEST_VALUE} characters)");
        return Err(Error::invalid("value", what));
    }
    names::check_text("description", variable.description.as_deref().unwrap_or_default(), 255)?;
    let scope = &variable.environment_scope;
    if scope.is_empty()
        || scope.len() > 255
        || !scope.chars().all(|c| c.is_ascii_alphanumeric() || "-_/${}. *".contains(c))
    {
        let what = "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces, and '*'";
        return Err(Error::invalid("environment_scope", what));
    }
    if variable.masked && !maskable(value, variable.raw) {
        return Err(Error::invalid("value", "is invalid"));
    }
    Ok(())
}

/// Whether a value can be found in a log: one line, no spaces, eight characters at least; where it is
/// expanded, only characters that expansion leaves alone.
fn maskable(value: &str, raw: bool) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || "_+=/@:.~-".contains(c);
    value.chars().count() >= SHORTEST_MASKED
        && if raw { !value.chars().any(char::is_whitespace) } else { value.chars().all(known) }
}

/// The variables people set that reach a job of this project, later ones winning: the instance's, those
/// of its groups from the outermost inwards, the project's own; of one owner's several of one key, the
/// one whose environment scope is most specific. `protected`: the job's ref is protected, which lets
/// protected variables through. `environment`: the job's environment, if it has one.
pub fn for_job(
    tx: &Tx<'_>,
    secrets: &Secrets,
    project: &Project,
    protected: bool,
    environment: Option<&str>,
) -> Result<Vec<Variable>> {
    let chain = namespaces::chain(tx, project.namespace_id)?;
    let groups: Vec<_> = chain.iter().map(|namespace| namespace.id).collect();
    let rank = |owner: &VariableOwner| match owner {
        VariableOwner::Instance => 0,
        VariableOwner::Group(id) => 1 + groups.iter().position(|group| group == id).unwrap_or_default(),
        VariableOwner::Project(_) => usize::MAX,
    };
    let reaching = variables::reaching(tx, &groups, project.id, protected)?;
    let mut chosen: HashMap<(usize, String), SealedVariable> = HashMap::new();
    for variable in reaching.into_iter().filter(|variable| in_scope(&variable.environment_scope, environment)) {
        let slot = (rank(&variable.owner), variable.key.clone());
        let better = chosen.get(&slot).is_none_or(|other| specific(&variable) > specific(other));
        if better {
            chosen.insert(slot, variable);
        }
    }
    let mut chosen: Vec<_> = chosen.into_iter().collect();
    chosen.sort_by(|(one, a), (other, b)| one.0.cmp(&other.0).then(a.id.cmp(&b.id)));
    chosen.into_iter().map(|(_, variable)| open(secrets, variable)).collect()
}

fn in_scope(scope: &str, environment: Option<&str>) -> bool {
    scope == "*" || environment.is_some_and(|environment| wildcard(scope, environment))
}

/// An exact name before patterns, a longer pattern before a shorter one.
fn specific(variable: &SealedVariable) -> (bool, usize) {
    (!variable.environment_scope.contains('*'), variable.environment_scope.len())
}

#[cfg(test)]
mod tests {
    use super::{in_scope, maskable};

    #[test]
    fn scopes_are_names_or_patterns() {
        assert!(in_scope("*", None) && in_scope("*", Some("production")));
        assert!(!in_scope("production", None) && in_scope("review/*", Some("review/x")));
        assert!(!in_scope("review/*", Some("production")));
    }

    #[test]
    fn short_or_broken_values_cannot_be_masked() {
        assert!(maskable("abcdefgh", false) && !maskable("abcdefg", false));
        assert!(!maskable("abcd efgh", false) && !maskable("abcd\nefgh", true));
        assert!(!maskable("abcd$efgh", false) && maskable("abcd$efgh", true));
    }
}
