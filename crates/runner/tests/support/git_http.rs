//! Repositories over smart HTTP, by git's own CGI program.

use std::path::Path;
use std::process::{Command, Stdio};

use axum::body::Body;
use axum::extract::{Request, State as With};
use axum::http::Response;
use tokio::io::AsyncWriteExt;

use super::Server;
use super::routes::whole;

pub(super) async fn serve(With(server): With<Server>, request: Request) -> Response<Body> {
    let Some(root) = server.state().repositories.clone() else {
        return plain(404, None);
    };
    let (parts, body) = request.into_parts();
    let header = |name: &str| parts.headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let Some(login) = header("authorization") else {
        return plain(401, Some(("WWW-Authenticate", "Basic realm=\"git\"")));
    };
    server.change(|state| state.git_logins.push(login));
    let (path, query) = (parts.uri.path().to_owned(), parts.uri.query().unwrap_or_default().to_owned());
    let mut cgi = tokio::process::Command::new("git");
    cgi.arg("http-backend")
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("PATH_INFO", path)
        .env("QUERY_STRING", query)
        .env("REQUEST_METHOD", parts.method.as_str())
        .env("CONTENT_TYPE", header("content-type").unwrap_or_default())
        .env("HTTP_CONTENT_ENCODING", header("content-encoding").unwrap_or_default())
        .env("GIT_PROTOCOL", header("git-protocol").unwrap_or_default())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let body = whole(body).await.unwrap();
    let mut child = cgi.env("CONTENT_LENGTH", body.len().to_string()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(&body).await.unwrap();
    drop(input);
    let output = child.wait_with_output().await.unwrap().stdout;
    parse(&output)
}

fn plain(status: u16, header: Option<(&str, &str)>) -> Response<Body> {
    let mut answer = Response::builder().status(status);
    if let Some((name, value)) = header {
        answer = answer.header(name, value);
    }
    answer.body(Body::empty()).unwrap()
}

fn parse(output: &[u8]) -> Response<Body> {
    let end = output.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = std::str::from_utf8(&output[..end]).unwrap();
    let mut answer = Response::builder();
    for line in head.lines() {
        let (name, value) = line.split_once(": ").unwrap();
        match name {
            "Status" => answer = answer.status(value[..3].parse::<u16>().unwrap()),
            _ => answer = answer.header(name, value),
        }
    }
    answer.body(output[end + 4..].to_vec().into()).unwrap()
}

/// Runs git in a folder; returns what it says.
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=T", "-c", "user.email=t@example.test", "-c", "init.defaultBranch=main"])
        .args(["-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
