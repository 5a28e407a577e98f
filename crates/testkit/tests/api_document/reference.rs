//! `docs/API.md` is made from the document: `cargo xtask api-docs` renews it.

use serde_json::Value;
use std::fmt::Write as _;
use std::path::Path;

const HEAD: &str = "\
# The REST API

<!-- Made from the descriptions in crates/api/src/describe by `cargo xtask api-docs`: do not edit. -->

Everything here is below `/api/v4`. The same, for programs: `GET /api/v4/openapi.json` (OpenAPI 3.1). How it
compares with GitLab's, who may do what, and in which order requests are checked: [API-COMPAT.md](API-COMPAT.md).

- **Credentials.** `PRIVATE-TOKEN: <token>` or `Authorization: Bearer <token>`, or the parameter `private_token`.
  A token of the scope `read_api` may GET and HEAD, one of `api` everything its user may; other scopes that do are
  named. Where *job token* stands, a running job's token will do: `JOB-TOKEN: <token>` or the parameter `job_token`.
- **Parameters** come in the query, in a form, or as JSON; lists as `name[]=a&name[]=b`. The project's `:id` is its
  number or its URL-encoded path, `group%2Fproject`. Those not named here are ignored.
- **Answers** are JSON unless said otherwise. Times are UTC with three digits, `2024-02-03T04:05:06.007Z`. GET answers
  carry an `ETag`; with `If-None-Match` the answer is 304. HEAD is answered wherever GET is.
- **Pages.** Lists marked *pages* take `page` and `per_page` (20 unless given, at most 100) and answer `Link`, `X-Page`,
  `X-Per-Page`, `X-Next-Page`, `X-Prev-Page` and, if *counted*, `X-Total` and `X-Total-Pages`. Those marked *keyset*
  take `pagination=keyset` too, whose pages cost the same however deep; follow `rel=\"next\"` of `Link`.
- **Refusals** are `{\"message\": …}` or, of parameters, routing and tokens' state, `{\"error\": …}`. Any route refuses bad
  parameters (400), bad credentials (401), a role or scope that does not reach (403), what is not there (404), a body
  too large (413) or of an unknown type (415); only what is particular to a route is told there.

In the command lines `$API` is the server's address with `/api/v4`, `$TOKEN` an access token.
";

#[test]
fn the_reference_page_is_up_to_date() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/API.md");
    let made = page(&pipewright_api::document("https://pipewright.example.com"));
    if std::env::var_os("PIPEWRIGHT_RENEW").is_some() {
        std::fs::write(&file, &made).expect("docs/API.md can be written");
    }
    let there = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(there == made, "docs/API.md is not what the descriptions say: run `cargo xtask api-docs` to renew it");
}

fn page(document: &Value) -> String {
    let mut page = HEAD.to_owned();
    let tags = document["tags"].as_array().expect("tags");
    page.push_str("\n## Contents\n\n");
    for tag in tags {
        let name = text(&tag["name"]);
        let _ = writeln!(page, "- [{name}](#{})", anchor(name));
    }
    for tag in tags {
        let _ = write!(page, "\n## {}\n\n{}\n", text(&tag["name"]), text(&tag["description"]));
        for (path, method, operation) in operations(document) {
            if operation["tags"][0] == tag["name"] {
                section(&mut page, path, method, operation);
            }
        }
    }
    page.push_str(
        "\n## Shapes\n\nWhat answers are made of. A member that may be missing is marked *may be missing*.\n",
    );
    shapes(&mut page, document);
    page
}

/// Every operation, a path's methods in the order people think of them.
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for method in ["get", "post", "put", "patch", "delete"] {
            if methods[method].is_object() {
                all.push((path.as_str(), method, &methods[method]));
            }
        }
    }
    all
}

fn section(page: &mut String, path: &str, method: &str, operation: &Value) {
    let shown = path.replace('{', ":").replace('}', "");
    let _ = write!(page, "\n### {}\n\n", text(&operation["summary"]));
    let _ = writeln!(page, "`{} {shown}` — {}\n", method.to_uppercase(), callers(operation));
    if let Some(about) = operation["description"].as_str() {
        let _ = writeln!(page, "{about}\n");
    }
    parameters(page, operation);
    answers(page, operation);
    let _ = writeln!(page, "```sh\n{}\n```", command(path, method, operation));
}

