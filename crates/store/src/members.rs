//! Memberships, and the role that follows from all of them.

use crate::filter::{Filter, Listed, Page, contains};
use crate::{Result, Tx, row::Row, users, users::count, value::Value, value::params};
use pipewright_model::{AccessLevel, Member, MemberId, NamespaceId, Project, ProjectId, Timestamp, User, UserId};

const COLUMNS: &str =
    "m.id, m.user_id, m.namespace_id, m.project_id, m.access_level, m.expires_at, m.created_at, m.created_by";
const USER_COLUMNS: &str =
    "u.id, u.username, u.name, u.email, u.state, u.admin, u.external, u.bot, u.created_at, u.profile";

/// Where a membership is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a group.
    Namespace(NamespaceId),
    /// In a project.
    Project(ProjectId),
}

impl Place {
    fn column(self) -> &'static str {
        match self {
            Self::Namespace(_) => "namespace_id",
            Self::Project(_) => "project_id",
        }
    }

    fn id(self) -> i64 {
        match self {
            Self::Namespace(id) => id.0,
            Self::Project(id) => id.0,
        }
    }
}

/// Several places at once: those in which a user has a role are his, by membership or as owner of a namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Groups, and a user's own namespace.
    pub namespaces: Vec<NamespaceId>,
    /// A project.
    pub project: Option<ProjectId>,
}

impl Places {
    /// A project, its namespace and the groups above.
    pub fn of_project(tx: &Tx<'_>, project: &Project) -> Result<Self> {
        let chain = crate::namespaces::chain(tx, project.namespace_id)?;
        Ok(Self { namespaces: chain.into_iter().map(|above| above.id).collect(), project: Some(project.id) })
    }

    /// Adds that a row of `users` has a role in one of them.
    pub(crate) fn add_to(&self, filter: &mut Filter) {
        let marks = vec!["?"; self.namespaces.len()].join(", ");
        let marks = if marks.is_empty() { "NULL".to_owned() } else { marks };
        let ids = || self.namespaces.iter().map(|id| Value::from(*id));
        filter.and(
            &format!(
                "(id IN (SELECT user_id FROM members WHERE namespace_id IN ({marks}) OR project_id = ?)
                OR id IN (SELECT owner_id FROM namespaces WHERE id IN ({marks})))"
            ),
            ids().chain([self.project.map_or(0, |id| id.0).into()]).chain(ids()),
        );
    }
}

/// A membership to be made.
#[derive(Clone, Debug)]
pub struct NewMember {
    /// Who.
    pub user_id: UserId,
    /// Where.
    pub place: Place,
    /// As what.
    pub access_level: AccessLevel,
    /// Until when; `None` for good.
    pub expires_at: Option<Timestamp>,
    /// When.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: Option<UserId>,
}

fn read(row: &Row<'_>) -> Result<Member> {
    Ok(Member {
        id: row.get(0)?,
        user_id: row.get(1)?,
        namespace_id: row.get(2)?,
        project_id: row.get(3)?,
        access_level: row.get(4)?,
        expires_at: row.get(5)?,
        created_at: row.get(6)?,
        created_by: row.get(7)?,
    })
}

/// Makes a membership. A second one in one place is [`crate::Error::Duplicate`].
pub fn insert(tx: &Tx<'_>, new: &NewMember) -> Result<Member> {
    let column = new.place.column();
    let columns = COLUMNS.replace("m.", "");
    tx.query_one(
        &format!(
            "INSERT INTO members (user_id, {column}, access_level, expires_at, created_at, created_by)
            VALUES ($1, $2, $3, $4, $5, $6) RETURNING {columns}"
        ),
        params![new.user_id, new.place.id(), new.access_level, new.expires_at, new.created_at, new.created_by],
        read,
    )
}

/// Changes level and end.
pub fn update(tx: &Tx<'_>, id: MemberId, level: AccessLevel, expires_at: Option<Timestamp>) -> Result<()> {
    tx.execute_one(
        "UPDATE members SET access_level = $1, expires_at = $2 WHERE id = $3",
        params![level, expires_at, id],
        "membership",
    )
}

