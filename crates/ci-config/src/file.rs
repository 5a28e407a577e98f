//! One file: its documents, its header, its inputs.

use crate::cx::Cx;
use crate::facts::{Fetched, SourceFile};
use crate::inputs::{self, Given};
use crate::report::At;
use crate::scope::Scope;
use crate::yaml::{self, Loaded, Map, Node, Span};
use std::collections::BTreeMap;
use std::rc::Rc;

/// A header and a body.
const MAX_DOCUMENTS: usize = 2;

/// Reads the root file. `None` after an error, which is reported.
pub(crate) fn read_root(cx: &Cx<'_>, source: &SourceFile, scope: &Scope<'_>) -> Option<Rc<Map>> {
    let file = cx.report.add_file(&source.path, None);
    let start = Span { file, line: 0, column: 0 };
    if source.text.trim().is_empty() {
        cx.report.plain(None, Some(start), "Please provide content of .gitlab-ci.yml");
        return None;
    }
    let documents = match yaml::load(&source.text, file) {
        Ok(loaded) => documents(cx, loaded),
        Err(error) => {
            let span = Span { file, line: error.line, column: error.column };
            cx.report.plain_with(None, Some(span), error.message, error.suggestion);
            return None;
        }
    };
    let given = Given { inputs: &cx.facts.inputs, component: &BTreeMap::new(), from: None, path: &source.path };
    body(cx, documents, start, "Invalid configuration format", &given, scope)
}

/// Reads an included file with the inputs given to it.
pub(crate) fn read_included(
    cx: &Cx<'_>,
    fetched: &Fetched,
    inputs: &BTreeMap<String, serde_json::Value>,
    from: Span,
    scope: &Scope<'_>,
) -> Option<Rc<Map>> {
    let file = cx.report.add_file(&fetched.path, Some(from));
    let invalid = format!("Included file `{}` does not have valid YAML syntax!", fetched.path);
    let documents = match yaml::load(&fetched.text, file) {
        Ok(loaded) => documents(cx, loaded),
        Err(error) => {
            let why =
                error.suggestion.map_or_else(|| error.message.clone(), |hint| format!("{}: {hint}", error.message));
            let span = Span { file, line: error.line, column: error.column };
            cx.report.plain_with(Some(&At::root("include")), Some(span), invalid, Some(why));
            return None;
        }
    };
    let given = Given { inputs, component: &fetched.component, from: Some(from), path: &fetched.path };
    body(cx, documents, Span { file, line: 0, column: 0 }, &invalid, &given, scope)
}

/// The documents, with a warning for each key that hides an earlier one.
fn documents(cx: &Cx<'_>, loaded: Loaded) -> Vec<Node> {
    for key in &loaded.twice {
        let message = format!("`{}` is written twice in one place: only the last one counts", key.text);
        cx.report.warn(None, Some(key.span), message);
    }
    loaded.documents
}

/// The body of one or two documents with its inputs in place; the first of two is the header.
fn body(
    cx: &Cx<'_>,
    documents: Vec<Node>,
    start: Span,
    invalid: &str,
    given: &Given<'_>,
    scope: &Scope<'_>,
) -> Option<Rc<Map>> {
    let mut documents: Vec<Node> = documents.into_iter().filter(|node| !node.is_null()).collect();
    if let Some(third) = documents.get(MAX_DOCUMENTS) {
        cx.report.plain(None, Some(third.span), "The parsed YAML has too many documents");
        return None;
    }
    let has_header = documents.len() == 2 && documents[0].as_map().is_some_and(|map| map.has("spec"));
    let header = has_header.then(|| documents.remove(0));
    let node = documents.into_iter().next().unwrap_or_else(|| Node::null(start));
    if node.as_map().is_none() {
        let span = if node.is_null() { start } else { node.span };
        cx.report.plain(None, Some(span), invalid);
        return None;
    }
    let node = inputs::apply(cx, header.as_ref(), node, given, scope)?;
    node.as_map().cloned()
}
