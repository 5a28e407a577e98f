//! Runs one scenario file.

use crate::config::compile;
use crate::ledger::Ledger;
use crate::yaml::Yaml;
use pipewright_model::JobId;
use pipewright_pipeline::{Changes, Effect, Event, FailureReason};
use std::collections::BTreeMap;

/// Runs a scenario and returns how many expectations it held; panics at the first that fails.
pub(crate) fn run(text: &str) -> usize {
    let file = Yaml::parse(text).expect("a YAML file");
    let (state, stages) = compile(file.get("config").expect("`config`"));
    let mut run = Run { ledger: Ledger::new(state), stages };
    let init = file.get("init").expect("`init`");
    let changes = run.ledger.apply(&Event::Process).expect("never refused");
    run.check(init, &[changes], "init");
    let transitions = file.get("transitions").expect("`transitions`").items();
    for (number, step) in transitions.iter().enumerate() {
        run.step(step, &format!("transition {}: {step:?}", number + 1));
    }
    transitions.len() + 1
}

struct Run {
    ledger: Ledger,
    stages: Vec<String>,
}

impl Run {
    fn step(&mut self, step: &Yaml, label: &str) {
        for (key, _) in step.entries() {
            let known = ["event", "jobs", "reason", "exit_code", "force", "gracefully", "status"];
            assert!(
                known.contains(&key.as_str()) || ["expect", "effects", "refused"].contains(&key.as_str()),
                "{label}"
            );
        }
        let names = step.get("jobs").map(Yaml::texts);
        let targets: Vec<Option<JobId>> = match &names {
            None => vec![None],
            Some(names) => names.iter().map(|name| Some(self.ledger.latest(name).expect(name))).collect(),
        };
        let mut all = Vec::new();
        for target in targets {
            if let (Some(id), Some(flag)) = (target, step.get("gracefully")) {
                // What the runner that takes the job told about itself.
                let job = self.ledger.state.jobs.iter_mut().find(|job| job.id == id).expect("found above");
                job.cancel_gracefully = flag.is_true();
            }
            match (self.ledger.apply(&event(step, target)), step.get("refused")) {
                (Ok(changes), None) => all.push(changes),
                (Err(refusal), Some(sentence)) => assert_eq!(refusal.to_string(), sentence.text(), "{label}"),
                (outcome, _) => panic!("{label}: {outcome:?}"),
            }
        }
        self.check(step, &all, label);
    }

    fn check(&self, step: &Yaml, changes: &[Changes], label: &str) {
        let expect = step.get("expect").expect("`expect`");
        assert_eq!(self.ledger.state.status.as_str(), expect.get("pipeline").expect("`pipeline`").text(), "{label}");
        let stages = &self.ledger.state.stages;
        let found = stages.iter().map(|stage| (self.stages[stage.position as usize].clone(), stage.status.to_string()));
        assert_eq!(found.collect::<BTreeMap<_, _>>(), statuses(expect, "stages"), "stages after {label}");
        let latest = self.ledger.state.jobs.iter().filter(|job| !job.retried);
        let found = latest.map(|job| (job.name.clone(), job.status.to_string()));
        assert_eq!(found.collect::<BTreeMap<_, _>>(), statuses(expect, "jobs"), "jobs after {label}");
        if let Some(expected) = step.get("effects") {
            let mut found: Vec<String> =
                changes.iter().flat_map(|changes| &changes.effects).map(|effect| self.words(effect)).collect();
            found.sort();
            let mut expected = expected.texts();
            expected.sort();
            assert_eq!(found, expected, "effects of {label}");
        }
    }

    fn words(&self, effect: &Effect) -> String {
        let name = |id: &JobId| self.ledger.state.job(*id).expect("a job of the pipeline").name.clone();
        match effect {
            Effect::StartDownstream(job) => format!("start {}", name(job)),
            Effect::CancelDownstream(job) => format!("cancel {}", name(job)),
            Effect::RestartUpstream => "restart upstream".to_owned(),
            Effect::AcquireResource { job, key } => format!("acquire {key} for {}", name(job)),
            Effect::ReleaseResource { job, key } => format!("release {key} of {}", name(job)),
        }
    }
}

fn statuses(expect: &Yaml, what: &str) -> BTreeMap<String, String> {
    let entries = expect.get(what).expect("`stages` and `jobs`").entries();
    entries.iter().map(|(name, status)| (name.clone(), status.text().to_owned())).collect()
}

fn event(step: &Yaml, target: Option<JobId>) -> Event {
    let word = step.get("event").expect("`event`").text();
    let Some(job) = target else {
        return match word {
            "retry" => Event::RetryPipeline,
            "cancel" => Event::CancelPipeline,
            "cancel_interruptible" => Event::CancelInterruptible,
            "process" => Event::Process,
            _ => panic!("`{word}` is no event of a pipeline"),
        };
    };
    match word {
        "run" => Event::Run(job),
        "success" => Event::Success(job),
        "drop" => Event::Drop {
            job,
            reason: FailureReason::from_runner(step.get("reason").map(Yaml::text)),
            exit_code: step.get("exit_code").map(Yaml::number),
        },
        "cancel" => Event::Cancel { job, force: step.get("force").is_some_and(Yaml::is_true) },
        "play" => Event::Play(job),
        "retry" => Event::RetryJob(job),
        "enqueue" => Event::Enqueue(job),
        "due" => Event::Due(job),
        "unschedule" => Event::Unschedule(job),
        "grant" => Event::ResourceGranted(job),
        "downstream" => {
            let status = step.get("status").expect("`status` of the downstream pipeline").text();
            Event::Downstream { bridge: job, status: status.parse().expect("a status") }
        }
        "downstream_restarted" => Event::DownstreamRestarted(job),
        _ => panic!("`{word}` is no event of a job"),
    }
}
