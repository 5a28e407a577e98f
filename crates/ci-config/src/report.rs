//! Collects what is wrong while a file is compiled.

use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::yaml::{FileId, Span};
use std::cell::{Cell, RefCell};

/// The path of the key being looked at; it lives on the stack and costs nothing until an error.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    parent: Option<&'a At<'a>>,
    key: &'a str,
}

impl<'a> At<'a> {
    pub(crate) const fn root(key: &'a str) -> Self {
        Self { parent: None, key }
    }

    pub(crate) const fn child<'b>(&'b self, key: &'b str) -> At<'b>
    where
        'a: 'b,
    {
        At { parent: Some(self), key }
    }

    pub(crate) fn path(&self) -> Vec<String> {
        let mut path = self.parent.map_or_else(Vec::new, At::path);
        path.push(self.key.to_owned());
        path
    }

    /// GitLab's location: keys joined by `:`.
    pub(crate) fn location(&self) -> String {
        self.path().join(":")
    }
}

/// A file of this compilation.
struct Source {
    path: String,
    /// The `include` entry that brought it.
    from: Option<Span>,
}

/// Errors, warnings and the names of files.
#[derive(Default)]
pub(crate) struct Report {
    sources: RefCell<Vec<Source>>,
    errors: RefCell<Vec<Diagnostic>>,
    warnings: RefCell<Vec<Diagnostic>>,
    muted: Cell<bool>,
    /// Suggestions looked for among a file's own names.
    hinted: Cell<usize>,
}

/// Errors kept of one compilation; a file with more is broken as a whole.
const MAX_ERRORS: usize = 200;
/// Errors for which a better name is looked for in the whole file.
const MAX_HINTED: usize = 20;

impl Report {
    pub(crate) fn add_file(&self, path: &str, from: Option<Span>) -> FileId {
        let mut sources = self.sources.borrow_mut();
        sources.push(Source { path: path.to_owned(), from });
        FileId((sources.len() - 1) as u16)
    }

    pub(crate) fn place(&self, span: Span) -> Place {
        let sources = self.sources.borrow();
        let file = sources.get(span.file.0 as usize).map_or_else(String::new, |source| source.path.clone());
        Place { file, line: span.line, column: span.column }
    }

    /// The entries that led to a file, outermost first.
    fn trail(&self, file: FileId) -> Vec<Place> {
        let mut trail = Vec::new();
        let mut next = self.sources.borrow().get(file.0 as usize).and_then(|source| source.from);
        while let Some(span) = next {
            trail.push(self.place(span));
            next = self.sources.borrow().get(span.file.0 as usize).and_then(|source| source.from);
        }
        trail.reverse();
        trail
    }

    fn add(
        &self,
        severity: Severity,
        message: String,
        span: Option<Span>,
        path: Vec<String>,
        suggestion: Option<String>,
    ) {
        if self.muted.get() {
            return;
        }
        let diagnostic = Diagnostic {
            message,
            severity,
            place: span.map(|span| self.place(span)),
            path,
            suggestion,
            included_from: span.map_or_else(Vec::new, |span| self.trail(span.file)),
        };
        let list = if severity == Severity::Error { &self.errors } else { &self.warnings };
        let mut list = list.borrow_mut();
        if list.len() < MAX_ERRORS && !list.contains(&diagnostic) {
            list.push(diagnostic);
        }
    }

    /// An entry's error: `<location> <attribute> <text>`, in lower case as GitLab prints it.
    pub(crate) fn entry(&self, at: &At<'_>, span: Span, attribute: &str, text: &str) {
        self.entry_with(at, span, attribute, text, None);
    }

    /// The same with what to do instead.
    pub(crate) fn entry_with(&self, at: &At<'_>, span: Span, attribute: &str, text: &str, suggestion: Option<String>) {
        if self.muted.get() {
            return;
        }
        let attribute = if attribute.is_empty() { String::new() } else { format!(" {}", attribute.replace('_', " ")) };
        let message = format!("{}{attribute} {text}", at.location()).to_lowercase();
        self.add(Severity::Error, message, Some(span), at.path(), suggestion);
    }

