//! `pipewright admin token`.

use super::operator::{Operator, is_last, pages, row};
use crate::error::{Error, Result};
use clap::Subcommand;
use pipewright_engine::identity::tokens::{NewToken, TokenRef};
use pipewright_model::{AccessTokenId, Scope, Timestamp};
use pipewright_store::tokens::TokenFilter;

/// What to do with access tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum Chore {
    /// Make a token for an account; prints the token, which is not shown again
    #[command(
        after_help = "Example:\n  TOKEN=$(pipewright admin token create alice --scope read_api --expires 2027-01-31)"
    )]
    Create {
        /// Whose
        username: String,
        /// What it may be used for, like api, read_api, write_repository; may be given again
        #[arg(long = "scope", env = "PIPEWRIGHT_SCOPE", value_delimiter = ',', default_value = "api")]
        scopes: Vec<Scope>,
        /// Name for people
        #[arg(long, env = "PIPEWRIGHT_NAME", default_value = "made by pipewright admin")]
        name: String,
        /// Day at whose beginning (UTC) it ends, as 2027-01-31 [default: none]
        #[arg(long, env = "PIPEWRIGHT_EXPIRES", value_name = "DATE", value_parser = date)]
        expires: Option<Timestamp>,
    },
    /// List tokens, without their secrets: id, user's id, name, scopes, state, end
    #[command(after_help = "Example:\n  pipewright admin token list alice")]
    List {
        /// Only this account's
        username: Option<String>,
    },
    /// Withdraw a token
    #[command(after_help = "Example:\n  pipewright admin token revoke 7")]
    Revoke {
        /// Its id, as the list shows it
        id: i64,
    },
}

/// Does it.
pub(crate) async fn run(operator: &Operator, chore: Chore) -> Result<()> {
    let (engine, caller) = (&operator.engine, &operator.caller);
    match chore {
        Chore::Create { username, scopes, name, expires } => {
            let user = operator.user(&username).await?;
            let new = NewToken { name, description: None, scopes, expires_at: expires };
            let (_, secret) = engine.create_token(caller, user.id, new).await?;
            row(&[&secret]);
        }
        Chore::List { username } => list(operator, username).await?,
        Chore::Revoke { id } => {
            engine.revoke_token(caller, TokenRef::Id(AccessTokenId(id))).await.map_err(|error| match error {
                pipewright_engine::Error::NotFound(_) => Error::Other(format!("there is no token {id}")),
                pipewright_engine::Error::BadRequest(_) => Error::Other(format!("token {id} was revoked before")),
                other => other.into(),
            })?;
        }
    }
    Ok(())
}

async fn list(operator: &Operator, username: Option<String>) -> Result<()> {
    let user_id = match username {
        Some(username) => Some(operator.user(&username).await?.id),
        None => None,
    };
    let now = operator.engine.clock.now();
    for page in pages() {
        let filter = TokenFilter { user_id, ..TokenFilter::default() };
        let tokens = operator.engine.list_tokens(&operator.caller, filter, page).await?.items;
        for token in &tokens {
            let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.as_str()).collect();
            let ended = token.expires_at.is_some_and(|end| end <= now);
            let state = match (token.revoked, ended) {
                (true, _) => "revoked",
                (false, true) => "expired",
                (false, false) => "active",
            };
            let end = token.expires_at.map_or("never".to_owned(), Timestamp::date);
            row(&[&token.id.0, &token.user_id.0, &token.name, &scopes.join(","), &state, &end]);
        }
        if is_last(&tokens) {
            break;
        }
    }
    Ok(())
}

fn date(text: &str) -> std::result::Result<Timestamp, String> {
    Timestamp::parse(text).ok_or_else(|| "a day like 2027-01-31".to_owned())
}
