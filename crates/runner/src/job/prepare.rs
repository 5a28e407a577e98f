//! The stages before the scripts: the place, the sources, what other jobs left.

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use super::failure::Failure;
use super::{Job, cache, dependencies, sources, write_private};

/// Makes everything ready for the scripts.
pub(super) async fn prepare(job: &Job) -> Result<(), Failure> {
    executor(job)?;
    environment(job)?;
    sources::get_sources(job).await?;
    cache::restore(job).await?;
    dependencies::download(job).await
}

fn executor(job: &Job) -> Result<(), Failure> {
    let _section = job.section("prepare_executor", "Preparing the \"shell\" executor");
    job.log.line(&format!("Using Shell ({}) executor...", job.shell.name()));
    let payload = &job.payload;
    if payload.image.is_some() || !payload.services.is_empty() {
        job.log.warn("this runner runs scripts in the machine's own shell; image and services are ignored");
    }
    let known = |name: &str| matches!(name, "script" | "after_script");
    if let Some(step) = payload.steps.iter().find(|step| !known(&step.name)) {
        return Err(Failure::Configuration(format!("this runner has no step {:?}", step.name)));
    }
    match payload.run {
        Some(_) => Err(Failure::Configuration("this runner has no support for `run`".to_owned())),
        None => Ok(()),
    }
}

fn environment(job: &Job) -> Result<(), Failure> {
    let _section = job.section("prepare_script", "Preparing environment");
    job.log.line(&format!("Running on {}...", host_name()));
    let place = &job.place;
    remove(&place.temporary).map_err(|error| Failure::disk(&place.temporary, &error))?;
    for folder in [&place.project, &place.temporary] {
        make(folder).map_err(|error| Failure::disk(folder, &error))?;
    }
    for (file, content) in &job.variables.files {
        write_private(file, content).map_err(|error| Failure::disk(file, &error))?;
    }
    Ok(())
}

fn make(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Removes a folder that may not be there.
pub(super) fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn host_name() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname");
    name.map_or_else(|_| "this machine".to_owned(), |name| name.trim().to_owned())
}
