//! Bounded memory: whoever needs some takes a share first and waits until there is enough.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// An amount that is shared between threads.
#[derive(Debug)]
pub(crate) struct Budget {
    total: u64,
    free: Mutex<u64>,
    given_back: Condvar,
    /// Held by whoever waits, so that a large share is not overtaken by small ones for ever.
    turn: Mutex<()>,
}

impl Budget {
    pub(crate) const fn new(total: u64) -> Self {
        Self {
            total,
            free: Mutex::new(total),
            given_back: Condvar::new(),
            turn: Mutex::new(()),
        }
    }

    /// Waits until `amount` is free and takes it until the share is dropped. More than the whole is taken as the
    /// whole: what exceeds the budget runs, but it runs alone.
    pub(crate) fn take(&self, amount: u64) -> Share<'_> {
        let amount = amount.min(self.total);
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self
            .given_back
            .wait_while(self.free(), |free| *free < amount)
            .unwrap_or_else(PoisonError::into_inner);
        *free -= amount;
        Share {
            budget: self,
            amount,
        }
    }

    fn free(&self) -> MutexGuard<'_, u64> {
        // A number is never left half changed by a panic.
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A share of a [`Budget`], given back when dropped.
#[derive(Debug)]
pub(crate) struct Share<'a> {
    budget: &'a Budget,
    amount: u64,
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        *self.budget.free() += self.amount;
        self.budget.given_back.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn never_more_than_the_total() {
        let budget = Budget::new(10);
        let (used, most) = (AtomicU64::new(0), AtomicU64::new(0));
        thread::scope(|scope| {
            for worker in 0..8 {
                let (budget, used, most) = (&budget, &used, &most);
                scope.spawn(move || {
                    for round in 0..200 {
                        let amount = (worker + round) % 5 + 1;
                        let _share = budget.take(amount);
                        most.fetch_max(
                            used.fetch_add(amount, Ordering::SeqCst) + amount,
                            Ordering::SeqCst,
                        );
                        thread::yield_now();
                        used.fetch_sub(amount, Ordering::SeqCst);
                    }
                });
            }
        });
        assert!(most.load(Ordering::SeqCst) <= 10);
        assert_eq!(*budget.free(), 10);
    }

    #[test]
    fn more_than_the_total_runs_alone() {
        let budget = Budget::new(10);
        let share = budget.take(1_000);
        assert_eq!(*budget.free(), 0);
        drop(share);
        assert_eq!(*budget.free(), 10);
    }
}
