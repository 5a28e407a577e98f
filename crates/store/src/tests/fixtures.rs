//! Rows that tests of other tables need.

use crate::{Db, Result, Tx, namespaces, projects, users};
use pipewright_model::project::ProjectSettings;
use pipewright_model::{Namespace, NamespaceKind, Project, Timestamp, User, UserId, Visibility};

/// When everything in tests begins.
pub(crate) const START: Timestamp = Timestamp::from_seconds(1_700_000_000);

/// Runs a transaction that must succeed.
pub(crate) async fn write<T: Send + 'static>(db: &Db, f: impl Fn(&Tx<'_>) -> Result<T> + Send + 'static) -> T {
    db.write(f).await.expect("the transaction succeeds")
}

/// Reads something that must be readable.
pub(crate) async fn read<T: Send + 'static>(db: &Db, f: impl Fn(&Tx<'_>) -> Result<T> + Send + 'static) -> T {
    db.read(f).await.expect("it can be read")
}

/// A user of that name, with a namespace.
pub(crate) fn user(tx: &Tx<'_>, name: &str) -> Result<User> {
    let user = users::insert(
        tx,
        &users::NewUser {
            username: name.to_owned(),
            name: format!("{name} Name"),
            email: format!("{name}@example.com"),
            admin: false,
            external: false,
            bot: false,
            created_at: START,
            profile: "{}".to_owned(),
        },
    )?;
    namespace(tx, name, None, NamespaceKind::User, Some(user.id))?;
    Ok(user)
}

/// A public group, below another or at the top.
pub(crate) fn group(tx: &Tx<'_>, path: &str, parent: Option<&Namespace>) -> Result<Namespace> {
    namespace(tx, path, parent, NamespaceKind::Group, None)
}

fn namespace(
    tx: &Tx<'_>,
    path: &str,
    parent: Option<&Namespace>,
    kind: NamespaceKind,
    owner_id: Option<UserId>,
) -> Result<Namespace> {
    let new = namespaces::NewNamespace {
        kind,
        parent: parent.map(|parent| (parent.id, parent.full_path.clone())),
        path: path.to_owned(),
        name: format!("{path} Name"),
        description: String::new(),
        visibility: Visibility::Public,
        owner_id,
        created_at: START,
    };
    namespaces::insert(tx, &new)
}

/// A private project in a namespace.
pub(crate) fn project(tx: &Tx<'_>, namespace: &Namespace, path: &str) -> Result<Project> {
    projects::insert(tx, &new_project(namespace, path))
}

/// What [`project`] makes.
pub(crate) fn new_project(namespace: &Namespace, path: &str) -> projects::NewProject {
    projects::NewProject {
        namespace: (namespace.id, namespace.full_path.clone()),
        path: path.to_owned(),
        name: path.to_owned(),
        visibility: Visibility::Private,
        default_branch: None,
        creator_id: namespace.owner_id,
        created_at: START,
        settings: ProjectSettings::default(),
    }
}
