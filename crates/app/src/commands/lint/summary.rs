//! The closing line, and the jobs by stage.

use super::paint::{Paint, Tone, columns, harmless};
use super::rows::{Row, Rows};
use std::fmt::Write as _;

/// Jobs named of one stage; `--list` names all.
const MAX_NAMES: usize = 20;

/// What a valid file comes to.
pub(super) struct Valid<'a> {
    pub(super) file: &'a str,
    pub(super) rows: &'a Rows,
    /// Why no pipeline would be made.
    pub(super) refusal: Option<&'a str>,
    pub(super) warnings: usize,
    /// `rules:changes` were answered without knowing.
    pub(super) guessed: bool,
}

/// `valid`, then the jobs of each stage.
pub(super) fn valid(about: &Valid<'_>, paint: Paint) -> String {
    let stages = about.rows.by_stage();
    let jobs: usize = stages.iter().map(|(_, jobs)| jobs.len()).sum();
    let mut text = format!("{}: {}, ", about.file, paint.with(Tone::Good, "valid"));
    match about.refusal {
        Some(refusal) => {
            let _ = write!(text, "but no pipeline would be made: {refusal}");
        }
        None => {
            let _ = write!(text, "{} in {}", counted(jobs, "job"), counted(stages.len(), "stage"));
        }
    }
    if about.warnings > 0 {
        let _ = write!(text, ", {}", counted(about.warnings, "warning"));
    }
    text.push('\n');
    let left_out: Vec<&Row> = about.rows.jobs.iter().filter(|job| !job.is_in()).collect();
    let width = stages.iter().map(|(stage, _)| stage.chars().count()).max().unwrap_or(0);
    for (stage, jobs) in &stages {
        let words = jobs.iter().map(|job| words(job)).collect();
        let _ = writeln!(
            text,
            "  {}  {}",
            paint.with(Tone::Strong, &format!("{stage:width$}")),
            names(words, width + 4, paint)
        );
    }
    if !left_out.is_empty() {
        let label = "left out by rules:";
        let left_out = names(left_out.iter().map(|job| job.name.clone()).collect(), label.len() + 3, paint);
        let _ = writeln!(text, "  {} {left_out}", paint.with(Tone::Faint, label));
    }
    if about.guessed {
        text += &guess(paint);
    }
    text
}

/// What was taken for true without knowing.
pub(super) fn guess(paint: Paint) -> String {
    let note = "note: rules:changes count as true; say what changed with --changed or --changed-since";
    paint.with(Tone::Faint, note) + "\n"
}

/// How much is wrong.
pub(super) fn invalid(file: &str, errors: usize, warnings: usize, paint: Paint) -> String {
    let mut counts = counted(errors, "error");
    if warnings > 0 {
        let _ = write!(counts, ", {}", counted(warnings, "warning"));
    }
    format!("{file}: {}, {counts}\n", paint.with(Tone::Error, "invalid"))
}

/// The first names; on a terminal, lines break between them and go on below the first.
fn names(mut list: Vec<String>, indent: usize, paint: Paint) -> String {
    let more = list.len().saturating_sub(MAX_NAMES);
    list.truncate(MAX_NAMES);
    if let (Some(last), true) = (list.last_mut(), more > 0) {
        let _ = write!(last, " and {more} more");
    }
    let count = list.len();
    let mut text = String::new();
    let mut column = indent;
    for (at, name) in list.iter().enumerate() {
        let word = harmless(name) + if at + 1 < count { "," } else { "" };
        let room = columns(&word) + 1;
        if at > 0 && paint.width.is_some_and(|edge| column + room > edge) {
            text.push('\n');
            text.push_str(&" ".repeat(indent));
            column = indent;
        } else if at > 0 {
            text.push(' ');
        }
        text.push_str(&word);
        column += room;
    }
    text
}

fn words(job: &Row) -> String {
    let mut notes = Vec::new();
    if ["manual", "delayed"].contains(&job.when.as_str()) {
        notes.push(job.when.as_str());
    }
    if job.is_bridge {
        notes.push("starts a pipeline");
    }
    if job.may_fail {
        notes.push("may fail");
    }
    if notes.is_empty() { job.name.clone() } else { format!("{} ({})", job.name, notes.join(", ")) }
}

fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_their_numerus() {
        assert_eq!(invalid("a.yml", 1, 0, Paint::default()), "a.yml: invalid, 1 error\n");
        assert_eq!(invalid("a.yml", 2, 1, Paint::default()), "a.yml: invalid, 2 errors, 1 warning\n");
    }

    #[test]
    fn a_stage_of_many_jobs_names_the_first() {
        let text = names((0..1000).map(|number| number.to_string()).collect(), 0, Paint::default());
        assert!(text.ends_with("18, 19 and 980 more"), "{text}");
    }

    #[test]
    fn names_go_on_below_each_other_on_a_terminal() {
        let list = vec!["one: [a, b]".to_owned(), "two".to_owned(), "three".to_owned()];
        let narrow = Paint { colour: false, width: Some(20) };
        assert_eq!(names(list.clone(), 2, narrow), "one: [a, b], two,\n  three");
        assert_eq!(names(list, 2, Paint::default()), "one: [a, b], two, three");
    }
}
