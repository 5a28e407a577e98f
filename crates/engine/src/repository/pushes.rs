//! Who may fetch and push, and what follows when refs have moved.

use super::moves::Announced;
use crate::access::{Ability, ProjectRef, RefRules, Standing};
use crate::projects::protected_refs::protect_default_branch;
use crate::work::{self, Work};
use crate::{Caller, Engine, Error, Result, cluster_agents};
use pipewright_git::http::RefUpdate;
use pipewright_git::{Repository, ZERO};
use pipewright_model::{AccessLevel, Project, ProjectId, Scope, User};
use pipewright_store::{Tx, projects};

/// A push of more refs than this makes no pipelines: it is a mirror being filled.
pub const MOST_REFS_WITH_PIPELINES: usize = 4;

/// Somebody who may push to a project, to some refs at least.
#[derive(Clone, Debug)]
pub struct Pusher {
    caller: Caller,
    standing: Standing,
    /// The project's repository.
    pub repository: Repository,
}

/// Why some refs of a push are refused, and which branches may not lose history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Whole ref names and the reason git prints beside each; empty: the push may go on.
    pub refused: Vec<(String, String)>,
    /// Whole names of branches whose history may not be rewritten.
    pub keep_history: Vec<String>,
}

impl Engine {
    /// The repository at an address, for somebody who may fetch from it.
    pub async fn fetch_from(&self, caller: &Caller, path: &str) -> Result<Repository> {
        let enough = [Scope::Api, Scope::ReadRepository, Scope::WriteRepository];
        require_git_scope(caller, &enough, "api read_repository")?;
        let standing = self.git_project(caller, path, Ability::ReadCode).await?;
        self.repository(&standing.project).await
    }

    /// Somebody who may push to the repository at an address. Anonymous callers are asked who they are
    /// (401) even where they could read.
    pub async fn push_to(&self, caller: &Caller, path: &str) -> Result<Pusher> {
        caller.require_user()?;
        require_git_scope(caller, &[Scope::Api, Scope::WriteRepository], "api write_repository")?;
        let standing = self.git_project(caller, path, Ability::ReadCode).await?;
        if standing.project.archived {
            return Err(Error::forbidden_because("You can't push code to an archived project."));
        }
        let may = standing.can(Ability::PushCode) && job_may_push(caller, &standing.project);
        if !may {
            return Err(Error::forbidden_because("You are not allowed to push code to this project."));
        }
        let repository = self.repository(&standing.project).await?;
        Ok(Pusher { caller: caller.clone(), standing, repository })
    }

    /// The project at an address; to anonymous callers every refusal is 401, so that git asks them for a
    /// password and nothing is told of what is there.
    async fn git_project(&self, caller: &Caller, path: &str, ability: Ability) -> Result<Standing> {
        let found = match self.find_project(caller, &ProjectRef::Path(path.to_owned()), ability).await {
            // git goes on at the old address, as long as nobody else has it.
            Err(Error::Moved(id)) => self.find_project(caller, &ProjectRef::Id(id), ability).await,
            found => found,
        };
        match found {
            Err(Error::NotFound(_) | Error::Moved(_) | Error::Forbidden(_)) if matches!(caller, Caller::Anonymous) => {
                Err(Error::Unauthorized)
            }
            other => other,
        }
    }

    /// Judges the refs of a push before git sees it.
    pub async fn judge_push(&self, pusher: &Pusher, updates: &[RefUpdate]) -> Result<Verdict> {
        let user = pusher.caller.require_user()?.clone();
        let (role, project, updates) = (pusher.standing.role, pusher.standing.project.clone(), updates.to_vec());
        self.db.read(move |tx| judge(tx, &user, role, &project, &updates)).await
    }

    /// Writes down, before git sees a push, which refs it is about to move: should the server die in the
    /// middle, what moved is found out later, and its pipelines are made.
    pub async fn announce_push(&self, pusher: &Pusher, updates: &[RefUpdate], options: &[String]) -> Result<Announced> {
        let user = pusher.caller.require_user()?;
        let refs = updates.iter().map(|update| (update.name.clone(), update.old.clone())).collect();
        let new = updates.iter().map(|update| update.new.clone()).collect();
        // A job that pushes starts no pipelines, or it would start itself again for ever.
        let pipelines = !matches!(pusher.caller, Caller::Job(_));
        self.announce_moves(pusher.standing.project.id, user.id, refs, new, options, pipelines).await
    }

    /// Deals with refs that a push has moved: writes down what is to follow, in one transaction, and
    /// returns lines for the person who pushed.
    pub async fn finish_push(&self, pusher: &Pusher, moved: Vec<RefUpdate>, announced: Announced) -> Vec<String> {
        let many = many(&moved) && announced.pipelines();
        match self.refs_moved(&pusher.standing.project, moved, announced).await {
            Ok(()) if many => vec![format!(
                "No pipelines were made: more than {MOST_REFS_WITH_PIPELINES} branches and tags were pushed at once."
            )],
            Ok(()) => Vec::new(),
            Err(error) => {
                tracing::error!(project = pusher.standing.project.id.0, %error, "a push was taken but not written down");
                vec![
                    "The push was taken, but its pipelines could not be made: the server's database failed.".to_owned(),
                ]
            }
        }
    }

