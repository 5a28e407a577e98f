//! What the demo shows while the pipeline runs: a live table on a terminal, plain lines in a pipe.

use super::client::Job;
use crate::out::say;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::time::Duration;

/// A job and how deep below the first pipeline it is.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) depth: usize,
    pub(crate) job: Job,
}

/// Shows rows as they change.
pub(crate) struct Board {
    live: Option<Live>,
    /// The last word shown for each job.
    shown: BTreeMap<i64, String>,
}

struct Live {
    bars: MultiProgress,
    total: ProgressBar,
    rows: BTreeMap<i64, ProgressBar>,
}

impl Board {
    /// Live where standard output is a terminal.
    pub(crate) fn new() -> Self {
        Self { live: std::io::stdout().is_terminal().then(Live::new), shown: BTreeMap::new() }
    }

    /// Brings the board up to date. Rows come in the order they are to be shown.
    pub(crate) fn update(&mut self, rows: &[Row]) {
        for (index, row) in rows.iter().enumerate() {
            let known = self.shown.get(&row.job.id);
            if known.is_some_and(|status| *status == row.job.status) {
                continue;
            }
            match &mut self.live {
                Some(live) => live.show(index, row),
                None if tells(&row.job.status) => say(plain(row)),
                None => {}
            }
            self.shown.insert(row.job.id, row.job.status.clone());
        }
        if let Some(live) = &self.live {
            live.count(rows);
        }
    }

    /// Leaves the last state standing.
    pub(crate) fn finish(self) {
        if let Some(live) = self.live {
            live.total.finish_and_clear();
            for bar in live.rows.values() {
                bar.finish();
            }
        }
    }
}

impl Live {
    fn new() -> Self {
        let bars = MultiProgress::with_draw_target(indicatif::ProgressDrawTarget::stdout());
        let total = bars.add(ProgressBar::new(1));
        total.set_style(style("  {bar:30.green/black.bright} {pos} of {len} jobs, {elapsed}"));
        total.enable_steady_tick(Duration::from_millis(100));
        Self { bars, total, rows: BTreeMap::new() }
    }

    fn show(&mut self, index: usize, row: &Row) {
        let bars = &self.bars;
        let bar = self.rows.entry(row.job.id).or_insert_with(|| bars.insert(index, ProgressBar::new_spinner()));
        bar.set_message(cells(row));
        if row.job.status == "running" {
            bar.set_style(style("  {spinner:.cyan} {msg} {elapsed:.dim}"));
            bar.enable_steady_tick(Duration::from_millis(80));
        } else {
            bar.disable_steady_tick();
            let (mark, colour) = mark(row);
            bar.set_prefix(format!("\x1b[{colour}m{mark}\x1b[0m"));
            bar.set_style(style("  {prefix} {msg}"));
            bar.tick();
        }
    }

    fn count(&self, rows: &[Row]) {
        self.total.set_length(rows.len() as u64);
        self.total.set_position(rows.iter().filter(|row| ended(&row.job.status)).count() as u64);
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

/// Statuses worth a line in a pipe: the waiting ones only make noise.
fn tells(status: &str) -> bool {
    ended(status) || matches!(status, "running" | "manual")
}

fn ended(status: &str) -> bool {
    matches!(status, "success" | "failed" | "canceled" | "skipped")
}

fn mark(row: &Row) -> (&'static str, &'static str) {
    match row.job.status.as_str() {
        "success" => ("✔", "32"),
        "failed" if row.job.allow_failure => ("!", "33"),
        "failed" => ("✘", "31"),
        "canceled" => ("■", "90"),
        "manual" => ("▶", "34"),
        _ => ("·", "90"),
    }
}

/// Name, stage, status and time, in columns.
fn cells(row: &Row) -> String {
    let job = &row.job;
    let name = format!("{}{}", "  ".repeat(row.depth), job.name);
    let status = match job.status.as_str() {
        "failed" if job.allow_failure => "failed (allowed)",
        "manual" => "waits for somebody",
        other => other,
    };
    let time = job.duration.filter(|_| ended(&job.status)).map(|seconds| format!("{seconds:.1} s")).unwrap_or_default();
    format!("{name:<14}{:<9}{status:<19}{time:>6}", job.stage).trim_end().to_owned()
}

fn plain(row: &Row) -> String {
    format!("  {}", cells(row))
}
