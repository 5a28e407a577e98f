//! A job's log: masked, checksummed, spooled to a file until the server has it.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::mask::Masker;
use super::utf8::Utf8Stream;

/// The log of one job. Clones write to the same log.
#[derive(Debug, Clone)]
pub(crate) struct JobLog {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    state: Mutex<State>,
    grown: Notify,
}

#[derive(Debug)]
struct State {
    utf8: Utf8Stream,
    masker: Masker,
    spool: File,
    len: u64,
    crc: crc32fast::Hasher,
    limit: u64,
    /// Nothing more is taken.
    full: bool,
    error: Option<String>,
}

/// Length and checksum of a log so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) len: u64,
    pub(crate) crc32: u32,
}

impl JobLog {
    /// An empty log which stops growing at `limit` bytes.
    pub(crate) fn new(masker: Masker, limit: u64) -> std::io::Result<Self> {
        let state = State {
            utf8: Utf8Stream::default(),
            masker,
            spool: tempfile::tempfile()?,
            len: 0,
            crc: crc32fast::Hasher::new(),
            limit,
            full: false,
            error: None,
        };
        let inner = Inner { state: Mutex::new(state), grown: Notify::new() };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Adds raw bytes of a process.
    pub(crate) fn write(&self, bytes: &[u8]) {
        let mut state = self.state();
        let whole = state.utf8.write(bytes);
        let shown = state.masker.write(&whole);
        state.append(&shown);
        drop(state);
        self.inner.grown.notify_one();
    }

    /// Adds a line of the runner's own.
    pub(crate) fn line(&self, text: &str) {
        self.write(format!("{text}\n").as_bytes());
    }

    /// Adds a line in green, as commands are shown.
    pub(crate) fn green(&self, text: &str) {
        self.line(&format!("\x1b[32;1m{text}\x1b[0;m"));
    }

    /// Adds a line in yellow.
    pub(crate) fn warn(&self, text: &str) {
        self.line(&format!("\x1b[0;33mWARNING: {text}\x1b[0;m"));
    }

    /// Adds a line in red.
    pub(crate) fn error(&self, text: &str) {
        self.line(&format!("\x1b[31;1mERROR: {text}\x1b[0;m"));
    }

    /// Lets go of what was held back as a possible secret or half a character; from now on the
    /// log is what it is.
    pub(crate) fn finish(&self) {
        let mut state = self.state();
        let whole = state.utf8.finish();
        let mut shown = state.masker.write(&whole);
        shown.extend(state.masker.finish());
        state.append(&shown);
        state.full = true;
        drop(state);
        self.inner.grown.notify_one();
    }

    /// Length and checksum now.
    pub(crate) fn extent(&self) -> Extent {
        let state = self.state();
        Extent { len: state.len, crc32: state.crc.clone().finalize() }
    }

    /// Up to `most` bytes from `offset` on.
    pub(crate) fn read(&self, offset: u64, most: usize) -> std::io::Result<Vec<u8>> {
        let state = self.state();
        let there = state.len.saturating_sub(offset).min(most as u64);
        let mut bytes = vec![0; usize::try_from(there).unwrap_or(most)];
        state.spool.read_exact_at(&mut bytes, offset)?;
        Ok(bytes)
    }

    /// Why the spool file could not be written, if it could not.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.state().error.clone()
    }

    /// Waits until something was written since the last wait.
    pub(crate) async fn grown(&self) {
        self.inner.grown.notified().await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic between two fields cannot leave the state half changed in a way that matters.
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn append(&mut self, bytes: &[u8]) {
        if self.full || bytes.is_empty() {
            return;
        }
        let room = usize::try_from(self.limit.saturating_sub(self.len)).unwrap_or(usize::MAX);
        if bytes.len() <= room {
            self.store(bytes);
            return;
        }
        self.store(&bytes[..floor_char(bytes, room)]);
        let notice = format!(
            "\n\x1b[31;1mThe log has reached its limit of {} bytes; the rest is dropped, the job goes on.\x1b[0;m\n",
            self.limit
        );
        self.store(notice.as_bytes());
        self.full = true;
    }

    fn store(&mut self, bytes: &[u8]) {
        if let Err(error) = self.spool.write_all_at(bytes, self.len) {
            self.full = true;
            self.error = Some(format!("the log could not be kept: {error}"));
            return;
        }
        self.len += bytes.len() as u64;
        self.crc.update(bytes);
    }
}

/// The last place up to `at` where no character is cut.
fn floor_char(bytes: &[u8], at: usize) -> usize {
    let continues = |i: usize| bytes.get(i).is_some_and(|byte| byte & 0xC0 == 0x80);
    (0..=at).rev().find(|i| !continues(*i)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{JobLog, Masker};

    #[test]
    fn a_log_stops_at_its_limit_with_a_notice_and_keeps_its_checksum() {
        let log = JobLog::new(Masker::new(Vec::new(), &[]), 5).unwrap();
        log.write("ab€€".as_bytes());
        log.write(b"more");
        let extent = log.extent();
        let bytes = log.read(0, 1 << 20).unwrap();
        assert!(bytes.starts_with("ab€\n".as_bytes()));
        assert!(!bytes.ends_with(b"more"));
        assert_eq!(extent.len, bytes.len() as u64);
        assert_eq!(extent.crc32, crc32fast::hash(&bytes));
    }
}
