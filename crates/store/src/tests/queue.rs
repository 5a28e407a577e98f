use super::pipelines::{any_project, insert, new_job, new_pipeline, stage};
use super::*;
use crate::queue::{self, Claim};
use crate::{jobs, managers, runners};
use pipewright_model::{
    Job, JobId, JobKind, Runner, RunnerId, RunnerManager, RunnerManagerId, RunnerType, Status, Timestamp, TokenDigest,
};

fn a_machine(tx: &crate::Tx<'_>) -> crate::Result<(RunnerId, RunnerManagerId)> {
    let runner = Runner {
        id: RunnerId(0),
        runner_type: RunnerType::Instance,
        short_token: "short".to_owned(),
        description: String::new(),
        maintenance_note: None,
        active: true,
        locked: false,
        run_untagged: true,
        ref_protected: false,
        maximum_timeout: None,
        tags: Vec::new(),
        legacy: false,
        created_by: None,
        created_at: START,
        contacted_at: None,
        token_expires_at: None,
    };
    let runner = runners::insert(tx, &runner, &TokenDigest("runner".to_owned()))?;
    let manager = RunnerManager {
        id: RunnerManagerId(0),
        runner_id: runner,
        system_id: "s_1".to_owned(),
        version: None,
        revision: None,
        platform: None,
        architecture: None,
        name: None,
        executor: None,
        ip_address: None,
        features: Vec::new(),
        created_at: START,
        contacted_at: None,
    };
    Ok((runner, managers::upsert(tx, &manager)?))
}

/// Three jobs, one of them a bridge, and a machine.
fn setting(tx: &crate::Tx<'_>) -> crate::Result<(Vec<JobId>, RunnerId, RunnerManagerId)> {
    let (_, project) = any_project(tx, "ann")?;
    let pipeline = insert(tx, &new_pipeline(project.id, "one"))?;
    let stage = stage(tx, pipeline.id, 0)?;
    let mut ids = Vec::new();
    for name in ["one", "two"] {
        ids.push(jobs::insert(tx, &new_job(&pipeline, stage, 0, name))?);
    }
    ids.push(jobs::insert(tx, &Job { kind: JobKind::Bridge, ..new_job(&pipeline, stage, 0, "down") })?);
    let (runner, manager) = a_machine(tx)?;
    Ok((ids, runner, manager))
}

fn claim(job: JobId, runner: RunnerId, manager: RunnerManagerId, now: Timestamp) -> Claim {
    let token = TokenDigest(format!("token of {job}"));
    Claim { job, runner, manager, token, cancel_gracefully: true, now }
}

#[test]
fn a_job_is_claimed_once_and_put_back_while_its_token_is_the_one() {
    for_both(async |db| {
        write(db, |tx| {
            let (ids, runner, manager) = setting(tx)?;
            let waiting = |tx: &crate::Tx<'_>| -> crate::Result<Vec<JobId>> {
                let mut found = Vec::new();
                for project in queue::waiting_projects(tx)? {
                    found.extend(queue::waiting_after(tx, project, JobId(0), 10)?.iter().map(|job| job.id));
                }
                Ok(found)
            };
            assert_eq!(waiting(tx)?, ids[..2], "a bridge is no runner's");
            let wanted = claim(ids[0], runner, manager, START.plus_seconds(7));
            assert!(queue::claim(tx, &wanted)?);
            assert!(!queue::claim(tx, &wanted)?, "it is taken");
            assert_eq!(waiting(tx)?, ids[1..2]);
            let job = jobs::by_token(tx, &wanted.token)?.expect("found by its token");
            assert_eq!((job.id, job.status, job.started_at), (ids[0], Status::Running, Some(START.plus_seconds(7))));
            assert!(job.cancel_gracefully);
            assert_eq!(queue::running_of(tx, runner)?, 1);
            assert_eq!(queue::running_on_instance_runners(tx)?, [(job.project_id, 1)]);
            assert_eq!(queue::running_managers(tx, runner)?, [manager]);
            assert!(!queue::unclaim(tx, &TokenDigest("another".to_owned()), START)?);
            assert!(queue::unclaim(tx, &wanted.token, START)?);
            assert_eq!(waiting(tx)?, ids[..2]);
            assert_eq!(jobs::by_token(tx, &wanted.token)?, None, "the token is nobody's");
            Ok(())
        })
        .await;
    });
}

