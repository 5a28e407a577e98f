//! Users and their access tokens.

use crate::user::route::{AnyToken, ReadsUsers};
use pipewright_http_kit::SignedIn;
use pipewright_http_kit::describe::{Kind, Operation, Operations, Total};
use pipewright_model::Scope;
use pipewright_wire::instance::Nothing;
use pipewright_wire::projects::Membership;
use pipewright_wire::users::{AccessToken, User, UserBasic, UserOwn};

pub(super) fn describe(api: &mut Operations) {
    api.tag("Users", "Accounts.");
    api.get::<ReadsUsers>("/user", "Get the caller").answers::<UserOwn>(200, "The user.");
    api.get::<ReadsUsers>("/users", "List users")
        .param("username", Kind::Text, "Only the one of this name.")
        .param("search", Kind::Text, "Only those with this in a name.")
        .param("active", Kind::Boolean, "Only active ones.")
        .param("blocked", Kind::Boolean, "Only blocked ones.")
        .param("admins", Kind::Boolean, "Only administrators; for administrators.")
        .param("external", Kind::Boolean, "Only external ones, or only others.")
        .param("sort", Kind::Word(&["desc", "asc"]), "Which way, by id.")
        .default("desc")
        .page(Total::Counted)
        .lists::<UserOwn>("To administrators.")
        .lists::<UserBasic>("To others.");
    api.get::<ReadsUsers>("/users/{user_id}", "Get a user")
        .answers::<UserOwn>(200, "To administrators.")
        .answers::<User>(200, "To others.");
    api.get::<ReadsUsers>("/users/{user_id}/events", "List what a user did")
        .page(Total::Counted)
        .lists::<Nothing>("Always empty.");
    api.get::<SignedIn>("/users/{user_id}/memberships", "List a user's memberships")
        .about("For administrators.")
        .param("type", Kind::Word(&["Project", "Namespace"]), "Only those of projects, or of groups.")
        .page(Total::Counted)
        .lists::<Membership>("The memberships.");
    changes(api);
    api.tag("Access tokens", "Personal access tokens. A token's secret is shown once, when it is made.");
    tokens(api);
}

fn changes(api: &mut Operations) {
    let create = api.post::<SignedIn>("/users", "Create a user");
    create
        .about("For administrators.")
        .required("username", Kind::Text, "Name in addresses.")
        .required("name", Kind::Text, "Name for people.")
        .required("email", Kind::Text, "Address.");
    account(create).answers::<UserOwn>(201, "The user.").refuses(409, "The name or the address is taken.");
    let update = api.put::<SignedIn>("/users/{user_id}", "Change a user");
    update
        .about("For administrators.")
        .param("username", Kind::Text, "Name in addresses.")
        .param("name", Kind::Text, "Name for people.")
        .param("email", Kind::Text, "Address.");
    account(update).answers::<UserOwn>(200, "The user.").refuses(409, "The name or the address is taken.");
    api.delete::<SignedIn>("/users/{user_id}", "Delete a user")
        .about("For administrators.")
        .empty(204, "It is gone.")
        .refuses(409, "The user has projects: delete or transfer them first.");
    for (name, summary) in [
        ("block", "Shut a user out"),
        ("unblock", "Let a blocked user in again"),
        ("deactivate", "Put a user to sleep"),
        ("activate", "Wake a user"),
    ] {
        api.post::<SignedIn>(&format!("/users/{{user_id}}/{name}"), summary)
            .about("For administrators.")
            .answers::<Option<bool>>(201, "`true`; nothing or `false` where that was so already.");
    }
}

fn account(operation: &mut Operation) -> &mut Operation {
    operation.param("admin", Kind::Boolean, "May do everything.").param(
        "external",
        Kind::Boolean,
        "Sees only what it is a member of.",
    );
    for (name, about) in [
        ("bio", "About the person."),
        ("location", "Where the person is."),
        ("public_email", "An address for everybody."),
        ("skype", "A name elsewhere."),
        ("linkedin", "A name elsewhere."),
        ("twitter", "A name elsewhere."),
        ("discord", "A name elsewhere."),
        ("website_url", "The person's own site."),
        ("organization", "Employer."),
        ("job_title", "Work."),
        ("pronouns", "How to speak of the person."),
        ("note", "Notes of administrators."),
    ] {
        operation.param(name, Kind::Text, about);
    }
    operation
}

fn tokens(api: &mut Operations) {
    api.get::<SignedIn>("/personal_access_tokens", "List access tokens")
        .about("The caller's own; administrators see everybody's.")
        .param("user_id", Kind::Integer, "Only this user's.")
        .param("revoked", Kind::Boolean, "Only revoked ones, or only others.")
        .param("state", Kind::Word(&["active", "inactive"]), "Only those usable now, or only others.")
        .param("search", Kind::Text, "Only those with this in their name.")
        .page(Total::Counted)
        .lists::<AccessToken>("The tokens.");
    let one = "Get an access token";
    api.get::<SignedIn>("/personal_access_tokens/{token_id}", one).answers::<AccessToken>(200, "The token.");
    api.get::<AnyToken>("/personal_access_tokens/self", "Get the token that is used")
        .answers::<AccessToken>(200, "The token.");
    let path = "/users/{user_id}/personal_access_tokens";
    made(api.post::<SignedIn>(path, "Create an access token for a user").about("For administrators."));
    made(api.post::<SignedIn>("/user/personal_access_tokens", "Create an access token of one's own"));
    let gone = "It is of no use any more.";
    api.delete::<SignedIn>("/personal_access_tokens/{token_id}", "Revoke an access token").empty(204, gone);
    api.delete::<AnyToken>("/personal_access_tokens/self", "Revoke the token that is used").empty(204, gone);
    let about = "The date the new one ends on; a week from now if left out.";
    api.post::<SignedIn>("/personal_access_tokens/{token_id}/rotate", "Replace an access token")
        .param("expires_at", Kind::Date, about)
        .answers::<AccessToken>(200, "The new one, with its secret.");
    api.post::<AnyToken>("/personal_access_tokens/self/rotate", "Replace the token that is used")
        .param("expires_at", Kind::Date, about)
        .answers::<AccessToken>(200, "The new one, with its secret.");
}

fn made(operation: &mut Operation) {
    operation
        .required("name", Kind::Text, "Name for people.")
        .param("scopes", Kind::Words(Scope::WORDS), "What it may be used for.")
        .param("description", Kind::Text, "Purpose for people.")
        .param("expires_at", Kind::Date, "The date it ends on; never if left out.")
        .answers::<AccessToken>(201, "The token, with its secret.");
}
