//! Ruby as the judge of what GitLab reads, in tests only.

use std::io::Write;
use std::process::{Command, Stdio};

/// What a script prints for an input; `None`, and a line that says so, where there is no Ruby.
pub(crate) fn run(script: &str, input: String) -> Option<String> {
    let child =
        Command::new("ruby").args(["-rpsych", "-e", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        println!("skipped: there is no ruby here");
        return None;
    };
    let mut stdin = child.stdin.take()?;
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().ok()?;
    assert!(output.status.success() && writer.join().is_ok_and(|written| written.is_ok()), "ruby failed");
    String::from_utf8(output.stdout).ok()
}
