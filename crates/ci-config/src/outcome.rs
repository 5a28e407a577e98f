//! Why a job is in the pipeline or is not: what the rules answered, for people and for `--json`.

use crate::config::JobEntry;
use crate::config::rules::Rule;
use crate::cx::Cx;
use crate::diagnostic::Place;
use pipewright_model::When;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;

/// What was decided of one job, or of one instance of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobOutcome {
    /// Name, an instance's name for parallel jobs.
    pub name: String,
    /// Name in the file.
    pub base_name: String,
    /// Its stage.
    pub stage: String,
    /// Whether it is in the pipeline.
    pub included: bool,
    /// When it runs; `never` when it is not in the pipeline.
    pub when: When,
    /// What decided.
    pub because: Because,
    /// The rule that matched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<MatchedRule>,
}

/// What decides over a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// Nothing asks: no rules, no `only`, no `except`.
    Unconditional,
    /// A rule matched.
    RuleMatched,
    /// It has rules and none matched.
    NoRuleMatched,
    /// `only` and `except`, or the `only: [branches, tags]` of a job without either.
    OnlyExcept,
}

/// A rule that matched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchedRule {
    /// Which of the list, from 1, lists within it flattened.
    pub number: usize,
    /// Where it stands.
    pub place: Place,
}

/// Every decision of one compilation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcomes {
    /// The rule of `workflow:rules` that matched; `None` = it has no rules, or none of them did.
    pub workflow: Option<MatchedRule>,
    /// Every visible job, in the order of the file. Empty when the workflow makes no pipeline.
    pub jobs: Vec<JobOutcome>,
}

/// Keeps decisions while jobs are seeded, if anybody wants them.
#[derive(Default)]
pub(crate) struct Recorder {
    kept: Option<RefCell<Outcomes>>,
}

impl Recorder {
    pub(crate) fn keeping() -> Self {
        Self { kept: Some(RefCell::default()) }
    }

    pub(crate) fn take(&self) -> Outcomes {
        self.kept.as_ref().map(RefCell::take).unwrap_or_default()
    }

    pub(crate) fn workflow(&self, cx: &Cx<'_>, rules: &[Rule], rule: &Rule) {
        if let Some(kept) = &self.kept {
            kept.borrow_mut().workflow = Some(matched(cx, rules, rule));
        }
    }

    pub(crate) fn job(&self, cx: &Cx<'_>, entry: &JobEntry, name: &str, when: When, rule: Option<&Rule>) {
        let Some(kept) = &self.kept else { return };
        let included = when != When::Never;
        let because = match (&entry.rules, rule) {
            (Some(_), Some(_)) => Because::RuleMatched,
            (Some(_), None) => Because::NoRuleMatched,
            (None, _) if included && entry.only.is_none() && entry.except.is_none() => Because::Unconditional,
            (None, _) => Because::OnlyExcept,
        };
        kept.borrow_mut().jobs.push(JobOutcome {
            name: name.to_owned(),
            base_name: entry.name.to_string(),
            stage: entry.stage.clone(),
            included,
            when,
            because,
            rule: rule.zip(entry.rules.as_ref()).map(|(rule, rules)| matched(cx, rules, rule)),
        });
    }
}

fn matched(cx: &Cx<'_>, rules: &[Rule], rule: &Rule) -> MatchedRule {
    let at = rules.iter().position(|one| std::ptr::eq(one, rule)).unwrap_or(0);
    MatchedRule { number: at + 1, place: cx.report.place(rule.span) }
}
