//! What `lint` takes on the command line.

use crate::settings::ConfigOptions;
use clap::builder::PossibleValuesParser;
use std::path::PathBuf;

/// What may start a pipeline; `tag` is a push of a tag.
const SOURCES: &[&str] = &[
    "push",
    "tag",
    "merge_request_event",
    "schedule",
    "trigger",
    "web",
    "api",
    "pipeline",
    "parent_pipeline",
    "chat",
    "external",
    "external_pull_request_event",
    "webide",
];

/// What `lint` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Without flags the pipeline is that of a push of the branch checked out. Local includes come from \
the work tree as it is, committed or not; rules:exists sees the files git tracks; rules:changes \
counts as true, as in the first push of a branch, unless --changed or --changed-since say what \
changed.

Exit status: 0 when the file is valid, 1 when it is not, 2 when it could not be looked at.

Examples:
  pipewright lint                                  what is wrong, or the jobs by stage
  pipewright lint ci/build.yml --ref v1.2 --tag    another file, for a tag
  pipewright lint --list --all --source schedule   what a schedule runs, and which rules decide
  pipewright lint --list --changed src/main.c      the jobs for a change of one file
  pipewright lint --graph mermaid > pipeline.mmd   stages and needs, drawn
  git show main:.gitlab-ci.yml | pipewright lint - a file from standard input
  pipewright lint --json --var DEPLOY=yes | jq '.pipeline.jobs[].name'
  pipewright lint --include-project tools/ci=../ci
  pipewright lint --server https://ci.example.com --token glpat-… --project group/app")]
pub(crate) struct Options {
    /// The file to compile, `-` for standard input [default: .gitlab-ci.yml of the work tree]
    pub(super) file: Option<PathBuf>,
    #[command(flatten)]
    pub(super) config: ConfigOptions,
    #[command(flatten)]
    pub(super) show: ShowOptions,
    #[command(flatten)]
    pub(super) simulate: SimulateOptions,
    #[command(flatten)]
    pub(super) server: ServerOptions,
}

/// What is printed.
#[derive(Clone, Copy, Debug, clap::Args)]
#[command(next_help_heading = "What to print")]
pub(super) struct ShowOptions {
    /// The compiled pipeline and what rules decided, or what is wrong, as JSON
    #[arg(long, env = "PIPEWRIGHT_JSON", conflicts_with_all = ["merged", "list", "graph"])]
    pub(super) json: bool,
    /// The one file that includes, references and extends make, as YAML
    #[arg(long, env = "PIPEWRIGHT_MERGED", conflicts_with_all = ["list", "graph"])]
    pub(super) merged: bool,
    /// The jobs, one a line
    #[arg(long, env = "PIPEWRIGHT_LIST", conflicts_with = "graph")]
    pub(super) list: bool,
    /// With --list: as CSV
    #[arg(long, env = "PIPEWRIGHT_CSV", requires = "list")]
    pub(super) csv: bool,
    /// With --list: also the jobs that rules leave out, and which rule decided
    #[arg(long, env = "PIPEWRIGHT_ALL", requires = "list")]
    pub(super) all: bool,
    /// Stages and needs as a drawing's source
    #[arg(long, env = "PIPEWRIGHT_GRAPH", value_name = "LANGUAGE")]
    pub(super) graph: Option<Language>,
}

/// How graphs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Language {
    /// For Markdown pages
    Mermaid,
    /// For Graphviz
    Dot,
}

/// Which pipeline the file is compiled for.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "The pipeline to simulate")]
pub(super) struct SimulateOptions {
    /// Branch, or tag with --tag [default: the one checked out]
    #[arg(long = "ref", env = "PIPEWRIGHT_REF", value_name = "NAME")]
    pub(super) ref_name: Option<String>,
    /// The ref is a tag
    #[arg(long, env = "PIPEWRIGHT_TAG")]
    pub(super) tag: bool,
    /// What starts the pipeline, as in CI_PIPELINE_SOURCE; `tag` is a push of a tag
    #[arg(long, env = "PIPEWRIGHT_SOURCE", value_name = "SOURCE", default_value = "push",
        value_parser = PossibleValuesParser::new(SOURCES))]
    pub(super) source: String,
    /// Variable of the pipeline; may be given again
    #[arg(long = "var", env = "PIPEWRIGHT_VAR", value_name = "KEY=VALUE", value_parser = pair)]
    pub(super) variables: Vec<(String, String)>,
    /// Value of one of the file's spec:inputs, typed as declared; may be given again
    #[arg(long = "input", env = "PIPEWRIGHT_INPUT", value_name = "KEY=VALUE", value_parser = pair)]
    pub(super) inputs: Vec<(String, String)>,
    /// Path that changed, for rules:changes; may be given again
    #[arg(long, env = "PIPEWRIGHT_CHANGED", value_name = "PATH")]
    pub(super) changed: Vec<String>,
    /// Ask git what changed since a commit [HEAD~1 without a value]; the work tree counts
    #[arg(long, env = "PIPEWRIGHT_CHANGED_SINCE", value_name = "COMMIT", num_args = 0..=1, require_equals = true,
        default_missing_value = "HEAD~1", conflicts_with = "changed")]
    pub(super) changed_since: Option<String>,
    /// CI_DEFAULT_BRANCH [default: the remote's, else main or master]
    #[arg(long, env = "PIPEWRIGHT_DEFAULT_BRANCH", value_name = "NAME")]
    pub(super) default_branch: Option<String>,
    /// Work tree of another project, for include:project and components; may be given again
    #[arg(long = "include-project", env = "PIPEWRIGHT_INCLUDE_PROJECT", value_name = "GROUP/PROJECT=PATH",
        value_parser = pair)]
    pub(super) projects: Vec<(String, String)>,
}

/// Who lints, if not this program.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "On a server")]
pub(super) struct ServerOptions {
    /// Have a server lint the file, with its own includes; with --ref it simulates a push of that branch
    #[arg(long, env = "PIPEWRIGHT_SERVER", value_name = "URL")]
    pub(super) server: Option<String>,
    /// Access token (glpat-…) for --server
    #[arg(long, env = "PIPEWRIGHT_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub(super) token: Option<String>,
    /// The project's path or id; here it is CI_PROJECT_PATH [default: from the remote `origin`]
    #[arg(long, env = "PIPEWRIGHT_PROJECT", value_name = "GROUP/PROJECT")]
    pub(super) project: Option<String>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("a name, `=` and a value, like DEPLOY=yes".to_owned()),
    }
}
