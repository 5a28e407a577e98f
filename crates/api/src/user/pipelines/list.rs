//! `GET /projects/:id/pipelines`.

use super::super::paging::part;
use super::shape;
use pipewright_engine::pipelines::list::{PipelineFilter, PipelineOrder};
use pipewright_http_kit::{Answer, Call, Check, Open, Page, Rest, reply};
use pipewright_model::Status;

pub(super) async fn handle(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let page = Page::read(&mut check);
    let filter = filter(&mut check);
    check.done()?;
    let (project, found) = call.engine.pipelines(&call.caller, &call.project(), filter, part(&page)).await?;
    let base = &call.engine.external_url;
    let shapes: Vec<_> = found.items.iter().map(|pipeline| shape::listed(pipeline, &project, base)).collect();
    reply::page(&call, &page, Rest::Counted(found.total), &shapes)
}

fn filter(check: &mut Check<'_>) -> PipelineFilter {
    let text = |check: &mut Check<'_>, name: &str| check.text(name).filter(|text| !text.trim().is_empty());
    let mut filter = PipelineFilter {
        statuses: check.word::<Status>("status").into_iter().collect(),
        ref_name: text(check, "ref"),
        sha: text(check, "sha"),
        yaml_errors: check.boolean("yaml_errors"),
        username: text(check, "username"),
        source: check.word("source"),
        name: text(check, "name"),
        updated_before: check.time("updated_before"),
        updated_after: check.time("updated_after"),
        created_before: check.time("created_before"),
        created_after: check.time("created_after"),
        ..PipelineFilter::default()
    };
    match text(check, "scope").as_deref() {
        None => {}
        Some("running") => filter.statuses = vec![Status::Running],
        Some("pending") => filter.statuses = vec![Status::Pending],
        Some("finished") => filter.statuses = vec![Status::Success, Status::Failed, Status::Canceled],
        Some("branches") => (filter.tag, filter.newest_of_refs) = (Some(false), true),
        Some("tags") => (filter.tag, filter.newest_of_refs) = (Some(true), true),
        Some(_) => check.not_allowed("scope"),
    }
    match text(check, "order_by").as_deref() {
        None | Some("id") => {}
        Some("status") => filter.order = PipelineOrder::Status,
        Some("ref") => filter.order = PipelineOrder::Ref,
        Some("updated_at") => filter.order = PipelineOrder::UpdatedAt,
        Some("user_id") => filter.order = PipelineOrder::UserId,
        Some(_) => check.not_allowed("order_by"),
    }
    match text(check, "sort").as_deref() {
        None | Some("desc") => {}
        Some("asc") => filter.ascending = true,
        Some(_) => check.not_allowed("sort"),
    }
    filter
}
