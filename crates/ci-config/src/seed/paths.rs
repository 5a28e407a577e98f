//! `changes` and `exists`: questions about paths, each asked once (CI YAML contract §6).

use crate::config::rules::{ChangesRule, ExistsRule};
use crate::expand::Missing;
use crate::facts::{Changes, Exists, Files};
use crate::glob::{Glob, Steps, is_pattern};
use crate::scope::Scope;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Beyond this many comparisons the answer is yes.
const MAX_CHECKS: usize = 50_000;
/// Steps of all comparisons of one pipeline together; beyond them the answer is yes as well.
const MAX_STEPS: usize = 200_000_000;

type Answer = Result<Option<Rc<Vec<String>>>, String>;

/// Answers, kept for the next rule that asks.
pub(crate) struct Paths<'a> {
    files: &'a dyn Files,
    changed: RefCell<HashMap<Changes, Answer>>,
    trees: RefCell<HashMap<Exists, Answer>>,
    /// By the list's address and the pattern: whether a path of the list matches.
    matched: RefCell<HashMap<(*const Vec<String>, String), bool>>,
    steps: Steps,
}

impl<'a> Paths<'a> {
    pub(crate) fn new(files: &'a dyn Files) -> Self {
        Self {
            files,
            changed: RefCell::default(),
            trees: RefCell::default(),
            matched: RefCell::default(),
            steps: Steps::new(MAX_STEPS),
        }
    }

    /// Whether one of the paths matches; asked once for each pattern. The lists live as long as this does.
    fn any(&self, paths: &Rc<Vec<String>>, pattern: &str) -> bool {
        let question = (Rc::as_ptr(paths), pattern.to_owned());
        if let Some(known) = self.matched.borrow().get(&question) {
            return *known;
        }
        let glob = Glob::new(pattern);
        let found = paths.iter().any(|path| glob.matches(path, &self.steps));
        self.matched.borrow_mut().insert(question, found);
        found
    }

    /// Whether a changed path matches. Without a known range everything counts as changed (trap 25).
    pub(crate) fn changed(&self, rule: &ChangesRule, scope: &Scope<'_>) -> Result<bool, String> {
        let question =
            rule.compare_to.as_ref().map_or(Changes::Range, |to| Changes::To(scope.expand(to, Missing::Keep)));
        let known = self.changed.borrow().get(&question).cloned();
        let answer = known.unwrap_or_else(|| {
            let answer = self.files.changed_paths(&question).map(|list| list.map(Rc::new)).map_err(|error| error.0);
            self.changed.borrow_mut().insert(question, answer.clone());
            answer
        })?;
        let Some(paths) = answer else { return Ok(true) };
        if paths.len() * rule.paths.len() > MAX_CHECKS {
            return Ok(true);
        }
        Ok(rule.paths.iter().any(|pattern| self.any(&paths, &scope.expand(pattern, Missing::Keep))))
    }

    /// Whether a path of the tree matches.
    pub(crate) fn exist(&self, rule: &ExistsRule, scope: &Scope<'_>) -> Result<bool, String> {
        let question = match &rule.project {
            None => Exists::Here,
            Some(project) => Exists::In {
                project: scope.expand(project, Missing::Keep),
                ref_name: rule.ref_name.as_ref().map(|name| scope.expand(name, Missing::Keep)),
            },
        };
        let known = self.trees.borrow().get(&question).cloned();
        let answer = known.unwrap_or_else(|| {
            let answer = self.files.paths(&question).map(|list| Some(Rc::new(list))).map_err(|error| error.0);
            self.trees.borrow_mut().insert(question, answer.clone());
            answer
        })?;
        let Some(paths) = answer else { return Ok(true) };
        let wanted: Vec<String> = rule.paths.iter().map(|path| scope.expand(path, Missing::Keep)).collect();
        let (patterns, exact): (Vec<&String>, Vec<&String>) = wanted.iter().partition(|path| is_pattern(path));
        if exact.iter().any(|wanted| is_there(&paths, wanted)) {
            return Ok(true);
        }
        if paths.len() * patterns.len() > MAX_CHECKS {
            return Ok(true);
        }
        Ok(patterns.into_iter().any(|pattern| self.any(&paths, pattern)))
    }
}

/// An exact path, or a folder when it ends with a slash.
fn is_there(paths: &[String], wanted: &str) -> bool {
    if wanted.ends_with('/') {
        return paths.iter().any(|path| path.starts_with(wanted));
    }
    paths.iter().any(|path| path == wanted)
}
