//! Foldable parts of a log.

use crate::trace::JobLog;

/// A part of the log with a heading. The end mark is written when the value goes, so that a part
/// is closed however its stage ends.
#[derive(Debug)]
pub(super) struct Section<'a> {
    log: &'a JobLog,
    name: &'static str,
    marks: bool,
    clock: fn() -> i64,
}

impl<'a> Section<'a> {
    pub(super) fn open(log: &'a JobLog, name: &'static str, heading: &str, marks: bool, clock: fn() -> i64) -> Self {
        if marks {
            log.write(format!("section_start:{}:{name}\r\x1b[0K", clock()).as_bytes());
        }
        log.line(&format!("\x1b[0K\x1b[36;1m{heading}\x1b[0;m"));
        Self { log, name, marks, clock }
    }
}

impl Drop for Section<'_> {
    fn drop(&mut self) {
        if self.marks {
            let mark = format!("section_end:{}:{}\r\x1b[0K", (self.clock)(), self.name);
            self.log.write(mark.as_bytes());
        }
    }
}
