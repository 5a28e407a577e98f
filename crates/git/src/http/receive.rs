//! The two ends of a push: git takes it, or the client is told why not.

use std::collections::HashMap;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use tokio::io::AsyncWriteExt;
use tokio::process::ChildStdin;
use tokio::sync::mpsc::{self, Sender};

use super::Input;
use super::outcome;
use super::pkt;
use super::push::{Push, RefUpdate};
use crate::Body;
use crate::command::{Running, start};
use crate::error::Result;

/// How long git may take to tidy up after a client that left in the middle of its pack.
const TIDY: Duration = Duration::from_secs(20);

impl Push {
    /// Lets git have the push; returns the answer.
    ///
    /// `done` is called with the refs that moved, which may be none, before the client hears of its success,
    /// and the lines it returns are shown to the person who pushed (`remote: …`). A client that leaves
    /// early does not stop that: whatever moved is told.
    pub fn accept<F, W>(self, done: F) -> Result<Body>
    where
        F: FnOnce(Vec<RefUpdate>) -> W + Send + 'static,
        W: Future<Output = Vec<String>> + Send + 'static,
    {
        let args = ["receive-pack", "--stateless-rpc", "."];
        let mut command = self.repository.command(&args)?;
        if let Some(kept) = &self.kept {
            let hooks = &self.repository.git.shared.hooks;
            // After the fixed settings, so that this one wins.
            command.env("GIT_CONFIG_PARAMETERS", format!("'core.hooksPath'='{}'", quoted(hooks)));
            command.env("PIPEWRIGHT_KEEP_HISTORY", kept.path());
        }
        let (running, stdin, stdout) = start(command, &args)?;
        let (sender, receiver) = mpsc::channel(4);
        tokio::spawn(async move {
            let Push { repository, updates, kept, side_band, report, head, rest, .. } = self;
            let answer = outcome::read(stdout, side_band, &sender);
            let (whole, outcome) = tokio::join!(feed(stdin, head, rest, &sender), answer);
            settle(running, whole).await;
            drop(kept);
            let held = outcome.held.clone();
            let made = if report { outcome.made(&updates) } else { super::fallback::made(&repository, &updates).await };
            let lines = done(made).await;
            send_lines(&sender, side_band, &lines).await;
            drop(sender.send(held.freeze()).await);
        });
        Ok(stream(receiver))
    }

    /// Tells the client that nothing was taken: `message` for the person, and per ref the reason
    /// that git prints beside it. Refs not named are refused too: a push is all or nothing here.
    ///
    /// The rest of the request is read and thrown away first, for git reads no answer before it
    /// has sent everything.
    pub fn refuse(self, message: &str, reasons: &[(String, String)]) -> Body {
        let mut answer = BytesMut::new();
        let reasons: HashMap<&str, &str> = reasons.iter().map(|(name, reason)| (&**name, &**reason)).collect();
        let mut report = BytesMut::new();
        pkt::put(&mut report, b"unpack ok\n");
        for update in &self.updates {
            let reason = reasons.get(&*update.name).copied().unwrap_or("another ref of this push was refused");
            pkt::put(&mut report, format!("ng {} {}\n", update.name, one_line(reason)).as_bytes());
        }
        report.extend_from_slice(pkt::FLUSH);
        if self.side_band {
            pkt::put_band(&mut answer, 2, format!("{}\n", message.trim_end()).as_bytes());
        }
        match (self.report, self.side_band) {
            (true, true) => pkt::put_band(&mut answer, 1, &report),
            (true, false) => answer.extend_from_slice(&report),
            (false, _) => {}
        }
        if self.side_band {
            answer.extend_from_slice(pkt::FLUSH);
        }
        let mut rest = self.rest;
        futures::stream::once(async move {
            while let Some(piece) = rest.next().await {
                piece.map_err(std::io::Error::other)?;
            }
            Ok(answer.freeze())
        })
        .boxed()
    }
}

/// Copies the request to git. `false` when it broke off, or the client left before its end.
async fn feed(stdin: Option<ChildStdin>, head: Bytes, mut rest: Input, out: &Sender<Bytes>) -> bool {
    let mut stdin = stdin;
    let mut piece = Some(Ok(head));
    loop {
        match piece {
            None => return true,
            Some(Err(_)) => return false,
            Some(Ok(bytes)) => {
                // Git stops reading when it refuses (a pack past the limit); the client goes on
                // sending and reads the refusal only afterwards.
                if let Some(pipe) = &mut stdin
                    && pipe.write_all(&bytes).await.is_err()
                {
                    stdin = None;
                }
            }
        }
        piece = tokio::select! {
            next = rest.next() => next,
            () = out.closed() => return false,
        };
    }
}

/// Waits for git's end. Cut off in the middle it finds that out by itself and removes what it
/// staged, which it could not when killed.
async fn settle(running: Running, whole: bool) {
    let ended = if whole { Ok(running.wait().await) } else { tokio::time::timeout(TIDY, running.wait()).await };
    match ended {
        Ok(Ok((status, stderr))) if !status.success() => {
            tracing::info!(%status, stderr = stderr.trim(), "a push was not taken");
        }
        Ok(Err(error)) => tracing::warn!(%error, "a push ended strangely"),
        Err(_) => tracing::warn!("git did not end after its client left, and was killed"),
        Ok(Ok(_)) => {}
    }
}

async fn send_lines(out: &Sender<Bytes>, side_band: bool, lines: &[String]) {
    if side_band && !lines.is_empty() {
        let mut text = BytesMut::new();
        pkt::put_band(&mut text, 2, format!("{}\n", lines.join("\n")).as_bytes());
        drop(out.send(text.freeze()).await);
    }
}

fn stream(receiver: mpsc::Receiver<Bytes>) -> Body {
    futures::stream::unfold(receiver, |mut receiver| async {
        let piece = receiver.recv().await?;
        Some((Ok(piece), receiver))
    })
    .boxed()
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r', '\0'], " ")
}

/// A path inside single quotes, as git's own list of settings has it.
fn quoted(path: &std::path::Path) -> String {
    path.to_string_lossy().replace('\'', "'\\''")
}
