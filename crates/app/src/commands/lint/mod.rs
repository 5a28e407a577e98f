//! `pipewright lint`: compile a `.gitlab-ci.yml` without a server.

mod files;
mod show;

use crate::error::{Error, Result};
use files::WorkTree;
use pipewright_ci_config::facts::Fact;
use pipewright_ci_config::{Diagnostics, Facts, Plan, SourceFile, compile};
use std::path::PathBuf;
use std::process::ExitCode;

/// What `lint` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit status: 0 when the file makes a valid pipeline, 1 when it does not.

Examples:
  pipewright lint
  pipewright lint ci/build.yml --ref v1.2 --tag
  pipewright lint --json --var DEPLOY=yes | jq '.pipeline.jobs[].name'")]
pub(crate) struct Options {
    /// The file to compile [default: .gitlab-ci.yml of the work tree]
    file: Option<PathBuf>,
    /// Print the compiled pipeline, or what is wrong, as JSON
    #[arg(long, env = "PIPEWRIGHT_JSON")]
    json: bool,
    /// Branch (or tag, with --tag) the pipeline would be for [default: the branch checked out, else main]
    #[arg(long = "ref", env = "PIPEWRIGHT_REF", value_name = "NAME")]
    ref_name: Option<String>,
    /// The ref is a tag
    #[arg(long, env = "PIPEWRIGHT_TAG")]
    tag: bool,
    /// What starts the pipeline, as in CI_PIPELINE_SOURCE
    #[arg(long, env = "PIPEWRIGHT_SOURCE", value_name = "SOURCE", default_value = "push")]
    source: String,
    /// Variable of the pipeline; may be given again
    #[arg(long = "var", env = "PIPEWRIGHT_VAR", value_name = "KEY=VALUE", value_parser = variable)]
    variables: Vec<(String, String)>,
}

/// Compiles the file and shows what came of it.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let tree = WorkTree::around(options.file.as_deref())?;
    let text = std::fs::read(&tree.file).map_err(Error::path(&tree.file))?;
    let text =
        String::from_utf8(text).map_err(|_| Error::Other(format!("{}: it is not UTF-8 text", tree.file.display())))?;
    let source = SourceFile::root(tree.name(), text);
    let outcome = compile(&source, &facts(options, &tree), &tree);
    if options.json {
        println!("{}", json(&outcome));
    } else {
        show::print(&outcome, &source, &tree);
    }
    Ok(if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn facts(options: &Options, tree: &WorkTree) -> Facts {
    let ref_name = options.ref_name.clone().or_else(|| tree.branch()).unwrap_or_else(|| "main".to_owned());
    let mut facts =
        if options.tag { Facts::tag(&ref_name, &options.source) } else { Facts::branch(&ref_name, &options.source) };
    facts.predefined.push(Fact::new("CI_DEFAULT_BRANCH", tree.default_branch()));
    facts.pipeline = options.variables.iter().map(|(key, value)| Fact::new(key, value)).collect();
    facts
}

fn json(outcome: &Result<Plan, Diagnostics>) -> String {
    let value = match outcome {
        Ok(plan) => serde_json::json!({
            "valid": true, "errors": [], "warnings": plan.warnings, "pipeline": plan,
        }),
        Err(wrong) => serde_json::json!({
            "valid": false, "errors": wrong.errors, "warnings": wrong.warnings, "pipeline": null,
        }),
    };
    format!("{value:#}")
}

fn variable(text: &str) -> std::result::Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("KEY=VALUE, like DEPLOY=yes")?;
    Ok((key.to_owned(), value.to_owned()))
}
