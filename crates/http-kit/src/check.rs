//! Typed reading of parameters, with the framework's own words for what is wrong.

use crate::{ApiError, Params};
use pipewright_model::Timestamp;
use serde_json::Value;
use std::str::FromStr;

/// Reads parameters and gathers every fault, so that the caller hears of all at once. Getters answer
/// something harmless where they found a fault; [`Check::done`] then refuses.
pub struct Check<'a> {
    params: &'a Params,
    faults: Vec<String>,
}

impl<'a> Check<'a> {
    /// Begins.
    pub fn new(params: &'a Params) -> Self {
        Self { params, faults: Vec::new() }
    }

    /// Refuses if anything was wrong: 400 with the faults joined under `error`.
    pub fn done(self) -> Result<(), ApiError> {
        if self.faults.is_empty() { Ok(()) } else { Err(ApiError::Params(self.faults.join(", "))) }
    }

    /// Notes a fault of the handler's own finding.
    pub fn fault(&mut self, what: impl Into<String>) {
        self.faults.push(what.into());
    }

    /// A parameter as it came.
    pub fn value(&self, name: &str) -> Option<&'a Value> {
        self.params.get(name)
    }

    /// An id that must be there. One beyond 64 bits becomes the largest there is: nobody has it.
    pub fn id(&mut self, name: &str) -> i64 {
        match self.params.get(name) {
            None => self.missing(name),
            Some(value) => integer(value).unwrap_or_else(|| self.invalid(name)),
        }
    }

    /// A whole number.
    pub fn integer(&mut self, name: &str) -> Option<i64> {
        let value = self.params.get(name).filter(|value| !blank(value))?;
        integer(value).or_else(|| self.invalid(name))
    }

    /// A yes or no, in any usual spelling.
    pub fn boolean(&mut self, name: &str) -> Option<bool> {
        let value = self.params.get(name).filter(|value| !blank(value))?;
        boolean(value).or_else(|| self.invalid(name))
    }

    /// Text; numbers and booleans count as their spelling.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let value = self.params.get(name)?;
        text(value).or_else(|| self.invalid(name))
    }

    /// Text that must be there; it may be empty.
    pub fn required_text(&mut self, name: &str) -> String {
        match self.params.get(name) {
            None => self.missing(name),
            Some(_) => self.text(name).unwrap_or_default(),
        }
    }

    /// One word of a closed list. Empty counts as absent.
    pub fn word<T: FromStr>(&mut self, name: &str) -> Option<T> {
        let value = self.params.get(name).filter(|value| !blank(value))?;
        let word = value.as_str().and_then(|word| word.parse().ok());
        word.or_else(|| self.not_allowed(name))
    }

    /// Texts: a list, or one text cut at its commas.
    pub fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        match self.params.get(name)? {
            Value::Array(items) => {
                let texts = items.iter().map(text).collect::<Option<Vec<_>>>();
                texts.or_else(|| self.invalid(name))
            }
            Value::String(list) => {
                let parts = list.split(',').map(str::trim).filter(|part| !part.is_empty());
                Some(parts.map(ToOwned::to_owned).collect())
            }
            _ => self.invalid(name),
        }
    }

    /// A time (RFC 3339) or a date.
    pub fn time(&mut self, name: &str) -> Option<Timestamp> {
        let value = self.params.get(name).filter(|value| !blank(value))?;
        let time = value.as_str().and_then(Timestamp::parse);
        time.or_else(|| self.invalid(name))
    }

    fn missing<T: Default>(&mut self, name: &str) -> T {
        self.faults.push(format!("{name} is missing"));
        T::default()
    }

    /// Notes `<name> is invalid`.
    pub fn invalid<T: Default>(&mut self, name: &str) -> T {
        self.faults.push(format!("{name} is invalid"));
        T::default()
    }

    /// Notes `<name> does not have a valid value`.
    pub fn not_allowed<T: Default>(&mut self, name: &str) -> T {
        self.faults.push(format!("{name} does not have a valid value"));
        T::default()
    }
}

fn blank(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.trim().is_empty())
}

fn integer(value: &Value) -> Option<i64> {
    if let Some(number) = value.as_i64() {
        return Some(number);
    }
    let text = value.as_str()?.trim();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().unwrap_or(if text.starts_with('-') { i64::MIN } else { i64::MAX }))
}

fn boolean(value: &Value) -> Option<bool> {
    let text = match value {
        Value::Bool(value) => return Some(*value),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_ascii_lowercase(),
        _ => return None,
    };
    match text.as_str() {
        "true" | "1" | "t" | "yes" | "y" | "on" => Some(true),
        "false" | "0" | "f" | "no" | "n" | "off" => Some(false),
        _ => None,
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.contains('\0') => None,
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Check;
    use crate::{ApiError, Params};

    fn params(query: &str) -> Params {
        let mut params = Params::default();
        params.add_pairs(query).expect("a good query");
        params
    }

    #[test]
    fn every_fault_is_told_in_one_sentence() {
        let params = params("job_id=x&force=maybe");
        let mut check = Check::new(&params);
        check.id("job_id");
        check.boolean("force");
        check.required_text("job");
        let Err(ApiError::Params(text)) = check.done() else { panic!("three faults were let through") };
        assert_eq!(text, "job_id is invalid, force is invalid, job is missing");
    }

    #[test]
    fn booleans_in_every_spelling_and_ids_of_any_length() {
        let params = params("a=TRUE&b=0&c=off&d=Yes&e=&id=99999999999999999999");
        let mut check = Check::new(&params);
        let read = ["a", "b", "c", "d", "e"].map(|name| check.boolean(name));
        assert_eq!(read, [Some(true), Some(false), Some(false), Some(true), None]);
        assert_eq!(check.id("id"), i64::MAX, "beyond 64 bits nobody is found, which is no fault of the form");
        assert!(check.done().is_ok());
    }
}
