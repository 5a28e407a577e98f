//! Typed readings of a value, each with GitLab's sentence for the wrong type.

use crate::report::{At, Report, nearest};
use crate::yaml::{Map, Node, Span, Value};

/// A value and what its errors are about.
#[derive(Clone, Copy)]
pub(crate) struct Field<'a> {
    pub(crate) report: &'a Report,
    /// The location in front of the message.
    pub(crate) at: At<'a>,
    /// `config` for entries, the attribute's name for attributes.
    pub(crate) attribute: &'a str,
    pub(crate) node: &'a Node,
}

/// An attribute of an entry: `jobs:rspec:artifacts name …`. Nothing for a missing or null key.
pub(crate) fn attribute<'a>(report: &'a Report, at: &'a At<'a>, map: &'a Map, key: &'a str) -> Option<Field<'a>> {
    let node = map.get(key).filter(|node| !node.is_null())?;
    Some(Field { report, at: *at, attribute: key, node })
}

/// An entry of its own: `jobs:rspec:artifacts:paths config …`.
pub(crate) fn entry<'a>(report: &'a Report, at: &'a At<'a>, map: &'a Map, key: &'a str) -> Option<Field<'a>> {
    let node = map.get(key).filter(|node| !node.is_null())?;
    Some(Field { report, at: at.child(key), attribute: "config", node })
}

impl<'a> Field<'a> {
    pub(crate) fn fail(&self, text: &str) {
        self.report.entry(&self.at, self.node.span, self.attribute, text);
    }

    pub(crate) fn fail_with(&self, text: &str, suggestion: Option<String>) {
        self.report.entry_with(&self.at, self.node.span, self.attribute, text, suggestion);
    }

    fn or_fail<T>(&self, value: Option<T>, text: &str) -> Option<T> {
        if value.is_none() {
            self.fail(text);
        }
        value
    }

    pub(crate) fn string(&self) -> Option<String> {
        self.or_fail(self.node.as_str().map(str::to_owned), "should be a string")
    }

    pub(crate) fn boolean(&self) -> Option<bool> {
        self.or_fail(self.node.as_bool(), "should be a boolean value")
    }

    pub(crate) fn map(&self) -> Option<&'a Map> {
        self.or_fail(self.node.as_map().map(AsRef::as_ref), "should be a hash")
    }

    pub(crate) fn strings(&self) -> Option<Vec<String>> {
        self.or_fail(texts(self.node), "should be an array of strings")
    }

    pub(crate) fn strings_or_string(&self) -> Option<Vec<String>> {
        let list = match &self.node.value {
            Value::Str(text) | Value::Symbol(text) => Some(vec![text.to_string()]),
            _ => texts(self.node),
        };
        self.or_fail(list, "should be an array of strings or a string")
    }

    /// One of a few words.
    pub(crate) fn word(&self, words: &[&str], text: &str) -> Option<String> {
        let value = self.node.as_str().filter(|value| words.contains(value));
        if value.is_none() {
            self.fail_with(text, self.node.as_str().and_then(|written| nearest(written, words)));
        }
        value.map(str::to_owned)
    }

    /// The words as a list in the message: `should be one of: a, b`.
    pub(crate) fn one_of(&self, words: &[&str]) -> Option<String> {
        self.word(words, &format!("should be one of: {}", words.join(", ")))
    }

    /// Seconds of a duration; integers are refused as GitLab does.
    pub(crate) fn duration(&self) -> Option<i64> {
        self.or_fail(self.node.as_str().and_then(crate::duration::parse), "should be a duration")
    }

    /// The same with an upper bound in seconds.
    pub(crate) fn duration_up_to(&self, limit: i64) -> Option<i64> {
        let seconds = self.duration()?;
        if seconds > limit {
            self.fail("should not exceed the limit");
            return None;
        }
        Some(seconds)
    }

    /// A duration or `never`, kept as written.
    pub(crate) fn expiry(&self) -> Option<String> {
        let text = self.node.as_str().filter(|text| crate::duration::parse_or_never(text).is_some());
        self.or_fail(text.map(str::to_owned), "should be a duration")
    }

    pub(crate) fn integers(&self) -> Option<Vec<i64>> {
        let list = match &self.node.value {
            Value::Int(value) => Some(vec![*value]),
            Value::Seq(items) => items.iter().map(Node::as_int).collect(),
            _ => None,
        };
        self.or_fail(list, "should be an array of integers or an integer")
    }

    /// A script: one text or lists of texts in lists, flattened.
    pub(crate) fn script(&self) -> Option<Vec<String>> {
        let mut lines = Vec::new();
        let good = match &self.node.value {
            Value::Str(text) => {
                lines.push(text.to_string());
                true
            }
            Value::Seq(items) => flatten_texts(items, 1, &mut lines),
            _ => false,
        };
        let text = "should be a string or a nested array of strings up to 10 levels deep";
        if !good {
            self.report.entry_with(&self.at, self.culprit(), self.attribute, text, self.script_hint());
        }
        good.then_some(lines)
    }

    /// The item that is no text, to point at it instead of the whole list.
    fn culprit(&self) -> Span {
        let wrong = |node: &&Node| !matches!(node.value, Value::Str(_) | Value::Symbol(_) | Value::Seq(_));
        self.node.as_seq().and_then(|items| items.iter().find(wrong)).map_or(self.node.span, |node| node.span)
    }

    /// `- echo: hello` is a map: the commonest mistake in scripts.
    fn script_hint(&self) -> Option<String> {
        let has_map = self.node.as_seq()?.iter().any(|item| item.as_map().is_some());
        has_map.then(|| "a line with \": \" must be quoted".to_owned())
    }
}

