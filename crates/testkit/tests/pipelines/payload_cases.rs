//! The cases of `runner_yamls/` (see `PIPEWRIGHT_CASES` in docs/TESTING.md): each is pushed, and what the
//! runner is handed must contain what the case says.

use pipewright_ci_config::{Facts, NoFiles, SourceFile, compile};
use pipewright_testkit::on_sqlite;
use serde_json::Value;
use std::path::PathBuf;

/// A block of YAML as JSON. The compiler reads it, as the inputs of a step, which it passes on unchanged.
fn json(block: &str) -> Value {
    let indented = block.lines().map(|line| format!("        {line}")).collect::<Vec<_>>().join("\n");
    let text = format!("case:\n  run:\n    - name: case\n      step: none\n      inputs:\n{indented}");
    let plan = compile(&SourceFile::root("case.yml", text), &Facts::branch("main", "push"), &NoFiles);
    let run = plan.expect("YAML").jobs[0].run.clone().expect("a step");
    serde_json::from_str::<Value>(&run).expect("JSON")[0]["inputs"].take()
}

/// What is under a key at the beginning of a line, without its indentation.
fn block(text: &str, key: &str) -> String {
    let under = text.lines().skip_while(|line| *line != format!("{key}:")).skip(1);
    let own = under.take_while(|line| line.is_empty() || line.starts_with(' '));
    own.map(|line| line.strip_prefix("  ").unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn every_case_of_the_runners_payload() {
    let Some(folder) = std::env::var_os("PIPEWRIGHT_CASES").map(PathBuf::from) else { return };
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder.join("runner_yamls"))
        .expect("the folder runner_yamls")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "yml"))
        .collect();
    files.sort();
    assert!(files.len() >= 12, "{} cases", files.len());
    on_sqlite(async |server| {
        let runner = server.runner().await;
        for file in &files {
            let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
            let text = std::fs::read_to_string(file).expect("a case");
            let project = server.project(&server.admin(), &name).await;
            project.pipeline(&block(&text, "gitlab_ci")).await;
            let job = runner.take().await;
            let wanted = json(&block(&text, "request_response"));
            let wanted = wanted.as_object().expect("what is expected");
            assert!(!wanted.is_empty(), "{name}");
            for (key, value) in wanted {
                assert_eq!(&job.payload[key], value, "{name}: {key}");
            }
            job.finish("success").await;
        }
    })
    .await;
}
