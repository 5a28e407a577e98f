//! Projects and namespaces.

use pipewright_engine::projects::create::FIRST_BRANCH;
use pipewright_engine::projects::list::OwnRoles;
use pipewright_model::{AccessLevel, Namespace, Project, User, project::FeatureAccess};
use pipewright_wire::cluster_agents::ProjectIdentity;
use pipewright_wire::projects::{Access, NamespaceBasic, Permissions, Project as Whole, ProjectBasic};
use serde_json::{Map, Value, json};

/// A namespace inside other answers; `base` is the server's address.
pub(crate) fn namespace(namespace: &Namespace, base: &str) -> NamespaceBasic {
    let group = namespace.owner_id.is_none();
    NamespaceBasic {
        id: namespace.id.0,
        name: namespace.name.clone(),
        path: namespace.path.clone(),
        kind: namespace.kind.as_str().to_owned(),
        full_path: namespace.full_path.clone(),
        parent_id: namespace.parent_id.map(|id| id.0),
        avatar_url: None,
        web_url: format!("{base}/{}{}", if group { "groups/" } else { "" }, namespace.full_path),
    }
}

/// A project by its names; `chain` is its namespace with the groups above it, outermost first.
pub(crate) fn identity<'a>(project: &Project, chain: impl Iterator<Item = &'a Namespace>) -> ProjectIdentity {
    let names = chain.map(|namespace| namespace.name.as_str()).chain([project.name.as_str()]);
    ProjectIdentity {
        id: project.id.0,
        description: Some(project.settings.description.clone()).filter(|text| !text.is_empty()),
        name: project.name.clone(),
        name_with_namespace: names.collect::<Vec<_>>().join(" / "),
        path: project.path.clone(),
        path_with_namespace: project.full_path.clone(),
        created_at: project.created_at.to_string(),
    }
}

/// A project in short; `chain` is its namespace with the groups above it, outermost first.
pub(crate) fn basic(project: &Project, chain: &[Namespace], base: &str) -> ProjectBasic {
    let web_url = format!("{base}/{}", project.full_path);
    let host = base.split_once("://").map_or(base, |(_, rest)| rest).split(['/', ':']).next().unwrap_or_default();
    let mut names: Vec<&str> = chain.iter().map(|namespace| namespace.name.as_str()).collect();
    names.push(&project.name);
    ProjectBasic {
        id: project.id.0,
        description: Some(project.settings.description.clone()).filter(|text| !text.is_empty()),
        name: project.name.clone(),
        name_with_namespace: names.join(" / "),
        path: project.path.clone(),
        path_with_namespace: project.full_path.clone(),
        created_at: project.created_at.to_string(),
        default_branch: Some(project.default_branch.clone().unwrap_or_else(|| FIRST_BRANCH.to_owned())),
        tag_list: project.settings.topics.clone(),
        topics: project.settings.topics.clone(),
        ssh_url_to_repo: format!("git@{host}:{}.git", project.full_path),
        http_url_to_repo: format!("{web_url}.git"),
        web_url,
        readme_url: None,
        forks_count: 0,
        avatar_url: None,
        star_count: 0,
        last_activity_at: project.last_activity_at.to_string(),
        visibility: project.visibility.as_str().to_owned(),
        namespace: chain.last().map(|innermost| namespace(innermost, base)).unwrap_or_default(),
    }
}

/// A project, whole; `owner` is the user whose namespace it is in.
pub(crate) fn whole(
    project: &Project,
    chain: &[Namespace],
    owner: Option<&User>,
    roles: Option<OwnRoles>,
    base: &str,
) -> Whole {
    Whole {
        basic: basic(project, chain, base),
        archived: project.archived,
        empty_repo: project.default_branch.is_none(),
        owner: owner.map(|user| super::user::basic(user, base)),
        creator_id: project.creator_id.map(|id| id.0),
        updated_at: project.updated_at.to_string(),
        links: links(project, base),
        permissions: roles.map(|roles| Permissions {
            project_access: roles.project.map(access),
            group_access: roles.group.map(access),
        }),
        settings: settings(project),
    }
}

fn access(level: AccessLevel) -> Access {
    Access { access_level: level.number(), notification_level: 3 }
}

