//! Who may do what: visibility, roles and abilities (Jobs API contract §3).

use crate::{Caller, Error, JobCaller, Result, UserCaller};
use pipewright_model::project::FeatureAccess;
use pipewright_model::{
    AccessLevel, Namespace, NamespaceId, NamespaceKind, Project, ProjectId, ProtectedRef, User, UserId, Visibility,
};
use pipewright_store::namespaces::{self, Viewer};
use pipewright_store::{Tx, job_token_scope, members, moved, projects, protected_refs};

/// A project as addressed in a path: by id, or by its full path whatever the letter case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProjectRef {
    /// By number.
    Id(ProjectId),
    /// By `namespace/project`.
    Path(String),
}

/// What a caller wants to do in a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ability {
    /// See that it is there.
    ReadProject,
    /// Read jobs, their artifacts and (with the debug rule) logs: §3.1 *read jobs*.
    ReadJobs,
    /// Read pipelines: §3.1 *read pipeline*.
    ReadPipelines,
    /// Read files, branches, tags, commits; git fetch.
    ReadCode,
    /// Push to unprotected branches, commit files; developer.
    PushCode,
    /// Start pipelines; developer.
    CreatePipeline,
    /// Play, retry, keep: developer, and the job's ref must not shut him out (§3.4).
    UpdateJobs,
    /// Cancel: developer.
    CancelJobs,
    /// Force cancel, delete artifacts; maintainer.
    MaintainJobs,
    /// Runners, CI variables, triggers, protected refs, members; maintainer.
    AdminProject,
    /// Delete or transfer it; owner.
    OwnProject,
}

/// How a caller stands to a project he may see.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The project.
    pub project: Project,
    /// The caller's role: the highest of his memberships, owner for administrators.
    pub role: AccessLevel,
    /// Everybody of the caller's kind sees the project, member or not.
    pub open: bool,
    /// A job's token that the project does not admit: no writes whatever the role.
    pub job_refused: bool,
}

impl Standing {
    /// Whether the caller may.
    pub fn can(&self, ability: Ability) -> bool {
        let settings = &self.project.settings;
        // A token that is not admitted keeps what visitors may do, and reading the jobs its user reads.
        let role = if self.job_refused { AccessLevel::None } else { self.role };
        let writes = !self.project.archived && !self.job_refused;
        let code = feature(settings.repository_access_level, self.role);
        let ci = code && feature(settings.builds_access_level, self.role);
        match ability {
            Ability::ReadProject => true,
            Ability::ReadCode => code && (self.open || role >= AccessLevel::Reporter),
            Ability::ReadJobs => ci && (self.role >= AccessLevel::Reporter || settings.public_jobs),
            Ability::ReadPipelines => ci && (self.role >= AccessLevel::Reporter || self.open || settings.public_jobs),
            Ability::PushCode => writes && code && role >= AccessLevel::Developer,
            Ability::CreatePipeline | Ability::UpdateJobs | Ability::CancelJobs => {
                writes && ci && role >= AccessLevel::Developer
            }
            Ability::MaintainJobs => writes && ci && role >= AccessLevel::Maintainer,
            Ability::AdminProject => role >= AccessLevel::Maintainer,
            Ability::OwnProject => role >= AccessLevel::Owner,
        }
    }

    /// 403 unless the caller may.
    pub fn require(&self, ability: Ability) -> Result<()> {
        if self.can(ability) { Ok(()) } else { Err(Error::forbidden()) }
    }
}

/// Whether a role reaches a feature of a project it sees.
fn feature(access: FeatureAccess, role: AccessLevel) -> bool {
    match access {
        FeatureAccess::Disabled => false,
        FeatureAccess::Private => role >= AccessLevel::Guest,
        FeatureAccess::Enabled => true,
    }
}

/// The project, if the caller may do that in it: 404 where he may not even see it, 403 where he may not
/// do it, and the rules of §2.6 for job tokens.
pub fn find_project(tx: &Tx<'_>, caller: &Caller, project: &ProjectRef, ability: Ability) -> Result<Project> {
    let standing = standing(tx, caller, project)?;
    standing.require(ability)?;
    Ok(standing.project)
}

/// The project and how the caller stands to it; 404 where he may not see it. For use cases that look
/// something up between seeing the project and asking for an ability (§3.5).
pub fn standing(tx: &Tx<'_>, caller: &Caller, project: &ProjectRef) -> Result<Standing> {
    match load(tx, project)? {
        Some(project) => standing_in(tx, caller, project),
        None => Err(elsewhere(tx, caller, project)?),
    }
}

