//! JSON schemas of the wire types.

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;

/// Asks a type for its schema.
pub(super) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// A [`SchemaOf`].
pub(super) fn of<T: JsonSchema>(schemas: &mut SchemaGenerator) -> Schema {
    schemas.subschema_for::<T>()
}

/// Of what is sent: a member that may be left out is not required, one that may be null says so.
pub(super) fn generator() -> SchemaGenerator {
    let mut settings = SchemaSettings::draft2020_12().for_serialize();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    settings.with_transform(Times).into_generator()
}

/// Times are text in the wire types. A member that is one is named so throughout the API: `…_at` and
/// `…_date` are times, but for `expires_at` and `…_on`, which are dates. The tests' callers hold answers to it.
#[derive(Clone, Debug)]
struct Times;

impl Transform for Times {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(Value::Object(properties)) = schema.get_mut("properties") {
            for (name, property) in properties {
                let format = if name == "expires_at" || name.ends_with("_on") {
                    "date"
                } else if name.ends_with("_at") || name.ends_with("_date") {
                    "date-time"
                } else {
                    continue;
                };
                if let Value::Object(property) = property
                    && is_text(property.get("type"))
                {
                    property.entry("format").or_insert_with(|| format.into());
                }
            }
        }
        transform_subschemas(self, schema);
    }
}

fn is_text(kind: Option<&Value>) -> bool {
    match kind {
        Some(Value::String(kind)) => kind == "string",
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "string"),
        _ => false,
    }
}
