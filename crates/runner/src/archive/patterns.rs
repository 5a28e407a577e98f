//! Path patterns of artifacts and caches: `*` within a folder, `**` across folders.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

/// A pattern relative to the project's folder.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    /// Leading folders without wildcards, or the whole path.
    pub(super) literal: PathBuf,
    /// The matcher over whole relative paths; `None` when there are no wildcards.
    pub(super) matcher: Option<GlobMatcher>,
    /// How deep below `literal` a match can be; `None` for any depth.
    pub(super) depth: Option<usize>,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// A sentence, when it cannot match anything inside the project.
    pub(super) fn parse(text: &str, project: &Path) -> Result<Self, String> {
        let relative = relative_text(text, project)?;
        let parts: Vec<&str> = relative.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        if parts.contains(&"..") {
            return Err(format!("{text}: is not inside the project's folder"));
        }
        let wild = |part: &&str| part.contains(['*', '?', '[', '{', '\\']);
        let plain = parts.iter().position(wild).unwrap_or(parts.len());
        let (literal, rest) = parts.split_at(plain);
        let matcher = match rest {
            [] => None,
            _ => Some(matcher(&parts.join("/")).map_err(|error| format!("{text}: {error}"))?),
        };
        let deep = rest.iter().any(|part| part.contains("**"));
        Ok(Self { literal: literal.iter().collect(), matcher, depth: (!deep).then_some(rest.len()) })
    }

    /// Whether a relative path matches.
    pub(super) fn matches(&self, path: &Path) -> bool {
        match &self.matcher {
            Some(matcher) => matcher.is_match(path),
            None => path == self.literal,
        }
    }
}

fn relative_text<'a>(text: &'a str, project: &Path) -> Result<&'a str, String> {
    if !text.starts_with('/') {
        return Ok(text);
    }
    let project = project.to_string_lossy();
    match text.strip_prefix(project.as_ref()) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => Ok(rest),
        _ => Err(format!("{text}: is not inside the project's folder")),
    }
}

fn matcher(text: &str) -> Result<GlobMatcher, globset::Error> {
    let mut builder = GlobBuilder::new(text);
    let glob = builder.literal_separator(true).backslash_escape(true);
    Ok(glob.build()?.compile_matcher())
}

#[cfg(test)]
mod tests {
    use super::Pattern;
    use std::path::Path;

    fn matches(pattern: &str, path: &str) -> bool {
        let pattern = Pattern::parse(pattern, Path::new("/p")).unwrap();
        pattern.matches(Path::new(path))
    }

    #[test]
    fn stars_stay_in_a_folder_and_double_stars_cross() {
        assert!(matches("out/*.o", "out/a.o"));
        assert!(!matches("out/*.o", "out/x/a.o"));
        assert!(matches("out/**/*.o", "out/a.o"));
        assert!(matches("out/**/*.o", "out/x/y/a.o"));
        assert!(matches("**/a.{o,d}", "a.d"));
        assert!(matches("/p/x?", "x1"));
        assert!(matches("./dir/", "dir"));
        assert!(matches(".", ""));
        assert!(matches("*", ".hidden"));
    }

    #[test]
    fn what_leads_outside_is_refused_with_a_sentence() {
        for text in ["../x", "a/../../x", "/etc/passwd", "/project", "a[z-"] {
            assert!(Pattern::parse(text, Path::new("/p")).is_err(), "{text}");
        }
    }
}
