//! Every endpoint for every caller (Jobs API contract §0.4, §3.2, §3.3), on public, internal and private projects with
//! and without public jobs. The endpoints carry the contract's numbers, and none may be missing.

use pipewright_testkit::{Api, Claimed, Project, TestServer, for_both};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const YAML: &str = "work:\n  script: [make]\n  artifacts: { paths: [.], expire_in: 1 day }\n\
                    hand: { script: [x], when: manual }\n";

/// How an endpoint looks at who reads.
#[derive(Clone, Copy, PartialEq)]
enum Reads {
    /// Whoever calls must have signed in, and read jobs.
    SignedIn,
    /// Whoever reads pipelines; without reading jobs the list is empty.
    Pipelines,
    /// Whoever reads jobs.
    Jobs,
    /// Only a running job, by its token.
    OwnJob,
}

/// Number, path below the project (or whole) and kind. `PIPE` and `JOB` stand for ids.
const READS: &[(u8, &str, Reads)] = &[
    (1, "/jobs", Reads::SignedIn),
    (2, "/pipelines/PIPE/jobs", Reads::Pipelines),
    (3, "/pipelines/PIPE/bridges", Reads::Jobs),
    (4, "/pipelines/PIPE/trigger_jobs", Reads::Jobs),
    (5, "/job", Reads::OwnJob),
    (6, "/job/allowed_agents", Reads::OwnJob),
    (7, "/jobs/JOB", Reads::SignedIn),
    (8, "/jobs/JOB/trace", Reads::SignedIn),
    (13, "/jobs/JOB/artifacts", Reads::Jobs),
    (14, "/jobs/artifacts/main/download?job=work", Reads::Jobs),
    (15, "/jobs/JOB/artifacts/a.txt", Reads::Jobs),
    (16, "/jobs/artifacts/main/raw/a.txt?job=work", Reads::Jobs),
    (20, "/jobs/JOB/artifacts/tree", Reads::Jobs),
];

/// Number, method and path of what changes something; `HAND` is a manual job.
const WRITES: &[(u8, &str, &str)] = &[
    (9, "POST", "/jobs/HAND/cancel"),
    (9, "POST", "/jobs/HAND/cancel?force=true"),
    (10, "POST", "/jobs/JOB/retry"),
    (11, "POST", "/jobs/JOB/erase"),
    (12, "POST", "/jobs/HAND/play"),
    (17, "POST", "/jobs/JOB/artifacts/keep"),
    (18, "DELETE", "/jobs/JOB/artifacts"),
    (19, "DELETE", "/artifacts"),
];

#[test]
fn no_endpoint_is_missing() {
    let numbers = READS.iter().map(|(number, ..)| *number).chain(WRITES.iter().map(|(number, ..)| *number));
    assert_eq!(numbers.collect::<BTreeSet<u8>>(), (1..=20).collect());
}

/// A caller, as the matrix names him.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Who {
    Anonymous,
    Stranger,
    External,
    /// Guest or planner.
    Guest,
    /// Reporter and above: reads everything.
    Reader,
}

/// The project's visibility and whether jobs are public, as [`Who`] sees them: hidden, no jobs, or everything.
fn sees(who: Who, visibility: &str, public_jobs: bool) -> (bool, bool) {
    let visible = match who {
        Who::Anonymous | Who::External => visibility == "public",
        Who::Stranger => visibility != "private",
        Who::Guest | Who::Reader => true,
    };
    (visible, who == Who::Reader || public_jobs)
}

fn expected_to_read(reads: Reads, who: Who, visibility: &str, public_jobs: bool) -> u16 {
    let (visible, jobs) = sees(who, visibility, public_jobs);
    match reads {
        Reads::SignedIn | Reads::OwnJob if who == Who::Anonymous => 401,
        // Whose project it is does not matter to these two.
        Reads::OwnJob => 404,
        _ if !visible => 404,
        // A guest is let at pipelines by public jobs alone where the project itself is not open to everybody.
        Reads::Pipelines if jobs || visibility == "public" || visibility == "internal" => 200,
        _ if jobs => 200,
        _ => 403,
    }
}

struct Fixture<'a> {
    project: Project<'a>,
    pipeline: i64,
    job: i64,
    hand: i64,
    name: String,
}

impl Fixture<'_> {
    fn path(&self, template: &str) -> String {
        let below = template
            .replace("PIPE", &self.pipeline.to_string())
            .replace("JOB", &self.job.to_string())
            .replace("HAND", &self.hand.to_string());
        if template.starts_with("/job/") || template == "/job" { below } else { self.project.at(&below) }
    }
}

