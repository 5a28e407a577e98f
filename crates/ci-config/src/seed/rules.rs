//! Which rule matches.

use super::Paths;
use crate::config::rules::Rule;
use crate::scope::Scope;

/// The first rule whose conditions all hold; a rule without conditions always does.
pub(crate) fn first_match<'r>(
    rules: &'r [Rule],
    scope: &Scope<'_>,
    paths: &Paths<'_>,
) -> Result<Option<&'r Rule>, String> {
    for rule in rules {
        if holds(rule, scope, paths)? {
            return Ok(Some(rule));
        }
    }
    Ok(None)
}

fn holds(rule: &Rule, scope: &Scope<'_>, paths: &Paths<'_>) -> Result<bool, String> {
    if let Some(condition) = &rule.condition
        && !condition.holds(scope)?
    {
        return Ok(false);
    }
    if let Some(changes) = &rule.changes
        && !paths.changed(changes, scope)?
    {
        return Ok(false);
    }
    match &rule.exists {
        Some(exists) => paths.exist(exists, scope),
        None => Ok(true),
    }
}
