//! Doors for the fuzz targets: any bytes as a pipeline file or as a condition, and what must hold of them
//! whatever they are. A target panics where it does not.

use crate::expr::{Lookup as Values, parse};
use crate::{
    Changes, Exists, Fact, Facts, Fetch, FetchError, Fetched, IncludeLocation, Lookup, SourceFile, explain, lint,
    merged_yaml,
};
use std::borrow::Cow;

/// Every file there is, whatever it is asked by.
struct OneFile;

impl Fetch for OneFile {
    fn fetch(&self, _: &IncludeLocation) -> Result<Vec<Fetched>, FetchError> {
        let text = "spec: {inputs: {a: {default: b}}}\n---\n.included: {script: [$[[ inputs.a ]]]}\n".to_owned();
        Ok(vec![Fetched {
            path: "ci.yml".to_owned(),
            text,
            context: None,
            component: std::collections::BTreeMap::new(),
        }])
    }
}

impl Lookup for OneFile {
    fn changed_paths(&self, _: &Changes) -> Result<Option<Vec<String>>, FetchError> {
        Ok(Some(vec!["src/main.rs".to_owned()]))
    }

    fn paths(&self, _: &Exists) -> Result<Vec<String>, FetchError> {
        Ok(vec!["Dockerfile".to_owned(), "docs/a.md".to_owned()])
    }
}

/// A pipeline file: compiled, explained, merged and looked at without a pipeline. An error says something, and its
/// place is in the file.
pub fn file(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut facts = Facts::branch("main", "push");
    facts.configured.push(Fact { masked: true, ..Fact::new("SECRET", "hush-hush-hush") });
    let source = SourceFile::root(".gitlab-ci.yml", text);
    let lines = text.split('\n').count() as u32 + 1;
    match explain(&source, &facts, &OneFile) {
        Ok((plan, outcomes)) => {
            assert!(outcomes.jobs.len() >= plan.jobs.len(), "a job without a reason to be there");
            let merged = merged_yaml(&source, &facts, &OneFile).expect("what compiles can be merged");
            let _ = explain(&SourceFile::root("merged.yml", merged), &facts, &OneFile);
        }
        Err(wrong) => {
            assert!(!wrong.errors.is_empty(), "refused without an error");
            for error in &wrong.errors {
                assert!(!error.message.is_empty(), "an error without a word");
                let inside = error.place.as_ref().is_none_or(|place| place.file == "ci.yml" || place.line <= lines);
                assert!(inside, "an error behind the end of the file: {error}");
            }
        }
    }
    let linted = lint(&source, &facts, &OneFile, false);
    assert!(linted.found.errors.is_empty() || linted.jobs.is_empty(), "jobs of a file with errors");
}

/// A condition: if it is one, it has a value, and brackets around it change nothing.
pub fn expression(data: &[u8]) {
    struct Some3;
    impl Values for Some3 {
        fn variable(&self, name: &str) -> Option<Cow<'_, str>> {
            Some(Cow::Borrowed(match name {
                "A" => "a",
                "EMPTY" => "",
                "PATTERN" => "/^a/",
                _ => return None,
            }))
        }
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(expr) = parse(text) else { return };
    let value = expr.holds(&Some3);
    if let Ok(same) = parse(&format!("({text})")) {
        assert_eq!(same.holds(&Some3), value, "brackets change what {text} means");
    }
}
