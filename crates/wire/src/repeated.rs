//! What one answer shows many times.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use std::borrow::Cow;

/// A value that an answer shows in several places: written as JSON once, copied after that.
#[derive(Debug, Clone)]
pub struct Repeated<T> {
    value: T,
    json: Option<Box<RawValue>>,
}

impl<T: Serialize> Repeated<T> {
    /// Shown in several places, or `once` in one, where writing it beforehand would gain nothing.
    pub fn new(value: T, once: bool) -> Self {
        let json = if once { None } else { to_raw_value(&value).ok() };
        Self { value, json }
    }
}

impl<T> std::ops::Deref for Repeated<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Serialize> Serialize for Repeated<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.json {
            Some(json) => json.serialize(serializer),
            None => self.value.serialize(serializer),
        }
    }
}

impl<T: JsonSchema> JsonSchema for Repeated<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::Repeated;

    #[test]
    fn it_looks_the_same_either_way() {
        let values = ["a \"quoted\" word", "two\nlines"];
        let shown = [true, false].map(|once| Repeated::new(values, once));
        let plain = serde_json::to_string(&[values, values]).unwrap();
        assert_eq!(serde_json::to_string(&shown).unwrap(), plain);
        assert_eq!(serde_json::to_value(&shown).unwrap(), serde_json::json!([values, values]));
    }
}