async fn fixture<'a>(server: &'a TestServer, ana: &Api, visibility: &str, public_jobs: bool) -> Fixture<'a> {
    let name = format!("{visibility}-{public_jobs}");
    let fields = json!({ "name": name, "visibility": visibility, "public_jobs": public_jobs });
    let project = server.project_with(ana, fields).await;
    let pipeline = project.pipeline(YAML).await;
    let claimed = server.runner().await.take().await;
    claimed.log("made\n").await;
    claimed.upload(&[("a.txt", b"one")]).await;
    claimed.finish("success").await;
    project.until_pipeline(&pipeline, "success").await;
    let hand = project.job_id(&pipeline, "hand").await;
    Fixture { project, pipeline: pipeline.id, job: claimed.id, hand, name }
}

fn refusal(status: u16, own_job: bool) -> Value {
    json!({ "message": match (status, own_job) {
        (401, _) => "401 Unauthorized",
        (403, _) => "403 Forbidden",
        (_, true) => "404 Job Not Found",
        _ => "404 Project Not Found",
    }})
}

/// Everybody the matrix knows, made once for all projects.
struct Crowd {
    all: Vec<(&'static str, Who, Api)>,
}

impl Crowd {
    async fn make(server: &TestServer) -> Self {
        let external = json!({
            "username": "ext", "name": "ext", "email": "ext@example.com", "password": "x", "external": true,
        });
        let external = server.make_user(external).await;
        let mut all = vec![
            ("anonymous", Who::Anonymous, server.anonymous()),
            ("stranger", Who::Stranger, server.user("stranger").await),
            ("external", Who::External, server.token_of(external, &["api"]).await),
        ];
        for (name, who) in [("guest", Who::Guest), ("planner", Who::Guest), ("reporter", Who::Reader)] {
            all.push((name, who, server.user(name).await));
        }
        for name in ["developer", "maintainer", "owner"] {
            all.push((name, Who::Reader, server.user(name).await));
        }
        all.push(("admin", Who::Reader, server.admin()));
        Self { all }
    }

    async fn join(&self, project: &Project<'_>) {
        let levels =
            [("guest", 10), ("planner", 15), ("reporter", 20), ("developer", 30), ("maintainer", 40), ("owner", 50)];
        for (name, level) in levels {
            project.add(self.named(name), level).await;
        }
    }

    fn named(&self, name: &str) -> &Api {
        &self.all.iter().find(|(other, ..)| *other == name).expect("somebody of that name").2
    }
}

/// Who of them may change nothing, whatever the project.
fn is_refused_every_change(name: &str) -> bool {
    !matches!(name, "developer" | "maintainer" | "owner" | "admin")
}

#[tokio::test]
async fn trap_53_and_trap_54_every_endpoint_answers_every_role_as_the_matrix_has_it() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let crowd = Crowd::make(server).await;
        for visibility in ["public", "internal", "private"] {
            for public_jobs in [true, false] {
                let fixture = fixture(server, &ana, visibility, public_jobs).await;
                crowd.join(&fixture.project).await;
                for (name, who, api) in &crowd.all {
                    for (number, template, reads) in READS {
                        let wanted = expected_to_read(*reads, *who, visibility, public_jobs);
                        let reply = api.get(&fixture.path(template)).await;
                        let at = format!("{} {name}, endpoint {number}: {reply:?}", fixture.name);
                        assert_eq!(reply.status, wanted, "{at}");
                        if wanted != 200 {
                            assert_eq!(reply.json(), refusal(wanted, *reads == Reads::OwnJob), "{at}");
                        } else if *reads == Reads::Pipelines {
                            let rows = if sees(*who, visibility, public_jobs).1 { 2 } else { 0 };
                            assert_eq!(reply.ids().len(), rows, "{at}");
                        }
                    }
                    if !is_refused_every_change(name) {
                        continue;
                    }
                    let (visible, _) = sees(*who, visibility, public_jobs);
                    let wanted = match (who, visible) {
                        (Who::Anonymous, _) => 401,
                        (_, true) => 403,
                        (_, false) => 404,
                    };
                    for (number, method, template) in WRITES {
                        let method: Method = method.parse().expect("a method");
                        let reply = api.send(api.request(method, &fixture.path(template))).await;
                        let at = format!("{} {name}, endpoint {number}: {reply:?}", fixture.name);
                        assert_eq!((reply.status, reply.json()), (wanted, refusal(wanted, false)), "{at}");
                    }
                }
            }
        }
    })
    .await;
}

