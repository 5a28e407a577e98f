//! `lint`: which pipeline the file is compiled for, and what of the checkout it sees.

mod lint_support;

use lint_support::{Ran, Tree};

/// A job for each question.
fn asking(conditions: &[(&str, &str)]) -> String {
    let job = |(name, condition): &(&str, &str)| format!("{name}:\n  script: x\n  rules:\n    - {condition}\n");
    "workflow:\n  rules: [{when: always}]\nplain:\n  script: x\n".to_owned()
        + &conditions.iter().map(job).collect::<String>()
}

/// Names of the jobs of a list, without `plain`.
fn names(ran: &Ran) -> Vec<String> {
    let lines = ran.expect(0).out.lines().skip(1).map(|line| line.split(' ').next().unwrap().to_owned());
    lines.filter(|name| name != "plain").collect()
}

#[test]
fn flags_choose_the_pipeline() {
    let tree = Tree::of(&asking(&[
        ("branch", "if: $CI_COMMIT_BRANCH == \"topic\""),
        ("tag", "if: $CI_COMMIT_TAG == \"v1\" && $CI_PIPELINE_SOURCE == \"push\""),
        (
            "request",
            "if: $CI_PIPELINE_SOURCE == \"merge_request_event\" && $CI_MERGE_REQUEST_TARGET_BRANCH_NAME == \"next\"",
        ),
        ("schedule", "if: $CI_PIPELINE_SOURCE == \"schedule\""),
        ("trigger", "if: $CI_PIPELINE_TRIGGERED"),
        ("variable", "if: $A == \"b=c\""),
    ]));
    let table: [(&[&str], &[&str]); 9] = [
        (&[], &[]),
        (&["--ref", "topic"], &["branch"]),
        (&["--ref", "v1", "--tag"], &["tag"]),
        (&["--ref", "v1", "--source", "tag"], &["tag"]),
        (&["--source", "merge_request_event", "--default-branch", "next"], &["request"]),
        (&["--source", "schedule"], &["schedule"]),
        (&["--source", "trigger"], &["trigger"]),
        (&["--var", "A=b=c", "--var", "B=d"], &["variable"]),
        (&["--source", "web"], &[]),
    ];
    for (flags, expected) in table {
        assert_eq!(names(&tree.lint(&[&["--list"], flags].concat())), expected, "{flags:?}");
    }
    assert!(tree.lint(&["--source", "psuh"]).expect(2).err.contains("psuh"));
    assert!(tree.lint(&["--var", "novalue"]).expect(2).err.contains("DEPLOY=yes"));
    assert!(tree.lint(&["--tag"]).expect(2).err.contains("name one with --ref"));
}

#[test]
fn flags_have_twins_in_the_environment() {
    let tree = Tree::of(&asking(&[("tag", "if: $CI_COMMIT_TAG == \"v1\""), ("other", "if: $A == \"1\"")]));
    let mut command = lint_support::command(&["--list"]);
    command.current_dir(tree.path());
    command.env("PIPEWRIGHT_REF", "v1").env("PIPEWRIGHT_TAG", "true").env("PIPEWRIGHT_VAR", "A=1");
    assert_eq!(names(&lint_support::ran(&mut command)), ["tag", "other"]);
}

#[test]
fn silent_flags_are_answered_by_the_checkout() {
    let tree = Tree::committed(&[("README.md", "")]);
    tree.git(&["remote", "add", "origin", "git@git.example.com:group/sub/app.git"]);
    tree.git(&["checkout", "--quiet", "-b", "Feature/One"]);
    tree.write("src/a.c", "");
    tree.commit("Add a\n\nBecause of b.");
    let sha = tree.git(&["rev-parse", "HEAD"]);
    tree.write(
        ".gitlab-ci.yml",
        &asking(&[
            ("branch", "if: $CI_COMMIT_BRANCH == \"Feature/One\" && $CI_COMMIT_REF_SLUG == \"feature-one\""),
            ("sha", &format!("if: $CI_COMMIT_SHA == \"{sha}\" && $CI_COMMIT_SHORT_SHA == \"{}\"", &sha[..8])),
            ("message", "if: $CI_COMMIT_TITLE == \"Add a\" && $CI_COMMIT_DESCRIPTION == \"Because of b.\""),
            ("project", "if: $CI_PROJECT_PATH == \"group/sub/app\" && $CI_PROJECT_ROOT_NAMESPACE == \"group\""),
            ("server", "if: $CI_SERVER_HOST == \"git.example.com\""),
            ("default", "if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"),
        ]),
    );
    assert_eq!(names(&tree.lint(&["--list"])), ["branch", "sha", "message", "project", "server"]);
    assert_eq!(tree.lint(&["--json"]).json()["simulated"]["sha"], sha);
    // Another branch has another commit.
    let sha = tree.git(&["rev-parse", "main"]);
    assert_eq!(tree.lint(&["--json", "--ref", "main"]).json()["simulated"]["sha"], sha);
    tree.git(&["tag", "v2"]);
    assert_eq!(tree.lint(&["--json", "--tag"]).json()["simulated"]["ref"], "v2");
}

