//! `pipewright admin project`.

use super::operator::{Operator, is_last, pages, row};
use crate::error::{Error, Result};
use clap::Subcommand;
use pipewright_engine::access::NamespaceRef;
use pipewright_engine::projects::create::NewProject;
use pipewright_model::{Project, Visibility};
use pipewright_store::projects::ProjectFilter;

/// What to do with projects.
#[derive(Debug, Subcommand)]
pub(crate) enum Chore {
    /// Make a project with an empty repository; prints its row
    #[command(after_help = "Example:\n  pipewright admin project create alice/hello --visibility internal")]
    Create {
        /// Its path: an account or group, a slash, a name
        path: String,
        /// Who may see it: private, internal (whoever is signed in) or public
        #[arg(long, env = "PIPEWRIGHT_VISIBILITY", default_value = "private")]
        visibility: Visibility,
    },
    /// List projects: id, path, visibility
    #[command(after_help = "Example:\n  pipewright admin project list")]
    List,
}

/// Does it.
pub(crate) async fn run(operator: &Operator, chore: Chore) -> Result<()> {
    match chore {
        Chore::Create { path, visibility } => create(operator, &path, visibility).await,
        Chore::List => list(operator).await,
    }
}

async fn create(operator: &Operator, full: &str, visibility: Visibility) -> Result<()> {
    let (engine, caller) = (&operator.engine, &operator.caller);
    let (above, path) = full
        .rsplit_once('/')
        .ok_or_else(|| Error::Other(format!("{full}: an account or group, a slash, a name, like alice/hello")))?;
    let missing = |error| match error {
        pipewright_engine::Error::NotFound(_) => Error::Other(format!("there is no account or group {above}")),
        other => other.into(),
    };
    let namespace = engine.namespace(caller, &NamespaceRef::Path(above.to_owned())).await.map_err(missing)?;
    let new = NewProject {
        path: Some(path.to_owned()),
        namespace_id: Some(namespace.id),
        visibility: Some(visibility),
        ..NewProject::default()
    };
    show(&engine.create_project(caller, new).await?);
    Ok(())
}

async fn list(operator: &Operator) -> Result<()> {
    for page in pages() {
        let found = operator.engine.list_projects(&operator.caller, ProjectFilter::default(), page).await?.items;
        found.iter().for_each(show);
        if is_last(&found) {
            break;
        }
    }
    Ok(())
}

fn show(project: &Project) {
    row(&[&project.id.0, &project.full_path, &project.visibility]);
}
