//! Groups, namespaces, members, CI variables.

use pipewright_http_kit::describe::{Field, Kind, Operation, Operations, Total};
use pipewright_http_kit::{Open, SignedIn};
use pipewright_model::{VariableType, Visibility};
use pipewright_wire::instance::{Message, NameTaken};
use pipewright_wire::projects::{Group, Member, Namespace, PublicGroup, Variable};

pub(super) fn describe(api: &mut Operations) {
    api.tag("Groups", "Groups, and groups within groups.");
    groups(api);
    api.tag("Namespaces", "Where projects live: users' own namespaces and groups.");
    namespaces(api);
    api.tag("Members", "Who has which role: 10 guest, 15 planner, 20 reporter, 30 developer, 40 maintainer, 50 owner.");
    members(api, "projects");
    members(api, "groups");
    api.tag(
        "CI variables",
        "Variables of projects, groups and the instance. For maintainers; the instance's for administrators.",
    );
    for prefix in ["/projects/{id}", "/groups/{id}", "/admin/ci"] {
        variables(api, prefix);
    }
}

fn groups(api: &mut Operations) {
    api.get::<Open>("/groups", "List groups")
        .param("search", Kind::Text, "Only those with this in their name or path.")
        .param("top_level_only", Kind::Boolean, "Only those that are in no other.")
        .default(false)
        .param("owned", Kind::Boolean, "Only the caller's own.")
        .param("min_access_level", Kind::Integer, "Only those in which the caller has at least this role.")
        .param("all_available", Kind::Boolean, "`false`: only those the caller is a member of.")
        .page(Total::Counted)
        .lists::<Group>("The groups.");
    api.get::<Open>("/groups/{id}", "Get a group").answers::<Group>(200, "The group.");
    for name in ["subgroups", "descendant_groups"] {
        api.get::<Open>(&format!("/groups/{{id}}/{name}"), "List the groups in a group")
            .param("search", Kind::Text, "Only those with this in their name or path.")
            .page(Total::Counted)
            .lists::<Group>("The groups.");
    }
    api.post::<SignedIn>("/groups", "Create a group")
        .required("name", Kind::Text, "Name for people.")
        .required("path", Kind::Text, "Last segment of its address.")
        .param("description", Kind::Text, "Purpose for people.")
        .param("visibility", Kind::Word(Visibility::WORDS), "Who may see it.")
        .param("parent_id", Kind::Integer, "The group it is in.")
        .answers::<Group>(201, "The group.");
    api.post::<SignedIn>("/groups/{id}/transfer", "Move a group below another, or to the top")
        .about(
            "For owners, to where they are maintainers. What is in it is shown to no more people than its new parent. \
             Its projects are still found at their old addresses, until somebody takes those.",
        )
        .param("group_id", Kind::Integer, "The group it is to be in; the top if left out.")
        .answers::<Group>(201, "The group.");
    api.get::<Open>("/groups/{id}/transfer_locations", "List the groups a group may be moved below")
        .about("For owners: those they own, but for the one it is in, itself and those below it.")
        .param("search", Kind::Text, "Only those with this in their name or path.")
        .page(Total::Counted)
        .lists::<PublicGroup>("The groups.");
    api.put::<SignedIn>("/groups/{id}", "Change a group")
        .about("For owners.")
        .param("name", Kind::Text, "Name for people.")
        .param("path", Kind::Text, "Last segment of its address.")
        .param("description", Kind::Text, "Purpose for people.")
        .param("visibility", Kind::Word(Visibility::WORDS), "Who may see it.")
        .answers::<Group>(200, "The group.");
    api.delete::<SignedIn>("/groups/{id}", "Delete a group")
        .about("With everything in it. For owners.")
        .answers::<Message>(202, "It will be gone.");
}

fn namespaces(api: &mut Operations) {
    api.get::<SignedIn>("/namespaces", "List namespaces")
        .param("search", Kind::Text, "Only those with this in their path.")
        .param("owned_only", Kind::Boolean, "Only the caller's own.")
        .default(false)
        .param("top_level_only", Kind::Boolean, "Only those that are in no other.")
        .default(false)
        .page(Total::Counted)
        .lists::<Namespace>("The namespaces.");
    api.get::<SignedIn>("/namespaces/{id}", "Get a namespace").answers::<Namespace>(200, "The namespace.");
    api.get::<SignedIn>("/namespaces/{id}/exists", "Ask whether a path is taken")
        .in_path("id", Kind::Text, "The path.")
        .param("parent_id", Kind::Integer, "The group it would be in.")
        .answers::<NameTaken>(200, "Whether it is, and what is not.");
}

