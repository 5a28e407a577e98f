//! Jobs that need each other in a circle.

use crate::config::Config;
use crate::cx::Cx;
use crate::graph::components;
use std::collections::HashMap;

pub(super) fn check(cx: &Cx<'_>, config: &Config) {
    let jobs = config.jobs.iter().enumerate();
    let mut numbers: HashMap<String, usize> = HashMap::with_capacity(config.jobs.len());
    // Instances first: a job's own name is the stronger one.
    for (at, job) in jobs.clone().filter(|(_, job)| job.parallel.is_some()) {
        numbers.extend(job.instance_names().into_iter().map(|name| (name, at)));
    }
    numbers.extend(jobs.map(|(at, job)| (job.name.to_string(), at)));
    let needs: Vec<Vec<usize>> = config
        .jobs
        .iter()
        .map(|job| {
            let own = job.needs.iter().flat_map(|needs| &needs.jobs);
            own.filter_map(|need| numbers.get(&need.name).copied()).collect()
        })
        .collect();
    if let Some(at) = (0..needs.len()).find(|at| needs[*at].contains(at)) {
        let message = format!("The pipeline has circular dependencies: self-dependency: {}", config.jobs[at].name);
        cx.report.plain(None, Some(span(config, at)), message);
        return;
    }
    let nodes: Vec<usize> = (0..needs.len()).collect();
    let circles = components(&nodes, &|at: usize| needs[at].clone());
    if let Some(circle) = circles.iter().find(|circle| circle.len() > 1) {
        let names: Vec<&str> = circle.iter().map(|&at| &*config.jobs[at].name).collect();
        let message = format!("The pipeline has circular dependencies: topological sort failed: {names:?}");
        cx.report.plain(None, Some(span(config, circle[0])), message);
    }
}

fn span(config: &Config, at: usize) -> crate::yaml::Span {
    let job = &config.jobs[at];
    job.needs.as_ref().map_or(job.span, |needs| needs.span)
}
