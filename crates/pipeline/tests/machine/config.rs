//! A scenario's `config`: the few keywords that concern the machine, turned into jobs by hand. The
//! compiler proper is a crate of its own; a keyword that is not here is an error, never ignored.

use crate::yaml::Yaml;
use pipewright_model::{JobId, JobKind, Need, Scheduling, When};
use pipewright_pipeline::{JobRules, JobState, PipelineState, RetryPolicy, Strategy};

/// A pipeline and the names of all stages by position.
pub(crate) fn compile(config: &Yaml) -> (PipelineState, Vec<String>) {
    let mut stages = vec![".pre".to_owned()];
    stages.extend(config.get("stages").map_or_else(default_stages, Yaml::texts));
    stages.push(".post".to_owned());
    let mut jobs = Vec::new();
    for (name, job) in config.entries() {
        match name.as_str() {
            "stages" | "workflow" => {}
            name => jobs.extend(compile_job(JobId(jobs.len() as i64 + 1), name, job, &stages)),
        }
    }
    let mut state = PipelineState::new(jobs);
    state.cancel_on_job_failure = config
        .get("workflow")
        .and_then(|workflow| workflow.get("auto_cancel"))
        .and_then(|auto_cancel| auto_cancel.get("on_job_failure"))
        .is_some_and(|word| word.text() == "all");
    (state, stages)
}

fn default_stages() -> Vec<String> {
    ["build", "test", "deploy"].map(str::to_owned).to_vec()
}

/// The job, unless its rules leave it out.
fn compile_job(id: JobId, name: &str, config: &Yaml, stages: &[String]) -> Option<JobState> {
    let mut job = JobState::new(id, name, position(config.get("stage").map_or("test", Yaml::text), stages));
    let mut allow_failure = None;
    for (keyword, value) in config.entries() {
        match keyword.as_str() {
            "script" | "rules" | "stage" => {}
            "when" => job.when = when(value),
            "allow_failure" => allow_failure = Some(read_allow_failure(value, &mut job.rules)),
            "needs" => set_needs(&mut job, value),
            "start_in" => job.start_in = Some(value.number()),
            "resource_group" => job.resource_group = Some(value.text().to_owned()),
            "interruptible" => job.interruptible = value.is_true(),
            "retry" => job.rules.retry = retry(value),
            "trigger" => {
                job.kind = JobKind::Bridge;
                job.rules.strategy = value.get("strategy").map(strategy);
            }
            other => panic!("job `{name}`: the keyword `{other}` is not for scenarios"),
        }
    }
    let mut manual_by_itself = job.when == When::Manual;
    if let Some(rules) = config.get("rules") {
        let rule = rules.items().into_iter().find(|rule| rule.get("if").is_none_or(|test| !is_false(test)))?;
        for (keyword, value) in rule.entries() {
            match keyword.as_str() {
                "if" => {}
                "when" => job.when = when(value),
                "start_in" => job.start_in = Some(value.number()),
                "allow_failure" => allow_failure = Some(value.is_true()),
                "needs" => set_needs(&mut job, value),
                other => panic!("job `{name}`: the rules' keyword `{other}` is not for scenarios"),
            }
        }
        manual_by_itself = false;
    }
    job.allow_failure = allow_failure.unwrap_or(manual_by_itself);
    (job.when != When::Never).then_some(job)
}

fn position(stage: &str, stages: &[String]) -> i64 {
    let found = stages.iter().position(|name| name == stage);
    found.unwrap_or_else(|| panic!("there is no stage `{stage}`")) as i64
}

fn when(word: &Yaml) -> When {
    word.text().parse().expect("a `when`")
}

fn is_false(test: &Yaml) -> bool {
    assert!(test.text().ends_with(r#"== "invalid""#), "only a comparison with \"invalid\" is for scenarios");
    true
}

fn read_allow_failure(value: &Yaml, rules: &mut JobRules) -> bool {
    match value.get("exit_codes") {
        Some(codes) => {
            rules.allow_failure_exit_codes = codes.items().into_iter().map(Yaml::number).collect();
            false
        }
        None => value.is_true(),
    }
}

fn set_needs(job: &mut JobState, needs: &Yaml) {
    job.scheduling = Scheduling::Dag;
    let read = |need: &Yaml| match need.get("job") {
        Some(name) => Need {
            name: name.text().to_owned(),
            artifacts: true,
            optional: need.get("optional").is_some_and(Yaml::is_true),
        },
        None => Need { name: need.text().to_owned(), artifacts: true, optional: false },
    };
    job.needs = needs.items().into_iter().map(read).collect();
}

fn retry(value: &Yaml) -> RetryPolicy {
    if let Yaml::Scalar(_) = value {
        return RetryPolicy::times(value.number() as u32);
    }
    RetryPolicy {
        max: value.get("max").map(|max| max.number() as u32),
        when: value.get("when").map(Yaml::texts).unwrap_or_default(),
        exit_codes: value
            .get("exit_codes")
            .map(|codes| codes.items().into_iter().map(Yaml::number).collect())
            .unwrap_or_default(),
    }
}

fn strategy(word: &Yaml) -> Strategy {
    match word.text() {
        "depend" => Strategy::Depend,
        "mirror" => Strategy::Mirror,
        other => panic!("`{other}` is no strategy"),
    }
}
