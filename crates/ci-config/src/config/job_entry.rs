//! A job as the file says it, before rules are asked.

use super::needs::Needs;
use super::parallel::Parallel;
use super::policy::Policy;
use super::rules::Rule;
use super::variables::Inherited;
use crate::plan::{JobPlan, Variable};
use crate::yaml::Span;
use pipewright_model::When;
use std::rc::Rc;

/// One job with types; [`JobEntry::plan`] holds all that rules do not change.
pub(crate) struct JobEntry {
    pub(crate) name: Rc<str>,
    pub(crate) span: Span,
    /// `script`, `image`, `artifacts`, … as they go into the plan.
    pub(crate) plan: JobPlan,
    pub(crate) stage: String,
    pub(crate) stage_span: Span,
    pub(crate) when: Option<When>,
    pub(crate) start_in: Option<i64>,
    pub(crate) allow_failure: Option<bool>,
    pub(crate) exit_codes: Vec<i64>,
    pub(crate) variables: Vec<Variable>,
    pub(crate) inherited: Inherited,
    pub(crate) rules: Option<Vec<Rule>>,
    pub(crate) only: Option<Policy>,
    pub(crate) except: Option<Policy>,
    /// Neither `rules` here nor in the workflow: without `only` it is for branches and tags.
    pub(crate) default_only: bool,
    pub(crate) parallel: Option<Parallel>,
    pub(crate) needs: Option<Needs>,
    pub(crate) dependencies: Option<Vec<(String, Span)>>,
    /// Where `environment` stands, for the checks between jobs.
    pub(crate) environment_span: Span,
}

impl JobEntry {
    /// Names of its instances, or its own.
    pub(crate) fn instance_names(&self) -> Vec<String> {
        self.parallel.as_ref().map_or_else(|| vec![self.name.to_string()], |parallel| parallel.names(&self.name))
    }
}
