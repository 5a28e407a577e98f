//! `lint`: places, words, statuses.

use crate::support::{pipewright, run, texts};
use serde_json::Value;

fn lint(files: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let output = run(pipewright().arg("lint").args(arguments).current_dir(folder.path()));
    let (out, err) = texts(&output);
    (output.status.code(), out, err)
}

#[test]
fn a_good_file_is_shown_by_stage() {
    let file =
        "stages: [build, test]\nmake:\n  stage: build\n  script: make\nunit:\n  parallel: 2\n  script: make test\n";
    let (code, out, err) = lint(&[(".gitlab-ci.yml", file)], &[]);
    assert_eq!(code, Some(0), "{out}{err}");
    assert_eq!(out, ".gitlab-ci.yml: valid, 3 jobs in 2 stages\n  build  make\n  test   unit 1/2, unit 2/2\n");
}

#[test]
fn a_misspelt_keyword_is_underlined_where_it_stands() {
    let (code, out, _) = lint(&[(".gitlab-ci.yml", "unit:\n  script: make test\n  artefacts: {}\n")], &[]);
    assert_eq!(code, Some(1));
    assert!(out.contains(".gitlab-ci.yml:3:3: error: jobs:unit config contains unknown keys: artefacts"), "{out}");
    assert!(out.contains("3 |   artefacts: {}\n  |   ^^^^^^^^^ did you mean \"artifacts\"?"), "{out}");
}

#[test]
fn what_is_no_yaml_is_refused_with_its_place() {
    let (code, out, _) = lint(&[(".gitlab-ci.yml", "unit:\n  script: [a, b\n")], &[]);
    assert_eq!(code, Some(1));
    assert!(out.contains("error: "), "{out}");
}

#[test]
fn local_includes_come_from_the_folder() {
    let files = [
        (".gitlab-ci.yml", "include: ci/*.yml\n"),
        ("ci/a.yml", "a:\n  script: one\n"),
        ("ci/b.yml", "b:\n  script: two\n"),
    ];
    let (code, out, err) = lint(&files, &[]);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains("a, b"), "{out}");
    let (code, out, _) = lint(&[(".gitlab-ci.yml", "include: ci/none.yml\na:\n  script: one\n")], &[]);
    assert_eq!(code, Some(1));
    assert!(out.contains("Local file `ci/none.yml` does not exist!"), "{out}");
}

#[test]
fn json_holds_the_compiled_pipeline_or_what_is_wrong() {
    let file = "unit:\n  script: make test\n  rules:\n    - if: $KIND == \"quick\"\n";
    let files = [(".gitlab-ci.yml", file)];
    let (code, out, _) = lint(&files, &["--json", "--var", "KIND=quick"]);
    let read: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &read["valid"], &read["pipeline"]["jobs"][0]["name"]), (Some(0), &true.into(), &"unit".into()));

    let (code, out, _) = lint(&[("other.yml", "unit:\n  script: x\n  scrpt: x\n")], &["--json", "other.yml"]);
    let read: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &read["valid"]), (Some(1), &false.into()));
    assert_eq!((&read["errors"][0]["place"]["line"], &read["errors"][0]["place"]["column"]), (&3.into(), &3.into()));
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let (code, _, err) = lint(&[], &[]);
    assert_eq!(code, Some(2));
    assert!(err.contains(".gitlab-ci.yml does not exist"), "{err}");
}

#[test]
fn the_own_files_are_valid() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    for folder in [root.to_owned(), format!("{root}/examples/roman")] {
        let file = format!("{folder}/.gitlab-ci.yml");
        // The example's includes start at its own root, which inside this repository is a folder.
        let copy = tempfile::tempdir().unwrap();
        std::fs::copy(&file, copy.path().join(".gitlab-ci.yml")).unwrap();
        let output = run(pipewright().arg("lint").current_dir(copy.path()));
        let (out, err) = texts(&output);
        assert_eq!(output.status.code(), Some(0), "{out}{err}");
    }
}
