//! `/projects`, `/users/:id/projects`, `/groups/:id/projects`.

use super::paging::part;
use super::{groups, project_shapes};
use axum::{Router, routing::get, routing::post, routing::put};
use pipewright_engine::Engine;
use pipewright_engine::lists::{Listed, ProjectFilter, ProjectOrder};
use pipewright_engine::projects::{create::NewProject, update::ProjectChange};
use pipewright_http_kit::{Answer, Call, Check, Open, Page, Rest, SignedIn, reply};
use pipewright_model::{AccessLevel, NamespaceId, Project, UserId};
use serde_json::{Map, Value};

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new()
        .route("/projects", get(list).post(create))
        .route("/projects/user/{user_id}", post(create_for))
        .route("/projects/{id}", get(show).put(update).delete(delete))
        .route("/projects/{id}/transfer", put(transfer))
        .route("/projects/{id}/archive", post(archive))
        .route("/projects/{id}/unarchive", post(unarchive))
        .route("/users/{user_id}/projects", get(list_of_user))
        .route("/groups/{id}/projects", get(list_of_group))
}

/// Reads the filters all lists of projects share.
fn filter(call_user: Option<UserId>, check: &mut Check<'_>) -> ProjectFilter {
    let order = match check.text("order_by").as_deref() {
        Some("id") => ProjectOrder::Id,
        Some("name") => ProjectOrder::Name,
        Some("path") => ProjectOrder::Path,
        Some("updated_at") => ProjectOrder::UpdatedAt,
        Some("last_activity_at") => ProjectOrder::LastActivityAt,
        None | Some("" | "created_at" | "similarity" | "star_count") => ProjectOrder::CreatedAt,
        Some(_) => {
            check.not_allowed::<()>("order_by");
            ProjectOrder::CreatedAt
        }
    };
    let mine = |wanted: Option<bool>| call_user.filter(|_| wanted == Some(true));
    let least = check.integer("min_access_level").and_then(|number| match AccessLevel::from_number(number) {
        Some(level) => Some(level),
        None => check.not_allowed("min_access_level"),
    });
    ProjectFilter {
        search: check.text("search").filter(|text| !text.is_empty()),
        search_namespaces: check.boolean("search_namespaces").unwrap_or(false),
        owned_by: mine(check.boolean("owned")),
        member: mine(check.boolean("membership")),
        least: call_user.zip(least),
        visibility: check.word("visibility"),
        archived: check.boolean("archived"),
        namespaces: None,
        topics: check.texts("topic").unwrap_or_default().into_iter().take(20).collect(),
        id_after: check.integer("id_after"),
        id_before: check.integer("id_before"),
        active_after: check.time("last_activity_after"),
        active_before: check.time("last_activity_before"),
        order,
        ascending: check.text("sort").is_some_and(|sort| sort == "asc"),
    }
}

async fn answer<R>(call: &Call<R>, page: &Page, simple: bool, found: Listed<Project>) -> Answer {
    let rest = Rest::Counted(found.total);
    if simple || call.caller.user().is_none() {
        let shapes = project_shapes::simple(&call.engine, &found.items).await?;
        return reply::page(call, page, rest, &shapes);
    }
    let shapes = project_shapes::many(&call.engine, &found.items).await?;
    reply::page(call, page, rest, &shapes)
}

async fn list(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let filter = filter(call.caller.user().map(|user| user.id), &mut check);
    let simple = check.boolean("simple").unwrap_or(false);
    let page = Page::read(&mut check);
    check.done()?;
    let found = call.engine.list_projects(&call.caller, filter, part(&page)).await?;
    answer(&call, &page, simple, found).await
}

async fn list_of_user(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let user = UserId(check.id("user_id"));
    let filter = filter(call.caller.user().map(|user| user.id), &mut check);
    let simple = check.boolean("simple").unwrap_or(false);
    let page = Page::read(&mut check);
    check.done()?;
    let found = call.engine.list_user_projects(&call.caller, user, filter, part(&page)).await?;
    answer(&call, &page, simple, found).await
}

