//! The order of the crates: who may use whom.

use crate::workspace::{self, Dependency, Package};

/// The table of `docs/ARCHITECTURE.md`: package and its line. A crate uses lower lines only.
const LINES: [(&str, u8); 13] = [
    ("pipewright-model", 0),
    ("pipewright-wire", 0),
    ("pipewright-ci-config", 1),
    ("pipewright-pipeline", 1),
    ("pipewright-store", 2),
    ("pipewright-blobs", 2),
    ("pipewright-git", 2),
    ("pipewright-engine", 3),
    ("pipewright-http-kit", 4),
    ("pipewright-api", 5),
    ("pipewright-web", 5),
    ("pipewright-runner", 5),
    ("pipewright", 6),
];

/// Crates that are held to fewer than the lines below them, and why.
const ONLY: [(&str, &[&str], &str); 1] =
    [("pipewright-runner", &["pipewright-wire"], "it must speak to the server as any other runner does")];

/// Never shipped: they may use everything, and tests may use them.
const DEVELOPMENT: [&str; 2] = ["pipewright-testkit", "xtask"];

/// Checks the workspace; prints each arrow that points the wrong way.
pub(crate) fn run() -> Result<(), String> {
    let workspace = workspace::load()?;
    let wrong = violations(&workspace.packages);
    if wrong.is_empty() {
        println!("layers: {} crates, every arrow points down", workspace.packages.len());
        return Ok(());
    }
    Err(format!("the order of the crates is broken (see docs/ARCHITECTURE.md):\n  {}", wrong.join("\n  ")))
}

/// Every arrow that is not in the table, as a sentence.
pub(crate) fn violations(packages: &[Package]) -> Vec<String> {
    let mut wrong = Vec::new();
    for package in packages.iter().filter(|package| !DEVELOPMENT.contains(&package.name.as_str())) {
        let Some(line) = line_of(&package.name) else {
            wrong.push(format!("{} has no line in the table of crates/xtask/src/layers.rs", package.name));
            continue;
        };
        let own = package.dependencies.iter().filter(|dependency| dependency.path.is_some());
        wrong.extend(own.filter_map(|dependency| violation(&package.name, line, dependency)));
    }
    wrong
}

fn violation(from: &str, line: u8, to: &Dependency) -> Option<String> {
    let development = to.kind.as_deref() == Some("dev");
    if DEVELOPMENT.contains(&to.name.as_str()) {
        let allowed = development && to.name == "pipewright-testkit";
        return (!allowed).then(|| format!("{from} (line {line}) must not use {}, which is never shipped", to.name));
    }
    let Some(below) = line_of(&to.name) else {
        return Some(format!("{from} uses {}, which has no line in the table", to.name));
    };
    if below >= line {
        return Some(format!("{from} (line {line}) must not use {} (line {below}): only lower lines", to.name));
    }
    let (_, only, why) = ONLY.iter().find(|(name, ..)| *name == from)?;
    (!only.contains(&to.name.as_str()))
        .then(|| format!("{from} must not use {}: only {}, because {why}", to.name, only.join(", ")))
}

/// The line of a package, if it has one.
pub(crate) fn line_of(package: &str) -> Option<u8> {
    LINES.iter().find(|(name, _)| *name == package).map(|(_, line)| *line)
}

#[cfg(test)]
mod tests {
    use super::violations;
    use crate::workspace::{Dependency, Package};

    fn check(from: &str, to: &str, kind: Option<&str>) -> Vec<String> {
        let dependency = Dependency { name: to.into(), kind: kind.map(Into::into), path: Some("somewhere".into()) };
        violations(&[Package { name: from.into(), dependencies: vec![dependency], targets: Vec::new() }])
    }

    #[test]
    fn arrows_down_pass() {
        assert!(check("pipewright-engine", "pipewright-store", None).is_empty());
        assert!(check("pipewright", "pipewright-runner", None).is_empty());
        assert!(check("pipewright-runner", "pipewright-wire", None).is_empty());
        assert!(check("pipewright-testkit", "pipewright-api", None).is_empty());
    }

    #[test]
    fn arrows_up_and_sideways_are_named() {
        for (from, to) in [
            ("pipewright-store", "pipewright-engine"),
            ("pipewright-store", "pipewright-git"),
            ("pipewright-model", "pipewright-wire"),
            ("pipewright-api", "pipewright-runner"),
        ] {
            for kind in [None, Some("dev"), Some("build")] {
                let wrong = check(from, to, kind);
                assert!(wrong.len() == 1 && wrong[0].contains(from) && wrong[0].contains(to), "{wrong:?}");
            }
        }
    }

    #[test]
    fn the_runner_sees_only_the_wire() {
        assert!(check("pipewright-runner", "pipewright-model", None)[0].contains("only pipewright-wire"));
    }

    #[test]
    fn the_testkit_is_for_tests() {
        assert!(check("pipewright-engine", "pipewright-testkit", Some("dev")).is_empty());
        assert_eq!(check("pipewright-engine", "pipewright-testkit", None).len(), 1);
        assert_eq!(check("pipewright-engine", "xtask", Some("dev")).len(), 1);
    }

    #[test]
    fn a_crate_outside_the_table_is_refused() {
        assert!(check("pipewright-surprise", "pipewright-model", None)[0].contains("no line in the table"));
    }

    #[test]
    fn this_workspace_passes() {
        super::run().unwrap();
    }
}