    /// Writes down moved refs: activity, the first default branch and its protection, and the work that
    /// makes pipelines.
    pub(crate) async fn refs_moved(
        &self,
        project: &Project,
        moved: Vec<RefUpdate>,
        announced: Announced,
    ) -> Result<()> {
        if moved.is_empty() {
            return self.call_off(announced).await;
        }
        let pipelines = announced.pipelines() && !many(&moved);
        let first = match project.default_branch {
            None => self.first_branch(project, &moved).await?,
            Some(_) => None,
        };
        let (id, now) = (project.id, self.clock.now());
        self.db
            .write(move |tx| {
                projects::touch(tx, id, now)?;
                if let Some(branch) = &first
                    && projects::set_first_branch(tx, id, branch)?
                {
                    protect_default_branch(tx, id, branch)?;
                }
                cluster_agents::branches_moved(tx, id, &moved, now)?;
                for update in moved.iter().filter(|update| pipelines && (update.branch().or(update.tag())).is_some()) {
                    work::enqueue(tx, &Work::Push(announced.push_work(update)), now)?;
                }
                announced.take_back(tx, now)
            })
            .await?;
        self.bells.ring_work();
        self.inner.housekeeping.moved(id);
        Ok(())
    }

    /// Notes activity of a project that makes nothing else happen.
    pub(crate) async fn touch(&self, project: ProjectId) -> Result<()> {
        let now = self.clock.now();
        Ok(self.db.write(move |tx| projects::touch(tx, project, now)).await?)
    }

    /// The branch that becomes the default one of a project pushed to for the first time: the one `HEAD`
    /// names already if it came along, else the first that came; `HEAD` then follows.
    async fn first_branch(&self, project: &Project, moved: &[RefUpdate]) -> Result<Option<String>> {
        let made: Vec<&str> = moved.iter().filter(|update| !update.deletes()).filter_map(RefUpdate::branch).collect();
        let Some(first) = made.first() else { return Ok(None) };
        let repository = self.repository(project).await?;
        if let Some(head) = repository.default_branch().await?.filter(|head| made.contains(&head.as_str())) {
            return Ok(Some(head));
        }
        repository.set_default_branch(first).await?;
        Ok(Some((*first).to_owned()))
    }
}

/// Whether a push moved more branches and tags than it makes pipelines for.
fn many(moved: &[RefUpdate]) -> bool {
    moved.iter().filter(|update| update.branch().or(update.tag()).is_some()).count() > MOST_REFS_WITH_PIPELINES
}

/// One ref made by the API.
pub(crate) fn moved(name: String, old: Option<String>, new: Option<String>) -> RefUpdate {
    let zero = || ZERO.to_owned();
    RefUpdate { name, old: old.unwrap_or_else(zero), new: new.unwrap_or_else(zero) }
}

fn require_git_scope(caller: &Caller, enough: &[Scope], told: &'static str) -> Result<()> {
    match caller {
        Caller::User(user) if !enough.iter().any(|scope| user.has_scope(*scope)) => Err(Error::InsufficientScope(told)),
        _ => Ok(()),
    }
}

/// A job's token pushes to its own project alone, and only where that is allowed.
fn job_may_push(caller: &Caller, project: &Project) -> bool {
    match caller {
        Caller::Job(job) => job.project_id == project.id && project.settings.ci_push_repository_for_job_token_allowed,
        _ => true,
    }
}

fn judge(tx: &Tx<'_>, user: &User, role: AccessLevel, project: &Project, updates: &[RefUpdate]) -> Result<Verdict> {
    let branches = RefRules::read(tx, project.id, false)?;
    let tags = RefRules::read(tx, project.id, true)?;
    let mut verdict = Verdict::default();
    for update in updates {
        let refusal = if let Some(branch) = update.branch() {
            if branches.protect(branch) && !branches.covering(branch).any(|rule| rule.allow_force_push) {
                verdict.keep_history.push(update.name.clone());
            }
            let allowed = branches.may_push(user, role, branch);
            branch_refusal(project, role, update, branch, branches.protect(branch), allowed)
        } else if let Some(tag) = update.tag() {
            tag_refusal(role, update, tags.protect(tag), tags.may_push(user, role, tag))
        } else {
            None
        };
        verdict.refused.extend(refusal.map(|why| (update.name.clone(), why.to_owned())));
    }
    Ok(verdict)
}

fn branch_refusal(
    project: &Project,
    role: AccessLevel,
    update: &RefUpdate,
    branch: &str,
    protected: bool,
    allowed: bool,
) -> Option<&'static str> {
    let hexadecimal = branch.len() == 40 && branch.bytes().all(|c| c.is_ascii_hexdigit());
    if update.deletes() && project.default_branch.as_deref() == Some(branch) {
        Some("The default branch of a project cannot be deleted.")
    } else if update.deletes() && protected {
        Some("You can only delete protected branches using the web interface.")
    } else if update.creates() && hexadecimal {
        Some("You cannot create a branch with a 40-character hexadecimal branch name.")
    } else if !allowed || (project.default_branch.is_none() && role < AccessLevel::Maintainer) {
        Some("You are not allowed to push code to protected branches on this project.")
    } else {
        None
    }
}

fn tag_refusal(role: AccessLevel, update: &RefUpdate, protected: bool, allowed: bool) -> Option<&'static str> {
    if !update.creates() && protected {
        return Some(if update.deletes() {
            "You can only delete protected tags using the web interface."
        } else {
            "Protected tags cannot be updated."
        });
    }
    if !update.creates() && role < AccessLevel::Maintainer {
        return Some("You are not allowed to change existing tags on this project.");
    }
    (!allowed).then_some("You are not allowed to create this tag as it is protected.")
}
