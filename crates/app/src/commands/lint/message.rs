//! One diagnostic for people: place, message, the line with its mark, where it comes from.

use super::mark::mark;
use super::paint::{Paint, Tone, columns, harmless};
use pipewright_ci_config::{Diagnostic, Place, Severity};
use std::fmt::Write as _;

/// Suggestions up to this long stand beside the mark.
const SHORT: usize = 50;
/// Includes shown of one way.
const LONG_WAY: usize = 6;

/// The lines of one diagnostic, each with its end. `line` finds a line of a file.
pub(super) fn message(diagnostic: &Diagnostic, paint: Paint, line: &dyn Fn(&str, u32) -> Option<String>) -> String {
    let (word, tone) = match diagnostic.severity {
        Severity::Error => ("error", Tone::Error),
        Severity::Warning => ("warning", Tone::Warning),
    };
    let place = diagnostic.place.as_ref().map(|place| format!("{}: ", harmless(&place.to_string())));
    let mut text = format!(
        "{}{}: {}\n",
        paint.with(Tone::Strong, &place.unwrap_or_default()),
        paint.with(tone, word),
        harmless(&diagnostic.message)
    );
    let shown = diagnostic.place.as_ref().and_then(|place| Some((place, line(&place.file, place.line)?)));
    let gutter = shown.as_ref().map_or(0, |(place, _)| place.line.to_string().len());
    let hint = diagnostic.suggestion.as_deref().map(harmless).unwrap_or_default();
    let beside = hint.chars().count() <= SHORT && shown.is_some();
    if let Some((place, source)) = shown {
        text.push_str(&excerpt(place, &source, if beside { &hint } else { "" }, paint, tone));
    }
    let edge = paint.with(Tone::Faint, &format!("{} =", " ".repeat(gutter)));
    let mut note = |note: String| {
        let _ = writeln!(text, "{edge} {note}");
    };
    if !hint.is_empty() && !beside {
        note(format!("help: {hint}"));
    }
    if let Some(path) = key_path(diagnostic) {
        note(format!("in {path}"));
    }
    way(&diagnostic.included_from).into_iter().for_each(&mut note);
    text
}

/// The includes that led to a file, the nearest first; of a long way the ends.
fn way(included_from: &[Place]) -> Vec<String> {
    let mut lines: Vec<String> =
        included_from.iter().rev().map(|place| format!("included from {}", harmless(&place.to_string()))).collect();
    if lines.len() > LONG_WAY {
        let left_out = lines.len() - LONG_WAY + 1;
        lines.splice(LONG_WAY - 2..lines.len() - 1, [format!("… {left_out} more …")]);
    }
    lines
}

/// The source line and the mark below it.
fn excerpt(place: &Place, source: &str, hint: &str, paint: Paint, tone: Tone) -> String {
    let number = place.line.to_string();
    let bar =
        |number: &str| paint.with(Tone::Faint, &format!("{number:>width$} |", width = place.line.to_string().len()));
    let source = harmless(source);
    let (before, width) = mark(&source, place.column);
    let room = number.len() + 3;
    // A mark that would stand beyond the terminal's edge marks nothing.
    let visible = paint.width.is_none_or(|edge| room + columns(&before) < edge);
    let mut text = format!("{}\n{} {}\n", bar(""), bar(&number), paint.cut(&source, room));
    if visible && place.column > 0 {
        let width = paint.width.map_or(width, |edge| width.min(edge - room - columns(&before)));
        let words = format!("{} {hint}", "^".repeat(width));
        let _ = writeln!(text, "{} {before}{}", bar(""), paint.with(tone, words.trim_end()));
    } else if !hint.is_empty() {
        let _ = writeln!(text, "{} {}", bar(""), paint.with(tone, hint));
    }
    text
}

/// The key's path as written, unless the message begins with it.
fn key_path(diagnostic: &Diagnostic) -> Option<String> {
    let path = &diagnostic.path;
    let told = path.is_empty() || [":", " "].iter().any(|by| diagnostic.message.starts_with(&path.join(by)));
    (!told).then(|| harmless(&path.join(" > ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(file: &str, line: u32, column: u32) -> Place {
        Place { file: file.to_owned(), line, column }
    }

    fn shown(diagnostic: &Diagnostic, source: &str, paint: Paint) -> String {
        message(diagnostic, paint, &|_, _| Some(source.to_owned()))
    }

    #[test]
    fn everything_a_diagnostic_knows_is_shown() {
        let diagnostic = Diagnostic {
            place: Some(place("ci/build.yml", 12, 3)),
            path: vec!["jobs".to_owned(), "Unit".to_owned()],
            suggestion: Some("did you mean \"script\"?".to_owned()),
            included_from: vec![place(".gitlab-ci.yml", 1, 10), place("ci/all.yml", 2, 5)],
            ..Diagnostic::error("jobs:unit config contains unknown keys: scirpt")
        };
        let expected = "\
ci/build.yml:12:3: error: jobs:unit config contains unknown keys: scirpt
   |
12 |   scirpt: make
   |   ^^^^^^ did you mean \"script\"?
   = in jobs > Unit
   = included from ci/all.yml:2:5
   = included from .gitlab-ci.yml:1:10
";
        assert_eq!(shown(&diagnostic, "  scirpt: make", Paint::default()), expected);
    }

    #[test]
    fn long_lines_and_far_marks_keep_to_the_terminal() {
        let diagnostic = Diagnostic { place: Some(place("a.yml", 1, 200)), ..Diagnostic::warning("far away") };
        let text = shown(&diagnostic, &"x".repeat(300), Paint { colour: false, width: Some(40) });
        assert!(text.lines().all(|line| line.chars().count() <= 40), "{text}");
        assert!(!text.contains('^'), "{text}");
    }

    #[test]
    fn a_long_way_shows_its_ends() {
        let places: Vec<Place> = (1..=100).map(|line| place("a.yml", line, 1)).collect();
        let lines = way(&places);
        assert_eq!(lines.len(), LONG_WAY);
        assert_eq!((lines[0].as_str(), lines[5].as_str()), ("included from a.yml:100:1", "included from a.yml:1:1"));
        assert_eq!(lines[4], "… 95 more …");
        assert_eq!(way(&places[..6]).len(), 6);
    }

    #[test]
    fn colours_are_for_terminals() {
        let diagnostic = Diagnostic { place: Some(place("a.yml", 1, 1)), ..Diagnostic::error("no") };
        let coloured = shown(&diagnostic, "a: 1", Paint { colour: true, width: Some(80) });
        assert!(coloured.contains("\x1b[1;31merror\x1b[0m"), "{coloured:?}");
        assert!(!shown(&diagnostic, "a: 1", Paint::default()).contains('\x1b'));
    }

    #[test]
    fn a_whole_file_has_no_line() {
        let diagnostic = Diagnostic { place: Some(place("a.yml", 0, 0)), ..Diagnostic::error("is empty") };
        assert_eq!(message(&diagnostic, Paint::default(), &|_, _| None), "a.yml: error: is empty\n");
    }
}
