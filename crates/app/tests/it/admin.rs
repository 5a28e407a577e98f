//! `admin`: on the server's own data.

use crate::support::{Api, Served, pipewright, run, texts};
use nix::sys::signal::Signal;
use std::path::Path;

fn admin(data: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = run(pipewright().arg("admin").args(arguments).arg("--data-dir").arg(data));
    let (out, err) = texts(&output);
    (output.status.code(), out, err)
}

#[tokio::test]
async fn users_and_tokens_made_offline_work_online() {
    let data = tempfile::tempdir().unwrap();
    let (code, out, err) = admin(data.path(), &["user", "create", "alice", "--name", "Alice Liddell"]);
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(out, "2\talice\tAlice Liddell\tuser\tactive\n");
    assert!(err.contains("root has this token"), "an empty server gets its administrator first: {err}");

    let (_, token, _) = admin(data.path(), &["token", "create", "alice", "--scope", "read_api,read_user"]);
    let token = token.trim();
    assert!(token.starts_with("glpat-"), "{token}");
    let (_, list, err) = admin(data.path(), &["token", "list", "alice"]);
    assert!(list.ends_with("\tread_api,read_user\tactive\tnever\n") && !list.contains(token), "{list}");
    assert!(err.is_empty(), "{err}");
    let spare = ["token", "create", "alice", "--expires", "2999-01-31"];
    assert_eq!(admin(data.path(), &spare).0, Some(0));
    assert_eq!(admin(data.path(), &["token", "revoke", "3"]).0, Some(0));
    let (code, _, err) = admin(data.path(), &["token", "revoke", "3"]);
    assert_eq!((code, err.as_str()), (Some(1), "pipewright: token 3 was revoked before\n"));
    let (code, out, err) = admin(data.path(), &["project", "create", "alice/hello"]);
    assert_eq!((code, out.as_str()), (Some(0), "1\talice/hello\tprivate\n"), "{err}");

    let mut server = Served::start(&["--data-dir", data.path().to_str().unwrap()]);
    let alice = Api::new(&server.url, token);
    assert_eq!(alice.get("/user").await["username"], "alice");
    assert_eq!(alice.get("/projects/1").await["path_with_namespace"], "alice/hello");

    let (code, _, err) = admin(data.path(), &["user", "list"]);
    assert_eq!(code, Some(1));
    assert!(err.contains("in use by another pipewright"), "{err}");

    server.signal(Signal::SIGTERM);
    server.wait();
    let (_, out, _) = admin(data.path(), &["user", "block", "alice"]);
    assert!(out.ends_with("\tblocked\n"), "{out}");
    let server = Served::start(&["--data-dir", data.path().to_str().unwrap()]);
    let alice = Api::new(&server.url, token).request(reqwest::Method::GET, "/user").send().await.unwrap();
    assert!(alice.status() == 401 || alice.status() == 403, "{}", alice.status());
}

#[test]
fn what_is_not_there_is_named() {
    let data = tempfile::tempdir().unwrap();
    for (arguments, said) in [
        (&["token", "create", "nobody"][..], "there is no user nobody"),
        (&["token", "revoke", "77"], "there is no token 77"),
        (&["token", "create", "root", "--scope", "everything"], "`everything` is not one of: api, "),
        (&["project", "create", "nowhere/hello"], "nowhere"),
    ] {
        let (code, out, err) = admin(data.path(), arguments);
        assert_ne!(code, Some(0));
        assert!(out.is_empty() && err.contains(said), "{arguments:?}: {err}");
    }
}

#[test]
fn migrate_prepares_a_database() {
    let data = tempfile::tempdir().unwrap();
    let (code, out, err) = admin(data.path(), &["migrate"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.starts_with("the schema is up to date (SQLite in "), "{out}");
    assert!(data.path().join("pipewright.db").exists());
}

#[test]
fn a_key_that_does_not_fit_is_refused_before_anything_is_stored_with_it() {
    let data = tempfile::tempdir().unwrap();
    assert_eq!(admin(data.path(), &["user", "create", "alice"]).0, Some(0));
    let key = data.path().join("secret.key");
    let kept = data.path().join("kept.key");
    std::fs::rename(&key, &kept).unwrap();
    let (code, _, err) = admin(data.path(), &["user", "list"]);
    assert_eq!(code, Some(1));
    assert!(err.contains("not the key this database's secrets were stored with"), "{err}");
    let named = ["user", "list", "--key-file", kept.to_str().unwrap()];
    let (code, out, err) = admin(data.path(), &named);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("\talice\t"), "{out}");
}
