//! Branches, tags, folders and files.

use super::commit::commit;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pipewright_engine::repository::history::{BlamedLines, FileDiff};
use pipewright_engine::repository::{branches, files, tags};
use pipewright_engine::search::FoundCode;
use pipewright_git::read;
use pipewright_model::{Commit, Pipeline, Project, ProjectId};
use pipewright_wire::repository::{Blamed, Blob, Branch, CommitDetail, Diff, File, NamedRef, Tag, TreeEntry};
use pipewright_wire::search::FoundBlob;

/// A branch.
pub(crate) fn branch(branch: &branches::Branch, base: &str, project: &str) -> Branch {
    Branch {
        name: branch.name.clone(),
        commit: commit(&branch.commit, base, project),
        merged: branch.merged,
        protected: branch.protected,
        developers_can_push: branch.developers_can_push,
        developers_can_merge: branch.developers_can_merge,
        can_push: branch.can_push,
        default: branch.default,
        web_url: format!("{base}/{project}/-/tree/{}", branch.name),
    }
}

/// A tag.
pub(crate) fn tag(tag: &tags::Tag, base: &str, project: &str) -> Tag {
    Tag {
        name: tag.tag.name.clone(),
        message: Some(tag.tag.message.clone().unwrap_or_default().trim_end().to_owned()),
        target: tag.tag.target.clone(),
        commit: commit(&tag.commit, base, project),
        release: None,
        protected: tag.protected,
        created_at: tag.tag.message.as_ref().map(|_| tag.commit.committed_date.clone()),
    }
}

/// An entry of a folder.
pub(crate) fn entry(entry: &read::TreeEntry) -> TreeEntry {
    TreeEntry {
        id: entry.id.clone(),
        name: entry.name().to_owned(),
        kind: entry.kind.name().to_owned(),
        path: entry.path.clone(),
        mode: entry.mode.clone(),
    }
}

/// A file with its content.
pub(crate) fn file(file: &files::File, ref_name: &str) -> File {
    File {
        file_name: file.path.rsplit('/').next().unwrap_or_default().to_owned(),
        file_path: file.path.clone(),
        size: file.blob.info.size,
        encoding: "base64".to_owned(),
        content: STANDARD.encode(&file.blob.bytes),
        content_sha256: file.sha256.clone(),
        ref_name: ref_name.to_owned(),
        blob_id: file.blob.info.id.clone(),
        commit_id: file.commit_id.clone(),
        last_commit_id: file.last_commit_id.clone(),
        execute_filemode: file.blob.info.mode == "100755",
    }
}

/// A place in the code.
pub(crate) fn found(found: FoundCode, rev: &str, project: ProjectId) -> FoundBlob {
    let name = found.path.rfind('/').map_or(0, |slash| slash + 1);
    // A name that begins with its only dot has no ending.
    let end = found.path[name..].rfind('.').filter(|dot| *dot > 0).map_or(found.path.len(), |dot| name + dot);
    FoundBlob {
        basename: found.path[..end].to_owned(),
        data: found.text,
        filename: found.path.clone(),
        path: found.path,
        id: found.id,
        ref_name: rev.to_owned(),
        startline: found.line,
        project_id: project.0,
    }
}

/// A commit by itself, with its newest pipeline.
pub(crate) fn commit_detail(found: &Commit, newest: Option<&Pipeline>, project: &Project, base: &str) -> CommitDetail {
    CommitDetail {
        commit: commit(found, base, &project.full_path),
        stats: None,
        status: newest.map(|pipeline| pipeline.status.as_str().to_owned()),
        project_id: project.id.0,
        last_pipeline: newest.map(|pipeline| super::pipeline::basic(pipeline, base, &project.full_path)),
    }
}

/// A file that a commit changes.
pub(crate) fn diff(found: FileDiff) -> Diff {
    let FileDiff { change, text } = found;
    let mode = |mode: String| if mode == "000000" { "0".to_owned() } else { mode };
    Diff {
        diff: text,
        new_file: change.kind == 'A',
        renamed_file: change.kind == 'R',
        deleted_file: change.kind == 'D',
        old_path: change.old_path,
        new_path: change.new_path,
        a_mode: mode(change.old_mode),
        b_mode: mode(change.new_mode),
        generated_file: false,
        collapsed: false,
        too_large: false,
    }
}

/// A branch or tag that holds a commit.
pub(crate) fn named(found: read::Named) -> NamedRef {
    NamedRef { kind: if found.tag { "tag" } else { "branch" }, name: found.name }
}

/// A file's content by its own id.
pub(crate) fn blob(found: &read::Blob) -> Blob {
    Blob {
        size: found.info.size,
        encoding: "base64".to_owned(),
        content: STANDARD.encode(&found.bytes),
        sha: found.info.id.clone(),
    }
}

/// Lines one commit has left in a file.
pub(crate) fn blamed(found: BlamedLines, base: &str, project: &str) -> Blamed {
    Blamed { commit: commit(&found.commit, base, project), lines: found.lines }
}
