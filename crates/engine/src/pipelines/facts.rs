//! What is known about a pipeline before it exists (CI YAML contract §9, phases P and L).

use crate::jobs::predefined::{self, Surroundings};
use crate::jobs::variables::{GivenVariable, configured};
use crate::{Error, Result};
use pipewright_ci_config::{Fact, Facts, Files, SourceFile, typed_inputs};
use pipewright_model::Variable as Configured;
use pipewright_wire::runner::Variable;
use serde_json::Value;
use std::collections::BTreeMap;

/// Most inputs of one pipeline (CI YAML contract §5).
const MOST_INPUTS: usize = 20;

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

/// Refuses more inputs than a pipeline may be given.
pub(super) fn check_inputs(given: &BTreeMap<String, Value>) -> Result<()> {
    if given.len() > MOST_INPUTS {
        return Err(Error::BadRequest(format!("400 Bad request - There cannot be more than {MOST_INPUTS} inputs")));
    }
    Ok(())
}

/// The inputs given, a text as what the file declares: a form has nothing but texts.
pub(super) fn inputs(
    source: &SourceFile,
    facts: &Facts,
    files: &dyn Files,
    given: BTreeMap<String, Value>,
) -> BTreeMap<String, Value> {
    let text = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
    let texts: BTreeMap<String, String> = given.iter().filter_map(text).collect();
    let mut inputs = given;
    inputs.extend(typed_inputs(source, facts, files, &texts));
    inputs
}

fn fact(variable: &Variable) -> Fact {
    Fact { key: variable.key.clone(), value: variable.value.clone(), raw: variable.raw, masked: variable.masked }
}
