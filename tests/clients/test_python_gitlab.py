"""python-gitlab through a project's life: files in, a pipeline, its jobs, and everything one does to them."""

import io
import zipfile

import gitlab
import pytest

CI = """
stages: [build, test]
build:
  stage: build
  script:
    - mkdir out
    - echo "made by $CI_JOB_NAME" > out/made.txt
  artifacts:
    paths: [out/]
unit:
  stage: test
  script:
    - cat out/made.txt
    - echo "unit says hello"
flaky:
  stage: test
  allow_failure: true
  script: exit 3
deploy:
  stage: test
  when: manual
  script: echo "deployed with $LEVEL"
"""

SLOW = """
slow:
  script:
    - echo started
    - sleep 600
"""

ENDED = {"success", "failed", "canceled", "skipped"}


def commit(project, ci):
    """Starts a pipeline by committing its file, as clients do that have no git."""
    return project.commits.create(
        {
            "branch": "main",
            "commit_message": "Start",
            "actions": [
                {"action": "create", "file_path": ".gitlab-ci.yml", "content": ci},
                {"action": "create", "file_path": "README.md", "content": "# Hello\n"},
            ],
        }
    )


def ended(project, pipeline_id):
    pipeline = project.pipelines.get(pipeline_id)
    return pipeline if pipeline.status in ENDED else None


@pytest.fixture
def finished(project, wait):
    """A project whose pipeline has ended, and that pipeline."""
    commit(project, CI)
    pipeline = wait(lambda: next(iter(project.pipelines.list(get_all=True)), None))
    return project, wait(lambda: ended(project, pipeline.id))


def job_named(project, pipeline, name):
    found = [job for job in pipeline.jobs.list(get_all=True) if job.name == name]
    assert len(found) == 1
    return project.jobs.get(found[0].id)


def test_version_and_user(gl, server):
    version, revision = gl.version()
    assert version.count(".") >= 2 and revision
    assert gl.user.username == "root" and gl.user.web_url.startswith(server)


def test_wrong_token_is_refused(server):
    with pytest.raises(gitlab.GitlabAuthenticationError):
        gitlab.Gitlab(server, private_token="glpat-nobody-has-this-one").auth()


def test_project_by_id_and_path(gl, project):
    assert gl.projects.get(project.id).path_with_namespace == project.path_with_namespace
    assert gl.projects.get(project.path_with_namespace).id == project.id
    with pytest.raises(gitlab.GitlabGetError) as error:
        gl.projects.get("root/nowhere")
    assert error.value.response_code == 404


def test_files_and_commits(project):
    made = commit(project, CI)
    assert project.files.get("README.md", ref="main").decode() == b"# Hello\n"
    assert project.branches.get("main").commit["id"] == made.id
    assert project.commits.list(get_all=True)[0].id == made.id


def test_pipeline_runs_and_its_jobs_are_told(finished):
    project, pipeline = finished
    assert pipeline.status == "success" and pipeline.source == "push" and pipeline.ref == "main"
    jobs = {job.name: job for job in pipeline.jobs.list(get_all=True)}
    assert {name: job.status for name, job in jobs.items()} == {
        "build": "success",
        "unit": "success",
        "flaky": "failed",
        "deploy": "manual",
    }
    assert jobs["flaky"].failure_reason == "script_failure"
    assert jobs["build"].duration is not None and jobs["build"].runner["description"]
    assert [job.name for job in project.jobs.list(scope="manual", get_all=True)] == ["deploy"]
    assert {job.name for job in project.jobs.list(scope=["failed", "success"], get_all=True)} == {
        "build",
        "unit",
        "flaky",
    }
    assert [job.name for job in project.jobs.list(per_page=1, iterator=True)] == [
        job.name for job in project.jobs.list(get_all=True)
    ]


def test_trace(finished):
    project, pipeline = finished
    trace = job_named(project, pipeline, "unit").trace().decode()
    assert "made by build" in trace and "unit says hello" in trace


def test_artifacts(finished):
    project, pipeline = finished
    build = job_named(project, pipeline, "build")
    with zipfile.ZipFile(io.BytesIO(build.artifacts())) as archive:
        assert archive.read("out/made.txt") == b"made by build\n"
    assert build.artifact("out/made.txt") == b"made by build\n"
    assert project.artifacts.raw(ref_name="main", artifact_path="out/made.txt", job="build") == b"made by build\n"
    with zipfile.ZipFile(io.BytesIO(project.artifacts.download(ref_name="main", job="build"))) as archive:
        assert "out/made.txt" in archive.namelist()
    build.keep_artifacts()
    build.delete_artifacts()
    with pytest.raises(gitlab.GitlabGetError) as error:
        build.artifacts()
    assert error.value.response_code == 404


def test_retry(finished, wait):
    project, pipeline = finished
    unit = job_named(project, pipeline, "unit")
    again = unit.retry()
    assert again["id"] != unit.id and again["name"] == "unit"
    assert wait(lambda: project.jobs.get(again["id"]).status == "success")
    assert {job.id for job in pipeline.jobs.list(get_all=True)} & {unit.id, again["id"]} == {again["id"]}


def test_play(finished, wait):
    project, pipeline = finished
    deploy = job_named(project, pipeline, "deploy")
    deploy.play(post_data={"job_variables_attributes": [{"key": "LEVEL", "value": "care"}]})
    assert wait(lambda: project.jobs.get(deploy.id).status == "success")
    assert b"deployed with care" in project.jobs.get(deploy.id).trace()
    with pytest.raises(gitlab.GitlabJobPlayError) as error:
        job_named(project, pipeline, "unit").play()
    assert error.value.response_code == 400 and "Unplayable Job" in error.value.error_message


def test_erase(finished):
    project, pipeline = finished
    build = job_named(project, pipeline, "build")
    build.erase()
    build = project.jobs.get(build.id)
    assert build.erased_at and build.trace() == b""


def test_cancel(project, wait):
    commit(project, SLOW)
    slow = wait(lambda: next((job for job in project.jobs.list(get_all=True) if b"started" in job.trace()), None))
    slow.cancel()
    assert wait(lambda: project.jobs.get(slow.id).status == "canceled")
    pipeline = project.pipelines.get(slow.pipeline["id"])
    assert wait(lambda: ended(project, pipeline.id)).status == "canceled"
