//! `demo`: what a newcomer sees first.

use crate::support::{pipewright, run, texts};

#[test]
fn once_runs_the_sample_pipeline_and_tells_its_status() {
    let temporary = tempfile::tempdir().unwrap();
    let output = run(pipewright().args(["demo", "--once"]).env("TMPDIR", temporary.path()));
    let (out, err) = texts(&output);
    assert_eq!(output.status.code(), Some(0), "{out}\n{err}");
    for said in [
        "http://127.0.0.1:",
        "glpat-",
        "build",
        "unit 1/2",
        "unit 2/2",
        "failed (allowed)",
        "archive",
        "page",
        "words",
        "waits for somebody",
        ": success",
        "curl --header",
    ] {
        assert!(out.contains(said), "{said} is missing:\n{out}");
    }
    assert!(err.is_empty(), "{err}");
    assert_eq!(std::fs::read_dir(temporary.path()).unwrap().count(), 0, "nothing is left behind");
}
