//! Every field of every entity (Jobs API contract §9), by endpoint: the old documentation's examples and the current
//! server's entities in one. A field that is missing, has another type or should not be there fails.

use pipewright_testkit::{Api, Project, TestServer, for_both};
use serde_json::{Value, json};

/// `path type`: `s` text, `i` whole number, `n` number, `b` yes or no, `t` time in UTC, `o` time with its own offset,
/// `a` list of texts; a question mark allows null.
const COMMON: &str = "id i|status s|stage s|name s|ref s|tag b|coverage ?n|allow_failure b|created_at t|started_at ?t\
|finished_at ?t|erased_at ?t|duration ?n|queued_duration ?n|web_url s|archived b|source s\
|project.ci_job_token_scope_enabled b\
|pipeline.id i|pipeline.iid i|pipeline.project_id i|pipeline.ref s|pipeline.sha s|pipeline.status s|pipeline.source s\
|pipeline.created_at t|pipeline.updated_at t|pipeline.web_url s\
|commit.id s|commit.short_id s|commit.title s|commit.message s|commit.author_name s|commit.author_email s\
|commit.created_at o|commit.parent_ids a|commit.authored_date o|commit.committer_name s|commit.committer_email s\
|commit.committed_date o|commit.trailers {}|commit.extended_trailers {}|commit.web_url s\
|user.id i|user.name s|user.username s|user.state s|user.locked b|user.avatar_url ?s|user.web_url s|user.created_at t\
|user.bio ?s|user.location ?s|user.public_email ?s|user.skype s|user.linkedin s|user.twitter s|user.discord s\
|user.website_url s|user.organization ?s|user.job_title ?s|user.pronouns ?s|user.bot b|user.work_information ?s\
|user.followers i|user.following i|user.is_followed b|user.local_time ?s";

const JOB: &str = "artifacts_expire_at ?t|tag_list a|artifacts_file.filename s|artifacts_file.size i\
|runner.id i|runner.description ?s|runner.ip_address ?s|runner.active b|runner.paused b|runner.is_shared b\
|runner.runner_type s|runner.name ?s|runner.online b|runner.created_by.id i|runner.created_by.username s\
|runner.created_by.name s|runner.created_by.state s|runner.created_by.web_url s|runner.created_at t|runner.status s\
|runner.job_execution_status s\
|runner_manager.id i|runner_manager.system_id s|runner_manager.version s|runner_manager.revision s\
|runner_manager.platform s|runner_manager.architecture s|runner_manager.created_at t|runner_manager.contacted_at t\
|runner_manager.ip_address ?s|runner_manager.status s|runner_manager.job_execution_status s";

const DOWNSTREAM: &str = "downstream_pipeline.id i|downstream_pipeline.iid i|downstream_pipeline.project_id i\
|downstream_pipeline.ref s|downstream_pipeline.sha s|downstream_pipeline.status s|downstream_pipeline.source s\
|downstream_pipeline.created_at t|downstream_pipeline.updated_at t|downstream_pipeline.web_url s";

const AGENTS: &str = "job.id i|job.name s|job.stage s|job.project_id i|job.project_name s\
|pipeline.id i|pipeline.project_id i|pipeline.sha s|pipeline.ref s|pipeline.status s|pipeline.created_at t\
|pipeline.updated_at t|pipeline.web_url s\
|project.id i|project.description ?s|project.name s|project.name_with_namespace s|project.path s\
|project.path_with_namespace s|project.created_at t\
|user.id i|user.name s|user.username s|user.state s|user.avatar_url ?s|user.web_url s|user.roles_in_project a";

fn is(kind: &str, value: &Value) -> bool {
    let text = |shape: &dyn Fn(&str) -> bool| value.as_str().is_some_and(shape);
    match kind.strip_prefix('?') {
        Some(kind) => value.is_null() || is(kind, value),
        None => match kind {
            "s" => value.is_string(),
            "i" => value.is_i64(),
            "n" => value.is_number(),
            "b" => value.is_boolean(),
            "t" => text(&|time| time.len() == 24 && time.as_bytes()[19] == b'.' && time.ends_with('Z')),
            "o" => text(&|time| time.len() == 29 && &time[19..23] == ".000" && time.as_bytes()[26] == b':'),
            "a" => value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
            "{}" => value.is_object(),
            _ => panic!("there is no kind {kind}"),
        },
    }
}

/// Walks the entity along the list of fields.
#[track_caller]
fn walk(what: &str, entity: &Value, lists: &[&str]) {
    for (path, kind) in lists.iter().flat_map(|list| list.split('|')).filter_map(|entry| entry.split_once(' ')) {
        let pointer = format!("/{}", path.replace('.', "/"));
        let value = entity.pointer(&pointer).unwrap_or_else(|| panic!("{what} has no {path}: {entity}"));
        assert!(is(kind, value), "{what}: {path} is {value}, no {kind}");
    }
}

/// What an entity has at its top that no list names.
#[track_caller]
fn nothing_else(what: &str, entity: &Value, lists: &[&str], more: &[&str]) {
    let named = |key: &str| {
        let first = |entry: &str| entry.split([' ', '.']).next().unwrap_or_default().to_owned();
        more.contains(&key) || lists.iter().flat_map(|list| list.split('|')).any(|entry| first(entry) == key)
    };
    let unknown: Vec<&String> =
        entity.as_object().into_iter().flatten().map(|(key, _)| key).filter(|k| !named(k)).collect();
    assert!(unknown.is_empty(), "{what} has {unknown:?} too");
}

