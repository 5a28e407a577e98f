//! `image` and `services`.

use super::field::{Field, attribute, entry, known_keys};
use super::variables;
use crate::plan::{DockerOptions, ExecutorOptions, Image, KubernetesOptions, Port, Service, TextOrInt};
use crate::report::{At, Report};
use crate::yaml::{Map, Node, Value};

const POLICIES: &[&str] = &["always", "never", "if-not-present"];

/// Reads an image.
pub(super) fn image(field: &Field<'_>) -> Option<Image> {
    if let Some(name) = field.node.as_str() {
        return named(field, name).map(|name| Image { name, ..Image::default() });
    }
    let map = hash_or_string(field)?;
    let (report, at) = (field.report, &field.at);
    known_keys(report, at, map, &["name", "entrypoint", "docker", "kubernetes", "pull_policy", "ports"]);
    Some(Image {
        name: name(field, map)?,
        entrypoint: words(report, at, map, "entrypoint"),
        executor_opts: executor_options(field, map),
        ports: ports(report, at, map),
        pull_policy: pull_policy(report, at, map),
    })
}

/// Reads a list of services.
pub(super) fn services(field: &Field<'_>) -> Option<Vec<Service>> {
    let Some(items) = field.node.as_seq() else {
        field.fail("should be a array");
        return None;
    };
    let at = field.at.child("service");
    let services: Vec<Service> = items
        .iter()
        .filter_map(|node| service(&Field { report: field.report, at, attribute: "config", node }))
        .collect();
    let ported: Vec<&Service> = services.iter().filter(|service| !service.ports.is_empty()).collect();
    let mut aliases: Vec<_> = ported.iter().map(|service| &service.alias).collect();
    aliases.sort();
    aliases.dedup();
    if aliases.len() < ported.len() {
        field.fail("alias must be unique in services with ports");
    }
    Some(services)
}

fn service(field: &Field<'_>) -> Option<Service> {
    if let Some(name) = field.node.as_str() {
        return named(field, name).map(|name| Service { name, ..Service::default() });
    }
    let map = hash_or_string(field)?;
    let (report, at) = (field.report, &field.at);
    let keys = ["name", "alias", "entrypoint", "command", "variables", "docker", "kubernetes", "pull_policy", "ports"];
    known_keys(report, at, map, &keys);
    let variables = entry(report, at, map, "variables");
    let service = Service {
        name: name(field, map)?,
        alias: attribute(report, at, map, "alias").and_then(|field| field.string()),
        command: words(report, at, map, "command"),
        entrypoint: words(report, at, map, "entrypoint"),
        executor_opts: executor_options(field, map),
        ports: ports(report, at, map),
        pull_policy: pull_policy(report, at, map),
        variables: variables.map(|field| variables::plain(&field, variables::PLAIN)).unwrap_or_default(),
    };
    if !service.ports.is_empty() && service.alias.is_none() {
        report.entry(at, field.node.span, "alias", "can't be blank");
    }
    Some(service)
}

fn hash_or_string<'a>(field: &Field<'a>) -> Option<&'a Map> {
    let map = field.node.as_map().map(AsRef::as_ref);
    if map.is_none() {
        field.fail("should be a hash or a string");
    }
    map
}

fn named(field: &Field<'_>, name: &str) -> Option<String> {
    if name.trim().is_empty() {
        Field { attribute: "name", ..*field }.fail("can't be blank");
        return None;
    }
    Some(name.to_owned())
}

fn name(field: &Field<'_>, map: &Map) -> Option<String> {
    match attribute(field.report, &field.at, map, "name") {
        None => {
            Field { attribute: "name", ..*field }.fail("can't be blank");
            None
        }
        Some(name) => name.string().and_then(|text| named(&name, &text)),
    }
}

/// `entrypoint` and `command`: lists that hold something.
fn words(report: &Report, at: &At<'_>, map: &Map, key: &str) -> Option<Vec<String>> {
    let field = attribute(report, at, map, key)?;
    let list = field.strings()?;
    if list.is_empty() {
        field.fail("should be a non-empty array of strings");
        return None;
    }
    Some(list)
}

fn pull_policy(report: &Report, at: &At<'_>, map: &Map) -> Option<Vec<String>> {
    let field = entry(report, at, map, "pull_policy")?;
    let list = field.strings_or_string()?;
    if list.is_empty() {
        field.fail("can't be blank");
        return None;
    }
    let unknown: Vec<&str> = list.iter().map(String::as_str).filter(|word| !POLICIES.contains(word)).collect();
    if !unknown.is_empty() {
        field.fail_with(
            &format!("contains unknown values: {}", unknown.join(", ")),
            crate::report::nearest(unknown[0], POLICIES),
        );
        return None;
    }
    Some(list)
}

