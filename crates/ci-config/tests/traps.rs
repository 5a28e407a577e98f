//! The compiler's traps of the CI YAML contract §13, by number. Those of expressions (20-24) and
//! patterns (26) are beside their code (`src/expr`, `src/glob.rs`); those of the status machine (1-12) are
//! scenarios of its own crate (`crates/pipeline/tests/scenarios`), which has the retry of 30 too; the reports
//! of 30 are the runner's (`crates/runner/tests/files.rs`).

mod common;

use common::{Fixture, errors, plan, try_with};
use pipewright_ci_config::{Facts, SourceFile, Verdict, compile};
use pipewright_model::When;

fn names(text: &str) -> Vec<String> {
    plan(text).jobs.into_iter().map(|job| job.name).collect()
}

#[test]
fn trap_01_empty_needs_are_kept_apart_from_none() {
    let plan = plan("a: {script: x, needs: []}\nb: {script: x}\n");
    assert_eq!(plan.jobs[0].needs.as_deref(), Some(&[][..]));
    assert_eq!(plan.jobs[1].needs, None);
}

#[test]
fn trap_04_manual_is_allowed_to_fail_at_job_level_only() {
    let plan = plan("a: {script: x, when: manual}\nb: {script: x, rules: [{when: manual}]}\n");
    assert!(plan.jobs[0].allow_failure);
    assert!(!plan.jobs[1].allow_failure);
    assert_eq!(plan.jobs[1].when, When::Manual);
}

#[test]
fn trap_13_parallel_of_one_renames_the_job() {
    assert_eq!(names("job: {script: x, parallel: 1}\n"), ["job 1/1"]);
}

#[test]
fn trap_14_matrix_names_hold_values_only() {
    let text = "build: {script: x, parallel: {matrix: [{P: aws, S: [a, b]}]}}\n";
    assert_eq!(names(text), ["build: [aws, a]", "build: [aws, b]"]);
    let reversed =
        format!("{text}t: {{script: x, needs: [{{job: build, parallel: {{matrix: [{{S: a, P: aws}}]}}}}]}}\n");
    assert!(errors(&reversed)[0].contains("'build: [a, aws]' does not exist in the pipeline"));
}

#[test]
fn trap_15_extends_replaces_lists_and_merges_maps() {
    let text = ".a: {script: [a], variables: {A: '1'}, tags: [x, y]}\nb: {extends: .a, tags: [z], variables: {B: '2'}}\nc: {extends: .a, variables: null}\nd: {extends: .a, variables: {}}\n";
    let plan = plan(text);
    assert_eq!(plan.jobs[0].tags, ["z"]);
    assert_eq!(plan.jobs[0].variables.len(), 2);
    assert_eq!(plan.jobs[1].variables.len(), 0);
    assert_eq!(plan.jobs[2].variables.len(), 1);
}

#[test]
fn trap_16_the_later_parent_wins() {
    let plan = plan(".a: {script: a, image: a}\n.b: {image: b}\njob: {extends: [.a, .b]}\n");
    assert_eq!(plan.jobs[0].image.as_ref().map(|image| image.name.as_str()), Some("b"));
}

#[test]
fn trap_17_a_key_replaces_the_default_wholly() {
    let plan = plan("default: {cache: {key: k, paths: [d]}}\njob: {script: x, cache: {paths: [x]}}\n");
    let cache = &plan.jobs[0].cache[0];
    assert_eq!(cache.paths, ["x"]);
    assert_eq!(cache.key, pipewright_ci_config::plan::CacheKey::Text("default".to_owned()));
}

#[test]
fn trap_18_a_merge_key_overwrites_what_is_before_it() {
    let plan = plan(".a: &a {script: a}\nafter: {script: own, <<: *a}\nbefore: {<<: *a, script: own}\n");
    assert_eq!(plan.jobs[0].script, ["a"]);
    assert_eq!(plan.jobs[1].script, ["own"]);
}

#[test]
fn trap_19_numbers_are_read_before_they_are_texts() {
    let plan = plan("job: {script: x, variables: {A: 012345, B: 1:30}}\n");
    let values: Vec<&str> = plan.jobs[0].variables.iter().map(|one| one.value.as_str()).collect();
    assert_eq!(values, ["5349", "5400"]);
}

#[test]
fn trap_25_changes_are_true_without_a_range() {
    let text = "job: {script: x, rules: [{changes: [nothing]}]}\n";
    assert_eq!(names(text), ["job"]);
    let range = Fixture { changed: Some(vec!["a".to_owned()]), ..Fixture::default() };
    assert_eq!(try_with(text, &range).unwrap().verdict, Verdict::NoJobs);
}

#[test]
fn trap_27_rules_take_away_the_default_only() {
    let text = "plain: {script: x}\nruled: {script: x, rules: [{when: on_success}]}\n";
    let source = SourceFile::root(".gitlab-ci.yml", text);
    let facts = Facts::branch("main", "merge_request_event");
    let plan = compile(&source, &facts, &Fixture::default()).unwrap();
    let names: Vec<&str> = plan.jobs.iter().map(|job| job.name.as_str()).collect();
    assert_eq!(names, ["ruled"]);
    assert!(plan.warnings[0].message.starts_with("jobs:ruled may allow multiple pipelines to run"));
}

#[test]
fn trap_28_pre_and_post_alone_are_no_pipeline() {
    let plan = plan("a: {stage: .pre, script: x}\nb: {stage: .post, script: x}\n");
    assert_eq!(plan.verdict, Verdict::NoJobs);
    assert!(plan.verdict.refusal().unwrap().starts_with("Pipeline will not run for the selected trigger."));
}

#[test]
fn trap_29_needs_and_dependencies_must_agree_and_exist() {
    let base = "b1: {stage: build, script: x}\nb2: {stage: build, script: x}\n";
    let text = format!("{base}t: {{script: x, needs: [b1], dependencies: [b2]}}\n");
    assert_eq!(errors(&text), ["jobs:t dependencies the b2 should be part of needs"]);
    let absent = "b: {stage: build, script: x, rules: [{if: $NO}]}\nt: {script: x, needs: [b]}\n";
    assert!(errors(absent)[0].starts_with("'t' job needs 'b' job, but 'b' does not exist in the pipeline."));
    let optional = plan("t: {script: x, needs: [{job: nowhere, optional: true}]}\n");
    assert_eq!(optional.jobs[0].needs.as_deref(), Some(&[][..]));
}
