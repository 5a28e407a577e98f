//! Credentials, and the caller they stand for (Jobs API contract §2).

use crate::secrets::digest;
use crate::token_cache::Known;
use crate::{Caller, Engine, Error, JobCaller, Result, UserCaller};
use pipewright_model::{AccessToken, Scope, Timestamp, TokenDigest, User, UserId, UserState};
use pipewright_store::{Tx, jobs, tokens, users};
use std::sync::Arc;

/// Longer values are no tokens (§2.3).
const LONGEST_TOKEN: usize = 8192;
/// A use is written down at most this often.
const TOUCH_SECONDS: i64 = 600;

/// What a request brought, blank values left out.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// Parameter `private_token`, or else header `PRIVATE-TOKEN`.
    pub access_token: Option<String>,
    /// `Authorization: Bearer`, or else the parameters `access_token`, `bearer_token`.
    pub bearer: Option<String>,
    /// Parameter `job_token`, or else parameter `token`, or else header `JOB-TOKEN`.
    pub job_token: Option<String>,
    /// Parameter or header `sudo`: id or username.
    pub sudo: Option<String>,
    /// The endpoint takes job tokens (§2.5).
    pub takes_job_tokens: bool,
    /// GET or HEAD: `read_api` is enough.
    pub reads_only: bool,
    /// Scopes that are enough besides `api` (and `read_api` for reading).
    pub scopes: &'static [Scope],
}

impl Engine {
    /// The caller the credentials stand for, in the order of §2.2. Without credentials it is anonymous;
    /// credentials that are present and wrong are refused, never ignored.
    pub async fn authenticate(&self, credentials: &Credentials) -> Result<Caller> {
        self.end_memberships().await;
        if credentials.takes_job_tokens
            && let Some(bearer) = &credentials.bearer
            && let Some(job) = self.executing_job(bearer).await?
        {
            return if credentials.sudo.is_some() { Err(no_sudo_for(&job)) } else { Ok(Caller::Job(job)) };
        }
        // A job's token where an access token belongs is passed over, so that another carrier is heard.
        let carriers = [&credentials.access_token, &credentials.bearer];
        let access = carriers.into_iter().flatten().find(|token| !token.starts_with("glcbt-"));
        if let Some(token) = access {
            let caller = self.by_access_token(token).await?;
            if let Some(target) = &credentials.sudo {
                return self.sudo(caller, target).await;
            }
            check_scope(&caller, credentials)?;
            return Ok(Caller::User(caller));
        }
        if credentials.takes_job_tokens
            && let Some(token) = &credentials.job_token
        {
            let job = self.executing_job(token).await?.ok_or(Error::Unauthorized)?;
            return if credentials.sudo.is_some() { Err(no_sudo_for(&job)) } else { Ok(Caller::Job(job)) };
        }
        if credentials.sudo.is_some() {
            return Err(Error::Unauthorized);
        }
        Ok(Caller::Anonymous)
    }

    /// The caller behind git's user name and password: `gitlab-ci-token` with a job's token, any other
    /// name with an access token. Whether the token's scopes reach is for the git use cases to check.
    pub async fn authenticate_git(&self, user: &str, password: &str) -> Result<Caller> {
        self.end_memberships().await;
        // Clients put either where the other belongs: the token's prefix tells what it is.
        let secret = if password.is_empty() { user } else { password };
        if secret.starts_with("glcbt-") || user == "gitlab-ci-token" {
            return match self.executing_job(secret).await? {
                Some(job) => Ok(Caller::Job(job)),
                None => Err(self.dead_job_token(secret).await?),
            };
        }
        Ok(Caller::User(self.by_access_token(secret).await?))
    }

    /// Why a job's token that is not good any more is refused: not with 401, after which git would ask somebody for
    /// another password (runner protocol §9).
    async fn dead_job_token(&self, token: &str) -> Result<Error> {
        let digest = digest(token);
        let known = self.db.read(move |tx| jobs::by_token(tx, &digest)).await.map_err(Error::from)?;
        Ok(known.map_or(Error::Unauthorized, |_| Error::forbidden_because("The job of this token runs no more.")))
    }

    /// The running job whose token this is; `None` if it is no job's token, or its job does not run.
    pub async fn executing_job(&self, token: &str) -> Result<Option<JobCaller>> {
        if token.len() > LONGEST_TOKEN || !token.starts_with("glcbt-") {
            return Ok(None);
        }
        let digest = digest(token);
        let found = self.db.read(move |tx| tokens::executing_job(tx, &digest)).await.map_err(Error::from)?;
        let Some(found) = found else { return Ok(None) };
        usable(&found.user)?;
        Ok(Some(JobCaller {
            job_id: found.job_id,
            pipeline_id: found.pipeline_id,
            project_id: found.project_id,
            user: Arc::new(found.user),
        }))
    }