/// Why a project is not found by that address: it may have moved, which only those hear who see it.
fn elsewhere(tx: &Tx<'_>, caller: &Caller, project: &ProjectRef) -> Result<Error> {
    let ProjectRef::Path(path) = project else { return Ok(Error::missing("Project")) };
    let Some(id) = moved::project(tx, path)? else { return Ok(Error::missing("Project")) };
    let Some(found) = projects::by_id(tx, id)? else { return Ok(Error::missing("Project")) };
    standing_in(tx, caller, found)?;
    Ok(Error::Moved(id))
}

fn standing_in(tx: &Tx<'_>, caller: &Caller, project: Project) -> Result<Standing> {
    match caller {
        Caller::Anonymous => {
            let open = project.visibility == Visibility::Public;
            seen(Standing { project, role: AccessLevel::None, open, job_refused: false })
        }
        Caller::User(caller) => seen(of_user(tx, &caller.user, project)?),
        Caller::Job(job) => of_job(tx, job, project),
    }
}

/// The project of that address, whoever may see it.
pub(crate) fn load(tx: &Tx<'_>, project: &ProjectRef) -> Result<Option<Project>> {
    Ok(match project {
        ProjectRef::Id(id) => projects::by_id(tx, *id)?,
        ProjectRef::Path(path) => projects::by_path(tx, path)?,
    })
}

fn is_visible(standing: &Standing) -> bool {
    standing.open || standing.role > AccessLevel::None
}

fn seen(standing: Standing) -> Result<Standing> {
    if is_visible(&standing) { Ok(standing) } else { Err(Error::missing("Project")) }
}

/// How a user stands to a project, which he may not see at all.
fn of_user(tx: &Tx<'_>, user: &User, project: Project) -> Result<Standing> {
    let role = role(tx, user, &project)?;
    let open = match project.visibility {
        Visibility::Public => true,
        Visibility::Internal => !user.external,
        Visibility::Private => false,
    };
    Ok(Standing { project, role, open, job_refused: false })
}

/// A job acts as its user, in its own project and in those that admit it.
fn of_job(tx: &Tx<'_>, job: &JobCaller, project: Project) -> Result<Standing> {
    let own = job.project_id == project.id;
    let mut standing = of_user(tx, &job.user, project)?;
    if !own {
        // An administrator's job is no administrator elsewhere.
        standing.role = membership_role(tx, job.user.id, &standing.project)?;
        standing.job_refused = !admits(tx, job, &standing.project)?;
    }
    let private = standing.project.visibility == Visibility::Private;
    if !is_visible(&standing) || (standing.job_refused && private) {
        let source = projects::by_id(tx, job.project_id)?.map(|source| source.path).unwrap_or_default();
        return Err(Error::forbidden_because(format!(
            "Authentication by CI/CD job token not allowed from {source} to project #{}.",
            standing.project.id
        )));
    }
    Ok(standing)
}

/// Whether job tokens of another project are let in, by that project's outbound and this one's inbound
/// scope (§2.6). An outbound scope that is on reaches no private project: GitLab fills its list in its
/// web pages only.
fn admits(tx: &Tx<'_>, job: &JobCaller, target: &Project) -> Result<bool> {
    let Some(source) = projects::by_id(tx, job.project_id)? else { return Ok(false) };
    if target.visibility == Visibility::Private && source.settings.ci_job_token_scope_enabled {
        return Ok(false);
    }
    if !target.settings.ci_inbound_job_token_scope_enabled
        || job_token_scope::projects(tx, target.id)?.contains(&source.id)
    {
        return Ok(true);
    }
    let groups = job_token_scope::groups(tx, target.id)?;
    Ok(!groups.is_empty() && namespaces::chain(tx, source.namespace_id)?.iter().any(|above| groups.contains(&above.id)))
}

/// A user's role in a project: the highest of his membership of it, those of its groups, and owner of
/// its namespace; owner for administrators.
pub fn role(tx: &Tx<'_>, user: &User, project: &Project) -> Result<AccessLevel> {
    if user.admin { Ok(AccessLevel::Owner) } else { membership_role(tx, user.id, project) }
}

fn membership_role(tx: &Tx<'_>, user: UserId, project: &Project) -> Result<AccessLevel> {
    Ok(members::role_in_project(tx, project.id, project.namespace_id, user)?)
}

/// Whether a branch or tag is protected.
pub fn is_protected(tx: &Tx<'_>, project: ProjectId, name: &str, tag: bool) -> Result<bool> {
    Ok(RefRules::read(tx, project, tag)?.protect(name))
}

