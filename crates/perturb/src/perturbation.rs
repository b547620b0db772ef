//! The cloak of one picture: small planes, enlarged when they are applied.

use pulp::Arch;
use rayon::prelude::*;

use crate::Made;
use crate::enlarge::Enlarged;

/// So many rows are enlarged and applied at a time: what is in memory beside the picture is a few megabytes, whatever its size.
const BAND_ROWS: usize = 32;

/// Planes over a rectangle of the picture.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layer {
    /// Left, top, width and height in pixels of the picture.
    pub(crate) area: [usize; 4],
    /// Width and height of the planes; neither above the area's, neither below 4.
    pub(crate) size: [usize; 2],
    /// Red, green, blue: 3 × height × width values in 1/255.
    pub(crate) planes: Vec<f32>,
}

/// What is added to a picture, and how it came about.
///
/// One layer covers the whole picture at working size, and each cloaked face has one of its own, as fine as the recognisers
/// see. All are enlarged bicubically. The same perturbation on the same pixels gives the same bytes on every machine.
#[derive(Debug, Clone, PartialEq)]
pub struct Perturbation {
    width: usize,
    height: usize,
    layers: Vec<Layer>,
    /// What was used, and what came of it.
    pub made: Made,
}

impl Perturbation {
    pub(crate) fn new(width: usize, height: usize, layers: Vec<Layer>, made: Made) -> Self {
        Self {
            width,
            height,
            layers,
            made,
        }
    }

    /// Width in pixels of the upright picture that it was made for.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels of the upright picture that it was made for.
    #[must_use]
    pub const fn height(&self) -> usize {
        self.height
    }

    /// Multiplies what is added: the first layer by one factor, those over it by another.
    pub(crate) fn scale(&mut self, [base, over]: [f32; 2]) {
        for (index, layer) in self.layers.iter_mut().enumerate() {
            let factor = if index == 0 { base } else { over };
            for value in &mut layer.planes {
                *value *= factor;
            }
        }
    }

    /// Adds it to upright pixels of 8 bits, row by row, `channels` interleaved: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and
    /// alpha. Alpha stays, and what is grey stays grey.
    ///
    /// Returns false, and changes nothing, when the pixels are not of the size that it was made for.
    #[must_use = "false means that nothing was changed"]
    pub fn apply8(&self, pixels: &mut [u8], width: u32, height: u32, channels: usize) -> bool {
        self.apply(pixels, width, height, channels)
    }

    /// As [`Self::apply8`], at 16 bits.
    #[must_use = "false means that nothing was changed"]
    pub fn apply16(&self, pixels: &mut [u16], width: u32, height: u32, channels: usize) -> bool {
        self.apply(pixels, width, height, channels)
    }

    fn apply<S: Sample>(&self, pixels: &mut [S], width: u32, height: u32, channels: usize) -> bool {
        let fits = usize::try_from(width) == Ok(self.width)
            && usize::try_from(height) == Ok(self.height)
            && (1..=4).contains(&channels)
            && Some(pixels.len())
                == self
                    .width
                    .checked_mul(self.height)
                    .and_then(|count| count.checked_mul(channels));
        if !fits {
            return false;
        }
        let renderer = self.renderer();
        pixels
            .par_chunks_mut(BAND_ROWS * self.width * channels)
            .enumerate()
            .for_each(|(band, pixels)| {
                renderer.add(
                    pixels,
                    channels,
                    0,
                    band * BAND_ROWS,
                    self.width,
                    [1.0, 1.0],
                );
            });
        true
    }

    /// Ready to be applied to windows of the picture.
    pub(crate) fn renderer(&self) -> Renderer<'_> {
        Renderer {
            layers: self
                .layers
                .iter()
                .map(|layer| {
                    let [_, _, width, height] = layer.area;
                    let [from_width, from_height] = layer.size;
                    (
                        layer.area,
                        Enlarged::new(&layer.planes, from_width, from_height, width, height),
                    )
                })
                .collect(),
        }
    }
}

