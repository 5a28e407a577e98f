//! `lint`: JSON, the merged file, lists, drawings.

mod lint_support;

use lint_support::Tree;

const FILE: &str = "\
stages: [build, test, deploy]
.base:
  script: make
make:
  extends: .base
  stage: build
unit:
  extends: .base
  parallel: 2
  needs: [make]
docs:
  stage: deploy
  needs: []
  script: make docs
  allow_failure: true
ship:
  stage: deploy
  script: make ship
  environment: production
  rules:
    - if: $CI_COMMIT_TAG
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
      when: manual
nightly:
  stage: deploy
  script: make all
  rules:
    - if: $CI_PIPELINE_SOURCE == \"schedule\"
";

#[test]
fn a_list_is_aligned_and_has_no_empty_cells() {
    let ran = Tree::of(FILE).lint(&["--list"]);
    ran.expect(0);
    let expected = "\
NAME      STAGE   WHEN        MAY FAIL  ENVIRONMENT  NEEDS
make      build   on_success  no        -            -
unit 1/2  test    on_success  no        -            [make]
unit 2/2  test    on_success  no        -            [make]
docs      deploy  on_success  yes       -            []
ship      deploy  manual      no        production   -
";
    assert_eq!(ran.out, expected);
    assert_eq!(ran.err, "");
}

#[test]
fn a_list_of_all_tells_which_rule_decided() {
    let ran = Tree::of(FILE).lint(&["--list", "--all"]);
    ran.expect(0);
    let line = |name: &str| ran.out.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    assert!(line("ship").contains("rule 2, line 22"), "{}", ran.out);
    assert!(line("nightly").contains("never") && line("nightly").contains("no rule matches"), "{}", ran.out);
}

#[test]
fn csv_is_for_programs() {
    let ran = Tree::of(FILE).lint(&["--list", "--csv"]);
    let expected = "name,stage,when,allow_failure,environment,needs\r\n\
        make,build,on_success,false,,*\r\n\
        unit 1/2,test,on_success,false,,make\r\n\
        unit 2/2,test,on_success,false,,make\r\n\
        docs,deploy,on_success,true,,\r\n\
        ship,deploy,manual,false,production,*\r\n";
    assert_eq!(ran.expect(0).out, expected);
    assert!(Tree::of(FILE).lint(&["--csv"]).expect(2).err.contains("--list"));
}

#[test]
fn json_has_the_pipeline_and_what_rules_decided() {
    let read = Tree::committed(&[(".gitlab-ci.yml", FILE)]).lint(&["--json"]).expect(0).json();
    assert_eq!(read["valid"], true);
    assert_eq!(read["simulated"]["ref"], "main");
    assert_eq!(read["pipeline"]["stages"], serde_json::json!([".pre", "build", "test", "deploy", ".post"]));
    assert_eq!(read["pipeline"]["jobs"][1]["needs"][0]["name"], "make");
    let rules = read["rules"]["jobs"].as_array().unwrap();
    let of = |name: &str| rules.iter().find(|job| job["name"] == name).unwrap();
    assert_eq!(of("ship")["rule"]["number"], 2);
    assert_eq!(of("ship")["rule"]["place"]["line"], 22);
    assert_eq!(of("nightly")["included"], false);
    assert_eq!(of("nightly")["because"], "no_rule_matched");
    assert_eq!(of("make")["because"], "unconditional");
}

#[test]
fn json_of_a_broken_file_has_the_same_keys() {
    let ran = Tree::new(&[
        (".gitlab-ci.yml", "include: ci/a.yml\n"),
        ("ci/a.yml", "unit:\n  script: make\n  artefacts: {}\n"),
    ])
    .lint(&["--json"]);
    let read = ran.expect(1).json();
    assert_eq!(read["valid"], false);
    let error = &read["errors"][0];
    assert_eq!(error["message"], "jobs:unit config contains unknown keys: artefacts");
    assert_eq!(error["place"], serde_json::json!({ "file": "ci/a.yml", "line": 3, "column": 3 }));
    assert_eq!(error["suggestion"], "did you mean \"artifacts\"?");
    assert_eq!(error["included_from"][0]["line"], 1);
    assert!(read["pipeline"].is_null() && read["rules"].is_null());
}

#[test]
fn the_merged_file_compiles_to_the_same_pipeline() {
    let tree = Tree::new(&[
        (".gitlab-ci.yml", "include: ci/*.yml\nunit:\n  extends: .base\n  variables: {A: \"1\"}\n"),
        ("ci/base.yml", ".base:\n  script: !reference [.lines, script]\n.lines:\n  script: [one, two]\n"),
    ]);
    let merged = tree.lint(&["--merged"]);
    assert!(!merged.expect(0).out.contains("include"), "{}", merged.out);
    let first = tree.lint(&["--json"]).json();
    let second = tree.lint_stdin(&["-", "--json"], merged.out.as_bytes()).json();
    assert_eq!(first["pipeline"]["jobs"], second["pipeline"]["jobs"], "{}", merged.out);
    assert_eq!(first["pipeline"]["jobs"][0]["script"], serde_json::json!(["one", "two"]));
}

#[test]
fn a_broken_file_can_be_looked_at_merged() {
    let ran = Tree::of("unit:\n  script: make\n  scirpt: make\n").lint(&["--merged"]);
    ran.expect(1);
    assert!(ran.out.contains("scirpt: make"), "{}", ran.out);
    assert!(ran.err.contains("unknown keys: scirpt") && ran.err.ends_with("invalid, 1 error\n"), "{}", ran.err);
}

#[test]
fn drawings_have_stages_and_needs() {
    let tree = Tree::of(FILE);
    let mermaid = tree.lint(&["--graph", "mermaid"]);
    assert!(mermaid.expect(0).out.starts_with("flowchart LR\n  subgraph s0[\"build\"]\n    j0[\"make\"]\n"));
    assert!(mermaid.out.contains("  j0 --> j1\n  j0 --> j2\n"), "{}", mermaid.out);
    // `docs` starts at once, `ship` waits for the stage before.
    assert!(mermaid.out.contains("  s1 -.-> j4\n") && !mermaid.out.contains("-> j3\n"), "{}", mermaid.out);
    let dot = tree.lint(&["--graph", "dot"]);
    assert!(dot.expect(0).out.contains("j0 -> j1;"), "{}", dot.out);
    assert!(tree.lint(&["--graph", "png"]).expect(2).err.contains("mermaid"));
}

#[test]
fn one_result_at_a_time() {
    let ran = Tree::of(FILE).lint(&["--json", "--list"]);
    assert!(ran.expect(2).err.contains("cannot be used with"), "{}", ran.err);
}

#[test]
fn a_file_that_makes_no_pipeline_is_valid_and_says_so() {
    let tree = Tree::of("workflow:\n  rules:\n    - if: $CI_COMMIT_TAG\nunit:\n  script: make\n");
    let ran = tree.lint(&[]);
    assert!(ran.expect(0).out.contains("no pipeline would be made: Pipeline filtered out by workflow rules."));
    let read = tree.lint(&["--json"]).expect(0).json();
    assert_eq!(read["refusal"], "Pipeline filtered out by workflow rules.");
    tree.lint(&["--ref", "v1", "--tag"]).expect(0);
    let ran = Tree::of("unit:\n  script: make\n  rules: [{when: never}]\n").lint(&[]);
    assert!(ran.expect(0).out.contains("left out by rules: unit"), "{}", ran.out);
}
