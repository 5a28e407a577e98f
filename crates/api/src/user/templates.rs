//! `/templates/gitlab_ci_ymls`: the built-in collection of `include:template`.

use axum::{Router, routing::get};
use pipewright_engine::{Engine, Error, templates};
use pipewright_http_kit::{Answer, Call, Open, Page, Rest, reply};
use pipewright_wire::instance::{Template, TemplateName};

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new().route("/templates/gitlab_ci_ymls", get(list)).route("/templates/gitlab_ci_ymls/{name}", get(show))
}

async fn list(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let page = Page::read(&mut check);
    check.done()?;
    let all = templates::list();
    let shown = all.iter().skip(page.offset() as usize).take(page.per_page as usize);
    let shapes: Vec<_> = shown.map(|template| TemplateName { key: template.name, name: template.name }).collect();
    reply::page(&call, &page, Rest::Counted(all.len() as i64), &shapes)
}

async fn show(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let name = check.required_text("name");
    check.done()?;
    let template = templates::find(&name).ok_or_else(|| Error::missing("Template"))?;
    reply::ok(&Template { name: template.name, content: template.content })
}
