//! What each step of a chore came to, and the table at the end.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It did what it should; a few words for the table.
    Passed(String),
    /// It did not; why.
    Failed(String),
    /// It could not be tried for want of a tool; a failure under `CI=true`.
    Missing(String),
    /// It was left out, and that is all right everywhere.
    Skipped(String),
}

impl From<Result<(), String>> for Outcome {
    fn from(result: Result<(), String>) -> Self {
        match result {
            Ok(()) => Self::Passed(String::new()),
            Err(why) => Self::Failed(why),
        }
    }
}

/// The steps so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    steps: Vec<(String, Outcome, Duration)>,
    strict: bool,
}

impl Report {
    /// An empty report; `strict` turns a missing tool into a failure.
    pub(crate) fn new(strict: bool) -> Self {
        Self { steps: Vec::new(), strict }
    }

    /// Runs a step, telling when it starts and how it ended.
    pub(crate) fn step(&mut self, name: &str, work: impl FnOnce() -> Outcome) {
        println!("==> {name}");
        let start = Instant::now();
        let mut outcome = work();
        if let (true, Outcome::Missing(why)) = (self.strict, &outcome) {
            outcome = Outcome::Failed(format!("{why} (CI=true allows no gaps)"));
        }
        if let Outcome::Failed(why) | Outcome::Missing(why) = &outcome {
            println!("{name}: {why}");
        }
        self.steps.push((name.to_owned(), outcome, start.elapsed()));
    }

    /// Prints the table; an error if a step failed.
    pub(crate) fn finish(&self) -> Result<(), String> {
        print!("\n{}", self.table());
        let failed: Vec<&str> = self
            .steps
            .iter()
            .filter(|(_, outcome, _)| matches!(outcome, Outcome::Failed(_)))
            .map(|(name, ..)| name.as_str())
            .collect();
        if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
    }

    fn table(&self) -> String {
        let width = self.steps.iter().map(|(name, ..)| name.len()).max().unwrap_or(0);
        let mut table = String::new();
        for (name, outcome, took) in &self.steps {
            let (word, note) = match outcome {
                Outcome::Passed(note) => ("ok", note),
                Outcome::Failed(note) => ("FAILED", note),
                Outcome::Missing(note) | Outcome::Skipped(note) => ("skipped", note),
            };
            let note = note.lines().next().unwrap_or_default();
            let line = format!("{name:width$}  {word:7}  {:6.1} s  {note}", took.as_secs_f64());
            let _ = writeln!(table, "{}", line.trim_end());
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Report};

    #[test]
    fn a_missing_tool_fails_only_where_no_gaps_are_allowed() {
        for strict in [false, true] {
            let mut report = Report::new(strict);
            report.step("lints", || Outcome::Passed(String::new()));
            report.step("clients", || Outcome::Missing("no python3".into()));
            assert_eq!(report.finish().is_err(), strict);
            assert!(report.table().contains("no python3"));
        }
    }

    #[test]
    fn what_may_be_left_out_never_fails() {
        let mut report = Report::new(true);
        report.step("deny", || Outcome::Skipped("cargo-deny is not installed".into()));
        assert!(report.finish().is_ok());
    }
}
