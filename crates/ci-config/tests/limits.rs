//! Files made to break the compiler get a pointed error, soon and in little memory.

mod common;

use common::{Fixture, errors, plan, try_with};
use std::fmt::Write as _;

#[test]
fn alias_bombs_are_too_big() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..10 {
        let list = vec![format!("*a{}", level - 1); 10].join(", ");
        let _ = writeln!(text, "a{level}: &a{level} [{list}]");
    }
    assert_eq!(errors(&text), ["The parsed YAML is too big"]);
}

#[test]
fn a_hundred_levels_are_enough() {
    let nested = |depth: usize| format!(".a: {}x{}\njob: {{script: x}}\n", "[".repeat(depth), "]".repeat(depth));
    plan(&nested(90));
    assert_eq!(errors(&nested(150)), ["The parsed YAML is too big"]);
    assert_eq!(errors(&nested(20_000)), ["The parsed YAML is too big"]);
}

#[test]
fn two_megabytes_are_enough() {
    let text = format!("job:\n  script: x\n# {}\n", "x".repeat(2 * 1024 * 1024));
    assert_eq!(errors(&text), ["The parsed YAML is too big"]);
}

#[test]
fn reference_bombs_are_too_big() {
    let mut text = String::from(".r0: {script: [x, x, x, x, x, x, x, x, x, x]}\n");
    for level in 1..10 {
        let list = vec![format!("!reference [.r{}, script]", level - 1); 10].join(", ");
        let _ = writeln!(text, ".r{level}: {{script: [{list}]}}");
    }
    text.push_str("job: {script: [!reference [.r9, script]]}\n");
    assert_eq!(errors(&text), ["The parsed YAML is too big"]);
}

#[test]
fn long_chains_of_references_and_parents_end() {
    let mut text = String::from(".r0: {script: [x]}\n.e0: {script: x}\n");
    for level in 1..3000 {
        let _ = writeln!(text, ".r{level}: {{script: !reference [.r{}, script]}}", level - 1);
        let _ = writeln!(text, ".e{level}: {{extends: .e{}}}", level - 1);
    }
    assert!(!errors(&format!("{text}job: {{script: !reference [.r2999, script]}}\n")).is_empty());
}

#[test]
fn a_long_chain_of_needs_is_no_circle() {
    let mut text = String::from("j0: {script: x}\n");
    for number in 1..5000 {
        let _ = writeln!(text, "j{number}: {{script: x, needs: [j{}]}}", number - 1);
    }
    assert_eq!(plan(&text).jobs.len(), 5000);
}

#[test]
fn fifty_needs_and_no_more() {
    let text = |count: usize| {
        let names: Vec<String> = (0..count).map(|number| format!("j{number}")).collect();
        let jobs = names.join(": {stage: build, script: x}\n") + ": {stage: build, script: x}\n";
        format!("{jobs}test: {{script: x, needs: [{}]}}\n", names.join(", "))
    };
    plan(&text(50));
    assert_eq!(
        errors(&text(51)),
        [
            "test: one job can only need 50 others, but you have listed 51. See needs keyword documentation for more details"
        ]
    );
}

#[test]
fn names_have_255_characters() {
    plan(&format!("{}: {{script: x}}\n", "n".repeat(255)));
    let long = "n".repeat(256);
    assert_eq!(
        errors(&format!("{long}: {{script: x}}\n")),
        [format!("jobs:{long} name is too long (maximum is 255 characters)")]
    );
    let base = "n".repeat(255);
    let text = format!("{base}: {{stage: build, script: x, parallel: 1}}\ntest: {{script: x, needs: [{base}]}}\n");
    assert_eq!(errors(&text), [format!("test job: need `{base} 1/1` name is too long (maximum is 255 characters)")]);
}

#[test]
fn expressions_have_99_tokens() {
    let text = |count: usize| {
        format!("job: {{script: x, rules: [{{if: '{}'}}, {{when: always}}]}}\n", vec!["$A"; count].join(" || "))
    };
    plan(&text(50));
    assert_eq!(errors(&text(51)), ["jobs:job:rules:rule if invalid expression syntax"]);
}

#[test]
fn fifty_patterns_and_fifty_thousand_checks() {
    let globs = |count: usize| vec!["'*.x'"; count].join(", ");
    assert_eq!(
        errors(&format!("job: {{script: x, rules: [{{changes: [{}]}}]}}\n", globs(51))),
        ["jobs:job:rules:rule:changes config has too many entries (maximum 50)"]
    );
    let text = format!("job: {{script: x, rules: [{{changes: [{}]}}]}}\n", globs(50));
    let changed =
        |count: usize| Fixture { changed: Some((0..count).map(|n| format!("a/{n}")).collect()), ..Fixture::default() };
    assert_eq!(try_with(&text, &changed(1000)).unwrap().jobs.len(), 0);
    assert_eq!(try_with(&text, &changed(1001)).unwrap().jobs.len(), 1, "beyond the budget everything matches");
}