/// A user's own membership in a place, without what comes from above.
pub fn direct(tx: &Tx<'_>, place: Place, user: UserId) -> Result<Option<Member>> {
    tx.query_opt(
        &format!("SELECT {COLUMNS} FROM members m WHERE m.{} = $1 AND m.user_id = $2", place.column()),
        params![place.id(), user],
        read,
    )
}

/// Memberships of a place with their users, and with `inherited` those of the groups above (a user then
/// comes once for each membership); by id.
pub fn list(
    tx: &Tx<'_>,
    places: &[Place],
    user: Option<UserId>,
    search: Option<&str>,
    page: Page,
) -> Result<Listed<(Member, User)>> {
    let mut filter = Filter::default();
    let marks = places.iter().map(|place| format!("m.{} = ?", place.column())).collect::<Vec<_>>().join(" OR ");
    filter.and(&format!("({})", if marks.is_empty() { "1 = 0" } else { &marks }), places.iter().map(|p| p.id().into()));
    if let Some(user) = user {
        filter.and("m.user_id = ?", [user.into()]);
    }
    if let Some(search) = search {
        filter.and(
            "(u.username_key LIKE ? ESCAPE '\\' OR LOWER(u.name) LIKE ? ESCAPE '\\')",
            [contains(search), contains(search)],
        );
    }
    let from = "members m JOIN users u ON u.id = m.user_id";
    let total = count(tx, from, &filter)?;
    filter.push(" ORDER BY m.id", []);
    filter.page(page);
    let text = format!("SELECT {COLUMNS}, {USER_COLUMNS} FROM {from}{}", filter.text());
    let items = tx.query(&text, filter.values(), |row| Ok((read(row)?, users::read(row, 8)?)))?;
    Ok(Listed { items, total })
}

/// What a membership is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Of a project.
    Project,
    /// Of a group.
    Group,
}

/// A user's memberships, all or of one kind, with the name of what each is of; by id.
pub fn of_user(tx: &Tx<'_>, user: UserId, kind: Option<Kind>, page: Page) -> Result<Listed<(Member, String)>> {
    let mut filter = Filter::default();
    filter.and("m.user_id = ?", [user.into()]);
    filter.and("p.deleted_at IS NULL", []);
    match kind {
        Some(Kind::Project) => filter.and("m.project_id IS NOT NULL", []),
        Some(Kind::Group) => filter.and("m.namespace_id IS NOT NULL", []),
        None => {}
    }
    let from = "members m LEFT JOIN projects p ON p.id = m.project_id LEFT JOIN namespaces n ON n.id = m.namespace_id";
    let total = count(tx, from, &filter)?;
    filter.push(" ORDER BY m.id", []);
    filter.page(page);
    let text = format!("SELECT {COLUMNS}, COALESCE(p.name, n.name) FROM {from}{}", filter.text());
    let items = tx.query(&text, filter.values(), |row| Ok((read(row)?, row.get(8)?)))?;
    Ok(Listed { items, total })
}

/// Removes a membership.
pub fn delete(tx: &Tx<'_>, id: MemberId) -> Result<bool> {
    Ok(tx.execute("DELETE FROM members WHERE id = $1", params![id])? == 1)
}

/// Memberships that have ended, those that ended first first.
pub fn expired(tx: &Tx<'_>, now: Timestamp) -> Result<Vec<Member>> {
    tx.query(
        &format!("SELECT {COLUMNS} FROM members m WHERE m.expires_at <= $1 ORDER BY m.expires_at, m.id"),
        params![now],
        read,
    )
}

/// When the next membership ends after that time; `None` if none does.
pub fn next_end(tx: &Tx<'_>, after: Timestamp) -> Result<Option<Timestamp>> {
    tx.query_one("SELECT MIN(expires_at) FROM members WHERE expires_at > $1", params![after], |row| row.get(0))
}

