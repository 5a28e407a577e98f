//! The merged YAML of a configuration.

mod common;

use common::Fixture;
use pipewright_ci_config::{Facts, SourceFile, compile, merged_yaml};

#[test]
fn includes_references_and_parents_are_written_out() {
    let text = "include: a.yml\n.base: {image: alpine, script: [echo base]}\njob:\n  extends: .base\n  variables: {A: 012}\n  script:\n  - !reference [.base, script]\n  - echo own\n";
    let files = Fixture::with(&[("a.yml", "stages: [one]\njob: {stage: one, tags: ['1']}\n")]);
    let (source, facts) = (SourceFile::root(".gitlab-ci.yml", text), Facts::branch("main", "push"));
    let merged = merged_yaml(&source, &facts, &files).unwrap();
    assert_eq!(
        merged,
        "---\nstages:\n- one\njob:\n  image: alpine\n  script:\n  - - echo base\n  - echo own\n  stage: one\n  tags:\n  - '1'\n  extends: .base\n  variables:\n    A: 10\n.base:\n  image: alpine\n  script:\n  - echo base\n"
    );
    let plain = compile(&source, &facts, &files).unwrap();
    let again = compile(&SourceFile::root(".gitlab-ci.yml", merged), &facts, &files).unwrap();
    assert_eq!(plain.jobs, again.jobs);
}

#[test]
fn a_broken_file_says_where() {
    let source = SourceFile::root(".gitlab-ci.yml", "job: {extends: .nowhere}\n");
    let errors = merged_yaml(&source, &Facts::branch("main", "push"), &Fixture::default()).unwrap_err();
    assert_eq!(errors.to_string(), ".gitlab-ci.yml:1:16: job: unknown keys in `extends` (.nowhere)");
}
