//! Users.

use pipewright_model::User;
use pipewright_wire::users::{User as Full, UserBasic, UserOwn};
use serde_json::{Map, Value};

/// A mention of a user; `base` is the server's address.
pub(crate) fn basic(user: &User, base: &str) -> UserBasic {
    UserBasic {
        id: user.id.0,
        username: user.username.clone(),
        name: user.name.clone(),
        state: user.state.as_str().to_owned(),
        locked: false,
        avatar_url: None,
        web_url: format!("{base}/{}", user.username),
    }
}

/// A user as everybody sees one.
pub(crate) fn full(user: &User, base: &str) -> Full {
    let profile: Map<String, Value> = serde_json::from_str(&user.profile).unwrap_or_default();
    let set = |name: &str| profile.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let text = |name: &str| set(name).unwrap_or_default().to_owned();
    let optional = |name: &str| set(name).map(ToOwned::to_owned);
    Full {
        basic: basic(user, base),
        created_at: user.created_at.to_string(),
        bio: optional("bio"),
        location: optional("location"),
        public_email: Some(text("public_email")),
        skype: text("skype"),
        linkedin: text("linkedin"),
        twitter: text("twitter"),
        discord: text("discord"),
        website_url: text("website_url"),
        organization: Some(text("organization")),
        job_title: Some(text("job_title")),
        pronouns: optional("pronouns"),
        bot: user.bot,
        work_information: None,
        followers: 0,
        following: 0,
        is_followed: false,
        local_time: None,
    }
}

/// A user to himself, and to administrators, who also see whether he is one; `projects_limit` is the
/// instance's.
pub(crate) fn own(user: &User, base: &str, to_admin: bool, projects_limit: i64) -> UserOwn {
    let created = user.created_at.to_string();
    UserOwn {
        user: full(user, base),
        email: user.email.clone(),
        commit_email: user.email.clone(),
        is_admin: to_admin.then_some(user.admin),
        external: user.external,
        confirmed_at: created,
        last_sign_in_at: None,
        current_sign_in_at: None,
        last_activity_on: None,
        can_create_group: !user.external,
        can_create_project: !user.external,
        projects_limit: if user.external { 0 } else { projects_limit },
        two_factor_enabled: false,
        private_profile: false,
        theme_id: Some(1),
        color_scheme_id: 1,
        identities: Vec::new(),
        namespace_id: None,
        created_by: None,
        note: None,
    }
}
