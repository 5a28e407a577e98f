//! Making a project with its repository.

use super::settings;
use crate::access::namespace_role;
use crate::identity::users::require_admin;
use crate::instance::Settings;
use crate::{Caller, Engine, Error, Result, names};
use pipewright_model::project::ProjectSettings;
use pipewright_model::{AccessLevel, Namespace, NamespaceId, NamespaceKind, Project, UserId, Visibility};
use pipewright_store::{Tx, namespaces, projects, users};
use serde_json::{Map, Value};

/// Branch of a repository nobody pushed to, unless another was asked for.
pub const FIRST_BRANCH: &str = "main";

/// A project to be made.
#[derive(Clone, Debug, Default)]
pub struct NewProject {
    /// Name for people; made of the path where it is missing.
    pub name: Option<String>,
    /// Last segment of the address; made of the name where it is missing.
    pub path: Option<String>,
    /// Where; the caller's own namespace by default.
    pub namespace_id: Option<NamespaceId>,
    /// Who may see it; by default what the instance has for projects, or its group; private in a user's
    /// namespace.
    pub visibility: Option<Visibility>,
    /// Name of its first branch; by default the instance's, or `main`.
    pub default_branch: Option<String>,
    /// Begin with a commit that has a README.
    pub with_readme: bool,
    /// Settings by their names in the API.
    pub settings: Map<String, Value>,
}

impl Engine {
    /// Makes a project and its empty repository: in the caller's own namespace, or in a group in which he
    /// is a developer at least.
    pub async fn create_project(&self, caller: &Caller, new: NewProject) -> Result<Project> {
        caller.require_user()?;
        if matches!(caller, Caller::Job(_)) {
            return Err(Error::forbidden());
        }
        let rules = self.settings().await?;
        let branch = new.default_branch.as_ref().or(rules.branch.as_ref());
        let branch = branch.map_or_else(|| FIRST_BRANCH.to_owned(), Clone::clone);
        pipewright_git::check_branch(&branch)?;
        let (name, path) = titles(&new)?;
        let with_readme = new.with_readme;
        let settings = settings::apply(&ProjectSettings::default(), &new.settings)?;
        settings::check_raised(caller, &ProjectSettings::default(), &settings)?;
        let (tx_caller, now) = (caller.clone(), self.clock.now());
        let project = self
            .db
            .write(move |tx| {
                let namespace = find_namespace(tx, &tx_caller, new.namespace_id)?;
                check_count(tx, &tx_caller, &namespace, rules.projects_limit)?;
                let full = format!("{}/{path}", namespace.full_path);
                if projects::by_path(tx, &full)?.is_some() || namespaces::by_path(tx, &full)?.is_some() {
                    return Err(Error::Invalid(vec![
                        ("path".to_owned(), "has already been taken".to_owned()),
                        ("project_namespace.name".to_owned(), "has already been taken".to_owned()),
                    ]));
                }
                let row = projects::NewProject {
                    visibility: first_visibility(new.visibility, &namespace, &rules)?,
                    namespace: (namespace.id, namespace.full_path),
                    path: path.clone(),
                    name: name.clone(),
                    default_branch: None,
                    creator_id: tx_caller.user().map(|user| user.id),
                    created_at: now,
                    settings: settings.clone(),
                };
                Ok(projects::insert(tx, &row)?)
            })
            .await?;
        self.make_repository(caller, project, &branch, with_readme).await
    }

    /// Makes a project in another user's own namespace; administrators.
    pub async fn create_project_for(&self, caller: &Caller, user: UserId, new: NewProject) -> Result<Project> {
        require_admin(caller)?;
        let found =
            self.db.read(move |tx| Ok::<_, Error>((users::by_id(tx, user)?, namespaces::of_user(tx, user)?))).await?;
        let (Some(_), Some(namespace)) = found else { return Err(Error::missing("User")) };
        self.create_project(caller, NewProject { namespace_id: Some(namespace.id), ..new }).await
    }

