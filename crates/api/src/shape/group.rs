//! Groups, namespaces by themselves, members.

use pipewright_model::{Member, Namespace, Timestamp, User};
use pipewright_wire::projects::{Group, Member as MemberShape, Membership, Namespace as NamespaceShape, PublicGroup};
use serde_json::{Map, Value, json};

/// A group; `chain` is the group with those above it, outermost first.
pub(crate) fn group(group: &Namespace, chain: &[Namespace], base: &str) -> Group {
    let names: Vec<&str> = chain.iter().map(|namespace| namespace.name.as_str()).collect();
    Group {
        id: group.id.0,
        web_url: format!("{base}/groups/{}", group.full_path),
        name: group.name.clone(),
        path: group.path.clone(),
        description: group.description.clone(),
        visibility: group.visibility.as_str().to_owned(),
        full_name: names.join(" / "),
        full_path: group.full_path.clone(),
        parent_id: group.parent_id.map(|id| id.0),
        created_at: group.created_at.to_string(),
        settings: settings(),
    }
}

/// A group in short; `chain` as in [`group`].
pub(crate) fn in_short(group: &Namespace, chain: &[Namespace], base: &str) -> PublicGroup {
    let names: Vec<&str> = chain.iter().map(|namespace| namespace.name.as_str()).collect();
    PublicGroup {
        id: group.id.0,
        web_url: format!("{base}/groups/{}", group.full_path),
        name: group.name.clone(),
        avatar_url: None,
        full_name: names.join(" / "),
        full_path: group.full_path.clone(),
    }
}

/// What a user is a member of, by its name.
pub(crate) fn membership(member: &Member, name: &str) -> Membership {
    let project = member.project_id.map(|id| (id.0, "Project"));
    let (source_id, source_type) = project.unwrap_or((member.namespace_id.map_or(0, |id| id.0), "Namespace"));
    Membership { source_id, source_name: name.to_owned(), source_type, access_level: member.access_level.number() }
}

/// What all groups have alike.
fn settings() -> Map<String, Value> {
    let all = json!({
        "share_with_group_lock": false, "require_two_factor_authentication": false,
        "two_factor_grace_period": 48, "project_creation_level": "developer", "auto_devops_enabled": null,
        "subgroup_creation_level": "maintainer", "emails_disabled": true, "emails_enabled": false,
        "mentions_disabled": null, "lfs_enabled": false, "math_rendering_limits_enabled": true,
        "lock_math_rendering_limits_enabled": false, "default_branch": null, "default_branch_protection": 2,
        "default_branch_protection_defaults": {
            "allowed_to_push": [{ "access_level": 40 }], "allow_force_push": false,
            "allowed_to_merge": [{ "access_level": 40 }],
        },
        "avatar_url": null, "request_access_enabled": false, "organization_id": 1,
        "shared_runners_setting": "enabled", "max_artifacts_size": null, "archived": false,
        "marked_for_deletion_on": null,
    });
    if let Value::Object(all) = all { all } else { Map::new() }
}

/// A namespace by itself.
pub(crate) fn namespace(namespace: &Namespace, base: &str) -> NamespaceShape {
    NamespaceShape {
        basic: super::project::namespace(namespace, base),
        members_count_with_descendants: None,
        root_repository_size: None,
        projects_count: None,
    }
}

/// A membership with its user, and who made it.
pub(crate) fn member(member: &Member, user: &User, by: Option<&User>, base: &str) -> MemberShape {
    MemberShape {
        user: super::user::basic(user, base),
        access_level: member.access_level.number(),
        created_at: member.created_at.to_string(),
        created_by: by.map(|by| super::user::basic(by, base)),
        expires_at: member.expires_at.map(Timestamp::date),
        membership_state: "active".to_owned(),
    }
}
