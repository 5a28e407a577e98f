//! What the jobs of one pipeline may weigh together.
//!
//! A file of two megabytes can say the same long text once and have every one of its jobs, and every instance of
//! them, hold a copy: `default`, `extends`, top-level variables and `parallel` multiply. So what is made is counted
//! while it is made.

use crate::config::Config;
use crate::config::parallel::Parallel;
use crate::cx::Cx;
use crate::plan::{JobPlan, Variable};
use crate::yaml::Span;
use std::cell::Cell;
use std::io;

/// Bytes of all jobs of a pipeline.
const MOST_BYTES: usize = 128 << 20;
/// Instances of all jobs of a file, those included that rules will leave out.
const MOST_INSTANCES: usize = 100_000;
/// GitLab's sentence about files that grow too much.
const TOO_BIG: &str = "The parsed YAML is too big";

/// Bytes that may still be spent.
pub(crate) struct Budget(Cell<usize>);

impl Default for Budget {
    fn default() -> Self {
        Self(Cell::new(MOST_BYTES))
    }
}

impl Cx<'_> {
    /// Counts bytes of a job. False past the limit, which is reported once.
    pub(crate) fn spend(&self, span: Span, bytes: usize) -> bool {
        let left = self.budget.0.get();
        self.budget.0.set(left.saturating_sub(bytes));
        if left > 0 && left <= bytes {
            let hint = format!("the jobs of a pipeline may have {} MiB together", MOST_BYTES >> 20);
            self.report.plain_with(None, Some(span), TOO_BIG, Some(hint));
        }
        left > bytes
    }

    /// Refuses a file with too many jobs before anything is made of them.
    pub(crate) fn count_instances(&self, config: &Config) {
        let mut count = 0;
        for job in &config.jobs {
            count += job.parallel.as_ref().map_or(1, Parallel::count);
            if count > MOST_INSTANCES {
                let hint = format!("the jobs of a file may have {MOST_INSTANCES} instances together");
                self.report.plain_with(None, Some(job.span), TOO_BIG, Some(hint));
                return;
            }
        }
    }
}

/// About how many bytes a job's plan is, in memory and in the database.
pub(crate) fn of_plan(plan: &JobPlan) -> usize {
    let mut counter = Counter(0);
    // Counting cannot fail, and what cannot be written weighs nothing.
    let _ = serde_json::to_writer(&mut counter, plan);
    counter.0
}

/// The same of variables.
pub(crate) fn of_variables(variables: &[Variable]) -> usize {
    variables.iter().map(|variable| variable.key.len() + variable.value.len() + size_of::<Variable>()).sum()
}

struct Counter(usize);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
