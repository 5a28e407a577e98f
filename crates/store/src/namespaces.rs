//! Users' namespaces and groups.

use crate::filter::{Filter, Listed, Page, contains};
use crate::{Result, Tx, row::Row, users::count, value::params};
use pipewright_model::{Namespace, NamespaceId, NamespaceKind, Timestamp, UserId, Visibility};

const COLUMNS: &str =
    "n.id, n.kind, n.parent_id, n.path, n.full_path, n.name, n.description, n.visibility, n.owner_id, n.created_at";

/// A namespace to be made.
#[derive(Clone, Debug)]
pub struct NewNamespace {
    /// User's or group's.
    pub kind: NamespaceKind,
    /// The group above, with its address.
    pub parent: Option<(NamespaceId, String)>,
    /// Last segment of the address.
    pub path: String,
    /// Name for people.
    pub name: String,
    /// Purpose for people.
    pub description: String,
    /// Who may see it.
    pub visibility: Visibility,
    /// The user of a user's namespace.
    pub owner_id: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
}

/// Whose eyes a list is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Sees everything.
    Admin,
    /// Sees what is public or internal, and what he is a member of.
    User(UserId),
    /// Sees what he is a member of, and what is public.
    External(UserId),
    /// Sees what is public.
    Anonymous,
}

/// Which namespaces to list.
#[derive(Clone, Debug, Default)]
pub struct NamespaceFilter {
    /// Only groups, or only users' own.
    pub kind: Option<NamespaceKind>,
    /// Only direct children of this group.
    pub parent_id: Option<NamespaceId>,
    /// Only namespaces at the top.
    pub top_level: bool,
    /// Name or address contains it.
    pub search: Option<String>,
    /// Only those owned or joined by this user.
    pub member: Option<UserId>,
    /// Only those in which this user has at least this level, directly or from above.
    pub least: Option<(UserId, i64)>,
    /// Only these.
    pub among: Option<Vec<NamespaceId>>,
    /// None of these.
    pub except: Vec<NamespaceId>,
}

fn read(row: &Row<'_>) -> Result<Namespace> {
    Ok(Namespace {
        id: row.get(0)?,
        kind: row.word(1)?,
        parent_id: row.get(2)?,
        path: row.get(3)?,
        full_path: row.get(4)?,
        name: row.get(5)?,
        description: row.get(6)?,
        visibility: row.word(7)?,
        owner_id: row.get(8)?,
        created_at: row.get(9)?,
    })
}

/// Makes a namespace. An address that is taken is [`crate::Error::Duplicate`].
pub fn insert(tx: &Tx<'_>, new: &NewNamespace) -> Result<Namespace> {
    let (parent_id, full_path) = match &new.parent {
        Some((id, above)) => (Some(*id), format!("{above}/{}", new.path)),
        None => (None, new.path.clone()),
    };
    crate::moved::forget_with_below(tx, &full_path, &below(&full_path))?;
    let columns = COLUMNS.replace("n.", "");
    tx.query_one(
        &format!(
            "INSERT INTO namespaces (kind, parent_id, path, full_path, full_path_key, name, description, visibility,
                owner_id, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING {columns}"
        ),
        params![
            new.kind,
            parent_id,
            &new.path,
            &full_path,
            full_path.to_lowercase(),
            &new.name,
            &new.description,
            new.visibility,
            new.owner_id,
            new.created_at
        ],
        read,
    )
}

/// Writes name, description and visibility.
pub fn update(tx: &Tx<'_>, namespace: &Namespace) -> Result<()> {
    tx.execute_one(
        "UPDATE namespaces SET name = $1, description = $2, visibility = $3 WHERE id = $4",
        params![&namespace.name, &namespace.description, namespace.visibility, namespace.id],
        "namespace",
    )
}

