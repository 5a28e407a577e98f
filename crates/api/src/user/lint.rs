//! `GET` and `POST /projects/:id/ci/lint`: a pipeline file checked, no pipeline made.

use super::route::Anybody;
use axum::{Router, routing::get};
use pipewright_ci_config::{Diagnostic, JobPlan, Place, StaticJob};
use pipewright_engine::Engine;
use pipewright_engine::includes::Included;
use pipewright_engine::pipelines::lint::{LintReport, LintWish, LintedJobs};
use pipewright_http_kit::{Answer, Call, Check, Open, reply};
use pipewright_wire::lint::{LintDiagnostic, LintExtra, LintInclude, LintJob, LintNeed, LintPlace, LintResult};

/// Routes below `/api/v4`.
pub(super) fn router() -> Router<Engine> {
    Router::new().route("/projects/{id}/ci/lint", get(own_file).post(text))
}

/// More warnings than these are not shown.
const MOST_WARNINGS: usize = 25;

async fn own_file(call: Call<Open>) -> Answer {
    let mut check = call.check();
    let content_ref = either(&mut check, "sha", "content_ref");
    let ref_name = either(&mut check, "ref", "dry_run_ref");
    let wish = LintWish { dry_run: check.boolean("dry_run").unwrap_or(false), ref_name };
    let with_jobs = check.boolean("include_jobs").unwrap_or(false);
    check.done()?;
    let report = call.engine.lint_project(&call.caller, &call.project(), content_ref.as_deref(), wish).await?;
    reply::ok(&shape(report, with_jobs))
}

async fn text(call: Call<Anybody>) -> Answer {
    let mut check = call.check();
    let content = check.required_text("content");
    let ref_name = check.text("ref").filter(|name| !name.is_empty());
    let wish = LintWish { dry_run: check.boolean("dry_run").unwrap_or(false), ref_name };
    let with_jobs = check.boolean("include_jobs").unwrap_or(false);
    check.done()?;
    let report = call.engine.lint_text(&call.caller, &call.project(), content, wish).await?;
    reply::ok(&shape(report, with_jobs))
}

/// A parameter under its old or its new name, not both.
fn either(check: &mut Check<'_>, old: &str, new: &str) -> Option<String> {
    let (first, second) = (check.text(old), check.text(new));
    if first.is_some() && second.is_some() {
        check.fault(format!("{old}, {new} are mutually exclusive"));
    }
    first.or(second).filter(|name| !name.is_empty())
}

fn shape(report: LintReport, with_jobs: bool) -> LintResult {
    let messages = |list: &[Diagnostic]| list.iter().map(|one| one.message.clone()).collect::<Vec<_>>();
    let mut warnings = report.warnings;
    warnings.truncate(MOST_WARNINGS);
    LintResult {
        valid: report.errors.is_empty(),
        errors: messages(&report.errors),
        warnings: messages(&warnings),
        merged_yaml: report.merged_yaml,
        includes: report.includes.map(|list| list.into_iter().map(include).collect()),
        jobs: with_jobs.then(|| match &report.jobs {
            LintedJobs::Static(jobs) => jobs.iter().map(written).collect(),
            LintedJobs::Simulated(jobs) => jobs.iter().map(simulated).collect(),
        }),
        diagnostics: report.errors.iter().chain(&warnings).map(diagnostic).collect(),
    }
}

fn include(one: Included) -> LintInclude {
    let (project, ref_name) = one.of.unzip();
    LintInclude {
        kind: one.kind.to_owned(),
        location: one.location,
        blob: one.blob,
        raw: one.raw,
        extra: LintExtra { project, ref_name },
        context_project: one.context_project,
        context_sha: one.context_sha,
    }
}

fn simulated(job: &JobPlan) -> LintJob {
    let (before_script, script) = job.script.split_at(job.before_script_lines.min(job.script.len()));
    LintJob {
        name: job.name.clone(),
        stage: job.stage.clone(),
        before_script: before_script.to_vec(),
        script: script.to_vec(),
        after_script: job.after_script.clone(),
        tag_list: job.tags.clone(),
        only: None,
        except: None,
        environment: job.environment.as_ref().map(|environment| environment.name.clone()),
        when: job.when.to_string(),
        allow_failure: job.allow_failure,
        needs: None,
    }
}

fn written(job: &StaticJob) -> LintJob {
    let need = |need: &pipewright_model::Need| LintNeed {
        name: need.name.clone(),
        artifacts: need.artifacts,
        optional: need.optional,
    };
    LintJob {
        only: Some(job.only.clone()),
        except: Some(job.except.clone()),
        needs: Some(job.plan.needs.as_ref().map(|needs| needs.iter().map(need).collect())),
        ..simulated(&job.plan)
    }
}

fn diagnostic(one: &Diagnostic) -> LintDiagnostic {
    let place = |place: &Place| LintPlace { file: place.file.clone(), line: place.line, column: place.column };
    LintDiagnostic {
        message: one.message.clone(),
        severity: match one.severity {
            pipewright_ci_config::Severity::Error => "error".to_owned(),
            pipewright_ci_config::Severity::Warning => "warning".to_owned(),
        },
        place: one.place.as_ref().map(place),
        path: one.path.clone(),
        suggestion: one.suggestion.clone(),
        included_from: one.included_from.iter().map(place).collect(),
    }
}
