//! People and bots.

use crate::{Timestamp, UserId, words::words};

words! {
    /// Whether an account may be used.
    UserState {
        /// In use.
        Active = "active",
        /// Shut out by an administrator.
        Blocked = "blocked",
        /// Laid down, comes back by signing in.
        Deactivated = "deactivated",
    }
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Unique id; the first administrator has 1.
    pub id: UserId,
    /// Unique name in addresses, matched whatever the letter case.
    pub username: String,
    /// Name for people.
    pub name: String,
    /// Address, unique.
    pub email: String,
    /// Whether it may be used.
    pub state: UserState,
    /// May do everything.
    pub admin: bool,
    /// Sees only what it is a member of.
    pub external: bool,
    /// Belongs to a token, not to a person.
    pub bot: bool,
    /// Where it was created.
    pub created_at: Timestamp,
    /// The unimportant rest of the profile (bio, location …) as a JSON object of strings.
    pub profile: String,
}
