//! The keeper: a small process between the runner and a shell, under which no process gets lost.
//!
//! The runner starts its own program again as a keeper for every shell it needs. The keeper leads
//! a session of its own and (on Linux) adopts every orphan below it, so whatever a script starts,
//! however it detaches, stays a descendant of the keeper. The keeper's standard input is a
//! lifeline: when it closes, because the job ended or because the runner died, the keeper ends
//! everything below it, politely first.
//!
//! Standard error of the keeper is the output of the shell. When the shell has ended the keeper
//! writes an end mark there, after everything the shell wrote: `NUL <nonce> <status> LF`.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;

use crate::processes;

/// The first argument that makes a program a keeper. With `:` and a number behind it the shell gets that limit of
/// open files (`ulimit -Sn`), as the runner's own may be much higher than what programs expect.
pub const KEEPER_ARGUMENT: &str = "__pipewright-keep";

/// Exit status when the shell could not be started at all, as shells have it.
const CANNOT_START: i32 = 127;

/// Does a keeper's work and returns its exit status if this process was started to be one.
///
/// A program that embeds the runner calls this first thing in `main`, before any thread exists:
/// `if let Some(status) = pipewright_runner::keep_if_asked() { std::process::exit(status) }`.
pub fn keep_if_asked() -> Option<i32> {
    let mut arguments = std::env::args_os().skip(1);
    let asked = arguments.next()?.into_string().ok()?;
    match asked.strip_prefix(KEEPER_ARGUMENT)? {
        "" => {}
        rest => lower_open_files(rest.strip_prefix(':')?.parse().ok()?),
    }
    let nonce = arguments.next()?.into_string().ok()?;
    let grace = arguments.next()?.into_string().ok()?.parse().ok()?;
    Some(keep(&nonce, Duration::from_millis(grace), arguments.collect()))
}

/// Does without where it cannot be had: a job with many open files is better than none.
fn lower_open_files(most: u64) {
    if let Ok((_, hard)) = getrlimit(Resource::RLIMIT_NOFILE) {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, most.min(hard), hard);
    }
}

fn keep(nonce: &str, grace: Duration, command: Vec<OsString>) -> i32 {
    // Failing is harmless: the parent may already have made us the leader.
    let _ = nix::unistd::setsid();
    #[cfg(target_os = "linux")]
    let _ = nix::sys::prctl::set_child_subreaper(true);
    let shell = match start(command) {
        Ok(shell) => shell,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "the shell could not be started: {error}");
            end_mark(nonce, CANNOT_START);
            return CANNOT_START;
        }
    };
    std::thread::spawn(move || {
        watch_lifeline();
        // The group first: where there is no /proc it is all we can reach.
        let _ = killpg(shell, Signal::SIGTERM);
        processes::end_below(Pid::this(), grace);
        let _ = killpg(shell, Signal::SIGKILL);
        // All that is left below are the dead. They are reaped, which ends the keeper: who does not know that a
        // zombie is dead may ask for a process the moment the job has ended.
    });
    reap(shell, nonce)
}

fn start(command: Vec<OsString>) -> std::io::Result<Pid> {
    let mut words = command.into_iter();
    let program = words.next().ok_or_else(|| std::io::Error::other("no command given"))?;
    let output = std::io::stderr().as_fd().try_clone_to_owned()?;
    let child =
        Command::new(program).args(words).stdin(Stdio::null()).stdout(Stdio::from(output)).process_group(0).spawn()?;
    Ok(Pid::from_raw(i32::try_from(child.id()).unwrap_or(i32::MAX)))
}

/// Returns when the other end of standard input is gone.
fn watch_lifeline() {
    let mut byte = [0; 64];
    let mut input = std::io::stdin().lock();
    loop {
        match input.read(&mut byte) {
            Ok(0) => return,
            Err(error) if error.kind() != std::io::ErrorKind::Interrupted => return,
            _ => {}
        }
    }
}

/// Waits for everything below, until nothing is left; marks the end of the shell on the way.
fn reap(shell: Pid, nonce: &str) -> i32 {
    loop {
        let ended = match waitpid(None, None) {
            Ok(WaitStatus::Exited(pid, status)) => (pid, status),
            Ok(WaitStatus::Signaled(pid, signal, _)) => (pid, 128 + signal_number(signal)),
            Ok(_) | Err(Errno::EINTR) => continue,
            Err(_) => return 0,
        };
        if ended.0 == shell {
            end_mark(nonce, ended.1);
        }
    }
}

fn signal_number(signal: Signal) -> i32 {
    signal as i32
}

fn end_mark(nonce: &str, status: i32) {
    // One write, so that output of a background process cannot fall into the middle of it.
    let _ = std::io::stderr().write_all(format!("\0{nonce} {status}\n").as_bytes());
}
