//! Repositories: what history tells, and commits made once more elsewhere.

use pipewright_http_kit::describe::{Kind, Operations, Total};
use pipewright_http_kit::{Open, SignedIn};
use pipewright_wire::instance::Nothing;
use pipewright_wire::repository::{Blamed, Blob, Commit, Diff, NamedRef, Tried};

/// Of what costs the server much.
pub(super) const BUSY: &str = "Too many repositories are being read at the same time, or this one takes too long; `Retry-After` says when to come again.";
const SHA: &str = "Its id, or a branch or tag.";

pub(super) fn describe(api: &mut Operations) {
    api.tag("History", "What a commit changes, where it is, whose a line is; cherry-pick and revert.");
    of_commit(api);
    replays(api);
    api.get::<Open>("/projects/{id}/repository/merge_base", "Get the newest commit that refs share")
        .required("refs", Kind::Texts, "At least two branches, tags or commits.")
        .answers::<Commit>(200, "The commit.");
    api.get::<Open>("/projects/{id}/repository/files/{file_path}/blame", "Get whose each line of a file is")
        .in_path("file_path", Kind::Text, "Path of the file, URL-encoded.")
        .required("ref", Kind::Text, "Branch, tag or commit.")
        .lists::<Blamed>("Lines that follow each other and come from one commit.")
        .refuses(413, "The file is too large.")
        .refuses(503, BUSY);
    api.get::<Open>("/projects/{id}/repository/blobs/{sha}", "Get a file by its object's id")
        .in_path("sha", Kind::Text, "The object's full id.")
        .answers::<Blob>(200, "The file's content.")
        .refuses(413, "The file is too large.");
    api.get::<Open>("/projects/{id}/repository/blobs/{sha}/raw", "Get a file's bytes by its object's id")
        .in_path("sha", Kind::Text, "The object's full id.")
        .sends(200, "text/plain; charset=utf-8", "The bytes.");
    api.get::<SignedIn>("/projects/{id}/snapshot", "Get the whole repository as a tar archive")
        .about("For administrators.")
        .sends(200, "application/x-tar", "Its refs and objects.")
        .refuses(503, BUSY);
}

fn of_commit(api: &mut Operations) {
    let at = |name: &str| format!("/projects/{{id}}/repository/commits/{{sha}}/{name}");
    api.get::<Open>(&at("diff"), "List the files a commit changes")
        .in_path("sha", Kind::Text, SHA)
        .page(Total::Counted)
        .lists::<Diff>("The files.");
    api.get::<Open>(&at("refs"), "List the branches and tags that hold a commit")
        .in_path("sha", Kind::Text, SHA)
        .param("type", Kind::Word(&["all", "branch", "tag"]), "Which of them.")
        .default("all")
        .page(Total::Counted)
        .lists::<NamedRef>("Branches first.");
    api.get::<Open>(&at("merge_requests"), "List the merge requests of a commit")
        .in_path("sha", Kind::Text, SHA)
        .page(Total::Counted)
        .lists::<Nothing>("Always empty.");
    api.get::<Open>(&at("signature"), "Get a commit's signature")
        .about("Signatures are not looked at: there is never one.")
        .in_path("sha", Kind::Text, SHA)
        .refuses(404, "Always.");
}

fn replays(api: &mut Operations) {
    let at = |name: &str| format!("/projects/{{id}}/repository/commits/{{sha}}/{name}");
    let pick = api.post::<SignedIn>(&at("cherry_pick"), "Make a commit's change once more on a branch");
    pick.in_path("sha", Kind::Text, SHA)
        .required("branch", Kind::Text, "The branch.")
        .param("message", Kind::Text, "Instead of the commit's own, with a line that names it.")
        .param("dry_run", Kind::Boolean, "Only try.")
        .default(false)
        .answers::<Commit>(201, "The new commit.")
        .answers::<Tried>(200, "It could be done.")
        .refuses(400, "The change does not apply.");
    let revert = api.post::<SignedIn>(&at("revert"), "Undo a commit on a branch");
    revert
        .in_path("sha", Kind::Text, SHA)
        .required("branch", Kind::Text, "The branch.")
        .param("dry_run", Kind::Boolean, "Only try.")
        .default(false)
        .answers::<Commit>(201, "The new commit.")
        .answers::<Tried>(200, "It could be done.")
        .refuses(400, "The change does not apply.");
}
