//! Projects.

use crate::filter::{Filter, Listed, Page, contains};
use crate::moved;
use crate::namespaces::{MINE, Viewer};
use crate::{Error, Result, Tx, row::Row, users::count, value::params};
use pipewright_model::{
    AccessLevel, NamespaceId, Project, ProjectId, Timestamp, UserId, Visibility, project::ProjectSettings,
};

const COLUMNS: &str = "p.id, p.namespace_id, p.path, p.full_path, p.name, p.visibility, p.default_branch, p.archived, \
    p.creator_id, p.created_at, p.updated_at, p.last_activity_at, p.deleted_at, p.settings";

/// A project to be made.
#[derive(Clone, Debug)]
pub struct NewProject {
    /// Where, with its address.
    pub namespace: (NamespaceId, String),
    /// Last segment of the address.
    pub path: String,
    /// Name for people.
    pub name: String,
    /// Who may see it.
    pub visibility: Visibility,
    /// Branch it is to begin with.
    pub default_branch: Option<String>,
    /// Who makes it.
    pub creator_id: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
    /// Everything else.
    pub settings: ProjectSettings,
}

/// What a list is ordered by; the id breaks ties.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProjectOrder {
    /// By id.
    Id,
    /// By name.
    Name,
    /// By last segment of the address.
    Path,
    /// By creation.
    #[default]
    CreatedAt,
    /// By change of settings.
    UpdatedAt,
    /// By last push or pipeline.
    LastActivityAt,
}

impl ProjectOrder {
    const fn column(self) -> &'static str {
        match self {
            Self::Id => "p.id",
            Self::Name => "LOWER(p.name)",
            Self::Path => "LOWER(p.path)",
            Self::CreatedAt => "p.created_at",
            Self::UpdatedAt => "p.updated_at",
            Self::LastActivityAt => "p.last_activity_at",
        }
    }
}

/// Which projects to list.
#[derive(Clone, Debug, Default)]
pub struct ProjectFilter {
    /// Name or path contains it; with `search_namespaces` the whole address.
    pub search: Option<String>,
    /// Search the whole address.
    pub search_namespaces: bool,
    /// Only those this user owns the namespace of.
    pub owned_by: Option<UserId>,
    /// Only those this user is a member of, directly or from above.
    pub member: Option<UserId>,
    /// Only those in which this user has at least this level.
    pub least: Option<(UserId, AccessLevel)>,
    /// Only those of this visibility.
    pub visibility: Option<Visibility>,
    /// Only archived ones, or only others.
    pub archived: Option<bool>,
    /// Only those in these namespaces.
    pub namespaces: Option<Vec<NamespaceId>>,
    /// Only those with every one of these topics.
    pub topics: Vec<String>,
    /// Only ids above this.
    pub id_after: Option<i64>,
    /// Only ids below this.
    pub id_before: Option<i64>,
    /// Only those active after.
    pub active_after: Option<Timestamp>,
    /// Only those active before.
    pub active_before: Option<Timestamp>,
    /// What to order by.
    pub order: ProjectOrder,
    /// Smallest first.
    pub ascending: bool,
}

pub(crate) fn read(row: &Row<'_>) -> Result<Project> {
    Ok(Project {
        id: row.get(0)?,
        namespace_id: row.get(1)?,
        path: row.get(2)?,
        full_path: row.get(3)?,
        name: row.get(4)?,
        visibility: row.word(5)?,
        default_branch: row.get(6)?,
        archived: row.get(7)?,
        creator_id: row.get(8)?,
        created_at: row.get(9)?,
        updated_at: row.get(10)?,
        last_activity_at: row.get(11)?,
        deleted_at: row.get(12)?,
        settings: row.json(13)?,
    })
}

fn json(settings: &ProjectSettings) -> Result<String> {
    serde_json::to_string(settings).map_err(|error| Error::Other(error.to_string()))
}

/// Makes a project. An address that is taken is [`Error::Duplicate`].
pub fn insert(tx: &Tx<'_>, new: &NewProject) -> Result<Project> {
    let full_path = format!("{}/{}", new.namespace.1, new.path);
    moved::forget(tx, &full_path)?;
    let columns = COLUMNS.replace("p.", "");
    tx.query_one(
        &format!(
            "INSERT INTO projects (namespace_id, path, full_path, full_path_key, name, visibility, default_branch,
                archived, creator_id, created_at, updated_at, last_activity_at, settings)
            VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10, $11, $12) RETURNING {columns}"
        ),
        params![
            new.namespace.0,
            &new.path,
            &full_path,
            full_path.to_lowercase(),
            &new.name,
            new.visibility,
            new.default_branch.as_deref(),
            new.creator_id,
            new.created_at,
            new.created_at,
            new.created_at,
            json(&new.settings)?
        ],
        read,
    )
}

