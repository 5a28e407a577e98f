//! What rules decided, and texts as inputs.

use pipewright_ci_config::{Because, Facts, NoFiles, Outcomes, SourceFile, explain, typed_inputs};
use pipewright_model::When;
use std::collections::BTreeMap;

fn outcomes(text: &str, facts: &Facts) -> Outcomes {
    explain(&SourceFile::root(".gitlab-ci.yml", text), facts, &NoFiles).unwrap().1
}

#[test]
fn every_job_says_which_rule_decided() {
    let text = "\
workflow:
  rules:
    - if: $CI_COMMIT_TAG
    - if: $CI_COMMIT_BRANCH
plain:
  script: a
ruled:
  script: b
  rules:
    - if: $NOTHING
    - when: manual
never:
  script: c
  rules: [{when: never}]
none:
  script: d
  rules: [{if: $NOTHING}]
tags:
  script: e
  only: [tags]
";
    let outcomes = outcomes(text, &Facts::branch("main", "push"));
    assert_eq!(outcomes.workflow.map(|rule| (rule.number, rule.place.line)), Some((2, 4)));
    let told: Vec<_> = outcomes
        .jobs
        .iter()
        .map(|job| {
            let rule = job.rule.as_ref().map(|rule| (rule.number, rule.place.line));
            (job.name.as_str(), job.included, job.when, job.because, rule)
        })
        .collect();
    let expected = [
        ("plain", true, When::OnSuccess, Because::Unconditional, None),
        ("ruled", true, When::Manual, Because::RuleMatched, Some((2, 11))),
        ("never", false, When::Never, Because::RuleMatched, Some((1, 14))),
        ("none", false, When::Never, Because::NoRuleMatched, None),
        ("tags", false, When::Never, Because::OnlyExcept, None),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_workflow_that_says_no_decides_alone() {
    let text = "workflow:\n  rules: [{when: never}]\njob:\n  script: a\n";
    let outcomes = outcomes(text, &Facts::branch("main", "push"));
    assert!(outcomes.workflow.is_some() && outcomes.jobs.is_empty());
}

#[test]
fn texts_become_what_the_inputs_declare() {
    let text = "\
spec:
  inputs:
    count: {type: number}
    loud: {type: boolean}
    list: {type: array}
    name:
---
job:
  script: a
";
    let source = SourceFile::root(".gitlab-ci.yml", text);
    let given = [("count", "3"), ("loud", "true"), ("list", "[1, \"b\"]"), ("name", "7"), ("other", "1")];
    let given: BTreeMap<_, _> = given.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    let typed = typed_inputs(&source, &Facts::default(), &NoFiles, &given);
    let shown = serde_json::to_string(&typed).unwrap();
    assert_eq!(shown, r#"{"count":3,"list":[1,"b"],"loud":true,"name":"7","other":"1"}"#);

    let wrong = BTreeMap::from([("count".to_owned(), "many".to_owned())]);
    assert_eq!(typed_inputs(&source, &Facts::default(), &NoFiles, &wrong)["count"], "many");
}
