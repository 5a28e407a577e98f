//! Which of several jobs at once a job is: the smallest free number, so that folders are reused.

use std::sync::{Arc, Mutex, PoisonError};

/// The numbers in use.
#[derive(Debug, Clone, Default)]
pub(crate) struct Slots {
    taken: Arc<Mutex<Vec<Taken>>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Taken {
    project: i64,
    slot: usize,
    project_slot: usize,
}

/// The numbers of one job, free again when this goes.
#[derive(Debug)]
pub(crate) struct Slot {
    slots: Slots,
    mine: Taken,
}

impl Slots {
    /// Takes the smallest free numbers, among all jobs and among those of the project.
    pub(crate) fn take(&self, project: i64) -> Slot {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let free = |is_used: &dyn Fn(usize) -> bool| (0..=taken.len()).find(|n| !is_used(*n)).unwrap_or(0);
        let of_project = |one: &&Taken| one.project == project;
        let mine = Taken {
            project,
            slot: free(&|n| taken.iter().any(|one| one.slot == n)),
            project_slot: free(&|n| taken.iter().filter(of_project).any(|one| one.project_slot == n)),
        };
        taken.push(mine.clone());
        Slot { slots: self.clone(), mine }
    }
}

impl Slot {
    /// The number among all jobs.
    pub(crate) fn overall(&self) -> usize {
        self.mine.slot
    }

    /// The number among the project's jobs.
    pub(crate) fn of_project(&self) -> usize {
        self.mine.project_slot
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.slots.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.retain(|one| *one != self.mine);
    }
}

#[cfg(test)]
mod tests {
    use super::Slots;

    #[test]
    fn the_smallest_free_number_is_taken() {
        let slots = Slots::default();
        let first = slots.take(7);
        let other = slots.take(8);
        let second = slots.take(7);
        assert_eq!((other.overall(), other.of_project()), (1, 0));
        assert_eq!((second.overall(), second.of_project()), (2, 1));
        drop(first);
        assert_eq!(slots.take(8).overall(), 0);
        assert_eq!(slots.take(7).of_project(), 0);
    }
}
