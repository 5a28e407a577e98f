//! References of variables to variables, followed by the server before a job is handed out
//! (CI YAML contract §9, runner protocol §11.2).

use pipewright_ci_config::expand::{Missing, expand, references};
use pipewright_wire::runner::Variable;
use std::borrow::Cow;
use std::collections::HashMap;

/// Longer values are cut off from further expansion: references that double each time must end.
const LONGEST: usize = 1 << 20;
/// Bytes that expansion may make of all values together; once they are used up, values stay as they are written.
const MOST: usize = 16 << 20;

/// Expands every value that is not raw, following references in dependency order. Unknown names and
/// cycles stay as they are written; file variables are not put into others.
pub(super) fn all(variables: &mut [Variable]) {
    let last: HashMap<String, usize> =
        variables.iter().enumerate().map(|(index, variable)| (variable.key.clone(), index)).collect();
    let mut progress = Progress { state: vec![State::Untouched; variables.len()], left: MOST };
    for index in 0..variables.len() {
        visit(index, variables, &last, &mut progress, 0);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Untouched,
    Open,
    Done,
}

/// How far the list is done.
struct Progress {
    state: Vec<State>,
    /// Bytes that may still be made.
    left: usize,
}

/// Deeper chains are left as they are: no file needs them.
const DEEPEST: usize = 100;

fn visit(
    index: usize,
    variables: &mut [Variable],
    last: &HashMap<String, usize>,
    progress: &mut Progress,
    depth: usize,
) {
    if progress.state[index] != State::Untouched || depth > DEEPEST {
        return;
    }
    if variables[index].raw || !variables[index].value.contains(['$', '%']) {
        progress.state[index] = State::Done;
        return;
    }
    progress.state[index] = State::Open;
    let text = std::mem::take(&mut variables[index].value);
    let own = variables[index].key.clone();
    // Whether a reference is to a variable that can be put in: not to itself, to another that is known.
    let at = |name: &str| last.get(name).copied().filter(|_| name != own);
    for at in references(&text).into_iter().filter_map(at) {
        visit(at, variables, last, progress, depth + 1);
    }
    let expanded = replace(&text, |name| {
        let at = at(name)?;
        (progress.state[at] == State::Done && !variables[at].file).then(|| variables[at].value.clone())
    });
    let fits = expanded.len() <= LONGEST.min(progress.left);
    progress.left -= if fits { expanded.len() } else { 0 };
    variables[index].value = if fits { expanded } else { text };
    progress.state[index] = State::Done;
}

/// Replaces `$NAME`, `${NAME}` and `%NAME%` by what `value` says; what it does not know stays. `$$` and
/// `%%` stay too: they are the runner's to read.
pub(super) fn replace(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    expand(text, Missing::Keep, &|name| value(name).map(Cow::Owned))
}

#[cfg(test)]
mod tests {
    use super::all;
    use pipewright_wire::runner::Variable;

    fn expanded(pairs: &[(&str, &str)]) -> Vec<String> {
        let mut variables: Vec<Variable> = pairs
            .iter()
            .map(|(key, value)| Variable { key: (*key).into(), value: (*value).into(), ..Variable::default() })
            .collect();
        all(&mut variables);
        variables.into_iter().map(|variable| variable.value).collect()
    }

    #[test]
    fn chains_are_followed_whatever_their_order() {
        assert_eq!(expanded(&[("A", "a-$B"), ("B", "${C}!"), ("C", "%D%"), ("D", "d")]), ["a-d!", "d!", "d", "d"]);
    }

    #[test]
    fn unknown_names_cycles_and_doubled_signs_stay() {
        assert_eq!(expanded(&[("A", "$NONE $$B ${B 100%"), ("B", "b")]), ["$NONE $$B ${B 100%", "b"]);
        let cycle = expanded(&[("A", "$B"), ("B", "$A"), ("S", "x$S")]);
        assert_eq!(cycle[2], "x$S");
    }

    #[test]
    fn values_that_double_stop_growing() {
        let pairs: Vec<(String, String)> = (0..40)
            .map(|n| (format!("V{n}"), if n == 39 { "xx".into() } else { format!("$V{0}$V{0}", n + 1) }))
            .collect();
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert!(expanded(&pairs).iter().all(|value| value.len() <= 2 << 20));
    }
}
