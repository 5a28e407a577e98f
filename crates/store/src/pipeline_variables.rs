//! Variables a pipeline was started with.

use crate::{Result, tx::Tx, value::params};
use pipewright_model::{PipelineId, VariableType};

/// One variable, its value encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedVariable {
    /// Its name.
    pub key: String,
    /// Its value, encrypted.
    pub value: Vec<u8>,
    /// Value or file.
    pub variable_type: VariableType,
    /// Its value is not expanded.
    pub raw: bool,
}

/// Writes the variables of a new pipeline.
pub fn insert(tx: &Tx<'_>, pipeline: PipelineId, variables: &[SealedVariable]) -> Result<()> {
    for variable in variables {
        tx.execute(
            "INSERT INTO pipeline_variables (pipeline_id, key, value, variable_type, raw) VALUES ($1, $2, $3, $4, $5)",
            params![pipeline, &variable.key, variable.value.as_slice(), variable.variable_type, variable.raw],
        )?;
    }
    Ok(())
}

/// A pipeline's variables in the order they were given.
pub fn of_pipeline(tx: &Tx<'_>, pipeline: PipelineId) -> Result<Vec<SealedVariable>> {
    tx.query(
        "SELECT key, value, variable_type, raw FROM pipeline_variables WHERE pipeline_id = $1 ORDER BY id",
        params![pipeline],
        |row| {
            Ok(SealedVariable { key: row.get(0)?, value: row.get(1)?, variable_type: row.word(2)?, raw: row.get(3)? })
        },
    )
}