#[test]
fn exists_sees_what_git_tracks() {
    let tree = Tree::committed(&[
        ("Dockerfile", ""),
        (".gitignore", "*.log\n"),
        (
            ".gitlab-ci.yml",
            &asking(&[
                ("tracked", "exists: [Dockerfile]"),
                ("untracked", "exists: [\"new/*\"]"),
                ("ignored", "exists: [\"*.log\"]"),
            ]),
        ),
    ]);
    tree.write("new/file", "");
    tree.write("a.log", "");
    assert_eq!(names(&tree.lint(&["--list"])), ["tracked"]);
}

#[test]
fn changes_are_told_or_asked_of_git_or_taken_for_true() {
    let rules = [
        ("docs", "changes: [\"docs/**/*\"]"),
        ("src", "changes: [\"src/*\"]"),
        ("compared", "changes: {paths: [\"src/*\"], compare_to: main}"),
    ];
    let tree = Tree::committed(&[(".gitlab-ci.yml", &asking(&rules))]);
    tree.git(&["checkout", "--quiet", "-b", "topic"]);
    tree.write("src/a.c", "");
    tree.commit("Add a");
    tree.write("docs/a/b.md", "");
    tree.commit("Tell about it");
    assert_eq!(names(&tree.lint(&["--list"])), ["docs", "src", "compared"]);
    assert!(tree.lint(&[]).out.contains("note: rules:changes count as true"));
    assert_eq!(names(&tree.lint(&["--list", "--changed", "docs/x.md"])), ["docs"]);
    let both = ["--list", "--changed", "docs/x.md", "--changed", "src/b.c"];
    assert_eq!(names(&tree.lint(&both)), ["docs", "src", "compared"]);
    assert_eq!(names(&tree.lint(&["--list", "--changed-since"])), ["docs", "compared"]);
    assert_eq!(names(&tree.lint(&["--list", "--changed-since=main"])), ["docs", "src", "compared"]);
    let ran = tree.lint(&["--list", "--changed-since=nothing"]);
    assert!(ran.expect(1).err.contains("git cannot say what changed since `nothing`"), "{}", ran.err);
}

#[test]
fn comparing_with_what_is_not_there_is_an_error_of_the_file() {
    let rule = ("compared", "changes: {paths: [a], compare_to: gone}");
    let ran = Tree::committed(&[(".gitlab-ci.yml", &asking(&[rule]))]).lint(&[]);
    assert!(ran.expect(1).out.contains("rules:changes:compare_to is not a valid ref"), "{}", ran.out);
}

#[test]
fn inputs_have_the_types_the_file_declares() {
    let text = "\
spec:
  inputs:
    count: {type: number, default: 1}
    loud: {type: boolean, default: false}
    stage:
---
unit:
  script: make
  stage: $[[ inputs.stage ]]
  parallel: $[[ inputs.count ]]
  interruptible: $[[ inputs.loud ]]
";
    let tree = Tree::of(text);
    let ran = tree.lint(&["--list", "--input", "count=2", "--input", "loud=true", "--input", "stage=test"]);
    assert_eq!(ran.expect(0).out.lines().count(), 3, "{}", ran.out);
    let ran = tree.lint(&["--input", "stage=test", "--input", "count=many"]);
    assert!(ran.expect(1).out.contains("`count` input: provided value is not a number"), "{}", ran.out);
    assert!(tree.lint(&[]).expect(1).out.contains("`stage` input: required value has not been provided"));
}

