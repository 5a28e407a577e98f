//! Uploading what a job made (runner protocol §8.1).

use std::time::Duration;

use tempfile::NamedTempFile;

use pipewright_wire::runner::Artifact;

use super::Job;
use super::failure::Failure;
use crate::archive::{Wanted, collect, write_gzip, write_raw, write_zip};
use crate::client::{ArtifactAnswer, Upload};

/// Wait between two tries of an upload.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// Uploads every artifact that is wanted of a job that ended like this; the first failure is
/// returned after all were tried.
pub(super) async fn upload(job: &Job, succeeded: bool) -> Result<(), Failure> {
    let wanted = |artifact: &&Artifact| match artifact.when.as_deref() {
        Some("always") => true,
        Some("on_failure") => !succeeded,
        _ => succeeded,
    };
    let all: Vec<&Artifact> = job.payload.artifacts.iter().filter(wanted).collect();
    if all.is_empty() || !job.place.project.is_dir() {
        return Ok(());
    }
    let (name, heading) = if succeeded {
        ("upload_artifacts_on_success", "Uploading artifacts for successful job")
    } else {
        ("upload_artifacts_on_failure", "Uploading artifacts for failed job")
    };
    let _section = job.section(name, heading);
    let mut result = Ok(());
    for artifact in all {
        let one = upload_one(job, artifact).await;
        if let Err(failure) = &one {
            job.log.error(&format!("{}: {}", artifact.artifact_type, failure.sentence()));
        }
        result = result.and(one);
    }
    result
}

async fn upload_one(job: &Job, artifact: &Artifact) -> Result<(), Failure> {
    job.log.green("Uploading artifacts...");
    let format = artifact.artifact_format.clone().unwrap_or_else(|| "zip".to_owned());
    let Some(file) = pack(job, artifact, &format).await? else {
        job.log.warn("No files to upload");
        return Ok(());
    };
    let upload = Upload {
        kind: artifact.artifact_type.clone(),
        filename: file_name(job, artifact, &format),
        format,
        expire_in: artifact.expire_in.clone(),
    };
    send(job, &upload, &file).await
}

/// Packs the matching files; `None` if there are none.
async fn pack(job: &Job, artifact: &Artifact, format: &str) -> Result<Option<NamedTempFile>, Failure> {
    let expand = |list: &[String]| list.iter().map(|path| job.variables.expand(path)).collect();
    let wanted = Wanted {
        paths: expand(&artifact.paths),
        exclude: expand(&artifact.exclude),
        untracked: job.untracked(artifact.untracked.unwrap_or(false)).await?,
    };
    let (project, log) = (job.place.project.clone(), job.log.clone());
    let (folder, format) = (job.place.temporary.clone(), format.to_owned());
    let level = level(job);
    Job::blocking(move || {
        let paths = collect(&project, &wanted, &log);
        let mut file = NamedTempFile::new_in(folder)?;
        let count = match format.as_str() {
            _ if paths.is_empty() => 0,
            "gzip" => write_gzip(&project, &paths, file.as_file_mut())?,
            "raw" => write_raw(&project, &paths, file.as_file_mut())?,
            _ => write_zip(&project, &paths, level, file.as_file(), &log)?,
        };
        Ok((count > 0).then_some(file))
    })
    .await
}

async fn send(job: &Job, upload: &Upload, file: &NamedTempFile) -> Result<(), Failure> {
    let (id, token) = (job.payload.id, &job.payload.token);
    let size = file.path().metadata().map_or(0, |metadata| metadata.len());
    let what = format!("{} as \"{}\"", upload.filename, upload.kind);
    let mut tries = 1;
    loop {
        let answer = job.client.upload(id, token, upload, file.path()).await;
        match answer.map_err(|error| Failure::disk(file.path(), &error))? {
            ArtifactAnswer::Stored => {
                job.log.line(&format!("Uploaded {what}: {size} bytes"));
                return Ok(());
            }
            ArtifactAnswer::Refused(why) => {
                return Err(Failure::Refused(format!("{what} ({size} bytes) was refused: {why}")));
            }
            ArtifactAnswer::Trouble(most, why) if tries >= most => {
                return Err(Failure::Refused(format!("{what} could not be uploaded: {why}")));
            }
            ArtifactAnswer::Trouble(_, why) => {
                job.log.warn(&format!("{what} could not be uploaded yet: {why}"));
                tries += 1;
                tokio::time::sleep(TRY_AGAIN).await;
            }
        }
    }
}

fn file_name(job: &Job, artifact: &Artifact, format: &str) -> String {
    let name = match artifact.name.as_deref() {
        None | Some("") => "artifacts".to_owned(),
        Some(name) => job.variables.expand(name),
    };
    let safe = |c: char| if c == '/' || c == '\\' || c.is_control() { '_' } else { c };
    let name: String = name.chars().map(safe).collect();
    let name = if name.is_empty() { "default".to_owned() } else { name };
    match format {
        "gzip" => format!("{name}.gz"),
        "raw" => name,
        _ => format!("{name}.zip"),
    }
}

fn level(job: &Job) -> i64 {
    match job.variables.get("ARTIFACT_COMPRESSION_LEVEL") {
        Some("fastest") => 0,
        Some("fast") => 1,
        Some("slow") => 7,
        Some("slowest") => 9,
        _ => 6,
    }
}
