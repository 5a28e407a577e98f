//! The folder that holds every repository, and the settings all git commands run with.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};
use crate::names;
use crate::repository::Repository;

/// Settings for every command, in the place of the configuration files nobody reads here.
const CONFIG: &[(&str, &str)] = &[
    // The folder may belong to another user than the server (a mounted volume).
    ("safe.directory", "*"),
    ("core.hooksPath", "/dev/null"),
    // What is acknowledged is on disk: objects, their indexes, and the refs that name them.
    ("core.fsync", "committed,derived-metadata,reference"),
    // One pack per push, not one synced file per object.
    ("transfer.unpackLimit", "1"),
    ("gc.auto", "0"),
    ("receive.autogc", "false"),
    // Large files are streamed, not held for delta search.
    ("core.bigFileThreshold", "32m"),
    ("pack.windowMemory", "64m"),
    // Runners and scripts fetch by object id, and partial clones are cheap.
    ("uploadpack.allowFilter", "true"),
    ("uploadpack.allowAnySHA1InWant", "true"),
    ("receive.advertisePushOptions", "true"),
    // Clients push branches, tags and notes; every other ref is the server's own.
    ("receive.hideRefs", "refs"),
    ("receive.hideRefs", "!refs/heads"),
    ("receive.hideRefs", "!refs/tags"),
    ("receive.hideRefs", "!refs/notes"),
    ("i18n.logOutputEncoding", "UTF-8"),
    ("core.quotePath", "false"),
];

/// Run for each ref of a push that touches a branch which must not be rewritten. Git runs it after
/// the objects arrived and before the ref moves, which is the only moment this can be known.
const UPDATE_HOOK: &str = r#"#!/bin/sh
# Written by pipewright at every start; changes here are lost.
[ -n "$PIPEWRIGHT_KEEP_HISTORY" ] || exit 0
case "$2$3" in *0000000000000000000000000000000000000000*) exit 0 ;; esac
grep -q -x -F -e "$1" "$PIPEWRIGHT_KEEP_HISTORY"
case $? in
0) ;;
1) exit 0 ;;
*)
    # The list is gone: nobody can tell any more whose history is to be kept.
    echo "The server could not tell which branches are protected." >&2
    exit 1
    ;;
esac
git merge-base --is-ancestor "$2" "$3" && exit 0
echo "You are not allowed to force push code to a protected branch on this project." >&2
exit 1
"#;

/// The oldest git that takes settings from the environment, as every command here needs.
const OLDEST: (u32, u32) = (2, 31);

/// A folder of bare repositories. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Git {
    pub(crate) shared: Arc<Shared>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) root: PathBuf,
    pub(crate) hooks: PathBuf,
    pub(crate) env: Vec<(OsString, OsString)>,
}

impl Git {
    /// Opens the folder, making it if missing. `max_push` limits the bytes of one push; `None`
    /// means no limit.
    ///
    /// Fails with a sentence when git is missing or older than 2.31.
    pub fn new(root: impl AsRef<Path>, max_push: Option<u64>) -> Result<Self> {
        check_git()?;
        let root = std::path::absolute(root.as_ref()).map_err(Error::io("cannot find the current folder"))?;
        let hooks = root.join(".hooks");
        std::fs::create_dir_all(&hooks).map_err(Error::io(format!("cannot make {}", hooks.display())))?;
        write_hook(&hooks.join("update"))?;
        Ok(Self { shared: Arc::new(Shared { env: environment(&root, max_push), root, hooks }) })
    }

    /// A repository by its place below the root, such as `repositories/42.git`. It need not exist.
    pub fn repository(&self, path: &str) -> Result<Repository> {
        names::repository(path)?;
        Ok(Repository { git: self.clone(), path: self.shared.root.join(path) })
    }

    /// A name beside the repositories that nobody else uses.
    pub(crate) fn set_aside(&self, purpose: &str, name: &str) -> PathBuf {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let (number, process) = (NEXT.fetch_add(1, Ordering::Relaxed), std::process::id());
        self.shared.root.join(".aside").join(format!("{purpose}-{process}-{number}-{name}"))
    }

    /// Removes what a crash in the middle of a removal left behind.
    pub async fn sweep(&self) -> Result<()> {
        let aside = self.shared.root.join(".aside");
        let Ok(mut entries) = tokio::fs::read_dir(&aside).await else { return Ok(()) };
        let action = || format!("cannot tidy {}", aside.display());
        while let Some(entry) = entries.next_entry().await.map_err(Error::io(action()))? {
            if entry.file_name().to_string_lossy().starts_with("old-") {
                // Whoever is removing it at the same moment wins as well.
                drop(tokio::fs::remove_dir_all(entry.path()).await);
            }
        }
        Ok(())
    }
}

fn write_hook(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    // Staged, so that a push that runs meanwhile never sees half a script.
    let staged = path.with_extension(format!("{}", std::process::id()));
    let action = || format!("cannot write {}", path.display());
    std::fs::write(&staged, UPDATE_HOOK).map_err(Error::io(action()))?;
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&staged, executable).map_err(Error::io(action()))?;
    std::fs::rename(&staged, path).map_err(Error::io(action()))
}

/// The whole environment of every git command: nothing of the user's but the search path.
fn environment(root: &Path, max_push: Option<u64>) -> Vec<(OsString, OsString)> {
    let mut env: Vec<(OsString, OsString)> = Vec::new();
    for kept in ["PATH", "TMPDIR"] {
        env.extend(std::env::var_os(kept).map(|value| (kept.into(), value)));
    }
    // A folder that holds no configuration, now or ever.
    env.push(("HOME".into(), root.join(".hooks").into()));
    let fixed = [
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_ATTR_NOSYSTEM", "1"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GIT_NO_REPLACE_OBJECTS", "1"),
        ("GIT_LITERAL_PATHSPECS", "1"),
        ("GIT_OPTIONAL_LOCKS", "0"),
        ("LC_ALL", "C"),
        ("TZ", "UTC"),
    ];
    env.extend(fixed.map(|(key, value)| (key.into(), value.into())));
    let limit = max_push.map(|bytes| ("receive.maxInputSize", bytes.to_string()));
    let config = CONFIG.iter().map(|(key, value)| (*key, (*value).to_owned())).chain(limit);
    let mut count = 0;
    for (key, value) in config {
        env.push((format!("GIT_CONFIG_KEY_{count}").into(), key.into()));
        env.push((format!("GIT_CONFIG_VALUE_{count}").into(), value.into()));
        count += 1;
    }
    env.push(("GIT_CONFIG_COUNT".into(), count.to_string().into()));
    env
}

fn check_git() -> Result<()> {
    let output = std::process::Command::new("git")
        .arg("version")
        .output()
        .map_err(Error::io("cannot run git; install it (2.31 or newer) and put it on the PATH"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    match version(&text) {
        Some(found) if found < OLDEST => {
            Err(Error::refused(format!("{} is too old; 2.31 or newer is needed", text.trim())))
        }
        // A version nobody can read is given the benefit of the doubt.
        _ => Ok(()),
    }
}

fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split_whitespace().nth(2)?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn versions_are_read_in_every_dress() {
        assert_eq!(version("git version 2.39.5\n"), Some((2, 39)));
        assert_eq!(version("git version 2.39.5 (Apple Git-154)"), Some((2, 39)));
        assert_eq!(version("git version 2.50.0.windows.1"), Some((2, 50)));
        assert_eq!(version("nonsense"), None);
    }
}
