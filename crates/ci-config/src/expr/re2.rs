//! RE2's syntax on the `regex` crate: both are linear in time, but they read texts differently.
//!
//! `\d \w \s \b` are ASCII in RE2; `\Q…\E` quotes; repeats end at 1000; `++` and `(?x)` are errors.

use regex::Regex;
use std::fmt::Write as _;

/// A pattern of a file.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    /// As written, with its slashes.
    pub(crate) source: String,
    regex: Regex,
}

/// Compiled size in bytes a pattern may have.
const SIZE_LIMIT: usize = 1 << 20;
/// RE2's own limit on `{n,m}`.
const MAX_REPEAT: u32 = 1000;
/// GitLab's sentence.
const INVALID: &str = "Invalid regular expression!";

/// Whether a text has the form `/…/flags`.
pub(crate) fn is_slashed(text: &str) -> bool {
    split(text).is_some()
}

fn split(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('/')?;
    let end = inside.rfind('/')?;
    let (body, flags) = (&inside[..end], &inside[end + 1..]);
    (!body.is_empty() && flags.bytes().all(|flag| b"ismU".contains(&flag))).then_some((body, flags))
}

impl Pattern {
    /// The text for the `regex` crate, which then reads it as RE2 would.
    pub(crate) fn translated(&self) -> &str {
        self.regex.as_str()
    }

    /// Compiles `/body/flags`; `\/` stands for `/`.
    pub(crate) fn slashed(text: &str) -> Result<Self, String> {
        let (body, flags) = split(text).ok_or_else(|| INVALID.to_owned())?;
        let body = body.replace("\\/", "/");
        let translated = translate(&body).ok_or_else(|| INVALID.to_owned())?;
        let prefix = if flags.is_empty() { String::new() } else { format!("(?{})", unique(flags)) };
        Self::compile(text, &format!("{prefix}{translated}"))
    }

    /// Compiles a body without slashes.
    pub(crate) fn bare(body: &str) -> Result<Self, String> {
        let translated = translate(body).ok_or_else(|| INVALID.to_owned())?;
        Self::compile(body, &translated)
    }

