use super::jobs::archive;
use super::pipelines::{any_project, insert, new_job, new_pipeline, stage};
use super::*;
use crate::traces::{self, Trace};
use crate::{Error, artifacts, blob_deletions, jobs, pipelines};
use pipewright_model::{Job, JobId, Pipeline, Status};

fn a_job(tx: &crate::Tx<'_>) -> crate::Result<(Pipeline, Job)> {
    let (_, project) = any_project(tx, "ann")?;
    let pipeline = insert(tx, &Pipeline { status: Status::Success, ..new_pipeline(project.id, "one") })?;
    let stage = stage(tx, pipeline.id, 0)?;
    let job = new_job(&pipeline, stage, 0, "work");
    let id = jobs::insert(tx, &job)?;
    Ok((pipeline, Job { id, ..job }))
}

fn append(tx: &crate::Tx<'_>, job: JobId, data: &[u8]) -> crate::Result<()> {
    traces::create(tx, job)?;
    let trace = traces::get(tx, job)?.expect("it was made");
    traces::append(tx, &trace, data, u32::MAX)
}

#[test]
fn a_log_grows_at_its_end_and_is_read_from_anywhere() {
    for_both(async |db| {
        write(db, |tx| {
            let (_, job) = a_job(tx)?;
            assert_eq!(traces::get(tx, job.id)?, None);
            for part in [&b"abc"[..], b"\0\xff", b"fgh"] {
                append(tx, job.id, part)?;
            }
            let trace = traces::get(tx, job.id)?.expect("it is there");
            assert_eq!((trace.size, trace.crc32), (8, u32::MAX));
            let whole = b"abc\0\xfffgh";
            for from in 0..=9_usize {
                for to in from..=9 {
                    let expected = &whole[from.min(8)..to.min(8)];
                    assert_eq!(traces::bytes(tx, job.id, from as i64, to as i64)?, expected, "{from}..{to}");
                }
            }
            traces::rewrite_chunk(tx, job.id, 3, b"xy")?;
            assert_eq!(traces::bytes(tx, job.id, 2, 6)?, b"cxyf");
            Ok(())
        })
        .await;
    });
}

#[test]
fn an_append_elsewhere_than_at_the_end_is_refused() {
    for_both(async |db| {
        let stale = write(db, |tx| {
            let (_, job) = a_job(tx)?;
            append(tx, job.id, b"abc")?;
            Ok(Trace { job_id: job.id, size: 1, crc32: 0, blob_key: None })
        })
        .await;
        let refused = db.write(move |tx| traces::append(tx, &stale, b"x", 0)).await;
        assert!(matches!(refused, Err(Error::Conflict("log"))), "{refused:?}");
    });
}

#[test]
fn the_logs_of_ended_jobs_move_to_blobs() {
    for_both(async |db| {
        write(db, |tx| {
            let (_, mut job) = a_job(tx)?;
            append(tx, job.id, b"abc")?;
            assert_eq!(traces::to_move(tx, JobId(0), 10)?, [], "the job has not ended");
            job.status = Status::Canceled;
            jobs::save(tx, &job, Status::Pending)?;
            let found = traces::to_move(tx, JobId(0), 10)?;
            assert_eq!(found.len(), 1);
            traces::moved_to_blob(tx, &found[0], "some/key")?;
            assert_eq!(traces::to_move(tx, JobId(0), 10)?, []);
            assert_eq!(traces::bytes(tx, job.id, 0, 3)?, b"");
            let trace = traces::get(tx, job.id)?.expect("the row stays");
            assert_eq!((trace.size, trace.blob_key.as_deref()), (3, Some("some/key")));
            traces::delete(tx, job.id)?;
            assert_eq!(traces::get(tx, job.id)?, None);
            Ok(())
        })
        .await;
    });
}

#[test]
fn artifacts_are_one_of_a_type_and_expire() {
    for_both(async |db| {
        let (pipeline, job) = write(db, a_job).await;
        let one = archive(&job, job.id, "archive");
        let second = one.clone();
        let id = job.id;
        write(db, move |tx| {
            let made = artifacts::insert(tx, &one)?;
            assert_eq!(
                artifacts::of_type(tx, id, "archive")?,
                Some(pipewright_model::Artifact { id: made, ..one.clone() })
            );
            assert_eq!(artifacts::of_job(tx, id)?.len(), 1);
            assert_eq!(artifacts::of_pipeline(tx, pipeline.id)?.len(), 1);
            assert_eq!(artifacts::expired(tx, START.plus_seconds(59), 10)?, []);
            assert_eq!(artifacts::expired(tx, START.plus_seconds(60), 10)?.len(), 1);
            assert!(artifacts::is_of_latest_success(tx, id)?);
            Ok(())
        })
        .await;
        let refused = db.write(move |tx| artifacts::insert(tx, &second).map(|_| ())).await;
        assert!(matches!(refused, Err(Error::Duplicate(_))), "{refused:?}");
        write(db, move |tx| {
            let newer = pipelines::get(tx, pipeline.id)?.expect("it is there");
            insert(tx, &newer)?;
            assert!(!artifacts::is_of_latest_success(tx, id)?, "a newer success takes over");
            artifacts::set_expiry(tx, id, None)?;
            assert_eq!(artifacts::expired(tx, START.plus_seconds(99), 10)?, []);
            Ok(())
        })
        .await;
    });
}

#[test]
fn deletions_are_listed_until_they_are_done() {
    for_both(async |db| {
        write(db, |tx| {
            for key in ["b", "a", "b"] {
                blob_deletions::insert(tx, key)?;
            }
            assert_eq!(blob_deletions::some_after(tx, "", 10)?, ["a", "b"]);
            assert_eq!(blob_deletions::some_after(tx, "a", 10)?, ["b"]);
            blob_deletions::remove(tx, "a")?;
            assert_eq!(blob_deletions::some_after(tx, "", 10)?, ["b"]);
            Ok(())
        })
        .await;
    });
}
