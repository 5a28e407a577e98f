//! Getting the sources with git (runner protocol §9).

use reqwest::Url;

use super::failure::Failure;
use super::prepare::remove;
use super::sources_script::{Checkout, Submodules, script};
use super::{Job, write_private};

/// Most tries `GET_SOURCES_ATTEMPTS` can ask for.
const MOST_ATTEMPTS: u32 = 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strategy {
    Fetch,
    Clone,
    None,
    Empty,
}

/// Brings the work tree to the job's commit, with the hooks around it.
pub(super) async fn get_sources(job: &Job) -> Result<(), Failure> {
    let strategy = strategy(job)?;
    let _section = job.section("get_sources", "Getting source from Git repository");
    // The work tree may not exist yet, or go away: the first hook runs beside it.
    hook(job, "pre_get_sources_script", false).await?;
    match strategy {
        Strategy::None => job.log.green("Skipping Git repository setup"),
        Strategy::Empty => {
            fresh_folder(job)?;
            job.log.green("Starting with an empty project folder");
        }
        Strategy::Clone | Strategy::Fetch => with_git(job, strategy).await?,
    }
    hook(job, "post_get_sources_script", true).await
}

fn strategy(job: &Job) -> Result<Strategy, Failure> {
    match job.variables.filled("GIT_STRATEGY") {
        Some("fetch") => Ok(Strategy::Fetch),
        Some("none") => Ok(Strategy::None),
        Some("empty") => Ok(Strategy::Empty),
        None if job.payload.allow_git_fetch => Ok(Strategy::Fetch),
        Some("clone") | None => Ok(Strategy::Clone),
        Some(other) => {
            Err(Failure::Configuration(format!("GIT_STRATEGY is {other:?}; it can be fetch, clone, none or empty")))
        }
    }
}

fn fresh_folder(job: &Job) -> Result<(), Failure> {
    let folder = &job.place.project;
    remove(folder).and_then(|()| std::fs::create_dir_all(folder)).map_err(|error| Failure::disk(folder, &error))
}

async fn hook(job: &Job, name: &str, in_project: bool) -> Result<(), Failure> {
    let Some(hook) = job.payload.hooks.iter().find(|hook| hook.name == name) else {
        return Ok(());
    };
    let folder = if in_project { &job.place.project } else { &job.place.temporary };
    let text = job.shell.script(&hook.script, job.flag("CI_DEBUG_TRACE"));
    match job.shell_text(name, &text, folder, &[]).await? {
        0 => Ok(()),
        status => Err(Failure::Script(status)),
    }
}

async fn with_git(job: &Job, strategy: Strategy) -> Result<(), Failure> {
    let credentials = job.place.temporary.join("git-credentials");
    let text = credentials_config(job);
    write_private(&credentials, &text).map_err(|error| Failure::disk(&credentials, &error))?;
    let checkout = checkout(job)?;
    let include = credentials.to_string_lossy().into_owned();
    let text = job.shell.opening(job.flag("CI_DEBUG_TRACE")) + &script(&checkout, &include);
    // Also for git below git (submodules), which does not read this repository's settings.
    let environment = [
        ("GIT_TERMINAL_PROMPT", "0".to_owned()),
        ("GIT_CONFIG_COUNT", "1".to_owned()),
        ("GIT_CONFIG_KEY_0", "include.path".to_owned()),
        ("GIT_CONFIG_VALUE_0", include),
    ];
    let wanted = job.variables.get("GET_SOURCES_ATTEMPTS");
    let attempts = wanted.and_then(|text| text.parse().ok()).unwrap_or(1);
    let attempts: u32 = attempts.clamp(1, MOST_ATTEMPTS);
    let mut status = 0;
    for attempt in 1..=attempts {
        if strategy == Strategy::Clone || attempt > 1 {
            fresh_folder(job)?;
        }
        let folder = &job.place.project;
        status = job.shell_text("get_sources", &text, folder, &environment).await?;
        if status == 0 {
            return Ok(());
        }
        if attempt < attempts {
            job.log.warn(&format!("the sources could not be had; try {attempt} of {attempts}"));
        }
    }
    Err(Failure::System(format!("the sources could not be had: git ended with exit code {status}")))
}

