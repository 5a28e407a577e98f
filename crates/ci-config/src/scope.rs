//! Which value a variable has while a pipeline is made (CI YAML contract §9, precedence).

use crate::expand::{Missing, expand};
use crate::expr::Lookup;
use crate::facts::{Fact, Facts};
use crate::plan::Variable;
use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
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
    file: &'a [Variable],
    /// `CI_JOB_NAME` and its like.
    job: &'a [(&'static str, String)],
    /// Places of the file's variables in the order of their names, if there are many and one was looked for.
    sorted: OnceCell<Vec<usize>>,
}

/// So many variables are looked through one by one.
const LINEAR: usize = 16;

/// How deep references are followed.
const MAX_DEPTH: usize = 20;
/// Bytes an expansion may come to; beyond, references stay as they are.
const MAX_BYTES: usize = 1 << 20;

/// The variables whose values lead to the text that is being expanded.
struct Way<'w> {
    name: &'w str,
    depth: usize,
    before: Option<&'w Way<'w>>,
}

impl Way<'_> {
    fn has(&self, name: &str) -> bool {
        self.name == name || self.before.is_some_and(|before| before.has(name))
    }
}

impl<'a> Scope<'a> {
    /// No file's variables at all: what includes see.
    pub(crate) fn outside(known: &'a Known<'a>) -> Self {
        Self::new(known, &[], &[])
    }

    pub(crate) fn new(known: &'a Known<'a>, file: &'a [Variable], job: &'a [(&'static str, String)]) -> Self {
        Self { known, file, job, sorted: OnceCell::new() }
    }

    /// The file's variable of a name, the last of several.
    fn of_file(&self, name: &str) -> Option<&'a Variable> {
        if self.file.len() <= LINEAR {
            return self.file.iter().rev().find(|variable| variable.key == name);
        }
        let key = |at: usize| self.file[at].key.as_str();
        let sorted = self.sorted.get_or_init(|| {
            let mut places: Vec<usize> = (0..self.file.len()).collect();
            places.sort_by_key(|&at| key(at));
            places
        });
        let last = sorted.partition_point(|&at| key(at) <= name).checked_sub(1)?;
        Some(&self.file[sorted[last]]).filter(|variable| variable.key == name)
    }

    /// The value and whether its references stay.
    fn find(&self, name: &str) -> Option<(&'a str, bool)> {
        if let Some(fact) = self.known.strong.get(name) {
            return Some((&fact.value, fact.raw));
        }
        if let Some(variable) = self.of_file(name) {
            return Some((&variable.value, variable.raw));
        }
        if let Some((_, value)) = self.job.iter().find(|(key, _)| *key == name) {
            return Some((value, true));
        }
        self.known.predefined.get(name).map(|fact| (fact.value.as_str(), fact.raw))
    }

    /// Expands a text, and the values in it. A value that refers to itself is put in once.
    pub(crate) fn expand(&self, text: &str, missing: Missing) -> String {
        self.expand_at(text, missing, None, &Cell::new(MAX_BYTES))
    }

    /// Values that refer to several others grow with each level, so the whole has a budget.
    fn expand_at(&self, text: &str, missing: Missing, way: Option<&Way<'_>>, budget: &Cell<usize>) -> String {
        expand(text, missing, &|name| {
            if way.is_some_and(|way| way.has(name)) {
                return None;
            }
            let (value, raw) = self.find(name)?;
            budget.set(budget.get().saturating_sub(value.len() + 1));
            let way = Way { name, depth: way.map_or(1, |way| way.depth + 1), before: way };
            if raw || way.depth > MAX_DEPTH || budget.get() == 0 || !value.contains(['$', '%']) {
                return Some(Cow::Borrowed(if budget.get() == 0 { "" } else { value }));
            }
            Some(Cow::Owned(self.expand_at(value, Missing::Keep, Some(&way), budget)))
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
