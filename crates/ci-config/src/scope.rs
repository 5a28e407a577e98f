//! Which value a variable has while a pipeline is made (CI YAML contract §9, precedence).

use crate::expand::{Missing, expand};
use crate::expr::Lookup;
use crate::facts::{Fact, Facts};
use crate::plan::Variable;
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;

/// The facts' variables, by name.
pub(crate) struct Known<'f> {
    /// Stronger than the file's: configured, then given to the pipeline.
    strong: HashMap<&'f str, &'f Fact>,
    /// Weaker than the file's.
    predefined: HashMap<&'f str, &'f Fact>,
}

impl<'f> Known<'f> {
    pub(crate) fn new(facts: &'f Facts) -> Self {
        let by_name = |fact: &'f Fact| (fact.key.as_str(), fact);
        Self {
            strong: facts.configured.iter().chain(&facts.pipeline).map(by_name).collect(),
            predefined: facts.predefined.iter().map(by_name).collect(),
        }
    }
}

/// Variables as one job, the workflow or an include sees them.
pub(crate) struct Scope<'a> {
    pub(crate) known: &'a Known<'a>,
    /// The file's: top-level and job's, merged.
    pub(crate) file: &'a [Variable],
    /// `CI_JOB_NAME` and its like.
    pub(crate) job: &'a [(&'static str, String)],
}

/// How deep references are followed.
const MAX_DEPTH: usize = 20;
/// Bytes an expansion may come to; beyond, references stay as they are.
const MAX_BYTES: usize = 1 << 20;

impl<'a> Scope<'a> {
    /// No file's variables at all: what includes see.
    pub(crate) fn outside(known: &'a Known<'a>) -> Self {
        Self { known, file: &[], job: &[] }
    }

    /// The value and whether its references stay.
    fn find(&self, name: &str) -> Option<(&'a str, bool)> {
        if let Some(fact) = self.known.strong.get(name) {
            return Some((&fact.value, fact.raw));
        }
        if let Some(variable) = self.file.iter().rev().find(|variable| variable.key == name) {
            return Some((&variable.value, variable.raw));
        }
        if let Some((_, value)) = self.job.iter().find(|(key, _)| *key == name) {
            return Some((value, true));
        }
        self.known.predefined.get(name).map(|fact| (fact.value.as_str(), fact.raw))
    }

    /// Expands a text, and the values in it.
    pub(crate) fn expand(&self, text: &str, missing: Missing) -> String {
        self.expand_at(text, missing, MAX_DEPTH, &Cell::new(MAX_BYTES))
    }

    /// Values that refer to several others grow with each level, so the whole has a budget.
    fn expand_at(&self, text: &str, missing: Missing, depth: usize, budget: &Cell<usize>) -> String {
        expand(text, missing, &|name| {
            let (value, raw) = self.find(name)?;
            budget.set(budget.get().saturating_sub(value.len() + 1));
            if raw || depth == 0 || budget.get() == 0 || !value.contains(['$', '%']) {
                return Some(Cow::Borrowed(if budget.get() == 0 { "" } else { value }));
            }
            Some(Cow::Owned(self.expand_at(value, Missing::Keep, depth - 1, budget)))
        })
    }

    /// Whether a variable's value must not show.
    pub(crate) fn is_masked(&self, name: &str) -> bool {
        self.known.strong.get(name).is_some_and(|fact| fact.masked)
    }

    /// Replaces values of masked variables in a text for people.
    pub(crate) fn mask(&self, text: &str) -> String {
        self.known
            .strong
            .values()
            .filter(|fact| fact.masked && !fact.value.is_empty())
            .fold(text.to_owned(), |text, fact| text.replace(&fact.value, "[MASKED]"))
    }
}

impl Lookup for Scope<'_> {
    fn variable(&self, name: &str) -> Option<Cow<'_, str>> {
        self.find(name).map(|(value, _)| Cow::Borrowed(value))
    }
}
