//! Needs against the jobs that rules let in (CI YAML contract §7).

use crate::config::Config;
use crate::cx::Cx;
use crate::plan::JobPlan;
use crate::yaml::Span;
use std::collections::{HashMap, HashSet};

/// Needs a job may have.
const MAX_NEEDS: usize = 50;

/// Refuses needs that are absent, leaves out optional ones that are.
pub(super) fn check(cx: &Cx<'_>, config: &Config, jobs: &mut [JobPlan]) {
    if cx.report.has_errors() {
        return;
    }
    let present: HashSet<String> = jobs.iter().map(|job| job.name.clone()).collect();
    let spans: HashMap<&str, Span> =
        config.jobs.iter().map(|job| (&*job.name, job.needs.as_ref().map_or(job.span, |needs| needs.span))).collect();
    for job in jobs {
        let Some(needs) = &mut job.needs else { continue };
        let span = spans.get(job.base_name.as_str()).copied();
        if needs.len() > MAX_NEEDS {
            let message = format!(
                "{}: one job can only need {MAX_NEEDS} others, but you have listed {}. See needs keyword documentation for more details",
                job.name,
                needs.len()
            );
            cx.report.plain(None, span, message);
            continue;
        }
        for need in needs.iter().filter(|need| !need.optional && !present.contains(&need.name)) {
            let message = format!(
                "'{}' job needs '{}' job, but '{}' does not exist in the pipeline. This might be because of the only, except, or rules keywords. To need a job that sometimes does not exist in the pipeline, use needs:optional.",
                job.name, need.name, need.name
            );
            cx.report.plain(None, span, message);
        }
        needs.retain(|need| present.contains(&need.name));
    }
}