#[test]
fn a_file_of_many_errors_reports_a_bounded_number() {
    let mut text = String::new();
    for number in 0..5000 {
        let _ = writeln!(text, "j{number}: {{script: x, tags: x}}");
    }
    assert_eq!(errors(&text).len(), 200);
}

#[test]
fn variables_that_double_end() {
    let mut text = String::from("variables:\n  V0: xxxxxxxxxx\n");
    for level in 1..40 {
        let _ = writeln!(text, "  V{level}: {}", format!("$V{}", level - 1).repeat(10));
    }
    text.push_str("job: {script: x, tags: [$V39], environment: {name: $V39}}\n");
    assert!(plan(&text).jobs[0].tags[0].len() < 1 << 22);
}

#[test]
fn texts_that_are_hardly_yaml() {
    for text in [
        "\u{0}",
        "\t",
        ":",
        "? ",
        "- - -",
        "&a *a",
        "{{{",
        "]",
        "%YAML 9.9\n---\n",
        "!!binary x: y",
        "a: &a [*a]",
        "\"",
        "'",
        "|",
        ">",
        "---\n---\n---\n",
        "<<: x",
        "? {a: b}\n: c",
        "\u{feff}a: {script: x}",
    ] {
        let _ = try_with(text, &Fixture::default());
    }
}

#[test]
fn braces_in_a_pattern_do_not_fill_the_stack() {
    let text = format!("job:\n  script: x\n  rules: [{{exists: ['{}']}}]\n", "{a}".repeat(200_000));
    assert!(plan(&text).jobs.is_empty());
}

#[test]
fn a_text_that_every_job_holds_counts_for_each() {
    let long = "x".repeat(1 << 20);
    let copied = format!("job: {{script: [{long}], parallel: 200}}\n");
    assert_eq!(errors(&copied), ["The parsed YAML is too big"]);
}

#[test]
fn instances_are_counted_before_they_are_made() {
    let mut text = String::new();
    for number in 0..600 {
        let _ = writeln!(text, "job{number}: {{script: x, parallel: 200}}");
    }
    assert_eq!(errors(&text), ["The parsed YAML is too big"]);
}

#[test]
fn names_made_of_values_are_bounded_too() {
    let long = "x".repeat(3000);
    let message = |what: &str| format!("jobs:job {what} is too long (maximum is 2048 bytes)");
    let matrix = format!("job: {{script: x, parallel: {{matrix: [{{A: {long}}}]}}}}\n");
    assert_eq!(errors(&matrix), [message("name")]);
    let group = format!("variables: {{A: {long}}}\njob: {{script: x, resource_group: $A}}\n");
    assert_eq!(errors(&group), [message("resource_group")]);
    let stage = format!("stages: [{long}]\njob: {{script: x, stage: {long}}}\n");
    assert_eq!(errors(&stage), ["jobs:job:stage config is too long (maximum is 255 characters)"]);
}

#[test]
fn aliases_of_a_long_text_weigh_what_they_come_to() {
    let text = format!(".a: &a {}\njob: {{script: [{}]}}\n", "x".repeat(1 << 20), vec!["*a"; 1000].join(", "));
    assert_eq!(errors(&text), ["The parsed YAML is too big"]);
    let names = vec!["!reference [.a, script]"; 1000].join(", ");
    let text = format!(".a: {{script: {}}}\njob: {{script: [{names}]}}\n", "x".repeat(1 << 20));
    assert_eq!(errors(&text), ["The parsed YAML is too big"]);
}

#[test]
fn values_of_inputs_weigh_what_they_come_to() {
    let blocks = vec!["$[[ inputs.a ]]"; 1000].join(" ");
    let text =
        format!("spec: {{inputs: {{a: {{default: {}}}}}}}\n---\njob: {{script: '{blocks}'}}\n", "x".repeat(1 << 20));
    assert_eq!(errors(&text), ["interpolation interrupted by errors, the values put in are too long together"]);
}

/// Each of these once took the square of its length, minutes for a file of two megabytes: in such a test that is
/// a run that does not end.
#[test]
fn long_lists_of_everything_take_their_length() {
    let many = |item: &dyn Fn(usize) -> String| (0..10_000).map(item).collect::<Vec<_>>().join(", ");
    let stages = format!("stages: [{}]\njob: {{stage: s7, script: x}}\n", many(&|n| format!("s{n}")));
    assert_eq!(plan(&stages).stages.len(), 10_002);
    let variables = format!("job: {{script: x, variables: {{{}}}}}\n", many(&|n| format!("V{n}: x")));
    assert_eq!(plan(&variables).jobs[0].variables.len(), 10_000);
    let references = many(&|n| format!("$V{n}"));
    let inherited = format!(
        "variables: {{{}}}\njob: {{script: x, tags: ['{references}'], inherit: {{variables: [{}]}}}}\n",
        many(&|n| format!("V{n}: x")),
        many(&|n| format!("V{n}")),
    );
    assert!(plan(&inherited).jobs[0].tags[0].starts_with("x, x, x"));
    let ruled = format!(
        "variables: {{{0}}}\njob: {{script: x, rules: [{{variables: {{{0}}}}}]}}\n",
        many(&|n| format!("V{n}: x"))
    );
    assert_eq!(plan(&ruled).jobs[0].variables.len(), 10_000);
}

