use super::*;
use crate::filter::Page;
use crate::pipeline_lists::{self, PipelineFilter, PipelineOrder};
use crate::{Error, namespaces, pipeline_variables, pipelines, stages};
use pipewright_model::{
    Job, JobId, JobKind, Pipeline, PipelineId, ProjectId, Scheduling, Source, Stage, StageId, Status, UserId,
    VariableType, When,
};

/// A project of a new user's own.
pub(super) fn any_project(tx: &crate::Tx<'_>, name: &str) -> crate::Result<(UserId, pipewright_model::Project)> {
    let owner = user(tx, name)?;
    let home = namespaces::of_user(tx, owner.id)?.expect("a user has a namespace");
    Ok((owner.id, project(tx, &home, "app")?))
}

/// A pipeline that runs on `main`.
pub(super) fn new_pipeline(project: ProjectId, sha: &str) -> Pipeline {
    Pipeline {
        id: PipelineId(0),
        iid: 1,
        project_id: project,
        ref_name: "main".to_owned(),
        tag: false,
        sha: sha.to_owned(),
        before_sha: "0".repeat(40),
        status: Status::Created,
        source: Source::Push,
        user_id: None,
        protected: true,
        name: Some("naïve".to_owned()),
        yaml_errors: None,
        failure_reason: None,
        cancel_on_job_failure: false,
        on_new_commit: "conservative".to_owned(),
        source_job_id: None,
        root_id: PipelineId(0),
        created_at: START,
        updated_at: START,
        started_at: None,
        finished_at: None,
    }
}

pub(super) fn insert(tx: &crate::Tx<'_>, pipeline: &Pipeline) -> crate::Result<Pipeline> {
    let iid = pipelines::take_iid(tx, pipeline.project_id)?;
    let id = pipelines::insert(tx, &Pipeline { iid, ..pipeline.clone() })?;
    Ok(pipelines::get(tx, id)?.expect("it was just made"))
}

pub(super) fn stage(tx: &crate::Tx<'_>, pipeline: PipelineId, position: i64) -> crate::Result<StageId> {
    let stage = Stage {
        id: StageId(0),
        pipeline_id: pipeline,
        name: format!("stage {position}"),
        position,
        status: Status::Created,
    };
    stages::insert(tx, &stage)
}

/// A pending job of a pipeline's stage.
pub(super) fn new_job(pipeline: &Pipeline, stage: StageId, position: i64, name: &str) -> Job {
    Job {
        id: JobId(0),
        kind: JobKind::Build,
        pipeline_id: pipeline.id,
        project_id: pipeline.project_id,
        stage_id: stage,
        stage: format!("stage {position}"),
        stage_position: position,
        name: name.to_owned(),
        status: Status::Pending,
        ref_name: "main".to_owned(),
        tag: false,
        protected: true,
        allow_failure: false,
        when: When::OnSuccess,
        scheduling: Scheduling::Stage,
        retried: false,
        interruptible: true,
        enqueue_immediately: false,
        user_id: None,
        tags: vec!["a".to_owned(), "b\"c".to_owned()],
        timeout: 3600,
        environment: None,
        resource_group: None,
        start_in: None,
        runner_id: None,
        runner_manager_id: None,
        coverage: None,
        failure_reason: None,
        exit_code: None,
        debug_trace: false,
        cancel_gracefully: false,
        downstream_pipeline_id: None,
        created_at: START,
        updated_at: START,
        queued_at: Some(START),
        started_at: None,
        finished_at: None,
        scheduled_at: None,
        erased_at: None,
        erased_by: None,
        artifacts_expire_at: None,
    }
}

#[test]
fn a_pipeline_comes_back_as_it_was_stored_and_counts_within_its_project() {
    for_both(async |db| {
        write(db, |tx| {
            let (owner, project) = any_project(tx, "ann")?;
            let new = Pipeline {
                user_id: Some(owner),
                yaml_errors: Some("two\nlines".to_owned()),
                failure_reason: Some("config_error".to_owned()),
                started_at: Some(START),
                finished_at: Some(START.plus_seconds(5)),
                ..new_pipeline(project.id, "abc")
            };
            let first = insert(tx, &new)?;
            assert_eq!(first, Pipeline { id: first.id, root_id: first.id, ..new.clone() });
            let second = insert(tx, &Pipeline { root_id: first.id, ..new })?;
            assert_eq!((second.iid, second.root_id), (2, first.id));
            Ok(())
        })
        .await;
    });
}

