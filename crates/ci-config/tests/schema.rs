//! The case files of GitLab's editor schema, each top-level key compiled on its own.

mod common;

use common::{Fixture, cases, try_with};
use std::fs;
use std::path::Path;

/// The keys of a file with the lines under them.
fn chunks(path: &Path) -> Vec<(String, String)> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut list: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        let is_key = line.starts_with(|c: char| !c.is_whitespace() && c != '#');
        if is_key {
            let key = line.rsplit_once(':').map_or(line, |(key, _)| key);
            let key =
                if line.ends_with(':') || line.contains(": #") { key.split(": #").next().unwrap_or(key) } else { key };
            list.push((key.to_owned(), String::new()));
        }
        if let Some((_, chunk)) = list.last_mut() {
            chunk.push_str(line);
            chunk.push('\n');
        }
    }
    list
}

const GLOBAL: &[&str] = &["default", "include", "stages", "variables", "workflow"];

/// A key as a whole file: jobs get a script where they have none, globals get a job beside them.
fn document(key: &str, chunk: &str, stages: &str) -> String {
    let stub = "\nstub:\n  stage: .post\n  script: x\n";
    if GLOBAL.contains(&key) {
        return format!("{chunk}{stub}");
    }
    let has = |word: &str| chunk.lines().any(|line| line.starts_with(&format!("  {word}:")));
    let script = if has("script") || has("trigger") { "" } else { "  script: x\n" };
    let needed = "\njob_with_parallel_matrix:\n  script: x\n  parallel: {matrix: [{VAR_1: [a, b], VAR_2: [d]}]}\njob_with_parallel_matrix_2:\n  script: x\n  parallel: {matrix: [{VAR_1: [a, b, c], VAR_5: [d, e]}]}\n";
    let extra = if chunk.contains("needs:") && !chunk.starts_with("job_with_parallel_matrix:") { needed } else { "" };
    format!("{stages}{chunk}{script}{extra}{stub}")
}

fn files(folder: &str) -> Vec<(String, String, String)> {
    let Some(folder) = cases(&format!("schema/{folder}")) else { return Vec::new() };
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut list = Vec::new();
    for path in paths {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let chunks = chunks(&path);
        let stages = chunks
            .iter()
            .find(|(key, _)| key == "stages" && !name.contains("stages_neg"))
            .map(|(_, chunk)| chunk.clone());
        for (key, chunk) in &chunks {
            let stages = if key == "stages" { "" } else { stages.as_deref().unwrap_or("") };
            // Files without a list of their own name a few stages that must exist.
            let stages = if stages.is_empty() && chunk.contains("stage: prepare") {
                "stages: [prepare, test]\n"
            } else {
                stages
            };
            list.push((name.clone(), key.clone(), document(key, chunk, stages)));
        }
    }
    list
}

fn fixture() -> Fixture {
    Fixture { any: Some("included:\n  script: x\n".to_owned()), ..Fixture::default() }
}

#[test]
fn positive_cases_compile() {
    for (file, key, text) in files("positive") {
        // A script beside a trigger fits the schema, not the compiler (contract §10, 38).
        if key.starts_with("trigger:include accepts") {
            continue;
        }
        if let Err(errors) = try_with(&text, &fixture()) {
            panic!("{file} / {key}: {errors:#?}\n{text}");
        }
    }
}

/// Null values: the compiler takes them as keys that are not there, as GitLab's does; only the
/// editor's schema refuses them.
const NULLS: &[&str] = &[
    "browser_performance no paths",
    "cyclonedx no paths",
    "empty_image",
    "image_with_empty_executor_opts",
    "empty_services",
];

