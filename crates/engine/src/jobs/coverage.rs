//! Coverage read from a log (CI YAML contract §11): the last line that matches, its last match, the
//! first number in it.

use crate::{Engine, Result};
use pipewright_model::JobId;
use pipewright_store::traces;
use regex::{Regex, RegexBuilder};

/// Read at a time, from the end of the log backwards.
const WINDOW: i64 = 1 << 20;
/// Compiled patterns larger than this are refused: they are not about coverage.
const PATTERN_BYTES: usize = 1 << 20;

/// Looks through a log that is still in chunks.
pub(super) async fn find(engine: &Engine, job: JobId, pattern: &str) -> Result<Option<f64>> {
    let Ok(pattern) = RegexBuilder::new(pattern).size_limit(PATTERN_BYTES).build() else { return Ok(None) };
    let Some(trace) = engine.db.read(move |tx| traces::get(tx, job)).await? else { return Ok(None) };
    let mut end = trace.size;
    while end > 0 {
        let start = (end - WINDOW).max(0);
        let bytes = engine.db.read(move |tx| traces::bytes(tx, job, start, end)).await?;
        // A line that the window's start cuts is looked at whole in the next window.
        let cut = if start == 0 { 0 } else { bytes.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1) };
        let text = String::from_utf8_lossy(bytes.get(cut..).unwrap_or_default());
        if let Some(percent) = in_text(&pattern, &text) {
            return Ok(Some(percent));
        }
        let next = if cut == 0 { start } else { start + cut as i64 };
        end = if next < end { next } else { start };
    }
    Ok(None)
}

fn in_text(pattern: &Regex, text: &str) -> Option<f64> {
    text.lines().rev().find_map(|line| {
        let found = pattern.find_iter(line).last()?;
        number(found.as_str())
    })
}

/// The first number, digits with at most one dot in between.
fn number(text: &str) -> Option<f64> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let rest = &text[start..];
    let whole = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let fraction = rest[whole..].strip_prefix('.').map_or(0, |after| {
        let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        if digits == 0 { 0 } else { digits + 1 }
    });
    rest[..whole + fraction].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::in_text;
    use regex::Regex;

    #[test]
    fn the_last_line_and_its_last_match_count() {
        let pattern = Regex::new(r"\d+\.?\d*%").unwrap();
        assert_eq!(in_text(&pattern, "a 1%\nTotal 80.5% of 90.25%\nno number\n"), Some(90.25));
        assert_eq!(in_text(&Regex::new("Coverage: .*").unwrap(), "Coverage: about 7. of 9"), Some(7.0));
        assert_eq!(in_text(&pattern, "nothing"), None);
    }
}
