//! Namespaces, users' own and groups alike.

use crate::access::{NamespaceRef, load_namespace, namespace_role};
use crate::{Caller, Engine, Error, Result};
use pipewright_model::{AccessLevel, Namespace, NamespaceKind};
use pipewright_store::namespaces::{self, NamespaceFilter, Viewer};
use pipewright_store::{Listed, Page};

impl Engine {
    /// The namespaces a caller has a hand in: his own and his groups; all for administrators.
    pub async fn list_namespaces(
        &self,
        caller: &Caller,
        search: Option<String>,
        owned_only: bool,
        top_level: bool,
        page: Page,
    ) -> Result<Listed<Namespace>> {
        let user = caller.require_user()?.id;
        let least = owned_only.then_some((user, AccessLevel::Owner.number()));
        let member = (!caller.is_admin() && !owned_only).then_some(user);
        let filter = NamespaceFilter { search, top_level, member, least, ..NamespaceFilter::default() };
        self.db.read(move |tx| namespaces::list(tx, Viewer::Admin, &filter, page)).await.map_err(Error::from)
    }

    /// One namespace the caller has a hand in.
    pub async fn namespace(&self, caller: &Caller, namespace: &NamespaceRef) -> Result<Namespace> {
        caller.require_user()?;
        let (caller, namespace) = (caller.clone(), namespace.clone());
        self.db
            .read(move |tx| {
                let missing = || Error::missing("Namespace");
                let found = load_namespace(tx, &namespace)?.ok_or_else(missing)?;
                let role = namespace_role(tx, &caller, &found)?;
                if role > AccessLevel::None { Ok(found) } else { Err(missing()) }
            })
            .await
    }

    /// Several namespaces with all groups above them, outermost first, by the id of the innermost: for
    /// answers that mention namespaces.
    pub async fn namespace_chains(&self, ids: Vec<pipewright_model::NamespaceId>) -> Result<Vec<Vec<Namespace>>> {
        let mut ids = ids;
        ids.sort_unstable();
        ids.dedup();
        self.db
            .read(move |tx| ids.iter().map(|id| namespaces::chain(tx, *id)).collect::<Result<Vec<_>, _>>())
            .await
            .map_err(Error::from)
    }

    /// Whether a name is taken at the top, or below a group, and names like it that are free.
    pub async fn namespace_exists(
        &self,
        caller: &Caller,
        path: String,
        parent: Option<NamespaceRef>,
    ) -> Result<(bool, Vec<String>)> {
        caller.require_user()?;
        self.db
            .read(move |tx| {
                let above = match &parent {
                    Some(parent) => load_namespace(tx, parent)?.map(|found| found.full_path),
                    None => None,
                };
                let full = |name: &str| above.as_ref().map_or(name.to_owned(), |above| format!("{above}/{name}"));
                if namespaces::by_path(tx, &full(&path))?.is_none() {
                    return Ok((false, Vec::new()));
                }
                for number in 1..100 {
                    let name = format!("{path}{number}");
                    if namespaces::by_path(tx, &full(&name))?.is_none() {
                        return Ok((true, vec![name]));
                    }
                }
                Ok((true, Vec::new()))
            })
            .await
    }
}

/// Whether a namespace is a group.
pub fn is_group(namespace: &Namespace) -> bool {
    namespace.kind == NamespaceKind::Group
}
