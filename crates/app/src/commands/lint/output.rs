//! Prints what came of it: results to standard output, and beside them, messages to standard error.

use super::files::WorkTree;
use super::message::message;
use super::options::ShowOptions;
use super::paint::Paint;
use super::rows::Rows;
use super::{graph, summary, table};
use crate::error::{Error, Result};
use pipewright_ci_config::Diagnostics;
use serde_json::Value;
use std::io::{ErrorKind, Write};

/// Everything there may be to print.
pub(super) struct Outcome<'a> {
    /// The file's name.
    pub(super) file: &'a str,
    pub(super) valid: bool,
    pub(super) told: &'a Diagnostics,
    pub(super) rows: &'a Rows,
    /// Why no pipeline would be made of a valid file.
    pub(super) refusal: Option<&'a str>,
    /// The merged file, when it is asked for and there is one.
    pub(super) merged: Option<String>,
    /// The answer for `--json`.
    pub(super) json: &'a dyn Fn() -> Value,
}

/// Prints what was asked for.
///
/// Messages are the result when nothing else is asked for; otherwise they go beside it.
pub(super) fn print(outcome: &Outcome<'_>, show: ShowOptions, tree: &WorkTree<'_>) -> Result<()> {
    if show.json {
        return emit(&format!("{:#}\n", (outcome.json)()));
    }
    let result = if show.merged {
        outcome.merged.clone()
    } else if !outcome.valid {
        None
    } else if show.list && show.csv {
        Some(table::csv(outcome.rows, show.all))
    } else if show.list {
        Some(table::table(outcome.rows, show.all, Paint::stdout()))
    } else {
        show.graph.map(|language| graph::graph(outcome.rows, language))
    };
    let asked = show.merged || show.list || show.graph.is_some();
    let paint = if asked { Paint::stderr() } else { Paint::stdout() };
    let mut beside = messages(outcome.told, paint, tree);
    if !outcome.valid {
        beside += &summary::invalid(outcome.file, outcome.told.errors.len(), outcome.told.warnings.len(), paint);
    } else if !asked {
        let about = summary::Valid {
            file: outcome.file,
            rows: outcome.rows,
            refusal: outcome.refusal,
            warnings: outcome.told.warnings.len(),
            guessed: tree.guessed_changes(),
        };
        beside += &summary::valid(&about, paint);
    } else if outcome.refusal.is_none() && tree.guessed_changes() && !show.merged {
        beside += &summary::guess(paint);
    } else if let Some(refusal) = outcome.refusal {
        beside.extend([outcome.file, ": no pipeline would be made: ", refusal, "\n"]);
    }
    if asked {
        emit(&result.unwrap_or_default())?;
        eprint!("{beside}");
        Ok(())
    } else {
        emit(&beside)
    }
}

/// Every diagnostic, a blank line after each.
fn messages(told: &Diagnostics, paint: Paint, tree: &WorkTree<'_>) -> String {
    let line = |file: &str, number: u32| tree.line(file, number);
    let all = told.errors.iter().chain(&told.warnings);
    all.map(|diagnostic| message(diagnostic, paint, &line) + "\n").collect()
}

/// Writes to standard output. Whoever reads may stop early.
fn emit(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::Other(format!("the result could not be written: {error}")))
        }
        _ => Ok(()),
    }
}
