//! `/projects/:id/repository/commits/:sha/statuses`, `POST /projects/:id/statuses/:sha`.

use super::paging::part;
use crate::shape;
use axum::{Router, routing::get, routing::post};
use pipewright_engine::Engine;
use pipewright_engine::pipelines::statuses::{Remarks, Report, StatusFilter, StatusView};
use pipewright_http_kit::{Answer, Call, Check, Page, Rest, SignedIn, reply};
use pipewright_model::{JobKind, PipelineId, Project, Status};
use pipewright_wire::statuses::CommitStatus;

/// What may be reported.
const REPORTED: &[Status] =
    &[Status::Pending, Status::Running, Status::Success, Status::Failed, Status::Canceled, Status::Skipped];

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new()
        .route("/projects/{id}/repository/commits/{sha}/statuses", get(list))
        .route("/projects/{id}/statuses/{sha}", post(create))
}

fn shaped(view: &StatusView, project: &Project, base: &str) -> CommitStatus {
    let job = &view.job;
    let page = || format!("{base}/{}/-/jobs/{}", project.full_path, job.id);
    CommitStatus {
        id: job.id.0,
        sha: view.sha.clone(),
        ref_name: job.ref_name.clone(),
        status: job.status.as_str().to_owned(),
        name: job.name.clone(),
        target_url: if job.kind == JobKind::Build { Some(page()) } else { view.remarks.target_url.clone() },
        description: view.remarks.description.clone(),
        created_at: job.created_at.to_string(),
        started_at: job.started_at.map(|at| at.to_string()),
        finished_at: job.finished_at.map(|at| at.to_string()),
        allow_failure: job.allow_failure,
        coverage: job.coverage,
        pipeline_id: job.pipeline_id.0,
        author: view.author.as_ref().map(|user| shape::user::basic(user, base)),
    }
}

/// A text that says something.
fn text(check: &mut Check<'_>, name: &str) -> Option<String> {
    check.text(name).filter(|text| !text.trim().is_empty())
}

async fn list(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let sha = check.required_text("sha");
    let by_pipeline = match text(&mut check, "order_by").as_deref() {
        None | Some("id") => false,
        Some("pipeline_id") => true,
        Some(_) => check.not_allowed("order_by"),
    };
    let descending = match text(&mut check, "sort").as_deref() {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(_) => check.not_allowed("sort"),
    };
    let filter = StatusFilter {
        ref_name: text(&mut check, "ref"),
        stage: text(&mut check, "stage"),
        name: text(&mut check, "name"),
        pipeline_id: check.integer("pipeline_id").map(PipelineId),
        all: check.boolean("all").unwrap_or(false),
        by_pipeline,
        descending,
    };
    let page = Page::read(&mut check);
    check.done()?;
    let (project, found) =
        call.engine.commit_statuses(&call.caller, &call.project(), &sha, filter, part(&page)).await?;
    let base = &call.engine.external_url;
    let shapes: Vec<_> = found.items.iter().map(|view| shaped(view, &project, base)).collect();
    reply::page(&call, &page, Rest::Counted(found.total), &shapes)
}

async fn create(call: Call<SignedIn>) -> Answer {
    let mut check = call.check();
    let sha = check.required_text("sha");
    let state = state(&mut check);
    let name = text(&mut check, "name").or_else(|| text(&mut check, "context"));
    let report = Report {
        sha,
        state,
        ref_name: text(&mut check, "ref"),
        name: name.unwrap_or_else(|| "default".to_owned()),
        remarks: Remarks { target_url: text(&mut check, "target_url"), description: text(&mut check, "description") },
        coverage: coverage(&mut check),
        pipeline_id: check.integer("pipeline_id").map(PipelineId),
    };
    check.done()?;
    let (project, view) = call.engine.report_status(&call.caller, &call.project(), report).await?;
    reply::created(&shaped(&view, &project, &call.engine.external_url))
}

fn state(check: &mut Check<'_>) -> Status {
    let word = check.required_text("state");
    let state = word.parse().ok().filter(|state| REPORTED.contains(state));
    state.unwrap_or_else(|| {
        if check.value("state").is_some() {
            check.not_allowed::<()>("state");
        }
        Status::Pending
    })
}

fn coverage(check: &mut Check<'_>) -> Option<f64> {
    let number = text(check, "coverage")?.parse().ok().filter(|number: &f64| number.is_finite());
    number.or_else(|| check.invalid("coverage"))
}
