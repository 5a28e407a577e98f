//! Broken variants of every case file: whatever they are, the compiler answers and never panics.

mod common;

use common::{Fixture, try_with};
use pipewright_ci_config::{Facts, SourceFile, compile, fuzzing, merged_yaml};
use proptest::prelude::*;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

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

/// What damage is made with.
const WORDS: &[&str] = &[
    "&a ",
    "*a",
    "<<: ",
    "!reference ",
    "$[[ inputs.n ]]",
    "[",
    "]",
    "{",
    "}",
    ": ",
    "- ",
    "\n---\n",
    "'",
    "\"",
    "|\n",
    "null",
    "extends: ",
    "\u{feff}",
    "&&",
    "||",
    "==",
    "=~",
    "!~",
    "(",
    ")",
    "/a(b|c)*?/U",
    "$PATTERN",
    "/",
    "\\",
    "\u{e9}",
];

const CONDITIONS: &[&str] = &[
    r#"$A == "a" && ($B != null || $C =~ /^a\/b/i) && $EMPTY !~ $PATTERN"#,
    r"$[[ inputs.x ]] == 'y' || true && false",
    r#"$A=~/(a+)+$/ms||"x"=~"xy"&&$PATTERN"#,
    "$A && $EMPTY || ($B && ($C || $A =~ $PATTERN)) != null",
];

/// A text after some edits: at a place so many letters go and a word comes.
fn damaged(text: &str, edits: &[(prop::sample::Index, usize, prop::sample::Index)]) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for (place, gone, word) in edits {
        let at = place.index(letters.len() + 1);
        let end = (at + gone).min(letters.len());
        letters.splice(at..end, word.get::<&str>(WORDS).chars());
    }
    letters.into_iter().collect()
}

fn edits() -> impl Strategy<Value = Vec<(prop::sample::Index, usize, prop::sample::Index)>> {
    prop::collection::vec((any::<prop::sample::Index>(), 0..6_usize, any::<prop::sample::Index>()), 1..6)
}

proptest! {
    /// The fuzz target of files, bounded (docs/TESTING.md).
    #[test]
    fn damaged_files_are_answered(sample in any::<prop::sample::Index>(), edits in edits()) {
        static CORPUS: LazyLock<Vec<String>> = LazyLock::new(corpus);
        fuzzing::file(damaged(sample.get::<String>(CORPUS.as_slice()), &edits).as_bytes());
    }

    /// The fuzz target of conditions, bounded.
    #[test]
    fn damaged_conditions_are_answered(sample in any::<prop::sample::Index>(), edits in edits()) {
        fuzzing::expression(damaged(sample.get::<&str>(CONDITIONS), &edits).as_bytes());
    }

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
