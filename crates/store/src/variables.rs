//! CI variables, their values encrypted by whoever calls.

use crate::filter::{Filter, Listed, Page};
use crate::{Result, Tx, row::Row, users::count, value::Value, value::params};
use pipewright_model::{NamespaceId, ProjectId, VariableId, VariableOwner, VariableType};

const COLUMNS: &str = "id, namespace_id, project_id, key, value, variable_type, protected, masked, hidden, raw, \
    environment_scope, description";

/// A variable as it lies in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedVariable {
    /// Unique id; ignored when inserting.
    pub id: VariableId,
    /// Where it is set.
    pub owner: VariableOwner,
    /// Name.
    pub key: String,
    /// Encrypted value.
    pub value: Vec<u8>,
    /// Value or file.
    pub variable_type: VariableType,
    /// Only for jobs of protected refs.
    pub protected: bool,
    /// Hidden in logs.
    pub masked: bool,
    /// Never shown again.
    pub hidden: bool,
    /// Its value is not expanded.
    pub raw: bool,
    /// Environments it is for.
    pub environment_scope: String,
    /// Purpose for people.
    pub description: Option<String>,
}

fn read(row: &Row<'_>) -> Result<SealedVariable> {
    let owner = match (row.get::<Option<NamespaceId>>(1)?, row.get::<Option<ProjectId>>(2)?) {
        (_, Some(project)) => VariableOwner::Project(project),
        (Some(group), None) => VariableOwner::Group(group),
        (None, None) => VariableOwner::Instance,
    };
    Ok(SealedVariable {
        id: row.get(0)?,
        owner,
        key: row.get(3)?,
        value: row.get(4)?,
        variable_type: row.word(5)?,
        protected: row.get(6)?,
        masked: row.get(7)?,
        hidden: row.get(8)?,
        raw: row.get(9)?,
        environment_scope: row.get(10)?,
        description: row.get(11)?,
    })
}

/// Adds the condition that a row is `owner`'s.
fn owned(filter: &mut Filter, owner: VariableOwner) {
    match owner {
        VariableOwner::Instance => filter.and("namespace_id IS NULL AND project_id IS NULL", []),
        VariableOwner::Group(id) => filter.and("namespace_id = ?", [id.into()]),
        VariableOwner::Project(id) => filter.and("project_id = ?", [id.into()]),
    }
}

fn owner_columns(owner: VariableOwner) -> (Value, Value) {
    match owner {
        VariableOwner::Instance => (Value::Null, Value::Null),
        VariableOwner::Group(id) => (id.into(), Value::Null),
        VariableOwner::Project(id) => (Value::Null, id.into()),
    }
}

/// Makes a variable. A second one of a key and scope is [`crate::Error::Duplicate`].
pub fn insert(tx: &Tx<'_>, new: &SealedVariable) -> Result<SealedVariable> {
    let (namespace, project) = owner_columns(new.owner);
    tx.query_one(
        &format!(
            "INSERT INTO variables (namespace_id, project_id, key, value, variable_type, protected, masked, hidden, raw,
                environment_scope, description)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING {COLUMNS}"
        ),
        params![
            namespace,
            project,
            &new.key,
            new.value.as_slice(),
            new.variable_type,
            new.protected,
            new.masked,
            new.hidden,
            new.raw,
            &new.environment_scope,
            new.description.as_deref()
        ],
        read,
    )
}

/// Writes everything but the owner.
pub fn update(tx: &Tx<'_>, variable: &SealedVariable) -> Result<()> {
    tx.execute_one(
        "UPDATE variables SET key = $1, value = $2, variable_type = $3, protected = $4, masked = $5, hidden = $6,
            raw = $7, environment_scope = $8, description = $9 WHERE id = $10",
        params![
            &variable.key,
            variable.value.as_slice(),
            variable.variable_type,
            variable.protected,
            variable.masked,
            variable.hidden,
            variable.raw,
            &variable.environment_scope,
            variable.description.as_deref(),
            variable.id
        ],
        "variable",
    )
}

/// An owner's variables, by id.
pub fn list(tx: &Tx<'_>, owner: VariableOwner, page: Page) -> Result<Listed<SealedVariable>> {
    let mut filter = Filter::default();
    owned(&mut filter, owner);
    let total = count(tx, "variables", &filter)?;
    filter.push(" ORDER BY id", []);
    filter.page(page);
    let text = format!("SELECT {COLUMNS} FROM variables{}", filter.text());
    Ok(Listed { items: tx.query(&text, filter.values(), read)?, total })
}

/// An owner's variables of one key, one for each environment scope, by id.
pub fn by_key(tx: &Tx<'_>, owner: VariableOwner, key: &str) -> Result<Vec<SealedVariable>> {
    let mut filter = Filter::default();
    owned(&mut filter, owner);
    filter.and("key = ?", [key.into()]);
    tx.query(&format!("SELECT {COLUMNS} FROM variables{} ORDER BY id LIMIT 1000", filter.text()), filter.values(), read)
}

/// All variables that may reach a project's jobs: the instance's, those of `groups`, the project's own.
/// In no order; protected ones only where `protected`.
pub fn reaching(
    tx: &Tx<'_>,
    groups: &[NamespaceId],
    project: ProjectId,
    protected: bool,
) -> Result<Vec<SealedVariable>> {
    let mut filter = Filter::default();
    let marks = groups.iter().map(|_| "?").collect::<Vec<_>>().join(", ");
    let in_groups = if marks.is_empty() { String::new() } else { format!(" OR namespace_id IN ({marks})") };
    filter.and(
        &format!("(project_id = ? OR (namespace_id IS NULL AND project_id IS NULL){in_groups})"),
        std::iter::once(project.into()).chain(groups.iter().map(|id| (*id).into())),
    );
    if !protected {
        filter.and("protected = 0", []);
    }
    tx.query(&format!("SELECT {COLUMNS} FROM variables{} ORDER BY id", filter.text()), filter.values(), read)
}

/// Removes a variable.
pub fn delete(tx: &Tx<'_>, id: VariableId) -> Result<bool> {
    Ok(tx.execute("DELETE FROM variables WHERE id = $1", params![id])? == 1)
}
