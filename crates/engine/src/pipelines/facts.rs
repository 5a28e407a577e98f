//! What is known about a pipeline before it exists (CI YAML contract §9, phases P and L).

use crate::jobs::predefined::{self, Surroundings};
use crate::jobs::variables::{GivenVariable, configured};
use pipewright_ci_config::{Fact, Facts};
use pipewright_model::Variable as Configured;
use pipewright_wire::runner::Variable;

/// The compiler's facts.
pub(super) fn of(around: &Surroundings, people: &[Configured], given: &[GivenVariable]) -> Facts {
    let mut predefined = predefined::of_project(around);
    predefined.extend(predefined::of_pipeline(around));
    predefined.extend(predefined::of_user(around.user.as_ref()));
    // A count that is not taken yet must not look like one.
    predefined.retain(|variable| variable.key != "CI_PIPELINE_IID");
    Facts {
        ref_name: around.pipeline.ref_name.clone(),
        tag: around.pipeline.tag,
        source: around.pipeline.source.as_str().to_owned(),
        predefined: predefined.iter().map(fact).collect(),
        configured: people.iter().map(|variable| fact(&configured(variable))).collect(),
        pipeline: given.iter().map(|variable| fact(&variable.wire())).collect(),
        project: around.project.full_path.clone(),
        ..Facts::default()
    }
}

fn fact(variable: &Variable) -> Fact {
    Fact { key: variable.key.clone(), value: variable.value.clone(), raw: variable.raw, masked: variable.masked }
}
