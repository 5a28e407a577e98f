//! A file of many keywords at once, and the shape of its plan.

use pipewright_ci_config::{Facts, NoFiles, SourceFile, compile};

const FILE: &str = r#"
stages: [build, test, deploy]
default:
  image: alpine:3.20
  before_script: [echo before]
variables:
  GLOBAL: one
.base:
  tags: [linux]
  script: [make base]
build:
  extends: .base
  stage: build
  artifacts:
    paths: [out/]
    expire_in: 1 week
    reports:
      junit: report.xml
test:
  parallel: 2
  script:
    - !reference [.base, script]
    - make test
  needs: [build]
  rules:
    - if: $CI_COMMIT_BRANCH == "main"
      variables: {DEEP: "1"}
deploy:
  stage: deploy
  script: make deploy
  when: manual
  environment: {name: prod/$CI_COMMIT_REF_NAME}
  needs: [test]
child:
  stage: deploy
  trigger:
    include: child.yml
    strategy: depend
"#;

#[test]
fn a_file_of_many_keywords() {
    let plan = compile(&SourceFile::root(".gitlab-ci.yml", FILE), &Facts::branch("main", "push"), &NoFiles)
        .unwrap_or_else(|errors| panic!("{errors}"));
    assert!(plan.verdict.runs());
    let names: Vec<&str> = plan.jobs.iter().map(|job| job.name.as_str()).collect();
    assert_eq!(names, ["build", "test 1/2", "test 2/2", "deploy", "child"]);
    assert_eq!(plan.jobs[0].script, ["echo before", "make base"]);
    assert_eq!(plan.jobs[1].script, ["echo before", "make base", "make test"]);
    assert_eq!(plan.jobs[3].needs.as_ref().map(Vec::len), Some(2));
    assert!(plan.jobs[3].allow_failure);
    assert_eq!(plan.jobs[3].environment.as_ref().map(|one| one.expanded_name.as_str()), Some("prod/main"));
    let json = serde_json::to_string(&plan).unwrap_or_else(|error| panic!("{error}"));
    let mut back: pipewright_ci_config::Plan = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}"));
    // A count for who shows the file, not part of what is kept.
    back.jobs.iter_mut().zip(&plan.jobs).for_each(|(back, job)| back.before_script_lines = job.before_script_lines);
    assert_eq!(back, plan);
}