/// Changes a namespace's last segment, and the addresses of everything below it.
pub fn rename(tx: &Tx<'_>, namespace: &Namespace, path: &str) -> Result<()> {
    let full = match namespace.full_path.rsplit_once('/') {
        Some((above, _)) => format!("{above}/{path}"),
        None => path.to_owned(),
    };
    relocate(tx, namespace, namespace.parent_id, path, &full)
}

/// Puts a namespace below another, or at the top, and everything below it with it.
pub fn transfer(tx: &Tx<'_>, namespace: &Namespace, parent: Option<&Namespace>) -> Result<()> {
    let path = &namespace.path;
    let full = parent.map_or_else(|| path.clone(), |parent| format!("{}/{path}", parent.full_path));
    relocate(tx, namespace, parent.map(|parent| parent.id), path, &full)
}

/// Everything moves to the new address; the projects below are still found at their old ones.
fn relocate(tx: &Tx<'_>, namespace: &Namespace, parent: Option<NamespaceId>, path: &str, full: &str) -> Result<()> {
    let old = namespace.full_path.as_str();
    // Lengths in characters: both databases count SUBSTR in them.
    let cut = old.chars().count() as i64 + 1;
    crate::moved::forget_with_below(tx, full, &below(full))?;
    crate::moved::remember_below(tx, &below(old))?;
    tx.execute(
        "UPDATE namespaces SET path = $1, full_path = $2, full_path_key = $3, parent_id = $4 WHERE id = $5",
        params![path, full, full.to_lowercase(), parent, namespace.id],
    )?;
    for table in ["namespaces", "projects"] {
        tx.execute(
            &format!(
                "UPDATE {table} SET full_path = CAST($1 AS TEXT) || SUBSTR(full_path, CAST(CAST($2 AS BIGINT) AS INTEGER)),
                    full_path_key = CAST($3 AS TEXT) || SUBSTR(full_path_key, CAST(CAST($4 AS BIGINT) AS INTEGER))
                WHERE full_path_key LIKE $5 ESCAPE '\\'"
            ),
            params![full, cut, full.to_lowercase(), cut, below(old)],
        )?;
    }
    Ok(())
}

/// A pattern for every address below `path`.
pub(crate) fn below(path: &str) -> String {
    let escaped = path.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("{escaped}/%")
}

/// The namespace of that id.
pub fn by_id(tx: &Tx<'_>, id: NamespaceId) -> Result<Option<Namespace>> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM namespaces n WHERE n.id = $1"), params![id], read)
}

/// Those of these ids that exist, in no order.
pub fn by_ids(tx: &Tx<'_>, ids: &[NamespaceId]) -> Result<Vec<Namespace>> {
    let mut filter = Filter::default();
    filter.and_in("n.id", ids.iter().copied());
    tx.query(&format!("SELECT {COLUMNS} FROM namespaces n{}", filter.text()), filter.values(), read)
}

/// The namespace of that address, whatever the letter case.
pub fn by_path(tx: &Tx<'_>, full_path: &str) -> Result<Option<Namespace>> {
    tx.query_opt(
        &format!("SELECT {COLUMNS} FROM namespaces n WHERE n.full_path_key = $1"),
        params![full_path.to_lowercase()],
        read,
    )
}

/// A user's own namespace.
pub fn of_user(tx: &Tx<'_>, user: UserId) -> Result<Option<Namespace>> {
    tx.query_opt(
        &format!("SELECT {COLUMNS} FROM namespaces n WHERE n.owner_id = $1 AND n.kind = 'user'"),
        params![user],
        read,
    )
}

/// The namespace and all groups above it, the outermost first.
pub fn chain(tx: &Tx<'_>, id: NamespaceId) -> Result<Vec<Namespace>> {
    let mut found = tx.query(
        &format!(
            "WITH RECURSIVE chain (id, parent_id, depth) AS (
                SELECT id, parent_id, 0 FROM namespaces WHERE id = $1
                UNION ALL
                SELECT above.id, above.parent_id, chain.depth + 1
                FROM namespaces above JOIN chain ON above.id = chain.parent_id WHERE chain.depth < 40
            )
            SELECT {COLUMNS}, chain.depth FROM chain JOIN namespaces n ON n.id = chain.id ORDER BY chain.depth"
        ),
        params![id],
        read,
    )?;
    found.reverse();
    Ok(found)
}