/// Levels of lists in lists.
pub(crate) const MAX_NESTING: usize = 10;

/// Adds every text of nested lists. False at anything that is neither, and past ten levels.
pub(crate) fn flatten_texts(items: &[Node], level: usize, out: &mut Vec<String>) -> bool {
    level <= MAX_NESTING
        && items.iter().all(|item| match &item.value {
            Value::Str(text) | Value::Symbol(text) => {
                out.push(text.to_string());
                true
            }
            Value::Seq(inner) => flatten_texts(inner, level + 1, out),
            _ => false,
        })
}

fn texts(node: &Node) -> Option<Vec<String>> {
    node.as_seq()?
        .iter()
        .map(|item| match &item.value {
            Value::Str(text) | Value::Symbol(text) => Some(text.to_string()),
            _ => None,
        })
        .collect()
}

/// Unknown keys of one map for which a better one is looked for.
const MAX_HINTS: usize = 20;

/// Refuses keys that are not among the allowed ones, with a suggestion for the first.
pub(crate) fn known_keys(report: &Report, at: &At<'_>, map: &Map, allowed: &[&str]) -> bool {
    let unknown: Vec<_> = map.iter().filter(|(key, _)| !allowed.contains(&key.text.as_ref())).collect();
    let Some((first, _)) = unknown.first() else { return true };
    let names: Vec<&str> = unknown.iter().map(|(key, _)| key.text.as_ref()).collect();
    let text = format!("contains unknown keys: {}", names.join(", "));
    let suggestion =
        names.iter().take(MAX_HINTS).find_map(|name| nearest(name, allowed).or_else(|| home(name, allowed)));
    report.entry_with(at, first.span, "config", &text, suggestion);
    false
}

/// Keys that are often written one level too high, and where they belong.
const HOMES: &[(&str, &str)] = &[
    ("paths", "artifacts"),
    ("exclude", "artifacts"),
    ("expire_in", "artifacts"),
    ("expose_as", "artifacts"),
    ("reports", "artifacts"),
    ("untracked", "artifacts"),
    ("junit", "reports"),
    ("dotenv", "reports"),
    ("coverage_report", "reports"),
    ("key", "cache"),
    ("policy", "cache"),
    ("fallback_keys", "cache"),
    ("url", "environment"),
    ("on_stop", "environment"),
    ("auto_stop_in", "environment"),
    ("deployment_tier", "environment"),
    ("entrypoint", "image"),
    ("pull_policy", "image"),
    ("if", "rules"),
    ("changes", "rules"),
    ("exists", "rules"),
    ("matrix", "parallel"),
    ("max", "retry"),
    ("exit_codes", "allow_failure"),
    ("include", "trigger"),
    ("project", "trigger"),
    ("branch", "trigger"),
    ("strategy", "trigger"),
    ("forward", "trigger"),
    ("tag_name", "release"),
    ("path_prefix", "pages"),
    ("pre_get_sources_script", "hooks"),
];

/// `belongs under "artifacts"`, when that key can stand here.
fn home(name: &str, allowed: &[&str]) -> Option<String> {
    let (_, home) = HOMES.iter().find(|(key, home)| *key == name && allowed.contains(home))?;
    Some(format!("`{name}` belongs under \"{home}\""))
}
