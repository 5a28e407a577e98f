//! A pipeline's test report: what the JUnit reports of its latest jobs say, a suite for each job's name.

use super::junit::{self, Case, Outcome};
use crate::access::{Ability, ProjectRef, standing};
use crate::{Caller, Engine, Error, Result};
use pipewright_model::{Artifact, JobId, JobKind, PipelineId};
use pipewright_store::{artifacts, jobs, pipelines};

/// Larger (packed) reports are not read.
const PACKED: i64 = 16 << 20;
/// Most reports of one pipeline.
const MOST_REPORTS: usize = 500;
/// Most cases of one pipeline.
const MOST_CASES: usize = 200_000;

/// What the reports of the jobs of one name say.
#[derive(Clone, Debug, Default)]
pub struct Suite {
    /// The jobs' name, without `N/M`.
    pub name: String,
    /// Its cases.
    pub cases: Vec<Case>,
    /// The jobs.
    pub jobs: Vec<JobId>,
    /// Why a report could not be read; its cases are left out then.
    pub error: Option<String>,
}

/// Cases counted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Totals {
    /// Seconds all took.
    pub seconds: f64,
    /// All.
    pub count: usize,
    /// Those that ended well.
    pub success: usize,
    /// Those that failed.
    pub failed: usize,
    /// Those that were not run.
    pub skipped: usize,
    /// Those that broke off.
    pub error: usize,
}

/// Counts cases.
pub fn totals<'a>(cases: impl IntoIterator<Item = &'a Case>) -> Totals {
    cases.into_iter().fold(Totals::default(), |mut totals, case| {
        totals.seconds += case.seconds;
        totals.count += 1;
        *match case.outcome {
            Outcome::Success => &mut totals.success,
            Outcome::Failed => &mut totals.failed,
            Outcome::Skipped => &mut totals.skipped,
            Outcome::Error => &mut totals.error,
        } += 1;
        totals
    })
}

impl Engine {
    /// What the latest jobs of a pipeline reported of their tests, in the order of the jobs.
    pub async fn test_report(&self, caller: &Caller, project: &ProjectRef, id: PipelineId) -> Result<Vec<Suite>> {
        let mut suites: Vec<Suite> = Vec::new();
        let mut room = MOST_CASES;
        for (name, report) in self.junit_reports(caller, project, id).await? {
            let known = suites.iter().position(|suite| suite.name == name);
            let at = known.unwrap_or(suites.len());
            if known.is_none() {
                suites.push(Suite { name, ..Suite::default() });
            }
            let suite = &mut suites[at];
            suite.jobs.push(report.job_id);
            match self.read_report(&report).await? {
                Ok(cases) if cases.len() <= room => {
                    room -= cases.len();
                    suite.cases.extend(cases);
                }
                Ok(_) => suite.error = Some(format!("the pipeline has more than {MOST_CASES} test cases")),
                Err(why) => suite.error = Some(why),
            }
        }
        for suite in suites.iter_mut().filter(|suite| suite.error.is_some()) {
            suite.cases.clear();
        }
        Ok(suites)
    }

    async fn junit_reports(
        &self,
        caller: &Caller,
        project: &ProjectRef,
        id: PipelineId,
    ) -> Result<Vec<(String, Artifact)>> {
        let (caller, project) = (caller.clone(), project.clone());
        let found = self.db.read(move |tx| {
            let standing = standing(tx, &caller, &project)?;
            standing.require(Ability::ReadJobs)?;
            let pipeline = pipelines::get(tx, id)?.filter(|pipeline| pipeline.project_id == standing.project.id);
            let pipeline = pipeline.ok_or_else(|| Error::missing("Pipeline"))?;
            let all = artifacts::of_pipeline(tx, pipeline.id)?;
            let mut found = Vec::new();
            for report in all.into_iter().filter(|artifact| artifact.file_type == "junit").take(MOST_REPORTS) {
                let job = jobs::get(tx, report.job_id)?;
                if let Some(job) = job.filter(|job| !job.retried && job.kind == JobKind::Build) {
                    found.push((job.id, group(&job.name).to_owned(), report));
                }
            }
            found.sort_by_key(|(job, _, _)| *job);
            Ok::<_, Error>(found.into_iter().map(|(_, name, report)| (name, report)).collect())
        });
        found.await
    }

    /// The cases of one report, or why there are none.
    async fn read_report(&self, report: &Artifact) -> Result<Result<Vec<Case>, String>> {
        if report.size > PACKED {
            return Ok(Err("JUnit data parsing failed: the report is too large".to_owned()));
        }
        let packed = match self.blobs.get_range(&report.blob_key, 0..report.size.max(0) as u64).await {
            Ok(packed) => packed,
            // Deleted since its row was read.
            Err(pipewright_blobs::Error::NotFound { .. }) => return Ok(Ok(Vec::new())),
            Err(error) => return Err(error.into()),
        };
        let parsed = tokio::task::spawn_blocking(move || junit::parse(&packed)).await;
        parsed.map_err(|error| Error::Internal(format!("a report's reader stopped: {error}")))
    }
}

/// The name that the jobs of `parallel: N` share: `rspec` of `rspec 2/3`.
fn group(name: &str) -> &str {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match name.rsplit_once(' ') {
        Some((group, part)) if part.split_once('/').is_some_and(|(one, all)| digits(one) && digits(all)) => group,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::group;

    #[test]
    fn parallel_jobs_share_a_suite() {
        for (name, shared) in [
            ("rspec 2/3", "rspec"),
            ("rspec", "rspec"),
            ("a b", "a b"),
            ("a x/3", "a x/3"),
            ("t: [x, 1/2]", "t: [x, 1/2]"),
        ] {
            assert_eq!(group(name), shared, "{name}");
        }
    }
}
