//! `lint --server`: the request it makes, the answers it understands.

mod lint_support;

use lint_support::{Ran, Tree};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;

/// What a server was asked.
struct Asked {
    line: String,
    headers: Vec<String>,
    body: Value,
}

/// Answers one request, and tells what it was.
fn server(status: &str, answer: &str) -> (String, JoinHandle<Asked>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
        answer.len()
    );
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if line.trim_end().is_empty() {
                break;
            }
            lines.push(line.trim_end().to_owned());
        }
        let length = lines.iter().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut body).unwrap();
        stream.write_all(answer.as_bytes()).unwrap();
        Asked { line: lines.remove(0), headers: lines, body: serde_json::from_slice(&body).unwrap_or_default() }
    });
    (url, asked)
}

fn lint(tree: &Tree, url: &str, more: &[&str]) -> Ran {
    let mut command = lint_support::command(&[&["--server", url], more].concat());
    lint_support::ran(command.current_dir(tree.path()).env("NO_PROXY", "127.0.0.1"))
}

const FILE: &str = "unit:\n  script: make\n";

#[test]
fn the_request_is_gitlabs_and_the_answer_is_shown() {
    let answer = json!({
        "valid": true, "errors": [], "warnings": ["a warning"], "merged_yaml": "---\nunit:\n  script: make\n",
        "jobs": [{ "name": "unit", "stage": "test", "when": "on_success", "allow_failure": false, "needs": null }],
    })
    .to_string();
    let tree = Tree::of(FILE);
    let (url, asked) = server("200 OK", &answer);
    let ran = lint(&tree, &url, &["--token", "glpat-secret", "--project", "group/app"]);
    ran.expect(0);
    assert!(ran.out.contains("warning: a warning") && ran.out.contains("valid, 1 job in 1 stage"), "{}", ran.out);
    let asked = asked.join().unwrap();
    assert_eq!(asked.line, "POST /api/v4/projects/group%2Fapp/ci/lint HTTP/1.1");
    assert!(asked.headers.iter().any(|line| line.eq_ignore_ascii_case("private-token: glpat-secret")));
    assert_eq!(asked.body, json!({ "content": FILE, "include_jobs": true }));

    let (url, asked) = server("200 OK", &answer);
    let ran = lint(&tree, &url, &["--project", "7", "--merged", "--ref", "main"]);
    assert_eq!(ran.expect(0).out, "---\nunit:\n  script: make\n");
    let asked = asked.join().unwrap();
    assert_eq!(asked.line, "POST /api/v4/projects/7/ci/lint HTTP/1.1");
    assert_eq!((&asked.body["dry_run"], &asked.body["ref"]), (&json!(true), &json!("main")));

    for (flags, expected) in
        [(["--list"].as_slice(), "unit  test   on_success"), (&["--graph", "dot"], "label=\"unit\"")]
    {
        let (url, asked) = server("200 OK", &answer);
        let ran = lint(&tree, &url, &[&["--project", "7"], flags].concat());
        assert!(ran.expect(0).out.contains(expected), "{}", ran.out);
        asked.join().unwrap();
    }
}

#[test]
fn a_servers_errors_get_the_places_found_here() {
    let message = "jobs:unit config contains unknown keys: scirpt";
    let answer = json!({ "valid": false, "errors": [message, "Project `a/b` not found"], "warnings": [] }).to_string();
    let tree = Tree::of("unit:\n  script: make\n  scirpt: make\n");
    let (url, asked) = server("200 OK", &answer);
    let ran = lint(&tree, &url, &["--project", "7"]);
    ran.expect(1);
    assert!(ran.out.contains(&format!(".gitlab-ci.yml:3:3: error: {message}\n")), "{}", ran.out);
    assert!(ran.out.contains("\nerror: Project `a/b` not found\n"), "{}", ran.out);
    assert!(ran.out.ends_with("invalid, 2 errors\n"), "{}", ran.out);
    asked.join().unwrap();

    let (url, asked) = server("200 OK", &answer);
    let read = lint(&tree, &url, &["--project", "7", "--json"]).expect(1).json();
    assert_eq!(read["errors"][0]["place"]["line"], 3);
    assert_eq!(read["server"]["errors"][1], "Project `a/b` not found");
    asked.join().unwrap();
}