/// What a caller is answered on the way of one job: played, canceled, retried, ended, canceled with force, kept, its
/// artifacts deleted, erased, all of the project's artifacts deleted. Each answer by the endpoint's number.
async fn changes(server: &TestServer, project: &Project<'_>, api: &Api) -> Vec<(u8, u16)> {
    let yaml = "work:\n  script: [make]\n  when: manual\n  artifacts: { paths: [.], expire_in: 1 day }\n";
    let pipeline = project.pipeline_on("topic", yaml).await;
    let first = project.job_id(&pipeline, "work").await;
    let ask = async |method: Method, path: String| api.send(api.request(method, &project.at(&path))).await;
    let post = async |path: String| ask(Method::POST, path).await;
    let mut found = Vec::new();
    found.push((12, post(format!("/jobs/{first}/play")).await.status));
    found.push((9, post(format!("/jobs/{first}/cancel")).await.status));
    let retried = post(format!("/jobs/{first}/retry")).await;
    found.push((10, retried.status));
    let claimed: Claimed<'_> = server.runner().await.take().await;
    assert_eq!(retried.json()["id"], claimed.id);
    claimed.log("made\n").await;
    claimed.upload(&[("a.txt", b"one")]).await;
    claimed.finish("success").await;
    let id = claimed.id;
    found.push((9, post(format!("/jobs/{id}/cancel?force=true")).await.status));
    found.push((17, post(format!("/jobs/{id}/artifacts/keep")).await.status));
    found.push((18, ask(Method::DELETE, format!("/jobs/{id}/artifacts")).await.status));
    found.push((11, post(format!("/jobs/{id}/erase")).await.status));
    found.push((19, ask(Method::DELETE, "/artifacts".to_owned()).await.status));
    found
}

#[tokio::test]
async fn trap_25_each_change_has_its_own_status_from_developer_to_administrator() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let crowd = Crowd::make(server).await;
        let project = server.project(&ana, "app").await;
        crowd.join(&project).await;
        // The first branch is the default one and protected; "topic" is not to be that.
        project.commit("main", "README.md", "x").await;
        let developer = [(12, 200), (9, 201), (10, 201), (9, 403), (17, 200), (18, 403), (11, 201), (19, 403)];
        let maintainer = [(12, 200), (9, 201), (10, 201), (9, 201), (17, 200), (18, 204), (11, 201), (19, 202)];
        assert_eq!(changes(server, &project, crowd.named("developer")).await, developer);
        for name in ["maintainer", "owner", "admin"] {
            assert_eq!(changes(server, &project, crowd.named(name)).await, maintainer, "{name}");
        }
        let all = WRITES.iter().map(|(number, ..)| *number).collect::<BTreeSet<u8>>();
        assert_eq!(maintainer.iter().map(|(number, _)| *number).collect::<BTreeSet<u8>>(), all);
    })
    .await;
}

#[tokio::test]
async fn a_running_job_reads_what_takes_job_tokens_and_is_nobody_elsewhere() {
    for_both(async |server| {
        let ana = server.user("ana").await;
        let fixture = fixture(server, &ana, "private", true).await;
        let pipeline = fixture.project.pipeline_on("topic", "other: { script: [x] }\n").await;
        let claimed = server.runner().await.take().await;
        let by_parameter = server.anonymous();
        for (number, template, _) in READS {
            let takes = !matches!(number, 7 | 8);
            let wanted = if takes { 200 } else { 401 };
            let path = fixture.path(template);
            let separator = if path.contains('?') { '&' } else { '?' };
            for (carrier, reply) in [
                ("header", claimed.api().get(&path).await),
                ("bearer", claimed.bearer().get(&path).await),
                ("job_token", by_parameter.get(&format!("{path}{separator}job_token={}", claimed.token)).await),
                ("token", by_parameter.get(&format!("{path}{separator}token={}", claimed.token)).await),
            ] {
                assert_eq!(reply.status, wanted, "endpoint {number} by {carrier}: {reply:?}");
            }
        }
        for (number, method, template) in WRITES {
            let api = claimed.api();
            let method: Method = method.parse().expect("a method");
            let reply = api.send(api.request(method, &fixture.path(template))).await;
            assert_eq!((reply.status, reply.json()), (401, refusal(401, false)), "endpoint {number}");
        }
        assert_eq!(claimed.api().get("/job").await.expect(200).json()["pipeline"]["id"], pipeline.id);
    })
    .await;
}
