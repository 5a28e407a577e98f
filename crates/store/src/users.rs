//! Accounts.

use crate::filter::{COUNT_LIMIT, Filter, Listed, Page, contains};
use crate::members::Places;
use crate::{Result, Tx, row::Row, value::params};
use pipewright_model::{Timestamp, User, UserId, UserState};

const COLUMNS: &str = "id, username, name, email, state, admin, external, bot, created_at, profile";

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Unique name in addresses.
    pub username: String,
    /// Name for people.
    pub name: String,
    /// Address, unique.
    pub email: String,
    /// May do everything.
    pub admin: bool,
    /// Sees only what it is a member of.
    pub external: bool,
    /// Belongs to a token, not to a person.
    pub bot: bool,
    /// When.
    pub created_at: Timestamp,
    /// JSON object of strings.
    pub profile: String,
}

/// Which accounts to list.
#[derive(Clone, Debug, Default)]
pub struct UserFilter {
    /// Exactly this name, whatever the letter case.
    pub username: Option<String>,
    /// Name or username contains it; the address too where `search_addresses`.
    pub search: Option<String>,
    /// Search addresses.
    pub search_addresses: bool,
    /// Only accounts in this state.
    pub state: Option<UserState>,
    /// Only administrators.
    pub admins: bool,
    /// Only (or no) external ones.
    pub external: Option<bool>,
    /// Only those with a role in one of these places.
    pub places: Option<Places>,
    /// None of these.
    pub except: Vec<UserId>,
    /// Oldest first rather than newest.
    pub ascending: bool,
}

pub(crate) fn read(row: &Row<'_>, at: usize) -> Result<User> {
    Ok(User {
        id: row.get(at)?,
        username: row.get(at + 1)?,
        name: row.get(at + 2)?,
        email: row.get(at + 3)?,
        state: row.word(at + 4)?,
        admin: row.get(at + 5)?,
        external: row.get(at + 6)?,
        bot: row.get(at + 7)?,
        created_at: row.get(at + 8)?,
        profile: row.get(at + 9)?,
    })
}

/// Makes an account. A name or address that is taken is [`crate::Error::Duplicate`].
pub fn insert(tx: &Tx<'_>, new: &NewUser) -> Result<User> {
    tx.query_one(
        &format!(
            "INSERT INTO users (username, username_key, name, email, email_key, state, admin, external, bot,
                created_at, profile)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING {COLUMNS}"
        ),
        params![
            &new.username,
            new.username.to_lowercase(),
            &new.name,
            &new.email,
            new.email.to_lowercase(),
            UserState::Active,
            new.admin,
            new.external,
            new.bot,
            new.created_at,
            &new.profile
        ],
        |row| read(row, 0),
    )
}

/// Writes all of an account that may change.
pub fn update(tx: &Tx<'_>, user: &User) -> Result<()> {
    tx.execute_one(
        "UPDATE users SET username = $1, username_key = $2, name = $3, email = $4, email_key = $5, state = $6,
            admin = $7, external = $8, profile = $9 WHERE id = $10",
        params![
            &user.username,
            user.username.to_lowercase(),
            &user.name,
            &user.email,
            user.email.to_lowercase(),
            user.state,
            user.admin,
            user.external,
            &user.profile,
            user.id
        ],
        "user",
    )
}

/// The account of that id.
pub fn by_id(tx: &Tx<'_>, id: UserId) -> Result<Option<User>> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM users WHERE id = $1"), params![id], |row| read(row, 0))
}

/// Those of these ids that exist, in no order.
pub fn by_ids(tx: &Tx<'_>, ids: &[UserId]) -> Result<Vec<User>> {
    let mut filter = Filter::default();
    filter.and_in("id", ids.iter().copied());
    tx.query(&format!("SELECT {COLUMNS} FROM users{}", filter.text()), filter.values(), |row| read(row, 0))
}

/// The account of that name, whatever the letter case.
pub fn by_username(tx: &Tx<'_>, username: &str) -> Result<Option<User>> {
    tx.query_opt(
        &format!("SELECT {COLUMNS} FROM users WHERE username_key = $1"),
        params![username.to_lowercase()],
        |row| read(row, 0),
    )
}

/// The account of that address, whatever the letter case.
pub fn by_email(tx: &Tx<'_>, email: &str) -> Result<Option<User>> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM users WHERE email_key = $1"), params![email.to_lowercase()], |row| {
        read(row, 0)
    })
}

/// Accounts that pass the filter.
pub fn list(tx: &Tx<'_>, wanted: &UserFilter, page: Page) -> Result<Listed<User>> {
    let mut filter = Filter::default();
    if let Some(username) = &wanted.username {
        filter.and("username_key = ?", [username.to_lowercase().into()]);
    }
    if let Some(search) = &wanted.search {
        let pattern = contains(search);
        let names = "username_key LIKE ? ESCAPE '\\' OR LOWER(name) LIKE ? ESCAPE '\\'";
        if wanted.search_addresses {
            let all = format!("({names} OR email_key LIKE ? ESCAPE '\\')");
            filter.and(&all, [pattern.clone(), pattern.clone(), pattern]);
        } else {
            filter.and(&format!("({names})"), [pattern.clone(), pattern]);
        }
    }
    if let Some(state) = wanted.state {
        filter.and("state = ?", [state.into()]);
    }
    if wanted.admins {
        filter.and("admin = 1", []);
    }
    if let Some(external) = wanted.external {
        filter.and("external = ?", [external.into()]);
    }
    if let Some(places) = &wanted.places {
        places.add_to(&mut filter);
    }
    filter.and_not_in("id", wanted.except.iter().copied());
    let total = count(tx, "users", &filter)?;
    filter.push(if wanted.ascending { " ORDER BY id" } else { " ORDER BY id DESC" }, []);
    filter.page(page);
    let text = format!("SELECT {COLUMNS} FROM users{}", filter.text());
    Ok(Listed { items: tx.query(&text, filter.values(), |row| read(row, 0))?, total })
}

/// Rows of `from` that pass the filter, counted up to one more than [`COUNT_LIMIT`].
pub(crate) fn count(tx: &Tx<'_>, from: &str, filter: &Filter) -> Result<i64> {
    let text = format!(
        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM {from}{} LIMIT {}) AS counted",
        filter.text(),
        COUNT_LIMIT + 1
    );
    tx.query_one(&text, filter.values(), |row| row.get(0))
}

/// Removes an account with its tokens, its namespace and its memberships. Its projects must be gone.
pub fn delete(tx: &Tx<'_>, id: UserId) -> Result<bool> {
    Ok(tx.execute("DELETE FROM users WHERE id = $1", params![id])? == 1)
}
