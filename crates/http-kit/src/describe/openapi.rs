//! The OpenAPI 3.1 document.

use super::operation::{Content, Operation, Parameter, Place};
use super::{Operations, Total, refusals, schemas};
use crate::Authenticate;
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

/// The words at the head of the document.
const ABOUT: &str = "Pipewright answers GitLab's REST API v4 for pipelines, jobs and what belongs to them. \
    Parameters may come in the query, in a form or as JSON; those that are not described are ignored. \
    HEAD is answered wherever GET is. Lists come in pages, with `Link` and `X-…` headers. \
    Every answer carries `X-Request-Id`.";

impl Operations {
    /// The document for a server at that address (`https://…`, without `/api/v4`).
    pub fn openapi(&self, address: &str, version: &str) -> Value {
        let mut generator = schemas::generator();
        let mut paths = Map::new();
        for operation in &self.all {
            let path = paths.entry(operation.path.replace("{*", "{")).or_insert_with(|| json!({}));
            path[operation.method.as_str().to_ascii_lowercase()] = describe(operation, &mut generator);
        }
        let mut shapes = generator.take_definitions(true);
        shapes.extend(refusals::schemas().map(|(name, schema)| (name.to_owned(), schema)));
        let mut tags: Vec<Value> = Vec::new();
        for (name, about) in &self.tags {
            if !tags.iter().any(|tag| tag["name"] == *name) {
                tags.push(json!({ "name": name, "description": about }));
            }
        }
        json!({
            "openapi": "3.1.0",
            "info": { "title": "Pipewright", "version": version, "description": ABOUT },
            "servers": [{ "url": format!("{address}/api/v4") }],
            "tags": tags,
            "paths": paths,
            "components": {
                "securitySchemes": security_schemes(),
                "responses": refusals::components(),
                "schemas": shapes,
            },
        })
    }
}

fn security_schemes() -> Value {
    let key = |name: &str, place: &str, about: &str| json!({ "type": "apiKey", "name": name, "in": place, "description": about });
    json!({
        "PrivateToken": key("PRIVATE-TOKEN", "header", "An access token."),
        "PrivateTokenParameter": key("private_token", "query", "An access token; stronger than the header."),
        "Bearer": {
            "type": "http", "scheme": "bearer",
            "description": "An access token; where job tokens are taken, a running job's token too.",
        },
        "JobToken": key("JOB-TOKEN", "header", "A running job's token."),
        "JobTokenParameter": key("job_token", "query", "A running job's token; stronger than the header."),
        "Sudo": key("Sudo", "header",
            "With an administrator's token of the scope `sudo`: id or name of the user to act as."),
    })
}

fn security(operation: &Operation) -> Value {
    let demands = &operation.demands;
    if demands.authenticate == Authenticate::Never {
        return json!([]);
    }
    let mut ways = vec![
        json!({ "PrivateToken": [] }),
        json!({ "PrivateTokenParameter": [] }),
        json!({ "Bearer": [] }),
        json!({ "PrivateToken": [], "Sudo": [] }),
    ];
    if demands.job_tokens {
        ways.extend([json!({ "JobToken": [] }), json!({ "JobTokenParameter": [] })]);
    }
    let reads = operation.method == http::Method::GET;
    if demands.authenticate == Authenticate::Optional || (demands.authenticate == Authenticate::ToChange && reads) {
        ways.push(json!({}));
    }
    Value::Array(ways)
}

fn describe(operation: &Operation, generator: &mut SchemaGenerator) -> Value {
    let mut made = json!({
        "tags": [operation.tag],
        "summary": operation.summary,
        "operationId": id(operation),
        "security": security(operation),
        "responses": responses(operation, generator),
    });
    if !operation.about.is_empty() {
        made["description"] = operation.about.as_str().into();
    }
    let outside = operation.parameters.iter().filter(|parameter| parameter.place != Place::Body);
    let outside: Vec<Value> = outside.map(parameter).collect();
    if !outside.is_empty() {
        made["parameters"] = outside.into();
    }
    if let Some(body) = body(operation) {
        made["requestBody"] = body;
    }
    if let Some(example) = &operation.example {
        made["x-example"] = example.as_str().into();
    }
    made
}

/// `get_projects_id_jobs`.
fn id(operation: &Operation) -> String {
    let mut id = operation.method.as_str().to_ascii_lowercase();
    for word in operation.path.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty()) {
        id.push('_');
        id.push_str(word);
    }
    id
}

