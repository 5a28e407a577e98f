//! One file: its documents, its header, its inputs.

use crate::cx::Cx;
use crate::facts::{Fetched, SourceFile};
use crate::report::At;
use crate::scope::Scope;
use crate::yaml::{self, LoadError, Map, Node, Span};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Reads the root file. `None` after an error, which is reported.
pub(crate) fn read_root(cx: &Cx<'_>, source: &SourceFile, scope: &Scope<'_>) -> Option<Rc<Map>> {
    let file = cx.report.add_file(&source.path, None);
    let start = Span { file, line: 0, column: 0 };
    if source.text.trim().is_empty() {
        cx.report.plain(None, Some(start), "Please provide content of .gitlab-ci.yml");
        return None;
    }
    let documents = match yaml::load(&source.text, file) {
        Ok(documents) => documents,
        Err(error) => {
            let span = Span { file, line: error.line, column: error.column };
            cx.report.plain_with(None, Some(span), error.message, error.suggestion);
            return None;
        }
    };
    let _ = scope;
    body(cx, documents, start, "Invalid configuration format")
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
        Ok(documents) => documents,
        Err(LoadError { message, line, column, suggestion }) => {
            let why = suggestion.map_or_else(|| message.clone(), |hint| format!("{message}: {hint}"));
            cx.report.plain_with(Some(&At::root("include")), Some(Span { file, line, column }), invalid, Some(why));
            return None;
        }
    };
    let _ = (inputs, scope);
    body(cx, documents, Span { file, line: 0, column: 0 }, &invalid)
}

/// The body of one or two documents; the first of two is the header.
fn body(cx: &Cx<'_>, documents: Vec<Node>, start: Span, invalid: &str) -> Option<Rc<Map>> {
    let mut documents = documents.into_iter();
    let (first, second) = (documents.next(), documents.next());
    let node = match (first, second) {
        (Some(header), Some(body)) if header.as_map().is_some_and(|map| map.has("spec")) => {
            cx.report.plain(Some(&At::root("spec")), Some(header.span), "spec:inputs cannot be compiled yet");
            body
        }
        (Some(only), _) => only,
        (None, _) => Node::null(start),
    };
    match node.as_map() {
        Some(map) => Some(map.clone()),
        None => {
            let span = if node.is_null() { start } else { node.span };
            cx.report.plain(None, Some(span), invalid);
            None
        }
    }
}
