//! The groups a project is in and the people who have a role in it.

use crate::access::{self, Ability, ProjectRef};
use crate::identity::namespaces::is_group;
use crate::repository::branches::cut;
use crate::{Caller, Engine, Result};
use pipewright_model::{Namespace, NamespaceId, User, UserId};
use pipewright_store::members::Places;
use pipewright_store::users::UserFilter;
use pipewright_store::{Listed, Page, namespaces, users};

impl Engine {
    /// The groups a project is in, but for `except`, the newest first; whoever sees it sees their names. Groups are
    /// not shared with projects.
    pub async fn project_groups(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        search: Option<String>,
        except: Vec<NamespaceId>,
        page: Page,
    ) -> Result<Listed<Namespace>> {
        let (caller, project) = (caller.clone(), project.clone());
        let search = search.map(|text| text.to_lowercase());
        self.db
            .read(move |tx| {
                let project = access::find_project(tx, &caller, &project, Ability::ReadProject)?;
                let mut groups = namespaces::chain(tx, project.namespace_id)?;
                let has = |group: &Namespace, text: &str| {
                    group.name.to_lowercase().contains(text) || group.path.to_lowercase().contains(text)
                };
                groups.retain(|group| {
                    is_group(group)
                        && !except.contains(&group.id)
                        && search.as_ref().is_none_or(|text| has(group, text))
                });
                groups.sort_by_key(|group| std::cmp::Reverse(group.id));
                Ok(cut(groups, page))
            })
            .await
    }

    /// Those with a role in a project, by membership of it or of its groups or as owner of its namespace, but for
    /// `except`; by id. Whoever sees it sees them.
    pub async fn project_users(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        search: Option<String>,
        except: Vec<UserId>,
        page: Page,
    ) -> Result<Listed<User>> {
        let (caller, project) = (caller.clone(), project.clone());
        self.db
            .read(move |tx| {
                let project = access::find_project(tx, &caller, &project, Ability::ReadProject)?;
                let filter = UserFilter {
                    search: search.clone(),
                    search_addresses: caller.is_admin(),
                    places: Some(Places::of_project(tx, &project)?),
                    except: except.clone(),
                    ascending: true,
                    ..UserFilter::default()
                };
                Ok(users::list(tx, &filter, page)?)
            })
            .await
    }
}