fn schema_of(parameter: &Parameter) -> Value {
    let mut schema = parameter.kind.schema();
    if let Some(default) = &parameter.default {
        schema["default"] = default.clone();
    }
    schema
}

fn parameter(parameter: &Parameter) -> Value {
    let place = match parameter.place {
        Place::Path => "path",
        Place::Header => "header",
        Place::Query | Place::Body => "query",
    };
    let schema = schema_of(parameter);
    let mut made = json!({
        "name": parameter.name, "in": place, "required": parameter.required,
        "description": parameter.about, "schema": schema,
    });
    if place == "query" && parameter.kind.has_parts() {
        if schema["type"] == "object" {
            made["style"] = "deepObject".into();
        } else {
            made["name"] = format!("{}[]", parameter.name).into();
        }
        made["explode"] = true.into();
    }
    made
}

fn body(operation: &Operation) -> Option<Value> {
    if let Some((kind, about)) = &operation.takes {
        let content = json!({ *kind: { "schema": { "type": "string", "format": "binary" } } });
        return Some(json!({ "description": about, "required": true, "content": content }));
    }
    let members: Vec<&Parameter> =
        operation.parameters.iter().filter(|parameter| parameter.place == Place::Body).collect();
    if members.is_empty() {
        return None;
    }
    let mut properties = Map::new();
    for member in &members {
        let mut schema = schema_of(member);
        schema["description"] = member.about.as_str().into();
        properties.insert(member.name.clone(), schema);
    }
    let required: Vec<&str> =
        members.iter().filter(|member| member.required).map(|member| member.name.as_str()).collect();
    let mut schema = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    let file = members.iter().any(|member| matches!(member.kind, super::Kind::File));
    let kinds: &[&str] =
        if file { &["multipart/form-data"] } else { &["application/json", "application/x-www-form-urlencoded"] };
    let content: Map<String, Value> =
        kinds.iter().map(|kind| ((*kind).to_owned(), json!({ "schema": schema }))).collect();
    Some(json!({ "required": !required.is_empty(), "content": content }))
}

fn responses(operation: &Operation, generator: &mut SchemaGenerator) -> Value {
    let mut made = Map::new();
    for given in &operation.answers {
        let answer =
            made.entry(given.status.to_string()).or_insert_with(|| json!({ "description": given.about.as_str() }));
        match &given.content {
            Content::Nothing => {}
            Content::Bytes(kind) => {
                answer["content"][*kind]["schema"] = json!({ "type": "string", "format": "binary" });
            }
            Content::Json(of) => {
                let schema = of(generator).to_value();
                let place = &mut answer["content"]["application/json"]["schema"];
                // One of several shapes.
                *place = match place.take() {
                    Value::Null => schema,
                    Value::Object(mut several) if several.contains_key("anyOf") => {
                        if let Some(list) = several.get_mut("anyOf").and_then(Value::as_array_mut) {
                            list.push(schema);
                        }
                        several.into()
                    }
                    first => json!({ "anyOf": [first, schema] }),
                };
            }
        }
        if given.status >= 400 {
            // A refusal in a form of its own comes beside the usual one.
            answer["content"]["application/json"]["schema"] = json!({ "$ref": "#/components/schemas/Refusal" });
        }
        if given.status == 200 && operation.total.is_some() {
            answer["headers"] = page_headers(operation);
        }
    }
    for (status, words) in refusals::statuses(operation) {
        made.entry(status.to_string()).or_insert_with(|| refusals::answer(status, words.as_deref()));
    }
    made.into()
}

fn page_headers(operation: &Operation) -> Value {
    let header = |about: &str| json!({ "description": about, "schema": { "type": "string" } });
    let mut headers = json!({
        "Link": header("Addresses of other pages: `prev`, `next`, `first`, `last`."),
        "X-Page": header("Number of this page."),
        "X-Per-Page": header("Rows of a page."),
        "X-Next-Page": header("Number of the next page; empty on the last."),
        "X-Prev-Page": header("Number of the page before; empty on the first."),
    });
    if operation.total == Some(Total::Counted) {
        headers["X-Total"] = header("Rows of the whole list; missing beyond 10,000.");
        headers["X-Total-Pages"] = header("Pages of the whole list; missing beyond 10,000 rows.");
    }
    if operation.keyset {
        headers["X-Next-Cursor"] = header("By keyset: where the next page begins; missing on the last.");
        headers["X-Prev-Cursor"] = header("By keyset: where the page before begins; missing on the first.");
    }
    headers
}
