//! The parts of a payload: from what the file says to what the runner reads (runner protocol §5, §9).

use super::expand;
use super::predefined::Surroundings;
use super::release;
use super::variables::repository_url;
use pipewright_ci_config::JobPlan;
use pipewright_ci_config::plan::{self, CacheKey};
use pipewright_store::dependencies::Dependency as Found;
use pipewright_wire::runner::{
    Artifact, ArtifactFile, Cache, Dependency, FailureReason, GitInfo, Hook, Image, PayloadFeatures, Port, Service,
    ServiceVariable, Step, Variable,
};

/// What a variable is in the end: of two with one name the later one.
fn value_of<'v>(variables: &'v [Variable], key: &str) -> Option<&'v str> {
    variables.iter().rev().find(|variable| variable.key == key).map(|variable| variable.value.as_str())
}

/// Where the sources are.
pub(super) fn git_info(around: &Surroundings, variables: &[Variable], token: &str) -> GitInfo {
    let pipeline = &around.pipeline;
    let said = value_of(variables, "GIT_DEPTH").and_then(|text| text.trim().parse().ok());
    let depth: i64 = said.unwrap_or(around.project.settings.ci_default_git_depth).max(0);
    let (id, name) = (pipeline.id, &pipeline.ref_name);
    let mut refspecs = vec![format!("+refs/pipelines/{id}:refs/pipelines/{id}")];
    if depth == 0 {
        refspecs.push("+refs/heads/*:refs/remotes/origin/*".to_owned());
        refspecs.push("+refs/tags/*:refs/tags/*".to_owned());
    } else if pipeline.tag {
        refspecs.push(format!("+refs/tags/{name}:refs/tags/{name}"));
    } else {
        refspecs.push(format!("+refs/heads/{name}:refs/remotes/origin/{name}"));
    }
    GitInfo {
        repo_url: repository_url(around, token),
        ref_name: name.clone(),
        sha: pipeline.sha.clone(),
        before_sha: pipeline.before_sha.clone(),
        ref_type: if pipeline.tag { "tag" } else { "branch" }.to_owned(),
        refspecs,
        depth,
        repo_object_format: if pipeline.sha.len() == 64 { "sha256" } else { "sha1" }.to_owned(),
        protected: Some(pipeline.protected),
    }
}

/// `script`, and `release` and `after_script` if there are.
pub(super) fn steps(plan: &JobPlan, timeout: i64) -> Vec<Step> {
    if plan.run.is_some() {
        return Vec::new();
    }
    let step = |name: &str, script: &[String], when: &str, allow_failure| Step {
        name: name.to_owned(),
        script: script.to_vec(),
        timeout,
        when: when.to_owned(),
        allow_failure,
    };
    let mut steps = vec![step("script", &plan.script, "on_success", false)];
    if let Some(release) = &plan.release {
        steps.push(step("release", &[release::command(release)], "on_success", false));
    }
    if !plan.after_script.is_empty() {
        steps.push(step("after_script", &plan.after_script, "always", true));
    }
    steps
}

fn port(port: &plan::Port) -> Port {
    Port {
        number: i64::from(port.number),
        protocol: port.protocol.clone().unwrap_or_else(|| "http".to_owned()),
        name: port.name.clone().unwrap_or_else(|| "default_port".to_owned()),
    }
}

/// The container image.
pub(super) fn image(image: &plan::Image) -> Image {
    Image {
        name: image.name.clone(),
        alias: None,
        entrypoint: image.entrypoint.clone(),
        ports: image.ports.iter().map(port).collect(),
        pull_policy: image.pull_policy.clone(),
        executor_opts: serde_json::to_value(&image.executor_opts).ok(),
    }
}

/// A container beside it.
pub(super) fn service(service: &plan::Service) -> Service {
    Service {
        name: service.name.clone(),
        alias: service.alias.clone(),
        entrypoint: service.entrypoint.clone(),
        command: service.command.clone(),
        ports: service.ports.iter().map(port).collect(),
        pull_policy: service.pull_policy.clone(),
        executor_opts: serde_json::to_value(&service.executor_opts).ok(),
        variables: service
            .variables
            .iter()
            .map(|variable| ServiceVariable {
                key: variable.key.clone(),
                value: variable.value.clone(),
                raw: variable.raw,
            })
            .collect(),
    }
}

/// How a report is packed and what its file is called.
fn report(kind: &str) -> (&'static str, String) {
    let format = match kind {
        "junit" | "dotenv" | "cobertura" | "jacoco" | "metrics" | "annotations" | "cyclonedx" | "requirements"
        | "requirements_v2" | "repository_xray" => "gzip",
        "lsif" | "scip" => "zip",
        _ => "raw",
    };
    let name = match kind {
        "junit" => "junit.xml",
        "dotenv" => ".env",
        "cobertura" => "cobertura-coverage.xml",
        "jacoco" => "jacoco-coverage.xml",
        "codequality" => "gl-code-quality-report.json",
        "sast" => "gl-sast-report.json",
        "secret_detection" => "gl-secret-detection-report.json",
        "dependency_scanning" => "gl-dependency-scanning-report.json",
        "container_scanning" => "gl-container-scanning-report.json",
        "dast" => "gl-dast-report.json",
        "terraform" => "tfplan.json",
        "accessibility" => "gl-accessibility.json",
        "annotations" => "gl-annotations.json",
        "metrics" => "metrics.txt",
        "performance" => "performance.json",
        "browser_performance" => "browser-performance.json",
        "load_performance" => "load-performance.json",
        "requirements" => "requirements.json",
        "lsif" => "lsif.json",
        other => return (format, format!("gl-{}-report.json", other.replace('_', "-"))),
    };
    (format, name.to_owned())
}

