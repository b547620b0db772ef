//! Which buffer holds which value when: each is used again as soon as nobody needs what is in it.

/// Buffers while a plan is made: sizes, and which are free.
#[derive(Debug, Default)]
pub(super) struct Slots {
    lengths: Vec<usize>,
    free: Vec<usize>,
}

impl Slots {
    /// A buffer for so many blocks: the smallest free one with room, else the largest free one, made larger, else a new one.
    pub(super) fn take(&mut self, length: usize) -> usize {
        let fits = |slot: &&usize| self.lengths[**slot] >= length;
        let smallest = self
            .free
            .iter()
            .filter(fits)
            .min_by_key(|slot| self.lengths[**slot]);
        let chosen = smallest.or_else(|| self.free.iter().max_by_key(|slot| self.lengths[**slot]));
        let Some(slot) = chosen.copied() else {
            self.lengths.push(length);
            return self.lengths.len() - 1;
        };
        self.free.retain(|free| *free != slot);
        self.lengths[slot] = self.lengths[slot].max(length);
        slot
    }

    /// A buffer of its own, for a value that stays to the end: in a larger one it would keep more than it needs.
    pub(super) fn take_to_keep(&mut self, length: usize) -> usize {
        self.lengths.push(length);
        self.lengths.len() - 1
    }

    pub(super) fn give(&mut self, slot: usize) {
        self.free.push(slot);
    }

    /// Blocks of each buffer.
    pub(super) fn lengths(&self) -> &[usize] {
        &self.lengths
    }
}
