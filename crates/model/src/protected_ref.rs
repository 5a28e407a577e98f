//! Branches and tags that not everybody may move.

use crate::{AccessLevel, ProjectId, ProtectedRefId};

/// A rule protecting the branches or tags its pattern matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtectedRef {
    /// Unique id.
    pub id: ProtectedRefId,
    /// Whose.
    pub project_id: ProjectId,
    /// A tag's rule rather than a branch's.
    pub tag: bool,
    /// Name, in which `*` stands for any text.
    pub name: String,
    /// Least role that may push (create, for tags); `None` nobody.
    pub push_level: AccessLevel,
    /// Least role that may merge; `None` nobody.
    pub merge_level: AccessLevel,
    /// History may be rewritten.
    pub allow_force_push: bool,
}

impl ProtectedRef {
    /// Whether the rule covers a branch (or tag) of that name.
    pub fn covers(&self, name: &str) -> bool {
        wildcard(&self.name, name)
    }
}

/// Whether `text` matches `pattern`, in which `*` stands for any text, slashes included.
pub fn wildcard(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(first) = parts.next() else { return text.is_empty() };
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.len() >= last.len() && rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::wildcard;

    #[test]
    fn wildcards_cover_slashes_and_nothing_else_is_special() {
        assert!(wildcard("main", "main") && !wildcard("main", "main2") && !wildcard("main", "amain"));
        assert!(wildcard("release/*", "release/1/x") && !wildcard("release/*", "release"));
        assert!(wildcard("*-stable", "1-stable") && wildcard("a*b*c", "a-b-b-c") && !wildcard("a*b*c", "ac"));
        assert!(!wildcard("ab*ba", "aba"), "prefix and suffix may not overlap");
    }
}