/// What a job keeps, and the folder of its pages, which are kept in its archive and published nowhere.
fn with_pages(plan: &JobPlan) -> Option<plan::Artifacts> {
    let Some(pages) = &plan.pages else { return plan.artifacts.clone() };
    // A job that is merely called `pages` and keeps nothing has nothing to publish either.
    let asked = plan.base_name != "pages" || *pages != plan::PagesPlan::default() || plan.artifacts.is_some();
    if !asked {
        return None;
    }
    let mut said = plan.artifacts.clone().unwrap_or_default();
    let folder = pages.publish.clone().unwrap_or_else(|| "public".to_owned());
    if !said.paths.contains(&folder) {
        said.paths.push(folder);
    }
    Some(said)
}

/// What to upload: the archive, then each report on its own.
pub(super) fn artifacts(plan: &JobPlan, variables: &[Variable]) -> Vec<Artifact> {
    let said = with_pages(plan);
    let Some(said) = &said else { return Vec::new() };
    let mut uploads = Vec::new();
    let expire_in = said
        .expire_in
        .as_ref()
        .map(|text| expand::replace(text, |name| value_of(variables, name).map(ToOwned::to_owned)));
    if said.has_archive() {
        uploads.push(Artifact {
            name: said.name.clone(),
            untracked: said.untracked,
            paths: said.paths.clone(),
            exclude: said.exclude.clone(),
            when: Some(said.when.as_str().to_owned()),
            expire_in: expire_in.clone(),
            artifact_type: "archive".to_owned(),
            artifact_format: Some("zip".to_owned()),
        });
    }
    let coverage = said.coverage_report.iter().map(|report| (&report.coverage_format, vec![report.path.clone()]));
    let reports = said.reports.iter().map(|(kind, paths)| (kind, paths.clone()));
    for (kind, paths) in reports.chain(coverage) {
        let (format, name) = report(kind);
        uploads.push(Artifact {
            name: Some(name),
            untracked: None,
            paths,
            exclude: Vec::new(),
            when: Some("always".to_owned()),
            expire_in: expire_in.clone(),
            artifact_type: kind.clone(),
            artifact_format: Some(format.to_owned()),
        });
    }
    uploads
}

/// What to keep between jobs; protected and other refs do not share it.
pub(super) fn caches(plan: &JobPlan, protected: bool) -> Vec<Cache> {
    plan.cache
        .iter()
        .map(|cache| {
            let suffix = match (cache.unprotect, protected) {
                (true, _) => "",
                (false, true) => "-protected",
                (false, false) => "-non_protected",
            };
            let key = match &cache.key {
                CacheKey::Text(text) => text.as_str(),
                // Digests are put in when the pipeline is made; without any file the key is the default one.
                CacheKey::Files { .. } | CacheKey::FilesCommits { .. } => "default",
            };
            Cache {
                key: format!("{key}{suffix}"),
                untracked: cache.untracked.unwrap_or(false),
                policy: cache.policy.clone(),
                paths: cache.paths.clone(),
                when: cache.when.as_str().to_owned(),
                fallback_keys: cache.fallback_keys.iter().map(|key| format!("{key}{suffix}")).collect(),
            }
        })
        .collect()
}

/// A job whose artifacts are wanted.
pub(super) fn dependency(found: &Found, token: &str) -> Dependency {
    Dependency {
        id: found.job_id.0,
        name: found.name.clone(),
        token: token.to_owned(),
        artifacts_file: found
            .archive
            .as_ref()
            .map(|(filename, size)| ArtifactFile { filename: filename.clone(), size: *size }),
    }
}

/// What this server can do.
pub(super) fn features() -> PayloadFeatures {
    // A cancel is known here by the job's own status; the runner's word for it is not wanted.
    let known = FailureReason::ALL.into_iter().filter(|reason| *reason != FailureReason::JobCanceled);
    let known = known.filter(|reason| *reason != FailureReason::ImagePullFailure);
    PayloadFeatures {
        trace_sections: true,
        token_mask_prefixes: ["glpat-", "glcbt-", "glrt-", "glptt-"].map(str::to_owned).to_vec(),
        failure_reasons: known.map(|reason| reason.as_str().to_owned()).collect(),
    }
}

/// Scripts around getting the sources.
pub(super) fn hooks(plan: &JobPlan) -> Vec<Hook> {
    plan.hooks.iter().map(|hook| Hook { name: hook.name.clone(), script: hook.script.clone() }).collect()
}
