//! Which files belong to an archive.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use super::patterns::Pattern;
use crate::trace::JobLog;

/// What an archive shall hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// Patterns relative to the project's folder.
    pub(crate) paths: Vec<String>,
    /// Patterns of paths to leave out.
    pub(crate) exclude: Vec<String>,
    /// Files git does not track, each ended by NUL, if they belong to it.
    pub(crate) untracked: Option<Vec<u8>>,
}

/// The matching paths, relative to `project`, parents before children. Says in the log what each
/// pattern found. Blocks on the disk.
pub(crate) fn collect(project: &Path, wanted: &Wanted, log: &JobLog) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for text in &wanted.paths {
        let pattern = match Pattern::parse(text, project) {
            Ok(pattern) => pattern,
            Err(why) => {
                log.warn(&why);
                continue;
            }
        };
        let before = found.len();
        find(project, &pattern, &mut found);
        let count = found.len() - before;
        if count == 0 && !exists(project, &pattern, &found) {
            log.warn(&format!("{text}: no matching files. Paths are relative to the project's folder."));
        } else {
            log.line(&format!("{text}: found {count} matching files and directories"));
        }
    }
    if let Some(list) = &wanted.untracked {
        let before = found.len();
        add_untracked(project, list, &mut found);
        log.line(&format!("untracked: found {} files", found.len() - before));
    }
    exclude(project, wanted, &mut found, log);
    if found.iter().any(|path| path.starts_with(".git")) {
        log.warn("parts of the .git folder are on the list of files to archive");
    }
    found
}

/// Whether an earlier pattern found everything this one matches.
fn exists(project: &Path, pattern: &Pattern, found: &BTreeSet<PathBuf>) -> bool {
    match &pattern.matcher {
        None => project.join(&pattern.literal).symlink_metadata().is_ok(),
        Some(_) => found.iter().any(|path| pattern.matches(path)),
    }
}

fn find(project: &Path, pattern: &Pattern, found: &mut BTreeSet<PathBuf>) {
    let start = &pattern.literal;
    if pattern.matcher.is_none() {
        if project.join(start).symlink_metadata().is_ok() {
            add_all(project, start, found);
        }
        return;
    }
    let mut folders = vec![(start.clone(), 1)];
    while let Some((folder, depth)) = folders.pop() {
        if pattern.depth.is_some_and(|most| depth > most) {
            continue;
        }
        for path in children(project, &folder) {
            if pattern.matches(&path) {
                add_all(project, &path, found);
            } else if is_folder(&project.join(&path)) {
                folders.push((path, depth + 1));
            }
        }
    }
}

/// Adds a path and everything below it. Links are not followed.
fn add_all(project: &Path, path: &Path, found: &mut BTreeSet<PathBuf>) {
    let mut left = vec![path.to_owned()];
    while let Some(path) = left.pop() {
        if is_folder(&project.join(&path)) {
            left.extend(children(project, &path));
        }
        // The project's folder itself has no entry.
        if !path.as_os_str().is_empty() {
            found.insert(path);
        }
    }
}

fn is_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir())
}

fn children(project: &Path, folder: &Path) -> Vec<PathBuf> {
    // A folder that cannot be read has nothing to give; it may have vanished meanwhile.
    let Ok(entries) = fs::read_dir(project.join(folder)) else {
        return Vec::new();
    };
    let names = entries.filter_map(|entry| Some(entry.ok()?.file_name()));
    names.map(|name| folder.join(name)).collect()
}

fn add_untracked(project: &Path, list: &[u8], found: &mut BTreeSet<PathBuf>) {
    for name in list.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        // A repository inside the repository is listed as a folder.
        let name = name.strip_suffix(b"/").unwrap_or(name);
        let path = PathBuf::from(std::ffi::OsString::from_vec(name.to_vec()));
        add_all(project, &path, found);
    }
}

fn exclude(project: &Path, wanted: &Wanted, found: &mut BTreeSet<PathBuf>, log: &JobLog) {
    for text in &wanted.exclude {
        match Pattern::parse(text, project) {
            Ok(pattern) => {
                let before = found.len();
                found.retain(|path| !pattern.matches(path));
                if found.len() < before {
                    log.line(&format!("{text}: excluded {} files", before - found.len()));
                }
            }
            Err(why) => log.warn(&why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Wanted, collect};
    use crate::trace::{JobLog, Masker};
    use std::fs;

    fn found(paths: &[&str], exclude: &[&str]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path();
        fs::create_dir_all(project.join("out/deep")).unwrap();
        for file in ["out/a.o", "out/deep/b.o", "out/deep/c.txt", "top.txt"] {
            fs::write(project.join(file), "x").unwrap();
        }
        std::os::unix::fs::symlink("out", project.join("link")).unwrap();
        let log = JobLog::new(Masker::new(Vec::new(), &[]), 10_000).unwrap();
        let words = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
        let wanted = Wanted { paths: words(paths), exclude: words(exclude), untracked: None };
        let set = collect(project, &wanted, &log);
        set.iter().map(|path| path.to_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn folders_bring_what_is_below_them_and_links_stay_links() {
        let all = ["out", "out/a.o", "out/deep", "out/deep/b.o", "out/deep/c.txt"];
        assert_eq!(found(&["out/"], &[]), all);
        assert_eq!(found(&["link"], &[]), ["link"]);
        assert_eq!(found(&["**/*.o"], &[]), ["out/a.o", "out/deep/b.o"]);
        assert_eq!(found(&["*.txt"], &[]), ["top.txt"]);
        assert_eq!(found(&["."], &[]).len(), 7);
        assert_eq!(found(&["nothing", "../x"], &[]).len(), 0);
    }

    #[test]
    fn exclusion_is_not_recursive() {
        assert_eq!(found(&["out"], &["out/*"]), ["out", "out/deep/b.o", "out/deep/c.txt"]);
        assert_eq!(found(&["out"], &["out/**"]), ["out"]);
    }
}
