//! `cache:key:files`: the key is a digest of files' contents at the pipeline's commit, put into the plan
//! when the pipeline is made (CI YAML contract §11, "cache").

use crate::{Error, Result};
use globset::GlobBuilder;
use pipewright_ci_config::Plan;
use pipewright_ci_config::plan::CacheKey;
use pipewright_git::read::LogQuery;
use pipewright_git::{Error as GitError, Repository};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// Characters of a digest in a key.
const DIGEST: usize = 40;

/// Puts digests in place of names. Keys that are the same are looked up once.
pub(super) async fn resolve(plan: &mut Plan, repository: &Repository, sha: &str) -> Result<()> {
    let mut known: HashMap<(bool, Vec<String>), Option<String>> = HashMap::new();
    for cache in plan.jobs.iter_mut().flat_map(|job| &mut job.cache) {
        let (by_commits, files, prefix) = match &cache.key {
            CacheKey::Text(_) => continue,
            CacheKey::Files { files, prefix } => (false, files.clone(), prefix.clone()),
            CacheKey::FilesCommits { files, prefix } => (true, files.clone(), prefix.clone()),
        };
        let question = (by_commits, files);
        let digest = if let Some(digest) = known.get(&question) {
            digest.clone()
        } else {
            let digest = digest(repository, sha, by_commits, &question.1).await?;
            known.insert(question, digest.clone());
            digest
        };
        let digest = digest.unwrap_or_else(|| "default".to_owned());
        cache.key = CacheKey::Text(prefix.map_or_else(|| digest.clone(), |prefix| format!("{prefix}-{digest}")));
    }
    Ok(())
}

/// `None` where there is no such file.
async fn digest(repository: &Repository, sha: &str, by_commits: bool, files: &[String]) -> Result<Option<String>> {
    let mut hash = Sha256::new();
    let mut any = false;
    for path in named(repository, sha, files).await? {
        let part = if by_commits {
            let query =
                LogQuery { rev: sha.to_owned(), path: Some(path.clone()), since: None, until: None, skip: 0, max: 1 };
            repository.commits(&query).await?.pop().map(|commit| commit.id)
        } else {
            match repository.file_info(sha, &path).await {
                Ok(info) => Some(info.id),
                Err(GitError::NotFound { .. } | GitError::BadName { .. }) => None,
                Err(error) => return Err(error.into()),
            }
        };
        if let Some(part) = part {
            any = true;
            hash.update(path.as_bytes());
            hash.update(b"\0");
            hash.update(part.as_bytes());
            hash.update(b"\n");
        }
    }
    Ok(any.then(|| hex::encode(hash.finalize()).chars().take(DIGEST).collect()))
}

/// The files meant, patterns written out, in the order of their names.
async fn named(repository: &Repository, sha: &str, files: &[String]) -> Result<Vec<String>> {
    let (patterns, mut paths): (Vec<&String>, Vec<&String>) =
        files.iter().partition(|file| file.contains(['*', '?', '[', '{']));
    let mut found: Vec<String> = paths.drain(..).cloned().collect();
    if !patterns.is_empty() {
        let all = repository.paths(sha).await?;
        for pattern in patterns {
            let glob = GlobBuilder::new(pattern).literal_separator(true).build();
            let Ok(glob) = glob.map(|glob| glob.compile_matcher()) else { continue };
            found.extend(all.iter().filter(|path| glob.is_match(path)).cloned());
        }
    }
    found.sort();
    found.dedup();
    Ok::<_, Error>(found)
}