/// Whether the job's ref leaves a user the write set on its jobs (§3.4): he may push to or merge into
/// the branch, or create the tag. Unprotected refs leave it to everybody; the role itself is not checked.
pub fn may_update_job_ref(tx: &Tx<'_>, user: &User, project: &Project, name: &str, tag: bool) -> Result<bool> {
    let rules = RefRules::read(tx, project.id, tag)?;
    let role = role(tx, user, project)?;
    let open = |rule: &ProtectedRef| {
        allows(rule.push_level, role, user.admin) || (!tag && allows(rule.merge_level, role, user.admin))
    };
    Ok(!rules.protect(name) || rules.covering(name).any(open))
}

/// Whether a user of that role may push to the branch (create the tag), protected or not: developers may
/// where no rule says more, and nobody below them ever.
pub fn may_push(
    tx: &Tx<'_>,
    user: &User,
    role: AccessLevel,
    project: ProjectId,
    name: &str,
    tag: bool,
) -> Result<bool> {
    Ok(RefRules::read(tx, project, tag)?.may_push(user, role, name))
}

/// A project's rules for branches, or for tags: read once, asked about many names.
#[derive(Clone, Debug)]
pub struct RefRules(Vec<ProtectedRef>);

impl RefRules {
    /// All rules of one kind.
    pub fn read(tx: &Tx<'_>, project: ProjectId, tag: bool) -> Result<Self> {
        Ok(Self(protected_refs::list(tx, project, tag)?))
    }

    /// The rules that cover a name; one that none covers is not protected.
    pub fn covering(&self, name: &str) -> impl Iterator<Item = &ProtectedRef> {
        self.0.iter().filter(move |rule| rule.covers(name))
    }

    /// Whether any rule covers a name.
    pub fn protect(&self, name: &str) -> bool {
        self.covering(name).next().is_some()
    }

    /// As [`may_push`].
    pub fn may_push(&self, user: &User, role: AccessLevel, name: &str) -> bool {
        role >= AccessLevel::Developer
            && (!self.protect(name) || self.covering(name).any(|rule| allows(rule.push_level, role, user.admin)))
    }
}

/// Whether a rule's least level lets a role through; `None` lets nobody.
fn allows(least: AccessLevel, role: AccessLevel, admin: bool) -> bool {
    match least {
        AccessLevel::None => false,
        AccessLevel::Admin => admin,
        least => role >= least,
    }
}

/// Whose eyes a list of projects or groups is made for.
pub fn viewer(caller: &Caller) -> Viewer {
    match caller {
        Caller::Anonymous => Viewer::Anonymous,
        Caller::User(caller) if caller.user.admin => Viewer::Admin,
        Caller::User(UserCaller { user, .. }) | Caller::Job(JobCaller { user, .. }) => {
            if user.external {
                Viewer::External(user.id)
            } else {
                Viewer::User(user.id)
            }
        }
    }
}

/// A group or namespace as addressed in a path: by id, or by its full path whatever the letter case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamespaceRef {
    /// By number.
    Id(NamespaceId),
    /// By `group/subgroup`.
    Path(String),
}

/// The group and the caller's role in it; 404 where he may not see it.
pub fn find_group(tx: &Tx<'_>, caller: &Caller, group: &NamespaceRef) -> Result<(Namespace, AccessLevel)> {
    let missing = || Error::missing("Group");
    let found = load_namespace(tx, group)?.filter(|found| found.kind == NamespaceKind::Group).ok_or_else(missing)?;
    let role = namespace_role(tx, caller, &found)?;
    let open = match (found.visibility, caller.user()) {
        (Visibility::Public, _) => true,
        (Visibility::Internal, Some(user)) => !user.external,
        (Visibility::Internal, None) | (Visibility::Private, _) => false,
    };
    if open || role > AccessLevel::None { Ok((found, role)) } else { Err(missing()) }
}

/// As [`find_group`], and 403 where the caller's role is below `least`.
pub fn group_with_role(tx: &Tx<'_>, caller: &Caller, group: &NamespaceRef, least: AccessLevel) -> Result<Namespace> {
    let (group, role) = find_group(tx, caller, group)?;
    if role >= least { Ok(group) } else { Err(Error::forbidden()) }
}

/// The namespace of that address, whoever may see it.
pub fn load_namespace(tx: &Tx<'_>, namespace: &NamespaceRef) -> Result<Option<Namespace>> {
    Ok(match namespace {
        NamespaceRef::Id(id) => namespaces::by_id(tx, *id)?,
        NamespaceRef::Path(path) => namespaces::by_path(tx, path)?,
    })
}

/// The caller's role in a namespace: owner of his own and for administrators.
pub fn namespace_role(tx: &Tx<'_>, caller: &Caller, namespace: &Namespace) -> Result<AccessLevel> {
    match caller.user() {
        None => Ok(AccessLevel::None),
        Some(_) if caller.is_admin() => Ok(AccessLevel::Owner),
        Some(user) => Ok(members::role_in_namespace(tx, namespace.id, user.id)?),
    }
}
