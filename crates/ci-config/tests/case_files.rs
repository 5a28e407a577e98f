//! Configurations of the status machine's and the runner's case files: all of them compile.

mod common;

use common::{cases, try_compile};
use std::fs;

/// The block under a top-level key, its indentation taken off.
fn block(text: &str, key: &str) -> String {
    let mut lines = text.lines().skip_while(|line| !line.starts_with(&format!("{key}:"))).skip(1).peekable();
    let indent = lines.peek().map_or(0, |line| line.len() - line.trim_start().len());
    lines
        .take_while(|line| line.is_empty() || line.starts_with(' ') || line.starts_with('#'))
        .map(|line| line.get(indent..).unwrap_or("").to_owned() + "\n")
        .collect()
}

fn each(folder: &str, key: &str, expected: usize) {
    let Some(folder) = cases(folder) else { return };
    let mut count = 0;
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let config = block(&fs::read_to_string(&path).unwrap(), key);
        match try_compile(&config) {
            Ok(plan) => assert!(!plan.jobs.is_empty(), "{}: no jobs\n{config}", path.display()),
            Err(errors) => panic!("{}: {errors:#?}\n{config}", path.display()),
        }
        count += 1;
    }
    assert_eq!(count, expected);
}

#[test]
fn status_machine_cases_compile() {
    each("pipeline_processing", "config", 40);
}

#[test]
fn runner_cases_compile() {
    each("runner_yamls", "gitlab_ci", 12);
}

#[test]
fn the_runners_steps_keep_their_order() {
    let Some(folder) = cases("runner_yamls") else { return };
    let text = fs::read_to_string(folder.join("run_steps.yml")).unwrap();
    let plan = try_compile(&block(&text, "gitlab_ci")).unwrap();
    let expected = text.lines().last().unwrap().trim();
    assert_eq!(plan.jobs[0].run.as_deref(), Some(expected));
}