/// SQL for the ids of the namespaces a user owns or joined, and of all below them. One parameter twice.
pub(crate) const MINE: &str = "WITH RECURSIVE mine (id) AS (
        SELECT id FROM namespaces WHERE owner_id = ?
        UNION
        SELECT namespace_id FROM members WHERE user_id = ? AND namespace_id IS NOT NULL
        UNION
        SELECT below.id FROM namespaces below JOIN mine ON below.parent_id = mine.id
    ) SELECT id FROM mine";

/// Namespaces that pass the filter, by address.
pub fn list(tx: &Tx<'_>, viewer: Viewer, wanted: &NamespaceFilter, page: Page) -> Result<Listed<Namespace>> {
    let mut filter = Filter::default();
    match viewer {
        Viewer::Admin => {}
        Viewer::User(user) => filter
            .and(&format!("(n.visibility IN ('public', 'internal') OR n.id IN ({MINE}))"), [user.into(), user.into()]),
        Viewer::External(user) => {
            filter.and(&format!("(n.visibility = 'public' OR n.id IN ({MINE}))"), [user.into(), user.into()]);
        }
        Viewer::Anonymous => filter.and("n.visibility = 'public'", []),
    }
    if let Some(kind) = wanted.kind {
        filter.and("n.kind = ?", [kind.into()]);
    }
    if let Some(parent) = wanted.parent_id {
        filter.and("n.parent_id = ?", [parent.into()]);
    }
    if wanted.top_level {
        filter.and("n.parent_id IS NULL", []);
    }
    if let Some(search) = &wanted.search {
        filter.and(
            "(LOWER(n.name) LIKE ? ESCAPE '\\' OR n.full_path_key LIKE ? ESCAPE '\\')",
            [contains(search), contains(search)],
        );
    }
    if let Some(user) = wanted.member {
        filter.and(&format!("n.id IN ({MINE})"), [user.into(), user.into()]);
    }
    if let Some((user, level)) = wanted.least {
        let mine = MINE.replace("namespace_id IS NOT NULL", "namespace_id IS NOT NULL AND access_level >= ?");
        filter.and(&format!("n.id IN ({mine})"), [user.into(), user.into(), level.into()]);
    }
    if let Some(among) = &wanted.among {
        filter.and_in("n.id", among.iter().copied());
    }
    filter.and_not_in("n.id", wanted.except.iter().copied());
    let total = count(tx, "namespaces n", &filter)?;
    filter.push(" ORDER BY n.full_path_key", []);
    filter.page(page);
    let text = format!("SELECT {COLUMNS} FROM namespaces n{}", filter.text());
    Ok(Listed { items: tx.query(&text, filter.values(), read)?, total })
}

/// The namespace's id and those of all groups below it.
pub fn descendants(tx: &Tx<'_>, id: NamespaceId) -> Result<Vec<NamespaceId>> {
    tx.query(
        "WITH RECURSIVE tree (id) AS (
            SELECT id FROM namespaces WHERE id = $1
            UNION SELECT below.id FROM namespaces below JOIN tree ON below.parent_id = tree.id
        ) SELECT id FROM tree ORDER BY id LIMIT 10000",
        params![id],
        |row| row.get(0),
    )
}

/// Removes a namespace and the groups below it. Their projects must be gone.
pub fn delete(tx: &Tx<'_>, id: NamespaceId) -> Result<bool> {
    Ok(tx.execute("DELETE FROM namespaces WHERE id = $1", params![id])? == 1)
}