    /// An error with a sentence of its own.
    pub(crate) fn plain(&self, at: Option<&At<'_>>, span: Option<Span>, message: impl Into<String>) {
        self.add(Severity::Error, message.into(), span, at.map_or_else(Vec::new, At::path), None);
    }

    /// The same with what to do instead.
    pub(crate) fn plain_with(
        &self,
        at: Option<&At<'_>>,
        span: Option<Span>,
        message: impl Into<String>,
        suggestion: Option<String>,
    ) {
        self.add(Severity::Error, message.into(), span, at.map_or_else(Vec::new, At::path), suggestion);
    }

    pub(crate) fn warn(&self, at: Option<&At<'_>>, span: Option<Span>, message: impl Into<String>) {
        self.add(Severity::Warning, message.into(), span, at.map_or_else(Vec::new, At::path), None);
    }

    /// Runs something whose errors are already reported elsewhere.
    pub(crate) fn silently<T>(&self, work: impl FnOnce() -> T) -> T {
        let before = self.muted.replace(true);
        let result = work();
        self.muted.set(before);
        result
    }

    /// [`nearest`] among a file's own names, which may be very many: for the first errors only.
    pub(crate) fn near<'n>(&self, word: &str, names: impl FnOnce() -> Vec<&'n str>) -> Option<String> {
        self.hinted.set(self.hinted.get() + 1);
        if self.hinted.get() > MAX_HINTED { None } else { nearest(word, &names()) }
    }

    /// No more errors are kept: what only makes them better can be left out.
    pub(crate) fn is_full(&self) -> bool {
        self.errors.borrow().len() >= MAX_ERRORS
    }

    pub(crate) fn has_errors(&self) -> bool {
        !self.errors.borrow().is_empty()
    }

    pub(crate) fn take_warnings(&self) -> Vec<Diagnostic> {
        self.warnings.take()
    }

    pub(crate) fn take(&self) -> Diagnostics {
        Diagnostics { errors: self.errors.take(), warnings: self.warnings.take() }
    }

    /// Every included file's path, the root file left out.
    pub(crate) fn included(&self) -> Vec<String> {
        self.sources.borrow().iter().skip(1).map(|source| source.path.clone()).collect()
    }
}

/// Words of about the right length that are compared with a misspelt one.
const MAX_CANDIDATES: usize = 2000;

/// `did you mean "script"?` when a known word is near enough.
pub(crate) fn nearest(word: &str, known: &[&str]) -> Option<String> {
    let lower = word.to_lowercase();
    let length = lower.chars().count();
    let limit = match length {
        0..=2 => 0,
        3..=5 => 1,
        6..=8 => 2,
        _ => 3,
    };
    let hyphens = lower.replace('-', "_");
    known
        .iter()
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= limit)
        .take(MAX_CANDIDATES)
        .map(|candidate| {
            let far = distance(&lower, candidate);
            (if hyphens == lower { far } else { far.min(distance(&hyphens, candidate)) }, *candidate)
        })
        .filter(|(far, _)| *far <= limit)
        .min()
        .map(|(_, candidate)| format!("did you mean \"{candidate}\"?"))
}

/// Edits between two words, a swap of neighbours counting one.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(row[j - 1] + 1).min(rows[i - 1][j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_words_find_their_neighbours() {
        let known = ["script", "before_script", "stage", "tags"];
        assert_eq!(nearest("scirpt", &known).as_deref(), Some("did you mean \"script\"?"));
        assert_eq!(nearest("Stage", &known).as_deref(), Some("did you mean \"stage\"?"));
        assert_eq!(nearest("before-script", &known).as_deref(), Some("did you mean \"before_script\"?"));
        assert_eq!(nearest("banana", &known), None);
    }
}