fn links(project: &Project, base: &str) -> Map<String, Value> {
    let own = format!("{base}/api/v4/projects/{}", project.id);
    let mut links = Map::new();
    links.insert("self".to_owned(), own.clone().into());
    for (name, tail) in [
        ("repo_branches", "repository/branches"),
        ("members", "members"),
        ("merge_requests", "merge_requests"),
        ("cluster_agents", "cluster_agents"),
    ] {
        links.insert(name.to_owned(), format!("{own}/{tail}").into());
    }
    links
}

/// Settings with a meaning here, and those that are only kept, with GitLab's defaults.
fn settings(project: &Project) -> Map<String, Value> {
    let settings = &project.settings;
    let mut all = kept();
    all.extend(settings.other.clone());
    let own = json!({
        "jobs_enabled": settings.builds_access_level != FeatureAccess::Disabled,
        "builds_access_level": settings.builds_access_level,
        "repository_access_level": settings.repository_access_level,
        "public_jobs": settings.public_jobs,
        "ci_config_path": settings.ci_config_path,
        "build_timeout": settings.build_timeout,
        "ci_default_git_depth": settings.ci_default_git_depth,
        "build_git_strategy": if settings.build_allow_git_fetch { "fetch" } else { "clone" },
        "auto_cancel_pending_pipelines": if settings.auto_cancel_pending_pipelines { "enabled" } else { "disabled" },
        "shared_runners_enabled": settings.shared_runners_enabled,
        "group_runners_enabled": settings.group_runners_enabled,
        "ci_job_token_scope_enabled": settings.ci_job_token_scope_enabled,
        "ci_push_repository_for_job_token_allowed": settings.ci_push_repository_for_job_token_allowed,
        "ci_pipeline_variables_minimum_override_role": settings.ci_pipeline_variables_minimum_override_role,
        "restrict_user_defined_variables": settings.ci_pipeline_variables_minimum_override_role != "developer",
        "keep_latest_artifact": settings.keep_latest_artifact,
        "max_artifacts_size": settings.max_artifacts_size,
        "description_html": "",
        "import_status": "none",
        "import_url": null,
        "import_type": null,
        "import_error": null,
        "open_issues_count": 0,
        "runners_token": null,
        "runner_token_expiration_interval": null,
        "shared_with_groups": [],
        "marked_for_deletion_at": null,
        "marked_for_deletion_on": null,
        "can_create_merge_request_in": false,
        "mr_default_target_self": false,
        "container_registry_image_prefix": null,
        "service_desk_address": null,
        "repository_object_format": "sha1",
    });
    if let Value::Object(own) = own {
        all.extend(own);
    }
    all
}

fn kept() -> Map<String, Value> {
    let mut kept = Map::new();
    for name in ["issues", "merge_requests", "wiki", "snippets", "container_registry", "packages", "service_desk"] {
        kept.insert(format!("{name}_enabled"), false.into());
    }
    for name in [
        "issues",
        "merge_requests",
        "wiki",
        "snippets",
        "container_registry",
        "forking",
        "pages",
        "analytics",
        "environments",
        "feature_flags",
        "infrastructure",
        "monitor",
        "releases",
        "requirements",
        "security_and_compliance",
        "model_experiments",
        "model_registry",
    ] {
        kept.insert(format!("{name}_access_level"), "disabled".into());
    }
    let rest = json!({
        "environments_access_level": "enabled", "lfs_enabled": false, "request_access_enabled": false,
        "only_allow_merge_if_pipeline_succeeds": false, "allow_merge_on_skipped_pipeline": null,
        "only_allow_merge_if_all_discussions_are_resolved": false, "remove_source_branch_after_merge": true,
        "printing_merge_request_link_enabled": true, "merge_method": "merge", "squash_option": "default_off",
        "autoclose_referenced_issues": true, "resolve_outdated_diff_discussions": false, "emails_enabled": false,
        "auto_devops_enabled": false, "auto_devops_deploy_strategy": "continuous",
        "ci_forward_deployment_enabled": true, "ci_forward_deployment_rollback_allowed": true,
        "ci_separated_caches": true, "ci_delete_pipelines_in_seconds": null, "suggestion_commit_message": null,
        "merge_commit_template": null, "squash_commit_template": null, "issue_branch_template": null,
        "warn_about_potentially_unwanted_characters": true,
    });
    if let Value::Object(rest) = rest {
        kept.extend(rest);
    }
    kept
}
