//! `spec:inputs` and `$[[ … ]]`: a file with parameters (CI YAML contract §5).

mod functions;
mod header;
mod interpolate;
mod json;
mod typed;
mod values;

pub use typed::typed_inputs;

use crate::cx::Cx;
use crate::report::At;
use crate::scope::Scope;
use crate::yaml::{Node, Span};
use std::collections::BTreeMap;

/// What a file is given.
pub(crate) struct Given<'a> {
    pub(crate) inputs: &'a BTreeMap<String, serde_json::Value>,
    /// What is known of the component the file is.
    pub(crate) component: &'a BTreeMap<String, Option<String>>,
    /// The entry that includes the file; `None` = the root file.
    pub(crate) from: Option<Span>,
    /// The file's name in messages.
    pub(crate) path: &'a str,
}

impl Given<'_> {
    /// Messages about an included file begin with its name.
    pub(crate) fn fail(&self, cx: &Cx<'_>, at: &At<'_>, span: Span, message: &str) {
        let message = if self.from.is_some() { format!("`{}`: {message}", self.path) } else { message.to_owned() };
        cx.report.plain(Some(at), Some(span), message);
    }
}

/// Puts the inputs' values into a body. `None` after an error, which is reported.
pub(crate) fn apply(
    cx: &Cx<'_>,
    header: Option<&Node>,
    body: Node,
    given: &Given<'_>,
    scope: &Scope<'_>,
) -> Option<Node> {
    let spec = match header {
        Some(header) => header::read(cx, header, given, scope)?,
        None => header::Spec::default(),
    };
    let values = values::resolve(cx, &spec, given, body.span)?;
    if header.is_none() {
        // Without a header, `$[[` is text like any other.
        return Some(body);
    }
    interpolate::interpolate(cx, &body, &interpolate::Context { values: &values, spec: &spec, given, scope })
}
