//! `/projects/:id/variables`, `/groups/:id/variables`, `/admin/ci/variables`.

use super::groups;
use super::paging::part;
use crate::shape;
use axum::{Router, routing::get};
use pipewright_engine::Engine;
use pipewright_engine::projects::variables::{OwnerRef, VariableFields};
use pipewright_http_kit::{Answer, Call, Check, Page, Rest, SignedIn, reply};
use serde_json::Value;

/// Declares the routes of one kind of owner; the handlers are the same but for whose variables they mean.
macro_rules! routes {
    ($router:ident, $prefix:literal, $owner:expr) => {
        fn $router() -> Router<Engine> {
            let owner: fn(&Call<SignedIn>) -> OwnerRef = $owner;
            Router::new()
                .route(
                    concat!($prefix, "/variables"),
                    get(move |call: Call<SignedIn>| async move { list(&call, &owner(&call)).await })
                        .post(move |call: Call<SignedIn>| async move { create(&call, &owner(&call)).await }),
                )
                .route(
                    concat!($prefix, "/variables/{variable_key}"),
                    get(move |call: Call<SignedIn>| async move { show(&call, &owner(&call)).await })
                        .put(move |call: Call<SignedIn>| async move { update(&call, &owner(&call)).await })
                        .delete(move |call: Call<SignedIn>| async move { delete(&call, &owner(&call)).await }),
                )
        }
    };
}
routes!(of_projects, "/projects/{id}", |call| OwnerRef::Project(call.project()));
routes!(of_groups, "/groups/{id}", |call| OwnerRef::Group(groups::reference(call)));
routes!(of_instance, "/admin/ci", |_| OwnerRef::Instance);

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    of_projects().merge(of_groups()).merge(of_instance())
}

fn fields(check: &mut Check<'_>) -> VariableFields {
    VariableFields {
        key: None,
        value: check.text("value"),
        variable_type: check.word("variable_type"),
        protected: check.boolean("protected"),
        masked: check.boolean("masked"),
        masked_and_hidden: check.boolean("masked_and_hidden"),
        raw: check.boolean("raw"),
        environment_scope: check.text("environment_scope"),
        description: check.text("description"),
    }
}

/// `filter[environment_scope]`: which of several variables of one key.
fn scope(check: &Check<'_>) -> Option<String> {
    check.value("filter")?.get("environment_scope").and_then(Value::as_str).map(ToOwned::to_owned)
}

async fn list(call: &Call<SignedIn>, owner: &OwnerRef) -> Answer {
    let mut check = call.check();
    let page = Page::read(&mut check);
    check.done()?;
    let found = call.engine.list_variables(&call.caller, owner, part(&page)).await?;
    let shapes: Vec<_> = found.items.iter().map(shape::variable::variable).collect();
    reply::page(call, &page, Rest::Counted(found.total), &shapes)
}

async fn show(call: &Call<SignedIn>, owner: &OwnerRef) -> Answer {
    let mut check = call.check();
    let key = check.required_text("variable_key");
    let scope = scope(&check);
    check.done()?;
    let variable = call.engine.variable(&call.caller, owner, &key, scope).await?;
    reply::ok(&shape::variable::variable(&variable))
}

async fn create(call: &Call<SignedIn>, owner: &OwnerRef) -> Answer {
    let mut check = call.check();
    let key = check.required_text("key");
    check.required_text("value");
    let new = VariableFields { key: Some(key), ..fields(&mut check) };
    check.done()?;
    let variable = call.engine.create_variable(&call.caller, owner, new).await?;
    reply::created(&shape::variable::variable(&variable))
}

async fn update(call: &Call<SignedIn>, owner: &OwnerRef) -> Answer {
    let mut check = call.check();
    let key = check.required_text("variable_key");
    let (scope, change) = (scope(&check), fields(&mut check));
    check.done()?;
    let variable = call.engine.update_variable(&call.caller, owner, &key, scope, change).await?;
    reply::ok(&shape::variable::variable(&variable))
}

async fn delete(call: &Call<SignedIn>, owner: &OwnerRef) -> Answer {
    let mut check = call.check();
    let key = check.required_text("variable_key");
    let scope = scope(&check);
    check.done()?;
    call.engine.delete_variable(&call.caller, owner, &key, scope).await?;
    reply::no_content()
}
