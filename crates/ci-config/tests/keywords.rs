//! One folder for each keyword in `tests/cases`: a file, the facts it is compiled with (if they are
//! not a push to `main`), and what comes out of it, whole.
//!
//! `PIPEWRIGHT_UPDATE_CASES=1` writes what comes out; look at the difference before keeping it.

mod common;

use common::Fixture;
use pipewright_ci_config::{Fact, Facts, SourceFile, compile};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_case_gives_what_is_expected() {
    let update = std::env::var_os("PIPEWRIGHT_UPDATE_CASES").is_some();
    let mut wrong = Vec::new();
    let cases = cases();
    assert!(cases.len() > 100, "only {} cases found", cases.len());
    for case in cases {
        let got = outcome(&case);
        let path = case.with_extension("out.json");
        if update {
            fs::write(&path, format!("{}\n", serde_json::to_string_pretty(&got).unwrap())).unwrap();
            continue;
        }
        let expected: Value =
            serde_json::from_str(&fs::read_to_string(&path).unwrap_or_default()).unwrap_or(Value::Null);
        if got != expected {
            wrong.push(format!("{}\n  expected {expected}\n  got      {got}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut list = Vec::new();
    for folder in fs::read_dir(root).unwrap() {
        for file in fs::read_dir(folder.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "yml") {
                list.push(path);
            }
        }
    }
    list.sort();
    list
}

/// Errors as people see them, or the plan without what is always there.
fn outcome(case: &Path) -> Value {
    let text = fs::read_to_string(case).unwrap();
    let settings: Value = fs::read_to_string(case.with_extension("facts.json")).map_or(Value::Null, |text| {
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", case.display()))
    });
    match compile(&SourceFile::root(".gitlab-ci.yml", text), &facts(&settings), &fixture(&settings)) {
        Err(errors) => json!({ "errors": errors.errors.iter().map(ToString::to_string).collect::<Vec<_>>() }),
        Ok(plan) => {
            let mut value = serde_json::to_value(&plan).unwrap();
            prune(&mut value);
            value["warnings"] = plan.warnings.iter().map(ToString::to_string).collect();
            value
        }
    }
}

/// Leaves out nulls, empty lists and what every job has.
fn prune(value: &mut Value) {
    if let Value::Array(items) = value {
        items.iter_mut().for_each(prune);
    }
    let Value::Object(map) = value else { return };
    for (_, inner) in map.iter_mut() {
        prune(inner);
    }
    let unsaid = [
        ("kind", json!("build")),
        ("when", json!("on_success")),
        ("allow_failure", json!(false)),
        ("verdict", json!("run")),
    ];
    let is_job = map.contains_key("base_name");
    map.retain(|key, inner| {
        let empty = inner.is_null()
            || inner.as_array().is_some_and(Vec::is_empty)
            || inner.as_object().is_some_and(serde_json::Map::is_empty);
        let said = key == "needs" || key == "dependencies" || !empty;
        let usual = unsaid.iter().any(|(own, default)| own == key && default == inner) && (is_job || key == "verdict");
        said && !usual
    });
    map.remove("stage_index");
}

fn facts(settings: &Value) -> Facts {
    let text = |key: &str, fallback: &str| settings[key].as_str().unwrap_or(fallback).to_owned();
    let (ref_name, source) = (text("ref", "main"), text("source", "push"));
    let mut facts = match settings["tag"].as_bool() {
        Some(true) => Facts::tag(&ref_name, &source),
        _ => Facts::branch(&ref_name, &source),
    };
    let list = |key: &str| {
        settings[key].as_object().into_iter().flatten().map(|(key, value)| Fact::new(key, value.as_str().unwrap_or("")))
    };
    facts.predefined.extend(list("predefined"));
    facts.configured.extend(list("configured"));
    facts.pipeline.extend(list("pipeline"));
    facts.configured.extend(list("masked").map(|fact| Fact { masked: true, ..fact }));
    "group/project".clone_into(&mut facts.project);
    facts.inputs =
        settings["inputs"].as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect();
    facts
}

fn fixture(settings: &Value) -> Fixture {
    let strings = |value: &Value| -> Option<Vec<String>> {
        value.as_array().map(|items| items.iter().map(|item| item.as_str().unwrap_or("").to_owned()).collect())
    };
    Fixture {
        files: settings["files"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(path, text)| (path.clone(), text.as_str().unwrap_or("").to_owned()))
            .collect(),
        any: None,
        changed: strings(&settings["changed"]),
        tree: strings(&settings["tree"]).unwrap_or_default(),
    }
}
