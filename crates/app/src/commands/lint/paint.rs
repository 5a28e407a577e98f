//! Colours, for terminals alone, and texts that must not command them.

use std::io::IsTerminal;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How to write to one of the standard streams.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Paint {
    /// Colours are wanted.
    pub(super) colour: bool,
    /// Columns of the terminal; `None` = it is none, nothing is cut.
    pub(super) width: Option<usize>,
}

/// What a piece of text is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tone {
    Error,
    Warning,
    Good,
    Strong,
    Faint,
}

impl Paint {
    /// For standard output.
    pub(super) fn stdout() -> Self {
        Self::of(&std::io::stdout(), terminal_size::terminal_size_of(std::io::stdout()))
    }

    /// For standard error.
    pub(super) fn stderr() -> Self {
        Self::of(&std::io::stderr(), terminal_size::terminal_size_of(std::io::stderr()))
    }

    fn of(stream: &impl IsTerminal, size: Option<(terminal_size::Width, terminal_size::Height)>) -> Self {
        if !stream.is_terminal() {
            return Self::default();
        }
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self { colour: !plain, width: size.map(|(width, _)| usize::from(width.0)) }
    }

    /// A text in its tone.
    pub(super) fn with(self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Error => "1;31",
            Tone::Warning => "1;33",
            Tone::Good => "1;32",
            Tone::Strong => "1",
            Tone::Faint => "2",
        };
        if self.colour && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// A text that fits into a number of columns of this terminal, less what is before it.
    pub(super) fn cut(self, text: &str, before: usize) -> String {
        let Some(room) = self.width.map(|width| width.saturating_sub(before)) else { return text.to_owned() };
        if columns(text) <= room {
            return text.to_owned();
        }
        let mut used = 1;
        let kept: String = text
            .chars()
            .take_while(|letter| {
                used += letter.width().unwrap_or(0);
                used <= room
            })
            .collect();
        kept + "…"
    }
}

/// Columns a text takes on a terminal.
pub(super) fn columns(text: &str) -> usize {
    text.width()
}

/// A file's text without characters that a terminal obeys; tabs stay.
pub(super) fn harmless(text: &str) -> String {
    let shown = |letter: char| if letter.is_control() && letter != '\t' { '\u{fffd}' } else { letter };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_for_the_terminal_is_cut_by_columns() {
        let paint = Paint { colour: false, width: Some(10) };
        assert_eq!(paint.cut("0123456789", 0), "0123456789");
        assert_eq!(paint.cut("0123456789", 2), "0123456…");
        assert_eq!(paint.cut("漢字漢字漢字", 0), "漢字漢字…");
        assert_eq!(Paint::default().cut("0123456789", 9), "0123456789");
    }

    #[test]
    fn escape_sequences_of_a_file_do_not_reach_the_terminal() {
        assert_eq!(harmless("a\u{1b}[31m\tb"), "a\u{fffd}[31m\tb");
        assert_eq!(Paint::default().with(Tone::Error, "x"), "x");
    }
}
