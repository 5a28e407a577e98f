//! A commit made of file actions, without a work tree and in one run of git.

use bytes::Bytes;
use pipewright_model::Timestamp;

use super::importer::{Found, Importer};
use crate::error::{Error, Result};
use crate::names;
use crate::repository::Repository;

/// Somebody who writes or commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Full name.
    pub name: String,
    /// Address.
    pub email: String,
}

impl Person {
    /// As git writes it into objects, in UTC. Characters that would end a field are left out.
    pub(super) fn ident(&self, time: Timestamp) -> String {
        let clean = |text: &str| text.replace(['<', '>', '\n', '\r', '\0'], "").trim().to_owned();
        let (name, email) = (clean(&self.name), clean(&self.email));
        let name = if name.is_empty() { "unknown".to_owned() } else { name };
        format!("{name} <{email}> {} +0000", time.seconds())
    }
}

/// What is done to one file.
#[derive(Clone, Debug)]
pub enum Action {
    /// Makes a file that must not exist.
    Create {
        /// Its content.
        content: Bytes,
        /// Whether it may be run.
        executable: bool,
    },
    /// Replaces the content of a file that must exist; its mode stays.
    Update {
        /// Its content.
        content: Bytes,
    },
    /// Removes a file that must exist.
    Delete,
    /// Moves a file that must exist to where nothing is; its mode goes along.
    Move {
        /// Where it was.
        from: String,
        /// New content; `None` keeps the old.
        content: Option<Bytes>,
    },
    /// Sets or clears the mark that a file may be run.
    Chmod {
        /// The new mark.
        executable: bool,
    },
}

/// An action and the file it is about.
#[derive(Clone, Debug)]
pub struct FileAction {
    /// The file's path from the top of the repository.
    pub path: String,
    /// What to do.
    pub action: Action,
}

/// A commit to be made.
#[derive(Clone, Debug)]
pub struct CommitRequest {
    /// The branch it goes onto.
    pub branch: String,
    /// Where a new branch starts: anything [`Repository::resolve`] takes. With it the branch must
    /// not exist yet; without it the branch must exist, or the repository be empty.
    pub start: Option<String>,
    /// What the commit does, in this order.
    pub actions: Vec<FileAction>,
    /// The whole message.
    pub message: String,
    /// Who wrote it.
    pub author: Person,
    /// Who commits it.
    pub committer: Person,
    /// When, for both.
    pub time: Timestamp,
}

impl Repository {
    /// Makes a commit and moves its branch; returns the new commit's id.
    ///
    /// [`Error::Refused`] when an action does not fit what is there, [`Error::Conflict`] when the
    /// branch moved meanwhile. In either case no ref has changed.
    pub async fn commit_files(&self, request: &CommitRequest) -> Result<String> {
        names::check_branch(&request.branch)?;
        for file in &request.actions {
            names::check_file_path(&file.path)?;
            if let Action::Move { from, .. } = &file.action {
                names::check_file_path(from)?;
            }
        }
        let parent = self.parent_for(request).await?;
        let mut importer = Importer::start(self)?;
        let made = write(&mut importer, request, parent.as_deref()).await;
        match made {
            Ok(id) => {
                importer.finish(&request.branch).await?;
                Ok(id)
            }
            Err(error) => {
                // What git says about a broken pipe is more telling than the pipe.
                let told = importer.abandon().await;
                Err(if matches!(error, Error::Io { .. }) { told.unwrap_or(error) } else { error })
            }
        }
    }

    async fn parent_for(&self, request: &CommitRequest) -> Result<Option<String>> {
        let tip = self.branch(&request.branch).await?;
        match (tip, &request.start) {
            (Some(_), Some(_)) => Err(Error::conflict(format!("branch {} exists already", request.branch))),
            (Some(tip), None) => Ok(Some(tip)),
            (None, Some(start)) => match self.resolve(start).await? {
                Some(start) => Ok(Some(start)),
                None => Err(Error::not_found(format!("revision {start}"))),
            },
            (None, None) if self.is_empty().await? => Ok(None),
            (None, None) => Err(Error::not_found(format!("branch {}", request.branch))),
        }
    }
}

async fn write(importer: &mut Importer, request: &CommitRequest, parent: Option<&str>) -> Result<String> {
    let author = request.author.ident(request.time);
    let committer = request.committer.ident(request.time);
    let message = request.message.replace('\0', "");
    importer.begin(&request.branch, &author, &committer, &message, parent).await?;
    for file in &request.actions {
        apply(importer, &file.path, &file.action).await?;
    }
    importer.commit_id().await
}

async fn apply(importer: &mut Importer, path: &str, action: &Action) -> Result<()> {
    match action {
        Action::Create { content, executable } => {
            vacant(importer, path).await?;
            importer.put(path, mode(*executable), content).await
        }
        Action::Update { content } => {
            let (mode, _) = file(importer, path).await?;
            importer.put(path, &mode, content).await
        }
        Action::Delete => {
            file(importer, path).await?;
            importer.delete(path).await
        }
        Action::Move { from, content } => {
            let (mode, id) = file(importer, from).await?;
            // First away with the old: a file may move to where its own name was a folder.
            importer.delete(from).await?;
            vacant(importer, path).await?;
            match content {
                Some(content) => importer.put(path, &mode, content).await,
                None => importer.link(path, &mode, &id).await,
            }
        }
        Action::Chmod { executable } => {
            let (_, id) = file(importer, path).await?;
            importer.link(path, mode(*executable), &id).await
        }
    }
}

fn mode(executable: bool) -> &'static str {
    if executable { "100755" } else { "100644" }
}

/// The mode and object of a file that must be there.
async fn file(importer: &mut Importer, path: &str) -> Result<(String, String)> {
    match importer.look(path).await? {
        Found::File { mode, id } => Ok((mode, id)),
        Found::Folder | Found::Nothing => Err(Error::refused(format!("A file with this name doesn't exist: {path}"))),
    }
}

/// Checks that nothing is at a path, and no file where its folders must be.
async fn vacant(importer: &mut Importer, path: &str) -> Result<()> {
    match importer.look(path).await? {
        Found::Nothing => {}
        Found::File { .. } => {
            return Err(Error::refused(format!("A file with this name already exists: {path}")));
        }
        Found::Folder => {
            return Err(Error::refused(format!("A directory with this name already exists: {path}")));
        }
    }
    for (at, _) in path.match_indices('/') {
        let above = &path[..at];
        match importer.look(above).await? {
            Found::Folder => {}
            // Nothing there, so nothing below either.
            Found::Nothing => return Ok(()),
            Found::File { .. } => {
                return Err(Error::refused(format!("A file is where the directory should be: {above}")));
            }
        }
    }
    Ok(())
}
