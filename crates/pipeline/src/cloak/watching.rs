//! How far a cloak is, and how long it will take.

use std::fmt;
use std::time::Instant;

use perturb::{Progress, Stage, Watch};
use serde::Serialize;

use crate::Cancel;

/// What is being done for a cloak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CloakStage {
    /// Waiting for another photo's cloak.
    Wait,
    /// Decoding the pixels.
    Decode,
    /// The one-shot generator.
    Generate,
    /// Looking for faces.
    FindFaces,
    /// Steps on the faces.
    Faces,
    /// Iterative steps on everything.
    Refine,
    /// Fitting the result into the visibility budget.
    Fit,
    /// Writing the new file.
    Encode,
    /// Measuring what the result does. The copy is saved by then.
    Measure,
}

impl CloakStage {
    /// It in words, for a progress bar.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Wait => "waiting",
            Self::Decode => "decoding",
            Self::Generate => "making the cloak",
            Self::FindFaces => "looking for faces",
            Self::Faces => "cloaking faces",
            Self::Refine => "refining",
            Self::Fit => "fitting the strength",
            Self::Encode => "encoding",
            Self::Measure => "the copy is saved; measuring what it does",
        }
    }
}

impl fmt::Display for CloakStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

impl From<Stage> for CloakStage {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Generate => Self::Generate,
            Stage::FindFaces => Self::FindFaces,
            Stage::Faces => Self::Faces,
            Stage::Refine => Self::Refine,
            Stage::Fit => Self::Fit,
            Stage::Measure => Self::Measure,
        }
    }
}

/// How far the cloak of one photo is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CloakProgress {
    /// What is being done.
    pub stage: CloakStage,
    /// Of the whole work on this photo, 0 to 1.
    pub share: f32,
    /// How long the rest will take if it goes on like this; nothing before that can be told.
    pub seconds_left: Option<f32>,
}

/// Below this share and this time, what is left is a guess.
const TELLING: (f32, f32) = (0.05, 0.5);

/// Hears of one photo's progress and passes it on, as a share of the whole.
pub(crate) struct Watching<'a> {
    cancel: &'a Cancel,
    tell: &'a (dyn Fn(CloakProgress) + Sync),
    begun: Instant,
    /// The part of the whole that is being done: from, to.
    part: (f32, f32),
}

impl<'a> Watching<'a> {
    pub(crate) fn new(cancel: &'a Cancel, tell: &'a (dyn Fn(CloakProgress) + Sync)) -> Self {
        Self {
            cancel,
            tell,
            begun: Instant::now(),
            part: (0.0, 1.0),
        }
    }

    /// The same, where 0 to 1 stands for this part of the whole.
    pub(crate) fn part(&self, from: f32, to: f32) -> Self {
        Self {
            part: (from, to),
            ..*self
        }
    }

    /// Says what is being done.
    pub(crate) fn tell(&self, stage: CloakStage, share: f32) {
        let (from, to) = self.part;
        let share = (from + (to - from) * share).clamp(0.0, 1.0);
        let seconds = self.begun.elapsed().as_secs_f32();
        let is_telling = share > TELLING.0 && seconds > TELLING.1;
        (self.tell)(CloakProgress {
            stage,
            share,
            seconds_left: is_telling.then(|| seconds * (1.0 - share) / share),
        });
    }
}

impl Watch for Watching<'_> {
    fn progress(&self, progress: Progress) {
        self.tell(progress.stage.into(), progress.share);
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use super::*;

    #[test]
    fn shares_are_those_of_the_whole() {
        let (cancel, told) = (Cancel::new(), Mutex::new(Vec::new()));
        let tell = |progress| told.lock().unwrap().push(progress);
        let mut watching = Watching::new(&cancel, &tell).part(0.2, 0.6);
        watching.begun -= Duration::from_secs(4);
        watching.progress(Progress {
            stage: Stage::Refine,
            share: 0.5,
        });
        let told = told.lock().unwrap();
        assert_eq!(told[0].stage, CloakStage::Refine);
        assert!((told[0].share - 0.4).abs() < 1e-6);
        assert!((told[0].seconds_left.unwrap() - 6.0).abs() < 0.1);
        assert!(!watching.is_cancelled());
        cancel.cancel();
        assert!(watching.is_cancelled());
    }
}
