//! ID tokens: what a job shows to others to prove who it is (OpenID Connect), and the key they are checked
//! with.

mod claims;
mod key;
mod tokens;

pub use key::Jwk;

use crate::{Engine, Error, Result};
use key::SigningKey;
use pipewright_store::settings;
use std::sync::Arc;

/// Where the database keeps the signing key, encrypted.
const SETTING: &str = "id_token_key";

/// Remembers the key once it was read.
#[derive(Default)]
pub(crate) struct KeyCache(tokio::sync::OnceCell<Arc<SigningKey>>);

impl Engine {
    /// The public half of the signing key, for whoever checks a token.
    pub async fn id_token_key(&self) -> Result<Jwk> {
        Ok(self.signing_key().await?.public())
    }

    /// The key all servers of this database sign with; made when it is first wanted.
    async fn signing_key(&self) -> Result<Arc<SigningKey>> {
        self.inner.signing.0.get_or_try_init(|| self.read_signing_key()).await.cloned()
    }

    async fn read_signing_key(&self) -> Result<Arc<SigningKey>> {
        let known = self.db.read(|tx| settings::get(tx, SETTING)).await.map_err(Error::from)?;
        let sealed = if let Some(sealed) = known {
            sealed
        } else {
            let made = tokio::task::spawn_blocking(SigningKey::generate);
            let made = made.await.map_err(|error| Error::Internal(format!("no signing key: {error}")))??;
            let sealed = hex::encode(self.secrets.encrypt(&hex::encode(made)));
            // Of two servers that make one at the same time the first one's counts for both.
            self.db.write(move |tx| settings::set_first(tx, SETTING, &sealed)).await.map_err(Error::from)?
        };
        let wrong = || Error::Internal("the key that signs ID tokens cannot be read".to_owned());
        let sealed = hex::decode(sealed).map_err(|_| wrong())?;
        let plain = hex::decode(self.secrets.decrypt(&sealed)?).map_err(|_| wrong())?;
        Ok(Arc::new(SigningKey::open(&plain)?))
    }
}
