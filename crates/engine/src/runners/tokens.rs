//! Runners' tokens: how they look, how long they live, and putting a new one in place of the old
//! (runner protocol §2.1, §2.6).

use super::rights::{self, Right};
use crate::secrets::digest;
use crate::{Caller, Engine, Error, Result};
use pipewright_model::{Runner, RunnerId, RunnerType, Timestamp, TokenDigest, TokenKind, random};
use pipewright_store::runners;

/// Random characters that name a runner's build folders.
const SHORT: usize = 9;

/// A runner and its token, which is shown this once.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The runner.
    pub runner: Runner,
    /// Its secret.
    pub token: String,
}

/// A new token. One of a runner that was registered the old way lacks the prefix by which the official
/// runner tells the two ways apart.
pub(super) fn generate(kind: RunnerType, legacy: bool) -> String {
    if legacy { format!("t{}_{}", kind.digit(), random::text(27)) } else { TokenKind::Runner(kind.digit()).generate() }
}

/// The part of a token that runners name their folders by.
pub(super) fn short(token: &str) -> String {
    let bare = token.strip_prefix("glrt-").unwrap_or(token);
    let random = ["t1_", "t2_", "t3_"].iter().find_map(|part| bare.strip_prefix(part)).unwrap_or(bare);
    random.chars().take(SHORT).collect()
}

impl Engine {
    /// When a token made now ends.
    pub(super) async fn runner_token_end(&self, now: Timestamp) -> Result<Option<Timestamp>> {
        let seconds = self.settings().await?.limits.runner_token_seconds;
        Ok(seconds.map(|seconds| now.plus_seconds(seconds)))
    }

    /// Gives a runner a new token, for whoever manages it; the old one is refused from then on.
    pub async fn reset_runner_token(&self, caller: &Caller, id: RunnerId) -> Result<Issued> {
        let asked = caller.clone();
        let runner = self.db.read(move |tx| rights::find(tx, &asked, id, Right::Manage)).await?;
        self.replace_token(runner, None).await
    }

    /// Gives a runner a new token for its old one; 403 if that is not good any more.
    pub async fn reset_own_runner_token(&self, token: &str) -> Result<Issued> {
        let runner = self.runner_by_token(token).await?;
        self.replace_token(runner, Some(digest(token))).await
    }

    /// `old` must still be the runner's: of two machines that ask at once with the same token one is told no.
    async fn replace_token(&self, runner: Runner, old: Option<TokenDigest>) -> Result<Issued> {
        let token = generate(runner.runner_type, runner.legacy);
        let (id, key, short_token) = (runner.id, digest(&token), short(&token));
        let token_expires_at = self.runner_token_end(self.clock.now()).await?;
        let short_too = short_token.clone();
        self.db
            .write(move |tx| {
                // Removed meanwhile: there is nothing to reset.
                runners::get(tx, id)?.ok_or_else(|| Error::missing("Runner"))?;
                if let Some(old) = &old
                    && runners::by_token_locked(tx, old)?.is_none_or(|holder| holder.id != id)
                {
                    return Err(Error::forbidden());
                }
                Ok::<_, Error>(runners::set_token(tx, id, &key, &short_too, token_expires_at)?)
            })
            .await?;
        Ok(Issued { runner: Runner { short_token, token_expires_at, ..runner }, token })
    }
}

#[cfg(test)]
mod tests {
    use super::{generate, short};
    use pipewright_model::RunnerType;

    #[test]
    fn only_runners_made_by_users_have_the_prefix() {
        assert!(generate(RunnerType::Group, false).starts_with("glrt-t2_"));
        assert!(generate(RunnerType::Project, true).starts_with("t3_"));
    }

    #[test]
    fn the_short_name_is_the_first_random_characters() {
        assert_eq!(short("glrt-t1_abcdefghijkl"), "abcdefghi");
        assert_eq!(short("t3_abcdefghijkl"), "abcdefghi");
        assert_eq!(short("tiny"), "tiny");
    }
}
