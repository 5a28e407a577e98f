//! What receive-pack answers: passed on while it works, held back where it reports, so that the
//! client hears of its success last.

use std::collections::HashSet;

use bytes::{Bytes, BytesMut};
use tokio::io::AsyncReadExt;
use tokio::process::ChildStdout;
use tokio::sync::mpsc::Sender;

use super::pkt::{self, Frame};
use super::push::RefUpdate;
use crate::command::CHUNK;

/// Bytes of report that are looked at. Git's report has one short line per ref of the push.
const MAX_REPORT: usize = 16 << 20;

/// The part of the answer that is held back, and what it says.
#[derive(Default)]
pub(super) struct Outcome {
    /// To be sent last, byte for byte.
    pub(super) held: BytesMut,
    /// The report's own pkt-lines, out of their side band.
    report: BytesMut,
}

/// Reads the answer to its end. Text for the person goes on at once, the report does not.
pub(super) async fn read(mut stdout: ChildStdout, side_band: bool, out: &Sender<Bytes>) -> Outcome {
    let mut outcome = Outcome::default();
    let mut buffer = BytesMut::with_capacity(CHUNK);
    // An error of reading is the end: the process is gone, and its report is what it managed to say.
    while matches!(stdout.read_buf(&mut buffer).await, Ok(read) if read > 0) {
        if !side_band {
            outcome.hold(&buffer.split());
            continue;
        }
        while let Ok(Some(frame)) = pkt::take(&mut buffer) {
            if let Some(pass) = outcome.sort(frame) {
                // A client that left needs no text; the push goes on all the same.
                drop(out.send(pass).await);
            }
        }
    }
    if !side_band {
        outcome.report = outcome.held.clone();
    }
    outcome
}

impl Outcome {
    /// Holds a frame back, or returns it for sending on.
    fn sort(&mut self, frame: Frame) -> Option<Bytes> {
        let Frame::Data(data) = frame else {
            self.hold(pkt::FLUSH);
            return None;
        };
        let mut whole = BytesMut::new();
        pkt::put(&mut whole, &data);
        match data.split_first() {
            Some((1, report)) if !report.is_empty() => {
                self.report.extend_from_slice(report);
                self.hold(&whole);
                None
            }
            // Progress, errors, and the empty frames that keep the connection alive.
            _ => Some(whole.freeze()),
        }
    }

    fn hold(&mut self, bytes: &[u8]) {
        if self.held.len() + bytes.len() <= MAX_REPORT {
            self.held.extend_from_slice(bytes);
        }
    }

    /// The updates that git says it made.
    pub(super) fn made(mut self, wanted: &[RefUpdate]) -> Vec<RefUpdate> {
        let mut done = HashSet::new();
        while let Ok(Some(Frame::Data(line))) = pkt::take(&mut self.report) {
            let line = String::from_utf8_lossy(&line).into_owned();
            if let Some(name) = line.trim_end_matches('\n').strip_prefix("ok ") {
                done.insert(name.to_owned());
            }
        }
        wanted.iter().filter(|update| done.contains(&update.name) && update.old != update.new).cloned().collect()
    }
}
