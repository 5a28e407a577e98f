//! Lines of the table.

use crate::load::Figures;
use std::time::Duration;

/// One line.
pub(crate) fn figure(what: &str, value: &str, aim: &str) {
    println!("{what:<48} {value:<58} aim: {aim}");
}

/// Median, smallest and largest.
pub(crate) fn spread(values: &[f64], unit: &str) -> String {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |place: usize| sorted.get(place).copied().unwrap_or_default();
    format!("{:.1}{unit} ({:.1} to {:.1})", at(sorted.len() / 2), at(0), at(sorted.len().saturating_sub(1)))
}

/// The middle one of some times, in milliseconds.
pub(crate) fn middle(times: impl Iterator<Item = Duration>) -> f64 {
    let mut times: Vec<Duration> = times.collect();
    times.sort();
    times.get(times.len() / 2).map_or(0.0, Duration::as_secs_f64) * 1e3
}

/// Rates and times of several runs in a few words.
pub(crate) fn runs(all: &[Figures]) -> String {
    let rates: Vec<f64> = all.iter().map(|run| run.rate).collect();
    format!(
        "{} p50 {:.2} ms p99 {:.2} ms",
        spread(&rates, "/s"),
        middle(all.iter().map(|run| run.median)),
        middle(all.iter().map(|run| run.p99))
    )
}

/// Bytes as a person reads them.
pub(crate) fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
