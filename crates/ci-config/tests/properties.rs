//! What holds of every file: how `extends` and includes merge, and how variables are expanded.

mod common;

use common::{Fixture, errors, plan, try_compile, try_with};
use pipewright_ci_config::expand::{Missing, expand, references};
use proptest::prelude::*;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Variables of a job, a few names so that they meet.
fn variables() -> impl Strategy<Value = BTreeMap<String, String>> {
    prop::collection::btree_map("[A-E]", "[a-z]{0,3}", 0..5)
}

fn block(variables: &BTreeMap<String, String>) -> String {
    let pairs: Vec<String> = variables.iter().map(|(key, value)| format!("{key}: '{value}'")).collect();
    format!("{{{}}}", pairs.join(", "))
}

fn merged(layers: &[BTreeMap<String, String>]) -> BTreeMap<String, String> {
    layers.iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// What a job has of variables and of one list.
fn of(text: &str, name: &str) -> (BTreeMap<String, String>, Vec<String>) {
    let plan = plan(text);
    let job = plan.jobs.iter().find(|job| job.name == name).unwrap();
    (job.variables.iter().map(|one| (one.key.clone(), one.value.clone())).collect(), job.tags.clone())
}

/// Names that refer to each other: for each variable the ones its value names.
fn graph() -> impl Strategy<Value = Vec<Vec<usize>>> {
    prop::collection::vec(prop::collection::vec(0..8_usize, 0..4), 8)
}

/// Whether some variable leads back to itself by way of another.
fn has_circle(graph: &[Vec<usize>]) -> bool {
    let reach = |from: usize| {
        let mut seen = vec![false; graph.len()];
        let mut next: Vec<usize> = graph[from].iter().copied().filter(|&to| to != from).collect();
        while let Some(at) = next.pop() {
            if !std::mem::replace(&mut seen[at], true) {
                next.extend(&graph[at]);
            }
        }
        seen
    };
    (0..graph.len()).any(|at| reach(at)[at])
}

proptest! {
    /// Parents are merged left to right and the job on top: maps key by key, lists whole.
    #[test]
    fn parents_merge_as_a_fold(layers in prop::collection::vec(variables(), 1..5), own in variables()) {
        let mut text = String::new();
        for (number, layer) in layers.iter().enumerate() {
            let _ = writeln!(text, ".p{number}: {{script: x, variables: {}, tags: [t{number}]}}", block(layer));
        }
        let names: Vec<String> = (0..layers.len()).map(|number| format!(".p{number}")).collect();
        let _ = writeln!(text, "job: {{extends: [{}], variables: {}}}", names.join(", "), block(&own));
        let expected = merged(&[layers.clone(), vec![own]].concat());
        prop_assert_eq!(of(&text, "job"), (expected, vec![format!("t{}", layers.len() - 1)]));
    }

    /// It does not matter how parents are bracketed: a chain, a list and includes come to the same.
    #[test]
    fn merging_is_associative(a in variables(), b in variables(), c in variables()) {
        let script = "script: x";
        let (a, b, c) = (block(&a), block(&b), block(&c));
        let chain = format!(
            ".a: {{{script}, variables: {a}}}\n.b: {{extends: .a, variables: {b}}}\njob: {{extends: .b, variables: {c}}}\n"
        );
        let list = format!(
            ".a: {{{script}, variables: {a}}}\n.b: {{variables: {b}}}\n.ab: {{extends: [.a, .b]}}\njob: {{extends: .ab, variables: {c}}}\n"
        );
        let right = format!(
            ".a: {{{script}, variables: {a}}}\n.b: {{variables: {b}}}\n.bc: {{extends: .b, variables: {c}}}\njob: {{extends: [.a, .bc]}}\n"
        );
        let files = Fixture::with(&[
            ("a.yml", &format!("job: {{{script}, variables: {a}}}\n")),
            ("b.yml", &format!("include: a.yml\njob: {{variables: {b}}}\n")),
        ]);
        let included = try_with(&format!("include: b.yml\njob: {{variables: {c}}}\n"), &files).unwrap();
        let expected = of(&chain, "job");
        prop_assert_eq!(&of(&list, "job"), &expected);
        prop_assert_eq!(&of(&right, "job"), &expected);
        let own: BTreeMap<_, _> = included.jobs[0].variables.iter().map(|one| (one.key.clone(), one.value.clone())).collect();
        prop_assert_eq!(own, expected.0);
    }

    /// A null takes away, an empty map does not, and a job that extends twice the same is as one that does once.
    #[test]
    fn nulls_take_away(parent in variables()) {
        let text = format!(
            ".p: {{script: x, variables: {}, tags: [t]}}\nnone: {{extends: .p, variables: null, tags: null}}\nkept: {{extends: .p, variables: {{}}}}\ntwice: {{extends: [.p, .p]}}\n",
            block(&parent)
        );
        prop_assert_eq!(of(&text, "none"), (BTreeMap::new(), Vec::new()));
        prop_assert_eq!(of(&text, "kept"), (parent.clone(), vec!["t".to_owned()]));
        prop_assert_eq!(of(&text, "twice"), (parent, vec!["t".to_owned()]));
    }

    /// Ten parents above each other and no more, in whatever order they are written.
    #[test]
    fn ten_levels_of_parents(levels in 1..30_usize, backwards in any::<bool>()) {
        let mut lines = vec![".e0: {script: x}\n".to_owned()];
        lines.extend((1..levels).map(|level| format!(".e{level}: {{extends: .e{}}}\n", level - 1)));
        if backwards {
            lines.reverse();
        }
        let text = format!("{}job: {{extends: .e{}}}\n", lines.concat(), levels - 1);
        let result = try_compile(&text).map(|plan| plan.jobs.len());
        match levels {
            ..=10 => prop_assert_eq!(result, Ok(1)),
            _ => prop_assert!(result.unwrap_err()[0].ends_with("nesting too deep in `extends` (maximum is 10)")),
        }
    }

    /// A text without signs stays; an expanded one has no reference left that is known; the rest stays in order.
    #[test]
    fn expanding_ends_and_settles(pieces in prop::collection::vec(prop_oneof![
        "[ a-z.]{0,5}".boxed(), Just("$A".to_owned()).boxed(), Just("${B}".to_owned()).boxed(),
        Just("%C%".to_owned()).boxed(), Just("$NONE".to_owned()).boxed(), Just("$$".to_owned()).boxed(),
    ], 0..12)) {
        let value = |name: &str| (name.len() == 1).then(|| Cow::Owned(name.to_lowercase()));
        let text = pieces.join(" ");
        let once = expand(&text, Missing::Keep, &value);
        prop_assert_eq!(expand(&once, Missing::Keep, &value), once.clone());
        prop_assert!(references(&once).iter().all(|name| *name == "NONE"));
        let plain: String = text.chars().filter(|c| !"$%{}".contains(*c)).collect();
        prop_assert_eq!(expand(&plain, Missing::Blank, &value), plain);
    }

    /// Variables that lead back to themselves by way of others are refused, all others are expanded.
    #[test]
    fn circles_are_refused_and_only_they(graph in graph()) {
        let mut text = String::from("variables:\n");
        for (number, to) in graph.iter().enumerate() {
            let value = to.iter().map(|to| format!("<$V{to}>")).collect::<Vec<_>>().concat();
            let _ = writeln!(text, "  V{number}: 'x{value}'");
        }
        text.push_str("job: {script: x, tags: [$V0]}\n");
        if has_circle(&graph) {
            prop_assert!(errors(&text)[0].starts_with("job: circular variable reference detected: ["));
        } else {
            let tag = plan(&text).jobs[0].tags[0].clone();
            let known = |name: &&str| name.strip_prefix('V').and_then(|number| number.parse::<usize>().ok());
            // What is left refers to itself.
            let left: Vec<usize> = references(&tag).iter().filter_map(known).collect();
            prop_assert!(left.iter().all(|&number| graph[number].contains(&number)), "{tag}");
        }
    }
}
