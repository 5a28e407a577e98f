//! Search.

use crate::user::search::{EVERYWHERE, IN_GROUP, IN_PROJECT, STATES};
use pipewright_http_kit::SignedIn;
use pipewright_http_kit::describe::{Kind, Operation, Operations, Total};
use pipewright_wire::projects::ProjectBasic;
use pipewright_wire::repository::CommitDetail;
use pipewright_wire::search::FoundBlob;
use pipewright_wire::users::UserBasic;

pub(super) fn describe(api: &mut Operations) {
    api.tag("Search", "What the caller may not see is not found.");
    let everywhere = api.get::<SignedIn>("/search", "Search everywhere");
    wanted(everywhere, EVERYWHERE);
    projects(everywhere);
    for path in ["/groups/{id}/search", "/groups/{id}/-/search"] {
        let in_group = api.get::<SignedIn>(path, "Search in a group");
        wanted(in_group, IN_GROUP);
        projects(in_group);
    }
    for path in ["/projects/{id}/search", "/projects/{id}/-/search"] {
        let in_project = api.get::<SignedIn>(path, "Search in a project");
        wanted(in_project, IN_PROJECT)
            .about(
                "Code and commits are looked for as plain text in any letter case, for ten seconds at most. \
                 `filename:`, `path:` and `extension:` in the text narrow code down, with `-` before them they leave \
                 out; `*` is any text. What is found is counted 101 places beyond the page's beginning.",
            )
            .param("ref", Kind::Text, "Branch, tag or commit to look in; the default branch if left out.")
            .lists::<FoundBlob>("Of `blobs`: files at or below that path, then places with the text.")
            .lists::<CommitDetail>("Of `commits`: those with the text in their message, and the one with that id.")
            .example("?scope=blobs&search=main");
    }
}

fn wanted<'a>(operation: &'a mut Operation, scopes: &'static [&'static str]) -> &'a mut Operation {
    operation
        .required("search", Kind::Text, "What to look for; nothing finds nothing.")
        .required("scope", Kind::Word(scopes), "Where to look. Of what this server does not have nothing is found.")
        .param("state", Kind::Word(STATES), "Of issues and merge requests, of which there are none.")
        .param("confidential", Kind::Boolean, "Of issues, of which there are none.")
        .page(Total::Counted)
        .lists::<UserBasic>("Of `users`: those with the text in a name; in a group or project those with a role in it.")
}

fn projects(operation: &mut Operation) {
    operation
        .param("include_archived", Kind::Boolean, "Archived projects too.")
        .default(false)
        .lists::<ProjectBasic>("Of `projects`: those with the text in their name or path.");
}
