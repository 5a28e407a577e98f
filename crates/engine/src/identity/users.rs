//! Accounts.

use crate::{Caller, Engine, Error, Result, names};
use pipewright_model::{NamespaceKind, Timestamp, User, UserId, UserState, Visibility};
use pipewright_store::users::UserFilter;
use pipewright_store::{self as store, Listed, Page, Tx, namespaces, projects, users};
use std::collections::BTreeMap;

/// An account to be made.
#[derive(Clone, Debug, Default)]
pub struct NewUser {
    /// Unique name in addresses.
    pub username: String,
    /// Name for people.
    pub name: String,
    /// Address, unique.
    pub email: String,
    /// May do everything.
    pub admin: bool,
    /// Sees only what is public and what it is a member of; as the instance has it where nobody says.
    pub external: Option<bool>,
    /// bio, location …
    pub profile: BTreeMap<String, String>,
}

impl NewUser {
    /// An administrator with an address nobody reads.
    pub(crate) fn administrator(username: &str, name: &str) -> Self {
        Self {
            username: username.to_owned(),
            name: name.to_owned(),
            email: format!("{username}@example.com"),
            admin: true,
            ..Self::default()
        }
    }
}

/// What to change of an account; `None` leaves a field.
#[derive(Clone, Debug, Default)]
pub struct UserChange {
    /// Unique name in addresses.
    pub username: Option<String>,
    /// Name for people.
    pub name: Option<String>,
    /// Address.
    pub email: Option<String>,
    /// May do everything.
    pub admin: Option<bool>,
    /// Sees only what it is a member of.
    pub external: Option<bool>,
    /// Whether it may be used.
    pub state: Option<UserState>,
    /// bio, location … to lay over what is there.
    pub profile: BTreeMap<String, String>,
}

/// Makes an account and its namespace, checked; within a transaction of the caller's.
pub(crate) fn insert_with_namespace(tx: &Tx<'_>, new: &NewUser, now: Timestamp) -> Result<User> {
    names::check_namespace("username", &new.username, true)?;
    names::check_title(&new.name)?;
    check_email(&new.email)?;
    check_profile(&new.profile)?;
    if users::by_email(tx, &new.email)?.is_some() {
        return Err(Error::Conflict("Email has already been taken".to_owned()));
    }
    let taken = namespaces::by_path(tx, &new.username)?.is_some() || users::by_username(tx, &new.username)?.is_some();
    if taken {
        return Err(Error::Conflict("Username has already been taken".to_owned()));
    }
    let row = users::NewUser {
        username: new.username.clone(),
        name: new.name.clone(),
        email: new.email.clone(),
        admin: new.admin,
        external: new.external.unwrap_or(false),
        bot: false,
        created_at: now,
        profile: write_profile(&new.profile),
    };
    let user = users::insert(tx, &row)?;
    let namespace = namespaces::NewNamespace {
        kind: NamespaceKind::User,
        parent: None,
        path: user.username.clone(),
        name: user.name.clone(),
        description: String::new(),
        visibility: Visibility::Public,
        owner_id: Some(user.id),
        created_at: now,
    };
    namespaces::insert(tx, &namespace)?;
    Ok(user)
}

fn check_email(email: &str) -> Result<()> {
    let good = email.len() <= 255
        && !email.chars().any(|c| c.is_control() || c.is_whitespace() || "<>".contains(c))
        && email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    if good { Ok(()) } else { Err(Error::invalid("email", "is invalid")) }
}

/// A profile is shown with each job its user started, so it is short.
fn check_profile(profile: &BTreeMap<String, String>) -> Result<()> {
    profile.iter().try_for_each(|(field, text)| names::check_text(field, text, 500))
}

fn write_profile(profile: &BTreeMap<String, String>) -> String {
    serde_json::to_string(profile).unwrap_or_else(|_| "{}".to_owned())
}

/// The rest of a profile: bio, location …
pub fn profile(user: &User) -> BTreeMap<String, String> {
    serde_json::from_str(&user.profile).unwrap_or_default()
}

impl Engine {
    /// Makes an account with its namespace; administrators.
    pub async fn create_user(&self, caller: &Caller, new: NewUser) -> Result<User> {
        require_admin(caller)?;
        let external = new.external.or(Some(self.settings().await?.external_users));
        let (new, now) = (NewUser { external, ..new }, self.clock.now());
        self.db.write(move |tx| insert_with_namespace(tx, &new, now)).await
    }

