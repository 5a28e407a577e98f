//! The README's quickstart is true.

use crate::support::{Api, texts};
use std::path::Path;
use std::process::{Command, Output, Stdio};

const README: &str = include_str!("../../../../README.md");

/// The blocks marked `sh quickstart`.
fn blocks() -> Vec<&'static str> {
    let after = README.split("```sh quickstart\n").skip(1);
    after.filter_map(|text| text.split("\n```").next()).collect()
}

/// A block on another port.
fn at(address: &str, block: &str) -> String {
    block.replace("127.0.0.1:8080", address)
}

fn shell(folder: &Path, script: &str) -> Output {
    let binary = Path::new(env!("CARGO_BIN_EXE_pipewright")).parent().unwrap();
    let path = std::env::join_paths([binary.to_owned()].into_iter().chain(std::env::split_paths(&path()))).unwrap();
    let mut sh = Command::new("sh");
    sh.args(["-euc", script]).current_dir(folder).env("PATH", path).env("NO_PROXY", "127.0.0.1");
    for who in ["AUTHOR", "COMMITTER"] {
        sh.env(format!("GIT_{who}_NAME"), "Reader").env(format!("GIT_{who}_EMAIL"), "reader@example.com");
    }
    sh.stdin(Stdio::null()).output().unwrap()
}

fn path() -> std::ffi::OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

#[tokio::test]
async fn the_quickstart_does_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let blocks = blocks();
    let [serve, push, look] = blocks.as_slice() else { panic!("three blocks, not {}", blocks.len()) };

    // `exec`, so that the shell's `$!` is the server itself, which is stopped at the end.
    let serve = at("127.0.0.1:0", serve);
    let background = serve.trim_end().trim_end_matches('&').to_owned();
    let mut server = Command::new("sh");
    let binary = Path::new(env!("CARGO_BIN_EXE_pipewright"));
    let command = background.replacen("pipewright", &format!("exec {}", binary.display()), 1);
    let mut server = server.args(["-c", &command]).current_dir(folder.path()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(server.stdout.take().unwrap()), &mut line).unwrap();
    let address = line.trim_end().strip_prefix("listening on http://").unwrap_or_else(|| panic!("it said {line:?}"));
    let [push, look] = [push, look].map(|block| at(address, block));

    let pushed = shell(folder.path(), &push);
    assert!(pushed.status.success(), "{}", texts(&pushed).1);
    let api = Api::new(&format!("http://{address}"), "glpat-choose-your-own-secret");
    let project = api.get("/projects/root%2Fhello").await["id"].as_i64().unwrap();
    api.ended_pipeline(project).await;

    // The reader's shell still has it.
    let export = push.lines().find(|line| line.starts_with("export TOKEN=")).unwrap();
    let looked = shell(folder.path(), &format!("{export}\n{look}"));
    let (out, err) = texts(&looked);
    let _ = server.kill();
    let _ = server.wait();
    assert!(looked.status.success() && out.contains("Hello, root"), "{out}\n{err}");
    assert!(out.contains("\"status\":\"success\""), "{out}");
}
