//! The pipeline to simulate: what the flags say, and where they are silent, what git says.

use super::checkout::{Commit, Head, Remote};
use super::options::SimulateOptions;
use crate::error::{Error, Result};
use pipewright_ci_config::{Fact, Facts};
use pipewright_engine::jobs::predefined::slug;

const NO_COMMIT: &str = "0000000000000000000000000000000000000000";
/// Titles longer than this are repeated in the description.
const LONG_TITLE: usize = 100;

/// Branch or tag, and what starts the pipeline.
#[derive(Debug)]
pub(super) struct Start {
    pub(super) ref_name: String,
    pub(super) tag: bool,
    pub(super) source: String,
}

/// Settles what the flags leave open. `tag_here`: the tag of the commit checked out, asked only when needed.
pub(super) fn start(options: &SimulateOptions, head: &Head, tag_here: impl Fn() -> Option<String>) -> Result<Start> {
    let tag = options.tag || options.source == "tag";
    let source = if options.source == "tag" { "push" } else { &options.source }.to_owned();
    if tag && source == "merge_request_event" {
        return Err(Error::Other("a merge request has a branch: leave out --tag or --source".to_owned()));
    }
    let ref_name = match (&options.ref_name, tag) {
        (Some(name), _) => name.clone(),
        (None, true) => tag_here().ok_or_else(|| {
            Error::Other("which tag? No tag is at the commit checked out: name one with --ref".to_owned())
        })?,
        (None, false) => head.branch.clone().unwrap_or_else(|| head.default_branch.clone()),
    };
    Ok(Start { ref_name, tag, source })
}

/// The compiler's facts, inputs left out.
pub(super) fn facts(start: &Start, options: &SimulateOptions, head: &Head, project: Option<&str>, file: &str) -> Facts {
    let mut predefined = of_project(head, project, options.default_branch.as_deref(), file);
    predefined.extend(of_ref(start));
    predefined.extend(of_commit(head.commit.as_ref()));
    if start.source == "merge_request_event" {
        predefined.extend(of_merge_request(start, default_branch(options, head), head.commit.as_ref()));
    }
    Facts {
        ref_name: start.ref_name.clone(),
        tag: start.tag,
        source: start.source.clone(),
        predefined,
        pipeline: options.variables.iter().map(|(key, value)| Fact::new(key, value)).collect(),
        project: project_path(head, project).unwrap_or_default().to_owned(),
        ..Facts::default()
    }
}

/// `CI_DEFAULT_BRANCH`.
pub(super) fn default_branch<'a>(options: &'a SimulateOptions, head: &'a Head) -> &'a str {
    options.default_branch.as_deref().unwrap_or(&head.default_branch)
}

/// The path given, else the remote's. An id is no path.
pub(super) fn project_path<'a>(head: &'a Head, given: Option<&'a str>) -> Option<&'a str> {
    let given = given.filter(|path| path.contains('/'));
    given.or(head.remote.as_ref().map(|remote| remote.path.as_str()))
}

fn of_project(head: &Head, project: Option<&str>, default: Option<&str>, file: &str) -> Vec<Fact> {
    let mut facts = vec![
        Fact::new("CI", "true"),
        Fact::new("GITLAB_CI", "true"),
        Fact::new("CI_CONFIG_PATH", file),
        Fact::new("CI_DEFAULT_BRANCH", default.unwrap_or(&head.default_branch)),
    ];
    if let Some(remote) = &head.remote {
        facts.extend(of_server(remote));
    }
    if let Some(path) = project_path(head, project) {
        let (namespace, name) = path.rsplit_once('/').unwrap_or(("", path));
        facts.extend([
            Fact::new("CI_PROJECT_NAME", name),
            Fact::new("CI_PROJECT_TITLE", name),
            Fact::new("CI_PROJECT_PATH", path),
            Fact::new("CI_PROJECT_PATH_SLUG", slug(path, 63)),
            Fact::new("CI_PROJECT_NAMESPACE", namespace),
            Fact::new("CI_PROJECT_NAMESPACE_SLUG", slug(namespace, 63)),
            Fact::new("CI_PROJECT_ROOT_NAMESPACE", namespace.split('/').next().unwrap_or_default()),
        ]);
        if let Some(remote) = &head.remote {
            facts.push(Fact::new("CI_PROJECT_URL", format!("{}://{}/{path}", remote.protocol, remote.host)));
        }
    }
    facts
}

fn of_server(remote: &Remote) -> Vec<Fact> {
    let url = format!("{}://{}", remote.protocol, remote.host);
    let default_port = if remote.protocol == "https" { "443" } else { "80" };
    let (host, port) = remote.host.rsplit_once(':').unwrap_or((&remote.host, default_port));
    vec![
        Fact::new("CI_SERVER_URL", &url),
        Fact::new("CI_SERVER_HOST", host),
        Fact::new("CI_SERVER_PORT", port),
        Fact::new("CI_SERVER_PROTOCOL", remote.protocol),
        Fact::new("CI_SERVER_FQDN", &remote.host),
        Fact::new("CI_API_V4_URL", format!("{url}/api/v4")),
        Fact::new("CI_API_GRAPHQL_URL", format!("{url}/api/graphql")),
    ]
}

