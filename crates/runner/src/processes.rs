//! Finding and ending processes by descent and by mark, from `/proc`.

use std::collections::HashSet;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// The variable that every process of a job inherits; its value is the job's own secret word.
pub(crate) const MARK_VARIABLE: &str = "PIPEWRIGHT_JOB_MARK";

/// How often to look whether the processes are gone.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

struct Entry {
    pid: i32,
    parent: i32,
}

/// All processes that are not zombies.
fn living() -> Vec<Entry> {
    let Ok(folder) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    let pids = folder.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    pids.filter_map(entry_of).collect()
}

fn entry_of(pid: i32) -> Option<Entry> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything, parentheses too.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    (state != "Z" && state != "X").then_some(Entry { pid, parent })
}

/// The living processes below `root`, without itself.
fn below(root: Pid) -> Vec<Pid> {
    let entries = living();
    let mut found = HashSet::from([root.as_raw()]);
    loop {
        let before = found.len();
        found.extend(
            entries.iter().filter(|entry| found.contains(&entry.parent)).map(|entry| entry.pid).collect::<Vec<_>>(),
        );
        if found.len() == before {
            break;
        }
    }
    found.remove(&root.as_raw());
    found.into_iter().map(Pid::from_raw).collect()
}

fn signal_all(pids: &[Pid], signal: Signal) {
    for pid in pids {
        // It may have gone meanwhile.
        let _ = kill(*pid, signal);
    }
}

/// Ends everything below `root`: asks, waits up to `grace`, then kills until nothing is left.
pub(crate) fn end_below(root: Pid, grace: Duration) {
    let mut asked = HashSet::new();
    let mut waited = Duration::ZERO;
    while waited < grace {
        let left = below(root);
        if left.is_empty() {
            return;
        }
        let new: Vec<Pid> = left.into_iter().filter(|pid| asked.insert(*pid)).collect();
        signal_all(&new, Signal::SIGTERM);
        // A stopped process would never see the request.
        signal_all(&new, Signal::SIGCONT);
        std::thread::sleep(LOOK_AGAIN);
        waited += LOOK_AGAIN;
    }
    loop {
        let left = below(root);
        if left.is_empty() {
            return;
        }
        signal_all(&left, Signal::SIGKILL);
        std::thread::sleep(LOOK_AGAIN);
    }
}

/// Kills one process.
pub(crate) fn kill_now(process: u32) {
    if let Ok(pid) = i32::try_from(process) {
        signal_all(&[Pid::from_raw(pid)], Signal::SIGKILL);
    }
}

/// Kills every process whose environment carries the mark, and waits until they are gone: what is left
/// when a script managed to kill its own keeper. Returns how many there were.
pub(crate) fn kill_marked(mark: &str) -> usize {
    let line = format!("{MARK_VARIABLE}={mark}");
    let mut killed = HashSet::new();
    // A process may fork while we look; look until a round finds nothing, but not for ever.
    for _ in 0..1000 {
        // A process that is dying has lost its environment before it has lost its life.
        let is_ours = |entry: &Entry| killed.contains(&entry.pid) || carries(entry.pid, line.as_bytes());
        let found: Vec<i32> = living().into_iter().filter(is_ours).map(|entry| entry.pid).collect();
        if found.is_empty() {
            break;
        }
        let new: Vec<Pid> = found.into_iter().filter(|pid| killed.insert(*pid)).map(Pid::from_raw).collect();
        signal_all(&new, Signal::SIGKILL);
        std::thread::sleep(LOOK_AGAIN);
    }
    killed.len()
}

fn carries(pid: i32, line: &[u8]) -> bool {
    let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    environment.split(|byte| *byte == 0).any(|entry| entry == line)
}
