//! Every answer a test gets is compared with the API's own description: its status, its content type, and
//! its body with the schema.

use jsonschema::Validator;
use reqwest::Method;
use reqwest::header::HeaderValue;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

struct Described {
    /// Method, the router's path in segments, and the document's path.
    routes: Vec<(Method, Vec<String>, String)>,
    document: Value,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

static DESCRIBED: LazyLock<Described> = LazyLock::new(|| {
    let operations = pipewright_api::describe::operations();
    let routes = operations
        .routes()
        .map(|(method, route, path)| (method.clone(), route.split('/').map(ToOwned::to_owned).collect(), path));
    Described {
        routes: routes.collect(),
        document: pipewright_api::document("http://pipewright.example.com"),
        validators: Mutex::default(),
    }
});

/// Fails the test if the answer is not described. Faults of the server's own are nowhere described.
#[track_caller]
pub(crate) fn check((method, path): &(Method, String), status: u16, kind: Option<&HeaderValue>, body: &[u8]) {
    let Some(path) = path.strip_prefix("/api/v4").filter(|_| status < 500) else { return };
    let head = method == Method::HEAD;
    let method = if head { &Method::GET } else { method };
    let segments: Vec<&str> = path.split('/').collect();
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let mut why = Vec::new();
    let candidates = DESCRIBED.candidates(method, &segments);
    if candidates.is_empty() {
        return;
    }
    for path in candidates {
        match DESCRIBED.accepts(method, path, status, kind, (!head).then_some(body)) {
            Ok(()) => return,
            Err(reason) => why.push(reason),
        }
    }
    panic!("{}: {}", why.join("\n"), String::from_utf8_lossy(body));
}

impl Described {
    /// Paths of the document for the most literal of the routes that match.
    fn candidates(&self, method: &Method, path: &[&str]) -> Vec<&str> {
        let fitting = self.routes.iter().filter(|(known, route, _)| known == method && fits(route, path));
        // Segment by segment the literal one wins, as it does in the router.
        let rank = |route: &[String]| -> Vec<u8> {
            route.iter().map(|part| if part.starts_with("{*") { 2 } else { u8::from(part.starts_with('{')) }).collect()
        };
        let fitting: Vec<_> = fitting.map(|(_, route, path)| (rank(route), path.as_str())).collect();
        let Some(best) = fitting.iter().map(|(rank, _)| rank).min().cloned() else { return Vec::new() };
        fitting.into_iter().filter(|(rank, _)| *rank == best).map(|(_, path)| path).collect()
    }

    fn accepts(&self, method: &Method, path: &str, status: u16, kind: &str, body: Option<&[u8]>) -> Result<(), String> {
        let name = method.as_str().to_ascii_lowercase();
        let at = format!("{method} {path} answered {status} {kind}");
        let mut answer = &self.document["paths"][path][&name]["responses"][status.to_string()];
        if let Some(reference) = answer["$ref"].as_str() {
            answer = self.document.pointer(&reference[1..]).unwrap_or(&Value::Null);
        }
        if answer.is_null() {
            return Err(format!("{at}, a status its description (crates/api/src/describe) does not name"));
        }
        let Some(body) = body else { return Ok(()) };
        let Some(content) = answer["content"].as_object() else {
            return if body.is_empty() { Ok(()) } else { Err(format!("{at} with a body, described without one")) };
        };
        let bare = |kind: &str| kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let Some((_, media)) = content.iter().find(|(known, _)| *known == "*/*" || bare(known) == bare(kind)) else {
            return Err(format!("{at}, a content type its description does not name"));
        };
        if bare(kind) != "application/json" || media["schema"]["format"] == "binary" {
            return Ok(());
        }
        let value: Value = serde_json::from_slice(body).map_err(|error| format!("{at}, which is no JSON: {error}"))?;
        let validator = self.validator(&format!("{name} {path} {status}"), &media["schema"]);
        let faults: Vec<String> = validator
            .iter_errors(&value)
            .take(5)
            .map(|fault| format!("{} at {}", fault, fault.instance_path()))
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(format!("{at}, not of its schema: {}", faults.join("; "))) }
    }

    fn validator(&self, key: &str, schema: &Value) -> Arc<Validator> {
        let mut made = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let whole = json!({ "allOf": [schema], "components": self.document["components"] });
            let options = jsonschema::options().should_validate_formats(true);
            Arc::new(options.build(&whole).unwrap_or_else(|error| panic!("the schema of {key}: {error}")))
        };
        Arc::clone(made.entry(key.to_owned()).or_insert_with(make))
    }
}

fn fits(route: &[String], path: &[&str]) -> bool {
    for (at, part) in route.iter().enumerate() {
        if part.starts_with("{*") {
            return path.len() > at;
        }
        match path.get(at) {
            Some(segment) if part.starts_with('{') || part == segment => {}
            _ => return false,
        }
    }
    route.len() == path.len()
}