fn of_ref(start: &Start) -> Vec<Fact> {
    let mut facts = vec![
        Fact::new("CI_PIPELINE_SOURCE", &start.source),
        Fact::new("CI_COMMIT_REF_NAME", &start.ref_name),
        Fact::new("CI_COMMIT_REF_SLUG", slug(&start.ref_name, 63)),
    ];
    if start.tag {
        facts.push(Fact::new("CI_COMMIT_TAG", &start.ref_name));
    } else if start.source != "merge_request_event" {
        facts.push(Fact::new("CI_COMMIT_BRANCH", &start.ref_name));
    }
    if start.source == "trigger" {
        facts.push(Fact::new("CI_PIPELINE_TRIGGERED", "true"));
    }
    facts
}

fn of_commit(commit: Option<&Commit>) -> Vec<Fact> {
    let Some(commit) = commit else { return Vec::new() };
    let (title, rest) = commit.message.split_once('\n').unwrap_or((&commit.message, ""));
    let short = title.chars().count() < LONG_TITLE;
    let description = if short { rest.trim_start_matches('\n') } else { &commit.message };
    vec![
        Fact::new("CI_COMMIT_SHA", &commit.sha),
        Fact::new("CI_COMMIT_SHORT_SHA", commit.sha.get(..8).unwrap_or(&commit.sha)),
        Fact::new("CI_COMMIT_BEFORE_SHA", commit.parent.as_deref().unwrap_or(NO_COMMIT)),
        Fact { raw: true, ..Fact::new("CI_COMMIT_TITLE", title) },
        Fact { raw: true, ..Fact::new("CI_COMMIT_MESSAGE", &commit.message) },
        Fact { raw: true, ..Fact::new("CI_COMMIT_DESCRIPTION", description) },
        Fact { raw: true, ..Fact::new("CI_COMMIT_AUTHOR", &commit.author) },
        Fact::new("CI_COMMIT_TIMESTAMP", &commit.date),
    ]
}

/// A merge request from the ref into the default branch; `--var` says what else it is.
fn of_merge_request(start: &Start, target: &str, commit: Option<&Commit>) -> Vec<Fact> {
    let mut facts = vec![
        Fact::new("CI_MERGE_REQUEST_ID", "1"),
        Fact::new("CI_MERGE_REQUEST_IID", "1"),
        Fact::new("CI_MERGE_REQUEST_REF_PATH", "refs/merge-requests/1/head"),
        Fact::new("CI_MERGE_REQUEST_EVENT_TYPE", "detached"),
        Fact::new("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", &start.ref_name),
        Fact::new("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", target),
    ];
    if let Some(commit) = commit {
        let title = commit.message.lines().next().unwrap_or_default();
        facts.push(Fact { raw: true, ..Fact::new("CI_MERGE_REQUEST_TITLE", title) });
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(source: &str) -> SimulateOptions {
        SimulateOptions {
            ref_name: None,
            tag: false,
            source: source.to_owned(),
            variables: Vec::new(),
            inputs: Vec::new(),
            changed: Vec::new(),
            changed_since: None,
            default_branch: None,
            projects: Vec::new(),
        }
    }

    fn value(facts: &Facts, key: &str) -> Option<String> {
        facts.predefined.iter().find(|fact| fact.key == key).map(|fact| fact.value.clone())
    }

    fn head() -> Head {
        Head { branch: Some("topic/One".to_owned()), default_branch: "main".to_owned(), ..Head::default() }
    }

    fn made(source: &str) -> Facts {
        let (options, head) = (options(source), head());
        let start = start(&options, &head, || Some("v1".to_owned())).unwrap();
        facts(&start, &options, &head, Some("a/b/c"), ".gitlab-ci.yml")
    }

    #[test]
    fn a_push_is_of_the_branch_checked_out() {
        let facts = made("push");
        assert_eq!((facts.ref_name.as_str(), facts.tag), ("topic/One", false));
        assert_eq!(value(&facts, "CI_COMMIT_REF_SLUG").as_deref(), Some("topic-one"));
        assert_eq!(value(&facts, "CI_PROJECT_NAMESPACE").as_deref(), Some("a/b"));
        assert_eq!(value(&facts, "CI_COMMIT_TAG"), None);
    }

    #[test]
    fn a_tag_is_pushed_and_no_branch() {
        let facts = made("tag");
        assert_eq!((facts.ref_name.as_str(), facts.tag, facts.source.as_str()), ("v1", true, "push"));
        assert_eq!(value(&facts, "CI_COMMIT_TAG").as_deref(), Some("v1"));
        assert_eq!(value(&facts, "CI_COMMIT_BRANCH"), None);
    }

    #[test]
    fn a_merge_request_has_source_and_target_and_no_branch_of_its_own() {
        let facts = made("merge_request_event");
        assert_eq!(value(&facts, "CI_COMMIT_BRANCH"), None);
        assert_eq!(value(&facts, "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME").as_deref(), Some("topic/One"));
        assert_eq!(value(&facts, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME").as_deref(), Some("main"));
    }

    #[test]
    fn a_tag_that_nobody_names_is_asked_for() {
        let error = start(&options("tag"), &head(), || None).unwrap_err().to_string();
        assert!(error.contains("--ref"), "{error}");
    }
}
