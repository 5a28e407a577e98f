//! Variables in texts, as the server expands them (CI YAML contract §9).
//!
//! `$NAME`, `${NAME}` and `%NAME%` are replaced; `$$` and `%%` stay, the runner makes one sign of
//! them. The compiler expands tags, environment names and the like; the server uses [`expand_all`]
//! for a job's whole list before it goes to a runner.

use std::borrow::Cow;
use std::collections::HashMap;

/// What becomes of a name nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// It stays as written (`tags`, job variables).
    Keep,
    /// It becomes nothing (`environment:name`, `resource_group`).
    Blank,
}

/// A value that would grow past this stays as it is written.
const MAX_BYTES: usize = 1 << 20;

/// Bytes the values put into one text may have together. References beyond are treated as names nobody knows.
const MAX_INSERTED: usize = 4 << 20;

/// Replaces the references in a text once; values are not looked into.
pub fn expand<'v>(text: &str, missing: Missing, value: &dyn Fn(&str) -> Option<Cow<'v, str>>) -> String {
    if !text.contains(['$', '%']) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut room) = (text, MAX_INSERTED);
    while let Some(at) = rest.find(['$', '%']) {
        out.push_str(&rest[..at]);
        let found = &rest[at..];
        match reference(found) {
            Some((name, length)) => {
                match (value(name).filter(|value| value.len() <= room), missing) {
                    (Some(value), _) => {
                        room -= value.len();
                        out.push_str(&value);
                    }
                    (None, Missing::Keep) => out.push_str(&found[..length]),
                    (None, Missing::Blank) => {}
                }
                rest = &found[length..];
            }
            None => {
                let length = if found.starts_with("$$") || found.starts_with("%%") { 2 } else { 1 };
                out.push_str(&found[..length]);
                rest = &found[length..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// The name referred to at the start of a text, and the reference's length.
fn reference(text: &str) -> Option<(&str, usize)> {
    let name_length = |text: &str| {
        let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let length = text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        if starts { length } else { 0 }
    };
    if let Some(inside) = text.strip_prefix("${") {
        let length = name_length(inside);
        return (length > 0 && inside[length..].starts_with('}')).then(|| (&inside[..length], length + 3));
    }
    if let Some(inside) = text.strip_prefix('$') {
        let length = name_length(inside);
        return (length > 0).then(|| (&inside[..length], length + 1));
    }
    let inside = text.strip_prefix('%')?;
    let length = name_length(inside);
    (length > 0 && inside[length..].starts_with('%')).then(|| (&inside[..length], length + 2))
}

/// The names a text refers to.
pub fn references(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['$', '%']) {
        let found = &rest[at..];
        let length = match reference(found) {
            Some((name, length)) => {
                names.push(name);
                length
            }
            None if found.starts_with("$$") || found.starts_with("%%") => 2,
            None => 1,
        };
        rest = &found[length..];
    }
    names
}

/// One variable of a job's list, weakest first; a later one of the same name wins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expandable {
    /// Name.
    pub key: String,
    /// Value; expanded in place.
    pub value: String,
    /// Its own references stay, its value is inserted in others.
    pub raw: bool,
}

/// Expands a list recursively, in the order its references ask for; unknown names stay.
///
/// # Errors
/// GitLab's sentence when variables refer to each other in a circle; the list is then unchanged.
pub fn expand_all(list: &mut [Expandable]) -> Result<(), String> {
    if let Some(cycle) = cycle(list) {
        return Err(cycle);
    }
    let last: HashMap<String, usize> = list.iter().enumerate().map(|(at, one)| (one.key.clone(), at)).collect();
    let mut done = vec![false; list.len()];
    for start in 0..list.len() {
        let mut stack = vec![start];
        while let Some(&at) = stack.last() {
            if done[at] {
                stack.pop();
                continue;
            }
            let waits = waits_for(&list[at], &last).find(|&on| on != at && !done[on] && !stack.contains(&on));
            if let Some(on) = waits {
                stack.push(on);
                continue;
            }
            if !list[at].raw && list[at].value.contains(['$', '%']) {
                let own = list[at].key.clone();
                let value = expand(&list[at].value, Missing::Keep, &|name| {
                    // A reference to itself is to whatever was before, which the server leaves alone.
                    if name == own { None } else { last.get(name).map(|&on| Cow::Owned(list[on].value.clone())) }
                });
                if value.len() <= MAX_BYTES {
                    list[at].value = value;
                }
            }
            done[at] = true;
            stack.pop();
        }
    }
    Ok(())
}

fn waits_for<'l>(one: &'l Expandable, last: &'l HashMap<String, usize>) -> impl Iterator<Item = usize> + 'l {
    let names = if one.raw { Vec::new() } else { references(&one.value) };
    names.into_iter().filter_map(|name| last.get(name).copied())
}

/// `circular variable reference detected: ["A", "B"]`, if there is one.
pub(crate) fn cycle(list: &[Expandable]) -> Option<String> {
    let last: HashMap<String, usize> = list
        .iter()
        .enumerate()
        .filter(|(_, one)| !one.raw && one.value.contains(['$', '%']))
        .map(|(at, one)| (one.key.clone(), at))
        .collect();
    if last.len() < 2 {
        return None;
    }
    let mut nodes: Vec<usize> = last.values().copied().collect();
    nodes.sort_unstable();
    let graph: HashMap<usize, Vec<usize>> =
        nodes.iter().map(|&at| (at, waits_for(&list[at], &last).collect())).collect();
    let circles = crate::graph::components(&nodes, &|at: usize| graph.get(&at).cloned().unwrap_or_default());
    let shown: Vec<String> = circles
        .iter()
        .filter(|circle| circle.len() > 1)
        .map(|circle| format!("{:?}", circle.iter().map(|&at| &list[at].key).collect::<Vec<_>>()))
        .collect();
    (!shown.is_empty()).then(|| format!("circular variable reference detected: {}", shown.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(name: &str) -> Option<Cow<'static, str>> {
        Some(Cow::Borrowed(match name {
            "A" => "1",
            "B" => "$A",
            _ => return None,
        }))
    }

    #[test]
    fn three_forms_and_two_modes() {
        for (text, keep, blank) in [
            ("x$A-${A}-%A%", "x1-1-1", "x1-1-1"),
            ("$X ${X} %X%", "$X ${X} %X%", "  "),
            ("$$A %% 5% $1 ${", "$$A %% 5% $1 ${", "$$A %% 5% $1 ${"),
            ("$B", "$A", "$A"),
            ("é$A", "é1", "é1"),
        ] {
            assert_eq!(expand(text, Missing::Keep, &value), keep);
            assert_eq!(expand(text, Missing::Blank, &value), blank);
        }
    }

    fn list(rows: &[(&str, &str, bool)]) -> Vec<Expandable> {
        rows.iter()
            .map(|(key, value, raw)| Expandable { key: (*key).into(), value: (*value).into(), raw: *raw })
            .collect()
    }

    #[test]
    fn lists_expand_in_the_order_of_their_references() {
        let mut vars = list(&[
            ("C", "$B!", false),
            ("B", "$A$UNKNOWN", false),
            ("A", "a", false),
            ("R", "$A", true),
            ("S", "$R", false),
            ("PATH", "$PATH:/x", false),
        ]);
        expand_all(&mut vars).unwrap();
        let values: Vec<&str> = vars.iter().map(|one| one.value.as_str()).collect();
        assert_eq!(values, ["a$UNKNOWN!", "a$UNKNOWN", "a", "$A", "$A", "$PATH:/x"]);
    }

    #[test]
    fn circles_are_named() {
        let mut vars = list(&[("A", "$B", false), ("B", "$C", false), ("C", "$A", false)]);
        let error = expand_all(&mut vars).unwrap_err();
        assert_eq!(error, "circular variable reference detected: [\"A\", \"B\", \"C\"]");
    }
}
