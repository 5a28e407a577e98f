//! `workflow`: whether there is a pipeline at all, and what it is called.

use super::{Paths, rules};
use crate::config::workflow::{AutoCancelPart, Workflow};
use crate::cx::Cx;
use crate::expand::Missing;
use crate::plan::Variable;
use crate::scope::Scope;
use pipewright_model::When;

/// What the matching rule says.
pub(super) struct Outcome {
    pub(super) variables: Vec<Variable>,
    pub(super) auto_cancel: AutoCancelPart,
}

/// `None` if the rules say no.
pub(super) fn decide(cx: &Cx<'_>, workflow: &Workflow, scope: &Scope<'_>, paths: &Paths<'_>) -> Option<Outcome> {
    let plain = Outcome { variables: Vec::new(), auto_cancel: workflow.auto_cancel };
    let Some(list) = &workflow.rules else { return Some(plain) };
    match rules::first_match(list, scope, paths) {
        Ok(Some(rule)) => {
            cx.outcomes.workflow(cx, list, rule);
            (rule.when != Some(When::Never)).then(|| Outcome {
                variables: rule.variables.clone(),
                auto_cancel: AutoCancelPart {
                    on_new_commit: rule.auto_cancel.on_new_commit.or(workflow.auto_cancel.on_new_commit),
                    on_job_failure: rule.auto_cancel.on_job_failure.or(workflow.auto_cancel.on_job_failure),
                },
            })
        }
        Ok(None) => None,
        Err(why) => {
            let span = list.first().map(|rule| rule.span);
            cx.report.plain(None, span, format!("Failed to parse rule for workflow: {why}"));
            None
        }
    }
}

/// `workflow:name`, expanded and trimmed; an empty one is none.
pub(super) fn name(workflow: &Workflow, scope: &Scope<'_>) -> Option<String> {
    let text = scope.expand(workflow.name.as_ref()?, Missing::Blank);
    let name = text.trim();
    (!name.is_empty()).then(|| name.to_owned())
}
