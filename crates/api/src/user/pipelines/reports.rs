//! `GET /projects/:id/pipelines/:pipeline_id/test_report` and `…/test_report_summary`.

use pipewright_engine::reports::{Case, Outcome, Suite, totals};
use pipewright_http_kit::{Answer, ApiError, Call, Open, reply};
use pipewright_model::PipelineId;
use pipewright_wire::reports::{
    TestCase, TestReport, TestReportSummary, TestSuite, TestSuiteSummary, TestSummary, TestTotals,
};

async fn suites(call: &Call<Open>) -> Result<Vec<Suite>, ApiError> {
    let mut check = call.check();
    let id = PipelineId(check.id("pipeline_id"));
    check.done()?;
    Ok(call.engine.test_report(&call.caller, &call.project(), id).await?)
}

pub(super) async fn whole(call: Call<Open>) -> Answer {
    let suites = suites(&call).await?;
    let all = counted(suites.iter().flat_map(|suite| &suite.cases));
    reply::ok(&TestReport { totals: all, test_suites: suites.into_iter().map(suite).collect() })
}

pub(super) async fn summary(call: Call<Open>) -> Answer {
    let suites = suites(&call).await?;
    let all = totals(suites.iter().flat_map(|suite| &suite.cases));
    let total = TestSummary {
        time: all.seconds,
        count: all.count,
        success: all.success,
        failed: all.failed,
        skipped: all.skipped,
        error: all.error,
        suite_error: suites.iter().find_map(|suite| suite.error.clone()),
    };
    reply::ok(&TestReportSummary { total, test_suites: suites.into_iter().map(short).collect() })
}

fn counted<'a>(cases: impl IntoIterator<Item = &'a Case>) -> TestTotals {
    let all = totals(cases);
    TestTotals {
        total_time: all.seconds,
        total_count: all.count,
        success_count: all.success,
        failed_count: all.failed,
        skipped_count: all.skipped,
        error_count: all.error,
    }
}

fn suite(suite: Suite) -> TestSuite {
    TestSuite {
        totals: counted(&suite.cases),
        name: suite.name,
        suite_error: suite.error,
        test_cases: suite.cases.into_iter().map(case).collect(),
    }
}

fn short(suite: Suite) -> TestSuiteSummary {
    TestSuiteSummary {
        totals: counted(&suite.cases),
        name: suite.name,
        build_ids: suite.jobs.iter().map(|job| job.0).collect(),
        suite_error: suite.error,
    }
}

fn case(case: Case) -> TestCase {
    TestCase {
        status: match case.outcome {
            Outcome::Success => "success",
            Outcome::Failed => "failed",
            Outcome::Skipped => "skipped",
            Outcome::Error => "error",
        },
        name: if case.name.is_empty() { "(No name)".to_owned() } else { case.name },
        classname: case.classname,
        file: case.file,
        execution_time: case.seconds,
        system_output: case.output,
        stack_trace: None,
    }
}
