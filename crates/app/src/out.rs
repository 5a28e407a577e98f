//! Standard output, which whoever reads it may close at any time.

use std::fmt::Display;
use std::io::Write;

/// Prints a line. A reader who has gone away (`… | head`) is no reason to fail, nor to panic as `println!`
/// would.
pub(crate) fn say(text: impl Display) {
    let _ = writeln!(std::io::stdout(), "{text}");
}
