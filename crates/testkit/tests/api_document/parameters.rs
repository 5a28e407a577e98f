//! Every parameter that is described is read by its handler. (That no handler reads one that is not
//! described, the debug build watches in every test.)

use pipewright_http_kit::describe::watch;
use pipewright_http_kit::percent;
use pipewright_testkit::{Api, TestServer, on_sqlite};
use reqwest::Method;
use serde_json::{Map, Value, json};

#[tokio::test]
async fn every_described_parameter_is_read() {
    on_sqlite(async |server| {
        furnish(server).await;
        let document = pipewright_api::document(&server.url);
        let mut calls = Vec::new();
        for (path, methods) in document["paths"].as_object().expect("paths") {
            for (method, operation) in methods.as_object().expect("methods") {
                // What deletes comes last: the others need what is deleted.
                let rank = u8::from(method == "delete");
                calls.push((rank, std::cmp::Reverse(path.len()), method.to_uppercase(), path.clone(), operation));
            }
        }
        calls.sort_by(|a, b| (a.0, &a.1, &a.2).cmp(&(b.0, &b.1, &b.2)));
        for (_, _, method, path, operation) in calls {
            for values in fillings(operation) {
                call(server, &method, &path, operation, values).await;
            }
        }
        let unread = watch::never_read();
        assert!(unread.is_empty(), "{}", unread.join("\n"));
    })
    .await;
}

/// A project with a pipeline, so that handlers get past what they look up first.
async fn furnish(server: &TestServer) {
    let _ = server.user("somebody").await;
    let project = server.project(&server.admin(), "furnished").await;
    let file = "job:\n  script: [\"true\"]\nchild:\n  trigger: { include: child.yml }\n";
    project.commit("main", ".gitlab-ci.yml", file).await;
    let _ = server.admin().post("/groups", json!({ "name": "g", "path": "g" })).await.expect(201);
}

/// The parameters' values of several calls: one for each word of each closed list.
fn fillings(operation: &Value) -> Vec<Map<String, Value>> {
    let mut schemas = Vec::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        if parameter["in"] == "query" {
            let name = parameter["name"].as_str().unwrap_or_default().trim_end_matches("[]");
            schemas.push((name.to_owned(), parameter["schema"].clone()));
        }
    }
    let content = &operation["requestBody"]["content"];
    let body = ["application/json", "multipart/form-data"].into_iter().map(|kind| &content[kind]["schema"]);
    for (name, schema) in body.filter_map(|schema| schema["properties"].as_object()).flatten() {
        schemas.push((name.clone(), schema.clone()));
    }
    let whole: Map<String, Value> = schemas.iter().map(|(name, schema)| (name.clone(), value(schema, 0))).collect();
    // A made-up cursor is refused before anything else is looked at.
    let mut plain = whole.clone();
    plain.remove("cursor");
    // Some are read only where another one is missing.
    let required = &content["application/json"]["schema"]["required"];
    let required: Vec<&str> = required.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut least = plain.clone();
    least.retain(|name, _| required.contains(&name.as_str()));
    let mut all = vec![whole, plain.clone(), least, Map::new()];
    for (name, schema) in &schemas {
        let words = schema["enum"].as_array().map_or(0, Vec::len);
        for number in 0..words.min(8) {
            let mut filling = plain.clone();
            filling.insert(name.clone(), value(schema, number));
            all.push(filling);
        }
    }
    all
}

fn value(schema: &Value, number: usize) -> Value {
    if let Some(words) = schema["enum"].as_array() {
        return words.get(number).cloned().unwrap_or_default();
    }
    if let Some(first) = schema["anyOf"].get(0) {
        return value(first, number);
    }
    match (schema["type"].as_str().unwrap_or_default(), schema["format"].as_str()) {
        (_, Some("date-time")) => json!("2024-01-02T03:04:05Z"),
        (_, Some("date")) => json!("2034-01-02"),
        ("integer", _) => schema["default"].as_i64().map_or(json!(1), |number| json!(number)),
        ("boolean", _) => json!(true),
        ("array", _) => json!([value(&schema["items"], number)]),
        ("object", _) => {
            let members = schema["properties"].as_object().into_iter().flatten();
            Value::Object(members.map(|(name, schema)| (name.clone(), value(schema, 0))).collect())
        }
        _ => schema.get("default").cloned().unwrap_or(json!("main")),
    }
}

async fn call(server: &TestServer, method: &str, path: &str, operation: &Value, mut values: Map<String, Value>) {
    // Nobody ends what is waited for here.
    if path.ends_with("/wait") {
        values.insert("timeout".to_owned(), json!(0));
    }
    // What is done to users and tokens must not be done to the one that calls.
    let caller: Api = if path.contains("/self") { server.token_of(2, &["api"]).await } else { server.admin() };
    let path = path.replace("{user_id}", "2").replace("{token_id}", "999");
    let path = path.replace("{file_path}", ".gitlab-ci.yml").replace("{ref_name}", "main").replace("{branch}", "main");
    let address: Vec<&str> = path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect();
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    let mut address = address.join("/");
    let in_query = method == Method::GET || method == Method::DELETE;
    if in_query {
        let mut query = String::new();
        for (name, value) in values.iter().flat_map(|(name, value)| pairs(name, value)) {
            query.push(if query.is_empty() { '?' } else { '&' });
            percent::encode(&name, &mut query);
            query.push('=');
            percent::encode(&value, &mut query);
        }
        address.push_str(&query);
    }
    let mut request = caller.request(method, &address);
    if in_query {
        // Nothing in the body.
    } else if operation["requestBody"].is_object() || !values.is_empty() {
        request = request.json(&values);
    }
    let answer = caller.send(request.timeout(std::time::Duration::from_mins(2))).await;
    assert!(answer.status <= 501 && answer.status != 500, "{answer:?}");
}

fn pairs(name: &str, value: &Value) -> Vec<(String, String)> {
    match value {
        Value::Array(items) => items.iter().flat_map(|item| pairs(&format!("{name}[]"), item)).collect(),
        Value::Object(members) => {
            members.iter().flat_map(|(key, value)| pairs(&format!("{name}[{key}]"), value)).collect()
        }
        Value::String(text) => vec![(name.to_owned(), text.clone())],
        other => vec![(name.to_owned(), other.to_string())],
    }
}
