//! `extends`: parents merged left to right, then the job on top (CI YAML contract §4).

use crate::merge;
use crate::report::{At, Report};
use crate::yaml::{Key, Map, Node, Value};
use std::collections::HashMap;
use std::rc::Rc;

/// Parents of parents.
const MAX_LEVELS: usize = 10;
const TOO_DEEP: &str = "nesting too deep in `extends` (maximum is 10)";

/// Merges every job with what it extends. Errors are reported; broken jobs stay as written.
pub(crate) fn apply(report: &Report, root: &Rc<Map>) -> Rc<Map> {
    if !root.iter().any(|(_, node)| node.get("extends").is_some()) {
        return root.clone();
    }
    let mut work = Extender { report, root, done: HashMap::new() };
    let mut merged = (**root).clone();
    for (key, node) in root.iter() {
        if let Some(extends) = node.get("extends") {
            let mut path = vec![key.text.as_ref()];
            if let Some((result, _)) = work.job(key, node, extends, &mut path) {
                merged.set(key.clone(), result);
            }
        }
    }
    Rc::new(merged)
}

struct Extender<'r> {
    report: &'r Report,
    root: &'r Map,
    /// Merged jobs with how many parents are above them.
    done: HashMap<Rc<str>, Option<(Node, usize)>>,
}

impl<'r> Extender<'r> {
    fn job(
        &mut self,
        key: &'r Key,
        node: &'r Node,
        extends: &'r Node,
        path: &mut Vec<&'r str>,
    ) -> Option<(Node, usize)> {
        if let Some(done) = self.done.get(&key.text) {
            return done.clone();
        }
        let result = self.merged(key, node, extends, path);
        self.done.insert(key.text.clone(), result.clone());
        result
    }

    fn merged(
        &mut self,
        key: &'r Key,
        node: &'r Node,
        extends: &'r Node,
        path: &mut Vec<&'r str>,
    ) -> Option<(Node, usize)> {
        let mut merged: Option<Node> = None;
        let mut above = 0;
        for (parent_key, parent) in self.parents(key, extends)? {
            if path.contains(&parent_key.text.as_ref()) {
                return self.fail(key, extends, "circular dependency detected in `extends`");
            }
            let (base, levels) = match parent.get("extends") {
                None => (parent.clone(), 0),
                // Far beyond the limit: the walk itself must end.
                Some(_) if path.len() > 2 * MAX_LEVELS => return self.fail(key, extends, TOO_DEEP),
                Some(grand) => {
                    path.push(parent_key.text.as_ref());
                    let base = self.job(parent_key, parent, grand, path);
                    path.pop();
                    base?
                }
            };
            above = above.max(levels + 1);
            merged = Some(merged.map_or_else(|| base.clone(), |below| merge::deep(&below, &base)));
        }
        if above > MAX_LEVELS {
            return self.fail(key, extends, TOO_DEEP);
        }
        Some((merged.map_or_else(|| node.clone(), |below| merge::deep(&below, node)), above))
    }

    fn fail<T>(&self, key: &Key, extends: &Node, text: &str) -> Option<T> {
        let root = At::root("jobs");
        let at = root.child(&key.text);
        self.report.plain(Some(&at), Some(extends.span), format!("{}: {text}", key.text));
        None
    }

    /// The named parents that exist and are maps; all others are one error each kind.
    fn parents(&self, key: &Key, extends: &'r Node) -> Option<Vec<(&'r Key, &'r Node)>> {
        let names: Vec<&Node> = match &extends.value {
            Value::Str(_) => vec![extends],
            Value::Seq(items) => items.iter().collect(),
            // The job's own validation says what is wrong with the type.
            _ => return None,
        };
        let mut unknown = Vec::new();
        let mut invalid = Vec::new();
        let mut found = Vec::new();
        for name in names {
            let name = name.as_str()?;
            match self.root.entry(name) {
                None => unknown.push(name),
                Some((_, node)) if node.as_map().is_none() => invalid.push(name),
                Some((key, node)) => found.push((key, node)),
            }
        }
        let root = At::root("jobs");
        let at = root.child(&key.text);
        if let Some(first) = unknown.first() {
            if self.report.is_full() {
                return None;
            }
            let hint = self.report.near(first, || self.root.iter().map(|(key, _)| key.text.as_ref()).collect());
            let message = format!("{}: unknown keys in `extends` ({})", key.text, unknown.join(", "));
            self.report.plain_with(Some(&at), Some(extends.span), message, hint);
            return None;
        }
        if !invalid.is_empty() {
            let message = format!("{}: invalid base hashes in `extends` ({})", key.text, invalid.join(", "));
            self.report.plain(Some(&at), Some(extends.span), message);
            return None;
        }
        Some(found)
    }
}
