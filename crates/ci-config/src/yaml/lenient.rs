//! Indentation inside brackets and quotes, which libyaml does not look at.
//!
//! YAML 1.2, and so our parser, wants the lines of a flow collection or a quoted text deeper than
//! the block around them; libyaml, and so GitLab, takes them anywhere:
//!
//! ```yaml
//! list: [
//!   a,
//! ]
//! ```
//!
//! Such lines are moved to the right, where white space means nothing, and the text is read again.

use saphyr_parser::ScanError;
use std::fmt::Write as _;

/// How far lines are moved: deeper than any block that fits the limit on nesting is indented.
const SHIFT: usize = 400;
/// Times a text is changed before it is given up.
const MAX_REPAIRS: usize = 100;

/// Bytes read again in all: each repair of a large text costs a reading of it.
const MAX_REREAD: usize = 16 << 20;

/// A text with some of its lines moved.
#[derive(Default)]
pub(super) struct Repairs {
    /// Lines that were moved, sorted, from 1.
    moved: Vec<u32>,
    count: usize,
    /// Read again so far.
    bytes: usize,
}

impl Repairs {
    /// How far a line was moved.
    pub(super) fn shift(&self, line: u32) -> u32 {
        if self.moved.binary_search(&line).is_ok() { SHIFT as u32 } else { 0 }
    }

    /// The text with the lines moved that an error is about; `None` if that is not the matter.
    pub(super) fn repaired(&mut self, text: &str, error: &ScanError) -> Option<String> {
        let (line, column) = (error.marker().line(), error.marker().col());
        let lines = match error.info() {
            "invalid indentation" | "invalid indentation in flow construct" => rest_of_flow(text, line),
            "invalid indentation in quoted scalar" => rest_of_quotes(text, line, column),
            _ => return None,
        };
        let fresh: Vec<u32> = lines.into_iter().filter(|line| self.moved.binary_search(line).is_err()).collect();
        self.count += 1;
        self.bytes += text.len();
        if fresh.is_empty() || self.count > MAX_REPAIRS || self.bytes > MAX_REREAD {
            return None;
        }
        let mut out = String::with_capacity(text.len() + fresh.len() * SHIFT);
        for (number, line) in text.split_inclusive('\n').enumerate() {
            if fresh.contains(&(number as u32 + 1)) && !line.trim().is_empty() {
                let _ = write!(out, "{:SHIFT$}", "");
            }
            out.push_str(line);
        }
        self.moved.extend(fresh);
        self.moved.sort_unstable();
        Some(out)
    }
}

/// From a line that starts inside brackets to the one where these brackets close.
fn rest_of_flow(text: &str, from: usize) -> Vec<u32> {
    let mut depth = 0_i32;
    let mut quote: Option<char> = None;
    let mut lines = Vec::new();
    for (number, line) in text.lines().enumerate().skip(from.saturating_sub(1)) {
        lines.push(number as u32 + 1);
        let mut chars = line.chars().peekable();
        let mut before = ' ';
        while let Some(c) = chars.next() {
            match (quote, c) {
                (Some('"'), '\\') => {
                    chars.next();
                }
                (Some('\''), '\'') if chars.peek() == Some(&'\'') => {
                    chars.next();
                }
                (Some(own), _) if own == c => quote = None,
                // A quote inside a word is a part of it.
                (None, '"' | '\'') if before.is_whitespace() || "[{,:".contains(before) => quote = Some(c),
                (None, '#') if before.is_whitespace() => break,
                (None, '[' | '{') => depth += 1,
                (None, ']' | '}') => depth -= 1,
                _ => {}
            }
            before = c;
        }
        if depth < 0 {
            break;
        }
    }
    lines
}

/// The lines of a quoted text after the one it begins on.
fn rest_of_quotes(text: &str, from: usize, column: usize) -> Vec<u32> {
    let mut lines = Vec::new();
    let mut quote = None;
    for (number, line) in text.lines().enumerate().skip(from.saturating_sub(1)) {
        let first = number + 1 == from;
        if !first {
            lines.push(number as u32 + 1);
        }
        let mut chars = line.chars().skip(if first { column } else { 0 }).peekable();
        if first {
            quote = chars.next();
        }
        while let Some(c) = chars.next() {
            match (quote, c) {
                (Some('"'), '\\') => {
                    chars.next();
                }
                (Some('\''), '\'') if chars.peek() == Some(&'\'') => {
                    chars.next();
                }
                (Some(own), _) if own == c => return lines,
                _ => {}
            }
        }
    }
    lines
}
