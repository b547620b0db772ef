//! Working memory of the convolutions: one piece a thread, made with the plan.

use std::sync::{Mutex, PoisonError};

use super::super::lanes::Block;

#[derive(Debug)]
pub(in super::super) struct Scratch(Vec<Mutex<Vec<Block>>>);

impl Scratch {
    /// A piece of so many blocks for each thread.
    pub(in super::super) fn new(blocks: usize) -> Self {
        let piece = |_| Mutex::new(vec![Block::ZERO; blocks]);
        Self((0..rayon::current_num_threads()).map(piece).collect())
    }

    /// Blocks of all pieces together.
    pub(in super::super) fn total(blocks: usize) -> usize {
        blocks.saturating_mul(rayon::current_num_threads())
    }

    /// Lends this thread's piece.
    pub(in super::super) fn with<R>(&self, f: impl FnOnce(&mut [Block]) -> R) -> R {
        let at = rayon::current_thread_index().unwrap_or(0) % self.0.len();
        // Each piece is written before it is read: one that a panic left half-written is as good.
        let mut piece = self.0[at].lock().unwrap_or_else(PoisonError::into_inner);
        f(&mut piece)
    }
}
