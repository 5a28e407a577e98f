//! Artifacts of earlier jobs (runner protocol §8.5).

use pipewright_wire::runner::Dependency;

use super::Job;
use super::failure::Failure;
use crate::archive::extract;

/// Downloads and unpacks the archive of every dependency that has one.
pub(super) async fn download(job: &Job) -> Result<(), Failure> {
    let has_archive = |dependency: &&Dependency| {
        let file = dependency.artifacts_file.as_ref();
        file.is_some_and(|file| !file.filename.is_empty())
    };
    let all: Vec<&Dependency> = job.payload.dependencies.iter().filter(has_archive).collect();
    if all.is_empty() {
        return Ok(());
    }
    let _section = job.section("download_artifacts", "Downloading artifacts");
    for dependency in all {
        download_one(job, dependency).await?;
    }
    Ok(())
}

async fn download_one(job: &Job, dependency: &Dependency) -> Result<(), Failure> {
    let Dependency { id, name, token, .. } = dependency;
    job.log.green(&format!("Downloading artifacts for {name} ({id})..."));
    let file = job.place.temporary.join(format!("dependency-{id}.zip"));
    let trouble = |why: String| Failure::System(format!("the artifacts of {name} ({id}): {why}"));
    job.client.download(*id, token, &file).await.map_err(|error| trouble(error.to_string()))?;
    let (archive, project) = (file.clone(), job.place.project.clone());
    let count = Job::blocking(move || extract(&archive, &project)).await;
    let count = count.map_err(|failure| trouble(failure.sentence()))?;
    job.log.line(&format!("Unpacked {count} entries"));
    // It goes with the job's temporary folder anyway; this is for the disk's sake.
    let _ = std::fs::remove_file(&file);
    Ok(())
}
