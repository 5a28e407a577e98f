//! The reading side of smart HTTP: what refs there are, and the packs of clone and fetch.

use std::process::Stdio;

use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt};
use tokio::io::AsyncWriteExt;
use tokio::process::ChildStdin;

use super::{Input, Service, input, pkt};
use crate::Body;
use crate::command::start;
use crate::error::{BoxError, Result};
use crate::repository::Repository;

/// The longest list of wants and haves one fetch may send: more than a million objects.
const MAX_REQUEST: u64 = 64 << 20;

impl Repository {
    /// Answers `GET …/info/refs?service=…`. `protocol` is the request's `Git-Protocol` header.
    pub fn advertise(&self, service: Service, protocol: Option<&str>) -> Result<Body> {
        let args = [service.command(), "--stateless-rpc", "--advertise-refs", "."];
        let mut command = self.command(&args)?;
        command.stdin(Stdio::null());
        let version = protocol.and_then(known_protocol).filter(|_| service == Service::UploadPack);
        let mut head = BytesMut::new();
        // Version 2 begins without the banner, and is for fetching alone.
        if !version.is_some_and(|version| version.split(':').any(|word| word == "version=2")) {
            pkt::put(&mut head, format!("# service={}\n", service.name()).as_bytes());
            head.extend_from_slice(pkt::FLUSH);
        }
        if let Some(version) = version {
            command.env("GIT_PROTOCOL", version);
        }
        let (running, _, stdout) = start(command, &args)?;
        let head = futures::stream::iter((!head.is_empty()).then(|| Ok(head.freeze())));
        Ok(head.chain(running.into_body(stdout)).boxed())
    }

    /// Answers `POST …/git-upload-pack`: streams the request to git and git's answer back.
    ///
    /// `gzip` tells whether the request has `Content-Encoding: gzip`. Dropping the answer ends git.
    pub fn upload_pack<S, E>(&self, protocol: Option<&str>, gzip: bool, body: S) -> Result<Body>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<BoxError>,
    {
        let args = ["upload-pack", "--stateless-rpc", "."];
        let mut command = self.command(&args)?;
        if let Some(version) = protocol.and_then(known_protocol) {
            command.env("GIT_PROTOCOL", version);
        }
        let (running, stdin, stdout) = start(command, &args)?;
        let feeding = stdin.map(|stdin| AbortOnDrop(tokio::spawn(feed(stdin, input(body, gzip)))));
        let answer = running.into_body(stdout);
        let state = (answer, feeding);
        Ok(futures::stream::unfold(state, |(mut answer, feeding)| async {
            let piece = answer.next().await?;
            Some((piece, (answer, feeding)))
        })
        .boxed())
    }
}

/// A task that nobody needs once the answer is dropped.
struct AbortOnDrop(tokio::task::JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Copies the request to git. Where it breaks off, git meets the end of its input and says so.
async fn feed(mut stdin: ChildStdin, mut body: Input) {
    let mut sent = 0;
    while let Some(Ok(piece)) = body.next().await {
        sent += piece.len() as u64;
        if sent > MAX_REQUEST || stdin.write_all(&piece).await.is_err() {
            return;
        }
    }
}

/// A `Git-Protocol` header worth passing on; anything strange is as good as none.
fn known_protocol(header: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "=:._-".contains(c);
    (header.len() <= 100 && !header.is_empty() && header.chars().all(plain)).then_some(header)
}
