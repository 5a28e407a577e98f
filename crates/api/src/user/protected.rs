//! `/projects/:id/protected_branches`, `/projects/:id/protected_tags`.

use crate::shape;
use axum::{Router, routing::get};
use pipewright_engine::Engine;
use pipewright_engine::projects::protected_refs::{NewRule, RuleChange};
use pipewright_http_kit::{Answer, Call, Check, Page, Rest, SignedIn, reply};
use pipewright_model::{AccessLevel, ProtectedRef};
use serde_json::Value;

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new()
        .route("/projects/{id}/protected_branches", get(branches).post(protect_branch))
        .route("/projects/{id}/protected_branches/{name}", get(branch).patch(change_branch).delete(unprotect_branch))
        .route("/projects/{id}/protected_tags", get(tags).post(protect_tag))
        .route("/projects/{id}/protected_tags/{name}", get(tag).delete(unprotect_tag))
}

/// A level given by number, or the lowest of a list of `{access_level}`.
fn level(check: &mut Check<'_>, name: &str, list: &str) -> Option<AccessLevel> {
    let number = check.integer(name).or_else(|| {
        let items = check.value(list)?.as_array()?;
        let number = |item: &Value| {
            let level = item.get("access_level")?;
            level.as_i64().or_else(|| level.as_str()?.parse().ok())
        };
        items.iter().filter_map(number).min()
    })?;
    let level = AccessLevel::from_number(number);
    level.or_else(|| check.not_allowed(name))
}

async fn all(
    call: &Call<SignedIn>,
    tag: bool,
) -> Result<(Page, usize, Vec<ProtectedRef>), pipewright_http_kit::ApiError> {
    let mut check = call.check();
    let search = check.text("search").unwrap_or_default();
    let page = Page::read(&mut check);
    check.done()?;
    let mut found = call.engine.protected_refs(&call.caller, &call.project(), tag).await?;
    found.retain(|rule| rule.name.contains(&search));
    let total = found.len();
    let found = found.into_iter().skip(page.offset() as usize).take(page.per_page as usize).collect();
    Ok((page, total, found))
}

fn name(call: &Call<SignedIn>) -> Result<String, pipewright_http_kit::ApiError> {
    let mut check = call.check();
    let name = check.required_text("name");
    check.done()?;
    Ok(name)
}

async fn branches(call: Call<SignedIn>) -> Answer {
    let (page, total, found) = all(&call, false).await?;
    let shapes: Vec<_> = found.iter().map(shape::variable::branch).collect();
    reply::page(&call, &page, Rest::Counted(total as i64), &shapes)
}

async fn tags(call: Call<SignedIn>) -> Answer {
    let (page, total, found) = all(&call, true).await?;
    let shapes: Vec<_> = found.iter().map(shape::variable::tag).collect();
    reply::page(&call, &page, Rest::Counted(total as i64), &shapes)
}

async fn branch(call: Call<SignedIn>) -> Answer {
    let rule = call.engine.protected_ref(&call.caller, &call.project(), false, name(&call)?).await?;
    reply::ok(&shape::variable::branch(&rule))
}

async fn tag(call: Call<SignedIn>) -> Answer {
    let rule = call.engine.protected_ref(&call.caller, &call.project(), true, name(&call)?).await?;
    reply::ok(&shape::variable::tag(&rule))
}

async fn protect_branch(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let new = NewRule {
        tag: false,
        name: check.required_text("name"),
        push_level: level(&mut check, "push_access_level", "allowed_to_push"),
        merge_level: level(&mut check, "merge_access_level", "allowed_to_merge"),
        allow_force_push: check.boolean("allow_force_push").unwrap_or(false),
    };
    check.done()?;
    let rule = call.engine.protect_ref(&call.caller, &call.project(), new).await?;
    reply::created(&shape::variable::branch(&rule))
}

async fn protect_tag(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let name = check.required_text("name");
    let push_level = level(&mut check, "create_access_level", "allowed_to_create");
    check.done()?;
    let new = NewRule { tag: true, name, push_level, merge_level: None, allow_force_push: false };
    let rule = call.engine.protect_ref(&call.caller, &call.project(), new).await?;
    reply::created(&shape::variable::tag(&rule))
}

async fn change_branch(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let name = check.required_text("name");
    let change = RuleChange {
        push_level: level(&mut check, "push_access_level", "allowed_to_push"),
        merge_level: level(&mut check, "merge_access_level", "allowed_to_merge"),
        allow_force_push: check.boolean("allow_force_push"),
    };
    check.done()?;
    let rule = call.engine.update_protected_ref(&call.caller, &call.project(), false, name, change).await?;
    reply::ok(&shape::variable::branch(&rule))
}

async fn unprotect_branch(call: Call<SignedIn>) -> Answer {
    call.engine.unprotect_ref(&call.caller, &call.project(), false, name(&call)?).await?;
    reply::no_content()
}

async fn unprotect_tag(call: Call<SignedIn>) -> Answer {
    call.engine.unprotect_ref(&call.caller, &call.project(), true, name(&call)?).await?;
    reply::no_content()
}