/// Who may call, as far as credentials go.
fn callers(operation: &Value) -> &'static str {
    let ways = operation["security"].as_array().expect("ways to sign in");
    let has = |name: &str| ways.iter().any(|way| way.get(name).is_some());
    let open = ways.iter().any(|way| way.as_object().is_some_and(serde_json::Map::is_empty));
    match (ways.is_empty(), open, has("JobToken")) {
        (true, ..) => "no credentials of a person's",
        (_, true, true) => "anybody; access token or job token to see more",
        (_, true, false) => "anybody; access token to see more",
        (_, false, true) => "access token or job token",
        (_, false, false) => "access token",
    }
}

struct Row {
    name: String,
    schema: Value,
    about: String,
    place: &'static str,
    required: bool,
}

fn rows(operation: &Value) -> Vec<Row> {
    let mut rows = Vec::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let place = match text(&parameter["in"]) {
            "path" => "path",
            "header" => "header",
            _ => "query",
        };
        rows.push(Row {
            name: text(&parameter["name"]).to_owned(),
            schema: parameter["schema"].clone(),
            about: text(&parameter["description"]).to_owned(),
            place,
            required: parameter["required"] == true && place != "path",
        });
    }
    if let Some((_, content)) = operation["requestBody"]["content"].as_object().and_then(|kinds| kinds.iter().next()) {
        let schema = &content["schema"];
        let required =
            |name: &str| schema["required"].as_array().is_some_and(|list| list.iter().any(|one| one == name));
        for (name, member) in schema["properties"].as_object().into_iter().flatten() {
            rows.push(Row {
                name: name.clone(),
                schema: member.clone(),
                about: text(&member["description"]).to_owned(),
                place: "body",
                required: required(name),
            });
        }
    }
    rows
}

fn parameters(page: &mut String, operation: &Value) {
    // What every list and every project's route has is told once, at the top of the page.
    let usual = |row: &Row| {
        matches!(row.name.as_str(), "page" | "per_page" | "pagination" | "cursor")
            || row.about.starts_with("Id of the ")
    };
    let rows: Vec<Row> = rows(operation).into_iter().filter(|row| !usual(row)).collect();
    if rows.is_empty() {
        return;
    }
    page.push_str("| parameter | where | type | |\n|---|---|---|---|\n");
    for row in rows {
        let mut about = cell(&row.about);
        if row.required {
            about.insert_str(0, "**Needed.** ");
        }
        if let Some(default) = row.schema.get("default").filter(|default| !default.is_object()) {
            let _ =
                write!(about, " Default: `{}`.", default.as_str().map_or_else(|| default.to_string(), str::to_owned));
        }
        let _ = writeln!(page, "| `{}` | {} | {} | {about} |", row.name, row.place, kind(&row.schema));
    }
    page.push('\n');
}

fn answers(page: &mut String, operation: &Value) {
    let mut lines = Vec::new();
    for (status, answer) in operation["responses"].as_object().expect("answers") {
        let common = answer["$ref"].is_string();
        let about = text(&answer["description"]);
        if status.as_str() >= "300" {
            // Refusals that all routes have are told at the top.
            if !common || !about.is_empty() {
                lines.push(format!("- {status}: {}", cell(about)));
            }
            continue;
        }
        let mut shape = Vec::new();
        for (media, content) in answer["content"].as_object().into_iter().flatten() {
            let schema = &content["schema"];
            shape.push(if media == "application/json" { kind(schema) } else { format!("`{media}`") });
        }
        let shape = if shape.is_empty() { "no body".to_owned() } else { shape.join(" or ") };
        let mut line = format!("- **{status}** {shape}");
        if !about.is_empty() {
            let _ = write!(line, " — {}", cell(about));
        }
        if status == "200" {
            line.push_str(pages(&answer["headers"]));
        }
        lines.push(line);
    }
    lines.sort_by_key(|line| !line.starts_with("- **"));
    let _ = writeln!(page, "{}\n", lines.join("\n"));
}

fn pages(headers: &Value) -> &'static str {
    match (headers["X-Total"].is_object(), headers["X-Next-Cursor"].is_object(), headers["X-Page"].is_object()) {
        (true, true, _) => " *(pages, counted; keyset)*",
        (true, false, _) => " *(pages, counted)*",
        (false, true, _) => " *(pages; keyset)*",
        (false, false, true) => " *(pages)*",
        _ => "",
    }
}

