//! Who comes before whom: stages in order, needs by index, so that one pass over a pipeline is linear.

use crate::JobState;
use pipewright_model::Scheduling;
use std::collections::{BTreeMap, HashMap};

/// The order of a pipeline's latest jobs. Jobs are named by their index ("slot") in the state.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    /// Stages by position; in each the jobs, needed ones before those that need them.
    pub(crate) stages: Vec<(i64, Vec<usize>)>,
    needs: Vec<Vec<usize>>,
    dependents: Vec<Vec<usize>>,
}

impl Graph {
    pub(crate) fn new(jobs: &[JobState]) -> Self {
        let latest = || jobs.iter().enumerate().filter(|(_, job)| !job.retried);
        let by_name: HashMap<&str, usize> = latest().map(|(slot, job)| (job.name.as_str(), slot)).collect();
        let mut needs = vec![Vec::new(); jobs.len()];
        let mut dependents = vec![Vec::new(); jobs.len()];
        let mut stages: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        for (slot, job) in latest() {
            stages.entry(job.stage).or_default().push(slot);
            if job.scheduling == Scheduling::Dag {
                needs[slot] = job.needs.iter().filter_map(|need| by_name.get(need.name.as_str()).copied()).collect();
                needs[slot].iter().for_each(|needed| dependents[*needed].push(slot));
            }
        }
        let mut graph = Self { stages: Vec::new(), needs, dependents };
        graph.stages =
            stages.into_iter().map(|(position, slots)| (position, graph.needed_first(jobs, slots))).collect();
        graph
    }

    /// The jobs a job needs.
    pub(crate) fn needs(&self, slot: usize) -> &[usize] {
        &self.needs[slot]
    }

    /// All jobs that need a job, or need one that does, and so on.
    pub(crate) fn descendants(&self, slot: usize) -> Vec<usize> {
        let mut seen = vec![false; self.dependents.len()];
        let mut found = Vec::new();
        let mut open = vec![slot];
        while let Some(slot) = open.pop() {
            for dependent in &self.dependents[slot] {
                if !std::mem::replace(&mut seen[*dependent], true) {
                    found.push(*dependent);
                    open.push(*dependent);
                }
            }
        }
        found
    }

    /// Orders the jobs of one stage; jobs that need each other in a circle come last and never start.
    fn needed_first(&self, jobs: &[JobState], slots: Vec<usize>) -> Vec<usize> {
        let same_stage = |a: usize, b: usize| jobs[a].stage == jobs[b].stage;
        if !slots.iter().any(|slot| self.needs[*slot].iter().any(|needed| same_stage(*slot, *needed))) {
            return slots;
        }
        let count = |slot: usize| self.needs[slot].iter().filter(|needed| same_stage(slot, **needed)).count();
        let mut waiting: HashMap<usize, usize> = slots.iter().map(|slot| (*slot, count(*slot))).collect();
        let mut ordered: Vec<usize> = slots.iter().copied().filter(|slot| waiting[slot] == 0).collect();
        let mut next = 0;
        while let Some(slot) = ordered.get(next).copied() {
            next += 1;
            for dependent in &self.dependents[slot] {
                if let Some(left) = waiting.get_mut(dependent) {
                    *left -= 1;
                    if *left == 0 {
                        ordered.push(*dependent);
                    }
                }
            }
        }
        ordered.extend(slots.into_iter().filter(|slot| waiting[slot] > 0));
        ordered
    }
}

#[cfg(test)]
mod tests {
    use super::Graph;
    use crate::JobState;
    use pipewright_model::{JobId, Need, Scheduling};

    fn job(name: &str, stage: i64, needs: &[&str]) -> JobState {
        let needs = needs.iter().map(|name| Need { name: (*name).to_owned(), artifacts: true, optional: false });
        JobState { needs: needs.collect(), scheduling: Scheduling::Dag, ..JobState::new(JobId(1), name, stage) }
    }

    #[test]
    fn needed_jobs_come_first_within_a_stage() {
        let jobs = [job("c", 0, &["b", "x"]), job("b", 0, &["a"]), job("a", 0, &[]), job("z", -1, &[])];
        let graph = Graph::new(&jobs);
        assert_eq!(graph.stages, [(-1, vec![3]), (0, vec![2, 1, 0])]);
        assert_eq!(graph.descendants(2), [1, 0]);
    }

    #[test]
    fn a_circle_of_needs_is_kept_at_the_end() {
        let jobs = [job("a", 0, &["b"]), job("b", 0, &["a"]), job("c", 0, &[]), job("d", 0, &["d"])];
        let graph = Graph::new(&jobs);
        assert_eq!(graph.stages, [(0, vec![2, 0, 1, 3])]);
        assert_eq!(graph.descendants(0), [1, 0]);
    }
}