/// What the first message of each refused case must say, by file and key (`*` = every key).
const REASONS: &[(&str, &str, &str)] = &[
    (
        "artifacts",
        "browser_performance list of string paths",
        "artifacts:reports browser performance should be a string",
    ),
    (
        "artifacts",
        "browser_performance mixed list of string paths and globs",
        "artifacts:reports browser performance should be a string",
    ),
    ("artifacts", "browser_performance string array", "artifacts:reports browser performance should be a string"),
    ("artifacts", "cyclonedx not a report", "artifacts config contains unknown keys: cyclonedx"),
    (
        "artifacts",
        "cyclonedx not an array or string",
        "artifacts:reports cyclonedx should be an array of strings or a string",
    ),
    ("artifacts", "coverage-report-is-string", "artifacts:reports:coverage_report config should be a hash"),
    ("artifacts", "performance string path", "artifacts:reports config contains unknown keys: performance"),
    ("artifacts", "artifacts-when-unknown", "artifacts when should be one of: on_success, on_failure, always"),
    ("artifacts", "artifacts-when-array", "artifacts when should be one of: on_success, on_failure, always"),
    ("artifacts", "artifacts-when-boolean", "artifacts when should be one of: on_success, on_failure, always"),
    ("artifacts", "artifacts-access-all", "artifacts config contains unknown keys: accesss"),
    (
        "artifacts",
        "artifacts-access-invalid-value",
        "artifacts access should be one of: none, developer, maintainer, all",
    ),
    ("artifacts", "annotations-report-annotations-not-string", "artifacts:reports annotations should be a string"),
    ("cache", "cache-key-files-not-an-array", "cache:key:files config should be an array of strings"),
    ("cache", "cache-key-prefix-array", "cache:key:prefix config should be a string or symbol"),
    ("cache", "cache-key-with-.", "cache:key config cannot be \".\" or \"..\""),
    ("cache", "cache-key-with-multiple-.", "cache:key config cannot be \".\" or \"..\""),
    ("cache", "cache-key-with-/", "cache:key config cannot contain the \"/\" character"),
    ("cache", "cache-path-not-an-array", "cache:paths config should be an array of strings"),
    ("cache", "cache-untracked-string", "cache:untracked config should be a boolean value"),
    ("cache", "cache-when-integer", "cache when should be one of: on_success, on_failure, always"),
    ("cache", "cache-when-array", "cache when should be one of: on_success, on_failure, always"),
    ("cache", "cache-when-boolean", "cache when should be one of: on_success, on_failure, always"),
    ("cache", "cache-when-never", "cache when should be one of: on_success, on_failure, always"),
    ("cache", "cache-policy-array", "cache policy should be a string"),
    ("cache", "cache-policy-boolean", "cache policy should be a string"),
    ("cache", "cache-when-unknown", "cache policy should be a variable or one of: pull-push, push, pull"),
    ("hooks", "job1", "hooks config contains unknown keys: invalid_script"),
    (
        "hooks",
        "job2",
        "hooks:pre_get_sources_script config should be a string or a nested array of strings up to 10 levels deep",
    ),
    (
        "id_tokens",
        "id_token_with_wrong_aud_type",
        "id_tokens:invalid_id_token aud should be an array of strings or a string",
    ),
    ("id_tokens", "id_token_with_extra_properties", "id_tokens:invalid_id_token config contains unknown keys: sub"),
    ("image", "multi_image_array", "image config should be a hash or a string"),
    ("image", "image_without_name", "image name can't be blank"),
    ("image", "image_with_invalid_entrypoint", "image entrypoint should be an array of strings"),
    ("image", "image_with_empty_pull_policy", "image:pull_policy config can't be blank"),
    ("image", "invalid_image_platform", "image executor opts '/docker/platform' must be a valid 'string'"),
    ("image", "invalid_image_user", "image executor opts '/docker/user' must be a valid 'string'"),
    ("image", "empty_image_user", "image executor opts '/docker/user' must be a valid 'string'"),
    ("image", "invalid_image_executor_opts", "image executor opts '/docker/unknown_key' must be a valid 'schema'"),
    ("include", "include", "include:rules:rule when unknown value: on_success"),
    (
        "include",
        "trigger missing file property",
        "trigger:include config must specify the file where to fetch the config from",
    ),
    (
        "include",
        "trigger missing project property",
        "trigger:include config must specify the project where to fetch the config from",
    ),
    (
        "needs_parallel_matrix_wrong_parallel_value",
        "job_with_needs_parallel_matrix",
        "needs:need:parallel config contains unknown keys: not_matrix",
    ),
    (
        "needs_parallel_matrix_wrong_parallel_value",
        "job_with_needs_parallel_matrix_2",
        "needs:need:parallel should be a hash",
    ),
    (
        "needs_parallel_matrix_wrong_parallel_value",
        "job_with_needs_parallel_matrix_3",
        "needs:need:parallel should be a hash",
    ),
    (
        "needs_parallel_matrix_wrong_parallel_value",
        "job_with_needs_parallel_matrix_4",
        "needs:need:parallel should be a hash",
    ),
    ("parallel", "value as string", "parallel should be an integer or a hash"),
    ("parallel", "smaller than minimum value", "parallel config must be greater than or equal to 1"),
    ("parallel", "greater than maximum value", "parallel config must be less than or equal to 200"),
    ("retry", "invalid_job_with_retry_int", "retry config must be greater than or equal to 0"),
    ("retry", "invalid_job_with_retry_type", "retry config has to be either an integer or a hash"),
    ("retry", "invalid_job_with_retry_object_type", "retry config contains unknown keys: unknown"),
    ("retry", "invalid_job_with_retry_single_when_reason", "retry when is not included in the list"),
    (
        "retry",
        "invalid_job_with_retry_when_reason",
        "retry when contains unknown values: gitlab-ci-retry-object-unknown-when",
    ),
    (
        "retry",
        "invalid_job_with_retry_single_exit_codes_type",
        "retry exit codes should be an array of integers or an integer",
    ),
    (
        "retry",
        "invalid_job_with_retry_exit_codes_type",
        "retry exit codes should be an array of integers or an integer",
    ),
    ("retry", "invalid_job_with_retry_exit_codes_duplicate", "retry exit codes should be unique"),
    ("rules", "unnecessary ref declaration", "rules:rule:changes compare to should be a string"),
    ("rules", "wrong path declaration", "rules:rule config contains unknown keys: paths"),
    ("rules", "rules-if-empty", "rules:rule if invalid expression syntax"),
    ("rules", "rules:interruptible as integer", "rules:rule interruptible should be a boolean value"),
    ("rules", "rules:exists as string", "rules:rule:exists config should be an array of strings"),
    ("rules", "rules:exists as integer", "rules:rule:exists config should be an array of strings"),
    ("rules", "rules:exists:paths as string", "rules:rule:exists paths should be an array of strings"),
    ("rules", "rules:exists:project without paths", "rules:rule:exists config missing required keys: paths"),
    ("rules", "rules:exists:ref without project", "rules:rule:exists config missing required keys: project"),
    ("services", "without_name", "services:service name can't be blank"),
    ("services", "invalid_entrypoint", "services:service entrypoint should be an array of strings"),
    ("services", "empty_entrypoint", "services:service entrypoint should be a non-empty array of strings"),
    ("services", "invalid_command", "services:service command should be an array of strings"),
    ("services", "empty_command", "services:service command should be a non-empty array of strings"),
    ("services", "empty_pull_policy", "services:service:pull_policy config can't be blank"),
    (
        "services",
        "invalid_service_executor_opts",
        "services:service executor opts '/docker/unknown_key' must be a valid 'schema'",
    ),
    (
        "services",
        "invalid_service_platform",
        "services:service executor opts '/docker/platform' must be a valid 'string'",
    ),
    ("services", "invalid_service_user", "services:service executor opts '/docker/user' must be a valid 'string'"),
    ("services", "empty_service_user", "services:service executor opts '/docker/user' must be a valid 'string'"),
    (
        "stages",
        "stages",
        "stages config should be an array of strings or a nested array of strings up to 10 levels deep",
    ),
    ("trigger", "trigger-minimal-empty", "trigger config can't be blank"),
    ("trigger", "trigger-minimal-invalid-variable", "trigger config should be the path of a project: group/project"),
    ("trigger", "trigger-minimal-leading-slash", "trigger config should be the path of a project: group/project"),
    ("trigger", "trigger-minimal-no-slash", "trigger config should be the path of a project: group/project"),
    ("trigger", "trigger-minimal-trailing-slash", "trigger config should be the path of a project: group/project"),
    ("trigger", "trigger-project-empty", "trigger project can't be blank"),
    ("trigger", "trigger-project-invalid-variable", "trigger project should be the path of a project: group/project"),
    ("trigger", "trigger-project-leading-slash", "trigger project should be the path of a project: group/project"),
    ("trigger", "trigger-project-no-slash", "config contains unknown keys: project"),
    ("trigger", "trigger-project-trailing-slash", "config contains unknown keys: project"),
    ("trigger", "trigger-include-empty", "trigger:include config project can't be blank"),
    (
        "trigger",
        "trigger-include-invalid",
        "trigger:include config project should be the path of a project: group/project",
    ),
    (
        "trigger",
        "trigger-include-leading-slash",
        "trigger:include config project should be the path of a project: group/project",
    ),
    (
        "trigger",
        "trigger-include-no-slash",
        "trigger:include config project should be the path of a project: group/project",
    ),
    (
        "trigger",
        "trigger-include-trailing-slash",
        "trigger:include config project should be the path of a project: group/project",
    ),
    ("variables", "variables", "variables:foo config uses invalid data keys: desc"),
    (
        "workflow_rules_auto_cancel_on_new_commit",
        "workflow",
        "workflow:rules:rule:auto_cancel on new commit must be one of: conservative, interruptible, none",
    ),
];

#[test]
fn negative_cases_are_refused_for_their_reason() {
    let mut stale: Vec<_> = REASONS.iter().map(|(file, key, _)| (*file, *key)).collect();
    let files = files("negative");
    let found = !files.is_empty();
    for (file, key, text) in files {
        stale.retain(|listed| *listed != (file.as_str(), key.as_str()));
        if NULLS.contains(&key.as_str()) {
            assert!(try_with(&text, &fixture()).is_ok(), "{file} / {key}");
            continue;
        }
        let Err(errors) = try_with(&text, &fixture()) else { panic!("{file} / {key} is accepted\n{text}") };
        let reason = REASONS.iter().find(|(own, name, _)| *own == file && (*name == key || *name == "*"));
        let (_, _, reason) = reason.unwrap_or_else(|| panic!("{file} / {key}: no reason listed for {errors:?}"));
        assert!(errors[0].contains(reason), "{file} / {key}: {errors:?} instead of {reason}");
    }
    assert!(!found || stale.is_empty(), "reasons for cases that are not there: {stale:?}");
}
