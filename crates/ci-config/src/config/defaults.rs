//! `default`, the older keywords at the top, and what a job inherits of them.

use super::field::{Field, known_keys};
use super::sub;
use super::variables::Inherited;
use crate::cx::Cx;
use crate::report::At;
use crate::yaml::{Map, Node, Value};

/// Keys of `default`.
pub(super) const KEYS: &[&str] = &[
    "before_script",
    "after_script",
    "hooks",
    "cache",
    "image",
    "services",
    "interruptible",
    "timeout",
    "retry",
    "tags",
    "artifacts",
    "id_tokens",
    "identity",
];
/// Those that may stand at the top as well.
const LEGACY: &[&str] = &["image", "services", "cache", "before_script", "after_script"];

/// The values jobs take when they have none of their own.
pub(super) struct Defaults<'m> {
    block: Option<&'m Map>,
    root: &'m Map,
}

impl<'m> Defaults<'m> {
    /// Reads and checks both places once; jobs then read them without repeating the errors.
    pub(super) fn read(cx: &Cx<'_>, root: &'m Map, block: Option<&'m Node>) -> Self {
        let at = At::root("default");
        let block = block.and_then(|node| {
            let map = node.as_map();
            if map.is_none() {
                cx.report.entry(&at, node.span, "config", "should be a hash");
            }
            map.map(AsRef::as_ref)
        });
        if let Some(map) = block {
            known_keys(&cx.report, &at, map, KEYS);
            check(cx, &at, map, KEYS);
            for key in LEGACY {
                if map.has(key) && root.get(key).is_some_and(|node| !node.is_null()) {
                    let span = root.get(key).map(|node| node.span).unwrap_or_default();
                    let text = format!("default config key {key} is already defined in `default:`");
                    cx.report.plain(Some(&at.child(key)), Some(span), format!("{key} {text}").to_lowercase());
                }
            }
        }
        for key in LEGACY {
            if let Some(node) = root.get(key).filter(|node| !node.is_null()) {
                let at = At::root(key);
                let field = Field { report: &cx.report, at, attribute: "config", node };
                check_one(key, &field);
            }
        }
        Self { block, root }
    }

    /// The value a job inherits for a key it does not have.
    pub(super) fn get(&self, key: &str) -> Option<&'m Node> {
        let own = self.block.and_then(|map| map.get(key));
        own.or_else(|| if LEGACY.contains(&key) { self.root.get(key) } else { None }).filter(|node| !node.is_null())
    }
}

fn check(cx: &Cx<'_>, at: &At<'_>, map: &Map, keys: &[&str]) {
    for key in keys {
        if let Some(field) = sub(cx, at, map, key) {
            check_one(key, &field);
        }
    }
}

/// Reads one default value for its errors.
fn check_one(key: &str, field: &Field<'_>) {
    let mut scratch = crate::plan::JobPlan::default();
    super::job::inheritable(key, field, &mut scratch);
}

/// `inherit` of a job.
#[derive(Default)]
pub(super) struct Inherit {
    default: DefaultKeys,
    pub(super) variables: Inherited,
}

#[derive(Default)]
enum DefaultKeys {
    #[default]
    All,
    Nothing,
    Only(Vec<String>),
}

impl Inherit {
    pub(super) fn read(field: &Field<'_>) -> Self {
        let Some(map) = field.map() else { return Self::default() };
        known_keys(field.report, &field.at, map, &["default", "variables"]);
        let part = |key: &'static str| super::field::entry(field.report, &field.at, map, key);
        Self {
            default: part("default").map(|own| default_keys(&own)).unwrap_or_default(),
            variables: part("variables").map(|own| Inherited::read(&own)).unwrap_or_default(),
        }
    }

    pub(super) fn takes(&self, key: &str) -> bool {
        match &self.default {
            DefaultKeys::All => true,
            DefaultKeys::Nothing => false,
            DefaultKeys::Only(keys) => keys.iter().any(|own| own == key),
        }
    }
}

fn default_keys(field: &Field<'_>) -> DefaultKeys {
    match &field.node.value {
        Value::Bool(true) => DefaultKeys::All,
        Value::Bool(false) => DefaultKeys::Nothing,
        Value::Seq(_) => {
            let keys = field.strings().unwrap_or_default();
            let unknown: Vec<&str> = keys.iter().map(String::as_str).filter(|key| !KEYS.contains(key)).collect();
            if let Some(first) = unknown.first() {
                let hint = crate::report::nearest(first, KEYS);
                field.fail_with(&format!("contains unknown values: {}", unknown.join(", ")), hint);
            }
            DefaultKeys::Only(keys)
        }
        _ => {
            Field { attribute: "", ..*field }.fail("should be a bool or array of strings");
            DefaultKeys::All
        }
    }
}
