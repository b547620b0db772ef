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

impl Changes {
    /// Three pictures side by side: the copy laid over the photo with the changed areas outlined, the photo in the copy's
    /// colours, and the difference map. Nothing when they could not be laid over each other.
    #[must_use]
    pub fn drawn(&self) -> Option<Drawn> {
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
        let is_outline = |x: usize, y: usize| {
            area(x, y).is_some()
                && (area(x.wrapping_sub(LINE), y).is_none()
                    || area(x + LINE, y).is_none()
                    || area(x, y.wrapping_sub(LINE)).is_none()
                    || area(x, y + LINE).is_none())
        };
        let total = 3 * width + 2 * GAP;
        let mut rgb = vec![255u8; total * height * 3];
        for (y, row) in rgb.chunks_exact_mut(total * 3).enumerate() {
            let mut panels = row.chunks_mut((width + GAP) * 3);
            let mut draw = |colour: &dyn Fn(usize, usize) -> [u8; 3]| {
                let panel = panels.next().unwrap_or_default();
                for (x, pixel) in panel.chunks_exact_mut(3).take(width).enumerate() {
                    pixel.copy_from_slice(&colour(x, y));
                }
            };
            let is_covered =
                |x: usize, y: usize| overlay.is_covered.get(y * width + x) == Some(&true);
            draw(&|x, y| match is_covered(x, y) {
                _ if is_outline(x, y) => OUTLINE,
                true => bytes(&overlay.shown, y * width + x),
                false => UNKNOWN,
            });
            draw(&|x, y| bytes(&overlay.photo, y * width + x));
            draw(&|x, y| {
                let cell = y / CELL * cells.width + x / CELL;
                match cells.differences.get(cell).copied().flatten() {
                    _ if is_outline(x, y) => OUTLINE,
                    Some(difference) => heat(difference),
                    None => UNKNOWN,
                }
            });
        }
        Some(Drawn {
            width: u32::try_from(total).ok()?,
            height: u32::try_from(height).ok()?,
            rgb,
        })
    }
}

/// From black over orange to white, by grey values of difference.
fn heat(difference: f32) -> [u8; 3] {
    let share = (difference / 60.0).clamp(0.0, 1.0);
    [3.0 * share, 3.0 * share - 1.0, 3.0 * share - 2.0].map(|v| (v.clamp(0.0, 1.0) * 255.0) as u8)
}
