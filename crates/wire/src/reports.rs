//! Reports of tests as the API shows them.

use schemars::JsonSchema;
use serde::Serialize;

/// What a pipeline's jobs reported of their tests.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct TestReport {
    /// Cases counted.
    #[serde(flatten)]
    pub totals: TestTotals,
    /// One for each job's name.
    pub test_suites: Vec<TestSuite>,
}

/// Cases counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, JsonSchema)]
pub struct TestTotals {
    /// Seconds.
    pub total_time: f64,
    /// All cases.
    pub total_count: usize,
    /// Those that ended well.
    pub success_count: usize,
    /// Those that failed.
    pub failed_count: usize,
    /// Those that were not run.
    pub skipped_count: usize,
    /// Those that broke off.
    pub error_count: usize,
}

/// What the jobs of one name reported.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct TestSuite {
    /// The jobs' name.
    pub name: String,
    /// Cases counted.
    #[serde(flatten)]
    pub totals: TestTotals,
    /// Why the report could not be read.
    pub suite_error: Option<String>,
    /// The cases.
    pub test_cases: Vec<TestCase>,
}

/// One case.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct TestCase {
    /// How it ended.
    #[schemars(extend("enum" = ["success", "failed", "skipped", "error"]))]
    pub status: &'static str,
    /// Its name.
    pub name: String,
    /// What it belongs to.
    pub classname: Option<String>,
    /// Where it is written.
    pub file: Option<String>,
    /// Seconds.
    pub execution_time: f64,
    /// What its failure says.
    pub system_output: Option<String>,
    /// Never known apart from `system_output`.
    pub stack_trace: Option<String>,
}

/// A test report without its cases.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct TestReportSummary {
    /// All suites together.
    pub total: TestSummary,
    /// One for each job's name.
    pub test_suites: Vec<TestSuiteSummary>,
}

/// All suites together.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct TestSummary {
    /// Seconds.
    pub time: f64,
    /// All cases.
    pub count: usize,
    /// Those that ended well.
    pub success: usize,
    /// Those that failed.
    pub failed: usize,
    /// Those that were not run.
    pub skipped: usize,
    /// Those that broke off.
    pub error: usize,
    /// Why a report could not be read.
    pub suite_error: Option<String>,
}

/// A suite without its cases.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct TestSuiteSummary {
    /// The jobs' name.
    pub name: String,
    /// Cases counted.
    #[serde(flatten)]
    pub totals: TestTotals,
    /// The jobs.
    pub build_ids: Vec<i64>,
    /// Why the report could not be read.
    pub suite_error: Option<String>,
}