fn executor_options(field: &Field<'_>, map: &Map) -> ExecutorOptions {
    let docker = options(field, map, "docker", &["platform", "user"]).map(|docker| DockerOptions {
        platform: option_text(field, docker, "docker/platform", "platform"),
        user: user(field, docker, "docker/user"),
    });
    let kubernetes = options(field, map, "kubernetes", &["user"])
        .map(|kubernetes| KubernetesOptions { user: user(field, kubernetes, "kubernetes/user") });
    ExecutorOptions { docker, kubernetes }
}

/// A block of options for one executor; a wrong key is an error of the executor's schema.
fn options<'a>(field: &Field<'a>, map: &'a Map, key: &str, allowed: &[&str]) -> Option<&'a Map> {
    let node = map.get(key).filter(|node| !node.is_null())?;
    let wrong = |text: String, hint: Option<String>| {
        field.report.entry_with(&field.at, node.span, "executor opts", &text, hint);
    };
    let Some(inner) = node.as_map() else {
        wrong(format!("'/{key}' must be a valid 'object'"), None);
        return None;
    };
    for (unknown, _) in inner.iter().filter(|(own, _)| !allowed.contains(&own.text.as_ref())) {
        let hint = crate::report::nearest(&unknown.text, allowed);
        wrong(format!("'/{key}/{}' must be a valid 'schema'", unknown.text), hint);
    }
    Some(inner.as_ref())
}

fn option_text(field: &Field<'_>, map: &Map, path: &str, key: &str) -> Option<String> {
    let node = map.get(key).filter(|node| !node.is_null())?;
    let text = node.as_str().filter(|text| !text.is_empty());
    if text.is_none() {
        option_type(field, node, path, "string");
    }
    text.map(str::to_owned)
}

/// A user is a text or a number; the file's type goes to the runner.
fn user(field: &Field<'_>, map: &Map, path: &str) -> Option<TextOrInt> {
    let node = map.get("user").filter(|node| !node.is_null())?;
    match &node.value {
        Value::Int(id) => Some(TextOrInt::Int(*id)),
        Value::Str(text) if !text.is_empty() => Some(TextOrInt::Text(text.to_string())),
        _ => {
            option_type(field, node, path, "string");
            None
        }
    }
}

fn option_type(field: &Field<'_>, node: &Node, path: &str, kind: &str) {
    field.report.entry(&field.at, node.span, "executor opts", &format!("'/{path}' must be a valid '{kind}'"));
}

fn ports(report: &Report, at: &At<'_>, map: &Map) -> Vec<Port> {
    let Some(field) = entry(report, at, map, "ports") else { return Vec::new() };
    let Some(items) = field.node.as_seq() else {
        field.fail("should be a array");
        return Vec::new();
    };
    let port_at = field.at.child("port");
    let ports: Vec<Port> =
        items.iter().filter_map(|node| port(&Field { report, at: port_at, attribute: "config", node })).collect();
    if ports.len() > 1 {
        let mut names: Vec<&str> = ports.iter().filter_map(|port| port.name.as_deref()).collect();
        if names.len() < ports.len() {
            field.fail("when there is more than one port, a unique name should be added");
        }
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            field.fail("each port name must be different");
        }
        let mut numbers: Vec<u16> = ports.iter().map(|port| port.number).collect();
        numbers.sort_unstable();
        if numbers.windows(2).any(|pair| pair[0] == pair[1]) {
            field.fail("each port number can only be referenced once");
        }
    }
    ports
}

fn port(field: &Field<'_>) -> Option<Port> {
    let number = |node: &Node| node.as_int().and_then(|value| u16::try_from(value).ok()).filter(|value| *value > 0);
    if let Some(number) = number(field.node) {
        return Some(Port { number, ..Port::default() });
    }
    let Some(map) = field.node.as_map() else {
        field.fail("should be a hash or an integer");
        return None;
    };
    known_keys(field.report, &field.at, map, &["number", "protocol", "name"]);
    let Some(number) = map.get("number").and_then(number) else {
        Field { attribute: "number", ..*field }.fail("should be an integer");
        return None;
    };
    let at = &field.at;
    Some(Port {
        number,
        protocol: attribute(field.report, at, map, "protocol").and_then(|own| own.one_of(&["http", "https"])),
        name: attribute(field.report, at, map, "name").and_then(|own| own.string()),
    })
}
