//! The variables of a job: the server's, the runner's, expanded once (runner protocol §11.2).

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use pipewright_wire::runner::Variable;

/// Variables ready for use; of two with one key the later one counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Variables {
    values: Vec<(String, String)>,
    index: HashMap<String, usize>,
    /// Files that variables point to, with their contents.
    pub(crate) files: Vec<(PathBuf, String)>,
    /// Every value that must not appear in the log.
    pub(crate) secrets: Vec<String>,
}

/// A variable of the runner's own: public, taken as it is.
pub(crate) fn plain(key: &str, value: impl Into<String>) -> Variable {
    Variable { key: key.to_owned(), value: value.into(), public: true, raw: true, ..Variable::default() }
}

impl Variables {
    /// Expands `list`; contents of file variables belong into the folder `files`.
    pub(crate) fn new(list: &[Variable], files: &Path) -> Self {
        let path_of = |variable: &Variable| files.join(file_name(&variable.key));
        let held = |variable: &Variable| {
            if variable.file { path_of(variable).to_string_lossy().into_owned() } else { variable.value.clone() }
        };
        let unexpanded: HashMap<&str, String> = list.iter().map(|v| (v.key.as_str(), held(v))).collect();
        let mut variables = Self::default();
        for variable in list {
            let value = if variable.raw {
                variable.value.clone()
            } else {
                expand(&variable.value, |name| unexpanded.get(name).cloned())
            };
            if variable.masked {
                variables.secrets.extend([variable.value.clone(), value.clone()]);
            }
            if variable.file {
                variables.set(&variable.key, &path_of(variable).to_string_lossy());
                variables.files.push((path_of(variable), value));
            } else {
                variables.set(&variable.key, &value);
            }
        }
        variables
    }

    /// The value of a variable.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.index.get(key).map(|place| self.values[*place].1.as_str())
    }

    /// The value of a variable, `None` if it is empty too.
    pub(crate) fn filled(&self, key: &str) -> Option<&str> {
        self.get(key).filter(|value| !value.is_empty())
    }

    /// Sets or replaces a variable.
    pub(crate) fn set(&mut self, key: &str, value: &str) {
        if let Some(place) = self.index.get(key) {
            value.clone_into(&mut self.values[*place].1);
            return;
        }
        self.index.insert(key.to_owned(), self.values.len());
        self.values.push((key.to_owned(), value.to_owned()));
    }

    /// Replaces `$NAME` and `${NAME}` in a text.
    pub(crate) fn expand(&self, text: &str) -> String {
        expand(text, |name| self.get(name).map(str::to_owned))
    }

    /// What can be a process's environment.
    pub(crate) fn environment(&self) -> impl Iterator<Item = (&str, &str)> {
        let values = self.values.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        values.filter(|(key, value)| !key.is_empty() && !key.contains(['=', '\0']) && !value.contains('\0'))
    }
}

fn file_name(key: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' };
    key.chars().map(safe).collect()
}

/// Bytes the values put into one text may have together.
const MAX_INSERTED: usize = 4 << 20;

/// Replaces `$NAME` and `${NAME}`; `$$` is a dollar, unknown names and the shell's specials are
/// nothing, a dollar before anything else stays.
fn expand(text: &str, get: impl Fn(&str) -> Option<String>) -> String {
    let mut room = MAX_INSERTED;
    // A value there is no room for is as good as unknown.
    let mut get = |name: &str| {
        let value = get(name).filter(|value| value.len() <= room)?;
        room -= value.len();
        Some(value)
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = rest.find('$') {
        out.push_str(&rest[..place]);
        rest = &rest[place + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some(braced) = rest.strip_prefix('{') {
            // Without its closing brace the mark alone is dropped.
            let (name, after) = braced.split_once('}').unwrap_or(("", braced));
            out.push_str(&get(name).unwrap_or_default());
            rest = after;
        } else {
            let len = name_len(rest);
            if len == 0 {
                out.push('$');
            }
            out.push_str(&get(&rest[..len]).unwrap_or_default());
            rest = &rest[len..];
        }
    }
    out.push_str(rest);
    out
}

/// Length of the name a text begins with.
fn name_len(text: &str) -> usize {
    match text.as_bytes().first() {
        Some(b'*' | b'#' | b'@' | b'!' | b'?' | b'-' | b'0'..=b'9') => 1,
        _ => text.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count(),
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_INSERTED, Variables, plain};
    use pipewright_wire::runner::Variable;
    use std::path::Path;

    fn variable(key: &str, value: &str) -> Variable {
        Variable { raw: false, ..plain(key, value) }
    }

    #[test]
    fn values_are_expanded_once() {
        let list = [
            variable("A", "$B-${B}$C.$$B.$1$@$?|$ |$/|${D"),
            variable("B", "<$C>"),
            variable("C", "c"),
            plain("RAW", "$C"),
            variable("USES_RAW", "$RAW"),
        ];
        let variables = Variables::new(&list, Path::new("/t"));
        assert_eq!(variables.get("A"), Some("<$C>-<$C>c.$B.|$ |$/|D"));
        assert_eq!(variables.get("RAW"), Some("$C"));
        assert_eq!(variables.get("USES_RAW"), Some("$C"));
    }

    #[test]
    fn what_is_put_into_one_value_is_bounded() {
        let long = "x".repeat(1 << 20);
        let many = "$LONG".repeat(1000) + "$SHORT";
        let list =
            [plain("LONG", long.as_str()), plain("SHORT", "s"), variable("MANY", &many), variable("ONE", "<$LONG>")];
        let variables = Variables::new(&list, Path::new("/t"));
        // As many as there is room for; where there is none, a short one too is as good as unknown.
        assert_eq!(variables.get("MANY").map(str::len), Some(MAX_INSERTED));
        assert_eq!(variables.get("ONE").map(str::len), Some(long.len() + 2), "each value has room of its own");
        assert_eq!(variables.expand(&many).len(), MAX_INSERTED);
        assert_eq!(variables.expand(&"$SHORT".repeat(1000)), "s".repeat(1000));
    }

    #[test]
    fn trap_08_the_later_of_two_counts() {
        let variables = Variables::new(&[plain("A", "1"), plain("B", "x"), plain("A", "2")], Path::new("/t"));
        let all: Vec<_> = variables.environment().collect();
        assert_eq!(all, [("A", "2"), ("B", "x")]);
    }

    #[test]
    fn file_variables_hold_a_path_and_masked_ones_are_secrets() {
        let file = Variable { file: true, masked: true, ..variable("KEY", "a$X") };
        let variables = Variables::new(&[file, plain("X", "x")], Path::new("/t"));
        assert_eq!(variables.get("KEY"), Some("/t/KEY"));
        assert_eq!(variables.files, [("/t/KEY".into(), "ax".to_owned())]);
        assert_eq!(variables.secrets, ["a$X", "ax"]);
    }
}
