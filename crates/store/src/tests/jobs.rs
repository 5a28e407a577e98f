use super::pipelines::{any_project, insert, new_job, new_pipeline, stage};
use super::*;
use crate::{Error, artifacts, dependencies, jobs, pipelines, stages};
use pipewright_model::artifact::{Accessibility, FileFormat};
use pipewright_model::{Artifact, ArtifactId, Job, JobId, JobKind, Need, Pipeline, Scheduling, Status};

fn a_pipeline(tx: &crate::Tx<'_>) -> crate::Result<Pipeline> {
    let (_, project) = any_project(tx, "ann")?;
    insert(tx, &new_pipeline(project.id, "one"))
}

#[test]
fn a_job_comes_back_as_it_was_stored_and_changed() {
    for_both(async |db| {
        write(db, |tx| {
            let pipeline = a_pipeline(tx)?;
            let stage = stage(tx, pipeline.id, 0)?;
            let new = Job {
                environment: Some("review/é".to_owned()),
                resource_group: Some("lab".to_owned()),
                start_in: Some(60),
                ..new_job(&pipeline, stage, 0, "work")
            };
            let id = jobs::insert(tx, &new)?;
            assert_eq!(jobs::get(tx, id)?, Some(Job { id, ..new.clone() }));
            let changed = Job {
                id,
                status: Status::Failed,
                allow_failure: true,
                coverage: Some(12.5),
                failure_reason: Some("script_failure".to_owned()),
                exit_code: Some(137),
                debug_trace: true,
                finished_at: Some(START.plus_seconds(3)),
                artifacts_expire_at: Some(START.plus_seconds(99)),
                ..new
            };
            jobs::save(tx, &changed, Status::Pending)?;
            assert_eq!(jobs::get(tx, id)?, Some(changed.clone()));
            assert!(matches!(jobs::save(tx, &changed, Status::Pending), Err(Error::Conflict("job"))));
            Ok(())
        })
        .await;
    });
}

#[test]
fn the_machine_is_told_of_latest_attempts_their_needs_and_the_job_in_question() {
    for_both(async |db| {
        write(db, |tx| {
            let pipeline = a_pipeline(tx)?;
            let stage = stage(tx, pipeline.id, 0)?;
            let first = jobs::insert(tx, &new_job(&pipeline, stage, 0, "work"))?;
            let second = jobs::insert(tx, &new_job(&pipeline, stage, 0, "work"))?;
            jobs::mark_replaced(tx, pipeline.id, "work", second)?;
            let dag = Job { scheduling: Scheduling::Dag, ..new_job(&pipeline, stage, 0, "after") };
            let dag = jobs::insert(tx, &dag)?;
            let needs = [
                Need { name: "work".to_owned(), artifacts: true, optional: false },
                Need { name: "absent".to_owned(), artifacts: false, optional: true },
            ];
            jobs::insert_needs(tx, dag, &needs)?;
            let ids = |also| -> crate::Result<Vec<JobId>> {
                Ok(jobs::standings(tx, pipeline.id, also)?.iter().map(|standing| standing.id).collect())
            };
            assert_eq!(ids(None)?, [second, dag]);
            assert_eq!(ids(Some(first))?, [first, second, dag]);
            assert_eq!(jobs::replaced_attempts(tx, pipeline.id, "work")?, 1);
            assert_eq!(jobs::needs(tx, dag)?, needs);
            let of_pipeline = jobs::needs_of_pipeline(tx, pipeline.id)?;
            assert_eq!(of_pipeline, needs.map(|need| (dag, need)));
            Ok(())
        })
        .await;
    });
}

