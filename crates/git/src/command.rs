//! Running git: a clean environment, a process group of its own, killed when nobody waits any more.

use std::process::{ExitStatus, Stdio};

use bytes::Bytes;
use futures::StreamExt;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;
use tokio_util::io::ReaderStream;

use crate::Body;
use crate::error::{Error, Result};
use crate::repository::Repository;

/// Read at a time from a command that streams.
pub(crate) const CHUNK: usize = 64 * 1024;
/// How much of what a command says to standard error is kept.
const MAX_STDERR: u64 = 16 * 1024;

/// A command that ended.
pub(crate) struct Finished {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

/// A running command. Dropping it kills it and every process it started.
pub(crate) struct Running {
    child: Child,
    stderr: JoinHandle<String>,
    name: String,
    pid: u32,
}

impl Repository {
    /// A command in this repository; [`Error::NotFound`] when there is none.
    pub(crate) fn command(&self, args: &[&str]) -> Result<Command> {
        if !self.exists() {
            return Err(Error::not_found("the repository"));
        }
        let mut command = self.git.command(args);
        command.current_dir(&self.path);
        Ok(command)
    }

    /// Runs a command to its end, whatever its status.
    pub(crate) async fn run(&self, args: &[&str], stdin: &[u8]) -> Result<Finished> {
        let mut command = self.command(args)?;
        command.env("GIT_DIR", ".");
        run(command, args, stdin).await
    }

    /// Runs a command that must succeed, and returns what it printed.
    pub(crate) async fn output(&self, args: &[&str], stdin: &[u8]) -> Result<Vec<u8>> {
        let finished = self.run(args, stdin).await?;
        if finished.status.success() {
            Ok(finished.stdout)
        } else {
            Err(Error::failed(subcommand(args), &finished.stderr))
        }
    }

    /// Streams what a command prints; a failure ends the stream with an error.
    pub(crate) fn stream(&self, args: &[&str]) -> Result<Body> {
        let mut command = self.command(args)?;
        command.env("GIT_DIR", ".").stdin(Stdio::null());
        let (running, _, stdout) = start(command, args)?;
        Ok(running.into_body(stdout))
    }
}

impl crate::Git {
    /// A command with the clean environment and nothing attached.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("git");
        command
            .args(args)
            .env_clear()
            .envs(self.shared.env.iter().map(|(key, value)| (key, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        command
    }
}

/// What a command line is called in messages: its first word that is not a setting.
fn subcommand<'a>(args: &[&'a str]) -> &'a str {
    let settings = args.iter().take_while(|arg| **arg == "-c" || arg.contains('=')).count();
    args.get(settings).unwrap_or(&"")
}

/// Runs a prepared command to its end.
pub(crate) async fn run(command: Command, args: &[&str], stdin: &[u8]) -> Result<Finished> {
    let (running, pipe, mut stdout) = start(command, args)?;
    let feed = async move {
        if let Some(mut pipe) = pipe {
            // A command may end without reading everything; its status tells the rest.
            drop(pipe.write_all(stdin).await);
        }
    };
    let mut printed = Vec::new();
    let ((), read) = tokio::join!(feed, stdout.read_to_end(&mut printed));
    read.map_err(Error::io("cannot read from git"))?;
    let (status, stderr) = running.wait().await?;
    Ok(Finished { status, stdout: printed, stderr })
}

/// Starts a prepared command.
pub(crate) fn start(mut command: Command, args: &[&str]) -> Result<(Running, Option<ChildStdin>, ChildStdout)> {
    let name = subcommand(args).to_owned();
    let mut child = command.spawn().map_err(Error::io("cannot start git"))?;
    let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(Error::failed(&name, "its output is not connected"));
    };
    let stdin = child.stdin.take();
    let pid = child.id().unwrap_or_default();
    let stderr = tokio::spawn(read_some(stderr));
    Ok((Running { child, stderr, name, pid }, stdin, stdout))
}

/// Reads to the end and keeps the beginning, so that a talkative command never blocks.
async fn read_some(mut pipe: impl AsyncRead + Unpin) -> String {
    let mut kept = Vec::new();
    drop((&mut pipe).take(MAX_STDERR).read_to_end(&mut kept).await);
    drop(tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await);
    String::from_utf8_lossy(&kept).into_owned()
}

impl Running {
    /// The id of the process; it is also the id of its group.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// Waits for the end; returns the status and what was said to standard error.
    pub(crate) async fn wait(mut self) -> Result<(ExitStatus, String)> {
        let status = self.child.wait().await.map_err(Error::io("cannot wait for git"))?;
        let stderr = (&mut self.stderr).await.unwrap_or_default();
        Ok((status, stderr))
    }

    /// Streams the output; when it ends with a bad status, the stream ends with an error.
    pub(crate) fn into_body(self, stdout: ChildStdout) -> Body {
        let pieces = ReaderStream::with_capacity(stdout, CHUNK);
        let state = Some((pieces, self));
        futures::stream::try_unfold(state, |state| async {
            let Some((mut pieces, running)) = state else { return Ok(None) };
            if let Some(piece) = pieces.next().await {
                return Ok(Some((piece?, Some((pieces, running)))));
            }
            running.finish().await?;
            Ok(None::<(Bytes, _)>)
        })
        .boxed()
    }

    async fn finish(self) -> std::io::Result<()> {
        let name = self.name.clone();
        let (status, stderr) = self.wait().await.map_err(std::io::Error::other)?;
        if status.success() {
            return Ok(());
        }
        tracing::warn!(command = name, %status, stderr = stderr.trim(), "git failed while its output was sent");
        Err(std::io::Error::other(Error::failed(&name, &stderr)))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The id is there only while the process was not waited for, so it cannot be another's.
        if let Some(pid) = self.child.id() {
            let _ = killpg(Pid::from_raw(pid as i32), Signal::SIGKILL);
        }
        self.stderr.abort();
    }
}

#[cfg(test)]
mod tests {
    use nix::sys::signal::kill;

    use super::*;

    #[tokio::test]
    async fn a_dropped_command_takes_its_children_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let git = crate::Git::new(folder.path(), None).unwrap();
        // A child of git's own, which prints its id and would stay for long.
        let args = ["-c", "alias.wait=!echo $$; sleep 1000 & wait", "wait"];
        let (running, _stdin, mut stdout) = start(git.command(&args), &args).unwrap();
        let mut line = [0; 32];
        let read = stdout.read(&mut line).await.unwrap();
        let child: i32 = String::from_utf8_lossy(&line[..read]).trim().parse().unwrap();
        let child = Pid::from_raw(child);
        assert_ne!(child.as_raw() as u32, running.pid());
        assert!(kill(child, None).is_ok());
        drop(running);
        // Every holder of the pipe is gone when it ends.
        assert_eq!(stdout.read(&mut line).await.unwrap(), 0);
    }

    #[test]
    fn messages_name_the_subcommand() {
        assert_eq!(subcommand(&["-c", "gc.auto=1", "-c", "a=b", "gc", "--auto"]), "gc");
        assert_eq!(subcommand(&["log", "-c"]), "log");
        assert_eq!(subcommand(&[]), "");
    }
}
