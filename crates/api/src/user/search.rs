//! `/search`, `/groups/:id/search`, `/projects/:id/search`.

use super::paging::part;
use super::{groups, project_shapes};
use crate::shape;
use axum::{Router, response::Response, routing::get};
use http::HeaderValue;
use pipewright_engine::search::Within;
use pipewright_engine::{Engine, lists};
use pipewright_http_kit::{Answer, Call, Page, Rest, SignedIn, reply};
use pipewright_wire::instance::Nothing;

/// What can be searched everywhere. Of what this server does not have nothing is found.
pub(crate) const EVERYWHERE: &[&str] =
    &["projects", "issues", "merge_requests", "milestones", "snippet_titles", "users"];
/// What can be searched in a group.
pub(crate) const IN_GROUP: &[&str] = &["projects", "issues", "merge_requests", "milestones", "users"];
/// What can be searched in a project.
pub(crate) const IN_PROJECT: &[&str] =
    &["issues", "merge_requests", "milestones", "notes", "wiki_blobs", "commits", "blobs", "users"];
/// States of what can be opened and closed: of nothing that is found here.
pub(crate) const STATES: &[&str] = &["all", "opened", "closed", "merged"];

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new()
        .route("/search", get(everywhere))
        .route("/groups/{id}/search", get(in_group))
        .route("/groups/{id}/-/search", get(in_group))
        .route("/projects/{id}/search", get(in_project))
        .route("/projects/{id}/-/search", get(in_project))
}

/// What all searches ask for.
struct Wanted {
    scope: String,
    text: String,
    archived: bool,
    page: Page,
}

impl Wanted {
    fn read(call: &Call<SignedIn>, scopes: &[&str], archived: bool) -> Result<Self, pipewright_http_kit::ApiError> {
        let mut check = call.check();
        let text = check.required_text("search");
        let scope = check.required_text("scope");
        if check.value("scope").is_some() && !scopes.contains(&scope.as_str()) {
            check.not_allowed::<()>("scope");
        }
        let state = check.text("state").filter(|state| !state.is_empty());
        if state.is_some_and(|state| !STATES.contains(&state.as_str())) {
            check.not_allowed::<()>("state");
        }
        check.boolean("confidential");
        let archived = archived && check.boolean("include_archived").unwrap_or(false);
        let page = Page::read(&mut check);
        check.done()?;
        Ok(Self { scope, text, archived, page })
    }
}

async fn everywhere(call: Call<SignedIn>) -> Answer {
    let wanted = Wanted::read(&call, EVERYWHERE, true)?;
    let mut answer = answer(&call, Within::Instance, &wanted).await?;
    answer.headers_mut().insert("content-transfer-encoding", HeaderValue::from_static("binary"));
    Ok(answer)
}

async fn in_group(call: Call<SignedIn>) -> Answer {
    let wanted = Wanted::read(&call, IN_GROUP, true)?;
    answer(&call, Within::Group(groups::reference(&call)), &wanted).await
}

async fn in_project(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let rev = check.text("ref").filter(|rev| !rev.is_empty());
    check.done()?;
    let wanted = Wanted::read(&call, IN_PROJECT, false)?;
    let answer = match wanted.scope.as_str() {
        "blobs" => blobs(&call, &wanted, rev.as_deref()).await?,
        "commits" => commits(&call, &wanted, rev.as_deref()).await?,
        _ => return answer(&call, Within::Project(call.project()), &wanted).await,
    };
    Ok(by_basic_search(answer))
}

/// Which of its engines searched: GitLab's plain one is the only one.
fn by_basic_search(mut answer: Response) -> Response {
    answer.headers_mut().insert("x-search-type", HeaderValue::from_static("basic"));
    answer
}

async fn answer(call: &Call<SignedIn>, within: Within, wanted: &Wanted) -> Answer {
    let Wanted { scope, text, archived, page } = wanted;
    let answer = match scope.as_str() {
        "projects" => {
            // Not counted: one row more than the page tells whether there is a next one.
            let rows = lists::Page { limit: page.limit_plus_one(), offset: page.offset() };
            let mut found = call.engine.search_projects(&call.caller, within, text, *archived, rows).await?;
            let rest = page.cut(&mut found);
            reply::page(call, page, rest, &project_shapes::simple(&call.engine, &found).await?)?
        }
        "users" => users(call, within, wanted).await?,
        _ => {
            call.engine.search_nothing(&call.caller, within).await?;
            reply::page::<_, Nothing>(call, page, Rest::Counted(0), &[])?
        }
    };
    Ok(by_basic_search(answer))
}

async fn users(call: &Call<SignedIn>, within: Within, wanted: &Wanted) -> Answer {
    let page = &wanted.page;
    // GitLab counts the people of a project alone.
    let counted = matches!(within, Within::Project(_));
    let found = call.engine.search_users(&call.caller, within, &wanted.text, part(page)).await?;
    let rest = if counted {
        Rest::Counted(found.total)
    } else {
        Rest::More(page.offset() + (found.items.len() as i64) < found.total)
    };
    let base = &call.engine.external_url;
    let shapes: Vec<_> = found.items.iter().map(|user| shape::user::basic(user, base)).collect();
    reply::page(call, page, rest, &shapes)
}

async fn blobs(call: &Call<SignedIn>, wanted: &Wanted, rev: Option<&str>) -> Answer {
    let page = &wanted.page;
    let found = call.engine.search_code(&call.caller, &call.project(), &wanted.text, rev, part(page)).await?;
    let (project, rev, found) = found;
    let shapes: Vec<_> = found.items.into_iter().map(|item| shape::repository::found(item, &rev, project.id)).collect();
    reply::page(call, page, Rest::Counted(found.total), &shapes)
}

async fn commits(call: &Call<SignedIn>, wanted: &Wanted, rev: Option<&str>) -> Answer {
    let page = &wanted.page;
    let found = call.engine.search_commits(&call.caller, &call.project(), &wanted.text, rev, part(page)).await?;
    let (project, found) = found;
    let base = &call.engine.external_url;
    let shape = |(commit, newest): &pipewright_engine::search::FoundCommit| {
        shape::repository::commit_detail(commit, newest.as_ref(), &project, base)
    };
    let shapes: Vec<_> = found.items.iter().map(shape).collect();
    reply::page(call, page, Rest::Counted(found.total), &shapes)
}
