//! `pipewright lint`: compile a `.gitlab-ci.yml` without a pipeline, and say what came of it.

mod checkout;
mod facts;
mod files;
mod git;
mod graph;
mod json;
mod mark;
mod message;
mod options;
mod output;
mod paint;
mod projects;
mod read;
mod rows;
mod server;
mod summary;
mod table;

pub(crate) use options::Options;

use crate::error::{Error, Result};
use checkout::{Checkout, Head};
use files::{Changed, WorkTree};
use options::SimulateOptions;
use output::Outcome;
use pipewright_ci_config::{Diagnostics, Facts, Outcomes, Plan, SourceFile, explain, merged_yaml, typed_inputs};
use projects::Projects;
use rows::Rows;
use server::Server;
use std::path::Path;
use std::process::ExitCode;

/// It could not be looked at: neither valid nor invalid.
const NOT_DONE: u8 = 2;
/// Standard input, as an argument and in messages.
const STDIN: (&str, &str) = ("-", "<stdin>");

/// Lints, and says why if it cannot.
pub(crate) fn run(options: &Options) -> ExitCode {
    match lint(options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("pipewright: {error}");
            ExitCode::from(NOT_DONE)
        }
    }
}

/// Whether the file is valid.
fn lint(options: &Options) -> Result<bool> {
    let settings = options.config.load()?;
    let (checkout, source) = source(options.file.as_deref())?;
    let simulate = &options.simulate;
    let head = checkout.head(simulate.ref_name.as_deref());
    let project = options.server.project.as_deref().or(settings.project.as_deref());
    let start = facts::start(simulate, &head, || checkout.tag_here())?;
    let own = facts::project_path(&head, project);
    let projects = Projects::new(&simulate.projects, own.map(|path| (path, checkout.root.clone())))?;
    let tree = WorkTree::new(&checkout, projects, changed(simulate, &checkout)?);
    tree.remember(&source.path, &source.text);
    let mut facts = facts::facts(&start, simulate, &head, project, &source.path);
    facts.inputs = typed_inputs(&source, &facts, &tree, &simulate.inputs.iter().cloned().collect());
    if let Some(url) = options.server.server.as_deref().or(settings.server.as_deref()) {
        let token = options.server.token.as_deref().or(settings.token.as_deref());
        let project = project.or(own).ok_or_else(|| {
            Error::Other("which project? There is no remote `origin` to tell: name it with --project".to_owned())
        })?;
        return on_server(options, &Server { url, token, project }, &source, &facts, &tree);
    }
    let simulated = json::simulated(&start, facts::default_branch(simulate, &head), sha(&head));
    here(options, &source, &facts, &tree, &simulated)
}

/// Compiles here.
fn here(
    options: &Options,
    source: &SourceFile,
    facts: &Facts,
    tree: &WorkTree<'_>,
    simulated: &serde_json::Value,
) -> Result<bool> {
    let outcome = explain(source, facts, tree);
    let (told, rows, refusal) = match &outcome {
        Ok((plan, outcomes)) => (of_plan(plan), Rows::of(plan, outcomes, &source.path), plan.verdict.refusal()),
        Err(wrong) => (wrong.clone(), Rows::default(), None),
    };
    let merged = options.show.merged.then(|| merged_yaml(source, facts, tree).ok()).flatten();
    let json = || json::compiled(&outcome, simulated);
    let shown =
        Outcome { file: &source.path, valid: outcome.is_ok(), told: &told, rows: &rows, refusal, merged, json: &json };
    output::print(&shown, options.show, tree)?;
    Ok(shown.valid)
}

