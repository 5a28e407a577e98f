//! `workflow` (CI YAML contract §6).

use super::field::{Field, attribute, entry, known_keys};
use super::rules::{self, Rule};
use crate::cx::Cx;
use crate::plan::{OnJobFailure, OnNewCommit};
use crate::report::At;
use crate::yaml::Node;

/// The block, read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Workflow {
    pub(crate) name: Option<String>,
    pub(crate) rules: Option<Vec<Rule>>,
    pub(crate) auto_cancel: AutoCancelPart,
}

/// What a block of `auto_cancel` says; a rule's part overrides.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AutoCancelPart {
    pub(crate) on_new_commit: Option<OnNewCommit>,
    pub(crate) on_job_failure: Option<OnJobFailure>,
}

/// Reads the block.
pub(super) fn workflow(cx: &Cx<'_>, node: &Node) -> Workflow {
    let report = &cx.report;
    let at = At::root("workflow");
    let Some(map) = node.as_map() else {
        report.entry(&at, node.span, "config", "should be a hash");
        return Workflow::default();
    };
    known_keys(report, &at, map, &["rules", "name", "auto_cancel"]);
    let name = attribute(report, &at, map, "name").and_then(|field| {
        let text = field.string()?;
        if text.chars().count() > 255 {
            field.fail("is too long (maximum is 255 characters)");
        }
        Some(text)
    });
    Workflow {
        name,
        rules: attribute(report, &at, map, "rules").and_then(|field| rules::rules(cx, &field, &at, rules::WORKFLOW)),
        auto_cancel: entry(report, &at, map, "auto_cancel").map(|field| auto_cancel(&field)).unwrap_or_default(),
    }
}

/// Reads `auto_cancel`, of the workflow or of one of its rules.
pub(super) fn auto_cancel(field: &Field<'_>) -> AutoCancelPart {
    let Some(map) = field.map() else { return AutoCancelPart::default() };
    known_keys(field.report, &field.at, map, &["on_new_commit", "on_job_failure"]);
    let word = |key: &'static str, words: &[&str]| {
        let text = format!("must be one of: {}", words.join(", "));
        attribute(field.report, &field.at, map, key).and_then(|own| own.word(words, &text))
    };
    AutoCancelPart {
        on_new_commit: word("on_new_commit", &["conservative", "interruptible", "none"]).map(|text| {
            match text.as_str() {
                "interruptible" => OnNewCommit::Interruptible,
                "none" => OnNewCommit::None,
                _ => OnNewCommit::Conservative,
            }
        }),
        on_job_failure: word("on_job_failure", &["none", "all"])
            .map(|text| if text == "all" { OnJobFailure::All } else { OnJobFailure::None }),
    }
}
