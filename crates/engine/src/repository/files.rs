//! Files and folders: read, and one file changed by the API.

use super::branches::cut;
use super::commits::NewCommit;
use crate::access::{Ability, ProjectRef};
use crate::{Caller, Engine, Error, Result};
use pipewright_git::read::{ArchiveFormat, Blob, FileInfo, LogQuery, TreeEntry};
use pipewright_git::write::{Action, FileAction};
use pipewright_git::{Body, Repository};
use pipewright_model::{Commit, Project};
use pipewright_store::{Listed, Page};
use sha2::{Digest, Sha256};

/// Largest file answered inside JSON, bytes; larger ones are to be read raw.
pub const LARGEST_IN_JSON: u64 = 20 << 20;

/// A file of a commit.
#[derive(Clone, Debug)]
pub struct File {
    /// Mode, id, size and content.
    pub blob: Blob,
    /// From the top of the repository.
    pub path: String,
    /// The commit it was read from.
    pub commit_id: String,
    /// The newest commit that changed it.
    pub last_commit_id: String,
    /// SHA-256 of the content, hexadecimal.
    pub sha256: String,
}

/// A file about to be sent as it is.
pub struct RawFile {
    /// Mode, id and size.
    pub info: FileInfo,
    /// The commit it was read from.
    pub commit_id: String,
    /// The newest commit that changed it.
    pub last_commit_id: String,
    /// The bytes.
    pub body: Body,
}

/// What to do to one file, and how.
#[derive(Clone, Debug)]
pub struct FileChange {
    /// The commit it becomes; its actions are made of the rest.
    pub commit: NewCommit,
    /// The file.
    pub path: String,
    /// What to do.
    pub action: Action,
    /// Mark it as one that may be run, or not.
    pub executable: Option<bool>,
    /// Refuse if the file was changed by a newer commit than this.
    pub last_commit_id: Option<String>,
}

impl Engine {
    /// A file with its content.
    pub async fn repository_file(&self, caller: &Caller, project: &ProjectRef, path: &str, rev: &str) -> Result<File> {
        let (standing, repository) = self.readable(caller, project).await?;
        let commit_id = self.commit_of_file(&standing.project, &repository, rev).await?;
        let blob = repository.blob(&commit_id, path, LARGEST_IN_JSON).await.map_err(file_missing)?;
        let last_commit_id = last_commit(&repository, &commit_id, path).await?;
        let sha256 = hex::encode(Sha256::digest(&blob.bytes));
        Ok(File { blob, path: path.to_owned(), commit_id, last_commit_id, sha256 })
    }

    /// A file as it is, streamed.
    pub async fn raw_file(&self, caller: &Caller, project: &ProjectRef, path: &str, rev: &str) -> Result<RawFile> {
        let (standing, repository) = self.readable(caller, project).await?;
        let commit_id = self.commit_of_file(&standing.project, &repository, rev).await?;
        let info = repository.file_info(&commit_id, path).await.map_err(file_missing)?;
        let last_commit_id = last_commit(&repository, &commit_id, path).await?;
        let body = repository.blob_stream(&info.id)?;
        Ok(RawFile { info, commit_id, last_commit_id, body })
    }

    async fn commit_of_file(&self, project: &Project, repository: &Repository, rev: &str) -> Result<String> {
        let rev = Some(rev).filter(|rev| *rev != "HEAD");
        self.commit_id(project, repository, rev).await?.ok_or_else(|| Error::missing("Commit"))
    }

