//! Projects and pipelines of a test.

use crate::{Api, Claimed, TestServer};
use serde_json::{Value, json};

/// A project somebody owns.
pub struct Project<'a> {
    /// Its server.
    pub server: &'a TestServer,
    /// Who made it.
    pub owner: Api,
    /// Unique id.
    pub id: i64,
    /// `namespace/project`.
    pub path: String,
}

/// A pipeline of a project.
pub struct Pipeline {
    /// Unique id.
    pub id: i64,
    /// Its commit.
    pub sha: String,
}

impl<'a> Project<'a> {
    pub(crate) fn new(server: &'a TestServer, owner: Api, made: &Value) -> Self {
        let path = made["path_with_namespace"].as_str().expect("a project's path").to_owned();
        Self { server, owner, id: made["id"].as_i64().expect("a project's id"), path }
    }

    /// A path below the project's: `project.at("/jobs")`.
    pub fn at(&self, rest: &str) -> String {
        format!("/projects/{}{rest}", self.id)
    }

    /// Changes settings.
    pub async fn set(&self, fields: Value) {
        let _ = self.owner.put(&self.at(""), fields).await.expect(200);
    }

    /// Makes a user a member: 10 guest, 15 planner, 20 reporter, 30 developer, 40 maintainer, 50 owner.
    pub async fn add(&self, member: &Api, level: i64) {
        let user = member.get("/user").await.expect(200).json();
        let fields = json!({ "user_id": user["id"], "access_level": level });
        let _ = self.owner.post(&self.at("/members"), fields).await.expect(201);
    }

    /// Commits a file on a branch, which it begins where there is none; returns the commit's id.
    pub async fn commit(&self, branch: &str, file: &str, content: &str) -> String {
        let known = self.owner.get(&self.at(&format!("/repository/files/{}?ref={branch}", encoded(file)))).await;
        let action = if known.status == 200 { "update" } else { "create" };
        let mut fields = json!({
            "branch": branch, "commit_message": "Change the pipeline",
            "actions": [{ "action": action, "file_path": file, "content": content }],
        });
        let branches = self.owner.get(&self.at("/repository/branches")).await.expect(200).json();
        let all: Vec<&str> = branches.as_array().into_iter().flatten().filter_map(|b| b["name"].as_str()).collect();
        if let Some(first) = all.first().filter(|_| !all.contains(&branch)) {
            fields["start_branch"] = json!(if all.contains(&"main") { "main" } else { first });
            // The file may be there on the branch it starts from.
            let there = format!(
                "/repository/files/{}?ref={}",
                encoded(file),
                fields["start_branch"].as_str().unwrap_or_default()
            );
            if self.owner.get(&self.at(&there)).await.status == 200 {
                fields["actions"][0]["action"] = json!("update");
            }
        }
        let made = self.owner.post(&self.at("/repository/commits"), fields).await.expect(201).json();
        made["id"].as_str().expect("a commit's id").to_owned()
    }

    /// Commits a pipeline file to `main` and waits for its pipeline.
    pub async fn pipeline(&self, yaml: &str) -> Pipeline {
        self.pipeline_on("main", yaml).await
    }

    /// Commits a pipeline file to a branch and waits for its pipeline.
    pub async fn pipeline_on(&self, branch: &str, yaml: &str) -> Pipeline {
        // Told apart by a comment, so that the same file twice makes two commits.
        let text = format!("{yaml}\n# {}\n", pipewright_model::random::hex::<4>());
        let sha = self.commit(branch, ".gitlab-ci.yml", &text).await;
        let path = self.at(&format!("/pipelines?sha={sha}"));
        let id = self.server.until("a pipeline of the commit", async || {
            let found = self.owner.get(&path).await.expect(200).json();
            let first = found.get(0)?;
            (first["status"] != "created").then(|| first["id"].as_i64()).flatten()
        });
        Pipeline { id: id.await, sha }
    }

    /// The job of that name in a pipeline, newest attempt.
    pub async fn job(&self, pipeline: &Pipeline, name: &str) -> Value {
        let jobs = self.owner.get(&self.at(&format!("/pipelines/{}/jobs?per_page=100", pipeline.id))).await;
        let jobs = jobs.expect(200).json();
        let found = jobs.as_array().into_iter().flatten().find(|job| job["name"] == name);
        found.unwrap_or_else(|| panic!("no job {name} in {jobs}")).clone()
    }

    /// The id of that job.
    pub async fn job_id(&self, pipeline: &Pipeline, name: &str) -> i64 {
        self.job(pipeline, name).await["id"].as_i64().expect("a job's id")
    }

    /// A job as it stands, by id.
    pub async fn show(&self, id: i64) -> Value {
        self.owner.get(&self.at(&format!("/jobs/{id}"))).await.expect(200).json()
    }

    /// Waits until the pipeline has that status.
    pub async fn until_pipeline(&self, pipeline: &Pipeline, status: &str) {
        let path = self.at(&format!("/pipelines/{}", pipeline.id));
        let what = format!("pipeline {} to be {status}", pipeline.id);
        self.server
            .until(&what, async || {
                let found = self.owner.get(&path).await.expect(200).json();
                (found["status"] == status).then_some(())
            })
            .await;
    }

    /// A pipeline of one job `work`, which a new runner has taken.
    pub async fn running_job(&self) -> (Pipeline, Claimed<'a>) {
        let pipeline = self.pipeline("work: { script: [make] }").await;
        let claimed = self.server.runner().await.take().await;
        (pipeline, claimed)
    }

    /// A pipeline of one job `work` that ended well and left an archive of these files.
    pub async fn job_with_archive(&self, files: &[(&str, &[u8])]) -> (Pipeline, i64) {
        let yaml = "work:\n  script: [make]\n  artifacts: { paths: [.], expire_in: 1 day }\n";
        let pipeline = self.pipeline(yaml).await;
        let claimed = self.server.runner().await.take().await;
        claimed.log("made\n").await;
        claimed.upload(files).await;
        claimed.finish("success").await;
        self.until_pipeline(&pipeline, "success").await;
        (pipeline, claimed.id)
    }
}

/// One segment of a path, its slashes escaped.
fn encoded(path: &str) -> String {
    path.replace('/', "%2F")
}
