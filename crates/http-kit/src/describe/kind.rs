//! What a parameter's value may be.

use serde_json::{Map, Value, json};

/// A kind of value. Everything may come as text too, in a query or a form.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Any text.
    Text,
    /// A whole number.
    Integer,
    /// A whole number from the first to the second.
    Between(i64, i64),
    /// A number, or the URL-encoded path of what is meant.
    IdOrPath,
    /// Yes or no, in any usual spelling.
    Boolean,
    /// A time (RFC 3339) or a date.
    Time,
    /// A date.
    Date,
    /// One of these words.
    Word(&'static [&'static str]),
    /// One of these words or a list of them.
    WordOrWords(&'static [&'static str]),
    /// A list of these words; or one text with commas.
    Words(&'static [&'static str]),
    /// A list of texts; or one text with commas.
    Texts,
    /// A list of numbers.
    Integers,
    /// An object of names and values.
    Object,
    /// A list of objects with these members.
    Items(&'static [Field]),
    /// An object with these members.
    Members(&'static [Field]),
    /// A file in a form.
    File,
    /// Anything.
    Any,
}

/// A member of an object that is a parameter.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// It must be there.
    pub required: bool,
    /// What it means.
    pub about: &'static str,
}

impl Kind {
    /// The JSON schema.
    pub(super) fn schema(self) -> Value {
        match self {
            Self::Text => json!({ "type": "string" }),
            Self::Integer => json!({ "type": "integer", "format": "int64" }),
            Self::Between(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
            Self::IdOrPath => json!({ "anyOf": [{ "type": "integer", "format": "int64" }, { "type": "string" }] }),
            Self::Boolean => json!({ "type": "boolean" }),
            Self::Time => json!({ "type": "string", "format": "date-time" }),
            Self::Date => json!({ "type": "string", "format": "date" }),
            Self::Word(words) => json!({ "type": "string", "enum": words }),
            Self::WordOrWords(words) => {
                let word = json!({ "type": "string", "enum": words });
                json!({ "anyOf": [{ "type": "array", "items": word }, word] })
            }
            Self::Words(words) => json!({ "type": "array", "items": { "type": "string", "enum": words } }),
            Self::Texts => json!({ "type": "array", "items": { "type": "string" } }),
            Self::Integers => json!({ "type": "array", "items": { "type": "integer", "format": "int64" } }),
            Self::Object => json!({ "type": "object", "additionalProperties": true }),
            Self::Items(fields) => json!({ "type": "array", "items": members(fields) }),
            Self::Members(fields) => members(fields),
            Self::File => json!({ "type": "string", "format": "binary" }),
            Self::Any => json!({}),
        }
    }

    /// A list or object, whose name takes brackets in a query.
    pub(super) fn has_parts(self) -> bool {
        matches!(
            self,
            Self::WordOrWords(_)
                | Self::Words(_)
                | Self::Texts
                | Self::Integers
                | Self::Object
                | Self::Items(_)
                | Self::Members(_)
        )
    }
}

fn members(fields: &[Field]) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in fields {
        let mut schema = field.kind.schema();
        schema["description"] = field.about.into();
        properties.insert(field.name.to_owned(), schema);
        if field.required {
            required.push(field.name);
        }
    }
    let mut object = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        object["required"] = json!(required);
    }
    object
}
