//! `only` and `except`, the older way to say when a job runs (CI YAML contract §6).

use super::field::{Field, attribute, known_keys};
use crate::cx::Cx;
use crate::expr::{Expr, Pattern, is_slashed};
use crate::yaml::{Map, Node, Value};
use std::rc::Rc;

/// One of the two.
#[derive(Clone, Debug, Default)]
pub(crate) struct Policy {
    pub(crate) refs: Option<Vec<RefTest>>,
    pub(crate) variables: Option<Vec<Rc<Expr>>>,
    pub(crate) changes: Option<Vec<String>>,
    /// `kubernetes: active`: no cluster is ever active here.
    pub(crate) kubernetes: bool,
}

/// One of `refs`.
#[derive(Clone, Debug)]
pub(crate) enum RefTest {
    /// A keyword or a ref's name, perhaps with `@group/project`.
    Word { word: String, project: Option<String> },
    /// `/regex/`, perhaps with `@group/project`.
    Pattern { pattern: Rc<Pattern>, project: Option<String> },
}

const REFS: &str = "should be an array of strings or regular expressions using re2 syntax";

/// Reads a list of refs or the map form.
pub(super) fn policy(cx: &Cx<'_>, field: &Field<'_>) -> Option<Policy> {
    match &field.node.value {
        Value::Seq(items) => Some(Policy { refs: Some(refs(field, items)?), ..Policy::default() }),
        Value::Map(map) => complex(cx, field, map),
        _ => {
            Field { attribute: "", ..*field }.fail("has to be either an array of conditions or a hash");
            None
        }
    }
}

fn refs(field: &Field<'_>, items: &[Node]) -> Option<Vec<RefTest>> {
    let tests: Option<Vec<RefTest>> = items.iter().map(|item| item.as_str().and_then(ref_test)).collect();
    if tests.is_none() {
        field.fail(REFS);
    }
    tests
}

fn ref_test(text: &str) -> Option<RefTest> {
    let (body, project) = match text.rsplit_once('@') {
        // An `@` inside a pattern is the pattern's.
        Some((body, project)) if !text.starts_with('/') || is_slashed(body) => (body, Some(project.to_owned())),
        _ => (text, None),
    };
    if is_slashed(body) {
        let pattern = Rc::new(Pattern::slashed(body).ok()?);
        return Some(RefTest::Pattern { pattern, project });
    }
    Some(RefTest::Word { word: body.to_owned(), project })
}

fn complex(cx: &Cx<'_>, field: &Field<'_>, map: &Map) -> Option<Policy> {
    let (report, at) = (field.report, &field.at);
    if map.is_empty() {
        field.fail("can't be blank");
        return None;
    }
    known_keys(report, at, map, &["refs", "kubernetes", "variables", "changes"]);
    let part = |key: &'static str| attribute(report, at, map, key);
    let refs = part("refs").and_then(|own| match own.node.as_seq() {
        Some(items) => refs(&own, items),
        None => {
            own.fail(REFS);
            None
        }
    });
    let kubernetes = part("kubernetes").is_some_and(|own| match own.node.as_str() {
        Some("active") => true,
        other => {
            own.fail(&format!("unknown value: {}", other.unwrap_or("")));
            false
        }
    });
    Some(Policy {
        refs,
        variables: part("variables").and_then(|own| variables(cx, &own)),
        changes: part("changes").and_then(|own| own.strings()),
        kubernetes,
    })
}

fn variables(cx: &Cx<'_>, field: &Field<'_>) -> Option<Vec<Rc<Expr>>> {
    let mut list = Vec::new();
    for text in field.strings()? {
        match cx.expr(&text) {
            Ok(expr) => list.push(expr),
            Err(why) => {
                field.fail_with("invalid expression syntax", Some(why));
                return None;
            }
        }
    }
    Some(list)
}
