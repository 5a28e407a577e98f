//! Commits: one, several, a log, and how two of them are related.

use std::borrow::Cow;

use pipewright_model::{Commit, Timestamp};

use crate::error::{Error, Result};
use crate::names;
use crate::repository::Repository;

/// Fields of a commit, each ended by a NUL.
pub(super) const FORMAT: &str = "--format=%H%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B%x00";
const FIELDS: usize = 9;
/// Longer messages are not shown, bytes.
const LONGEST_MESSAGE: usize = 10 << 20;
/// A title of so many characters is cut …
const LONGEST_TITLE: usize = 100;
/// … to so many at most, and three dots.
const CUT_TITLE: usize = 78;

/// Which part of history [`Repository::commits`] returns.
#[derive(Clone, Debug, Default)]
pub struct LogQuery {
    /// Where to begin: anything [`Repository::resolve`] takes; empty for every branch and tag.
    pub rev: String,
    /// Only commits that touch this file or folder.
    pub path: Option<String>,
    /// Only commits made at or after this time.
    pub since: Option<Timestamp>,
    /// Only commits made at or before this time.
    pub until: Option<Timestamp>,
    /// How many matching commits to leave out first.
    pub skip: u64,
    /// How many to return at most.
    pub max: u64,
}

impl Repository {
    /// One commit by its full id.
    pub async fn commit(&self, id: &str) -> Result<Commit> {
        let mut found = self.commits_by_id(&[id]).await?;
        found.pop().ok_or_else(|| Error::not_found(format!("commit {id}")))
    }

    /// Several commits by their full ids, in the order given; one that is missing is
    /// [`Error::NotFound`].
    pub async fn commits_by_id(&self, ids: &[&str]) -> Result<Vec<Commit>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut list = String::new();
        for id in ids {
            names::oid(id)?;
            list.push_str(id);
            list.push('\n');
        }
        let args = ["log", "--no-walk=unsorted", FORMAT, "--stdin"];
        let printed = self.run(&args, list.as_bytes()).await?;
        if !printed.status.success() {
            if printed.stderr.contains("bad object") || printed.stderr.contains("bad revision") {
                return Err(Error::not_found(format!("commit {}", ids.join(", "))));
            }
            return Err(Error::failed("log", &printed.stderr));
        }
        let found = parse(&printed.stdout);
        // Git names a commit once, however often it is asked for.
        let by_id = |id: &&str| found.iter().find(|commit| commit.id.eq_ignore_ascii_case(id)).cloned();
        ids.iter().map(|id| by_id(id).ok_or_else(|| Error::not_found(format!("commit {id}")))).collect()
    }

    /// History from a commit backwards, newest first.
    pub async fn commits(&self, query: &LogQuery) -> Result<Vec<Commit>> {
        let everywhere = ["--branches".to_owned(), "--tags".to_owned()];
        let starts = if query.rev.is_empty() {
            everywhere.to_vec()
        } else {
            let missing = || Error::not_found(format!("revision {}", query.rev));
            vec![self.resolve(&query.rev).await?.ok_or_else(missing)?]
        };
        let mut args = vec!["log".to_owned(), FORMAT.to_owned()];
        args.push(format!("--max-count={}", query.max));
        args.push(format!("--skip={}", query.skip));
        args.extend(query.since.map(|time| format!("--since=@{}", time.seconds())));
        args.extend(query.until.map(|time| format!("--until=@{}", time.seconds())));
        args.extend(starts);
        args.push("--".to_owned());
        if let Some(path) = &query.path {
            names::check_file_path(path)?;
            args.push(path.clone());
        }
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        Ok(parse(&self.output(&args, b"").await?))
    }

    /// How many commits lead to this one, itself included.
    pub async fn count_commits(&self, id: &str) -> Result<u64> {
        names::oid(id)?;
        let printed = self.output(&["rev-list", "--count", id], b"").await?;
        String::from_utf8_lossy(&printed).trim().parse().map_err(|_| Error::failed("rev-list", "no number came back"))
    }

    /// The newest commit two histories share; `None` when they share nothing.
    pub async fn merge_base(&self, one: &str, other: &str) -> Result<Option<String>> {
        names::oid(one)?;
        names::oid(other)?;
        let found = self.run(&["merge-base", one, other], b"").await?;
        match found.status.code() {
            Some(0) => Ok(String::from_utf8_lossy(&found.stdout).lines().next().map(str::to_owned)),
            Some(1) => Ok(None),
            _ => Err(unknown_commit("merge-base", &found.stderr)),
        }
    }

    /// Whether `ancestor` is in the history of `id` (a commit is in its own). When it is not, moving
    /// a branch from the one to the other rewrites history.
    pub async fn is_ancestor(&self, ancestor: &str, id: &str) -> Result<bool> {
        names::oid(ancestor)?;
        names::oid(id)?;
        let found = self.run(&["merge-base", "--is-ancestor", ancestor, id], b"").await?;
        match found.status.code() {
            Some(0) => Ok(true),
            Some(1) => Ok(false),
            _ => Err(unknown_commit("merge-base", &found.stderr)),
        }
    }
}

