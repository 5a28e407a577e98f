//! `GET /projects/:id/pipelines/:pipeline_id/jobs`, `…/bridges` and its other name `…/trigger_jobs`
//! (Jobs API contract §5.2, §5.3).

use super::{filters, keyset_page, lasting, scope};
use crate::shape::job::Shown;
use axum::Extension;
use pipewright_engine::reading::{JobPage, JobQuery, Page as Numbered, Part};
use pipewright_http_kit::keyset::Keyset;
use pipewright_http_kit::{Answer, Call, Check, OpenOrJob, Page, Remembered, Rest, reply};
use pipewright_model::{JobKind, PipelineId};
use std::sync::Arc;

pub(super) async fn jobs(Extension(remembered): Extension<Arc<Remembered>>, mut call: Call<OpenOrJob>) -> Answer {
    let mut check = call.check();
    let retried = check.boolean("include_retried").unwrap_or(false);
    let (pipeline, query) = common(&mut check);
    let query = JobQuery { retried, ..query };
    // An addition: GitLab pages these by number alone.
    if Keyset::is_wanted(&check) {
        let keyset = Keyset::read(&mut check);
        check.done()?;
        let part = Part::From(keyset_page::start(&keyset), keyset.per_page + 1);
        let make = async || {
            let (found, _) = read(&call, pipeline, JobKind::Build, query, part).await?;
            keyset_page::answer(&call, &keyset, found)
        };
        return remembered.answer(&call, make).await;
    }
    let page = Page::read(&mut check);
    check.done()?;
    call.params.declare("include_retried", false);
    let make = async || {
        let (found, total) = read(&call, pipeline, JobKind::Build, query, numbered(&page)).await?;
        let shown = Shown::new(&found, &call.engine.external_url);
        Ok((reply::page(&call, &page, counted(total), &shown.jobs())?, lasting(&found)))
    };
    remembered.answer(&call, make).await
}

pub(super) async fn bridges(call: Call<OpenOrJob>) -> Answer {
    let mut check = call.check();
    let (pipeline, query) = common(&mut check);
    let page = Page::read(&mut check);
    check.done()?;
    let (found, total) = read(&call, pipeline, JobKind::Bridge, query, numbered(&page)).await?;
    reply::page(&call, &page, counted(total), &Shown::new(&found, &call.engine.external_url).bridges())
}

fn common(check: &mut Check<'_>) -> (PipelineId, JobQuery) {
    let pipeline = PipelineId(check.id("pipeline_id"));
    let query = JobQuery { scope: scope::read(check, false), ..JobQuery::default() };
    (pipeline, filters::read(check, query))
}

fn numbered(page: &Page) -> Part {
    Part::Page(Numbered { limit: page.per_page, offset: page.offset() })
}

fn counted(total: Option<i64>) -> Rest {
    total.map_or(Rest::More(false), Rest::Counted)
}

async fn read(
    call: &Call<OpenOrJob>,
    pipeline: PipelineId,
    kind: JobKind,
    query: JobQuery,
    part: Part,
) -> pipewright_engine::Result<(JobPage, Option<i64>)> {
    call.engine.pipeline_jobs(&call.caller, &call.project(), pipeline, kind, query, part).await
}