/// Writes all of a project that may change, its address included; the old address is remembered.
pub fn update(tx: &Tx<'_>, project: &Project) -> Result<()> {
    moved::remember(tx, project)?;
    tx.execute_one(
        "UPDATE projects SET namespace_id = $1, path = $2, full_path = $3, full_path_key = $4, name = $5,
            visibility = $6, default_branch = $7, archived = $8, updated_at = $9, settings = $10
        WHERE id = $11 AND deleted_at IS NULL",
        params![
            project.namespace_id,
            &project.path,
            &project.full_path,
            project.full_path.to_lowercase(),
            &project.name,
            project.visibility,
            project.default_branch.as_deref(),
            project.archived,
            project.updated_at,
            json(&project.settings)?,
            project.id
        ],
        "project",
    )
}

/// Remembers a push or pipeline.
pub fn touch(tx: &Tx<'_>, id: ProjectId, now: Timestamp) -> Result<()> {
    tx.execute("UPDATE projects SET last_activity_at = $1 WHERE id = $2", params![now, id])?;
    Ok(())
}

/// Sets the default branch of a project that has none (its first push).
pub fn set_first_branch(tx: &Tx<'_>, id: ProjectId, branch: &str) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE projects SET default_branch = $1 WHERE id = $2 AND default_branch IS NULL",
        params![branch, id],
    )?;
    Ok(changed == 1)
}

/// The project of that id, unless it is being deleted.
pub fn by_id(tx: &Tx<'_>, id: ProjectId) -> Result<Option<Project>> {
    tx.query_opt(
        &format!("SELECT {COLUMNS} FROM projects p WHERE p.id = $1 AND p.deleted_at IS NULL"),
        params![id],
        read,
    )
}

/// Those of these ids that exist, in no order.
pub fn by_ids(tx: &Tx<'_>, ids: &[ProjectId]) -> Result<Vec<Project>> {
    let mut filter = Filter::default();
    filter.and_in("p.id", ids.iter().copied());
    filter.and("p.deleted_at IS NULL", []);
    tx.query(&format!("SELECT {COLUMNS} FROM projects p{}", filter.text()), filter.values(), read)
}

/// The project of that address, whatever the letter case.
pub fn by_path(tx: &Tx<'_>, full_path: &str) -> Result<Option<Project>> {
    tx.query_opt(
        &format!("SELECT {COLUMNS} FROM projects p WHERE p.full_path_key = $1 AND p.deleted_at IS NULL"),
        params![full_path.to_lowercase()],
        read,
    )
}

/// Projects that pass the filter, as `viewer` may see them.
pub fn list(tx: &Tx<'_>, viewer: Viewer, wanted: &ProjectFilter, page: Page) -> Result<Listed<Project>> {
    let mut filter = Filter::default();
    filter.and("p.deleted_at IS NULL", []);
    visible(&mut filter, viewer);
    if let Some(search) = &wanted.search {
        let pattern = contains(search);
        let column = if wanted.search_namespaces { "p.full_path_key" } else { "LOWER(p.path)" };
        filter.and(
            &format!("(LOWER(p.name) LIKE ? ESCAPE '\\' OR {column} LIKE ? ESCAPE '\\')"),
            [pattern.clone(), pattern],
        );
    }
    filtered(&mut filter, wanted);
    let total = count(tx, "projects p", &filter)?;
    let direction = if wanted.ascending { "" } else { " DESC" };
    filter.push(&format!(" ORDER BY {}{direction}, p.id{direction}", wanted.order.column()), []);
    filter.page(page);
    let text = format!("SELECT {COLUMNS} FROM projects p{}", filter.text());
    Ok(Listed { items: tx.query(&text, filter.values(), read)?, total })
}

fn visible(filter: &mut Filter, viewer: Viewer) {
    let (open, user) = match viewer {
        Viewer::Admin => return,
        Viewer::Anonymous => return filter.and("p.visibility = 'public'", []),
        Viewer::User(user) => ("p.visibility IN ('public', 'internal')", user),
        Viewer::External(user) => ("p.visibility = 'public'", user),
    };
    filter.and(&format!("({open} OR {})", member_of(MINE, "")), [user.into(), user.into(), user.into()]);
}

fn member_of(mine: &str, level: &str) -> String {
    format!(
        "p.namespace_id IN ({mine})
        OR p.id IN (SELECT project_id FROM members WHERE user_id = ? AND project_id IS NOT NULL{level})"
    )
}

