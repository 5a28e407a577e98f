//! `only` and `except`, asked.

use super::Paths;
use crate::config::policy::{Policy, RefTest};
use crate::config::rules::ChangesRule;
use crate::facts::Facts;
use crate::scope::Scope;

/// `only` holds if each of its keys does; without `refs` it is for branches and tags.
pub(super) fn only_holds(policy: &Policy, facts: &Facts, scope: &Scope<'_>, paths: &Paths<'_>) -> Result<bool, String> {
    let refs = policy.refs.as_ref().map_or_else(|| is_branch(facts) || facts.tag, |refs| any_ref(refs, facts));
    if !refs || policy.kubernetes {
        return Ok(false);
    }
    if let Some(answer) = variables(policy, scope)?
        && !answer
    {
        return Ok(false);
    }
    Ok(changes(policy, scope, paths)?.unwrap_or(true))
}

/// `except` holds if any of its keys does.
pub(super) fn except_holds(
    policy: &Policy,
    facts: &Facts,
    scope: &Scope<'_>,
    paths: &Paths<'_>,
) -> Result<bool, String> {
    Ok(policy.refs.as_ref().is_some_and(|refs| any_ref(refs, facts))
        || variables(policy, scope)?.unwrap_or(false)
        || changes(policy, scope, paths)?.unwrap_or(false))
}

/// Neither a tag nor a merge request.
pub(super) fn is_branch(facts: &Facts) -> bool {
    !facts.tag && !facts.source.starts_with("merge_request")
}

fn variables(policy: &Policy, scope: &Scope<'_>) -> Result<Option<bool>, String> {
    let Some(list) = &policy.variables else { return Ok(None) };
    for expr in list {
        if expr.holds(scope)? {
            return Ok(Some(true));
        }
    }
    Ok(Some(false))
}

fn changes(policy: &Policy, scope: &Scope<'_>, paths: &Paths<'_>) -> Result<Option<bool>, String> {
    let Some(list) = &policy.changes else { return Ok(None) };
    paths.changed(&ChangesRule { paths: list.clone(), compare_to: None }, scope).map(Some)
}

fn any_ref(refs: &[RefTest], facts: &Facts) -> bool {
    refs.iter().any(|test| one_ref(test, facts))
}

fn one_ref(test: &RefTest, facts: &Facts) -> bool {
    let (RefTest::Word { project, .. } | RefTest::Pattern { project, .. }) = test;
    if project.as_ref().is_some_and(|project| *project != facts.project) {
        return false;
    }
    let on_ref = is_branch(facts) || facts.tag;
    match test {
        RefTest::Word { word, .. } => {
            (word == "branches" && is_branch(facts))
                || (word == "tags" && facts.tag)
                || *word == source_word(&facts.source)
                || (on_ref && *word == facts.ref_name)
        }
        RefTest::Pattern { pattern, .. } => on_ref && pattern.is_match(&facts.ref_name),
    }
}

/// The keyword of a source: `push` is `pushes`, `merge_request_event` is `merge_requests`.
fn source_word(source: &str) -> String {
    match source {
        "api" | "external" | "web" | "chat" => source.to_owned(),
        "push" => "pushes".to_owned(),
        _ => format!("{}s", source.strip_suffix("_event").unwrap_or(source)),
    }
}
