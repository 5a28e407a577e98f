//! `serve`: start, stop, and what it refuses.

use crate::support::{Api, Served, pipewright, run, texts};
use nix::sys::signal::Signal;

#[test]
fn it_stops_with_status_0_on_both_signals_and_an_ephemeral_server_leaves_nothing() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().to_owned();
        let mut server = Served::start_with(&["--ephemeral", "--runner", "shell"], |command| {
            command.env("TMPDIR", &folder).current_dir(&folder);
        });
        assert_eq!(std::fs::read_dir(temporary.path()).unwrap().count(), 1);
        server.signal(signal);
        assert_eq!(server.wait().code(), Some(0), "{}", server.log());
        let left: Vec<_> = std::fs::read_dir(temporary.path()).unwrap().flatten().map(|e| e.path()).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn what_a_killed_ephemeral_server_left_is_removed_by_the_next() {
    let temporary = tempfile::tempdir().unwrap();
    let start = || {
        Served::start_with(&["--ephemeral"], |command| {
            command.env("TMPDIR", temporary.path());
        })
    };
    let count = || std::fs::read_dir(temporary.path()).unwrap().count();
    start().kill();
    assert_eq!(count(), 1, "a killed process cannot tidy up");
    let _next = start();
    assert_eq!(count(), 1, "only the next one's own folder is there");
}

#[test]
fn a_second_server_on_the_same_data_is_told_who_has_it() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().to_str().unwrap();
    let _first = Served::start(&["--data-dir", folder]);
    let second = run(pipewright().args(["serve", "--listen", "127.0.0.1:0", "--data-dir", folder]));
    let (out, err) = texts(&second);
    assert_eq!(second.status.code(), Some(1));
    assert!(out.is_empty() && err.contains("in use by another pipewright (process "), "{err}");
}

#[test]
fn an_address_in_use_is_named() {
    let first = Served::start(&["--ephemeral"]);
    let address = first.url.strip_prefix("http://").unwrap();
    let second = run(pipewright().args(["serve", "--ephemeral", "--listen", address]));
    let (_, err) = texts(&second);
    assert_eq!(second.status.code(), Some(1));
    assert!(err.contains(&format!("cannot listen on {address}")), "{err}");
}

#[test]
fn unknown_keys_and_values_of_the_settings_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pipewright.toml");
    let data = folder.path().join("data");
    for (text, said) in [
        ("listen = \"127.0.0.1:0\"\ndata-dirs = \"x\"\n", "data-dirs"),
        ("runner = \"podman\"\n", "podman"),
        ("database = \"mysql://x\"\n", "--database: sqlite or postgres://"),
        ("external-url = \"ci.example.com\"\n", "must begin with http"),
        ("[limit]\ntrace-byte = 1\n", "there is no limit trace-byte"),
    ] {
        std::fs::write(&file, text).unwrap();
        let mut command = pipewright();
        command.args(["serve", "--config", file.to_str().unwrap()]);
        let output = run(command.current_dir(folder.path()));
        let (_, err) = texts(&output);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(err.contains(said), "{text}: {err}");
        assert!(!data.exists());
    }
}

#[tokio::test]
async fn a_flag_beats_the_environment_which_beats_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pipewright.toml");
    std::fs::write(&file, "external-url = \"http://file.example\"\ndata-dir = \"from-file\"\n").unwrap();
    let server = Served::start_with(&["--config", file.to_str().unwrap()], |command| {
        command.current_dir(folder.path()).env("PIPEWRIGHT_EXTERNAL_URL", "http://environment.example/");
        command.env("PIPEWRIGHT_LISTEN", "nowhere");
    });
    assert!(folder.path().join("from-file/pipewright.db").exists());
    let user = server.api().get("/user").await;
    assert_eq!(user["web_url"], "http://environment.example/root");
}

#[tokio::test]
async fn the_first_start_makes_root_and_says_its_token_once() {
    let data = tempfile::tempdir().unwrap();
    let start = || Served::start_bare(&["--data-dir", data.path().to_str().unwrap()]);
    let mut first = start();
    let log = first.log();
    let said = log.lines().find(|line| line.contains("it is not shown again")).expect("the token is told");
    let token = said.rsplit(' ').next().unwrap();
    assert!(token.starts_with("glpat-"), "{said}");
    let user = Api::new(&first.url, token).get("/user").await;
    assert_eq!((&user["id"], &user["username"], &user["is_admin"]), (&1.into(), &"root".into(), &true.into()));
    first.signal(Signal::SIGTERM);
    first.wait();
    let second = start();
    assert!(!second.log().contains("glpat-"));
    Api::new(&second.url, token).get("/user").await;
}

#[tokio::test]
async fn health_is_told_without_credentials() {
    let server = Served::start(&["--ephemeral"]);
    for path in ["health", "readiness", "liveness"] {
        let answer = reqwest::get(format!("{}/-/{path}", server.url)).await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
    }
}

/// Started by a shell that has lowered the limit.
#[test]
fn the_limit_of_open_files_is_raised_and_connections_fit_into_it() {
    let limits = |server: &Served| {
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.id())).ok()?;
        let line = limits.lines().find(|line| line.starts_with("Max open files"))?;
        let numbers: Vec<u64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        Some((numbers[0], numbers[1]))
    };
    let told = "fewer connections are served at a time";
    for (given, expected, said) in [("-Sn 300; ulimit -Hn 3000", (2304, 3000), false), ("-n 600", (600, 600), true)] {
        let server = Served::start_by(&format!("ulimit {given} && exec \"$0\" \"$@\""), &["--ephemeral"]);
        // Other systems keep this elsewhere.
        let Some(found) = limits(&server) else { return };
        assert_eq!(found, expected);
        assert_eq!(server.log().contains(told), said, "{}", server.log());
        if said {
            assert!(server.log().contains("asked=1024 connections=172 files=600"), "{}", server.log());
        }
    }
}
