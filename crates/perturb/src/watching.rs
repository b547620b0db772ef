//! How far it is, in one share that never falls.

use std::cell::Cell;

use crate::{Progress, Stage, Watch};

/// One photo's course through its stages.
pub(crate) struct Course<'a> {
    watch: &'a dyn Watch,
    /// Where each stage begins and how much of the whole it is.
    stages: [(Stage, f32, f32); 5],
    told: Cell<f32>,
}

impl<'a> Course<'a> {
    pub(crate) fn new(watch: &'a dyn Watch, refine_steps: u32) -> Self {
        // Rough shares of the time that each takes.
        #[allow(clippy::cast_precision_loss)]
        let refine = refine_steps as f32;
        let lengths = [
            (Stage::Generate, 1.0),
            (Stage::FindFaces, 1.0),
            (Stage::Faces, 2.0),
            (Stage::Refine, refine),
            (Stage::Fit, 1.5),
        ];
        let whole: f32 = lengths.iter().map(|(_, length)| length).sum();
        let mut begin = 0.0;
        let stages = lengths.map(|(stage, length)| {
            let here = (stage, begin / whole, length / whole);
            begin += length;
            here
        });
        Self {
            watch,
            stages,
            told: Cell::new(0.0),
        }
    }

    /// Tells that so much of a stage is done.
    pub(crate) fn reach(&self, stage: Stage, part: f32) {
        let share = self
            .stages
            .iter()
            .find(|(other, ..)| *other == stage)
            .map_or(0.0, |(_, begin, length)| {
                begin + length * part.clamp(0.0, 1.0)
            });
        let share = share.max(self.told.get()).min(1.0);
        self.told.set(share);
        self.watch.progress(Progress { stage, share });
    }

    pub(crate) fn stopped(&self) -> bool {
        self.watch.is_cancelled()
    }
}

/// A share of so many steps of measuring.
pub(crate) struct Share<'a> {
    watch: &'a dyn Watch,
    steps: usize,
    done: Cell<usize>,
}

impl<'a> Share<'a> {
    pub(crate) fn new(watch: &'a dyn Watch, steps: usize) -> Self {
        Self {
            watch,
            steps: steps.max(1),
            done: Cell::new(0),
        }
    }

    /// One more is done.
    pub(crate) fn step(&self) {
        self.done.set((self.done.get() + 1).min(self.steps));
        #[allow(clippy::cast_precision_loss)]
        let share = self.done.get() as f32 / self.steps as f32;
        self.watch.progress(Progress {
            stage: Stage::Measure,
            share,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    struct Told(Mutex<Vec<f32>>);

    impl Watch for Told {
        fn progress(&self, progress: Progress) {
            self.0.lock().unwrap().push(progress.share);
        }

        fn is_cancelled(&self) -> bool {
            false
        }
    }

    #[test]
    fn the_share_never_falls_and_ends_at_one() {
        let told = Told(Mutex::new(Vec::new()));
        let course = Course::new(&told, 20);
        for (stage, part) in [
            (Stage::Generate, 0.0),
            (Stage::Generate, 1.0),
            (Stage::Refine, 0.5),
            (Stage::Faces, 0.5),
            (Stage::Fit, 0.0),
            (Stage::Fit, 1.0),
        ] {
            course.reach(stage, part);
        }
        let told = told.0.into_inner().unwrap();
        assert!(told.windows(2).all(|pair| pair[0] <= pair[1]));
        assert!((told[5] - 1.0).abs() < 1e-6);
    }
}
