//! `GET /projects/:id/pipelines/:pipeline_id/jobs`, `…/bridges` and its other name `…/trigger_jobs`
//! (Jobs API contract §5.2, §5.3).

use super::scope;
use crate::shape::job::Shown;
use pipewright_engine::reading::{self, JobQuery};
use pipewright_http_kit::{Answer, Call, OpenOrJob, Page, Rest, reply};
use pipewright_model::{JobKind, PipelineId};

pub(super) async fn jobs(mut call: Call<OpenOrJob>) -> Answer {
    let mut check = call.check();
    let retried = check.boolean("include_retried").unwrap_or(false);
    let (pipeline, scope, page) = common(&mut check);
    check.done()?;
    call.params.declare("include_retried", false);
    let query = JobQuery { scope, ref_name: None, retried };
    let (found, total) = read(&call, pipeline, JobKind::Build, query, page).await?;
    reply::page(&call, &page, Rest::Counted(total), &Shown::new(&found, &call.engine.external_url).jobs())
}

pub(super) async fn bridges(call: Call<OpenOrJob>) -> Answer {
    let mut check = call.check();
    let (pipeline, scope, page) = common(&mut check);
    check.done()?;
    let query = JobQuery { scope, ref_name: None, retried: false };
    let (found, total) = read(&call, pipeline, JobKind::Bridge, query, page).await?;
    reply::page(&call, &page, Rest::Counted(total), &Shown::new(&found, &call.engine.external_url).bridges())
}

fn common(check: &mut pipewright_http_kit::Check<'_>) -> (PipelineId, Vec<pipewright_model::Status>, Page) {
    (PipelineId(check.id("pipeline_id")), scope::read(check, false), Page::read(check))
}

async fn read(
    call: &Call<OpenOrJob>,
    pipeline: PipelineId,
    kind: JobKind,
    query: JobQuery,
    page: Page,
) -> pipewright_engine::Result<(reading::JobPage, i64)> {
    let part = reading::Page { limit: page.per_page, offset: page.offset() };
    call.engine.pipeline_jobs(&call.caller, &call.project(), pipeline, kind, query, part).await
}
