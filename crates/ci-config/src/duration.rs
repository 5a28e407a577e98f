//! Durations as GitLab reads them (CI YAML contract §11): `2h20min`, `1 week`, `4:01:01`, `never`.

/// Seconds of a minute, an hour, …: a month is 30 days, a year 365.25.
const UNITS: &[(&[&str], f64)] = &[
    (&["s", "sec", "secs", "second", "seconds"], 1.0),
    (&["m", "min", "mins", "minute", "minutes"], 60.0),
    (&["h", "hr", "hrs", "hour", "hours"], 3600.0),
    (&["d", "day", "days"], 86_400.0),
    (&["w", "wk", "wks", "week", "weeks"], 604_800.0),
    (&["mo", "mos", "month", "months"], 2_592_000.0),
    (&["y", "yr", "yrs", "year", "years"], 31_557_600.0),
];

const FILLERS: &[&str] = &["and", "with", "plus", "sum"];

const WORDS: &[(&str, f64)] = &[
    ("zero", 0.0),
    ("one", 1.0),
    ("two", 2.0),
    ("three", 3.0),
    ("four", 4.0),
    ("five", 5.0),
    ("six", 6.0),
    ("seven", 7.0),
    ("eight", 8.0),
    ("nine", 9.0),
    ("ten", 10.0),
    ("eleven", 11.0),
    ("twelve", 12.0),
    ("thirteen", 13.0),
    ("fourteen", 14.0),
    ("fifteen", 15.0),
    ("sixteen", 16.0),
    ("seventeen", 17.0),
    ("eighteen", 18.0),
    ("nineteen", 19.0),
    ("twenty", 20.0),
    ("thirty", 30.0),
    ("forty", 40.0),
    ("fifty", 50.0),
    ("sixty", 60.0),
    ("seventy", 70.0),
    ("eighty", 80.0),
    ("ninety", 90.0),
];

/// The longest value taken: a thousand years. Past it is a typing mistake, not a duration.
const MAX_SECONDS: f64 = 31_557_600_000.0;

/// Seconds of a duration text, rounded down. `None` for unknown words, for nothing and for zero.
/// A bare number is seconds. `never` is no duration: see [`parse_or_never`].
pub fn parse(text: &str) -> Option<i64> {
    let text = text.trim().to_lowercase();
    let total = if text.contains(':') { clock(&text)? } else { words(&text)? };
    (1.0..=MAX_SECONDS).contains(&total).then_some(total as i64)
}

/// What `expire_in` and `auto_stop_in` hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// After that many seconds.
    After(i64),
    /// Not at all.
    Never,
}

/// A duration or `never`.
pub fn parse_or_never(text: &str) -> Option<Expiry> {
    if text.trim().eq_ignore_ascii_case("never") { Some(Expiry::Never) } else { parse(text).map(Expiry::After) }
}

/// `H:MM:SS`, `M:SS`.
fn clock(text: &str) -> Option<f64> {
    let parts: Vec<&str> = text.split(':').collect();
    if parts.len() > 3 {
        return None;
    }
    parts.iter().try_fold(0.0, |total, part| Some(total * 60.0 + number(part.trim())?))
}

fn number(text: &str) -> Option<f64> {
    let plain = text.starts_with(|c: char| c.is_ascii_digit()) && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    plain.then(|| text.parse().ok()).flatten()
}

/// Numbers and units in turn; a unit without a number counts once.
fn words(text: &str) -> Option<f64> {
    let mut total = 0.0;
    let mut pending: Option<f64> = None;
    for token in tokens(text) {
        if let Some(value) = number(token) {
            // Two numbers in a row: the first are seconds.
            total += pending.replace(value).unwrap_or(0.0);
        } else if let Some(&(_, value)) = WORDS.iter().find(|(word, _)| *word == token) {
            pending = Some(pending.unwrap_or(0.0) + value);
        } else if let Some(&(_, seconds)) = UNITS.iter().find(|(names, _)| names.contains(&token)) {
            total += pending.take().unwrap_or(1.0) * seconds;
        } else if !FILLERS.contains(&token) {
            return None;
        }
    }
    Some(total + pending.unwrap_or(0.0))
}

/// Splits at spaces, commas, hyphens, and between digits and letters.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', '\t', '\n', ',', '-', '"', '\'']).flat_map(|piece| {
        let mut rest = piece;
        std::iter::from_fn(move || {
            let first = rest.chars().next()?;
            let digits = first.is_ascii_digit() || first == '.';
            let end = rest.find(|c: char| (c.is_ascii_digit() || c == '.') != digits).unwrap_or(rest.len());
            let (token, tail) = rest.split_at(end);
            rest = tail;
            Some(token)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reference_values_of_the_contract() {
        for (text, seconds) in [
            ("42", 42),
            ("6 mos 1 day", 15_638_400),
            ("1 year 6 mos 1 day", 47_196_000),
            ("3 weeks and 2 days", 1_987_200),
            ("4:01:01", 14_461),
            ("1:20", 80),
            ("18 months", 46_656_000),
            ("2.5 hrs", 9000),
            ("2h20min", 8400),
            ("1 week", 604_800),
            ("day", 86_400),
            ("minute 30s", 90),
            ("one hour", 3600),
            ("3 Hours", 10_800),
            ("1d, 2h plus 3m with 4s", 93_784),
            ("47 yrs 6 mos and 4d", 47 * 31_557_600 + 6 * 2_592_000 + 4 * 86_400),
            ("twenty one minutes", 1260),
        ] {
            assert_eq!(parse(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration() {
        for text in ["7 elephants", "", "0", "0 seconds", "never", "abc", "1:2:3:4", "-", "1..2 days"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse_or_never("Never"), Some(Expiry::Never));
        assert_eq!(parse_or_never("1 day"), Some(Expiry::After(86_400)));
        assert_eq!(parse_or_never("perhaps"), None);
    }
}