#[test]
fn a_write_is_refused_when_the_status_is_another_by_now() {
    for_both(async |db| {
        let pipeline = write(db, |tx| {
            let (_, project) = any_project(tx, "ann")?;
            insert(tx, &new_pipeline(project.id, "abc"))
        })
        .await;
        let wanted = Pipeline { status: Status::Success, ..pipeline.clone() };
        let refused = db.write(move |tx| pipelines::save(tx, &wanted, Status::Running)).await;
        assert!(matches!(refused, Err(Error::Conflict("pipeline"))), "{refused:?}");
        let id = pipeline.id;
        write(db, move |tx| {
            assert!(pipelines::set_running(tx, id, START)?);
            assert!(!pipelines::set_running(tx, id, START.plus_seconds(9))?, "it is no news the second time");
            let now = pipelines::get_for_update(tx, id)?.expect("it is there");
            assert_eq!((now.status, now.started_at), (Status::Running, Some(START)));
            Ok(())
        })
        .await;
    });
}

#[test]
fn older_pipelines_of_the_ref_are_found_and_no_others() {
    for_both(async |db| {
        write(db, |tx| {
            let (_, project) = any_project(tx, "ann")?;
            let base = new_pipeline(project.id, "one");
            let older = insert(tx, &base)?;
            insert(tx, &Pipeline { ref_name: "side".to_owned(), ..base.clone() })?;
            insert(tx, &Pipeline { status: Status::Success, ..base.clone() })?;
            insert(tx, &Pipeline { source: Source::ParentPipeline, ..base.clone() })?;
            insert(tx, &Pipeline { sha: "two".to_owned(), ..base.clone() })?;
            let newest = insert(tx, &Pipeline { sha: "two".to_owned(), ..base })?;
            let found = pipelines::unfinished_before(tx, &newest, 10)?;
            assert_eq!(found.iter().map(|pipeline| pipeline.id).collect::<Vec<_>>(), [older.id]);
            Ok(())
        })
        .await;
    });
}

#[test]
fn lists_are_filtered_ordered_and_paged() {
    for_both(async |db| {
        write(db, |tx| {
            let (owner, project) = any_project(tx, "ann")?;
            let base = new_pipeline(project.id, "one");
            let a = insert(tx, &Pipeline { user_id: Some(owner), updated_at: START.plus_seconds(50), ..base.clone() })?;
            let b = insert(tx, &Pipeline { status: Status::Failed, yaml_errors: Some("x".into()), ..base.clone() })?;
            let c = insert(tx, &Pipeline { ref_name: "v1".to_owned(), tag: true, ..base.clone() })?;
            let child = insert(tx, &Pipeline { source: Source::ParentPipeline, ..base })?;
            let ids = |filter: PipelineFilter| -> crate::Result<Vec<PipelineId>> {
                let listed = pipeline_lists::list(tx, project.id, &filter, Page::first(10))?;
                assert_eq!(listed.total, listed.items.len() as i64);
                Ok(listed.items.iter().map(|pipeline| pipeline.id).collect())
            };
            let any = PipelineFilter::default;
            assert_eq!(ids(any())?, [c.id, b.id, a.id]);
            assert_eq!(
                ids(PipelineFilter { ascending: true, order: PipelineOrder::UpdatedAt, ..any() })?,
                [b.id, c.id, a.id]
            );
            assert_eq!(ids(PipelineFilter { username: Some("ANN".into()), ..any() })?, [a.id]);
            assert_eq!(ids(PipelineFilter { yaml_errors: Some(true), ..any() })?, [b.id]);
            assert_eq!(ids(PipelineFilter { tag: Some(false), newest_of_refs: true, ..any() })?, [b.id]);
            assert_eq!(ids(PipelineFilter { statuses: vec![Status::Failed, Status::Success], ..any() })?, [b.id]);
            assert_eq!(ids(PipelineFilter { updated_after: Some(START), ..any() })?, [a.id]);
            assert_eq!(ids(PipelineFilter { source: Some(Source::ParentPipeline), ..any() })?, [child.id]);
            assert_eq!(ids(PipelineFilter { sha: Some("two".into()), name: Some("no".into()), ..any() })?, []);
            let page = pipeline_lists::list(tx, project.id, &any(), Page { limit: 1, offset: 1 })?;
            assert_eq!((page.total, page.items[0].id), (3, b.id));
            Ok(())
        })
        .await;
    });
}

#[test]
fn variables_keep_their_order_and_go_with_their_pipeline() {
    for_both(async |db| {
        write(db, |tx| {
            let (_, project) = any_project(tx, "ann")?;
            let pipeline = insert(tx, &new_pipeline(project.id, "one"))?;
            let variable = |key: &str, variable_type| pipeline_variables::SealedVariable {
                key: key.to_owned(),
                value: vec![0, 1, 255],
                variable_type,
                raw: true,
            };
            let all = [variable("B", VariableType::File), variable("A", VariableType::EnvVar)];
            pipeline_variables::insert(tx, pipeline.id, &all)?;
            assert_eq!(pipeline_variables::of_pipeline(tx, pipeline.id)?, all);
            pipelines::delete(tx, pipeline.id)?;
            assert_eq!(pipeline_variables::of_pipeline(tx, pipeline.id)?, []);
            Ok(())
        })
        .await;
    });
}
