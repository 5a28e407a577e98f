//! Broken variants of every case file: whatever they are, the compiler answers and never panics.

mod common;

use common::{Fixture, try_with};
use pipewright_ci_config::{Facts, SourceFile, compile, merged_yaml};
use proptest::prelude::*;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Lines tried of one file: long files repeat themselves.
const LINES: usize = 24;

fn corpus() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let folders = fs::read_dir(root).unwrap().map(|folder| folder.unwrap().path());
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()));
    let mut paths: Vec<_> = files.filter(|path| path.extension().is_some_and(|extension| extension == "yml")).collect();
    paths.sort();
    paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn cut_off_files_are_answered() {
    let files = Fixture { any: Some("included: {script: x}\n".to_owned()), ..Fixture::default() };
    for text in corpus() {
        // Long files repeat themselves.
        for (end, _) in text.char_indices().step_by((text.len() / 60).max(7)) {
            let _ = try_with(&text[..end], &files);
        }
    }
}

#[test]
fn values_in_the_wrong_place_are_answered() {
    let files = Fixture { any: Some("included: {script: x}\n".to_owned()), ..Fixture::default() };
    let strangers =
        ["", "1", "true", "[]", "{}", "[[x]]", "{a: b}", "~", "'text'", "!reference [a, b]", "-1", "1.5", ":sym"];
    for (turn, text) in corpus().into_iter().enumerate() {
        let lines: Vec<&str> = text.lines().collect();
        for at in 0..lines.len().min(LINES) {
            let Some((key, _)) = lines[at].split_once(": ") else { continue };
            // Each line some of them, in turn.
            for stranger in strangers.iter().cycle().skip((turn + at) * 5 % strangers.len()).take(5) {
                let changed = format!("{key}: {stranger}");
                let mut copy = lines.clone();
                copy[at] = &changed;
                let _ = try_with(&copy.join("\n"), &files);
            }
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "[ -~\n\u{e9}\t]{0,200}") {
        let _ = try_with(&text, &Fixture::default());
    }

    #[test]
    fn any_condition_is_answered(text in "[$A-Z_a-z\"'/=~!&|()\\\\ .*+\\[\\]{}0-9]{0,60}") {
        let quoted = text.replace('\'', "''");
        let _ = try_with(&format!("job:\n  script: x\n  rules:\n    - if: '{quoted}'\n"), &Fixture::default());
    }

    /// What is merged and written out compiles to the same plan.
    #[test]
    fn a_merged_file_means_the_same(
        names in prop::collection::vec("[a-z]{1,6}", 1..5),
        values in prop::collection::vec("[ -~]{0,12}", 1..5),
        extends in any::<bool>(),
    ) {
        let mut text = String::from(".base: {image: alpine, variables: {BASE: '1'}}\n");
        for (number, name) in names.iter().enumerate() {
            let value = values[number % values.len()].replace('\'', "''");
            let parent = if extends { ", extends: .base" } else { "" };
            let _ = writeln!(text, "{name}-{number}: {{script: ['echo {value}'], variables: {{V: '{value}'}}{parent}}}");
        }
        let (facts, files) = (Facts::branch("main", "push"), Fixture::default());
        let source = SourceFile::root(".gitlab-ci.yml", text.as_str());
        let plain = compile(&source, &facts, &files);
        let merged = merged_yaml(&source, &facts, &files).unwrap();
        let again = compile(&SourceFile::root(".gitlab-ci.yml", merged), &facts, &files);
        prop_assert_eq!(plain.map(|plan| plan.jobs).map_err(|errors| errors.messages()),
            again.map(|plan| plan.jobs).map_err(|errors| errors.messages()));
    }
}
