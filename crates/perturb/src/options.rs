//! What a person asks for, and how they are told how far it is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How visible a cloak may be: a budget in butteraugli's 3-norm at full size, not a bound on single values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strength {
    /// The least visible, 1.6; still seen on plain backgrounds.
    Light,
    /// Seen on plain backgrounds: 2.3.
    #[default]
    Balanced,
    /// Visible on skin and plain backgrounds: 4.
    Strong,
}

impl Strength {
    /// From the weakest to the strongest.
    pub const ALL: [Self; 3] = [Self::Light, Self::Balanced, Self::Strong];

    /// The budget: butteraugli's 3-norm between the original and the cloaked picture at full size.
    #[must_use]
    pub const fn visibility_max(self) -> f32 {
        match self {
            Self::Light => 1.6,
            Self::Balanced => 2.3,
            Self::Strong => 4.0,
        }
    }

    /// The word for it on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Balanced => "balanced",
            Self::Strong => "strong",
        }
    }
}

impl fmt::Display for Strength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No strength is called that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("light, balanced or strong")]
pub struct UnknownStrength;

impl FromStr for Strength {
    type Err = UnknownStrength;

    fn from_str(text: &str) -> Result<Self, UnknownStrength> {
        Self::ALL
            .into_iter()
            .find(|strength| strength.name() == text)
            .ok_or(UnknownStrength)
    }
}

/// How to cloak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// The visibility budget.
    pub strength: Strength,
    /// So many iterative steps after the instant result, 20 to 80; 0 for none.
    pub refine_steps: u32,
    /// Where all chance comes from.
    pub seed: u64,
}

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
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
    /// Measuring what the result does.
    Measure,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// Of the whole work, 0 to 1; never falls.
    pub share: f32,
}

/// Is told how far it is, and says when to stop.
pub trait Watch: Sync {
    /// Called between steps, from the thread that called.
    fn progress(&self, progress: Progress);
    /// Asked between steps. After a yes, what is there so far is returned as soon as possible.
    fn is_cancelled(&self) -> bool;
}

/// Nobody watches.
impl Watch for () {
    fn progress(&self, _: Progress) {}

    fn is_cancelled(&self) -> bool {
        false
    }
}