    fn compile(source: &str, translated: &str) -> Result<Self, String> {
        let regex = regex::RegexBuilder::new(translated)
            .size_limit(SIZE_LIMIT)
            .dfa_size_limit(SIZE_LIMIT)
            .nest_limit(200)
            .build()
            .map_err(|_| INVALID.to_owned())?;
        Ok(Self { source: source.to_owned(), regex })
    }

    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

fn unique(flags: &str) -> String {
    let mut seen = String::new();
    for flag in flags.chars() {
        if !seen.contains(flag) {
            seen.push(flag);
        }
    }
    seen
}

/// Rewrites RE2 syntax to that of `regex`. `None` for what RE2 refuses and `regex` would take.
fn translate(body: &str) -> Option<String> {
    let chars: Vec<char> = body.chars().collect();
    let mut out = String::with_capacity(body.len() + 8);
    let mut at = 0;
    let mut in_class = false;
    // What stands before a repeat sign is itself a repeat: `++` is possessive, which RE2 lacks.
    let mut repeated = false;
    while at < chars.len() {
        let c = chars[at];
        let was_repeated = std::mem::take(&mut repeated);
        match c {
            '\\' => at = escape(&chars, at, in_class, &mut out)?,
            '[' if !in_class => at = open_class(&chars, at, &mut out, &mut in_class),
            '[' => at = posix_or_literal(&chars, at, &mut out),
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            // The signs of set operations in `regex` are themselves in RE2.
            '&' | '~' if in_class => {
                out.push('\\');
                out.push(c);
            }
            '-' if in_class && chars.get(at + 1) == Some(&'-') => out.push_str("\\-"),
            '*' | '+' | '?' if !in_class => {
                if was_repeated && c != '?' {
                    return None;
                }
                repeated = !(was_repeated && c == '?');
                out.push(c);
            }
            '{' if !in_class => {
                if let Some(end) = repeat(&chars, at)? {
                    if was_repeated {
                        return None;
                    }
                    out.extend(&chars[at..=end]);
                    at = end;
                    repeated = true;
                } else {
                    out.push_str("\\{");
                }
            }
            '}' if !in_class => out.push_str("\\}"),
            '(' if !in_class => {
                if !group_is_known(&chars[at..]) {
                    return None;
                }
                out.push('(');
            }
            _ => out.push(c),
        }
        at += 1;
    }
    Some(out)
}

/// One escape; returns the index of its last character.
fn escape(chars: &[char], at: usize, in_class: bool, out: &mut String) -> Option<usize> {
    let next = *chars.get(at + 1)?;
    let class = |inside: &str, negated: bool| match (in_class, negated) {
        (true, false) => inside.to_owned(),
        (_, true) => format!("[^{inside}]"),
        (false, false) => format!("[{inside}]"),
    };
    match next {
        'd' | 'D' => out.push_str(&class("0-9", next == 'D')),
        'w' | 'W' => out.push_str(&class("0-9A-Za-z_", next == 'W')),
        's' | 'S' => out.push_str(&class("\\t\\n\\x0C\\r ", next == 'S')),
        'b' | 'B' if !in_class => {
            let _ = write!(out, "(?-u:\\{next})");
        }
        'C' if !in_class => out.push_str("(?s:.)"),
        'Q' if !in_class => {
            let rest: String = chars[at + 2..].iter().collect();
            let quoted = rest.split("\\E").next().unwrap_or("");
            out.push_str(&regex::escape(quoted));
            let length = quoted.chars().count();
            let end = at + 1 + length;
            return Some(if rest[quoted.len()..].starts_with("\\E") { end + 2 } else { end });
        }
        'E' if !in_class => {}
        'A' | 'z' if !in_class => {
            out.push('\\');
            out.push(next);
        }
        'a' | 'f' | 'n' | 'r' | 't' | 'v' | 'x' | 'p' | 'P' => {
            out.push('\\');
            out.push(next);
        }
        '0'..='7' => return octal(chars, at, out),
        _ if next.is_ascii_punctuation() || next == ' ' => {
            let _ = write!(out, "\\x{{{:x}}}", next as u32);
        }
        _ => return None,
    }
    Some(at + 1)
}

/// `\012`; a single digit from 1 is a back reference, which RE2 has not.
fn octal(chars: &[char], at: usize, out: &mut String) -> Option<usize> {
    let digits: String = chars[at + 1..].iter().take(3).take_while(|c| ('0'..='7').contains(*c)).collect();
    if !digits.starts_with('0') && digits.len() < 3 {
        return None;
    }
    let value = u32::from_str_radix(&digits, 8).ok()?;
    let _ = write!(out, "\\x{{{value:x}}}");
    Some(at + digits.len())
}

/// `[`, `[^`, and a `]` that comes first and so stands for itself.
fn open_class(chars: &[char], at: usize, out: &mut String, in_class: &mut bool) -> usize {
    *in_class = true;
    out.push('[');
    let mut end = at;
    if chars.get(end + 1) == Some(&'^') {
        out.push('^');
        end += 1;
    }
    if chars.get(end + 1) == Some(&']') {
        out.push_str("\\]");
        end += 1;
    }
    end
}

/// Inside a class: `[:alpha:]` is passed on, any other `[` stands for itself.
fn posix_or_literal(chars: &[char], at: usize, out: &mut String) -> usize {
    if chars.get(at + 1) == Some(&':') {
        let rest: String = chars[at..].iter().take(16).collect();
        if let Some(end) = rest.find(":]") {
            out.push_str(&rest[..end + 2]);
            return at + rest[..end + 2].chars().count() - 1;
        }
    }
    out.push_str("\\[");
    at
}

/// The end of `{n}`, `{n,}`, `{n,m}`; `Some(None)` if the brace stands for itself, `None` past the limit.
#[allow(clippy::option_option)] // three outcomes: a repeat, a plain brace, a refusal
fn repeat(chars: &[char], at: usize) -> Option<Option<usize>> {
    let Some(length) = chars[at..].iter().position(|&c| c == '}') else { return Some(None) };
    let inside: String = chars[at + 1..at + length].iter().collect();
    let (low, high) = inside.split_once(',').map_or((inside.as_str(), None), |(low, high)| (low, Some(high)));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(low) || high.is_some_and(|high| !high.is_empty() && !digits(high)) {
        return Some(None);
    }
    let small = |text: &str| text.is_empty() || text.parse::<u32>().is_ok_and(|value| value <= MAX_REPEAT);
    (small(low) && high.is_none_or(small)).then_some(Some(at + length))
}

/// Groups and flags that RE2 has: `(`, `(?:`, `(?P<n>`, `(?<n>`, `(?imsU-imsU)`.
fn group_is_known(rest: &[char]) -> bool {
    if rest.get(1) != Some(&'?') {
        return true;
    }
    match rest.get(2) {
        Some('P' | '<') => !matches!(rest.get(3), Some('=' | '!')),
        Some(_) => rest[2..].iter().find(|c| !"imsU-".contains(**c)).is_some_and(|c| matches!(c, ':' | ')')),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn re2_semantics() {
        for (pattern, text, expected) in [
            (r"\d+", "٣", false),
            (r"\w+", "é", false),
            (r"[\w-]+$", "a-b", true),
            (r"^[^\s]+$", "a b", false),
            (r"\Qa.b\E.", "a.bc", true),
            (r"\Qa.b\E", "axb", false),
            (r"a{1000}", "a", false),
            (r"\bfoo\b", "a foo b", true),
            (r"[&&a]", "&", true),
            (r"[[a]", "[", true),
            (r"[[:alpha:]]+", "abc", true),
            (r"a\/b", "a/b", true),
            (r"\<x\>", "<x>", true),
            (r"[]a]", "]", true),
            (r"\.", "a", false),
            (r"^v\d+\.\d+$", "v1.20", true),
            (r"{x}", "{x}", true),
            (r"(?i)ABC", "abc", true),
            (r"a.?b", "ab", true),
            (r"a+?b", "aab", true),
            (r"\012", "\n", true),
        ] {
            let compiled = Pattern::bare(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
            assert_eq!(compiled.is_match(text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn what_re2_refuses() {
        for pattern in [
            r"a{1001}", "a++", "a**", "(?=a)", "(?<=a)", "(?<!a)", r"(a)\1", "(", "[", r"\Z", r"\e", "(?x)a",
            "a{2}{3}*", "*a",
        ] {
            assert!(Pattern::bare(pattern).is_err(), "{pattern}");
        }
        assert!(Pattern::bare("((a{100}){100}){100}").is_err(), "too large when compiled");
    }
}
