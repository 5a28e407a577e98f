//! `--server`: `POST /projects/:id/ci/lint` of any server that speaks GitLab's API.

use super::rows::{Need, Row, Rows};
use crate::error::{Error, Result};
use pipewright_ci_config::{Diagnostic, Diagnostics};
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

/// A server fetches includes for 30 seconds at most; then it has something to say.
const PATIENCE: Duration = Duration::from_mins(1);
/// Bytes of an answer: the merged file and its jobs.
const MAX_ANSWER: usize = 64 << 20;

/// Whom to ask.
pub(super) struct Server<'a> {
    pub(super) url: &'a str,
    pub(super) token: Option<&'a str>,
    /// Path or id.
    pub(super) project: &'a str,
}

/// What it says.
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    pub(super) valid: bool,
    #[serde(default)]
    pub(super) errors: Vec<String>,
    #[serde(default)]
    pub(super) warnings: Vec<String>,
    #[serde(default)]
    pub(super) merged_yaml: Option<String>,
    #[serde(default)]
    pub(super) jobs: Option<Vec<Job>>,
    /// What a server of our kind adds: the same with places.
    #[serde(skip)]
    placed: Vec<Diagnostic>,
    /// The whole answer.
    #[serde(skip)]
    pub(super) whole: Value,
}

/// One job of an answer. Servers leave out what they do not know.
#[derive(Debug, Deserialize)]
pub(super) struct Job {
    name: String,
    #[serde(default)]
    stage: Option<String>,
    #[serde(default)]
    when: Option<String>,
    #[serde(default)]
    allow_failure: Option<bool>,
    #[serde(default)]
    environment: Option<Value>,
    #[serde(default)]
    needs: Option<Vec<Value>>,
}

impl Server<'_> {
    /// Has a text linted. With a ref the server simulates the pipeline of a push of it.
    pub(super) fn lint(&self, content: &str, ref_name: Option<&str>) -> Result<Answer> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Error::Other(format!("the runtime could not be started: {error}")))?;
        let (status, body) = runtime.block_on(self.ask(content, ref_name)).map_err(|error| self.unreachable(&error))?;
        if !status.is_success() {
            return Err(Error::Other(self.refused(status, &body)));
        }
        let strange =
            |error: serde_json::Error| Error::Other(format!("{} does not answer as a CI lint does: {error}", self.url));
        let whole: Value = serde_json::from_slice(&body).map_err(strange)?;
        let mut answer = Answer::deserialize(&whole).map_err(strange)?;
        // Another server's key of that name is not ours to read.
        answer.placed = whole.get("diagnostics").and_then(|list| Vec::deserialize(list).ok()).unwrap_or_default();
        answer.whole = whole;
        Ok(answer)
    }

    async fn ask(&self, content: &str, ref_name: Option<&str>) -> reqwest::Result<(StatusCode, Vec<u8>)> {
        // A redirect would carry the token to somebody else.
        let redirect = reqwest::redirect::Policy::none();
        let http = reqwest::Client::builder().timeout(PATIENCE).redirect(redirect).build()?;
        let mut body = json!({ "content": content, "include_jobs": true });
        if let Some(name) = ref_name {
            body["dry_run"] = true.into();
            body["ref"] = name.into();
        }
        let path = escaped(self.project);
        let mut request = http.post(format!("{}/api/v4/projects/{path}/ci/lint", self.url.trim_end_matches('/')));
        if let Some(token) = self.token {
            request = request.header("PRIVATE-TOKEN", token);
        }
        let mut answer = request.json(&body).send().await?;
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > MAX_ANSWER {
                break;
            }
        }
        Ok((answer.status(), bytes))
    }

    fn unreachable(&self, error: &reqwest::Error) -> Error {
        // The innermost reason is the one that says something: "Connection refused".
        let mut reason: &dyn std::error::Error = error;
        while let Some(deeper) = reason.source() {
            reason = deeper;
        }
        let reason = if error.is_timeout() { "it did not answer in time".to_owned() } else { reason.to_string() };
        Error::Other(format!("{} cannot be asked: {reason}", self.url))
    }

    /// Why it does not lint, and what to do.
    fn refused(&self, status: StatusCode, body: &[u8]) -> String {
        let (url, project) = (self.url, self.project);
        match (status.as_u16(), self.token) {
            (401, None) => format!("{url} wants to know who asks: give an access token with --token"),
            (401, Some(_)) => format!("{url} does not take the token: it may be mistyped, expired or revoked"),
            (403, _) => format!("{url} does not let the token's owner lint in `{project}`: it takes a developer there"),
            (404, _) => format!("{url} has no project `{project}` for this token, or no CI lint: check --project"),
            (300..=399, _) => format!("{url} redirects: give the address it redirects to"),
            _ => format!("{url} answered {status}{}", reason(body)),
        }
    }
}

