//! Lists of pipelines.

use crate::filter::{Filter, Listed, Page};
use crate::pipelines::{COLUMNS, read};
use crate::{Result, tx::Tx, users::count};
use pipewright_model::{Pipeline, ProjectId, Source, Status, Timestamp};

/// What a list is ordered by; the id breaks ties.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PipelineOrder {
    /// By id.
    #[default]
    Id,
    /// By status.
    Status,
    /// By ref.
    Ref,
    /// By last change.
    UpdatedAt,
    /// By who started it.
    UserId,
}

impl PipelineOrder {
    const fn column(self) -> &'static str {
        match self {
            Self::Id => "pipelines.id",
            Self::Status => "pipelines.status",
            Self::Ref => "pipelines.ref",
            Self::UpdatedAt => "pipelines.updated_at",
            Self::UserId => "pipelines.user_id",
        }
    }
}

/// Which pipelines a list holds.
#[derive(Clone, Debug, Default)]
pub struct PipelineFilter {
    /// One of these statuses; empty means any.
    pub statuses: Vec<Status>,
    /// Of a tag, or of a branch.
    pub tag: Option<bool>,
    /// The newest of each ref only.
    pub newest_of_refs: bool,
    /// Of this ref.
    pub ref_name: Option<String>,
    /// Of this commit.
    pub sha: Option<String>,
    /// With or without errors in their files.
    pub yaml_errors: Option<bool>,
    /// Started by the user of this name.
    pub username: Option<String>,
    /// Started by this.
    pub source: Option<Source>,
    /// Of this name.
    pub name: Option<String>,
    /// Changed before.
    pub updated_before: Option<Timestamp>,
    /// Changed after.
    pub updated_after: Option<Timestamp>,
    /// Made before.
    pub created_before: Option<Timestamp>,
    /// Made after.
    pub created_after: Option<Timestamp>,
    /// What it is ordered by.
    pub order: PipelineOrder,
    /// The smallest first.
    pub ascending: bool,
}

/// A project's pipelines; children only where their source is asked for.
pub fn list(tx: &Tx<'_>, project: ProjectId, wanted: &PipelineFilter, page: Page) -> Result<Listed<Pipeline>> {
    let mut filter = conditions(project, wanted);
    let total = count(tx, "pipelines", &filter)?;
    let direction = if wanted.ascending { "ASC" } else { "DESC" };
    let column = wanted.order.column();
    filter.push(&format!(" ORDER BY {column} {direction}, pipelines.id {direction}"), []);
    filter.page(page);
    let text = format!("SELECT {COLUMNS} FROM pipelines{}", filter.text());
    Ok(Listed { items: tx.query(&text, filter.values(), read)?, total })
}

fn conditions(project: ProjectId, wanted: &PipelineFilter) -> Filter {
    let mut filter = Filter::default();
    filter.and("pipelines.project_id = ?", [project.into()]);
    match wanted.source {
        Some(source) => filter.and("pipelines.source = ?", [source.into()]),
        None => filter.and("pipelines.source <> 'parent_pipeline'", []),
    }
    if !wanted.statuses.is_empty() {
        filter.and_in("pipelines.status", wanted.statuses.iter().copied());
    }
    if let Some(tag) = wanted.tag {
        filter.and("pipelines.tag = ?", [tag.into()]);
    }
    if let Some(name) = &wanted.ref_name {
        filter.and("pipelines.ref = ?", [name.into()]);
    }
    if let Some(sha) = &wanted.sha {
        filter.and("pipelines.sha = ?", [sha.into()]);
    }
    if let Some(name) = &wanted.name {
        filter.and("pipelines.name = ?", [name.into()]);
    }
    if let Some(username) = &wanted.username {
        let key = username.to_lowercase();
        filter.and("pipelines.user_id IN (SELECT id FROM users WHERE username_key = ?)", [key.into()]);
    }
    match wanted.yaml_errors {
        Some(true) => filter.and("pipelines.yaml_errors IS NOT NULL", []),
        Some(false) => filter.and("pipelines.yaml_errors IS NULL", []),
        None => {}
    }
    let times = [
        ("pipelines.updated_at < ?", wanted.updated_before),
        ("pipelines.updated_at > ?", wanted.updated_after),
        ("pipelines.created_at < ?", wanted.created_before),
        ("pipelines.created_at > ?", wanted.created_after),
    ];
    for (condition, time) in times {
        if let Some(time) = time {
            filter.and(condition, [time.into()]);
        }
    }
    if wanted.newest_of_refs {
        filter.and(
            "pipelines.id IN (SELECT MAX(n.id) FROM pipelines n WHERE n.project_id = ? \
             AND n.source <> 'parent_pipeline' GROUP BY n.ref, n.tag)",
            [project.into()],
        );
    }
    filter
}