/// Whether a group of the first level would be left without an owner of its own if this membership ended. Bots own
/// nothing.
pub fn is_last_owner(tx: &Tx<'_>, member: &Member) -> Result<bool> {
    let Some(group) = member.namespace_id.filter(|_| member.access_level >= AccessLevel::Owner) else {
        return Ok(false);
    };
    let found = tx.query_opt(
        "SELECT n.id FROM namespaces n JOIN users u ON u.id = $1
        WHERE n.id = $2 AND n.parent_id IS NULL AND u.bot = 0 AND NOT EXISTS (
            SELECT 1 FROM members m JOIN users other ON other.id = m.user_id
            WHERE m.namespace_id = n.id AND m.user_id <> $3 AND m.access_level >= $4 AND other.bot = 0
        )",
        params![member.user_id, group, member.user_id, AccessLevel::Owner],
        |row| row.get::<NamespaceId>(0),
    )?;
    Ok(found.is_some())
}

/// The highest level a user has in a namespace: as its owner, as its member, as a member of a group above.
pub fn role_in_namespace(tx: &Tx<'_>, namespace: NamespaceId, user: UserId) -> Result<AccessLevel> {
    role(tx, namespace, user, None)
}

/// The highest level a user has in a project: directly, or in its namespace as above.
pub fn role_in_project(tx: &Tx<'_>, project: ProjectId, namespace: NamespaceId, user: UserId) -> Result<AccessLevel> {
    role(tx, namespace, user, Some(project))
}

fn role(tx: &Tx<'_>, namespace: NamespaceId, user: UserId, project: Option<ProjectId>) -> Result<AccessLevel> {
    let (role, parent) = role_without_parents(tx, namespace, user, project)?;
    match parent {
        Some(parent) if role < AccessLevel::Owner => Ok(role.max(role_in_chain(tx, parent, user)?)),
        _ => Ok(role),
    }
}

/// As [`role`], leaving out the groups above; and the first of those. Most projects are in none.
fn role_without_parents(
    tx: &Tx<'_>,
    namespace: NamespaceId,
    user: UserId,
    project: Option<ProjectId>,
) -> Result<(AccessLevel, Option<NamespaceId>)> {
    let found = tx.query_opt(
        "SELECT n.parent_id, n.owner_id,
            COALESCE((SELECT m.access_level FROM members m WHERE m.namespace_id = n.id AND m.user_id = $1), 0),
            COALESCE((SELECT m.access_level FROM members m WHERE m.project_id = $2 AND m.user_id = $3), 0)
        FROM namespaces n WHERE n.id = $4",
        params![user, project, user, namespace],
        |row| {
            let (parent, owner) = (row.get(0)?, row.get::<Option<UserId>>(1)?);
            let owner = if owner == Some(user) { AccessLevel::Owner } else { AccessLevel::None };
            Ok((owner.max(row.get(2)?).max(row.get(3)?), parent))
        },
    )?;
    Ok(found.unwrap_or((AccessLevel::None, None)))
}

/// The highest level a user has in a namespace and in the groups above it.
fn role_in_chain(tx: &Tx<'_>, namespace: NamespaceId, user: UserId) -> Result<AccessLevel> {
    tx.query_one(
        "WITH RECURSIVE chain (id, parent_id, owner_id, depth) AS (
            SELECT id, parent_id, owner_id, 0 FROM namespaces WHERE id = $1
            UNION ALL
            SELECT above.id, above.parent_id, above.owner_id, chain.depth + 1
            FROM namespaces above JOIN chain ON above.id = chain.parent_id WHERE chain.depth < 40
        )
        SELECT COALESCE(MAX(level), 0) FROM (
            SELECT 50 AS level FROM chain WHERE owner_id = $2
            UNION ALL
            SELECT m.access_level FROM members m JOIN chain ON m.namespace_id = chain.id WHERE m.user_id = $3
        ) AS levels",
        params![namespace, user, user],
        |row| row.get(0),
    )
}
