//! What every route refuses, and the two envelopes of a refusal (Jobs API contract §1.1).

use super::operation::{Content, Operation};
use crate::Authenticate;
use http::Method;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Statuses that have a component of their own: its name and what it says.
const COMMON: &[(u16, &str, &str)] = &[
    (
        301,
        "Moved",
        "The project has another address since: `Location` is the same by its number, whatever else the address held.",
    ),
    (304, "NotModified", "The answer is the one whose `ETag` the caller sent in `If-None-Match`. No body."),
    (
        400,
        "BadRequest",
        "A parameter is missing or cannot be: under `error`. Or it can be but makes no sense: under `message`.",
    ),
    (
        401,
        "Unauthorized",
        "No credentials where some are needed, or an unknown token: under `message`. A token that expired or was revoked: under `error`.",
    ),
    (403, "Forbidden", "The caller may not: under `message`. The token's scope does not reach: under `error`."),
    (404, "NotFound", "There is no such thing, or the caller may not know of it."),
    (405, "MethodNotAllowed", "The method cannot be used here; or not with an address the project had once."),
    (409, "Conflict", "Something else happens to it at the same time, or stands in the way."),
    (410, "Gone", "It was given up for good."),
    (412, "PreconditionFailed", "It changed since the time the caller named."),
    (413, "TooLarge", "The body is larger than is taken here."),
    (415, "UnsupportedMediaType", "The body is neither JSON nor a form."),
    (416, "RangeNotSatisfiable", "Nothing of the range lies within the file."),
    (422, "Unprocessable", "It is understood and cannot be done."),
    (429, "TooManyRequests", "Asked too often; `Retry-After` says when to come again."),
    (503, "Busy", "Too many repositories are being read just now; `Retry-After` says when to come again."),
];

/// The statuses a route refuses with, each with its own words if it has any.
pub(super) fn statuses(operation: &Operation) -> BTreeMap<u16, Option<String>> {
    let mut found: BTreeMap<u16, Option<String>> = BTreeMap::new();
    let mut add = |status: u16| {
        found.entry(status).or_default();
    };
    add(400);
    if operation.demands.authenticate != Authenticate::Never {
        add(401);
        add(403);
        // An administrator may act as somebody who is not there.
        add(404);
    }
    if operation.template().contains('{') {
        add(404);
    }
    if operation.template().starts_with("/projects/{id}") {
        if operation.method == Method::GET {
            add(301);
        }
        // HEAD goes by what is said of GET, and is refused with the rest.
        add(405);
    }
    if operation.method == Method::GET {
        let has_tag =
            |given: &super::operation::Given| given.status == 200 && matches!(given.content, Content::Json(_));
        if operation.answers.iter().any(has_tag) {
            add(304);
        }
    } else {
        add(413);
        add(415);
    }
    for (status, about) in &operation.refusals {
        let words = found.entry(*status).or_default();
        match words {
            Some(words) => {
                words.push(' ');
                words.push_str(about);
            }
            None => *words = Some(about.clone()),
        }
    }
    found
}

/// The answer of that status: a reference to the common one, or one of its own.
pub(super) fn answer(status: u16, words: Option<&str>) -> Value {
    let Some((_, name, _)) = COMMON.iter().find(|(known, ..)| *known == status) else {
        return whole(status, words.unwrap_or("Refused."));
    };
    let mut reference = json!({ "$ref": format!("#/components/responses/{name}") });
    if let Some(words) = words {
        reference["description"] = words.into();
    }
    reference
}

fn whole(status: u16, words: &str) -> Value {
    if matches!(status, 304 | 416) {
        return json!({ "description": words });
    }
    if status == 301 {
        let text = json!({ "text/plain": { "schema": { "type": "string" } } });
        return json!({ "description": words, "content": text });
    }
    let schema = json!({ "$ref": "#/components/schemas/Refusal" });
    json!({ "description": words, "content": { "application/json": { "schema": schema } } })
}

/// The common answers.
pub(super) fn components() -> Value {
    let answers = COMMON.iter().map(|(status, name, words)| ((*name).to_owned(), whole(*status, words)));
    Value::Object(answers.collect::<Map<_, _>>())
}

/// The two envelopes.
pub(super) fn schemas() -> [(&'static str, Value); 3] {
    let message = json!({
        "type": "object",
        "description": "What a handler, a permission or a look-up refuses.",
        "required": ["message"],
        "properties": { "message": {
            "description": "A sentence; an object of faults by field; or, when asked too often, an object with `error`.",
            "anyOf": [{ "type": "string" }, { "type": "object" }, { "type": "array", "items": { "type": "string" } }],
        } },
    });
    let error = json!({
        "type": "object",
        "description": "What the parameters, the router or a token's own state refuse.",
        "required": ["error"],
        "properties": {
            "error": { "type": "string", "description": "A word or a sentence." },
            "error_description": { "type": "string", "description": "The sentence to a word." },
            "scope": { "type": "string", "description": "Scopes that would do, with spaces between." },
        },
    });
    let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let either = json!({ "anyOf": [reference("RefusalUnderMessage"), reference("RefusalUnderError")] });
    [("Refusal", either), ("RefusalUnderMessage", message), ("RefusalUnderError", error)]
}