fn filtered(filter: &mut Filter, wanted: &ProjectFilter) {
    if let Some(user) = wanted.owned_by {
        filter.and("p.namespace_id IN (SELECT id FROM namespaces WHERE owner_id = ?)", [user.into()]);
    }
    if let Some(user) = wanted.member {
        filter.and(&format!("({})", member_of(MINE, "")), [user.into(), user.into(), user.into()]);
    }
    if let Some((user, level)) = wanted.least {
        let mine = MINE.replace("namespace_id IS NOT NULL", "namespace_id IS NOT NULL AND access_level >= ?");
        let members = member_of(&mine, " AND access_level >= ?");
        filter.and(&format!("({members})"), [user.into(), user.into(), level.into(), user.into(), level.into()]);
    }
    if let Some(visibility) = wanted.visibility {
        filter.and("p.visibility = ?", [visibility.into()]);
    }
    if let Some(archived) = wanted.archived {
        filter.and("p.archived = ?", [archived.into()]);
    }
    if let Some(namespaces) = &wanted.namespaces {
        filter.and_in("p.namespace_id", namespaces.iter().copied());
    }
    for topic in &wanted.topics {
        // The settings are JSON: a topic stands there as its JSON string.
        let quoted = serde_json::Value::String(topic.clone()).to_string();
        filter.and("LOWER(p.settings) LIKE ? ESCAPE '\\'", [contains(&quoted)]);
    }
    if let Some(id) = wanted.id_after {
        filter.and("p.id > ?", [id.into()]);
    }
    if let Some(id) = wanted.id_before {
        filter.and("p.id < ?", [id.into()]);
    }
    if let Some(time) = wanted.active_after {
        filter.and("p.last_activity_at >= ?", [time.into()]);
    }
    if let Some(time) = wanted.active_before {
        filter.and("p.last_activity_at <= ?", [time.into()]);
    }
}

/// Marks a project as being deleted: it is gone for everybody, its address is free. False if it was marked.
pub fn mark_deleted(tx: &Tx<'_>, id: ProjectId, now: Timestamp) -> Result<bool> {
    let changed =
        tx.execute("UPDATE projects SET deleted_at = $1 WHERE id = $2 AND deleted_at IS NULL", params![now, id])?;
    Ok(changed == 1)
}

/// Removes a marked project's rows; the keys of its artifacts and logs go to the list of deletions.
/// Projects that are not marked are left alone.
pub fn remove(tx: &Tx<'_>, id: ProjectId) -> Result<bool> {
    let marked =
        tx.query_opt("SELECT id FROM projects WHERE id = $1 AND deleted_at IS NOT NULL", params![id], |row| {
            row.get::<ProjectId>(0)
        })?;
    if marked.is_none() {
        return Ok(false);
    }
    tx.execute(
        "INSERT INTO blob_deletions (blob_key) SELECT blob_key FROM artifacts WHERE project_id = $1
        ON CONFLICT DO NOTHING",
        params![id],
    )?;
    tx.execute(
        "INSERT INTO blob_deletions (blob_key) SELECT t.blob_key FROM traces t JOIN jobs j ON j.id = t.job_id
        WHERE j.project_id = $1 AND t.blob_key IS NOT NULL ON CONFLICT DO NOTHING",
        params![id],
    )?;
    Ok(tx.execute("DELETE FROM projects WHERE id = $1", params![id])? == 1)
}

/// Shows the projects in these namespaces, and the namespaces, to no more people than `most` says.
pub fn narrow(tx: &Tx<'_>, namespaces: &[NamespaceId], most: Visibility) -> Result<()> {
    for wider in [Visibility::Internal, Visibility::Public].into_iter().filter(|wider| *wider > most) {
        for (table, column) in [("projects", "namespace_id"), ("namespaces", "id")] {
            let mut filter = Filter::default();
            filter.and_in(column, namespaces.iter().copied());
            filter.and("visibility = ?", [wider.into()]);
            // The words are our own.
            tx.execute(&format!("UPDATE {table} SET visibility = '{most}'{}", filter.text()), filter.values())?;
        }
    }
    Ok(())
}

/// How many projects are in a namespace.
pub fn living_in(tx: &Tx<'_>, namespace: NamespaceId) -> Result<i64> {
    let text = "SELECT COUNT(*) FROM projects WHERE namespace_id = $1 AND deleted_at IS NULL";
    tx.query_one(text, params![namespace], |row| row.get(0))
}

/// How many projects, those being deleted included, are in these namespaces.
pub fn count_in(tx: &Tx<'_>, namespaces: &[NamespaceId]) -> Result<i64> {
    let mut filter = Filter::default();
    filter.and_in("p.namespace_id", namespaces.iter().copied());
    count(tx, "projects p", &filter)
}

/// The projects in these namespaces whose deletion has begun; at most a thousand.
pub fn marked_in(tx: &Tx<'_>, namespaces: &[NamespaceId]) -> Result<Vec<ProjectId>> {
    let mut filter = Filter::default();
    filter.and_in("namespace_id", namespaces.iter().copied());
    filter.and("deleted_at IS NOT NULL", []);
    let text = format!("SELECT id FROM projects{} ORDER BY id LIMIT 1000", filter.text());
    tx.query(&text, filter.values(), |row| row.get(0))
}