    /// The user an access token belongs to, if it is good.
    pub async fn by_access_token(&self, token: &str) -> Result<UserCaller> {
        if token.len() > LONGEST_TOKEN {
            return Err(Error::Unauthorized);
        }
        let now = self.clock.now();
        let digest = digest(token);
        let found = self.known_token(&digest, now).await?;
        check_token(&found.token, now)?;
        usable(&found.user)?;
        if found.token.last_used_at.is_none_or(|used| used.plus_seconds(TOUCH_SECONDS) < now) {
            let id = found.token.id;
            // A full disk must not lock readers out: the use is then not remembered.
            if let Err(error) = self.db.write(move |tx| tokens::touch(tx, id, now)).await {
                tracing::debug!(%error, "the use of a token could not be remembered");
            }
            self.inner.tokens.forget(&digest);
        }
        Ok(UserCaller { user: found.user, token: Some((found.token.id, found.token.scopes.as_slice().into())) })
    }

    /// The token and its user, from memory while that is certain to be what the database says.
    async fn known_token(&self, digest: &TokenDigest, now: Timestamp) -> Result<Known> {
        if let Some(known) = self.inner.tokens.get(digest, now) {
            return Ok(known);
        }
        let generation = self.inner.tokens.generation();
        let key = digest.clone();
        let found = self.db.read(move |tx| tokens::by_digest(tx, &key)).await.map_err(Error::from)?;
        let (token, user) = found.ok_or(Error::Unauthorized)?;
        let known = Known { token: Arc::new(token), user: Arc::new(user), read_at: now };
        // On a shared database another node may revoke it: only the embedded one is remembered.
        if self.db.is_embedded() {
            self.inner.tokens.insert(generation, digest.clone(), known.clone());
        }
        Ok(known)
    }

    /// Drops what is remembered of tokens and their users: call after committing a change of either.
    pub(crate) fn forget_tokens(&self) {
        self.inner.tokens.forget_all();
    }

    /// Acts as another user, for administrators with the scope for it (§2.4); the scope is enough for every
    /// endpoint. Nobody acts as an account that is shut out.
    async fn sudo(&self, caller: UserCaller, target: &str) -> Result<Caller> {
        if !caller.user.admin {
            return Err(Error::forbidden_because("Must be admin to use sudo"));
        }
        if !caller.has_scope(Scope::Sudo) {
            return Err(Error::InsufficientScope("sudo"));
        }
        let name = target.to_owned();
        let found = self.db.read(move |tx| by_id_or_name(tx, &name)).await.map_err(Error::from)?;
        let user = found.ok_or_else(|| Error::NotFound(format!("User with ID or username '{target}' Not Found")))?;
        usable(&user)?;
        Ok(Caller::User(UserCaller { user: Arc::new(user), token: caller.token }))
    }
}

/// Why a job does not act as somebody else: what is wrong with its user is told first (§2.4).
fn no_sudo_for(job: &JobCaller) -> Error {
    Error::forbidden_because(if job.user.admin {
        "Must be authenticated using an OAuth or personal access token to use sudo"
    } else {
        "Must be admin to use sudo"
    })
}

fn by_id_or_name(tx: &Tx<'_>, target: &str) -> pipewright_store::Result<Option<User>> {
    match target.parse() {
        Ok(id) => users::by_id(tx, UserId(id)),
        Err(_) => users::by_username(tx, target),
    }
}

/// Refuses tokens that have ended, in the token error's own words (§2.4).
fn check_token(token: &AccessToken, now: Timestamp) -> Result<()> {
    if token.expires_at.is_some_and(|end| end <= now) {
        return Err(Error::InvalidToken("Token is expired. You can either do re-authorization or token refresh."));
    }
    if token.revoked {
        return Err(Error::InvalidToken("Token was revoked. You have to re-authorize from the user."));
    }
    Ok(())
}

/// Refuses accounts that are shut out.
pub(crate) fn usable(user: &User) -> Result<()> {
    match user.state {
        UserState::Active => Ok(()),
        UserState::Blocked => Err(Error::forbidden_because("Your account has been blocked.")),
        UserState::Deactivated => Err(Error::forbidden_because(
            "Your account has been deactivated by your administrator. Please log back in to reactivate your account.",
        )),
    }
}

/// Refuses tokens whose scopes do not reach; names the scopes that would, whatever the method (§2.4).
fn check_scope(caller: &UserCaller, credentials: &Credentials) -> Result<()> {
    let enough = caller.has_scope(Scope::Api)
        || (credentials.reads_only && caller.has_scope(Scope::ReadApi))
        || credentials.scopes.iter().any(|scope| caller.has_scope(*scope));
    if enough {
        return Ok(());
    }
    Err(Error::InsufficientScope(if credentials.scopes.contains(&Scope::ReadUser) {
        "api read_api read_user"
    } else if credentials.scopes.contains(&Scope::CreateRunner) {
        "api read_api create_runner"
    } else {
        "api read_api"
    }))
}
