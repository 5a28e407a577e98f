//! What is around a project, and its repository as a whole.

use pipewright_http_kit::describe::{Kind, Operations, Total};
use pipewright_http_kit::{Open, SignedIn};
use pipewright_wire::projects::{PublicGroup, Storage};
use pipewright_wire::users::UserBasic;
use std::collections::BTreeMap;

pub(super) fn describe(api: &mut Operations) {
    around(api);
    repository(api);
}

fn around(api: &mut Operations) {
    api.get::<Open>("/projects/{id}/groups", "List the groups a project is in")
        .about("The newest first. Groups are not shared with projects.")
        .param("search", Kind::Text, "Only those with this in their name or path.")
        .param("skip_groups", Kind::Integers, "Ids of groups to leave out; also one text with commas.")
        .param("with_shared", Kind::Boolean, "Of shared groups, of which there are none.")
        .param("shared_visible_only", Kind::Boolean, "Of shared groups, of which there are none.")
        .param("shared_min_access_level", Kind::Integer, "Of shared groups, of which there are none.")
        .page(Total::Counted)
        .lists::<PublicGroup>("The groups.");
    api.get::<Open>("/projects/{id}/users", "List those with a role in a project")
        .about("By membership of it or of its groups, or as owner of its namespace; by id.")
        .param("search", Kind::Text, "Only those with this in a name.")
        .param("skip_users", Kind::Integers, "Ids of users to leave out; also one text with commas.")
        .page(Total::Counted)
        .lists::<UserBasic>("The users.");
    api.get::<Open>("/projects/{id}/transfer_locations", "List the groups a project may be moved to")
        .about("For owners: those they are maintainers of, but for the one it is in.")
        .param("search", Kind::Text, "Only those with this in their name or path.")
        .page(Total::Counted)
        .lists::<PublicGroup>("The groups.");
}

fn repository(api: &mut Operations) {
    api.get::<Open>("/projects/{id}/languages", "Get the languages a project is written in")
        .about("The five with the most bytes on the default branch, by the names of its files.")
        .answers::<BTreeMap<String, f64>>(200, "The percentage of each.");
    api.get::<SignedIn>("/projects/{id}/storage", "Get where a project's repository is stored")
        .about("For administrators.")
        .answers::<Storage>(200, "The place.");
    api.post::<SignedIn>("/projects/{id}/housekeeping", "Have a project's repository packed anew")
        .about("For maintainers. It is done soon, beside everything else, one repository after another.")
        .param(
            "task",
            Kind::Word(&["eager", "prune"]),
            "`prune`: what nothing refers to goes after half an hour, not after two weeks.",
        )
        .default("eager")
        .answers::<()>(201, "It will be done.")
        .refuses(409, "It waits already, or is under way.");
}