/// The layers of a perturbation, ready to be added to any window of the picture.
#[derive(Debug)]
pub(crate) struct Renderer<'a> {
    layers: Vec<([usize; 4], Enlarged<'a>)>,
}

impl Renderer<'_> {
    /// Adds the perturbation, its first layer and those over it multiplied by `base` and `over`, to the window at `left`, `top`
    /// that is `width` pixels wide; its height follows from the number of samples.
    pub(crate) fn add<S: Sample>(
        &self,
        pixels: &mut [S],
        channels: usize,
        left: usize,
        top: usize,
        width: usize,
        factors: [f32; 2],
    ) {
        let place = [left, top, width];
        Arch::new().dispatch(
            #[inline(always)]
            move || {
                // Used up, because only closures that are called once are compiled for the processor that is chosen.
                let pixels = pixels;
                self.add_rows(pixels, channels, place, factors);
            },
        );
    }

    #[inline(always)]
    fn add_rows<S: Sample>(
        &self,
        pixels: &mut [S],
        channels: usize,
        [left, top, width]: [usize; 3],
        [base, over]: [f32; 2],
    ) {
        let height = pixels.len() / (channels * width);
        let mut windows = Vec::with_capacity(self.layers.len());
        for (index, ([x, y, layer_width, layer_height], enlarged)) in self.layers.iter().enumerate()
        {
            // The part of the window that the layer covers.
            let from_x = left.max(*x);
            let to_x = (left + width).min(x + layer_width);
            let from_y = top.max(*y);
            let to_y = (top + height).min(y + layer_height);
            if from_x < to_x
                && from_y < to_y
                && let Some(window) =
                    enlarged.window(from_x - x, from_y - y, to_x - from_x, to_y - from_y)
            {
                let gain = if index == 0 { base } else { over };
                windows.push((window, gain, from_x - left..to_x - left, from_y - top));
            }
        }
        let mut lines = [const { Vec::new() }; 3];
        for (row, pixels) in pixels.chunks_exact_mut(channels * width).enumerate() {
            for (channel, line) in lines.iter_mut().enumerate() {
                line.clear();
                line.resize(width, 0.0f32);
                for (window, gain, columns, first) in &windows {
                    if let Some(row) = row.checked_sub(*first)
                        && let Some(line) = line.get_mut(columns.clone())
                    {
                        window.add(row, channel, *gain, line);
                    }
                }
            }
            let [red, green, blue] = lines.each_ref().map(Vec::as_slice);
            let threshold = Threshold::at(left, top + row);
            match channels {
                1 => move_greys::<S, 1>(pixels, [red, green, blue], threshold),
                2 => move_greys::<S, 2>(pixels, [red, green, blue], threshold),
                3 => move_colours::<S, 3>(pixels, [red, green, blue], threshold),
                _ => move_colours::<S, 4>(pixels, [red, green, blue], threshold),
            }
        }
    }
}

/// How a grey pixel is moved by a change in colour.
#[inline(always)]
fn grey(red: f32, green: f32, blue: f32) -> f32 {
    0.299 * red + 0.587 * green + 0.114 * blue
}

/// A row of pixels of which the first of `N` values is grey.
#[inline(always)]
fn move_greys<S: Sample, const N: usize>(
    pixels: &mut [S],
    [red, green, blue]: [&[f32]; 3],
    threshold: Threshold,
) {
    let changes = red.iter().zip(green).zip(blue);
    for (at, (pixel, ((red, green), blue))) in
        (0..).zip(pixels.as_chunks_mut::<N>().0.iter_mut().zip(changes))
    {
        pixel[0] = pixel[0].moved(grey(*red, *green, *blue), threshold.of(at));
    }
}

