//! Jobs as lists and drawings show them, whether compiled here or by a server.

use pipewright_ci_config::{Because, JobOutcome, Outcomes, Place, Plan};
use pipewright_model::JobKind;

/// One job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) name: String,
    /// Name in the file, which instances of a parallel job share.
    pub(super) base_name: String,
    pub(super) stage: String,
    /// `never` for a job that is left out.
    pub(super) when: String,
    pub(super) may_fail: bool,
    /// Exit codes that are no failure.
    pub(super) exit_codes: Vec<i64>,
    pub(super) environment: Option<String>,
    /// It starts another pipeline.
    pub(super) is_bridge: bool,
    /// `None`: it waits for all earlier stages.
    pub(super) needs: Option<Vec<Need>>,
    /// What decided; empty where nobody tells.
    pub(super) why: String,
}

/// One of a job's needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Need {
    pub(super) name: String,
    pub(super) artifacts: bool,
}

impl Row {
    /// Whether it is in the pipeline.
    pub(super) fn is_in(&self) -> bool {
        self.when != "never"
    }
}

/// Stages and jobs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rows {
    /// In order; some may be without jobs.
    pub(super) stages: Vec<String>,
    /// By stage, then as in the file; jobs that are left out among them.
    pub(super) jobs: Vec<Row>,
}

impl Rows {
    /// Of a compiled file of this name.
    pub(super) fn of(plan: &Plan, outcomes: &Outcomes, file: &str) -> Self {
        let mut planned = plan.jobs.iter();
        let mut jobs: Vec<Row> = outcomes
            .jobs
            .iter()
            .filter_map(|outcome| {
                // Both lists have the file's order.
                let job = if outcome.included { Some(planned.next()?) } else { None };
                Some(Row {
                    name: outcome.name.clone(),
                    base_name: outcome.base_name.clone(),
                    stage: outcome.stage.clone(),
                    when: outcome.when.as_str().to_owned(),
                    why: why(outcome, file),
                    ..job.map(planned_row).unwrap_or_default()
                })
            })
            .collect();
        let place = |stage: &str| plan.stages.iter().position(|one| one == stage);
        jobs.sort_by_key(|job| place(&job.stage));
        Self { stages: plan.stages.clone(), jobs }
    }

    /// Stages that have jobs in the pipeline, with those jobs.
    pub(super) fn by_stage(&self) -> Vec<(&str, Vec<&Row>)> {
        let of = |stage: &str| self.jobs.iter().filter(|job| job.is_in() && job.stage == stage).collect::<Vec<_>>();
        let stages = self.stages.iter().map(|stage| (stage.as_str(), of(stage)));
        stages.filter(|(_, jobs)| !jobs.is_empty()).collect()
    }
}

fn planned_row(job: &pipewright_ci_config::JobPlan) -> Row {
    let needs = job
        .needs
        .as_ref()
        .map(|needs| needs.iter().map(|need| Need { name: need.name.clone(), artifacts: need.artifacts }).collect());
    Row {
        may_fail: job.allow_failure,
        exit_codes: job.allow_failure_exit_codes.clone(),
        environment: job.environment.as_ref().map(|environment| environment.expanded_name.clone()),
        is_bridge: job.kind == JobKind::Bridge,
        needs,
        ..Row::default()
    }
}

/// What decided over a job, in a few words. Rules of included files are told with the file.
fn why(outcome: &JobOutcome, file: &str) -> String {
    let at = |place: &Place| {
        if place.file == file { format!("line {}", place.line) } else { format!("{}:{}", place.file, place.line) }
    };
    match (&outcome.rule, outcome.because) {
        (Some(rule), _) => format!("rule {}, {}", rule.number, at(&rule.place)),
        (None, Because::NoRuleMatched) => "no rule matches".to_owned(),
        (None, Because::OnlyExcept) => "only/except".to_owned(),
        (None, _) => "-".to_owned(),
    }
}
