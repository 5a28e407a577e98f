//! Repositories: branches, tags, commits, files, and the rules that protect refs.

use super::history::BUSY;
use crate::user::route::TakesFiles;
use pipewright_http_kit::describe::{Field, Kind, Operation, Operations, Total};
use pipewright_http_kit::{Open, OpenOrJob, SignedIn};
use pipewright_wire::instance::FileWritten;
use pipewright_wire::projects::{ProtectedBranch, ProtectedTag};
use pipewright_wire::repository::{Branch, Commit, CommitDetail, File, Tag, TreeEntry};

/// Endings of archives.
const FORMATS: &[&str] = &["zip", "tar", "tar.gz", "tgz", "tar.bz2", "tbz", "tbz2", "tb2", "bz2"];
const REF: &str = "Branch, tag or commit.";

pub(super) fn describe(api: &mut Operations) {
    api.tag("Branches and tags", "Refs of a project's repository.");
    branches(api);
    tags(api);
    api.tag("Commits", "Commits, and making them without git.");
    commits(api);
    api.tag("Files", "Files, folders and archives of a repository.");
    files(api);
    changes(api);
    api.tag("Protected refs", "Who may push to branches and create tags. For maintainers.");
    protected(api);
}

fn branches(api: &mut Operations) {
    api.get::<Open>("/projects/{id}/repository/branches", "List branches")
        .param("search", Kind::Text, "Only those with this in their name; `^a` begins and `a$` ends with it.")
        .page(Total::Counted)
        .lists::<Branch>("The branches.");
    api.get::<Open>("/projects/{id}/repository/branches/{branch}", "Get a branch")
        .answers::<Branch>(200, "The branch.");
    api.post::<SignedIn>("/projects/{id}/repository/branches", "Create a branch")
        .required("branch", Kind::Text, "Its name.")
        .required("ref", Kind::Text, "Where it begins: branch, tag or commit.")
        .answers::<Branch>(201, "The branch.");
    api.delete::<SignedIn>("/projects/{id}/repository/branches/{branch}", "Delete a branch")
        .empty(204, "It is gone.")
        .refuses(405, "It is the default branch.");
}

fn tags(api: &mut Operations) {
    api.get::<Open>("/projects/{id}/repository/tags", "List tags")
        .param("search", Kind::Text, "Only those with this in their name; `^a` begins and `a$` ends with it.")
        .param("sort", Kind::Word(&["desc", "asc"]), "Which way.")
        .default("desc")
        .page(Total::Counted)
        .lists::<Tag>("The tags.");
    api.get::<Open>("/projects/{id}/repository/tags/{tag_name}", "Get a tag").answers::<Tag>(200, "The tag.");
    api.post::<SignedIn>("/projects/{id}/repository/tags", "Create a tag")
        .required("tag_name", Kind::Text, "Its name.")
        .required("ref", Kind::Text, "What it names: branch, tag or commit.")
        .param("message", Kind::Text, "With it the tag is annotated.")
        .answers::<Tag>(201, "The tag.");
    api.delete::<SignedIn>("/projects/{id}/repository/tags/{tag_name}", "Delete a tag").empty(204, "It is gone.");
}

