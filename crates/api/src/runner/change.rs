//! What people, and runners that register the old way, say of a runner (runner protocol §2.2, §2.3, §3).

use pipewright_engine::runners::edit::RunnerChange;
use pipewright_http_kit::{Check, Params};

/// Names of the parameters, of which a change has at least one.
const NAMES: [&str; 9] = [
    "description",
    "active",
    "paused",
    "tag_list",
    "run_untagged",
    "locked",
    "access_level",
    "maximum_timeout",
    "maintenance_note",
];

/// Reads everything there may be; what is absent stays `None`.
pub(crate) fn read(check: &mut Check<'_>, params: &Params) -> RunnerChange {
    let (paused, active) = (check.boolean("paused"), check.boolean("active"));
    if paused.is_some() && active.is_some() {
        check.fault("paused, active are mutually exclusive");
    }
    RunnerChange {
        description: check.text("description"),
        maintenance_note: check.text("maintenance_note").or_else(|| check.text("maintainer_note")),
        active: active.or(paused.map(|paused| !paused)),
        locked: check.boolean("locked"),
        run_untagged: check.boolean("run_untagged"),
        ref_protected: access_level(check),
        maximum_timeout: maximum_timeout(check, params),
        tags: check.texts("tag_list"),
    }
}

/// Notes a fault where a change changes nothing.
pub(crate) fn require_one(check: &mut Check<'_>, params: &Params) {
    if !NAMES.iter().any(|name| params.all().contains_key(*name)) {
        check.fault(format!("{} are missing, at least one parameter must be provided", NAMES.join(", ")));
    }
}

fn access_level(check: &mut Check<'_>) -> Option<bool> {
    match check.text("access_level")?.as_str() {
        "" => None,
        "not_protected" => Some(false),
        "ref_protected" => Some(true),
        _ => check.not_allowed("access_level"),
    }
}

/// `null` or nothing takes the bound away; absent leaves it.
#[expect(clippy::option_option, reason = "absent and null mean different things in a change")]
fn maximum_timeout(check: &mut Check<'_>, params: &Params) -> Option<Option<i64>> {
    let given = params.all().get("maximum_timeout")?;
    if given.is_null() || given.as_str().is_some_and(|text| text.trim().is_empty()) {
        return Some(None);
    }
    check.integer("maximum_timeout").map(Some)
}
