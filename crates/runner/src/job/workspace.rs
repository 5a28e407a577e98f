//! The folders of a job.

use std::path::{Component, Path, PathBuf};

use pipewright_wire::runner::JobPayload;

use crate::config::RunnerConfig;

/// Where a job lives. Jobs of one project that run at once have different slots.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Workspace {
    /// `<builds_dir>/<short token>/<slot>`
    pub(crate) root: PathBuf,
    /// The work tree: `<root>/<project path>`
    pub(crate) project: PathBuf,
    /// Beside it: scripts, file variables, downloads; gone with the job.
    pub(crate) temporary: PathBuf,
}

impl Workspace {
    /// The folders for a job in a slot. Nothing is created.
    ///
    /// # Errors
    /// A sentence, when the builds folder has no absolute path.
    pub(crate) fn new(config: &RunnerConfig, job: &JobPayload, slot: usize) -> Result<Self, String> {
        let builds = std::path::absolute(&config.builds_dir)
            .map_err(|error| format!("the builds folder has no absolute path: {error}"))?;
        let root = builds.join(config.short_token()).join(slot.to_string());
        let project = root.join(project_path(job));
        Ok(Self::at(root, project))
    }

    /// The same with the work tree elsewhere (`GIT_CLONE_PATH`).
    ///
    /// # Errors
    /// A sentence, when the place is not inside the builds folder.
    pub(crate) fn moved_to(&self, place: &str) -> Result<Self, String> {
        let place = Path::new(place);
        let climbs = place.components().any(|part| part == Component::ParentDir);
        if climbs || !place.starts_with(&self.root) || place == self.root {
            let place = place.display();
            let root = self.root.display();
            return Err(format!("GIT_CLONE_PATH is {place}, which is not inside {root}"));
        }
        Ok(Self::at(self.root.clone(), place.to_owned()))
    }

    fn at(root: PathBuf, project: PathBuf) -> Self {
        let mut temporary = project.clone().into_os_string();
        temporary.push(".tmp");
        Self { root, project, temporary: temporary.into() }
    }
}

/// The path of the repository's address without `.git`, or a made-up one if that is no plain path.
fn project_path(job: &JobPayload) -> PathBuf {
    let fallback = || PathBuf::from(format!("project-{}", job.job_info.project_id));
    let Ok(url) = reqwest::Url::parse(&job.git_info.repo_url) else {
        return fallback();
    };
    let path = url.path().trim_matches('/').trim_end_matches(".git");
    let plain = |part: &str| {
        let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~' | '+');
        !part.is_empty() && !part.starts_with('.') && part.chars().all(safe)
    };
    if url.has_host() && path.split('/').all(plain) { path.split('/').collect() } else { fallback() }
}

#[cfg(test)]
mod tests {
    use super::{Workspace, project_path};
    use crate::config::RunnerConfig;
    use pipewright_wire::runner::JobPayload;

    fn job(url: &str) -> JobPayload {
        let mut job = JobPayload::default();
        job.job_info.project_id = 7;
        job.git_info.repo_url = url.to_owned();
        job
    }

    #[test]
    fn folders_are_named_after_the_repository() {
        let path = |url: &str| project_path(&job(url)).to_string_lossy().into_owned();
        assert_eq!(path("http://u:p@h:1/acme/tools/widgets.git"), "acme/tools/widgets");
        assert_eq!(path(""), "project-7");
        assert_eq!(path("http://h/a/%2e%2e/%2e%2e/etc.git"), "etc");
        assert_eq!(path("http://h/a/%2e./b/..%2f..%2fetc.git"), "project-7");
        assert_eq!(path("http://h/.git"), "project-7");
    }

    #[test]
    fn a_clone_path_stays_inside_the_slot() {
        let config = RunnerConfig::new("http://h", "glrt-abc", "/b", || 0, || 0);
        let place = Workspace::new(&config, &job("http://h/a/b.git"), 2).unwrap();
        assert_eq!(place.temporary.to_str(), Some("/b/abc/2/a/b.tmp"));
        assert!(place.moved_to("/b/abc/2/go/src").is_ok());
        assert!(place.moved_to("/b/abc/2/../../x").is_err());
        assert!(place.moved_to("/etc").is_err());
    }
}
