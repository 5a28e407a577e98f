//! Names that stand for commits: branches, tags, and whatever a caller passes as `ref`.

use crate::error::{Error, Result};
use crate::names;
use crate::repository::Repository;

/// A ref and what it points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ref {
    /// The name asked for: short for branches, whole otherwise.
    pub name: String,
    /// The object it names.
    pub id: String,
}

/// A tag, light or annotated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Short name.
    pub name: String,
    /// The object the ref names: the tag object of an annotated tag, else the commit.
    pub target: String,
    /// The commit it stands for in the end.
    pub commit: String,
    /// The message of an annotated tag; `None` for a light one.
    pub message: Option<String>,
}

/// Fields of a tag, each ended by a NUL, which cannot be in any of them.
const TAG_FORMAT: &str =
    "--format=%(refname:strip=2)%00%(objectname)%00%(objecttype)%00%(*objectname)%00%(*objecttype)%00%(contents)%00";

impl Repository {
    /// The commit that a branch, a tag, `HEAD`, a whole ref name or a (shortened) object id stands
    /// for; `None` when there is none. Expressions such as `main~1` are not names.
    pub async fn resolve(&self, name: &str) -> Result<Option<String>> {
        if names::rev(name).is_err() {
            return Ok(None);
        }
        self.verify(&format!("{name}^{{commit}}")).await
    }

    /// The object a ref points at by its whole name (`refs/tags/v1`); a tag's own object, not its commit.
    pub async fn target(&self, name: &str) -> Result<Option<String>> {
        let short = name.strip_prefix("refs/heads/").or_else(|| name.strip_prefix("refs/tags/"));
        if short.is_none_or(|short| names::check_branch(short).is_err()) {
            return Ok(None);
        }
        self.verify(name).await
    }

    /// The commit a branch is at; `None` when there is no such branch.
    pub async fn branch(&self, name: &str) -> Result<Option<String>> {
        if names::check_branch(name).is_err() {
            return Ok(None);
        }
        self.verify(&format!("refs/heads/{name}^{{commit}}")).await
    }

    /// The first branches, by name, whose history has a commit, given by its full id.
    pub async fn branches_with(&self, id: &str, most: usize) -> Result<Vec<String>> {
        self.refs_with(id, "refs/heads", most).await
    }

    /// The first tags, by name, whose history has a commit, given by its full id.
    pub async fn tags_with(&self, id: &str, most: usize) -> Result<Vec<String>> {
        self.refs_with(id, "refs/tags", most).await
    }

    async fn refs_with(&self, id: &str, below: &str, most: usize) -> Result<Vec<String>> {
        names::oid(id)?;
        let (most, contains) = (format!("--count={most}"), format!("--contains={id}"));
        let found = self.output(&["for-each-ref", &most, &contains, "--format=%(refname:strip=2)", below], b"").await?;
        Ok(String::from_utf8_lossy(&found).lines().map(str::to_owned).collect())
    }

    /// A tag by its short name; `None` when there is none.
    pub async fn tag(&self, name: &str) -> Result<Option<Tag>> {
        if names::check_branch(name).is_err() {
            return Ok(None);
        }
        // A pattern also matches what lies below it as a folder.
        let tags = self.tags_matching(&format!("refs/tags/{name}")).await?;
        Ok(tags.into_iter().find(|tag| tag.name == name))
    }

    /// All branches by name, with the commits they are at.
    pub async fn branches(&self) -> Result<Vec<Ref>> {
        self.refs("%(refname:strip=2)", "refs/heads").await
    }

    /// All tags by name. A tag on something that is no commit is left out.
    pub async fn tags(&self) -> Result<Vec<Tag>> {
        self.tags_matching("refs/tags").await
    }

    /// Every ref there is, by whole name.
    pub async fn all_refs(&self) -> Result<Vec<Ref>> {
        self.refs("%(refname)", "refs").await
    }

    /// Whether there is any branch at all.
    pub async fn is_empty(&self) -> Result<bool> {
        let first = self.output(&["for-each-ref", "--count=1", "--format=x", "refs/heads"], b"").await?;
        Ok(first.is_empty())
    }

    async fn refs(&self, name: &str, below: &str) -> Result<Vec<Ref>> {
        let format = format!("--format=%(objectname) {name}");
        let printed = self.output(&["for-each-ref", &format, below], b"").await?;
        let text = String::from_utf8_lossy(&printed);
        let pairs = text.lines().filter_map(|line| line.split_once(' '));
        Ok(pairs.map(|(id, name)| Ref { name: name.to_owned(), id: id.to_owned() }).collect())
    }

    async fn tags_matching(&self, pattern: &str) -> Result<Vec<Tag>> {
        let printed = self.output(&["for-each-ref", TAG_FORMAT, pattern], b"").await?;
        let text = String::from_utf8_lossy(&printed);
        let fields: Vec<&str> = text.split('\0').collect();
        Ok(fields.chunks_exact(6).filter_map(tag).collect())
    }

    async fn verify(&self, expression: &str) -> Result<Option<String>> {
        let args = ["rev-parse", "--verify", "--quiet", "--end-of-options", expression];
        let found = self.run(&args, b"").await?;
        let id = String::from_utf8_lossy(&found.stdout).trim().to_owned();
        match found.status.code() {
            Some(0) if names::is_oid(&id) => Ok(Some(id)),
            // 1: nothing by that name; 128: something that is no commit, or an ambiguous short id.
            Some(1 | 128) => Ok(None),
            _ => Err(Error::failed("rev-parse", &found.stderr)),
        }
    }
}

fn tag(fields: &[&str]) -> Option<Tag> {
    let [name, target, kind, peeled, peeled_kind, message] = fields else { return None };
    let (commit, message) = match (*kind, *peeled_kind) {
        ("commit", _) => (target, None),
        ("tag", "commit") => (peeled, Some(message.trim_end().to_owned())),
        _ => return None,
    };
    Some(Tag {
        // The line feed that ends the record before.
        name: name.trim_start_matches('\n').to_owned(),
        target: (*target).to_owned(),
        commit: (*commit).to_owned(),
        message,
    })
}