#[test]
fn many_misspelt_names_are_compared_with_a_bounded_number() {
    let mut text = String::new();
    for number in 0..8000 {
        let _ = writeln!(text, "job{number:05}: {{script: x, needs: [jab{number:05}]}}");
    }
    assert_eq!(errors(&text).len(), 200);
    let mut text = String::new();
    for number in 0..8000 {
        let _ = writeln!(text, "job{number:05}: {{script: x, extends: .jab{number:05}}}");
    }
    assert_eq!(errors(&text).len(), 200);
}

#[test]
fn needs_of_many_instances_are_counted_and_refused() {
    let wide: String = (0..100).fold(String::new(), |mut text, number| {
        let _ = writeln!(text, "w{number}: {{stage: build, script: x, parallel: 200}}");
        text
    });
    let names: Vec<String> = (0..100).map(|number| format!("w{number}")).collect();
    let errors = errors(&format!("{wide}job: {{script: x, needs: [{}]}}\n", names.join(", ")));
    assert!(errors[0].starts_with("job: one job can only need 50 others, but you have listed 20000."), "{errors:?}");
}

#[test]
fn headers_include_150_files_and_no_more() {
    let header = |count: usize| {
        let entries = vec!["{local: h.yml}"; count].join(", ");
        format!("spec: {{include: [{entries}]}}\n---\njob: {{script: x}}\n")
    };
    let files = Fixture::with(&[("h.yml", "{}\n")]);
    assert!(try_with(&header(150), &files).is_ok());
    assert_eq!(try_with(&header(151), &files).unwrap_err(), ["Maximum of 150 nested includes are allowed!"]);
}

#[test]
fn a_hundred_and_fifty_includes_and_no_more() {
    let list = |count: usize| format!("include: [{}]\njob: {{script: x}}\n", vec!["a.yml"; count].join(", "));
    let files = Fixture::with(&[("a.yml", ".a: {script: x}\n")]);
    assert!(try_with(&list(150), &files).is_ok());
    assert_eq!(try_with(&list(151), &files).unwrap_err(), ["Maximum of 150 nested includes are allowed!"]);
    let circle = Fixture::with(&[("a.yml", "include: b.yml\n"), ("b.yml", "include: a.yml\n")]);
    assert_eq!(
        try_with("include: a.yml\njob: {script: x}\n", &circle).unwrap_err(),
        ["Maximum of 150 nested includes are allowed!"]
    );
}

/// RE2 and the `regex` crate take time that grows with pattern and text, whatever the pattern: what a backtracking
/// matcher would need exponential time for is answered, and what would compile to too much is refused.
#[test]
fn patterns_made_to_blow_up_are_answered_or_refused() {
    let rule = |pattern: &str, value: &str| {
        format!("variables: {{V: {value}}}\njob: {{script: x, rules: [{{if: '$V =~ {pattern}'}}]}}\n")
    };
    let long = "a".repeat(50_000) + "!";
    for pattern in ["/^(a+)+$/", "/^(a|a)*$/", "/^(a|aa)+$/", "/(.*)*x/", "/^([a-zA-Z]+)*$/"] {
        assert!(plan(&rule(pattern, &long)).jobs.is_empty(), "{pattern}");
    }
    for pattern in
        ["/((a{1000}){1000}){1000}/", "/a{1001}/", "/(\\w{1000}){1000}/", "/(((((((((((a*)*)*)*)*)*)*)*)*)*)*){999}/"]
    {
        let refused = try_with(&rule(pattern, "a"), &Fixture::default());
        let said = refused.map(|plan| plan.jobs.len());
        assert!(
            said.as_ref().is_err_and(|errors| errors == &["jobs:job:rules:rule if invalid expression syntax"])
                || said.is_ok(),
            "{pattern}: {said:?}"
        );
    }
    assert_eq!(errors(&rule("/a{1001}/", "a")), ["jobs:job:rules:rule if invalid expression syntax"]);
    assert_eq!(errors(&rule("/((a{1000}){1000}){1000}/", "a")), ["jobs:job:rules:rule if invalid expression syntax"]);
}

#[test]
fn lines_that_are_moved_again_and_again_end() {
    let piece = "k: [\na,\n]\n".repeat(3000);
    let text: String = piece
        .lines()
        .enumerate()
        .map(|(at, line)| if line.starts_with('k') { format!("k{at}: [\n") } else { format!("{line}\n") })
        .collect();
    let _ = try_with(&format!("job:\n  script: x\n  variables:\n    A: [\n  x\n  ]\n{text}"), &Fixture::default());
}
