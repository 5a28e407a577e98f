//! One job: its folders, variables, processes and log, and the stages it goes through.

mod cache;
mod control;
mod dependencies;
mod failure;
mod prepare;
mod run;
mod script;
mod section;
mod shells;
mod sources;
mod sources_script;
mod steps;
mod uploads;
mod variables;
mod workspace;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use pipewright_wire::runner::JobPayload;

use crate::archive::ArchiveError;
use crate::client::Client;
use crate::config::RunnerConfig;
use crate::trace::JobLog;

use control::Control;
use failure::Failure;
use script::{Shell, quote};
use section::Section;
use shells::{Program, Shells};
use variables::Variables;
use workspace::Workspace;

pub(crate) use run::{Given, run_job};

/// The name of the shell that scripts will run in.
pub(crate) fn shell_name(config: &RunnerConfig) -> String {
    Shell::find(config).name()
}

/// Everything the stages of a job need.
#[derive(Debug)]
struct Job {
    payload: JobPayload,
    config: Arc<RunnerConfig>,
    client: Client,
    log: JobLog,
    variables: Variables,
    place: Workspace,
    shell: Shell,
    shells: Shells,
    control: Control,
}

impl Job {
    /// Opens a part of the log that pages can fold; it closes when the value goes.
    fn section(&self, name: &'static str, heading: &str) -> Section<'_> {
        let marks = self.payload.features.trace_sections;
        Section::open(&self.log, name, heading, marks, self.config.clock)
    }

    /// The environment of the job's processes.
    fn environment(&self) -> BTreeMap<String, OsString> {
        let passed = self.config.pass_env.iter();
        let mut all: BTreeMap<String, OsString> =
            passed.filter_map(|name| Some((name.clone(), std::env::var_os(name)?))).collect();
        let own = self.variables.environment();
        all.extend(own.map(|(key, value)| (key.to_owned(), value.into())));
        all
    }

    /// Whether a variable says yes.
    fn flag(&self, key: &str) -> bool {
        matches!(self.variables.get(key), Some("true" | "1"))
    }

    /// Runs shell text in a folder; returns its status.
    async fn shell_text(&self, name: &str, text: &str, folder: &Path, more: &[(&str, String)]) -> Result<i32, Failure> {
        let file = self.place.temporary.join(format!("{name}.sh"));
        write_private(&file, text).map_err(|error| Failure::disk(&file, &error))?;
        let mut environment = self.environment();
        environment.extend(more.iter().map(|(k, v)| ((*k).to_owned(), v.into())));
        let program = Program {
            command: vec![self.shell.path.clone().into(), file.into()],
            folder: folder.to_owned(),
            environment,
        };
        let status = self.shells.run(&program).await;
        status.map_err(|error| Failure::System(error.to_string()))
    }

    /// The files git does not track, ignored ones too, each ended by NUL. Git runs as the job's own
    /// process: the work tree's settings, which the job may have changed, can make it run anything.
    async fn untracked(&self, wanted: bool) -> Result<Option<Vec<u8>>, Failure> {
        if !wanted {
            return Ok(None);
        }
        let file = self.place.temporary.join("untracked");
        let list = quote(&file.to_string_lossy());
        let text = format!("git ls-files --others -z > {list}\n");
        if self.shell_text("list_untracked", &text, &self.place.project, &[]).await? != 0 {
            self.log.warn("untracked files could not be listed");
            return Ok(None);
        }
        std::fs::read(&file).map(Some).map_err(|error| Failure::disk(&file, &error))
    }

    /// Does work that blocks on the disk, off the async threads.
    async fn blocking<T: Send + 'static>(
        work: impl FnOnce() -> Result<T, ArchiveError> + Send + 'static,
    ) -> Result<T, Failure> {
        match tokio::task::spawn_blocking(work).await {
            Ok(result) => result.map_err(|error| Failure::System(error.to_string())),
            Err(error) => Err(Failure::System(format!("a part of the runner failed: {error}"))),
        }
    }
}

/// Writes a file that only its owner can read, over what is there.
fn write_private(file: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    let mut out = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file)?;
    out.write_all(text.as_bytes())
}