fn checkout(job: &Job) -> Result<Checkout, Failure> {
    let git = &job.payload.git_info;
    let get = |key| job.variables.filled(key);
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let flags = |key, default| match get(key) {
        Some("none") => Vec::new(),
        Some(text) => words(text),
        None => words(default),
    };
    let is_hex = |text: &str| text.len() >= 8 && text.bytes().all(|b| b.is_ascii_hexdigit());
    if !is_hex(&git.sha) {
        return Err(Failure::System(format!("{:?} is no commit", git.sha)));
    }
    let submodule_depth = get("GIT_SUBMODULE_DEPTH").and_then(|text| text.parse().ok());
    let submodules = match get("GIT_SUBMODULE_STRATEGY") {
        Some(strategy @ ("normal" | "recursive")) => Some(Submodules {
            recursive: strategy == "recursive",
            depth: submodule_depth.unwrap_or(git.depth),
            flags: words(get("GIT_SUBMODULE_UPDATE_FLAGS").unwrap_or_default()),
            paths: words(get("GIT_SUBMODULE_PATHS").unwrap_or_default()),
        }),
        _ => None,
    };
    Ok(Checkout {
        remote: without_credentials(&git.repo_url),
        refspecs: git.refspecs.clone(),
        sha: git.sha.clone(),
        ref_name: git.ref_name.clone(),
        depth: git.depth,
        sha256: git.repo_object_format == "sha256",
        fetch_flags: flags("GIT_FETCH_EXTRA_FLAGS", "--prune --quiet"),
        with_files: get("GIT_CHECKOUT") != Some("false"),
        clean_flags: flags("GIT_CLEAN_FLAGS", "-ffdx"),
        submodules,
    })
}

fn without_credentials(address: &str) -> String {
    match Url::parse(address) {
        Ok(mut url) if url.has_host() => {
            // Both fail only for addresses without a host.
            let _ = url.set_username("");
            let _ = url.set_password(None);
            url.into()
        }
        _ => address.to_owned(),
    }
}

/// Settings that put the job's token into every address on the server's hosts. They live in a
/// file beside the work tree, so that the repository's own settings never hold them.
fn credentials_config(job: &Job) -> String {
    let mut lines = Vec::new();
    let mut hosts = Vec::new();
    for address in [&job.payload.git_info.repo_url, &job.config.url] {
        let Ok(url) = Url::parse(address) else {
            continue;
        };
        let Some(host) = url.host_str().filter(|_| url.scheme().starts_with("http")) else {
            continue;
        };
        let host = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        let bare = format!("{}://{host}/", url.scheme());
        if hosts.contains(&bare) {
            continue;
        }
        let with = format!("{}://gitlab-ci-token:{}@{host}/", url.scheme(), job.payload.token);
        lines.push(format!("[url \"{with}\"]\n\tinsteadOf = {bare}\n"));
        if job.flag("GIT_SUBMODULE_FORCE_HTTPS") && hosts.is_empty() {
            let ssh = job.variables.filled("CI_SERVER_SHELL_SSH_HOST");
            let ssh = ssh.or(url.host_str()).unwrap_or_default();
            lines.push(format!("\tinsteadOf = git@{ssh}:\n\tinsteadOf = ssh://git@{ssh}/\n"));
        }
        hosts.push(bare);
    }
    lines.concat()
}

#[cfg(test)]
mod tests {
    use super::without_credentials;

    #[test]
    fn credentials_are_taken_out_of_addresses() {
        let bare = without_credentials("http://gitlab-ci-token:x@h:8/a/b.git");
        assert_eq!(bare, "http://h:8/a/b.git");
        assert_eq!(without_credentials("/a/b.git"), "/a/b.git");
        assert_eq!(without_credentials("file:///a/b.git"), "file:///a/b.git");
    }
}