#[test]
fn local_includes_take_wildcards_and_files_not_yet_committed() {
    let tree =
        Tree::committed(&[(".gitlab-ci.yml", "include: ['one/*.yml', 'all/**.yml']\n"), (".gitignore", "skip.yml\n")]);
    for path in ["one/a.yml", "one/deep/b.yml", "all/c.yml", "all/deep/er/d.yml", "one/skip.yml"] {
        let name = path.rsplit('/').next().unwrap().trim_end_matches(".yml");
        tree.write(path, &format!("{name}:\n  script: x\n"));
    }
    let ran = tree.lint(&[]);
    assert!(ran.expect(0).out.contains("  test  a, c, d\n"), "{}", ran.out);
    let ran = Tree::of("include: /../outside.yml\na:\n  script: x\n").lint(&[]);
    assert!(ran.expect(1).out.contains("Local file `../outside.yml` does not exist!"), "{}", ran.out);
}

#[test]
fn what_is_elsewhere_is_refused_with_a_way_out() {
    let table = [
        (
            "project: a/b\n    file: x.yml",
            "Project `a/b` is not here: name its work tree with --include-project a/b=PATH",
        ),
        ("remote: https://example.com/x.yml", "Remote file `https://example.com/x.yml` is not fetched by lint"),
        ("component: example.com/a/b/c@1", "Project `a/b` is not here"),
    ];
    for (entry, message) in table {
        let ran = Tree::of(&format!("include:\n  - {entry}\njob:\n  script: x\n")).lint(&[]);
        assert!(ran.expect(1).out.contains(message), "{}", ran.out);
        assert!(ran.out.contains("--server URL"), "{}", ran.out);
    }
}

#[test]
fn other_projects_come_from_their_work_trees() {
    let tools = Tree::new(&[
        ("ci/x.yml", "include: ci/y.yml\nx:\n  script: x\n"),
        ("ci/y.yml", "y:\n  script: y\n"),
        (
            "templates/lint/template.yml",
            "spec:\n  component: [name, reference]\n  inputs: {job: {default: lint}}\n---\n\"$[[ inputs.job ]]\":\n  script: echo $[[ component.name ]] $[[ component.reference ]]\n",
        ),
    ]);
    let tree = Tree::of(
        "include:\n  - project: group/tools\n    ref: v1\n    file: /ci/x.yml\n  - component: example.com/group/tools/lint@1.0.0\n",
    );
    let map = format!("Group/Tools={}", tools.path().display());
    let read = tree.lint(&["--json", "--include-project", &map]).expect(0).json();
    let jobs: Vec<_> =
        read["pipeline"]["jobs"].as_array().unwrap().iter().map(|job| job["name"].as_str().unwrap()).collect();
    assert_eq!(jobs, ["y", "x", "lint"]);
    assert_eq!(read["pipeline"]["jobs"][2]["script"][0], "echo lint 1.0.0");
    tools.write("ci/y.yml", "y:\n  script: y\n  tgas: []\n");
    let ran = tree.lint(&["--include-project", &map]);
    assert!(ran.expect(1).out.contains("group/tools@v1:ci/y.yml:3:3: error"), "{}", ran.out);
    assert!(ran.out.contains("3 |   tgas: []"), "{}", ran.out);
    let ran = tree.lint(&["--include-project", "a/b=/not/there"]);
    assert!(ran.expect(2).err.contains("/not/there"), "{}", ran.err);
}

#[test]
fn the_own_project_is_the_work_tree() {
    let tree = Tree::committed(&[
        (".gitlab-ci.yml", "include:\n  - component: $CI_SERVER_FQDN/$CI_PROJECT_PATH/mine@$CI_COMMIT_SHA\n"),
        ("templates/mine.yml", "mine:\n  script: x\n"),
    ]);
    tree.git(&["remote", "add", "origin", "https://git.example.com/group/app.git"]);
    assert!(tree.lint(&[]).expect(0).out.contains("  test  mine\n"));
}
