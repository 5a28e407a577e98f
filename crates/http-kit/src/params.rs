//! All parameters of a request: path, query and body merged into one tree.

use crate::{nested, percent};
use serde_json::{Map, Value};

/// The parameters by name. What came with the query or a form is text; JSON keeps its types.
#[derive(Clone, Debug, Default)]
pub struct Params {
    pub(crate) tree: Map<String, Value>,
    /// Whose parameters they are, so that reading one can be compared with its description.
    #[cfg(debug_assertions)]
    pub(crate) watched: Option<std::sync::Arc<crate::describe::watch::Watched>>,
}

impl Params {
    /// Adds the pairs of a query or of an urlencoded form.
    pub(crate) fn add_pairs(&mut self, text: &str) -> Result<(), String> {
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            self.add(&plain(key)?, plain(value)?)?;
        }
        Ok(())
    }

    /// Adds one pair, its name still in brackets.
    pub(crate) fn add(&mut self, key: &str, value: String) -> Result<(), String> {
        nested::insert(&mut self.tree, key, value)
    }

    /// Lays the members of a JSON body over what is there.
    pub(crate) fn add_json(&mut self, value: Value) -> Result<(), String> {
        if !clean(&value) {
            return Err("a NUL byte is not allowed in a parameter".to_owned());
        }
        if let Value::Object(members) = value {
            self.tree.extend(members);
        }
        Ok(())
    }

    /// A parameter as it came; `null` counts as absent.
    pub fn get(&self, name: &str) -> Option<&Value> {
        #[cfg(debug_assertions)]
        if let Some(watched) = &self.watched {
            watched.read(name);
        }
        self.tree.get(name).filter(|value| !value.is_null())
    }

    /// A parameter that is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// Every parameter by name, in alphabetical order.
    pub fn all(&self) -> &Map<String, Value> {
        &self.tree
    }

    /// Says the value of a parameter that was not sent, so that links to other pages name it.
    pub fn declare(&mut self, name: &str, value: impl Into<Value>) {
        self.tree.entry(name).or_insert_with(|| value.into());
    }
}

fn plain(text: &str) -> Result<String, String> {
    let text = String::from_utf8(percent::decode(text, true)).map_err(|_| "a parameter is not UTF-8 text")?;
    if text.contains('\0') { Err("a NUL byte is not allowed in a parameter".to_owned()) } else { Ok(text) }
}

fn clean(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.contains('\0'),
        Value::Array(items) => items.iter().all(clean),
        Value::Object(members) => members.iter().all(|(key, value)| !key.contains('\0') && clean(value)),
        _ => true,
    }
}