fn commits(api: &mut Operations) {
    const ACTIONS: &[Field] = &[
        Field {
            name: "action",
            kind: Kind::Word(&["create", "update", "delete", "chmod", "move"]),
            required: true,
            about: "What to do.",
        },
        Field { name: "file_path", kind: Kind::Text, required: true, about: "To which file." },
        Field { name: "previous_path", kind: Kind::Text, required: false, about: "For `move`: where it was." },
        Field { name: "content", kind: Kind::Text, required: false, about: "Its content." },
        Field {
            name: "encoding",
            kind: Kind::Word(&["text", "base64"]),
            required: false,
            about: "How the content is written.",
        },
        Field { name: "execute_filemode", kind: Kind::Boolean, required: false, about: "It may be run." },
    ];
    api.get::<Open>("/projects/{id}/repository/commits", "List commits")
        .param("ref_name", Kind::Text, "Where to begin; the default branch if left out.")
        .param("path", Kind::Text, "Only those that touch this file or folder.")
        .param("since", Kind::Time, "Only those after this time.")
        .param("until", Kind::Time, "Only those before this time.")
        .param("all", Kind::Boolean, "From every branch and tag.")
        .default(false)
        .page(Total::Uncounted)
        .lists::<Commit>("The commits.");
    api.get::<Open>("/projects/{id}/repository/commits/{sha}", "Get a commit")
        .in_path("sha", Kind::Text, "Its id, or a branch or tag.")
        .answers::<CommitDetail>(200, "The commit.");
    let create = api.post::<TakesFiles>("/projects/{id}/repository/commits", "Commit changes of several files");
    create
        .required("branch", Kind::Text, "Where to commit.")
        .required("commit_message", Kind::Text, "The message.")
        .required("actions", Kind::Items(ACTIONS), "The changes; all or none are made.")
        .param("start_branch", Kind::Text, "Where a new branch begins.")
        .param("start_sha", Kind::Text, "The commit a new branch begins at.");
    author(create).answers::<CommitDetail>(201, "The commit.");
}

fn author(operation: &mut Operation) -> &mut Operation {
    operation.param("author_name", Kind::Text, "Author, if not the caller.").param(
        "author_email",
        Kind::Text,
        "The author's address.",
    )
}

fn files(api: &mut Operations) {
    const PATH: &str = "Path of the file, URL-encoded: `src%2Fmain.c`.";
    api.get::<Open>("/projects/{id}/repository/files/{file_path}", "Get a file with its content")
        .in_path("file_path", Kind::Text, PATH)
        .required("ref", Kind::Text, REF)
        .answers::<File>(200, "The file; the headers `X-Gitlab-…` say the same but for the content, also to HEAD.");
    api.get::<OpenOrJob>("/projects/{id}/repository/files/{file_path}/raw", "Get a file's bytes")
        .in_path("file_path", Kind::Text, PATH)
        .param("ref", Kind::Text, "Branch, tag or commit; the default branch if left out.")
        .sends(200, "text/plain; charset=utf-8", "The bytes.");
    api.get::<Open>("/projects/{id}/repository/tree", "List a folder")
        .param("path", Kind::Text, "The folder; the root if left out.")
        .param("ref", Kind::Text, "Branch, tag or commit; the default branch if left out.")
        .param("recursive", Kind::Boolean, "Folders below it too.")
        .default(false)
        .page(Total::Counted)
        .lists::<TreeEntry>("Its entries.");
    for ending in ["", ".{format}"] {
        let path = format!("/projects/{{id}}/repository/archive{ending}");
        let archive = api.get::<Open>(&path, "Get an archive of the repository");
        archive.on_route("/projects/{id}/repository/{archive}");
        if !ending.is_empty() {
            archive.in_path("format", Kind::Word(FORMATS), "Which kind.");
        }
        archive
            .param("sha", Kind::Text, "Branch, tag or commit; the default branch if left out.")
            .param("path", Kind::Text, "Only this folder.")
            .sends(200, "application/gzip", "`tar.gz`, which is also what comes without an ending.")
            .sends(200, "application/zip", "`zip`")
            .sends(200, "application/x-tar", "`tar`")
            .sends(200, "application/x-bzip2", "`tar.bz2`")
            .refuses(503, BUSY);
    }
}

