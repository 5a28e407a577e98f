//! Access tokens.

use pipewright_model::{AccessToken, Scope, Timestamp};
use pipewright_wire::users::AccessToken as Shape;

/// A token, with its secret in the answer to its making only.
pub(crate) fn token(token: &AccessToken, secret: Option<String>, now: Timestamp) -> Shape {
    Shape {
        id: token.id.0,
        name: token.name.clone(),
        revoked: token.revoked,
        created_at: token.created_at.to_string(),
        description: token.description.clone(),
        scopes: token.scopes.iter().copied().map(Scope::as_str).map(ToOwned::to_owned).collect(),
        user_id: token.user_id.0,
        last_used_at: token.last_used_at.map(|time| time.to_string()),
        active: !token.revoked && token.expires_at.is_none_or(|end| end > now),
        expires_at: token.expires_at.map(Timestamp::date),
        token: secret,
    }
}
