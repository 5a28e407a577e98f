//! `cargo test`, watched: its lines pass through, its results are counted.

use crate::process;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

/// Sums of cargo's `test result` lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) ignored: u64,
}

impl Tally {
    fn read(&mut self, line: &str) {
        let Some(rest) = line.strip_prefix("test result: ") else { return };
        for part in rest.split(['.', ';']) {
            let mut words = part.split_whitespace();
            if let (Some(Ok(count)), Some(word)) = (words.next().map(str::parse::<u64>), words.next()) {
                match word {
                    "passed" => self.passed += count,
                    "failed" => self.failed += count,
                    "ignored" => self.ignored += count,
                    _ => {}
                }
            }
        }
    }
}

/// Runs the command, copies its standard output to ours and counts.
pub(crate) fn run(command: &mut Command) -> Result<Tally, String> {
    let line = process::show(command);
    let mut child =
        command.stdout(Stdio::piped()).spawn().map_err(|error| format!("`{line}` could not be started: {error}"))?;
    let mut tally = Tally::default();
    if let Some(output) = child.stdout.take() {
        let mut out = std::io::stdout().lock();
        for text in BufReader::new(output).lines().map_while(Result::ok) {
            tally.read(&text);
            let _ = writeln!(out, "{text}");
        }
    }
    let status = child.wait().map_err(|error| format!("`{line}`: {error}"))?;
    if status.success() {
        return Ok(tally);
    }
    Err(format!("{} failed, {} passed: `{line}` ended with {status}", tally.failed, tally.passed))
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn results_add_up() {
        let mut tally = Tally::default();
        tally.read("test result: ok. 12 passed; 0 failed; 3 ignored; 0 measured; 0 filtered out; finished in 0.05s");
        tally.read("test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out");
        tally.read("test store::reads ... ok");
        assert_eq!(tally, Tally { passed: 13, failed: 2, ignored: 3 });
    }
}
