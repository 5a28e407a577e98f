//! `/projects/:id/job_token_scope` and its lists.

use super::project_shapes;
use axum::routing::{delete, get};
use axum::{Router, http::StatusCode};
use pipewright_engine::Engine;
use pipewright_http_kit::{Answer, Call, Page, Rest, SignedIn, reply};
use pipewright_model::{Namespace, NamespaceId, ProjectId};
use pipewright_wire::job_token_scope::{GroupBasic, GroupScopeLink, JobTokenScope, ProjectScopeLink};

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    const SCOPE: &str = "/projects/{id}/job_token_scope";
    Router::new()
        .route(SCOPE, get(show).patch(change))
        .route(&format!("{SCOPE}/allowlist"), get(projects).post(add_project))
        .route(&format!("{SCOPE}/allowlist/{{target_project_id}}"), delete(remove_project))
        .route(&format!("{SCOPE}/groups_allowlist"), get(groups).post(add_group))
        .route(&format!("{SCOPE}/groups_allowlist/{{target_group_id}}"), delete(remove_group))
}

async fn show(call: Call<SignedIn>) -> Answer {
    let project = call.engine.job_token_scope(&call.caller, &call.project()).await?;
    reply::ok(&JobTokenScope {
        inbound_enabled: project.settings.ci_inbound_job_token_scope_enabled,
        outbound_enabled: project.settings.ci_job_token_scope_enabled,
    })
}

async fn change(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let enabled = check.boolean("enabled");
    match (enabled, check.value("enabled")) {
        (None, None) => check.fault("enabled is missing"),
        (None, Some(value)) if value.as_str().is_some_and(|text| text.trim().is_empty()) => {
            check.fault("enabled is empty");
        }
        _ => {}
    }
    check.done()?;
    call.engine.limit_job_tokens(&call.caller, &call.project(), enabled.unwrap_or(true)).await?;
    reply::no_content()
}

async fn projects(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let page = Page::read(&mut check);
    check.done()?;
    let all = call.engine.allowed_projects(&call.caller, &call.project()).await?;
    let (total, shown) = cut(all, &page);
    let shapes = project_shapes::simple(&call.engine, &shown).await?;
    reply::page(&call, &page, Rest::Counted(total), &shapes)
}

async fn groups(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let page = Page::read(&mut check);
    check.done()?;
    let all = call.engine.allowed_groups(&call.caller, &call.project()).await?;
    let (total, shown) = cut(all, &page);
    let base = &call.engine.external_url;
    let basic = |group: &Namespace| GroupBasic {
        id: group.id.0,
        web_url: format!("{base}/groups/{}", group.full_path),
        name: group.name.clone(),
    };
    reply::page(&call, &page, Rest::Counted(total), &shown.iter().map(basic).collect::<Vec<_>>())
}

fn cut<T>(all: Vec<T>, page: &Page) -> (i64, Vec<T>) {
    let total = all.len() as i64;
    let (skip, most) = (usize::try_from(page.offset()).unwrap_or(usize::MAX), page.per_page as usize);
    (total, all.into_iter().skip(skip).take(most).collect())
}

async fn add_project(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let target = ProjectId(check.id("target_project_id"));
    check.done()?;
    let [source_project_id, target_project_id] =
        call.engine.allow_project(&call.caller, &call.project(), target).await?;
    reply::json(StatusCode::CREATED, &ProjectScopeLink { source_project_id, target_project_id })
}

async fn add_group(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let target = NamespaceId(check.id("target_group_id"));
    check.done()?;
    let [source_project_id, target_group_id] = call.engine.allow_group(&call.caller, &call.project(), target).await?;
    reply::json(StatusCode::CREATED, &GroupScopeLink { source_project_id, target_group_id })
}

async fn remove_project(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let target = ProjectId(check.id("target_project_id"));
    check.done()?;
    call.engine.disallow_project(&call.caller, &call.project(), target).await?;
    reply::no_content()
}

async fn remove_group(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let target = NamespaceId(check.id("target_group_id"));
    check.done()?;
    call.engine.disallow_group(&call.caller, &call.project(), target).await?;
    reply::no_content()
}
