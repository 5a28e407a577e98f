//! Looking through a commit: text in its files, files by path, commits by their message. What git prints is read
//! up to a bound, and git is ended there.

use pipewright_model::Commit;
use tokio::io::AsyncReadExt;

use super::commits;
use crate::command::start;
use crate::error::{Error, Result};
use crate::names;
use crate::repository::Repository;

/// Lines shown before and after one that has the text.
const AROUND: &str = "2";
/// Most bytes read of the lines that have a text.
const MOST_FOUND: u64 = 4 << 20;
/// Most bytes read of a list of files, some 150,000 of them, or of commits.
const MOST_LISTED: u64 = 16 << 20;
/// Most bytes of one place's lines.
const LONGEST: usize = 64 << 10;

/// Lines of a file that have a text, with those around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The file, from the top of the repository.
    pub path: String,
    /// Number of the first of the lines.
    pub line: u64,
    /// The lines, with their ends; very long ones are cut.
    pub text: String,
}

/// A file with its size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sized {
    /// From the top of the repository.
    pub path: String,
    /// The object id of its content.
    pub id: String,
    /// Bytes.
    pub size: u64,
}

impl Repository {
    /// Places in the text files of a commit, given by its full id, that have this text, whatever the letter case; in
    /// the order of the files.
    pub async fn grep(&self, commit: &str, text: &str) -> Result<Vec<Found>> {
        names::oid(commit)?;
        if text.is_empty() || text.contains(|c: char| c.is_ascii_control()) {
            return Ok(Vec::new());
        }
        let args = [
            "grep",
            "--no-color",
            "--threads=1",
            "-I",
            "-i",
            "-F",
            "-n",
            "--null",
            "-C",
            AROUND,
            "-e",
            text,
            commit,
            "--",
        ];
        let (printed, _) = self.some(&args, MOST_FOUND, &[0, 1]).await?;
        Ok(places(&String::from_utf8_lossy(&printed), commit))
    }

    /// The files of a commit, given by its full id, that are at this path or below it; all of them where it is empty.
    pub async fn files_below(&self, commit: &str, path: &str) -> Result<Vec<Sized>> {
        names::oid(commit)?;
        let mut args = vec!["ls-tree", "-r", "-l", "-z", "--full-tree", commit];
        if !path.is_empty() {
            if names::check_file_path(path).is_err() {
                return Ok(Vec::new());
            }
            args.extend(["--", path]);
        }
        let (mut printed, cut) = self.some(&args, MOST_LISTED, &[0]).await?;
        if cut {
            // The last one is broken off.
            printed.truncate(printed.iter().rposition(|byte| *byte == 0).unwrap_or_default());
        }
        Ok(String::from_utf8_lossy(&printed).split('\0').filter_map(sized).collect())
    }

    /// Commits from one backwards, given by its full id, whose message has this text, whatever the letter case.
    pub async fn commits_saying(&self, from: &str, text: &str, most: u64) -> Result<Vec<Commit>> {
        names::oid(from)?;
        let (most, said) = (format!("--max-count={most}"), format!("--grep={text}"));
        let args = ["log", commits::FORMAT, &most, "--regexp-ignore-case", "--fixed-strings", &said, from, "--"];
        let (printed, cut) = self.some(&args, MOST_LISTED, &[0]).await?;
        let mut found = commits::parse(&printed);
        if cut {
            // The last one is broken off.
            found.pop();
        }
        Ok(found)
    }

    /// The first bytes of a file found by [`Repository::files_below`].
    pub async fn beginning(&self, id: &str, most: u64) -> Result<Vec<u8>> {
        names::oid(id)?;
        Ok(self.some(&["cat-file", "blob", id], most, &[0]).await?.0)
    }

    /// Runs a command until it has printed `most` bytes, and whether it was ended there; statuses other than `good`
    /// are failures.
    async fn some(&self, args: &[&str], most: u64, good: &[i32]) -> Result<(Vec<u8>, bool)> {
        let mut command = self.command(args)?;
        command.env("GIT_DIR", ".").stdin(std::process::Stdio::null());
        let (running, _, stdout) = start(command, args)?;
        let mut printed = Vec::new();
        stdout.take(most).read_to_end(&mut printed).await.map_err(Error::io("cannot read from git"))?;
        if printed.len() as u64 == most {
            return Ok((printed, true));
        }
        let (status, stderr) = running.wait().await?;
        if status.code().is_some_and(|code| good.contains(&code)) {
            Ok((printed, false))
        } else {
            Err(Error::failed(args.first().unwrap_or(&""), &stderr))
        }
    }
}

/// Cuts what `git grep` printed at the lines `--` between its places: each other line is
/// `<commit>:<path> NUL <number> <one character> <text>`.
fn places(printed: &str, commit: &str) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut next = 0;
    for line in printed.split_inclusive('\n') {
        let Some((path, number, text)) = line.strip_prefix(commit).and_then(numbered) else { continue };
        if !found.last().is_some_and(|last| last.path == path && number == next) {
            found.push(Found { path: path.to_owned(), line: number, text: String::new() });
        }
        if let Some(last) = found.last_mut() {
            push_cut(&mut last.text, text);
        }
        next = number + 1;
    }
    found
}

fn numbered(line: &str) -> Option<(&str, u64, &str)> {
    let (path, rest) = line.strip_prefix(':')?.split_once('\0')?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    Some((path, rest[..digits].parse().ok()?, rest.get(digits + 1..)?))
}

fn push_cut(text: &mut String, more: &str) {
    let room = LONGEST.saturating_sub(text.len()).min(more.len());
    text.push_str(&more[..more.floor_char_boundary(room)]);
}

fn sized(line: &str) -> Option<Sized> {
    let (facts, path) = line.split_once('\t')?;
    let mut words = facts.split_whitespace();
    let (mode, kind, id, size) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let file = kind == "blob" && mode != "120000";
    file.then_some(())?;
    Some(Sized { path: path.to_owned(), id: id.to_owned(), size: size.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::{Found, LONGEST, places, push_cut};

    #[test]
    fn lines_that_follow_each_other_are_one_place() {
        let printed = "c:a b.rs\x001-one\nc:a b.rs\x002:two\n--\nc:a b.rs\x009:nine\nc:d\x0010:ten\n";
        let place = |path: &str, line, text: &str| Found { path: path.to_owned(), line, text: text.to_owned() };
        let expected = [place("a b.rs", 1, "one\ntwo\n"), place("a b.rs", 9, "nine\n"), place("d", 10, "ten\n")];
        assert_eq!(places(printed, "c"), expected);
        assert_eq!(places("broken off", "c"), []);
    }

    #[test]
    fn a_very_long_line_is_cut_between_characters() {
        let mut text = String::from("x");
        push_cut(&mut text, &"é".repeat(LONGEST));
        assert_eq!(text.len(), LONGEST - 1);
        push_cut(&mut text, "é");
        assert_eq!(text.len(), LONGEST - 1);
    }
}