/// A row of pixels of which the first three of `N` values are colours.
#[inline(always)]
fn move_colours<S: Sample, const N: usize>(
    pixels: &mut [S],
    [red, green, blue]: [&[f32]; 3],
    threshold: Threshold,
) {
    let changes = red.iter().zip(green).zip(blue);
    for (at, (pixel, ((red, green), blue))) in
        (0..).zip(pixels.as_chunks_mut::<N>().0.iter_mut().zip(changes))
    {
        let threshold = threshold.of(at);
        let grey = grey(*red, *green, *blue);
        let is_grey = pixel[0] == pixel[1] && pixel[1] == pixel[2];
        for (value, change) in pixel.iter_mut().zip([red, green, blue]) {
            let change = if is_grey { grey } else { *change };
            *value = value.moved(change, threshold);
        }
    }
}

/// A sample of 8 or 16 bits.
pub(crate) trait Sample: Copy + PartialEq + Send {
    /// The sample, changed by `change` in 1/255, rounded up where the fraction is at least `1 - threshold`.
    fn moved(self, change: f32, threshold: f32) -> Self;
}

// What is cut off at the end is the fraction: nothing below 0 is left then.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
impl Sample for u8 {
    #[inline(always)]
    fn moved(self, change: f32, threshold: f32) -> Self {
        (f32::from(self) + change + threshold).clamp(0.0, 255.0) as i32 as Self
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
impl Sample for u16 {
    #[inline(always)]
    fn moved(self, change: f32, threshold: f32) -> Self {
        (f32::from(self) + change * 257.0 + threshold).clamp(0.0, 65535.0) as i32 as Self
    }
}

/// Where fractions are rounded up: a threshold a pixel, the same on every machine.
///
/// Rounding a smooth change to the nearest step would lose it where it is below half a step, and draw contours where it is
/// not. A sequence that fills the plane evenly (R₂, of the plastic number) spreads the fractions without a pattern.
#[derive(Clone, Copy)]
struct Threshold(u32);

impl Threshold {
    /// From one pixel to the next, and from one row to the next.
    const STEPS: [u32; 2] = [3_242_174_889, 2_447_445_414];

    #[allow(clippy::cast_possible_truncation)]
    fn at(x: usize, y: usize) -> Self {
        let [across, down] = Self::STEPS;
        Self(
            (x as u32)
                .wrapping_mul(across)
                .wrapping_add((y as u32).wrapping_mul(down)),
        )
    }

    /// That of a pixel so many to the right, in (0, 1).
    #[inline(always)]
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_wrap)]
    fn of(self, right: u32) -> f32 {
        let value = self.0.wrapping_add(right.wrapping_mul(Self::STEPS[0]));
        ((value >> 9) as i32 as f32 + 0.5) / 8_388_608.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(width: usize, height: usize, value: impl Fn(usize) -> f32) -> Perturbation {
        let size = [width.min(8), height.min(8)];
        Perturbation::new(
            width,
            height,
            vec![Layer {
                area: [0, 0, width, height],
                size,
                planes: (0..3 * size[0] * size[1]).map(value).collect(),
            }],
            Made::default(),
        )
    }

    #[test]
    fn a_whole_change_is_added_exactly_at_both_depths() {
        let perturbation = of(40, 30, |_| 3.0);
        let mut pixels: Vec<u8> = (0..40 * 30 * 3).map(|i| (i % 200) as u8).collect();
        let before = pixels.clone();
        assert!(perturbation.apply8(&mut pixels, 40, 30, 3));
        assert!(pixels.iter().zip(&before).all(|(now, was)| now - was == 3));

        let mut deep: Vec<u16> = before.iter().map(|v| u16::from(*v) * 257).collect();
        assert!(perturbation.apply16(&mut deep, 40, 30, 3));
        for (now, was) in deep.iter().zip(&before) {
            // The weights sum to one but for the last bit.
            assert!(now.abs_diff((u16::from(*was) + 3) * 257) <= 1);
        }
    }

    #[test]
    fn a_small_change_is_kept_on_average() {
        let perturbation = of(64, 64, |_| 0.3);
        let mut pixels = vec![100u8; 64 * 64];
        assert!(perturbation.apply8(&mut pixels, 64, 64, 1));
        let sum: f32 = pixels.iter().map(|v| f32::from(*v) - 100.0).sum();
        let mean = sum / pixels.len() as f32;
        assert!((mean - 0.3).abs() < 0.01, "{mean}");
        assert!(pixels.iter().all(|v| (100..=101).contains(v)));
    }

    #[test]
    fn grey_stays_grey_and_alpha_stays() {
        let perturbation = of(33, 17, |i| (i % 13) as f32 - 6.0);
        let mut pixels: Vec<u8> = (0..33 * 17)
            .flat_map(|i| {
                let grey = (i % 256) as u8;
                [grey, grey, grey, (i % 7) as u8]
            })
            .collect();
        let before = pixels.clone();
        assert!(perturbation.apply8(&mut pixels, 33, 17, 4));
        assert_ne!(pixels, before);
        for (now, was) in pixels.chunks(4).zip(before.chunks(4)) {
            assert!(now[0] == now[1] && now[1] == now[2]);
            assert_eq!(now[3], was[3]);
        }
        let mut two: Vec<u8> = before.chunks(4).flat_map(|p| [p[0], p[3]]).collect();
        assert!(perturbation.apply8(&mut two, 33, 17, 2));
        for (two, four) in two.chunks(2).zip(pixels.chunks(4)) {
            assert_eq!(two, [four[0], four[3]]);
        }
    }

    #[test]
    fn black_and_white_are_not_left() {
        let perturbation = of(16, 16, |i| if i % 2 == 0 { 9.0 } else { -9.0 });
        for value in [0u8, 255] {
            let mut pixels = vec![value; 16 * 16 * 3];
            assert!(perturbation.apply8(&mut pixels, 16, 16, 3));
            assert!(pixels.iter().all(|v| v.abs_diff(value) < 20));
        }
    }

    #[test]
    fn another_size_changes_nothing() {
        let perturbation = of(16, 16, |_| 5.0);
        let mut pixels = vec![7u8; 16 * 15 * 3];
        assert!(!perturbation.apply8(&mut pixels, 16, 15, 3));
        assert!(!perturbation.apply8(&mut pixels, 16, 16, 3));
        assert!(!perturbation.apply8(&mut pixels, 15, 16, 3));
        assert!(!perturbation.apply8(&mut pixels, 16, 15, 0));
        assert!(pixels.iter().all(|v| *v == 7));
    }

    #[test]
    fn bands_and_windows_agree_with_the_whole() {
        let perturbation = of(50, 150, |i| (i * 37 % 19) as f32 / 4.0 - 2.0);
        let mut whole: Vec<u8> = (0..50 * 150 * 3).map(|i| (i * 11 % 256) as u8).collect();
        let before = whole.clone();
        assert!(perturbation.apply8(&mut whole, 50, 150, 3));
        let (left, top, width, height) = (7, 29, 20, 70);
        let cut = |from: &[u8]| -> Vec<u8> {
            (top..top + height)
                .flat_map(|y| from[(y * 50 + left) * 3..][..width * 3].to_vec())
                .collect()
        };
        let mut window = cut(&before);
        perturbation
            .renderer()
            .add(&mut window, 3, left, top, width, [1.0, 1.0]);
        assert_eq!(window, cut(&whole));
    }

    #[test]
    fn a_layer_over_a_part_leaves_the_rest() {
        let perturbation = Perturbation::new(
            20,
            20,
            vec![Layer {
                area: [5, 6, 8, 9],
                size: [4, 4],
                planes: vec![2.0; 48],
            }],
            Made::default(),
        );
        let mut pixels = vec![50u8; 400];
        assert!(perturbation.apply8(&mut pixels, 20, 20, 1));
        for (i, value) in pixels.iter().enumerate() {
            let inside = (5..13).contains(&(i % 20)) && (6..15).contains(&(i / 20));
            assert_eq!(*value, if inside { 52 } else { 50 });
        }
    }
}
