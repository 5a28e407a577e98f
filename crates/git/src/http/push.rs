//! A push, read up to its pack and held there until the caller decides.

use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt};

use super::kept::Kept;
use super::pkt::{self, Frame};
use super::{Input, input};
use crate::error::{BoxError, Error, Result};
use crate::names;
use crate::repository::Repository;

/// The most bytes of ref commands and push options one push may begin with: some 50,000 refs.
const MAX_HEAD: usize = 8 << 20;

/// A ref that a push moves, or wants to move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefUpdate {
    /// Object id before; [`ZERO`](crate::ZERO) when the ref is made.
    pub old: String,
    /// Object id after; [`ZERO`](crate::ZERO) when the ref is removed.
    pub new: String,
    /// Whole name, `refs/heads/main`.
    pub name: String,
}

impl RefUpdate {
    /// Whether the ref is made.
    pub fn creates(&self) -> bool {
        names::is_zero(&self.old)
    }

    /// Whether the ref is removed.
    pub fn deletes(&self) -> bool {
        names::is_zero(&self.new)
    }

    /// The branch's short name, when the ref is a branch.
    pub fn branch(&self) -> Option<&str> {
        self.name.strip_prefix("refs/heads/")
    }

    /// The tag's short name, when the ref is a tag.
    pub fn tag(&self) -> Option<&str> {
        self.name.strip_prefix("refs/tags/")
    }
}

/// A push whose commands are known and of which git has seen nothing yet.
///
/// Answer it with [`Push::accept`] or [`Push::refuse`]; dropping it drops the request.
pub struct Push {
    pub(super) repository: Repository,
    pub(super) updates: Vec<RefUpdate>,
    pub(super) options: Vec<String>,
    pub(super) kept: Option<Kept>,
    pub(super) report: bool,
    pub(super) side_band: bool,
    /// The bytes already read, and those still to come.
    pub(super) head: Bytes,
    pub(super) rest: Input,
}

impl std::fmt::Debug for Push {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut out = f.debug_struct("Push");
        out.field("updates", &self.updates).field("options", &self.options).finish_non_exhaustive()
    }
}

impl Repository {
    /// Takes `POST …/git-receive-pack` up to the point where the pack begins.
    ///
    /// `gzip` tells whether the request has `Content-Encoding: gzip`.
    pub async fn receive_pack<S, E>(&self, gzip: bool, body: S) -> Result<Push>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<BoxError>,
    {
        if !self.exists() {
            return Err(Error::not_found("the repository"));
        }
        let mut push = Push {
            repository: self.clone(),
            updates: Vec::new(),
            options: Vec::new(),
            kept: None,
            report: false,
            side_band: false,
            head: Bytes::new(),
            rest: input(body, gzip),
        };
        push.read_head().await?;
        Ok(push)
    }
}

impl Push {
    /// The refs the client wants to move. Empty for the probe git sends ahead of a large push;
    /// accept it.
    pub fn updates(&self) -> &[RefUpdate] {
        &self.updates
    }

    /// The client's push options: `git push -o ci.skip` gives `ci.skip`.
    pub fn options(&self) -> &[String] {
        &self.options
    }

    /// Branches whose history this push may not rewrite, by their whole ref names. Whether it would
    /// is known only when the objects have arrived; such a ref is refused then. Writes them down: call it before the
    /// push is told of anywhere else.
    pub async fn keep_history(&mut self, refs: &[String]) -> Result<()> {
        if !refs.is_empty() {
            self.kept = Some(Kept::write(&self.repository, refs).await?);
        }
        Ok(())
    }

    async fn read_head(&mut self) -> Result<()> {
        let mut reader = Reader { raw: BytesMut::new(), unread: BytesMut::new(), rest: &mut self.rest };
        let mut capabilities = String::new();
        while let Some(line) = reader.line().await? {
            let (command, words) = line.split_once('\0').unwrap_or((&line, ""));
            if !words.is_empty() {
                words.clone_into(&mut capabilities);
            }
            if command.starts_with("push-cert") {
                return Err(Error::refused("signed pushes are not supported"));
            }
            if !command.starts_with("shallow ") {
                self.updates.push(parse_command(command)?);
            }
        }
        let has = |word: &str| capabilities.split(' ').any(|known| known == word);
        self.report = has("report-status") || has("report-status-v2");
        self.side_band = has("side-band-64k");
        if has("push-options") && !self.updates.is_empty() {
            while let Some(option) = reader.line().await? {
                self.options.push(option);
            }
        }
        self.head = reader.raw.freeze();
        Ok(())
    }
}

fn parse_command(line: &str) -> Result<RefUpdate> {
    let mut words = line.splitn(3, ' ');
    let (Some(old), Some(new), Some(name)) = (words.next(), words.next(), words.next()) else {
        return Err(Error::Protocol("a ref command has not three words".to_owned()));
    };
    names::oid(old)?;
    names::oid(new)?;
    names::full_ref(name)?;
    Ok(RefUpdate { old: old.to_owned(), new: new.to_owned(), name: name.to_owned() })
}

/// Reads frames and keeps every byte, for git is to read them again.
struct Reader<'a> {
    raw: BytesMut,
    unread: BytesMut,
    rest: &'a mut Input,
}

impl Reader<'_> {
    /// The next line without its line feed; `None` at a flush.
    async fn line(&mut self) -> Result<Option<String>> {
        loop {
            match pkt::take(&mut self.unread) {
                Ok(Some(Frame::Mark)) => return Ok(None),
                Ok(Some(Frame::Data(data))) => {
                    let text = std::str::from_utf8(&data)
                        .map_err(|_| Error::Protocol("a ref command is not UTF-8".to_owned()))?;
                    return Ok(Some(text.strip_suffix('\n').unwrap_or(text).to_owned()));
                }
                Ok(None) => {}
                Err(pkt::BadFrame) => return Err(Error::Protocol("it is not made of pkt-lines".to_owned())),
            }
            let Some(piece) = self.rest.next().await.transpose()? else {
                return Err(Error::Protocol("it ends before its ref commands do".to_owned()));
            };
            if self.raw.len() + piece.len() > MAX_HEAD {
                return Err(Error::refused("the push changes too many refs at once; push them in several goes"));
            }
            self.raw.extend_from_slice(&piece);
            self.unread.extend_from_slice(&piece);
        }
    }
}