fn changes(api: &mut Operations) {
    let path = "/projects/{id}/repository/files/{file_path}";
    for (created, summary) in [(true, "Create a file"), (false, "Change a file")] {
        let write = if created { api.post::<TakesFiles>(path, summary) } else { api.put::<TakesFiles>(path, summary) };
        write
            .required("content", Kind::Text, "Its content.")
            .param("encoding", Kind::Word(&["text", "base64"]), "How the content is written.")
            .default("text");
        change(write).answers::<FileWritten>(if created { 201 } else { 200 }, "Where it was written.");
    }
    change(api.delete::<TakesFiles>(path, "Delete a file")).empty(204, "It is gone.");
}

fn change(operation: &mut Operation) -> &mut Operation {
    operation
        .required("branch", Kind::Text, "Where to commit.")
        .required("commit_message", Kind::Text, "The message.")
        .param("start_branch", Kind::Text, "Where a new branch begins.")
        .param(
            "last_commit_id",
            Kind::Text,
            "The newest commit of the file the caller knows; refused if there is a newer one.",
        )
        .param("execute_filemode", Kind::Boolean, "It may be run.");
    author(operation)
}

const LEVELS: &[Field] =
    &[Field { name: "access_level", kind: Kind::Integer, required: false, about: "The role's number." }];

fn protected(api: &mut Operations) {
    const NAME: &str = "Name or pattern, URL-encoded.";
    let (all, one) = ("/projects/{id}/protected_branches", "/projects/{id}/protected_branches/{name}");
    api.get::<SignedIn>(all, "List protected branches")
        .param("search", Kind::Text, "Only those with this in their name.")
        .page(Total::Counted)
        .lists::<ProtectedBranch>("The rules.");
    api.get::<SignedIn>(one, "Get a protected branch")
        .in_path("name", Kind::Text, NAME)
        .answers::<ProtectedBranch>(200, "The rule.");
    let create = api.post::<SignedIn>(all, "Protect a branch");
    create.required("name", Kind::Text, "Name or pattern.");
    levels(create).default(false).answers::<ProtectedBranch>(201, "The rule.").refuses(409, "It is protected already.");
    let change = api.patch::<SignedIn>(one, "Change the protection of a branch");
    levels(change.in_path("name", Kind::Text, NAME)).answers::<ProtectedBranch>(200, "The rule.");
    api.delete::<SignedIn>(one, "Lift the protection of a branch")
        .in_path("name", Kind::Text, NAME)
        .empty(204, "It is gone.");
    let (all, one) = ("/projects/{id}/protected_tags", "/projects/{id}/protected_tags/{name}");
    api.get::<SignedIn>(all, "List protected tags")
        .param("search", Kind::Text, "Only those with this in their name.")
        .page(Total::Counted)
        .lists::<ProtectedTag>("The rules.");
    api.get::<SignedIn>(one, "Get a protected tag")
        .in_path("name", Kind::Text, NAME)
        .answers::<ProtectedTag>(200, "The rule.");
    api.post::<SignedIn>(all, "Protect a tag")
        .required("name", Kind::Text, "Name or pattern.")
        .param("create_access_level", Kind::Integer, "Least role that may create it; 40 if left out, 0 for nobody.")
        .param("allowed_to_create", Kind::Items(LEVELS), "Roles that may; the lowest counts.")
        .answers::<ProtectedTag>(201, "The rule.")
        .refuses(409, "It is protected already.");
    api.delete::<SignedIn>(one, "Lift the protection of a tag")
        .in_path("name", Kind::Text, NAME)
        .empty(204, "It is gone.");
}

fn levels(operation: &mut Operation) -> &mut Operation {
    operation
        .param("push_access_level", Kind::Integer, "Least role that may push; 40 if left out, 0 for nobody.")
        .param("merge_access_level", Kind::Integer, "Least role that may merge; 40 if left out, 0 for nobody.")
        .param("allowed_to_push", Kind::Items(LEVELS), "Roles that may push; the lowest counts.")
        .param("allowed_to_merge", Kind::Items(LEVELS), "Roles that may merge; the lowest counts.")
        .param("allow_force_push", Kind::Boolean, "History may be rewritten.")
}
