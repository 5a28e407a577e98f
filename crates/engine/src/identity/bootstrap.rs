//! The first start: the administrator `root`.

use super::tokens::every_scope;
use super::users::{NewUser, insert_with_namespace};
use crate::secrets::digest;
use crate::{Engine, Error, Result};
use pipewright_model::{TokenKind, UserId};
use pipewright_store::users::UserFilter;
use pipewright_store::{Page, settings, tokens, users};

/// Shorter tokens of the operator's own making are refused: they stand for everything.
const SHORTEST_TOKEN: usize = 8;

fn removed() -> Error {
    let why = "the administrator root was removed, so no token can be given to it: leave --root-token out, and make a \
               token for another administrator with `pipewright admin token create`";
    Error::BadRequest(why.to_owned())
}

impl Engine {
    /// Makes the administrator `root` (id 1, namespace `root`) on an empty server, with the token given or
    /// one made up; a made-up token is returned, this once. Later starts change nothing, but a given
    /// token that nobody has is added to `root`'s.
    pub async fn ensure_root(&self, token: Option<&str>) -> Result<Option<String>> {
        if token.is_some_and(|token| token.len() < SHORTEST_TOKEN || token.chars().any(char::is_whitespace)) {
            return Err(Error::BadRequest(format!(
                "the administrator's token must have at least {SHORTEST_TOKEN} characters and no spaces"
            )));
        }
        let made_up = TokenKind::Access.generate();
        let (given, secret) = (token.is_some(), token.unwrap_or(&made_up).to_owned());
        let now = self.clock.now();
        let created = self
            .db
            .write(move |tx| {
                let first = users::by_id(tx, UserId(1))?;
                let created = first.is_none();
                // Other administrators may have removed it: a server that has users is not an empty one.
                if created && users::list(tx, &UserFilter::default(), Page::first(1))?.total > 0 {
                    return if given { Err(removed()) } else { Ok(false) };
                }
                let root = match first {
                    Some(root) => root,
                    None => insert_with_namespace(tx, &NewUser::administrator("root", "Administrator"), now)?,
                };
                let digest = digest(&secret);
                if created || (given && tokens::by_digest(tx, &digest)?.is_none()) {
                    let new = tokens::NewToken {
                        user_id: root.id,
                        name: "root".to_owned(),
                        description: None,
                        scopes: every_scope(),
                        digest,
                        created_at: now,
                        expires_at: None,
                    };
                    tokens::insert(tx, &new)?;
                }
                Ok::<_, Error>(created)
            })
            .await?;
        Ok((created && !given).then_some(made_up))
    }
}

impl Engine {
    /// Whether the key is the one the database's secrets were stored with. The first start decides that.
    pub async fn key_fits(&self) -> Result<bool> {
        let sealed = self.secrets.seal(&["Pipewright".to_owned()]);
        let stored = self.db.write(move |tx| settings::set_first(tx, "key_check", &sealed)).await?;
        Ok(self.secrets.unseal(&stored).is_ok())
    }

    /// Whether the database answers; for whoever watches the server.
    pub async fn check_database(&self) -> Result<()> {
        self.db.read(|tx| users::by_id(tx, UserId(1))).await?;
        Ok(())
    }
}
