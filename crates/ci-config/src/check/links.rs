//! Stages that exist, and jobs named by other jobs.

use crate::config::needs::Needs;
use crate::config::{Config, JobEntry};
use crate::cx::Cx;
use crate::yaml::Span;
use std::collections::{HashMap, HashSet};

/// A needed job's name may have this many characters.
const MAX_NEED_NAME: usize = 255;

struct Links<'a> {
    cx: &'a Cx<'a>,
    stages: HashMap<&'a str, usize>,
    jobs: HashMap<&'a str, &'a JobEntry>,
    /// Parallel jobs by the names of their instances, which may be named as well.
    instances: HashMap<String, &'a JobEntry>,
}

pub(super) fn check(cx: &Cx<'_>, config: &Config) {
    let links = Links {
        cx,
        stages: config.stages.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect(),
        jobs: config.jobs.iter().map(|job| (&*job.name, job)).collect(),
        instances: config
            .jobs
            .iter()
            .filter(|job| job.parallel.is_some())
            .flat_map(|job| job.instance_names().into_iter().map(move |name| (name, job)))
            .collect(),
    };
    for job in &config.jobs {
        links.stage(job, &config.stages);
        for (name, span) in job.dependencies.iter().flatten() {
            links.link(job, name, *span, "dependency");
        }
        let rule_needs = job.rules.iter().flatten().filter_map(|rule| rule.needs.as_ref());
        for needs in job.needs.iter().chain(rule_needs) {
            links.needs(job, needs);
        }
        links.subset(job);
    }
}

impl Links<'_> {
    fn stage(&self, job: &JobEntry, stages: &[String]) {
        if self.stages.contains_key(job.stage.as_str()) || self.cx.report.is_full() {
            return;
        }
        let hint = self.cx.report.near(&job.stage, || stages.iter().map(String::as_str).collect());
        let message = format!(
            "{} job: chosen stage {} does not exist; available stages are {}",
            job.name,
            job.stage,
            stages.join(", ")
        );
        self.cx.report.plain_with(None, Some(job.stage_span), message, hint);
    }

    /// A job named by another exists, and not in a later stage.
    fn link(&self, job: &JobEntry, name: &str, span: Span, word: &str) {
        let Some(other) = self.jobs.get(name).or_else(|| self.instances.get(name)) else {
            if self.cx.report.is_full() {
                return;
            }
            let hint = self.cx.report.near(name, || self.jobs.keys().copied().collect());
            let message = format!("{} job: undefined {word}: {name}", job.name);
            self.cx.report.plain_with(None, Some(span), message, hint);
            return;
        };
        let position = |job: &JobEntry| self.stages.get(job.stage.as_str()).copied();
        if let (Some(own), Some(theirs)) = (position(job), position(other))
            && theirs > own
        {
            let message = format!("{} job: {word} {name} is not defined in current or prior stages", job.name);
            self.cx.report.plain(None, Some(span), message);
        }
    }

    fn needs(&self, job: &JobEntry, needs: &Needs) {
        let mut seen: HashSet<String> = HashSet::new();
        let mut twice: Vec<&str> = Vec::new();
        let mut told: HashSet<&str> = HashSet::new();
        for item in &needs.jobs {
            let known = self.jobs.get(item.name.as_str());
            if known.is_none() && item.optional {
                continue;
            }
            if let Some(other) = known {
                self.name_length(job, other, item.span);
            }
            self.link(job, &item.name, item.span, "need");
            let key = format!("{}{:?}", item.name, item.matrix);
            if !seen.insert(key) && told.insert(&item.name) {
                twice.push(&item.name);
            }
        }
        if !twice.is_empty() {
            let message = format!("{} has the following needs duplicated: {}.", job.name, twice.join(", "));
            self.cx.report.plain(None, Some(needs.span), message);
        }
    }

    fn name_length(&self, job: &JobEntry, other: &JobEntry, span: Span) {
        let long = other.instance_names().into_iter().find(|name| name.chars().count() > MAX_NEED_NAME);
        if let Some(name) = long {
            let message =
                format!("{} job: need `{name}` name is too long (maximum is {MAX_NEED_NAME} characters)", job.name);
            self.cx.report.plain(None, Some(span), message);
        }
    }

    /// With `needs`, `dependencies` may name only needed jobs.
    fn subset(&self, job: &JobEntry) {
        let (Some(needs), Some(dependencies)) = (&job.needs, &job.dependencies) else { return };
        if needs.jobs.is_empty() {
            return;
        }
        let needed: HashSet<&str> = needs.jobs.iter().map(|need| need.name.as_str()).collect();
        let missing: Vec<&str> =
            dependencies.iter().map(|(name, _)| name.as_str()).filter(|name| !needed.contains(name)).collect();
        if let Some((_, span)) = dependencies.first()
            && !missing.is_empty()
        {
            let jobs = crate::report::At::root("jobs");
            let at = jobs.child(&job.name);
            let text = format!("the {} should be part of needs", missing.join(", "));
            self.cx.report.entry(&at, *span, "dependencies", &text);
        }
    }
}