    /// The entries of a folder, cut to a page.
    pub async fn repository_tree(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        rev: Option<&str>,
        path: &str,
        recursive: bool,
        page: Page,
    ) -> Result<Listed<TreeEntry>> {
        let (standing, repository) = self.readable(caller, project).await?;
        let missing = || Error::missing("Tree");
        let commit = self.commit_id(&standing.project, &repository, rev).await?.ok_or_else(missing)?;
        match repository.tree(&commit, path.trim_end_matches('/'), recursive).await {
            Ok(mut entries) => {
                // Folders first, as GitLab shows them.
                if !recursive {
                    entries.sort_by_key(|entry| entry.kind != pipewright_git::read::EntryKind::Tree);
                }
                Ok(cut(entries, page))
            }
            Err(pipewright_git::Error::NotFound { .. } | pipewright_git::Error::BadName { .. }) => {
                Err(Error::NotFound("invalid revision or path Not Found".to_owned()))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A commit's files as one download, and a name for it.
    pub async fn repository_archive(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        rev: Option<&str>,
        format: ArchiveFormat,
        path: Option<&str>,
    ) -> Result<(String, Body)> {
        let (standing, repository) = self.readable(caller, project).await?;
        let commit = self.commit_id(&standing.project, &repository, rev).await?.ok_or_else(Error::file)?;
        if let Some(path) = path {
            must_be_there(&repository, &commit, path).await?;
        }
        let name = rev.unwrap_or(standing.project.default_branch.as_deref().unwrap_or_default()).replace('/', "-");
        let base = format!("{}-{name}-{commit}", standing.project.path);
        let body = self.place(caller).await?.stream(repository.archive(&commit, format, &base, path)?);
        Ok((format!("{base}.{}", format.ending()), body))
    }

    /// Creates, replaces or deletes one file by a commit of its own.
    pub async fn change_file(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        change: FileChange,
    ) -> Result<(Project, Commit)> {
        caller.require_user()?;
        let standing = self.find_project(caller, project, Ability::PushCode).await?;
        if self.require_push(caller, &standing, &change.commit.branch, false).await.is_err() {
            return Err(Error::BadRequest("You are not allowed to push into this branch".to_owned()));
        }
        let FileChange { mut commit, path, action, executable, last_commit_id } = change;
        if let Some(expected) = last_commit_id {
            let repository = self.repository(&standing.project).await?;
            let from = commit.start.as_deref().unwrap_or(&commit.branch);
            if let Some(tip) = repository.resolve(from).await?
                && last_commit(&repository, &tip, &path).await? != expected
            {
                return Err(Error::BadRequest(
                    "You are attempting to update a file that has changed since you started editing it.".to_owned(),
                ));
            }
        }
        let creates = matches!(action, Action::Create { .. });
        commit.actions = vec![FileAction { path: path.clone(), action }];
        // A new file has its mode from the start.
        if let Some(executable) = executable.filter(|_| !creates) {
            commit.actions.push(FileAction { path, action: Action::Chmod { executable } });
        }
        match self.commit_checked(caller, &standing, commit).await {
            Ok(commit) => Ok((standing.project, commit)),
            // The path is in the address already.
            Err(Error::BadRequest(why)) => Err(Error::BadRequest(plain(&why))),
            Err(error) => Err(error),
        }
    }
}

fn plain(why: &str) -> String {
    match why.split_once(": ") {
        Some((sentence, _)) if sentence.starts_with("A file with this name") => sentence.to_owned(),
        _ => why.to_owned(),
    }
}

pub(super) fn file_missing(error: pipewright_git::Error) -> Error {
    match error {
        pipewright_git::Error::NotFound { .. } | pipewright_git::Error::BadName { .. } => Error::missing("File"),
        error => error.into(),
    }
}

/// The newest commit that changed a path; the one asked about where history does not tell.
async fn last_commit(repository: &Repository, rev: &str, path: &str) -> Result<String> {
    let query = LogQuery { rev: rev.to_owned(), path: Some(path.to_owned()), max: 1, ..LogQuery::default() };
    let found = repository.commits(&query).await?;
    Ok(found.into_iter().next().map_or_else(|| rev.to_owned(), |commit| commit.id))
}
/// Refuses a path that is neither file nor folder, before the first byte is sent.
async fn must_be_there(repository: &Repository, commit: &str, path: &str) -> Result<()> {
    use pipewright_git::Error::{BadName, NotFound};
    let path = path.trim_end_matches('/');
    match repository.file_info(commit, path).await {
        Ok(_) => Ok(()),
        Err(NotFound { .. }) => match repository.tree(commit, path, false).await {
            Ok(_) => Ok(()),
            Err(NotFound { .. }) => Err(Error::file()),
            Err(error) => Err(error.into()),
        },
        Err(BadName { .. }) => Err(Error::file()),
        Err(error) => Err(error.into()),
    }
}
