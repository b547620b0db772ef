//! The evidence as a picture.

use super::Changes;
use super::areas::CELL;
use super::overlay::Colours;

/// The colour of outlines, and of what cannot be compared.
const OUTLINE: [u8; 3] = [230, 30, 30];
const UNKNOWN: [u8; 3] = [70, 78, 92];

/// Width of the outlines and of the gaps, in pixels.
const LINE: usize = 2;
const GAP: usize = 12;

/// A picture: width, height, and three bytes a pixel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Red, green, blue.
    pub rgb: Vec<u8>,
}

/// The evidence: pictures of one size, pixel on pixel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panels {
    /// The copy laid over the photo.
    pub copy: Drawn,
    /// The same with the changed areas outlined.
    pub outlined: Drawn,
    /// The photo in the copy's colours.
    pub photo: Drawn,
    /// How much each place differs, with the same outlines.
    pub differences: Drawn,
}

impl Changes {
    /// The pictures. Nothing when they could not be laid over each other.
    #[must_use]
    pub fn panels(&self) -> Option<Panels> {
        let (overlay, cells) = self.overlay.as_ref()?;
        let (width, height) = (overlay.photo.width, overlay.photo.height);
        let bytes = |colours: &Colours, at: usize| {
            let colour = colours.values.get(at).copied().unwrap_or_default();
            colour.map(|value| value.clamp(0.0, 255.0) as u8)
        };
        let is_told = self.verdict.is_told();
        let area = |x: usize, y: usize| {
            if x >= width || y >= height || !is_told {
                return None;
            }
            let cell = y / CELL * cells.width + x / CELL;
            cells.area.get(cell).copied().flatten()
        };
        let is_outline = |at: usize| {
            let (x, y) = (at % width, at / width);
            area(x, y).is_some()
                && (area(x.wrapping_sub(LINE), y).is_none()
                    || area(x + LINE, y).is_none()
                    || area(x, y.wrapping_sub(LINE)).is_none()
                    || area(x, y + LINE).is_none())
        };
        let draw = |colour: &dyn Fn(usize) -> [u8; 3]| -> Option<Drawn> {
            Some(Drawn {
                width: u32::try_from(width).ok()?,
                height: u32::try_from(height).ok()?,
                rgb: (0..width * height).flat_map(colour).collect(),
            })
        };
        let copy = |at: usize| match overlay.is_covered.get(at) {
            Some(true) => bytes(&overlay.shown, at),
            _ => UNKNOWN,
        };
        Some(Panels {
            copy: draw(&copy)?,
            outlined: draw(&|at| if is_outline(at) { OUTLINE } else { copy(at) })?,
            photo: draw(&|at| bytes(&overlay.photo, at))?,
            differences: draw(&|at| {
                let cell = at / width / CELL * cells.width + at % width / CELL;
                match cells.differences.get(cell).copied().flatten() {
                    _ if is_outline(at) => OUTLINE,
                    Some(difference) => heat(difference),
                    None => UNKNOWN,
                }
            })?,
        })
    }

    /// Three of them side by side: the outlined copy, the photo, and the difference map. Nothing when they could not be laid over each
    /// other.
    #[must_use]
    pub fn drawn(&self) -> Option<Drawn> {
        let panels = self.panels()?;
        let three = [&panels.outlined, &panels.photo, &panels.differences];
        let width = panels.copy.width as usize;
        let total = 3 * width + 2 * GAP;
        let mut rgb = vec![255u8; total * panels.copy.height as usize * 3];
        for (y, row) in rgb.chunks_exact_mut(total * 3).enumerate() {
            for (to, from) in row.chunks_mut((width + GAP) * 3).zip(three) {
                let line = from.rgb.get(y * width * 3..(y + 1) * width * 3)?;
                to.get_mut(..line.len())?.copy_from_slice(line);
            }
        }
        Some(Drawn {
            width: u32::try_from(total).ok()?,
            height: panels.copy.height,
            rgb,
        })
    }
}

/// From black over orange to white, by grey values of difference.
fn heat(difference: f32) -> [u8; 3] {
    let share = (difference / 60.0).clamp(0.0, 1.0);
    [3.0 * share, 3.0 * share - 1.0, 3.0 * share - 2.0].map(|v| (v.clamp(0.0, 1.0) * 255.0) as u8)
}
