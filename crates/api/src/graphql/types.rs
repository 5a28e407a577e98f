//! The types there are, and their fields.

use pipewright_engine::{REVISION, VERSION};
use pipewright_model::{User, UserState};
use serde_json::{Value, json};
use std::sync::Arc;

/// What a query is answered from.
pub(super) struct World {
    /// Who asks.
    pub(super) user: Option<Arc<User>>,
    /// The server's address.
    pub(super) base: String,
}

/// An object that has fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Query,
    CurrentUser,
    Metadata,
    Kas,
}

/// What a field holds.
pub(super) enum Field {
    /// An object of this type, which is there or `null`.
    Object(Kind, bool),
    /// A value, and the name of its type.
    Scalar(&'static str, Value),
}

impl Kind {
    /// As GitLab calls it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Query => "Query",
            Self::CurrentUser => "CurrentUser",
            Self::Metadata => "Metadata",
            Self::Kas => "Kas",
        }
    }

    /// A field by its name; `None` where the type has no such field.
    pub(super) fn field(self, name: &str, world: &World) -> Option<Field> {
        if name == "__typename" {
            return Some(Field::Scalar("String", json!(self.name())));
        }
        match self {
            Self::Query => match name {
                "currentUser" => Some(Field::Object(Self::CurrentUser, world.user.is_some())),
                // As in the REST API, nobody is told who has not signed in.
                "metadata" => Some(Field::Object(Self::Metadata, world.user.is_some())),
                _ => None,
            },
            Self::CurrentUser => user(name, world),
            Self::Metadata => match name {
                "version" => Some(Field::Scalar("String", json!(VERSION))),
                "revision" => Some(Field::Scalar("String", json!(REVISION))),
                "enterprise" => Some(Field::Scalar("Boolean", json!(false))),
                "kas" => Some(Field::Object(Self::Kas, true)),
                _ => None,
            },
            Self::Kas => match name {
                "enabled" => Some(Field::Scalar("Boolean", json!(false))),
                "version" | "externalUrl" | "externalK8sProxyUrl" => Some(Field::Scalar("String", Value::Null)),
                _ => None,
            },
        }
    }
}

/// Whether the type has the field is the same for everybody; without a user the value is not looked at.
fn user(name: &str, world: &World) -> Option<Field> {
    let of = |value: fn(&User, &str) -> Value| world.user.as_ref().map_or(Value::Null, |user| value(user, &world.base));
    let (kind, value) = match name {
        "id" => ("UserID", of(|user, _| json!(format!("gid://gitlab/User/{}", user.id.0)))),
        "username" => ("String", of(|user, _| json!(user.username))),
        "name" => ("String", of(|user, _| json!(user.name))),
        "active" => ("Boolean", of(|user, _| json!(user.state == UserState::Active))),
        "state" => ("UserState", of(|user, _| json!(user.state.as_str()))),
        "admin" => ("Boolean", of(|user, _| json!(user.admin))),
        "bot" => ("Boolean", of(|user, _| json!(user.bot))),
        "human" => ("Boolean", of(|user, _| json!(!user.bot))),
        "webUrl" => ("String", of(|user, base| json!(format!("{base}/{}", user.username)))),
        "webPath" => ("String", of(|user, _| json!(format!("/{}", user.username)))),
        "createdAt" => ("Time", of(|user, _| json!(user.created_at))),
        "commitEmail" => ("String", of(|user, _| json!(user.email))),
        "avatarUrl" => ("String", Value::Null),
        _ => return None,
    };
    Some(Field::Scalar(kind, value))
}
