//! The instance's settings.

use pipewright_engine::instance::Settings;
use pipewright_engine::projects::create::FIRST_BRANCH;
use pipewright_model::Visibility;
use pipewright_wire::instance::ApplicationSettings;

/// Developers and everybody above them may make projects in a group.
const DEVELOPERS_MAKE_PROJECTS: i64 = 2;

/// Under GitLab's names.
pub(crate) fn settings(settings: &Settings) -> ApplicationSettings {
    let limits = &settings.limits;
    let word = |visibility: Option<Visibility>| visibility.unwrap_or(Visibility::Private).to_string();
    ApplicationSettings {
        id: 1,
        max_artifacts_size: megabytes(limits.artifact_bytes),
        default_artifacts_expire_in: settings.artifacts_expire_in.clone(),
        keep_latest_artifact: settings.keep_latest_artifact,
        default_project_visibility: word(settings.project_visibility),
        default_group_visibility: word(settings.group_visibility),
        default_branch_name: settings.branch.clone().unwrap_or_else(|| FIRST_BRANCH.to_owned()),
        default_projects_limit: settings.projects_limit,
        user_default_external: settings.external_users,
        max_yaml_size_bytes: number(limits.config_bytes),
        ci_max_total_yaml_size_bytes: number(limits.includes_bytes),
        ci_max_includes: pipewright_ci_config::MAX_INCLUDES as i64,
        project_jobs_api_rate_limit: i64::from(limits.job_lists_per_minute),
        runner_token_expiration_interval: limits.runner_token_seconds,
        ci_job_live_trace_enabled: true,
        shared_runners_enabled: true,
        auto_devops_enabled: false,
        can_create_group: true,
        default_project_creation: DEVELOPERS_MAKE_PROJECTS,
        enabled_git_access_protocol: "http",
        import_sources: Vec::new(),
        restricted_visibility_levels: Vec::new(),
        signup_enabled: false,
        password_authentication_enabled_for_web: false,
        password_authentication_enabled_for_git: false,
        throttle_authenticated_api_enabled: false,
        throttle_unauthenticated_api_enabled: false,
        usage_ping_enabled: false,
        version_check_enabled: false,
    }
}

fn number(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

/// Rounded up: a limit below one is none of zero.
fn megabytes(bytes: u64) -> i64 {
    number(bytes.div_ceil(1 << 20))
}