fn command(path: &str, method: &str, operation: &Value) -> String {
    let values = |name: &str| match name {
        "id" => "1",
        "job_id" => "7",
        "pipeline_id" => "6",
        "ref_name" | "branch" => "main",
        "artifact_path" => "coverage/index.html",
        "file_path" => "src%2Fmain.c",
        "variable_key" => "TARGET",
        "format" => "zip",
        _ => "2",
    };
    let mut address = String::new();
    for (number, part) in path.split(['{', '}']).enumerate() {
        address.push_str(if number % 2 == 1 { values(part) } else { part });
    }
    let mut line = "curl --globoff".to_owned();
    if method != "get" {
        let _ = write!(line, " --request {}", method.to_uppercase());
    }
    let example = operation["x-example"].as_str().unwrap_or_default();
    if operation["security"].as_array().is_some_and(|ways| !ways.is_empty()) && !example.contains("JOB-TOKEN") {
        line.push_str(" --header \"PRIVATE-TOKEN: $TOKEN\"");
    }
    let (query, flags) = example.split_once(' ').map_or((example, ""), |(query, flags)| (query, flags));
    let mut query = query.to_owned();
    if example.is_empty() {
        for row in rows(operation).into_iter().filter(|row| row.required) {
            if row.place == "query" {
                let separator = if query.is_empty() { '?' } else { '&' };
                let _ = write!(query, "{separator}{}=…", row.name);
            } else if row.place == "body" {
                let _ = write!(line, " --form \"{}=…\"", row.name);
            } else {
                let _ = write!(line, " --header \"{}: …\"", row.name);
            }
        }
    }
    if !flags.is_empty() {
        let _ = write!(line, " {}", flags.trim());
    }
    let _ = write!(line, " \"$API{address}{query}\"");
    line
}

fn shapes(page: &mut String, document: &Value) {
    for (name, schema) in document["components"]["schemas"].as_object().expect("shapes") {
        let Some(members) = schema["properties"].as_object() else { continue };
        let _ = write!(
            page,
            "\n### {name}\n\n{}\n\n| member | type | |\n|---|---|---|\n",
            cell(text(&schema["description"]))
        );
        let required =
            |name: &str| schema["required"].as_array().is_some_and(|list| list.iter().any(|one| one == name));
        for (member, schema) in members {
            let missing = if required(member) { "" } else { " *May be missing.*" };
            let _ =
                writeln!(page, "| `{member}` | {} | {}{missing} |", kind(schema), cell(text(&schema["description"])));
        }
    }
}

/// A schema in a few words.
fn kind(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return format!("[{name}](#{})", anchor(name));
    }
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<String> = words.iter().filter_map(Value::as_str).map(|word| format!("`{word}`")).collect();
        return words.join(", ");
    }
    if let Some([list, one]) = schema["anyOf"].as_array().map(Vec::as_slice)
        && list["items"] == *one
    {
        return format!("one or more of {}", kind(one));
    }
    if let Some(several) = schema["anyOf"].as_array() {
        let several: Vec<String> = several.iter().map(kind).collect();
        return several.join(" or ");
    }
    if let Some(kinds) = schema["type"].as_array() {
        let kinds: Vec<&str> = kinds.iter().filter_map(Value::as_str).collect();
        return format!(
            "{}{}",
            kinds.join(" or "),
            if text(&schema["format"]) == "date-time" { " (time)" } else { "" }
        );
    }
    match (text(&schema["type"]), text(&schema["format"])) {
        ("array", _) => format!("list of {}", kind(&schema["items"])),
        ("string", "date-time") => "time".to_owned(),
        ("string", "date") => "date".to_owned(),
        ("string", "binary") => "bytes".to_owned(),
        ("integer", _) => match (schema["minimum"].as_i64(), schema["maximum"].as_i64()) {
            (Some(least), Some(i64::MAX)) => format!("integer from {least}"),
            (Some(least), Some(most)) => format!("integer, {least} to {most}"),
            _ => "integer".to_owned(),
        },
        ("object", _) => match schema["properties"].as_object() {
            Some(members) => {
                let members: Vec<String> = members.keys().map(|name| format!("`{name}`")).collect();
                format!("object of {}", members.join(", "))
            }
            None => "object".to_owned(),
        },
        ("", _) => "anything".to_owned(),
        (other, _) => other.to_owned(),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn cell(text: &str) -> String {
    text.replace('\n', " ").replace('|', "\\|")
}

fn anchor(title: &str) -> String {
    let kept = title.chars().filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-' || *c == '_');
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}