const YAML: &str = "work:\n  script: [make]\n  tags: [linux, docker]\n  allow_failure: true\n  coverage: '/Total: (\\d+)%/'\n  \
                    artifacts: { paths: [.], expire_in: 1 day, reports: { junit: junit.xml } }\n\
                    hand: { script: [x], when: manual }\n\
                    down: { trigger: { include: child.yml } }\n";

struct Ended<'a> {
    project: Project<'a>,
    pipeline: i64,
    hand: i64,
    job: i64,
}

async fn ended<'a>(server: &'a TestServer, ana: &Api) -> Ended<'a> {
    let project = server.project(ana, "app").await;
    project.commit("main", "child.yml", "inner: { script: [x], when: manual }").await;
    let pipeline = project.pipeline(YAML).await;
    let fields = json!({ "runner_type": "instance_type", "run_untagged": false, "tag_list": "linux,docker" });
    let claimed = server.runner_with(fields).await.take().await;
    let own = claimed.api().get("/job").await.expect(200).json();
    walk("GET /job", &own, &[COMMON]);
    let agents = claimed.api().get("/job/allowed_agents").await.expect(200).json();
    walk("GET /job/allowed_agents", &agents, &[AGENTS]);
    claimed.log("Total: 87%\n").await;
    claimed.upload(&[("a.txt", b"one")]).await;
    claimed.upload_as("junit", "gzip", "junit.xml.gz", b"\x1f\x8b\x08".to_vec(), "1 day").await;
    claimed.finish("failed").await;
    let hand = project.job_id(&pipeline, "hand").await;
    // The finished log becomes a file of its own.
    server
        .until("the log to be a file", async || {
            let files = project.show(claimed.id).await["artifacts"].as_array().map_or(0, Vec::len);
            (files == 4).then_some(())
        })
        .await;
    Ended { project, pipeline: pipeline.id, hand, job: claimed.id }
}

/// A job with everything a job can have.
#[track_caller]
fn whole(what: &str, job: &Value) {
    walk(what, job, &[COMMON, JOB]);
    nothing_else(what, job, &[COMMON, JOB], &["failure_reason", "artifacts"]);
    let files: Vec<_> = job["artifacts"].as_array().into_iter().flatten().cloned().collect();
    for (kind, name, format) in [
        ("archive", "artifacts.zip", "zip"),
        ("metadata", "metadata.gz", "gzip"),
        ("trace", "job.log", "raw"),
        ("junit", "junit.xml.gz", "gzip"),
    ] {
        let file =
            files.iter().find(|file| file["file_type"] == kind).unwrap_or_else(|| panic!("{what}: no {kind} in {job}"));
        assert_eq!((&file["filename"], &file["file_format"]), (&json!(name), &json!(format)), "{what}");
        assert!(file["size"].as_i64().is_some_and(|size| size > 0), "{what}: {file}");
    }
    assert_eq!((files.len(), &job["failure_reason"]), (4, &json!("script_failure")), "{what}");
    assert_eq!((&job["coverage"], &job["tag_list"]), (&json!(87.0), &json!(["docker", "linux"])), "{what}");
}

#[tokio::test]
async fn jobs_and_bridges_have_every_field_in_every_answer() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let Ended { project, pipeline, hand, job } = ended(server, &ana).await;
        let found = |list: Value| {
            list.as_array().into_iter().flatten().find(|one| one["id"] == job).cloned().expect("the job in the list")
        };
        whole("project's list", &found(ana.get(&project.at("/jobs")).await.expect(200).json()));
        let of_pipeline = ana.get(&project.at(&format!("/pipelines/{pipeline}/jobs"))).await.expect(200).json();
        whole("pipeline's list", &found(of_pipeline));
        whole("single job", &project.show(job).await);
        let post = async |path: String, status| ana.post(&project.at(&path), json!({})).await.expect(status).json();
        whole("canceled in vain", &post(format!("/jobs/{job}/cancel"), 201).await);
        let kept = post(format!("/jobs/{job}/artifacts/keep"), 200).await;
        assert_eq!(kept.get("download_url"), Some(&Value::Null));
        walk("keep", &kept, &[COMMON, JOB]);
        let retried = post(format!("/jobs/{job}/retry"), 201).await;
        walk("retry", &retried, &[COMMON]);
        nothing_else("retry", &retried, &[COMMON, JOB], &["artifacts"]);
        assert_eq!(
            (&retried["artifacts"], &retried["runner"], &retried["duration"]),
            (&json!([]), &Value::Null, &Value::Null)
        );
        let played = post(format!("/jobs/{hand}/play"), 200).await;
        walk("play", &played, &[COMMON]);
        nothing_else("play", &played, &[COMMON, JOB], &["artifacts"]);
        let erased = post(format!("/jobs/{job}/erase"), 201).await;
        walk("erase", &erased, &[COMMON]);
        nothing_else("erase", &erased, &[COMMON, JOB], &["artifacts", "failure_reason", "download_url"]);
        assert!(is("t", &erased["erased_at"]) && erased.get("artifacts_file").is_none(), "{erased}");
        for name in ["bridges", "trigger_jobs"] {
            let bridges = ana.get(&project.at(&format!("/pipelines/{pipeline}/{name}"))).await.expect(200).json();
            walk(name, &bridges[0], &[COMMON, DOWNSTREAM]);
            nothing_else(name, &bridges[0], &[COMMON, DOWNSTREAM], &[]);
        }
    })
    .await;
}