    /// Accounts that pass the filter; anybody signed in. Strangers find by name, not by address.
    pub async fn list_users(&self, caller: &Caller, filter: UserFilter, page: Page) -> Result<Listed<User>> {
        caller.require_user()?;
        let filter = UserFilter { search_addresses: caller.is_admin(), ..filter };
        self.db.read(move |tx| users::list(tx, &filter, page)).await.map_err(Error::from)
    }

    /// One account, by id.
    pub async fn user(&self, caller: &Caller, id: UserId) -> Result<User> {
        caller.require_user()?;
        let found = self.db.read(move |tx| users::by_id(tx, id)).await.map_err(Error::from)?;
        found.ok_or_else(|| Error::missing("User"))
    }

    /// Several accounts by id, in no order: for answers that mention users.
    pub async fn users_by_id(&self, ids: Vec<UserId>) -> Result<Vec<User>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.db.read(move |tx| users::by_ids(tx, &ids)).await.map_err(Error::from)
    }

    /// Changes an account; administrators.
    pub async fn update_user(&self, caller: &Caller, id: UserId, change: UserChange) -> Result<User> {
        require_admin(caller)?;
        if caller.user().is_some_and(|own| own.id == id) && change.state.is_some_and(|state| state != UserState::Active)
        {
            return Err(Error::forbidden_because("You cannot block yourself"));
        }
        let user = self.db.write(move |tx| update(tx, id, &change)).await?;
        self.forget_tokens();
        Ok(user)
    }

    /// Removes an account whose namespace holds no projects, with its tokens and memberships;
    /// administrators.
    pub async fn delete_user(&self, caller: &Caller, id: UserId) -> Result<()> {
        require_admin(caller)?;
        if caller.user().is_some_and(|own| own.id == id) {
            return Err(Error::forbidden_because("You cannot delete yourself"));
        }
        self.db
            .write(move |tx| {
                users::by_id(tx, id)?.ok_or_else(|| Error::missing("User"))?;
                if let Some(own) = namespaces::of_user(tx, id)?
                    && projects::count_in(tx, &[own.id])? > 0
                {
                    return Err(Error::Conflict(
                        "409 Conflict: the user owns projects; delete or transfer them first".to_owned(),
                    ));
                }
                users::delete(tx, id)?;
                Ok(())
            })
            .await?;
        self.forget_tokens();
        Ok(())
    }
}

/// 403 unless the caller administers the server.
pub(crate) fn require_admin(caller: &Caller) -> Result<()> {
    caller.require_user()?;
    if caller.is_admin() { Ok(()) } else { Err(Error::forbidden()) }
}

fn update(tx: &Tx<'_>, id: UserId, change: &UserChange) -> Result<User> {
    let mut user = users::by_id(tx, id)?.ok_or_else(|| Error::missing("User"))?;
    if let Some(email) = change.email.as_ref().filter(|email| **email != user.email) {
        check_email(email)?;
        if users::by_email(tx, email)?.is_some_and(|other| other.id != id) {
            return Err(Error::Conflict("Email has already been taken".to_owned()));
        }
        user.email.clone_from(email);
    }
    if let Some(name) = &change.name {
        names::check_title(name)?;
        user.name.clone_from(name);
    }
    if let Some(username) = change.username.as_ref().filter(|name| **name != user.username) {
        rename(tx, &mut user, username)?;
    }
    user.admin = change.admin.unwrap_or(user.admin);
    user.external = change.external.unwrap_or(user.external);
    user.state = change.state.unwrap_or(user.state);
    check_profile(&change.profile)?;
    let mut rest = profile(&user);
    rest.extend(change.profile.clone());
    user.profile = write_profile(&rest);
    users::update(tx, &user)?;
    Ok(user)
}

fn rename(tx: &Tx<'_>, user: &mut User, username: &str) -> Result<()> {
    names::check_namespace("username", username, true)?;
    let own = namespaces::of_user(tx, user.id)?;
    let other = namespaces::by_path(tx, username)?;
    if other.is_some_and(|other| own.as_ref().is_none_or(|own| own.id != other.id)) {
        return Err(Error::Conflict("Username has already been taken".to_owned()));
    }
    username.clone_into(&mut user.username);
    if let Some(own) = own {
        store::namespaces::rename(tx, &own, username)?;
    }
    Ok(())
}
