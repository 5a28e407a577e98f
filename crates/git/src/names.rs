//! Which names of refs, files, objects and repositories are allowed on a command line.

use std::path::{Component, Path};

use crate::error::{Error, Result};

/// Longer names do not fit a file name on common file systems once git adds `.lock`.
const MAX_REF: usize = 244;
/// Linux' own limit for a path.
const MAX_PATH: usize = 4096;

fn bad<T>(name: &str, role: &'static str, reason: &'static str) -> Result<T> {
    Err(Error::BadName { name: name.to_owned(), role, reason })
}

/// Checks the short name of a branch or tag (`feature/x`) by git's own rules, and refuses besides
/// what looks like an option.
pub fn check_branch(name: &str) -> Result<()> {
    match ref_problem(name) {
        Some(reason) => bad(name, "a branch or tag", reason),
        None if name == "HEAD" => bad(name, "a branch or tag", "it stands for the default branch"),
        None => Ok(()),
    }
}

/// Checks a whole ref name: `refs/…`.
pub(crate) fn full_ref(name: &str) -> Result<()> {
    match ref_problem(name) {
        Some(reason) => bad(name, "a ref", reason),
        None if !name.starts_with("refs/") => bad(name, "a ref", "it does not begin with refs/"),
        None => Ok(()),
    }
}

/// Checks what may stand for a commit: an object id, a ref name, or `HEAD`. Git's expressions
/// (`main~3`, `:/text`, `@{yesterday}`) are refused: some of them read all of history.
pub(crate) fn rev(name: &str) -> Result<()> {
    match ref_problem(name) {
        Some(reason) => bad(name, "a revision", reason),
        None => Ok(()),
    }
}

/// Checks a full object id.
pub(crate) fn oid(name: &str) -> Result<()> {
    if is_oid(name) { Ok(()) } else { bad(name, "an object id", "it is not 40 or 64 hexadecimal digits") }
}

/// Whether this is a full object id.
pub(crate) fn is_oid(name: &str) -> bool {
    matches!(name.len(), 40 | 64) && name.bytes().all(|c| c.is_ascii_hexdigit())
}

/// Whether an object id stands for "none".
pub(crate) fn is_zero(oid: &str) -> bool {
    oid.bytes().all(|c| c == b'0')
}

fn ref_problem(name: &str) -> Option<&'static str> {
    let forbidden = |c: char| c.is_ascii_control() || " ~^:?*[\\".contains(c);
    if name.is_empty() {
        Some("it is empty")
    } else if name.len() > MAX_REF {
        Some("it is longer than 244 bytes")
    } else if name.starts_with('-') {
        Some("it begins with '-'")
    } else if name.contains(forbidden) {
        Some("it has a space, a control character or one of ~^:?*[\\")
    } else if name.contains("..") || name.contains("@{") || name == "@" {
        Some("'..', '@{' and a lone '@' have a meaning of their own")
    } else if name.split('/').any(str::is_empty) {
        Some("it has an empty part")
    } else if name.split('/').any(|part| part.starts_with('.')) {
        Some("a part begins with '.'")
    } else if name.split('/').any(|part| part.strip_suffix(".lock").is_some()) {
        Some("a part ends in '.lock'")
    } else if name.ends_with('.') {
        Some("it ends in '.'")
    } else {
        None
    }
}

/// Checks the path of a file or folder inside a commit.
pub fn check_file_path(path: &str) -> Result<()> {
    let reason = if path.is_empty() {
        "it is empty"
    } else if path.len() > MAX_PATH {
        "it is longer than 4096 bytes"
    } else if path.contains(|c: char| c.is_ascii_control()) {
        "it has a control character"
    } else if path.split('/').any(str::is_empty) {
        "it begins or ends with '/', or has '//' in it"
    } else if path.split('/').any(|part| part == "." || part == "..") {
        "'.' and '..' are not names"
    } else if path.split('/').any(is_git_folder) {
        "a part is taken for the folder .git on some systems"
    } else {
        return Ok(());
    };
    bad(path, "a file", reason)
}

/// Names that some file system takes for `.git`.
fn is_git_folder(part: &str) -> bool {
    let plain: String = part.chars().filter(|c| !matches!(c, '\u{200c}'..='\u{200f}' | '\u{feff}')).collect();
    let plain = plain.trim_end_matches(['.', ' ']);
    plain.eq_ignore_ascii_case(".git") || plain.eq_ignore_ascii_case("git~1")
}

/// Checks where a repository lies below the root.
pub(crate) fn repository(path: &str) -> Result<()> {
    let plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    if path.is_empty() || !plain || path.contains(|c: char| c.is_control()) || path.starts_with(['.', '-']) {
        return bad(path, "a repository", "it must be a plain path below the folder of repositories");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_pass() {
        for name in ["main", "feature/x-1", "v1.0", "a@b", "日本", "0123abcd", "release-1.x/fix_#3"] {
            check_branch(name).unwrap();
        }
        for path in ["a", "a/b.c", ".gitlab-ci.yml", ".github/x", "-x", "a b/ü", "gitx", "a\\b"] {
            check_file_path(path).unwrap();
        }
        full_ref("refs/pipelines/7").unwrap();
        repository("repositories/42.git").unwrap();
    }

    #[test]
    fn unsafe_refs_are_refused() {
        let long = "a".repeat(245);
        for name in [
            "", "-d", "a..b", "a b", "a\nb", "a\0b", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b", "@", "a@{1}", "/a",
            "a/", "a//b", ".a", "a/.b", "a.lock", "a.lock/b", "a.", "HEAD", "\x7f", &long,
        ] {
            assert!(check_branch(name).is_err(), "{name:?} was accepted");
        }
        assert!(full_ref("heads/main").is_err());
        assert!(rev(":/fix").is_err() && rev("main~3").is_err() && rev("--all").is_err());
    }

    #[test]
    fn unsafe_paths_are_refused() {
        for path in [
            "",
            "/a",
            "a/",
            "a//b",
            ".",
            "..",
            "a/../b",
            ".git",
            ".GIT/config",
            "a/.git/hooks/x",
            "git~1",
            ".git.",
            ".git ",
            ".g\u{200c}it",
            "a\0b",
            "a\nb",
        ] {
            assert!(check_file_path(path).is_err(), "{path:?} was accepted");
        }
        for path in ["", "/etc", "../x", "a/../b", ".hooks", "-x", "a\0"] {
            assert!(repository(path).is_err(), "{path:?} was accepted");
        }
    }

    #[test]
    fn object_ids_are_whole() {
        assert!(oid(crate::ZERO).is_ok());
        assert!(oid("abc").is_err() && oid(&"g".repeat(40)).is_err());
        assert!(is_zero(crate::ZERO) && !is_zero("0001"));
    }
}
