//! `artifacts` and its reports (CI YAML contract §11).

use super::cache::when;
use super::field::{Field, attribute, known_keys};
use crate::plan::{AccessTo, Artifacts, CoverageReport};
use crate::report::{At, Report};
use crate::yaml::Map;
use std::collections::BTreeMap;

const KEYS: &[&str] =
    &["name", "untracked", "paths", "reports", "when", "expire_in", "expose_as", "exclude", "public", "access"];

/// Report types whose value is a path or a list of paths.
const REPORTS: &[&str] = &[
    "accessibility",
    "annotations",
    "api_fuzzing",
    "browser_performance",
    "cluster_image_scanning",
    "codequality",
    "container_scanning",
    "coverage_fuzzing",
    "coverage_report",
    "cyclonedx",
    "dast",
    "dependency_scanning",
    "dotenv",
    "junit",
    "license_scanning",
    "load_performance",
    "lsif",
    "metrics",
    "repository_xray",
    "requirements",
    "requirements_v2",
    "sarif",
    "sast",
    "scip",
    "secret_detection",
    "terraform",
];

/// Reports that are one file.
const SINGLE: &[&str] = &["annotations", "browser_performance", "load_performance"];

/// Reads a block of artifacts.
pub(super) fn artifacts(field: &Field<'_>) -> Option<Artifacts> {
    let map = field.map()?;
    let (report, at) = (field.report, &field.at);
    known_keys(report, at, map, KEYS);
    let part = |key: &'static str| attribute(report, at, map, key);
    if part("access").is_some() && part("public").is_some() {
        field.fail("these keys cannot be used together: access, public");
    }
    let (reports, coverage_report) = reports(report, at, map);
    Some(Artifacts {
        paths: part("paths").and_then(|own| own.strings()).unwrap_or_default(),
        exclude: part("exclude").and_then(|own| own.strings()).unwrap_or_default(),
        untracked: part("untracked").and_then(|own| own.boolean()),
        name: part("name").and_then(|own| own.string()),
        when: part("when").and_then(|own| when(&own)).unwrap_or_default(),
        expire_in: part("expire_in").and_then(|own| own.expiry()),
        expose_as: part("expose_as").and_then(|own| expose_as(&own, map)),
        public: part("public").and_then(|own| own.boolean()),
        access: part("access").and_then(|own| access(&own)),
        reports,
        coverage_report,
    })
}

fn access(field: &Field<'_>) -> Option<AccessTo> {
    Some(match field.one_of(&["none", "developer", "maintainer", "all"])?.as_str() {
        "none" => AccessTo::None,
        "developer" => AccessTo::Developer,
        "maintainer" => AccessTo::Maintainer,
        _ => AccessTo::All,
    })
}

fn expose_as(field: &Field<'_>, map: &Map) -> Option<String> {
    let text = field.string()?;
    let letter = |c: char| c.is_alphanumeric() || c == '_';
    if text.chars().count() > 100 {
        field.fail("is too long (maximum is 100 characters)");
    }
    if !text.starts_with(letter) || !text.chars().all(|c| letter(c) || c == '-' || c == ' ') {
        field.fail("can contain only letters, digits, '-', '_' and spaces");
    }
    let paths = map.get("paths").and_then(|node| node.as_seq()).unwrap_or_default();
    if paths.is_empty() {
        Field { attribute: "paths", ..*field }.fail("can't be blank");
    }
    if paths.iter().any(|path| path.as_str().is_some_and(|path| path.contains('*'))) {
        Field { attribute: "paths", ..*field }.fail("can't contain '*' when used with 'expose_as'");
    }
    Some(text)
}

fn reports(report: &Report, at: &At<'_>, map: &Map) -> (BTreeMap<String, Vec<String>>, Option<CoverageReport>) {
    let mut list = BTreeMap::new();
    let mut coverage = None;
    let Some(node) = map.get("reports").filter(|node| !node.is_null()) else { return (list, coverage) };
    let reports_at = at.child("reports");
    let Some(inner) = node.as_map() else {
        report.entry(at, node.span, "reports", "should be a hash");
        return (list, coverage);
    };
    known_keys(report, &reports_at, inner, REPORTS);
    for kind in REPORTS {
        let Some(field) = attribute(report, &reports_at, inner, kind) else { continue };
        if *kind == "coverage_report" {
            coverage = coverage_report(&field);
        } else if SINGLE.contains(kind) {
            list.extend(field.string().map(|path| ((*kind).to_owned(), vec![path])));
        } else {
            list.extend(field.strings_or_string().map(|paths| ((*kind).to_owned(), paths)));
        }
    }
    (list, coverage)
}

fn coverage_report(field: &Field<'_>) -> Option<CoverageReport> {
    let field = Field { at: field.at.child("coverage_report"), attribute: "config", ..*field };
    let map = field.map()?;
    let (report, at) = (field.report, &field.at);
    known_keys(report, at, map, &["coverage_format", "path"]);
    let part = |key: &'static str| {
        let found = attribute(report, at, map, key);
        if found.is_none() {
            Field { attribute: key, ..field }.fail("can't be blank");
        }
        found
    };
    let format = part("coverage_format");
    let path = part("path");
    let formats = "must be one of supported formats: cobertura, jacoco.";
    Some(CoverageReport { coverage_format: format?.word(&["cobertura", "jacoco"], formats)?, path: path?.string()? })
}
