//! Our own scenarios, one test each.

use crate::scenario::run;
use std::collections::BTreeSet;
use std::path::Path;

macro_rules! scenarios {
    ($($name:ident)*) => {
        const NAMES: &[&str] = &[$(stringify!($name)),*];
        $(#[test] fn $name() { run(include_str!(concat!("../scenarios/", stringify!($name), ".yml"))); })*
    };
}

scenarios! {
    allow_failure_exit_codes
    allowed_failure_in_the_first_stage
    auto_retry
    auto_retry_by_reason_and_code
    auto_retry_of_a_manual_job
    bridge_depend
    bridge_manual
    bridge_mirror
    bridge_mirror_skipped
    bridge_that_cannot_start
    bridge_without_strategy
    cancel_in_the_second_stage
    cancel_of_a_pipeline
    canceling
    canceling_ends_by_failure_or_force
    delayed_alone
    delayed_rollout
    enqueue_resets_nothing
    failure_cancels_the_rest
    interruptible_jobs_alone
    manual_blocks_after_pending
    needs_within_a_stage
    on_failure_and_always_by_stages
    resource_group
    retry_of_a_pipeline
    retry_of_an_ended_job
    retry_while_canceling
    scheduler_failure_is_retried_unasked
    trap_01_needs_nothing
    trap_02_one_skipped_need_decides
    trap_03_always_after_failed_skipped_canceled
    trap_03_stage_always_after_canceled
    trap_04_manual_in_rules_blocks
    trap_05_06_dependant_of_an_optional_manual_job
    trap_07_a_skipped_pipeline_becomes_pending
    trap_07_an_ended_pipeline_runs_on
    trap_08_all_earlier_stages_count
    trap_09_an_allowed_cancel_counts_as_success
    trap_10_skipped_predecessors
    trap_11_on_failure_in_the_first_stage
    trap_12_retry_of_a_manual_job
}

#[test]
fn every_file_is_listed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let entries = std::fs::read_dir(folder).expect("a readable folder");
    let names = entries.map(|entry| entry.expect("a readable entry").file_name().to_string_lossy().into_owned());
    let files: BTreeSet<String> = names.filter_map(|name| name.strip_suffix(".yml").map(str::to_owned)).collect();
    let listed: BTreeSet<String> = NAMES.iter().map(ToString::to_string).collect();
    assert_eq!(files, listed);
}