fn unknown_commit(command: &str, stderr: &str) -> Error {
    if stderr.contains("Not a valid commit name") || stderr.contains("Not a valid object name") {
        return Error::not_found("the commit");
    }
    Error::failed(command, stderr)
}

pub(super) fn parse(printed: &[u8]) -> Vec<Commit> {
    let text = String::from_utf8_lossy(printed);
    let fields: Vec<&str> = text.split('\0').collect();
    fields.chunks_exact(FIELDS).map(commit).collect()
}

fn commit(fields: &[&str]) -> Commit {
    let field = |at: usize| fields.get(at).copied().unwrap_or_default();
    // The line feed that ends the record before.
    let id = field(0).trim_start_matches('\n');
    let message = shown(field(8));
    Commit {
        id: id.to_owned(),
        short_id: id.get(..8).unwrap_or(id).to_owned(),
        title: title(&message),
        message: message.into_owned(),
        author_name: field(2).to_owned(),
        author_email: field(3).to_owned(),
        authored_date: with_milliseconds(field(4)),
        committer_name: field(5).to_owned(),
        committer_email: field(6).to_owned(),
        committed_date: with_milliseconds(field(7)),
        parent_ids: field(1).split_whitespace().map(str::to_owned).collect(),
    }
}

/// The message, or its first line where it is too long to be shown.
fn shown(message: &str) -> Cow<'_, str> {
    if message.len() <= LONGEST_MESSAGE {
        return Cow::Borrowed(message);
    }
    let subject: String = first_line(message).chars().take(LONGEST_TITLE).collect();
    Cow::Owned(format!("{subject}\n\n--commit message is too big"))
}

fn first_line(message: &str) -> &str {
    message.split(['\r', '\n']).next().unwrap_or_default()
}

/// The first line of a message. One of a hundred characters or more is cut at a word's end, as GitLab cuts it.
fn title(message: &str) -> String {
    let line = if message.trim().is_empty() { "No commit message" } else { first_line(message) };
    if line.chars().count() < LONGEST_TITLE {
        return line.to_owned();
    }
    // The last space among the first 79 characters, or else 78 characters: with the dots, 81 at most.
    let end = |count: usize| line.char_indices().nth(count).map_or(line.len(), |(at, _)| at);
    let stop = line[..end(CUT_TITLE + 1)].rfind(' ').unwrap_or_else(|| end(CUT_TITLE));
    format!("{}...", &line[..stop])
}

/// From git's `2015-12-24T16:51:14+01:00` to the API's `2015-12-24T16:51:14.000+01:00`; the `Z` that
/// git writes for UTC becomes `+00:00` (Jobs API contract §9.0).
fn with_milliseconds(date: &str) -> String {
    let (seconds, offset) = match date.strip_suffix('Z') {
        Some(seconds) => (seconds, "+00:00"),
        None => date.split_at_checked(date.len().saturating_sub(6)).unwrap_or((date, "")),
    };
    format!("{seconds}.000{offset}")
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_MESSAGE, shown, title, with_milliseconds};

    #[test]
    fn a_title_is_the_first_line_and_cut_at_a_word() {
        assert_eq!(title("One\r\ntwo"), "One");
        assert_eq!(title(" \n"), "No commit message");
        assert_eq!(title(&"x".repeat(99)), "x".repeat(99));
        assert_eq!(title(&"é".repeat(100)), format!("{}...", "é".repeat(78)));
        let words = format!("{} {} {}", "a".repeat(70), "b".repeat(7), "c".repeat(40));
        assert_eq!(title(&words), format!("{} {}...", "a".repeat(70), "b".repeat(7)), "a space at the 79th counts");
        let words = format!("{} {}", "a".repeat(20), "b".repeat(90));
        assert_eq!(title(&words), format!("{}...", "a".repeat(20)));
    }

    #[test]
    fn a_message_of_megabytes_is_not_shown() {
        let long = format!("Subject\n\n{}", "x".repeat(LONGEST_MESSAGE));
        assert_eq!(shown(&long), "Subject\n\n--commit message is too big");
        assert_eq!(shown(&long[..LONGEST_MESSAGE]), &long[..LONGEST_MESSAGE]);
    }

    #[test]
    fn dates_keep_their_offset() {
        assert_eq!(with_milliseconds("2015-12-24T16:51:14+01:00"), "2015-12-24T16:51:14.000+01:00");
        assert_eq!(with_milliseconds("2015-12-24T16:51:14Z"), "2015-12-24T16:51:14.000+00:00");
        assert_eq!(with_milliseconds("2015-12-24T16:51:14-11:30"), "2015-12-24T16:51:14.000-11:30");
    }
}
