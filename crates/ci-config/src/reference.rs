//! `!reference [job, key, …]`: a value taken from elsewhere in the merged configuration.

use crate::report::Report;
use crate::yaml::{Map, Node, Span, Value};
use std::rc::Rc;

/// Levels of nesting and of references within references; beyond is a mistake or an attack.
const MAX_DEPTH: usize = 200;
/// Values visited in all, those behind references counted each time.
const MAX_VISITS: usize = 1_000_000;

/// Resolves every reference. `None` after an error, which is reported.
pub(crate) fn resolve(report: &Report, root: &Rc<Map>) -> Option<Rc<Map>> {
    let mut resolver = Resolver { root, chain: Vec::new(), visits: 0 };
    match resolver.map(root, 0) {
        Ok(None) => Some(root.clone()),
        Ok(Some(map)) => Some(Rc::new(map)),
        Err(problem) => {
            report.plain_with(None, Some(problem.span), problem.message, problem.suggestion);
            None
        }
    }
}

/// A text counts as one more value for each so many bytes.
const LONG_TEXT: usize = 64;

struct Problem {
    span: Span,
    message: String,
    suggestion: Option<String>,
}

type Outcome<T> = Result<T, Problem>;

struct Resolver<'r> {
    root: &'r Rc<Map>,
    /// References being resolved, in Ruby's inspect form.
    chain: Vec<String>,
    visits: usize,
}

impl Resolver<'_> {
    /// A copy with references resolved, or `None` if there are none in it.
    fn node(&mut self, node: &Node, depth: usize) -> Outcome<Option<Node>> {
        self.visits += 1 + node.as_str().map_or(0, str::len) / LONG_TEXT;
        if depth > MAX_DEPTH || self.visits > MAX_VISITS {
            return Err(Problem {
                span: node.span,
                message: "The parsed YAML is too big".to_owned(),
                suggestion: Some("`!reference` tags bring in more than a pipeline can hold".to_owned()),
            });
        }
        match &node.value {
            Value::Map(map) => Ok(self.map(map, depth)?.map(|map| Node::map(map, node.span))),
            Value::Seq(items) => self.seq(items, node.span, depth),
            Value::Reference(path) => self.reference(path, node.span, depth).map(Some),
            _ => Ok(None),
        }
    }

    fn map(&mut self, map: &Map, depth: usize) -> Outcome<Option<Map>> {
        let mut changed: Option<Map> = None;
        for (key, value) in map.iter() {
            if let Some(new) = self.node(value, depth + 1)? {
                changed.get_or_insert_with(|| map.clone()).set(key.clone(), new);
            }
        }
        Ok(changed)
    }

    fn seq(&mut self, items: &[Node], span: Span, depth: usize) -> Outcome<Option<Node>> {
        let mut changed: Option<Vec<Node>> = None;
        for (at, item) in items.iter().enumerate() {
            if let Some(new) = self.node(item, depth + 1)? {
                changed.get_or_insert_with(|| items.to_vec())[at] = new;
            }
        }
        Ok(changed.map(|items| Node::seq(items, span)))
    }

    fn reference(&mut self, path: &[Node], span: Span, depth: usize) -> Outcome<Node> {
        let shown = inspect(path);
        let problem = |text: &str, suggestion: Option<String>| Problem {
            span,
            message: format!("!reference {shown} {text}"),
            suggestion,
        };
        let texts: Option<Vec<&str>> = path.iter().map(Node::as_str).collect();
        let Some(texts) = texts.filter(|texts| !texts.is_empty()) else {
            return Err(problem("is not valid", Some("write a list of keys: [job, key]".to_owned())));
        };
        if self.chain.contains(&shown) {
            return Err(problem("is part of a circular chain", None));
        }
        self.chain.push(shown.clone());
        let found = self.dig(&texts, depth + 1)?;
        let Some(found) = found.filter(|node| !node.is_null()) else {
            let known: Vec<&str> = self.root.iter().map(|(key, _)| key.text.as_ref()).collect();
            let near = (!self.root.has(texts[0])).then(|| crate::report::nearest(texts[0], &known)).flatten();
            return Err(problem("could not be found", near));
        };
        let resolved = self.node(&found, depth + 1)?.unwrap_or(found);
        self.chain.pop();
        Ok(resolved)
    }

    /// Walks the path; a reference on the way is resolved first.
    fn dig(&mut self, texts: &[&str], depth: usize) -> Outcome<Option<Node>> {
        let mut here: Option<Node> = None;
        for text in texts {
            let next = match &here {
                None => self.root.get(text).cloned(),
                Some(node) => node.as_map().and_then(|map| map.get(text).cloned()),
            };
            let Some(next) = next else { return Ok(None) };
            here = Some(match &next.value {
                Value::Reference(path) => self.reference(&path.clone(), next.span, depth + 1)?,
                _ => next,
            });
        }
        Ok(here)
    }
}

/// A list as Ruby's `inspect` prints it: `["job", "key"]`.
fn inspect(path: &[Node]) -> String {
    let items: Vec<String> = path
        .iter()
        .map(|node| match &node.value {
            Value::Str(text) => format!("{text:?}"),
            Value::Null => "nil".to_owned(),
            _ => node.scalar_text().map_or_else(|| node.to_json().to_string(), std::borrow::Cow::into_owned),
        })
        .collect();
    format!("[{}]", items.join(", "))
}
