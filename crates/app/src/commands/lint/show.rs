//! What `lint` prints for people: each message with its line, underlined; or the jobs by stage.

use super::files::WorkTree;
use pipewright_ci_config::{Diagnostic, Diagnostics, JobPlan, Place, Plan, Severity, SourceFile};
use pipewright_model::{JobKind, When};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::IsTerminal;

/// Prints the outcome to standard output.
pub(crate) fn print(outcome: &Result<Plan, Diagnostics>, source: &SourceFile, tree: &WorkTree) {
    let paint = Paint { colour: std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() };
    let mut texts = Texts { tree, read: BTreeMap::from([(source.path.clone(), Some(source.text.clone()))]) };
    let (errors, warnings) = match outcome {
        Ok(plan) => (&[][..], plan.warnings.as_slice()),
        Err(wrong) => (wrong.errors.as_slice(), wrong.warnings.as_slice()),
    };
    for diagnostic in errors.iter().chain(warnings) {
        println!("{}", message(diagnostic, &mut texts, paint));
    }
    match outcome {
        Ok(plan) => print!("{}", summary(&source.path, plan)),
        Err(wrong) => println!("{}: {}", source.path, counted(wrong.errors.len(), "error")),
    }
}

#[derive(Clone, Copy)]
struct Paint {
    colour: bool,
}

impl Paint {
    fn with(self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// The files messages point into, each read once.
struct Texts<'a> {
    tree: &'a WorkTree,
    read: BTreeMap<String, Option<String>>,
}

impl Texts<'_> {
    fn line(&mut self, place: &Place) -> Option<String> {
        let number = usize::try_from(place.line).ok()?.checked_sub(1)?;
        let text = self.read.entry(place.file.clone()).or_insert_with(|| self.tree.text(&place.file));
        Some(text.as_ref()?.lines().nth(number)?.to_owned())
    }
}

fn message(diagnostic: &Diagnostic, texts: &mut Texts<'_>, paint: Paint) -> String {
    let word = match diagnostic.severity {
        Severity::Error => paint.with("1;31", "error"),
        Severity::Warning => paint.with("1;33", "warning"),
    };
    let place = diagnostic.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
    let mut lines = vec![format!("{}{word}: {}", paint.with("1", &place), diagnostic.message)];
    let hint = diagnostic.suggestion.as_deref().unwrap_or_default();
    let shown = diagnostic.place.as_ref().and_then(|place| Some((place, texts.line(place)?)));
    if let Some((place, line)) = shown {
        let number = place.line.to_string();
        let gutter = " ".repeat(number.len());
        let (before, marked) = underline(&line, place.column);
        lines.push(format!("{gutter} |"));
        lines.push(format!("{number} | {line}"));
        lines.push(format!("{gutter} | {before}{}", paint.with("1;31", format!("{marked} {hint}").trim_end())));
    } else if !hint.is_empty() {
        lines.push(format!("  {hint}"));
    }
    lines.extend(diagnostic.included_from.iter().rev().map(|place| format!("  included from {place}")));
    lines.join("\n")
}

/// Blanks up to the column (tabs stay, so that the mark stands below its word) and a mark as long as the word.
fn underline(line: &str, column: u32) -> (String, String) {
    let start = usize::try_from(column).unwrap_or(1).saturating_sub(1);
    let before = line.chars().take(start).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
    let word = line.chars().skip(start).take_while(|c| !c.is_whitespace() && !":,]}".contains(*c)).count();
    (before, "^".repeat(word.max(1)))
}

/// `valid`, then the jobs of each stage.
fn summary(file: &str, plan: &Plan) -> String {
    if let Some(refusal) = plan.verdict.refusal() {
        return format!("{file}: valid, but no pipeline would be made: {refusal}\n");
    }
    let stages: Vec<(&String, Vec<String>)> = plan
        .stages
        .iter()
        .map(|stage| (stage, plan.jobs.iter().filter(|job| &job.stage == stage).map(job_words).collect()))
        .filter(|(_, jobs): &(_, Vec<String>)| !jobs.is_empty())
        .collect();
    let width = stages.iter().map(|(stage, _)| stage.chars().count()).max().unwrap_or(0);
    let mut text =
        format!("{file}: valid, {} in {}\n", counted(plan.jobs.len(), "job"), counted(stages.len(), "stage"));
    for (stage, jobs) in stages {
        let _ = writeln!(text, "  {stage:width$}  {}", jobs.join(", "));
    }
    text
}

fn job_words(job: &JobPlan) -> String {
    let mut notes = Vec::new();
    match job.when {
        When::Manual => notes.push("manual"),
        When::Delayed => notes.push("delayed"),
        _ => {}
    }
    if job.kind == JobKind::Bridge {
        notes.push("starts a pipeline");
    }
    if job.allow_failure {
        notes.push("may fail");
    }
    if notes.is_empty() { job.name.clone() } else { format!("{} ({})", job.name, notes.join(", ")) }
}

fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::underline;

    #[test]
    fn the_mark_stands_below_its_word() {
        assert_eq!(underline("  scrip: make", 3), ("  ".to_owned(), "^^^^^".to_owned()));
        assert_eq!(underline("\tüx [a, b]", 5), ("\t   ".to_owned(), "^^".to_owned()));
        assert_eq!(underline("short", 40), (" ".repeat(5), "^".to_owned()));
    }
}
