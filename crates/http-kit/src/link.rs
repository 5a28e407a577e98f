//! Addresses of other pages of a list.

use crate::{Params, percent};
use serde_json::Value;

/// Secrets that came as parameters; they are never echoed.
const SECRET: [&str; 6] = ["private_token", "access_token", "bearer_token", "job_token", "token", "sudo"];

/// `address?query`, the query being every parameter in alphabetical order with some replaced.
pub(crate) fn address(address: &str, params: &Params, replaced: &[(&str, &str)]) -> String {
    let mut all: Vec<(&str, Option<&Value>, &str)> = Vec::new();
    for (name, value) in params.all() {
        if !SECRET.contains(&name.as_str()) && !replaced.iter().any(|(other, _)| other == name) {
            all.push((name, Some(value), ""));
        }
    }
    all.extend(replaced.iter().map(|(name, value)| (*name, None, *value)));
    all.sort_by_key(|(name, ..)| *name);
    let mut out = String::with_capacity(address.len() + 96);
    out.push_str(address);
    let mut query = Query { separator: '?', out };
    for (name, value, text) in all {
        match value {
            Some(value) => query.value(name, value),
            None => query.pair(name, text),
        }
    }
    query.out
}

struct Query {
    separator: char,
    out: String,
}

impl Query {
    fn pair(&mut self, name: &str, value: &str) {
        self.out.push(std::mem::replace(&mut self.separator, '&'));
        percent::encode(name, &mut self.out);
        self.out.push('=');
        percent::encode(value, &mut self.out);
    }

    fn value(&mut self, name: &str, value: &Value) {
        match value {
            Value::Null => {}
            Value::String(text) => self.pair(name, text),
            Value::Bool(_) | Value::Number(_) => self.pair(name, &value.to_string()),
            Value::Array(items) => {
                let name = format!("{name}[]");
                for item in items {
                    self.value(&name, item);
                }
            }
            Value::Object(members) => {
                for (key, value) in members {
                    self.value(&format!("{name}[{key}]"), value);
                }
            }
        }
    }
}