/// GitLab's error bodies say `message` or `error`.
fn reason(body: &[u8]) -> String {
    let read: Value = serde_json::from_slice(body).unwrap_or_default();
    let said = ["message", "error"].iter().find_map(|key| read.get(key));
    said.map(|said| format!(": {}", said.as_str().map_or_else(|| said.to_string(), str::to_owned))).unwrap_or_default()
}

/// A path as one segment of an address.
fn escaped(project: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    project
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

impl Answer {
    /// Its messages, each with the place the server names, else with that of the same message found here.
    ///
    /// `root` is what the file is called here: the server has a name of its own for the text it was sent.
    pub(super) fn diagnostics(&self, found_here: &[Diagnostic], root: &str) -> Diagnostics {
        let mut theirs: Vec<Diagnostic> = self.placed.clone();
        for place in theirs.iter_mut().filter(|one| one.included_from.is_empty()).filter_map(|one| one.place.as_mut()) {
            root.clone_into(&mut place.file);
        }
        for first in theirs.iter_mut().filter_map(|one| one.included_from.first_mut()) {
            root.clone_into(&mut first.file);
        }
        let mut placed = |made: Diagnostic| {
            let same = |one: &&Diagnostic| one.message == made.message && one.severity == made.severity;
            // One message may have several places: each is used once.
            match theirs.iter().position(|one| same(&one)) {
                Some(at) => theirs.remove(at),
                None => found_here.iter().find(same).cloned().unwrap_or(made),
            }
        };
        Diagnostics {
            errors: self.errors.iter().map(|text| placed(Diagnostic::error(text))).collect(),
            warnings: self.warnings.iter().map(|text| placed(Diagnostic::warning(text))).collect(),
        }
    }

    /// Its jobs; stages in the order in which they come.
    pub(super) fn rows(&self) -> Rows {
        let jobs: Vec<Row> = self.jobs.iter().flatten().map(row).collect();
        let mut stages: Vec<String> = Vec::new();
        for job in &jobs {
            if !stages.contains(&job.stage) {
                stages.push(job.stage.clone());
            }
        }
        stages.sort_by_key(|stage| match stage.as_str() {
            ".pre" => 0,
            ".post" => 2,
            _ => 1,
        });
        Rows { stages, jobs }
    }
}

fn row(job: &Job) -> Row {
    let environment = job.environment.as_ref().and_then(|value| value.as_str().or_else(|| value["name"].as_str()));
    let needs = job.needs.as_ref().map(|needs| {
        let name =
            |need: &Value| need.as_str().or_else(|| need["name"].as_str().or(need["job"].as_str())).map(str::to_owned);
        let artifacts = |need: &Value| need["artifacts"].as_bool().unwrap_or(true);
        needs.iter().filter_map(|need| Some(Need { name: name(need)?, artifacts: artifacts(need) })).collect()
    });
    Row {
        name: job.name.clone(),
        base_name: job.name.clone(),
        stage: job.stage.clone().unwrap_or_else(|| "test".to_owned()),
        when: job.when.clone().unwrap_or_else(|| "on_success".to_owned()),
        may_fail: job.allow_failure.unwrap_or(false),
        environment: environment.map(str::to_owned),
        needs,
        why: "-".to_owned(),
        ..Row::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_is_one_segment_of_the_address() {
        assert_eq!(escaped("group/sub group/app"), "group%2Fsub%20group%2Fapp");
        assert_eq!(escaped("7"), "7");
    }

    #[test]
    fn answers_of_any_age_are_read() {
        let old: Answer = serde_json::from_str(r#"{"valid":false,"errors":["no"]}"#).unwrap();
        assert!(old.rows().jobs.is_empty() && !old.valid);
        let text = r#"{"valid":true,"errors":[],"warnings":[],"jobs":[
            {"name":"b","stage":".post"},{"name":"a","stage":"x","needs":[{"name":"c","artifacts":false},"d"],
            "environment":{"name":"prod"},"when":"manual","allow_failure":true}]}"#;
        let rows = serde_json::from_str::<Answer>(text).unwrap().rows();
        assert_eq!(rows.stages, ["x", ".post"]);
        let job = &rows.jobs[1];
        assert_eq!((job.when.as_str(), job.may_fail, job.environment.as_deref()), ("manual", true, Some("prod")));
        let needs: Vec<_> = job.needs.iter().flatten().map(|need| (need.name.as_str(), need.artifacts)).collect();
        assert_eq!(needs, [("c", false), ("d", true)]);
    }

    #[test]
    fn refusals_say_what_to_do() {
        let server = Server { url: "http://x", token: None, project: "a/b" };
        assert!(server.refused(StatusCode::UNAUTHORIZED, b"").contains("--token"));
        let said = server.refused(StatusCode::INTERNAL_SERVER_ERROR, br#"{"message":"out of order"}"#);
        assert!(said.ends_with(": out of order"), "{said}");
    }
}
