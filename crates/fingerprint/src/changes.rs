//! What was done to a copy: laid over the photo that it was made from, its colours matched, and compared place by place.
//!
//! Recompression, resizing, colour filters and small errors of the alignment are not changes. Something painted over, cut
//! out or pasted in is. Where the copy is too small, too coarse or too little of it shows the photo, the answer is that
//! nothing can be told.

mod areas;
mod colours;
mod overlay;
mod picture;

use serde::Serialize;

use crate::Pixels;
use crate::matching::{Match, Region};
use areas::Cells;
use overlay::Overlay;
pub use picture::{Drawn, Panels};

/// The longer side at which photo and copy are compared, in pixels.
const SIDE_MAX: usize = 960;

/// A copy that shows the photo with fewer pixels on the longer side than this tells too little.
const SIDE_MIN: usize = 96;

/// A copy that shows less of the photo than this tells too little.
const SHARE_MIN: f64 = 0.02;

/// Pictures that differ by more than this nearly everywhere were redrawn, in grey values: nothing stands out.
const NOISE_MAX: f32 = 22.0;

/// When more than this part of what can be compared stands out, nothing does.
const CHANGED_MAX: f64 = 0.7;

/// What can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing stands out where the copy shows the photo.
    NothingFound,
    /// The areas named stand out.
    Changed,
    /// The copy shows the photo too small.
    TooSmall,
    /// The copy shows too little of the photo.
    TooLittle,
    /// The copy differs nearly everywhere, so no part of it stands out.
    TooDifferent,
}

impl Verdict {
    /// Whether anything can be said.
    #[must_use]
    pub const fn is_told(self) -> bool {
        matches!(self, Self::NothingFound | Self::Changed)
    }
}

/// A changed area.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Area {
    /// The rectangle around it, in pixels of the photo; its share is that of the area itself, of the whole photo.
    pub region: Region,
    /// How much it stands out: its mean difference over that which recompression and the like make in this copy.
    pub strength: f64,
}

/// What was changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Changes {
    /// What can be said at all.
    pub verdict: Verdict,
    /// How much of the photo could be compared, from 0 to 1.
    pub compared: f64,
    /// How much of that is changed, from 0 to 1.
    pub changed: f64,
    /// The areas, the largest first.
    pub areas: Vec<Area>,
    #[serde(skip)]
    overlay: Option<(Overlay, Cells)>,
}

impl Changes {
    /// The same, said of a photo so many times as wide and high of which the one compared was a small copy.
    #[must_use]
    pub fn enlarged(mut self, by: f64) -> Self {
        for Area { region, .. } in &mut self.areas {
            for value in [
                &mut region.x,
                &mut region.y,
                &mut region.width,
                &mut region.height,
            ] {
                *value *= by;
            }
        }
        self
    }
}

/// Compares a copy with its photo, given how it was [matched](crate::matching::compare).
#[must_use]
pub fn changes(photo: &Pixels<'_>, copy: &Pixels<'_>, found: &Match) -> Changes {
    let untold = |verdict| Changes {
        verdict,
        compared: 0.0,
        changed: 0.0,
        areas: Vec::new(),
        overlay: None,
    };
    let longer = photo.width().max(photo.height());
    // No larger than the copy shows it: finer detail would seem to be gone.
    let shown = (longer as f64 * found.scale.min(1.0)) as usize;
    if shown < SIDE_MIN {
        return untold(Verdict::TooSmall);
    }
    let Some(mut overlay) = Overlay::new(photo, copy, &found.transform, shown.min(SIDE_MAX)) else {
        return untold(Verdict::TooLittle);
    };
    let compared = overlay.covered();
    if compared < SHARE_MIN {
        return untold(Verdict::TooLittle);
    }
    colours::match_colours(&mut overlay);
    let cells = Cells::of(&overlay);
    let areas = cells.areas(photo);
    let changed = cells.changed();
    let verdict = if cells.noise > NOISE_MAX || changed > CHANGED_MAX {
        Verdict::TooDifferent
    } else if areas.is_empty() {
        Verdict::NothingFound
    } else {
        Verdict::Changed
    };
    let is_told = verdict.is_told();
    Changes {
        verdict,
        compared,
        changed: if is_told { changed } else { 0.0 },
        areas: if is_told { areas } else { Vec::new() },
        overlay: Some((overlay, cells)),
    }
}

#[cfg(test)]
mod tests;