fn members(api: &mut Operations, places: &str) {
    let at = |rest: &str| format!("/{places}/{{id}}/members{rest}");
    for (rest, summary) in [("", "List members"), ("/all", "List members, inherited ones included")] {
        api.get::<SignedIn>(&at(rest), summary)
            .param("query", Kind::Text, "Only those with this in a name.")
            .page(Total::Counted)
            .lists::<Member>("The members.");
    }
    for (rest, summary) in [("/{user_id}", "Get a member"), ("/all/{user_id}", "Get a member, inherited or not")] {
        api.get::<SignedIn>(&at(rest), summary).answers::<Member>(200, "The member.");
    }
    api.post::<SignedIn>(&at(""), "Add a member")
        .about("With `user_id` or `username`. For maintainers of a project, owners of a group.")
        .param("user_id", Kind::Integer, "Who.")
        .param("username", Kind::Text, "Who, by name.")
        .required("access_level", Kind::Integer, "The role's number.")
        .param("expires_at", Kind::Date, "The date it ends on.")
        .answers::<Member>(201, "The member.")
        .refuses(409, "Is a member already.");
    api.put::<SignedIn>(&at("/{user_id}"), "Change a member's role")
        .required("access_level", Kind::Integer, "The role's number.")
        .param("expires_at", Kind::Date, "The date it ends on.")
        .answers::<Member>(200, "The member.");
    api.delete::<SignedIn>(&at("/{user_id}"), "Remove a member").empty(204, "Is no member any more.");
}

fn variables(api: &mut Operations, prefix: &str) {
    const FILTER: &[Field] = &[Field {
        name: "environment_scope",
        kind: Kind::Text,
        required: false,
        about: "The environment scope of the one that is meant.",
    }];
    const SEVERAL: &str = "There are several of that name: `filter` says which is meant.";
    let of = match prefix {
        "/projects/{id}" => "a project",
        "/groups/{id}" => "a group",
        _ => "the instance",
    };
    let (all, one) = (format!("{prefix}/variables"), format!("{prefix}/variables/{{variable_key}}"));
    let filter = "Which of several variables of one name.";
    let key = "Name of the variable.";
    api.get::<SignedIn>(&all, &format!("List the variables of {of}"))
        .page(Total::Counted)
        .lists::<Variable>("The variables.");
    api.get::<SignedIn>(&one, &format!("Get a variable of {of}"))
        .in_path("variable_key", Kind::Text, key)
        .param("filter", Kind::Members(FILTER), filter)
        .answers::<Variable>(200, "The variable.")
        .refuses(409, SEVERAL);
    let create = api.post::<SignedIn>(&all, &format!("Create a variable of {of}"));
    create.required("key", Kind::Text, key).required("value", Kind::Text, "Its value; may be empty.");
    fields(create).answers::<Variable>(201, "The variable.");
    let update = api.put::<SignedIn>(&one, &format!("Change a variable of {of}"));
    update.in_path("variable_key", Kind::Text, key).param("value", Kind::Text, "Its value; may be empty.");
    fields(update)
        .param("filter", Kind::Members(FILTER), filter)
        .answers::<Variable>(200, "The variable.")
        .refuses(409, SEVERAL);
    api.delete::<SignedIn>(&one, &format!("Delete a variable of {of}"))
        .in_path("variable_key", Kind::Text, key)
        .param("filter", Kind::Members(FILTER), filter)
        .empty(204, "It is gone.")
        .refuses(409, SEVERAL);
}

fn fields(operation: &mut Operation) -> &mut Operation {
    operation
        .param("variable_type", Kind::Word(VariableType::WORDS), "The value itself, or a file with it.")
        .param("protected", Kind::Boolean, "Only for jobs of protected refs.")
        .param("masked", Kind::Boolean, "Hidden in logs.")
        .param("masked_and_hidden", Kind::Boolean, "Hidden in logs, and never shown again.")
        .param("raw", Kind::Boolean, "Its value is not expanded.")
        .param("environment_scope", Kind::Text, "Environments it is for.")
        .param("description", Kind::Text, "Purpose for people.")
}
