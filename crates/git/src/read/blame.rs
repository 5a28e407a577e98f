//! Who last touched each line of a file.

use crate::error::Result;
use crate::names;
use crate::repository::Repository;

/// Lines that follow each other and that one commit has left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blame {
    /// The commit's full id.
    pub commit: String,
    /// The lines, without their ends.
    pub lines: Vec<String>,
}

impl Repository {
    /// A file of a commit, given by its full id, cut where the lines come from another commit.
    pub async fn blame(&self, commit: &str, path: &str) -> Result<Vec<Blame>> {
        // Also refuses what is no file.
        self.file_info(commit, path).await?;
        names::check_file_path(path)?;
        let printed = self.output(&["blame", "--porcelain", commit, "--", path], b"").await?;
        Ok(parse(&String::from_utf8_lossy(&printed)))
    }
}

/// A line of the file follows a tab; the line that begins with an object's id says whose it is.
fn parse(printed: &str) -> Vec<Blame> {
    let mut blames: Vec<Blame> = Vec::new();
    let mut whose = "";
    for line in printed.lines() {
        let first = line.split(' ').next().unwrap_or_default();
        if let Some(text) = line.strip_prefix('\t') {
            match blames.last_mut().filter(|last| last.commit == whose) {
                Some(last) => last.lines.push(text.to_owned()),
                None => blames.push(Blame { commit: whose.to_owned(), lines: vec![text.to_owned()] }),
            }
        } else if names::is_oid(first) {
            whose = first;
        }
    }
    blames
}
