//! `stages`: a list of names, lists within it flattened.

use super::field::flatten_texts;
use crate::report::{At, Report};
use crate::yaml::Node;
use std::collections::HashSet;

/// The stages of a file in order, `.pre` first and `.post` last.
pub(super) fn stages(report: &Report, at: &At<'_>, node: Option<&Node>) -> Vec<String> {
    let mut names = Vec::new();
    match node.filter(|node| !node.is_null()) {
        None => names.extend(["build", "test", "deploy"].map(str::to_owned)),
        Some(node) => {
            let good = node.as_seq().is_some_and(|items| flatten_texts(items, 1, &mut names));
            if !good {
                let text = "should be an array of strings or a nested array of strings up to 10 levels deep";
                report.entry(at, node.span, "config", text);
            }
        }
    }
    let mut seen: HashSet<String> = [".pre".to_owned(), ".post".to_owned()].into();
    let mut stages = vec![".pre".to_owned()];
    stages.extend(names.into_iter().filter(|name| seen.insert(name.clone())));
    stages.push(".post".to_owned());
    stages
}
