//! The documents say what the code does: tests only.

use crate::layers;
use std::path::{Path, PathBuf};

const ARCHITECTURE: &str = include_str!("../../../docs/ARCHITECTURE.md");
const API: &str = include_str!("../../../docs/API.md");
const COMPAT: &str = include_str!("../../../docs/API-COMPAT.md");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Words in backticks of a piece of text.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn the_table_of_crates_is_the_one_that_is_enforced() {
    let mut written: Vec<(String, u8)> = Vec::new();
    for row in ARCHITECTURE.lines().filter_map(|line| line.strip_prefix("| ")) {
        let mut cells = row.split(" | ");
        let (Some(Ok(line)), Some(crates)) = (cells.next().map(str::parse::<u8>), cells.next()) else { continue };
        // The invariants' table has numbers too, but no crate begins its second cell.
        if crates.starts_with('`') {
            written.extend(quoted(crates).map(|name| (name.to_owned(), line)));
        }
    }
    for (name, line) in &written {
        let package = if name == "app" { "pipewright".to_owned() } else { format!("pipewright-{name}") };
        assert_eq!(layers::line_of(&package), Some(*line), "{name}");
        assert!(root().join("crates").join(name).is_dir(), "{name}");
    }
    assert_eq!(written.len(), 12, "{written:?}");
}

/// All of the crates' code.
fn sources() -> String {
    let mut sources = String::new();
    let mut folders = vec![root().join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                sources.push_str(&std::fs::read_to_string(path).unwrap_or_default());
            }
        }
    }
    sources
}

#[test]
fn every_test_the_invariants_name_is_there() {
    let (_, invariants) = ARCHITECTURE.split_once("## Invariants").unwrap();
    let (invariants, _) = invariants.split_once("\n## ").unwrap();
    let rows = invariants.lines().filter_map(|line| line.rsplit(" | ").next());
    let names: Vec<&str> = rows.flat_map(quoted).filter(|name| name.matches('_').count() > 3).collect();
    assert!(names.len() >= 10, "{names:?}");
    let sources = sources();
    for name in names {
        assert!(sources.contains(&format!("fn {name}(")), "no test is called {name}");
    }
}

/// One section of a page.
fn section<'a>(page: &'a str, title: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("\n## {title}\n")).unwrap();
    rest.split_once("\n## ").map_or(rest, |(section, _)| section)
}

#[test]
fn every_route_of_jobs_is_compared_with_gitlab() {
    let mut routes = Vec::new();
    for title in ["Jobs", "A job's own view", "Artifacts"] {
        let lines = section(API, title).lines().filter(|line| line.starts_with('`'));
        routes.extend(lines.filter_map(|line| quoted(line).next()).filter(|route| route.contains(" /")));
    }
    assert!(routes.len() >= 20, "{routes:?}");
    let compared: Vec<&str> = quoted(COMPAT).collect();
    for route in routes {
        assert!(compared.contains(&route), "docs/API-COMPAT.md does not name {route}");
    }
}

#[test]
fn every_trap_has_a_test() {
    let sources = sources();
    let rows = section(COMPAT, "Traps").lines().filter_map(|line| line.strip_prefix("| "));
    let mut numbers = Vec::new();
    for row in rows {
        let mut cells = row.trim_end_matches(" |").split(" | ");
        let Some(Ok(number)) = cells.next().map(str::parse::<u32>) else { continue };
        let test = cells.last().and_then(|cell| quoted(cell).next()).unwrap_or_default();
        assert!(sources.contains(&format!("fn {test}(")), "trap {number}: no test is called {test:?}");
        let named = test.split('_').filter_map(|word| word.parse().ok()).any(|word: u32| word == number);
        assert!(named, "trap {number} is not in the name of {test}");
        numbers.push(number);
    }
    assert_eq!(numbers, (1..=54).collect::<Vec<u32>>());
}