async fn list_of_group(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let filter = filter(call.caller.user().map(|user| user.id), &mut check);
    let simple = check.boolean("simple").unwrap_or(false);
    let below = check.boolean("include_subgroups").unwrap_or(false);
    let page = Page::read(&mut check);
    check.done()?;
    let group = groups::reference(&call);
    let found = call.engine.list_group_projects(&call.caller, &group, below, filter, part(&page)).await?;
    answer(&call, &page, simple, found).await
}

async fn show(call: Call<Open>) -> Answer {
    let project = call.engine.project(&call.caller, &call.project()).await?.project;
    if call.caller.user().is_none() {
        let short = project_shapes::simple(&call.engine, std::slice::from_ref(&project)).await?;
        return reply::ok(&short[0]);
    }
    reply::ok(&project_shapes::one(&call, &project).await?)
}

/// The parameters that may be settings: the engine leaves out what it does not know.
fn settings<R>(call: &Call<R>) -> Map<String, Value> {
    let mut settings = call.params.all().clone();
    for name in ["id", "name", "path", "visibility", "default_branch", "namespace_id"] {
        settings.remove(name);
    }
    settings
}

async fn create(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let new = NewProject {
        name: check.text("name").filter(|text| !text.is_empty()),
        path: check.text("path").filter(|text| !text.is_empty()),
        namespace_id: check.integer("namespace_id").map(NamespaceId),
        visibility: check.word("visibility"),
        default_branch: check.text("default_branch").filter(|text| !text.is_empty()),
        with_readme: check.boolean("initialize_with_readme").unwrap_or(false),
        settings: settings(&call),
    };
    if new.name.is_none() && new.path.is_none() {
        check.fault("name, path are missing, at least one parameter must be provided");
    }
    check.done()?;
    let project = call.engine.create_project(&call.caller, new).await?;
    reply::created(&project_shapes::one(&call, &project).await?)
}

async fn create_for(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let user = UserId(check.id("user_id"));
    let name = check.required_text("name");
    let new = NewProject {
        name: Some(name),
        path: check.text("path").filter(|text| !text.is_empty()),
        namespace_id: None,
        visibility: check.word("visibility"),
        default_branch: check.text("default_branch").filter(|text| !text.is_empty()),
        with_readme: check.boolean("initialize_with_readme").unwrap_or(false),
        settings: settings(&call),
    };
    check.done()?;
    let project = call.engine.create_project_for(&call.caller, user, new).await?;
    reply::created(&project_shapes::one(&call, &project).await?)
}

async fn update(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let change = ProjectChange {
        name: check.text("name"),
        path: check.text("path").filter(|text| !text.is_empty()),
        visibility: check.word("visibility"),
        default_branch: check.text("default_branch").filter(|text| !text.is_empty()),
        settings: settings(&call),
    };
    check.done()?;
    let project = call.engine.update_project(&call.caller, &call.project(), change).await?;
    reply::ok(&project_shapes::one(&call, &project).await?)
}

async fn delete(call: Call<SignedIn>) -> Answer {
    call.engine.delete_project(&call.caller, &call.project(), call.unchanged()).await?;
    reply::accepted()
}

async fn transfer(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let to = groups::named(&check.required_text("namespace"));
    check.done()?;
    let project = call.engine.transfer_project(&call.caller, &call.project(), to).await?;
    reply::ok(&project_shapes::one(&call, &project).await?)
}

async fn archive(call: Call<SignedIn>) -> Answer {
    set_archived(&call, true).await
}

async fn unarchive(call: Call<SignedIn>) -> Answer {
    set_archived(&call, false).await
}

async fn set_archived(call: &Call<SignedIn>, archived: bool) -> Answer {
    let project = call.engine.archive_project(&call.caller, &call.project(), archived).await?;
    reply::created(&project_shapes::one(call, &project).await?)
}