#[test]
fn definitions_played_variables_and_outputs_belong_to_their_job() {
    for_both(async |db| {
        write(db, |tx| {
            let pipeline = a_pipeline(tx)?;
            let stage = stage(tx, pipeline.id, 0)?;
            let id = jobs::insert(tx, &new_job(&pipeline, stage, 0, "work"))?;
            assert_eq!(jobs::definition(tx, id)?, None);
            jobs::insert_definition(tx, id, "{\"name\":\"work\"}", None)?;
            assert_eq!(jobs::definition(tx, id)?.as_deref(), Some("{\"name\":\"work\"}"));
            assert_eq!(jobs::played_variables(tx, id)?, None);
            jobs::set_played_variables(tx, id, &[1, 0, 2])?;
            assert_eq!(jobs::played_variables(tx, id)?, Some(vec![1, 0, 2]));
            jobs::replace_outputs(tx, id, &[("B".into(), vec![1]), ("A".into(), vec![2])])?;
            jobs::replace_outputs(tx, id, &[("C".into(), vec![3])])?;
            assert_eq!(jobs::outputs(tx, &[id])?, [(id, "C".to_owned(), vec![3])]);
            assert_eq!(jobs::handed_out(tx, id)?, None);
            jobs::set_handed_out(tx, id, &[8])?;
            jobs::set_handed_out(tx, id, &[9])?;
            jobs::replace_outputs(tx, id, &[("D".into(), vec![4])])?;
            assert_eq!(jobs::handed_out(tx, id)?, Some(vec![9]));
            assert_eq!(jobs::outputs(tx, &[id])?, [(id, "D".to_owned(), vec![4])]);
            jobs::forget_handed_out(tx, id)?;
            assert_eq!((jobs::handed_out(tx, id)?, jobs::outputs(tx, &[id])?.len()), (None, 1));
            pipelines::delete(tx, pipeline.id)?;
            assert_eq!(jobs::get(tx, id)?, None);
            Ok(())
        })
        .await;
    });
}

#[test]
fn a_stage_runs_when_a_job_of_it_does() {
    for_both(async |db| {
        write(db, |tx| {
            let pipeline = a_pipeline(tx)?;
            let first = stage(tx, pipeline.id, 0)?;
            stage(tx, pipeline.id, 1)?;
            stages::set_running(tx, first)?;
            stages::set_status(tx, pipeline.id, 1, Status::Created, Status::Skipped)?;
            let refused = stages::set_status(tx, pipeline.id, 1, Status::Created, Status::Success);
            assert!(matches!(refused, Err(Error::Conflict("stage"))));
            let now: Vec<_> = stages::of_pipeline(tx, pipeline.id)?.iter().map(|stage| stage.status).collect();
            assert_eq!(now, [Status::Running, Status::Skipped]);
            Ok(())
        })
        .await;
    });
}

pub(super) fn archive(job: &Job, id: JobId, file_type: &str) -> Artifact {
    Artifact {
        id: ArtifactId(0),
        job_id: id,
        project_id: job.project_id,
        file_type: file_type.to_owned(),
        file_format: FileFormat::Zip,
        filename: "artifacts.zip".to_owned(),
        size: 5_000_000_000,
        sha256: "0".repeat(64),
        blob_key: format!("jobs/{id}/{file_type}"),
        accessibility: Accessibility::Public,
        created_at: START,
        expires_at: Some(START.plus_seconds(60)),
    }
}

#[test]
fn dependencies_are_named_or_all_of_earlier_stages_that_left_something() {
    for_both(async |db| {
        write(db, |tx| {
            let pipeline = a_pipeline(tx)?;
            let (early, late) = (stage(tx, pipeline.id, 0)?, stage(tx, pipeline.id, 1)?);
            let with = new_job(&pipeline, early, 0, "with");
            let with_id = jobs::insert(tx, &with)?;
            artifacts::insert(tx, &archive(&with, with_id, "archive"))?;
            artifacts::insert(tx, &archive(&with, with_id, "junit"))?;
            let without = jobs::insert(tx, &new_job(&pipeline, early, 0, "without"))?;
            let outputs = jobs::insert(tx, &new_job(&pipeline, early, 0, "outputs"))?;
            jobs::replace_outputs(tx, outputs, &[("A".into(), vec![1])])?;
            jobs::insert(tx, &Job { kind: JobKind::Bridge, ..new_job(&pipeline, early, 0, "bridge") })?;
            let same_stage = new_job(&pipeline, late, 1, "beside");
            let same_id = jobs::insert(tx, &same_stage)?;
            artifacts::insert(tx, &archive(&same_stage, same_id, "archive"))?;
            let early = dependencies::of_earlier_stages(tx, pipeline.id, 1)?;
            assert_eq!(early.iter().map(|found| found.job_id).collect::<Vec<_>>(), [with_id, outputs]);
            assert_eq!(early[0].archive, Some(("artifacts.zip".to_owned(), 5_000_000_000)));
            let named = dependencies::by_names(tx, pipeline.id, &["without".into(), "beside".into()])?;
            assert_eq!(named.iter().map(|found| found.job_id).collect::<Vec<_>>(), [without, same_id]);
            assert_eq!(named[0].archive, None);
            Ok(())
        })
        .await;
    });
}
