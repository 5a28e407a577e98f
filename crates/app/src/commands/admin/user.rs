//! `pipewright admin user`.

use super::operator::{Operator, is_last, pages, row};
use crate::error::Result;
use clap::Subcommand;
use pipewright_engine::identity::users::{NewUser, UserChange};
use pipewright_model::{User, UserState};
use pipewright_store::users::UserFilter;

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum Chore {
    /// Make an account; prints its row
    #[command(after_help = "Example:\n  pipewright admin user create alice --name 'Alice Liddell' --admin")]
    Create {
        /// Name in addresses
        username: String,
        /// Name for people [default: the username]
        #[arg(long, env = "PIPEWRIGHT_NAME")]
        name: Option<String>,
        /// Address [default: USERNAME@example.com]
        #[arg(long, env = "PIPEWRIGHT_EMAIL")]
        email: Option<String>,
        /// May do everything
        #[arg(long, env = "PIPEWRIGHT_ADMIN")]
        admin: bool,
    },
    /// List accounts, oldest first: id, username, name, role, state
    #[command(after_help = "Example:\n  pipewright admin user list")]
    List,
    /// Shut an account out; its tokens are refused
    #[command(after_help = "Example:\n  pipewright admin user block alice")]
    Block {
        /// Whom
        username: String,
    },
    /// Let a blocked account in again
    #[command(after_help = "Example:\n  pipewright admin user unblock alice")]
    Unblock {
        /// Whom
        username: String,
    },
}

/// Does it.
pub(crate) async fn run(operator: &Operator, chore: Chore) -> Result<()> {
    match chore {
        Chore::Create { username, name, email, admin } => {
            let new = NewUser {
                name: name.unwrap_or_else(|| username.clone()),
                email: email.unwrap_or_else(|| format!("{username}@example.com")),
                username,
                admin,
                ..NewUser::default()
            };
            show(&operator.engine.create_user(&operator.caller, new).await?);
            Ok(())
        }
        Chore::List => list(operator).await,
        Chore::Block { username } => set_state(operator, &username, UserState::Blocked).await,
        Chore::Unblock { username } => set_state(operator, &username, UserState::Active).await,
    }
}

async fn list(operator: &Operator) -> Result<()> {
    for page in pages() {
        let filter = UserFilter { ascending: true, ..UserFilter::default() };
        let users = operator.engine.list_users(&operator.caller, filter, page).await?.items;
        users.iter().for_each(show);
        if is_last(&users) {
            break;
        }
    }
    Ok(())
}

async fn set_state(operator: &Operator, username: &str, state: UserState) -> Result<()> {
    let user = operator.user(username).await?;
    let change = UserChange { state: Some(state), ..UserChange::default() };
    show(&operator.engine.update_user(&operator.caller, user.id, change).await?);
    Ok(())
}

fn show(user: &User) {
    let role = if user.admin { "administrator" } else { "user" };
    row(&[&user.id.0, &user.username, &user.name, &role, &user.state]);
}
