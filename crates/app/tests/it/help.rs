//! Help texts.

use crate::support::{pipewright, run, texts};

#[test]
fn every_command_explains_itself_with_an_example() {
    for command in ["serve", "demo", "lint", "runner", "admin"] {
        let output = run(pipewright().args([command, "--help"]));
        let (out, _) = texts(&output);
        assert!(output.status.success());
        assert!(out.contains("Example") && out.contains(&format!("pipewright {command}")), "{out}");
    }
}
