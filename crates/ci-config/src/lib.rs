//! Compiles `.gitlab-ci.yml` into a plan of stages and jobs.
//!
//! Pure logic: no files, no network, no clock. [`compile`] takes the text of the root file and the
//! [`Facts`] about the pipeline to be (ref, variables, inputs), asks a [`Lookup`] what a rule needs
//! to know about changed and existing paths, and asks a [`Fetch`] for the text of each include. It
//! returns a [`Plan`] or every [`Diagnostic`] it found, each with file, line and column.
//!
//! ```
//! use pipewright_ci_config::{Facts, NoFiles, SourceFile, compile};
//!
//! let source = SourceFile::root(".gitlab-ci.yml", "test:\n  script: make test\n");
//! let facts = Facts::branch("main", "push");
//! let plan = compile(&source, &facts, &NoFiles).unwrap();
//! assert_eq!(plan.jobs[0].script, ["make test"]);
//! assert!(plan.verdict.runs());
//! ```
//!
//! `files` is anything that implements both [`Fetch`] and [`Lookup`] (see [`Files`]). A plan whose
//! [`Plan::verdict`] does not run must not become a pipeline; the verdict's text says why in
//! GitLab's words.

// Reading a key has two outcomes worth seeing side by side.
#![allow(clippy::single_match_else)]

mod check;
mod config;
mod cx;
pub mod diagnostic;
pub mod duration;
pub mod expand;
mod expr;
mod extends;
pub mod facts;
mod file;
pub mod fuzzing;
mod glob;
mod graph;
mod include;
mod inputs;
mod lint;
mod merge;
mod outcome;
mod plain;
pub mod plan;
mod reference;
mod report;
#[cfg(test)]
mod ruby;
mod scope;
mod seed;
mod weight;
mod yaml;

pub use diagnostic::{Diagnostic, Diagnostics, Place, Severity};
pub use facts::{
    Changes, Exists, Fact, Facts, Fetch, FetchError, Fetched, Files, IncludeLocation, Lookup, NoFiles, SourceFile,
};
pub use include::MAX_INCLUDES;
pub use include::include_matches;
pub use inputs::typed_inputs;
pub use lint::{Linted, StaticJob, lint};
pub use outcome::{Because, JobOutcome, MatchedRule, Outcomes};
pub use plain::plain_yaml;
pub use plan::{JobPlan, Plan, Verdict};

use cx::Cx;
use outcome::Recorder;
use scope::{Known, Scope};
use std::rc::Rc;
use yaml::Map;

/// Compiles the root file of a pipeline.
///
/// Returns the plan, with warnings in it, or everything that is wrong. Checks come in three waves
/// (keywords, then links between jobs, then rules and needs); a wave that finds errors is the last.
pub fn compile(source: &SourceFile, facts: &Facts, files: &dyn Files) -> Result<Plan, Diagnostics> {
    compiled(&Cx::new(facts, files), source)
}

/// [`compile`], and what rules decided of every job, of those left out too.
pub fn explain(source: &SourceFile, facts: &Facts, files: &dyn Files) -> Result<(Plan, Outcomes), Diagnostics> {
    let mut cx = Cx::new(facts, files);
    cx.outcomes = Recorder::keeping();
    let plan = compiled(&cx, source)?;
    Ok((plan, cx.outcomes.take()))
}

fn compiled(cx: &Cx<'_>, source: &SourceFile) -> Result<Plan, Diagnostics> {
    match steps(cx, source) {
        Some(mut plan) if !cx.report.has_errors() => {
            plan.includes = cx.report.included();
            plan.warnings = cx.report.take_warnings();
            Ok(plan)
        }
        _ => Err(cx.report.take()),
    }
}

/// The one file that includes, `extends` and references make of a configuration, as YAML.
///
/// Nothing is checked beyond what merging needs: this is for looking at a broken file too.
pub fn merged_yaml(source: &SourceFile, facts: &Facts, files: &dyn Files) -> Result<String, Diagnostics> {
    let cx = Cx::new(facts, files);
    match merged(&cx, source, &Known::new(facts)) {
        Some(root) => Ok(yaml::emit(&root)),
        None => Err(cx.report.take()),
    }
}

/// A text for people, with `[MASKED]` for the values of masked variables.
pub fn mask(facts: &Facts, text: &str) -> String {
    Scope::outside(&Known::new(facts)).mask(text)
}

/// Includes, then `extends`, then references. `None`: errors are reported.
fn merged(cx: &Cx<'_>, source: &SourceFile, known: &Known<'_>) -> Option<Rc<Map>> {
    let root = file::read_root(cx, source, &Scope::outside(known))?;
    let merged = include::Includes::new(cx, known).resolve(&root);
    if cx.report.has_errors() {
        return None;
    }
    // Parents first: a `!reference` may name what a job has from its parents, and a reference that
    // stands where a parent has a map replaces it whole.
    let merged = extends::apply(&cx.report, &merged);
    if cx.report.has_errors() {
        return None;
    }
    reference::resolve(&cx.report, &merged)
}

/// The order of compilation (CI YAML contract §1). `None`: errors are reported.
fn steps(cx: &Cx<'_>, source: &SourceFile) -> Option<Plan> {
    let known = Known::new(cx.facts);
    let root = merged(cx, source, &known)?;
    let config = config::read(cx, &root);
    if cx.report.has_errors() {
        return None;
    }
    cx.count_instances(&config);
    if cx.report.has_errors() {
        return None;
    }
    check::check(cx, &config);
    if cx.report.has_errors() {
        return None;
    }
    Some(seed::seed(cx, &config, &known))
}
