//! Caches: zip files in a folder of this machine, one per project and key.

use std::fs;
use std::path::PathBuf;

use pipewright_wire::runner::Cache;

use super::Job;
use super::failure::Failure;
use crate::archive::{Wanted, collect, extract, write_zip};

/// Unpacks every cache there is. A cache that cannot be used is only a warning.
pub(super) async fn restore(job: &Job) -> Result<(), Failure> {
    let wanted = |cache: &&Cache| policy(job, cache) != "push";
    let caches: Vec<&Cache> = job.payload.cache.iter().filter(wanted).collect();
    if caches.is_empty() {
        return Ok(());
    }
    let _section = job.section("restore_cache", "Restoring cache");
    for cache in caches {
        restore_one(job, cache).await;
    }
    Ok(())
}

async fn restore_one(job: &Job, cache: &Cache) {
    for key in keys(job, cache) {
        let file = file_of(job, &key);
        if !file.is_file() {
            job.log.line(&format!("No cache for {key}"));
            continue;
        }
        job.log.green(&format!("Checking cache for {key}..."));
        let project = job.place.project.clone();
        match Job::blocking(move || extract(&file, &project)).await {
            Ok(count) => job.log.line(&format!("Successfully extracted cache: {count} entries")),
            Err(failure) => job.log.warn(&format!("the cache is not used: {}", failure.sentence())),
        }
        return;
    }
}

/// Packs every cache that wants to be kept after a job that ended like this.
pub(super) async fn save(job: &Job, succeeded: bool) {
    let wanted = |cache: &&Cache| {
        policy(job, cache) != "pull"
            && match cache.when.as_str() {
                "always" => true,
                "on_failure" => !succeeded,
                _ => succeeded,
            }
    };
    let caches: Vec<&Cache> = job.payload.cache.iter().filter(wanted).collect();
    if caches.is_empty() || !job.place.project.is_dir() {
        return;
    }
    let heading = if succeeded { "Saving cache for successful job" } else { "Saving cache for failed job" };
    let _section = job.section("archive_cache", heading);
    for cache in caches {
        if let Err(failure) = save_one(job, cache).await {
            job.log.warn(&format!("the cache is not kept: {}", failure.sentence()));
        }
    }
}

async fn save_one(job: &Job, cache: &Cache) -> Result<(), Failure> {
    let key = key(job, &cache.key);
    job.log.green(&format!("Creating cache {key}..."));
    let file = file_of(job, &key);
    let wanted = Wanted {
        paths: cache.paths.iter().map(|path| job.variables.expand(path)).collect(),
        exclude: Vec::new(),
        untracked: job.untracked(cache.untracked).await?,
    };
    let (project, log) = (job.place.project.clone(), job.log.clone());
    let count = Job::blocking(move || {
        let paths = collect(&project, &wanted, &log);
        if paths.is_empty() {
            return Ok(0);
        }
        let folder = file.parent().unwrap_or(&file);
        fs::create_dir_all(folder)?;
        // Jobs that read meanwhile see the old cache or the new one, never a half.
        let new = tempfile::NamedTempFile::new_in(folder)?;
        let count = write_zip(&project, &paths, 1, new.as_file(), &log)?;
        new.persist(&file).map_err(|error| error.error)?;
        Ok(count)
    });
    match count.await? {
        0 => job.log.line("No files to keep"),
        count => job.log.line(&format!("Created cache: {count} entries")),
    }
    Ok(())
}

fn policy(job: &Job, cache: &Cache) -> String {
    job.variables.expand(&cache.policy)
}

/// The cache's own key, then those to fall back to.
fn keys(job: &Job, cache: &Cache) -> Vec<String> {
    let mut all = vec![key(job, &cache.key)];
    all.extend(cache.fallback_keys.iter().map(|text| job.variables.expand(text)));
    let global = job.variables.filled("CACHE_FALLBACK_KEY");
    // A job of an unprotected branch must not reach a protected cache by naming it.
    let global = global.filter(|text| !text.ends_with("-protected"));
    all.extend(global.map(str::to_owned));
    all.retain(|text| !text.is_empty());
    all
}

fn key(job: &Job, text: &str) -> String {
    match job.variables.expand(text) {
        expanded if !expanded.is_empty() => expanded,
        _ => format!("{}/{}", job.payload.job_info.name, job.payload.git_info.ref_name),
    }
}

fn file_of(job: &Job, key: &str) -> PathBuf {
    let project = job.payload.job_info.project_id.to_string();
    let folder = job.config.cache_dir.join(job.config.short_token());
    folder.join(project).join(format!("{}.zip", file_name(key)))
}

/// A key as a file name: what is not plain is written as hex digits, so no two keys share one.
fn file_name(key: &str) -> String {
    let plain = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => char::from(byte).to_string(),
        other => format!("%{other:02x}"),
    };
    let name: String = key.bytes().take(60).map(plain).collect();
    if key.len() <= 60 {
        return name;
    }
    format!("{name}~{:08x}", crc32fast::hash(key.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn keys_cannot_leave_their_folder() {
        assert_eq!(file_name("../../x y"), "%2e%2e%2f%2e%2e%2fx%20y");
        assert_ne!(file_name(&"a".repeat(130)), file_name(&"a".repeat(131)));
    }
}