#[test]
fn the_silent_the_overdue_the_stuck_and_the_due_are_found() {
    for_both(async |db| {
        write(db, |tx| {
            let (ids, runner, manager) = setting(tx)?;
            queue::claim(tx, &claim(ids[0], runner, manager, START))?;
            let found = |jobs: Vec<Job>| jobs.into_iter().map(|job| job.id).collect::<Vec<_>>();
            let at = |seconds| START.plus_seconds(seconds);
            assert_eq!(found(queue::silent(tx, at(0), 10)?), []);
            assert_eq!(found(queue::silent(tx, at(1), 10)?), ids[..1]);
            queue::touch(tx, ids[0], at(100))?;
            assert_eq!(found(queue::silent(tx, at(50), 10)?), []);
            assert_eq!(found(queue::overdue(tx, at(3660), 60, 10)?), []);
            assert_eq!(found(queue::overdue(tx, at(3661), 60, 10)?), ids[..1]);
            assert_eq!(found(queue::stuck(tx, at(1), JobId(0), 10)?), ids[1..2]);
            let mut later = jobs::get(tx, ids[1])?.expect("it is there");
            later.status = Status::Scheduled;
            later.scheduled_at = Some(at(30));
            jobs::save(tx, &later, Status::Pending)?;
            assert_eq!(queue::next_due(tx)?, Some(at(30)));
            assert_eq!(found(queue::due(tx, at(29), 10)?), []);
            assert_eq!(found(queue::due(tx, at(30), 10)?), ids[1..2]);
            Ok(())
        })
        .await;
    });
}

#[test]
fn offers_are_of_projects_that_take_jobs() {
    for_both(async |db| {
        write(db, |tx| {
            let (_, project) = any_project(tx, "ann")?;
            let offers = queue::offers(tx, &[project.id, pipewright_model::ProjectId(99)])?;
            assert_eq!(offers.len(), 1);
            assert_eq!((offers[0].project_id, offers[0].namespace_id), (project.id, project.namespace_id));
            crate::projects::mark_deleted(tx, project.id, START)?;
            assert!(queue::offers(tx, &[project.id])?.is_empty());
            Ok(())
        })
        .await;
    });
}

#[test]
fn a_resource_group_lists_who_has_yet_to_run() {
    for_both(async |db| {
        write(db, |tx| {
            let (_, project) = any_project(tx, "ann")?;
            let pipeline = insert(tx, &new_pipeline(project.id, "one"))?;
            let stage = stage(tx, pipeline.id, 0)?;
            let job = |name: &str, status| Job {
                status,
                resource_group: Some("lab".to_owned()),
                ..new_job(&pipeline, stage, 0, name)
            };
            jobs::insert(tx, &job("done", Status::Success))?;
            let running = jobs::insert(tx, &job("running", Status::Running))?;
            let waiting = jobs::insert(tx, &job("waiting", Status::WaitingForResource))?;
            let found = queue::in_resource_group(tx, project.id, "lab")?;
            let expected = [(running, Status::Running), (waiting, Status::WaitingForResource)];
            assert_eq!(found, expected.map(|(id, status)| (id, pipeline.id.0, status)));
            Ok(())
        })
        .await;
    });
}

#[test]
fn projects_that_wait_are_found_one_by_one() {
    for_both(async |db| {
        write(db, |tx| {
            assert_eq!(queue::waiting_projects(tx)?, []);
            let mut expected = Vec::new();
            for name in ["ann", "ben", "cas"] {
                let (_, project) = any_project(tx, name)?;
                let pipeline = insert(tx, &new_pipeline(project.id, "one"))?;
                let stage = stage(tx, pipeline.id, 0)?;
                let status = if name == "ben" { Status::Running } else { Status::Pending };
                for job in ["one", "two", "three"] {
                    jobs::insert(tx, &Job { status, ..new_job(&pipeline, stage, 0, job) })?;
                }
                if status == Status::Pending {
                    expected.push(project.id);
                }
            }
            assert_eq!(queue::waiting_projects(tx)?, expected);
            let first = queue::waiting_after(tx, expected[1], JobId(0), 2)?;
            let rest = queue::waiting_after(tx, expected[1], first[1].id, 2)?;
            assert_eq!((first.len(), rest.len()), (2, 1));
            Ok(())
        })
        .await;
    });
}
