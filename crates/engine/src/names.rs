//! Names that stand in addresses: what they may hold.

use crate::{Error, Result};

/// Longest segment of an address, characters.
const LONGEST: usize = 255;
/// First segments of addresses that lead elsewhere.
const RESERVED: &[&str] = &[
    "-",
    ".well-known",
    "admin",
    "api",
    "assets",
    "dashboard",
    "explore",
    "files",
    "groups",
    "health_check",
    "help",
    "import",
    "jwt",
    "login",
    "oauth",
    "profile",
    "projects",
    "public",
    "robots.txt",
    "s",
    "search",
    "sitemap",
    "slash",
    "snippets",
    "unsubscribes",
    "uploads",
    "users",
    "v2",
];
/// Last segments of projects' addresses that lead elsewhere.
const RESERVED_PROJECTS: &[&str] = &[
    "-",
    "badges",
    "blame",
    "blob",
    "builds",
    "commits",
    "create",
    "create_dir",
    "edit",
    "environments",
    "files",
    "find_file",
    "gitlab-lfs",
    "info",
    "new",
    "preview",
    "raw",
    "refs",
    "tree",
    "update",
    "wikis",
];

/// Checks a username or a group's path; `top` where it begins an address.
pub(crate) fn check_namespace(field: &str, path: &str, top: bool) -> Result<()> {
    check(field, path)?;
    if top && RESERVED.contains(&path.to_lowercase().as_str()) {
        return Err(Error::invalid(field, format!("{path} is a reserved name")));
    }
    Ok(())
}

/// Checks a project's path.
pub(crate) fn check_project(path: &str) -> Result<()> {
    check("path", path)?;
    if RESERVED_PROJECTS.contains(&path.to_lowercase().as_str()) {
        return Err(Error::invalid("path", format!("{path} is a reserved name")));
    }
    Ok(())
}

fn check(field: &str, path: &str) -> Result<()> {
    if path.is_empty() {
        return Err(Error::invalid(field, "can't be blank"));
    }
    if path.chars().count() > LONGEST {
        return Err(Error::invalid(field, format!("is too long (maximum is {LONGEST} characters)")));
    }
    let lower = path.to_lowercase();
    let ending = lower.rsplit('.').next().unwrap_or_default();
    let plain = path.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c));
    let edges = path.starts_with(['-', '.']) || path.ends_with(['-', '.']) || path.contains("..");
    if !plain || (edges && path != "-") || (lower.contains('.') && matches!(ending, "git" | "atom")) {
        return Err(Error::invalid(
            field,
            "can contain only letters, digits, '_', '-' and '.'. Cannot start with '-' or '.', end in '-', '.', '.git' \
             or '.atom'",
        ));
    }
    Ok(())
}

/// A path made of a name for people: what cannot stand in an address becomes `-`.
pub(crate) fn path_from(name: &str) -> String {
    let mut path = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || c == '_' || c == '.' {
            path.push(c.to_ascii_lowercase());
        } else if !path.ends_with('-') {
            path.push('-');
        }
    }
    path.trim_matches(['-', '.']).to_owned()
}

/// Checks a text for people of at most `longest` characters: it comes again with every answer that shows it.
pub(crate) fn check_text(field: &str, text: &str, longest: usize) -> Result<()> {
    if text.chars().count() > longest {
        return Err(Error::invalid(field, format!("is too long (maximum is {longest} characters)")));
    }
    Ok(())
}

/// Checks a name for people.
pub(crate) fn check_title(name: &str) -> Result<()> {
    if name.trim().is_empty() {
        return Err(Error::invalid("name", "can't be blank"));
    }
    if name.chars().count() > LONGEST {
        return Err(Error::invalid("name", format!("is too long (maximum is {LONGEST} characters)")));
    }
    if name.chars().any(char::is_control) {
        return Err(Error::invalid("name", "can't contain control characters"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{check_namespace, check_project, path_from};

    #[test]
    fn addresses_hold_plain_names_only() {
        for good in ["root", "a.b", "_x", "A-1", "x_"] {
            check_namespace("username", good, true).unwrap();
        }
        for bad in ["", "-x", ".x", "x.", "a b", "a/b", "ä", "x.git", "X.ATOM", "api", "Admin", "-", "a..b"] {
            assert!(check_namespace("username", bad, true).is_err(), "{bad:?} was accepted");
        }
        check_namespace("path", "api", false).unwrap();
        assert!(check_project("tree").is_err() && check_project("-").is_err());
    }

    #[test]
    fn a_title_makes_a_path() {
        assert_eq!(path_from("My  Great Project!"), "my-great-project");
        assert_eq!(path_from("..x.."), "x");
    }
}
