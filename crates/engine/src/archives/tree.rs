//! What is in an archive (Jobs API contract §7.8).

use super::directory::{self, Entry};
use super::source::Stored;
use crate::access::ProjectRef;
use crate::reading::find;
use crate::{Caller, Engine, Error, Result};
use pipewright_model::JobId;
use std::collections::BTreeMap;

/// A file or folder of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeItem {
    /// Its path; a folder's ends with a slash.
    pub path: String,
    /// Bytes of a file; `None` for a folder.
    pub size: Option<u64>,
}

impl TreeItem {
    /// The last part of its path.
    pub fn name(&self) -> &str {
        self.path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
    }
}

impl Engine {
    /// Files and folders below `path` of a job's archive: its children, or everything.
    pub async fn archive_tree(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        id: JobId,
        path: &str,
        recursive: bool,
    ) -> Result<Vec<TreeItem>> {
        let archive = self.find_archive(caller, project, move |tx, standing| find(tx, standing, id), true).await?;
        let archive = archive.ok_or_else(|| Error::missing("Artifacts"))?;
        let entries = directory::read(&Stored { blobs: &self.blobs, key: &archive.blob_key }, archive.size).await?;
        let entries = entries.ok_or_else(|| Error::missing("Artifacts metadata"))?;
        list(&entries, path, recursive).ok_or_else(|| Error::missing("Path"))
    }
}

/// Bytes of all names and of their folders' names. An archive with more has no tree: a few long names can
/// mean millions of folders, each compared with the others over tens of kilobytes.
pub(crate) const MOST: usize = 256 << 20;

/// Names that could leave a folder are no part of the tree.
pub(super) fn is_safe(name: &str) -> bool {
    !name.starts_with('/') && !name.trim_end_matches('/').split('/').any(|part| matches!(part, "" | "." | ".."))
}

pub(super) fn list(entries: &[Entry], path: &str, recursive: bool) -> Option<Vec<TreeItem>> {
    let mut all: BTreeMap<&str, Option<u64>> = BTreeMap::new();
    let mut work = 0;
    for entry in entries.iter().filter(|entry| is_safe(&entry.name)) {
        let name = entry.name.as_str();
        // From the inside out, as far as they are news.
        for (at, _) in name.rmatch_indices('/') {
            work += at;
            if work > MOST || all.insert(&name[..=at], None).is_some() {
                break;
            }
        }
        work += name.len();
        if work > MOST {
            return None;
        }
        if !entry.is_folder() {
            all.insert(name, Some(entry.size));
        }
    }
    let root = path.trim_matches('/');
    let prefix = if root.is_empty() { String::new() } else { format!("{root}/") };
    if !prefix.is_empty() && !all.contains_key(prefix.as_str()) {
        return None;
    }
    let child = |path: &str| recursive || !path[prefix.len()..].trim_end_matches('/').contains('/');
    let mut items: Vec<TreeItem> = all
        .into_iter()
        .filter(|(path, _)| path.len() > prefix.len() && path.starts_with(&prefix) && child(path))
        .map(|(path, size)| TreeItem { path: path.to_owned(), size })
        .collect();
    if !recursive {
        items.sort_by_key(|item| item.size.is_some());
    }
    Some(items)
}

#[cfg(test)]
mod tests {
    use super::{Entry, list};

    fn paths(path: &str, recursive: bool) -> Option<Vec<String>> {
        let names = ["b.txt", "a/x/1", "a/y", "../etc/passwd", "/abs", "z/"];
        let entry = |name: &&str| Entry {
            name: (*name).to_owned(),
            size: 1,
            packed: 1,
            method: 0,
            offset: 0,
            encrypted: false,
            ..Entry::default()
        };
        let entries: Vec<_> = names.iter().map(entry).collect();
        list(&entries, path, recursive).map(|items| items.into_iter().map(|item| item.path).collect())
    }

    #[test]
    fn folders_come_first_and_are_implied_by_their_files() {
        assert_eq!(paths("", false).unwrap(), ["a/", "z/", "b.txt"]);
        assert_eq!(paths("a", false).unwrap(), ["a/x/", "a/y"]);
        assert_eq!(paths("a/", true).unwrap(), ["a/x/", "a/x/1", "a/y"]);
        assert_eq!(paths("nowhere", false), None);
    }
}