#[test]
fn places_a_server_names_are_underlined_in_the_text_it_was_sent() {
    let tree = Tree::of("unit:\n  script: make\n  tags: [a]\n");
    let place = |file: &str, line: u32, column: u32| json!({ "file": file, "line": line, "column": column });
    let one = |message: &str, place: Value, from: Value| json!({ "message": message, "severity": "error", "place": place, "path": [], "suggestion": null, "included_from": from });
    tree.write("ci/other.yml", "deploy:\n  script: here\n");
    let answer = json!({
        "valid": false, "errors": ["no such tag here", "no such tag here", "of another file"], "warnings": [],
        "diagnostics": [
            one("no such tag here", place("ci/main.yml", 3, 9), json!([])),
            one("no such tag here", place("ci/main.yml", 1, 1), json!([])),
            one("of another file", place("ci/other.yml", 2, 3), json!([place("ci/main.yml", 1, 1)])),
        ],
    })
    .to_string();
    let (url, asked) = server("200 OK", &answer);
    let ran = lint(&tree, &url, &["--project", "7"]);
    ran.expect(1);
    asked.join().unwrap();
    let first = ".gitlab-ci.yml:3:9: error: no such tag here\n  |\n3 |   tags: [a]\n  |         ^\n";
    let second = ".gitlab-ci.yml:1:1: error: no such tag here\n  |\n1 | unit:\n  | ^^^^\n";
    let third = "ci/other.yml:2:3: error: of another file\n = included from .gitlab-ci.yml:1:1\n";
    for expected in [first, second, third] {
        assert!(ran.out.contains(expected), "{}", ran.out);
    }
    assert!(!ran.out.contains("script: here"), "{}", ran.out);

    // A key of that name with other things in it is left alone.
    let strange = json!({ "valid": false, "errors": ["no"], "warnings": [], "diagnostics": { "a": 1 } }).to_string();
    let (url, asked) = server("200 OK", &strange);
    assert!(lint(&tree, &url, &["--project", "7"]).expect(1).out.starts_with("error: no\n"));
    asked.join().unwrap();
}

#[test]
fn refusals_say_what_to_do() {
    let tree = Tree::of(FILE);
    let table = [
        ("401 Unauthorized", "{\"message\":\"401 Unauthorized\"}", "give an access token with --token"),
        ("403 Forbidden", "{}", "takes a developer"),
        ("404 Not Found", "{}", "has no project `7`"),
        ("302 Found", "{}", "redirects"),
        ("500 Internal Server Error", "{\"message\":\"oops\"}", "answered 500 Internal Server Error: oops"),
        ("200 OK", "<html>", "does not answer as a CI lint does"),
    ];
    for (status, body, expected) in table {
        let (url, asked) = server(status, body);
        let ran = lint(&tree, &url, &["--project", "7"]);
        assert!(ran.expect(2).err.contains(expected), "{}", ran.err);
        asked.join().unwrap();
    }
    // A port that is taken, so that nobody else gets it, and at which nobody listens.
    let nobody = tokio::net::TcpSocket::new_v4().unwrap();
    nobody.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let closed = nobody.local_addr().unwrap();
    let ran = lint(&tree, &format!("http://{closed}"), &["--project", "7"]);
    assert!(ran.expect(2).err.contains("cannot be asked: Connection refused"), "{}", ran.err);
}

#[test]
fn what_a_server_cannot_do_is_refused_before_it_is_asked() {
    let tree = Tree::of(FILE);
    let ran = lint(&tree, "http://127.0.0.1:1", &["--project", "7", "--var", "A=b"]);
    assert!(ran.expect(2).err.contains("--var is for compiling here"), "{}", ran.err);
    let ran = lint(&tree, "http://127.0.0.1:1", &[]);
    assert!(ran.expect(2).err.contains("name it with --project"), "{}", ran.err);
}

#[test]
fn the_configuration_file_may_name_the_server() {
    let (url, asked) = server("200 OK", "{\"valid\":true,\"errors\":[],\"warnings\":[],\"jobs\":[]}");
    let tree = Tree::of(FILE);
    tree.write("pipewright.toml", &format!("server = \"{url}\"\nproject = \"a/b\"\ntoken = \"glpat-of-the-file\"\n"));
    let mut command = lint_support::command(&["--config", "pipewright.toml"]);
    lint_support::ran(command.current_dir(tree.path()).env("NO_PROXY", "127.0.0.1")).expect(0);
    assert!(asked.join().unwrap().headers.iter().any(|line| line.ends_with("glpat-of-the-file")));
}
