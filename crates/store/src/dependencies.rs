//! Jobs whose artifacts another job gets (runner protocol §5, CI YAML contract §11).

use crate::filter::Filter;
use crate::{Result, row::Row, tx::Tx};
use pipewright_model::{JobId, PipelineId, Status, Timestamp};

/// A job another one gets artifacts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// Which.
    pub job_id: JobId,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub status: Status,
    /// Its artifacts were erased.
    pub erased: bool,
    /// When its artifacts may be deleted; `None` never, or it has none.
    pub expires_at: Option<Timestamp>,
    /// Name and size of its archive.
    pub archive: Option<(String, i64)>,
}

const SELECT: &str = "SELECT j.id, j.name, j.status, j.erased_at, j.artifacts_expire_at, a.filename, a.size \
    FROM jobs j LEFT JOIN artifacts a ON a.job_id = j.id AND a.file_type = 'archive'";

fn read(row: &Row<'_>) -> Result<Dependency> {
    let filename: Option<String> = row.get(5)?;
    let size: Option<i64> = row.get(6)?;
    Ok(Dependency {
        job_id: row.get(0)?,
        name: row.get(1)?,
        status: row.word(2)?,
        erased: row.get::<Option<Timestamp>>(3)?.is_some(),
        expires_at: row.get(4)?,
        archive: filename.zip(size),
    })
}

/// The latest attempts of these names in a pipeline, in order of creation.
pub fn by_names(tx: &Tx<'_>, pipeline: PipelineId, names: &[String]) -> Result<Vec<Dependency>> {
    let mut filter = Filter::default();
    filter.and("j.pipeline_id = ? AND j.retried = 0 AND j.kind = 'build'", [pipeline.into()]);
    filter.and_in("j.name", names.iter());
    tx.query(&format!("{SELECT}{} ORDER BY j.id", filter.text()), filter.values(), read)
}

/// The latest attempts of all earlier stages that have an archive, lost one, or left dotenv variables.
pub fn of_earlier_stages(tx: &Tx<'_>, pipeline: PipelineId, position: i64) -> Result<Vec<Dependency>> {
    let mut filter = Filter::default();
    filter.and(
        "j.pipeline_id = ? AND j.retried = 0 AND j.kind = 'build' AND j.stage_position < ?",
        [pipeline.into(), position.into()],
    );
    filter.and(
        "(a.id IS NOT NULL OR j.erased_at IS NOT NULL OR j.artifacts_expire_at IS NOT NULL \
         OR EXISTS (SELECT 1 FROM job_outputs o WHERE o.job_id = j.id AND o.key <> ''))",
        [],
    );
    tx.query(&format!("{SELECT}{} ORDER BY j.id", filter.text()), filter.values(), read)
}
