//! Texts from a command line or a form as the values that a file's inputs declare.

use super::{Given, header};
use crate::cx::Cx;
use crate::facts::{Facts, Files, SourceFile};
use crate::scope::{Known, Scope};
use crate::yaml::{self, FileId};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Gives each text the type its input declares: `3` of a number, `true` of a boolean, `[1, 2]` of an array.
///
/// A text that does not fit stays a text, and so does that of an unknown input: compiling then says what
/// is wrong with it. A file whose header cannot be read declares nothing.
pub fn typed_inputs(
    source: &SourceFile,
    facts: &Facts,
    files: &dyn Files,
    given: &BTreeMap<String, String>,
) -> BTreeMap<String, Json> {
    let kinds = if given.is_empty() { BTreeMap::new() } else { kinds(source, facts, files).unwrap_or_default() };
    given
        .iter()
        .map(|(name, text)| (name.clone(), typed(kinds.get(name).map_or("string", String::as_str), text)))
        .collect()
}

fn typed(kind: &str, text: &str) -> Json {
    let read = serde_json::from_str::<Json>(text.trim()).ok();
    let fitting = read.filter(|value| match kind {
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        _ => false,
    });
    fitting.unwrap_or_else(|| Json::String(text.to_owned()))
}

fn kinds(source: &SourceFile, facts: &Facts, files: &dyn Files) -> Option<BTreeMap<String, String>> {
    let cx = Cx::new(facts, files);
    let known = Known::new(facts);
    let header = yaml::load(&source.text, FileId(0)).ok()?.documents.into_iter().next()?;
    let none = BTreeMap::new();
    let given = Given { inputs: &none, component: &BTreeMap::new(), from: None, path: &source.path };
    let spec = cx.report.silently(|| header::read(&cx, &header, &given, &Scope::outside(&known)))?;
    Some(spec.inputs.into_iter().map(|input| (input.name, input.kind)).collect())
}
