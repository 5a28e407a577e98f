//! The checkout: where it is, what is checked out, where it came from.

use super::git;
use crate::error::{Error, Result};
use std::path::{Path, PathBuf};

const CI_FILE: &str = ".gitlab-ci.yml";

/// The work tree around the file.
#[derive(Debug)]
pub(super) struct Checkout {
    /// Paths of includes start here.
    pub(super) root: PathBuf,
    /// It is a git repository.
    pub(super) is_git: bool,
}

/// What git knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// The branch checked out.
    pub(super) branch: Option<String>,
    /// The commit the pipeline would be for.
    pub(super) commit: Option<Commit>,
    /// The branch everything is merged into.
    pub(super) default_branch: String,
    /// Where the repository came from.
    pub(super) remote: Option<Remote>,
}

/// A commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Commit {
    pub(super) sha: String,
    pub(super) parent: Option<String>,
    pub(super) author: String,
    pub(super) date: String,
    pub(super) message: String,
}

/// The remote `origin`, if it is on a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Remote {
    /// Host, with the port of web addresses.
    pub(super) host: String,
    /// `http` or `https`.
    pub(super) protocol: &'static str,
    /// `group/project`.
    pub(super) path: String,
}

impl Checkout {
    /// The repository a folder is in; outside of any, the current folder if it is above, else the folder itself.
    pub(super) fn around(folder: &Path) -> Result<Self> {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let here = folder.canonicalize().map_err(Error::path(folder))?;
        let repository = here.ancestors().find(|above| above.join(".git").exists());
        let current = std::env::current_dir().ok().filter(|current| here.starts_with(current));
        let root = repository.map(Path::to_owned).or(current).unwrap_or_else(|| here.clone());
        Ok(Self { root, is_git: repository.is_some() })
    }

    /// The file that is compiled when none is named.
    pub(super) fn ci_file(&self) -> PathBuf {
        self.root.join(CI_FILE)
    }

    /// Asks git everything at once. `ref_name`: the branch or tag whose commit is meant.
    pub(super) fn head(&self, ref_name: Option<&str>) -> Head {
        if !self.is_git {
            return Head { default_branch: "main".to_owned(), ..Head::default() };
        }
        std::thread::scope(|scope| {
            let branch = scope.spawn(|| git::text(&self.root, &["symbolic-ref", "--quiet", "--short", "HEAD"]));
            let commit = scope.spawn(|| self.commit(ref_name));
            let remote = scope.spawn(|| git::text(&self.root, &["config", "--get", "remote.origin.url"]));
            let default_branch = self.default_branch();
            Head {
                branch: branch.join().ok().flatten().filter(|name| !name.is_empty()),
                commit: commit.join().ok().flatten(),
                default_branch,
                remote: remote.join().ok().flatten().and_then(|url| remote_of(&url)),
            }
        })
    }

    /// The tag at the commit checked out.
    pub(super) fn tag_here(&self) -> Option<String> {
        git::text(&self.root, &["describe", "--tags", "--exact-match", "HEAD"])
    }

    fn commit(&self, ref_name: Option<&str>) -> Option<Commit> {
        let log = |commit: &str| {
            let format = "--format=%H%x00%P%x00%an <%ae>%x00%cI%x00%B";
            let text = git::text(&self.root, &["log", "-1", "--no-color", format, "--end-of-options", commit, "--"])?;
            let mut parts = text.splitn(5, '\0').map(str::to_owned);
            Some(Commit {
                sha: parts.next().filter(|sha| !sha.is_empty())?,
                parent: parts.next()?.split(' ').next().filter(|sha| !sha.is_empty()).map(str::to_owned),
                author: parts.next()?,
                date: parts.next()?,
                message: parts.next()?,
            })
        };
        let named = ref_name.and_then(|name| {
            let places = ["refs/heads/", "refs/tags/", "refs/remotes/origin/"];
            places.iter().find_map(|place| log(&format!("{place}{name}")))
        });
        named.or_else(|| log("HEAD"))
    }

    /// The remote's, else `main` or `master`, whichever there is.
    fn default_branch(&self) -> String {
        let wanted = ["refs/remotes/origin/HEAD", "refs/heads/main", "refs/heads/master"];
        let format = "--format=%(refname) %(symref)";
        let found = git::text(&self.root, &[&["for-each-ref", format][..], &wanted].concat()).unwrap_or_default();
        let symbolic = |line: &str| line.split_once(" refs/remotes/origin/").map(|(_, name)| name.to_owned());
        let remote = found.lines().find_map(symbolic);
        let has = |name: &str| found.lines().any(|line| line.trim_end() == format!("refs/heads/{name}"));
        remote.unwrap_or_else(|| if !has("main") && has("master") { "master" } else { "main" }.to_owned())
    }
}

/// Reads `https://host/group/project.git`, `ssh://git@host:22/…` and `git@host:group/project.git`.
fn remote_of(url: &str) -> Option<Remote> {
    let (scheme, rest) = if let Some((scheme, rest)) = url.split_once("://") {
        (scheme, rest.to_owned())
    } else {
        // The short form of ssh; a path on this machine has a slash before any colon.
        let (host, path) = url.split_once(':').filter(|(host, _)| !host.contains('/'))?;
        ("ssh", format!("{host}/{path}"))
    };
    let (authority, path) = rest.split_once('/')?;
    let host = authority.rsplit('@').next()?;
    let path = path.trim_matches('/').trim_end_matches(".git");
    let (protocol, host) = match scheme {
        "http" => ("http", host),
        "https" => ("https", host),
        "ssh" | "git+ssh" | "git" => ("https", host.split(':').next()?),
        _ => return None,
    };
    let whole = !host.is_empty() && path.contains('/');
    whole.then(|| Remote { host: host.to_owned(), protocol, path: path.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::remote_of;

    #[test]
    fn remotes_are_read_in_all_their_forms() {
        let table = [
            ("https://user:secret@git.example.com:8443/a/b/c.git", Some(("git.example.com:8443", "https", "a/b/c"))),
            ("http://localhost:8080/root/app.git/", Some(("localhost:8080", "http", "root/app"))),
            ("git@git.example.com:a/b.git", Some(("git.example.com", "https", "a/b"))),
            ("ssh://git@git.example.com:2222/a/b.git", Some(("git.example.com", "https", "a/b"))),
            ("/srv/git/app.git", None),
            ("../app", None),
            ("file:///srv/git/app.git", None),
        ];
        for (url, expected) in table {
            let read = remote_of(url);
            let shown = read.as_ref().map(|read| (read.host.as_str(), read.protocol, read.path.as_str()));
            assert_eq!(shown, expected, "{url}");
        }
    }
}