    /// Gives a new project its repository; a project that cannot have one is taken back.
    async fn make_repository(&self, caller: &Caller, project: Project, branch: &str, readme: bool) -> Result<Project> {
        let repository = self.git.repository(&project.repository())?;
        if let Err(error) = repository.init(branch).await {
            let (id, now) = (project.id, self.clock.now());
            // The row goes at once and leaves no work: a folder in the way is somebody's data.
            let undone = self
                .db
                .write(move |tx| Ok::<_, Error>((projects::mark_deleted(tx, id, now)?, projects::remove(tx, id)?)));
            if let Err(undo) = undone.await {
                tracing::warn!(project = id.0, error = %undo, "a project without a repository could not be taken back");
            }
            return Err(match error {
                pipewright_git::Error::Conflict { .. } => Error::Internal(format!(
                    "the folder of repository {} is in the way of a new project: was an older database restored?",
                    repository.path().display()
                )),
                error => error.into(),
            });
        }
        if !readme {
            return Ok(project);
        }
        self.commit_readme(caller, &project, branch).await?;
        let id = project.id;
        let found = self.db.read(move |tx| projects::by_id(tx, id)).await.map_err(Error::from)?;
        found.ok_or_else(|| Error::missing("Project"))
    }
}

/// The name for people and the path, each made of the other where it is missing.
fn titles(new: &NewProject) -> Result<(String, String)> {
    let (name, path) = match (&new.name, &new.path) {
        (None, None) => {
            return Err(Error::BadRequest(
                "name, path are missing, at least one parameter must be provided".to_owned(),
            ));
        }
        (Some(name), Some(path)) => (name.clone(), path.clone()),
        (Some(name), None) => (name.clone(), names::path_from(name)),
        (None, Some(path)) => (path.clone(), path.clone()),
    };
    names::check_title(&name)?;
    names::check_project(&path)?;
    Ok((name, path))
}

fn find_namespace(tx: &Tx<'_>, caller: &Caller, wanted: Option<NamespaceId>) -> Result<Namespace> {
    let user = caller.require_user()?;
    let Some(id) = wanted else {
        return namespaces::of_user(tx, user.id)?.ok_or_else(Error::forbidden);
    };
    let refused = || Error::invalid("namespace", "is not valid");
    let namespace = namespaces::by_id(tx, id)?.ok_or_else(refused)?;
    let role = namespace_role(tx, caller, &namespace)?;
    if role >= AccessLevel::Developer { Ok(namespace) } else { Err(refused()) }
}

/// A user's own namespace holds as many projects as the instance allows, none of an external user's.
fn check_count(tx: &Tx<'_>, caller: &Caller, namespace: &Namespace, most: i64) -> Result<()> {
    if namespace.kind != NamespaceKind::User {
        return Ok(());
    }
    let own = |user: &pipewright_model::User| namespace.owner_id == Some(user.id);
    let external = caller.user().is_some_and(|user| user.external && own(user));
    if external || most == 0 {
        return Err(Error::forbidden_because("You cannot create projects in your personal namespace."));
    }
    if projects::living_in(tx, namespace.id)? < most {
        return Ok(());
    }
    let why = format!("Your project limit is {most} projects! Please contact your administrator to increase it");
    Err(Error::forbidden_because(why))
}

/// What a new project is: as asked, or the instance's default, or as its group is.
fn first_visibility(wanted: Option<Visibility>, namespace: &Namespace, rules: &Settings) -> Result<Visibility> {
    let above = (namespace.kind == NamespaceKind::Group).then_some(namespace.visibility);
    visibility(wanted.unwrap_or_else(|| Settings::visibility(rules.project_visibility, above)), namespace)
}

/// A project is seen by no more people than its group.
pub(super) fn visibility(visibility: Visibility, namespace: &Namespace) -> Result<Visibility> {
    if namespace.kind == NamespaceKind::Group && visibility > namespace.visibility {
        let what = format!("{visibility} is not allowed in a {} group.", namespace.visibility);
        return Err(Error::invalid("visibility_level", what));
    }
    Ok(visibility)
}