/// Has it compiled. Where the server names no places, what is found here too lends its own.
fn on_server(
    options: &Options,
    server: &Server<'_>,
    source: &SourceFile,
    facts: &Facts,
    tree: &WorkTree<'_>,
) -> Result<bool> {
    refuse_simulation(&options.simulate)?;
    if options.show.all {
        return Err(Error::Other("a server does not tell which rules decided: leave out --all or --server".to_owned()));
    }
    let answer = server.lint(&source.text, options.simulate.ref_name.as_deref())?;
    let found: Result<(Plan, Outcomes), Diagnostics> = explain(source, facts, tree);
    let found = match found {
        Ok((plan, _)) => plan.warnings,
        Err(wrong) => [wrong.errors, wrong.warnings].concat(),
    };
    let told = answer.diagnostics(&found, &source.path);
    // The server reads its own files: a line of ours is shown only where both found the same in the same place.
    for one in told.errors.iter().chain(&told.warnings).filter(|one| !one.included_from.is_empty()) {
        let agreed = found.iter().any(|own| own.message == one.message && own.place == one.place);
        if let Some(place) = one.place.as_ref().filter(|_| !agreed) {
            tree.forget(&place.file);
        }
    }
    let json = || json::answered(&answer, &told);
    let shown = Outcome {
        file: &source.path,
        valid: answer.valid,
        told: &told,
        rows: &answer.rows(),
        refusal: None,
        merged: answer.merged_yaml.clone(),
        json: &json,
    };
    output::print(&shown, options.show, tree)?;
    Ok(answer.valid)
}

/// The API has no place for most of what can be simulated here.
fn refuse_simulation(options: &SimulateOptions) -> Result<()> {
    let given = [
        ("--tag", options.tag),
        ("--source", options.source != "push"),
        ("--var", !options.variables.is_empty()),
        ("--input", !options.inputs.is_empty()),
        ("--changed", !options.changed.is_empty()),
        ("--changed-since", options.changed_since.is_some()),
        ("--default-branch", options.default_branch.is_some()),
        ("--include-project", !options.projects.is_empty()),
    ];
    match given.iter().find(|(_, given)| *given) {
        Some((flag, _)) => {
            Err(Error::Other(format!("{flag} is for compiling here; of a server only --ref can be asked")))
        }
        None => Ok(()),
    }
}

/// The checkout around the file, and its text.
fn source(file: Option<&Path>) -> Result<(Checkout, SourceFile)> {
    if file == Some(Path::new(STDIN.0)) {
        let text = read::text(std::io::stdin().lock());
        let text = text.map_err(|error| Error::Other(format!("standard input {error}")))?;
        return Ok((Checkout::around(Path::new("."))?, SourceFile::root(STDIN.1, text)));
    }
    let folder = file.and_then(Path::parent).unwrap_or(Path::new("."));
    let checkout = Checkout::around(folder)?;
    let path = file.map_or_else(|| checkout.ci_file(), Path::to_owned);
    let text = read::file(&path).map_err(|error| Error::Other(format!("{} {error}", path.display())))?;
    // The folder is resolved, the file is not: it may itself be a link.
    let resolved = folder.canonicalize().ok().zip(path.file_name()).map(|(folder, name)| folder.join(name));
    let resolved = if file.is_some() { resolved.unwrap_or_else(|| path.clone()) } else { path };
    let name = resolved.strip_prefix(&checkout.root).unwrap_or(&resolved).display().to_string();
    Ok((checkout, SourceFile::root(name, text)))
}

fn changed(options: &SimulateOptions, checkout: &Checkout) -> Result<Changed> {
    match &options.changed_since {
        Some(_) if !checkout.is_git => {
            Err(Error::Other("--changed-since asks git, and here is no repository: use --changed".to_owned()))
        }
        Some(commit) => Ok(Changed::Since(commit.clone())),
        None if options.changed.is_empty() => Ok(Changed::Unknown),
        None => Ok(Changed::Given(options.changed.clone())),
    }
}

fn sha(head: &Head) -> Option<&str> {
    head.commit.as_ref().map(|commit| commit.sha.as_str())
}

/// A valid file has warnings only.
fn of_plan(plan: &Plan) -> Diagnostics {
    Diagnostics { errors: Vec::new(), warnings: plan.warnings.clone() }
}
