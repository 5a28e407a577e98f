//! `lint`: what is wrong, where, and how it is told.

mod lint_support;

use lint_support::{Tree, command, ran};

#[test]
fn several_errors_are_told_at_once_with_lines_and_counts() {
    let tree = Tree::of("build:\n  scirpt: make\n  script: make\n\ntest:\n  script: make test\n  tags: fast\n");
    let ran = tree.lint(&[]);
    ran.expect(1);
    let expected = "\
.gitlab-ci.yml:2:3: error: jobs:build config contains unknown keys: scirpt
  |
2 |   scirpt: make
  |   ^^^^^^ did you mean \"script\"?

";
    assert!(ran.out.starts_with(expected), "{}", ran.out);
    assert!(ran.out.contains("\n7 |   tags: fast\n  |         ^^^^"), "{}", ran.out);
    assert!(ran.out.contains(".gitlab-ci.yml:7:9: error: jobs:test:tags config should be an array of strings"));
    assert!(ran.out.ends_with("\n.gitlab-ci.yml: invalid, 2 errors\n"), "{}", ran.out);
    assert!(!ran.out.contains('\u{1b}'), "no colours on a pipe: {}", ran.out);
    assert_eq!(ran.err, "");
}

#[test]
fn an_error_in_an_included_file_tells_the_whole_way_there() {
    let tree = Tree::new(&[
        (".gitlab-ci.yml", "include: ci/all.yml\n"),
        ("ci/all.yml", "include:\n  - local: ci/jobs.yml\n"),
        ("ci/jobs.yml", "unit:\n  script: make\n  artefacts: {}\n"),
    ]);
    let ran = tree.lint(&[]);
    ran.expect(1);
    assert!(ran.out.contains("ci/jobs.yml:3:3: error: "), "{}", ran.out);
    assert!(ran.out.contains("3 |   artefacts: {}\n"), "{}", ran.out);
    let way = "  = included from ci/all.yml:2:12\n  = included from .gitlab-ci.yml:1:10\n";
    assert!(ran.out.contains(way), "{}", ran.out);
}

#[test]
fn what_is_no_yaml_is_told_by_its_place() {
    let ran = Tree::of("unit:\n  script: make\n bad: [\n").lint(&[]);
    ran.expect(1);
    assert!(ran.out.starts_with(".gitlab-ci.yml:3:"), "{}", ran.out);
    assert!(ran.out.contains("3 |  bad: ["), "{}", ran.out);
}

#[test]
fn warnings_are_shown_and_the_file_stays_valid() {
    let tree = Tree::of("unit:\n  script: make\n  rules:\n    - when: always\n");
    let ran = tree.lint(&[]);
    ran.expect(0);
    assert!(ran.out.contains("warning: jobs:unit may allow multiple pipelines to run"), "{}", ran.out);
    assert!(ran.out.contains(".gitlab-ci.yml: valid, 1 job in 1 stage, 1 warning\n"), "{}", ran.out);
    // Beside a result they go to standard error.
    let ran = tree.lint(&["--list"]);
    assert!(ran.err.contains("warning: ") && !ran.out.contains("warning: "), "{}{}", ran.out, ran.err);
}

#[test]
fn escape_sequences_in_a_file_do_not_reach_the_terminal() {
    let ran = Tree::of("\"a\\e[31mb\":\n  scirpt: \"x\"\n").lint(&[]);
    ran.expect(1);
    assert!(!ran.out.contains('\u{1b}'), "{:?}", ran.out);
}

#[test]
fn what_cannot_be_looked_at_is_neither_valid_nor_invalid() {
    let tree = Tree::new(&[("bytes.yml", "")]);
    std::fs::write(tree.path().join("bytes.yml"), b"\xff\xfe").unwrap();
    std::fs::create_dir(tree.path().join("folder")).unwrap();
    for (file, reason) in
        [("none.yml", "none.yml does not exist"), ("bytes.yml", "is not UTF-8 text"), ("folder", "is a folder")]
    {
        let ran = tree.lint(&[file]);
        assert!(ran.expect(2).err.contains(reason), "{}", ran.err);
        assert_eq!(ran.out, "");
    }
    let ran = tree.lint(&["nowhere/file.yml"]);
    assert!(ran.expect(2).err.contains("nowhere: No such file"), "{}", ran.err);
    let ran = tree.lint(&["--frobnicate"]);
    assert!(ran.expect(2).err.contains("--frobnicate"), "{}", ran.err);
}

#[test]
fn a_bomb_and_a_monster_are_refused_in_bounds() {
    let mut bomb = "a: &a [x, x]\n".to_owned();
    for (name, above) in ('b'..='z').zip('a'..='y') {
        bomb.extend([name, ':', ' ', '&', name, ' ', '[', '*', above, ',', '*', above, ']', '\n']);
    }
    let ran = Tree::of(&bomb).lint(&[]);
    assert!(ran.expect(1).out.contains("too big"), "{}", ran.out);
    let ran = Tree::of(&format!("# {}\na:\n  script: b\n", "x".repeat(3_000_000))).lint(&[]);
    assert!(ran.expect(1).out.contains("bytes"), "{}", ran.out);
    let ran = Tree::new(&[]).lint_stdin(&["-"], &vec![b'#'; 20_000_000]);
    assert!(ran.expect(2).err.contains("standard input is too big"), "{}", ran.err);
}

#[test]
fn standard_input_is_a_file_of_this_tree() {
    let tree = Tree::new(&[("ci/a.yml", "a:\n  script: one\n")]);
    let ran = tree.lint_stdin(&["-"], b"include: ci/a.yml\nb:\n  script: two\n");
    assert!(ran.expect(0).out.contains("<stdin>: valid, 2 jobs"), "{}", ran.out);
    let ran = tree.lint_stdin(&["-"], b"b:\n  script: two\n  tgas: [a]\n");
    assert!(ran.expect(1).out.contains("<stdin>:3:3: error"), "{}", ran.out);
}

#[test]
fn the_repository_is_found_from_a_folder_below() {
    let tree = Tree::committed(&[(".gitlab-ci.yml", "include: ci/a.yml\n"), ("ci/a.yml", "a:\n  script: one\n")]);
    tree.write("deep/er/file", "");
    let ran = tree.lint_in("deep/er", &[]);
    assert!(ran.expect(0).out.starts_with(".gitlab-ci.yml: valid, 1 job"), "{}", ran.out);
    let ran = tree.lint_in("deep", &["../ci/a.yml"]);
    assert!(ran.expect(0).out.starts_with("ci/a.yml: valid"), "{}", ran.out);
}

#[test]
fn a_reader_who_stops_early_is_no_error() {
    let jobs: Vec<String> = (0..2000).map(|number| format!("job {number}:\n  script: make\n")).collect();
    let text = jobs.concat();
    let tree = Tree::of(&text);
    let mut child = command(&["--list"]).current_dir(tree.path()).stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn help_has_every_flag_and_examples() {
    let ran = ran(&mut command(&["--help"]));
    ran.expect(0);
    for word in ["--json", "--merged", "--list", "--csv", "--graph", "--server", "--changed", "--input", "Examples:"] {
        assert!(ran.out.contains(word), "{word}: {}", ran.out);
    }
}
