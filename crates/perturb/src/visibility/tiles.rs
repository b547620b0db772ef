//! The true measure: butteraugli's 3-norm at full size.
//!
//! The map of a tile is the map of the whole picture there, as long as the tile is read with a border of some 50 pixels:
//! butteraugli looks no farther. So a large picture can be measured in tiles, and estimated from some of them. Which ones is
//! drawn with chances that follow where the change is seen most, and each stands for as many as its chance says
//! (Horvitz–Thompson).

use butteraugli::{ButteraugliParams, ButteraugliReference};
use rayon::prelude::*;

use crate::Picture;
use crate::chance::Chance;

/// Pixels around a tile that its map depends on, and even, for butteraugli's half size.
const BORDER: usize = 52;

/// The side of a tile without its border.
const SIDE: usize = 240;

/// A part of the picture that is measured.
struct Tile {
    /// With the border: left, top, width, height.
    read: [usize; 4],
    /// Without, inside of `read`.
    counted: [usize; 4],
    /// How many tiles it stands for.
    stands_for: f64,
}

/// Which parts of a picture are measured.
pub(crate) struct Chosen {
    tiles: Vec<Tile>,
    /// Whether every tile is there.
    pub(crate) complete: bool,
}

/// A picture, ready to be compared with several changed ones. It holds some 20 MB for each tile.
pub(crate) struct Tiles {
    /// With none where butteraugli cannot be asked.
    tiles: Vec<(Tile, Option<ButteraugliReference>)>,
    /// Whether every tile is there.
    pub(crate) complete: bool,
}

impl Chosen {
    /// Covers the part of the picture at left, top, width, height, with at most about `pixels_max` pixels read.
    ///
    /// `heat` gives, for a rectangle, how much of the sum is expected there; a constant where nothing is known.
    pub(crate) fn new(
        picture: &Picture,
        part: [usize; 4],
        pixels_max: usize,
        seed: u64,
        heat: impl Fn([usize; 4]) -> f32,
    ) -> Self {
        let [left, top, width, height] = part;
        let columns = width.div_ceil(SIDE).max(1);
        let rows = height.div_ceil(SIDE).max(1);
        let cells: Vec<[usize; 4]> = (0..rows)
            .flat_map(|row| (0..columns).map(move |column| (row, column)))
            .map(|(row, column)| {
                // Even starts, so that halves fall together.
                let cut = |side: usize, index: usize, count: usize| (side * index / count) & !1;
                let x = cut(width, column, columns);
                let y = cut(height, row, rows);
                let end = |side: usize, index: usize, count: usize| {
                    if index + 1 == count {
                        side
                    } else {
                        cut(side, index + 1, count)
                    }
                };
                [
                    left + x,
                    top + y,
                    end(width, column, columns) - x,
                    end(height, row, rows) - y,
                ]
            })
            .collect();
        let bordered = |side: usize| side + 2 * BORDER;
        let one = bordered(width.div_ceil(columns)) * bordered(height.div_ceil(rows));
        let affordable = (pixels_max / one.max(1)).max(3);
        let whole = (picture.width() as usize) * (picture.height() as usize);
        let complete = affordable >= cells.len() || whole <= pixels_max;
        let chosen: Vec<([usize; 4], f64)> = if complete {
            cells.into_iter().map(|cell| (cell, 1.0)).collect()
        } else {
            drawn(&cells, affordable, seed, heat)
        };
        let tiles = chosen
            .into_iter()
            .map(|(cell, stands_for)| tile(picture, cell, stands_for))
            .collect();
        Self { tiles, complete }
    }

    /// Ready to be compared with changed pictures.
    pub(crate) fn prepared(self, picture: &Picture) -> Tiles {
        let prepare = |tile: Tile| {
            let reference = reference(picture, tile.read);
            (tile, reference)
        };
        Tiles {
            tiles: self.tiles.into_par_iter().map(prepare).collect(),
            complete: self.complete,
        }
    }

    /// The 3-norm of a change, as [`Tiles::visibility`]; each tile is forgotten once it was compared.
    pub(crate) fn visibility(&self, before: &Picture, after: &Picture) -> f32 {
        let sums = self.tiles.par_iter().map(|tile| {
            let reference = reference(before, tile.read);
            tile.sums(reference.as_ref(), &window(after, tile.read))
        });
        norm(&sums.collect::<Vec<_>>())
    }
}

impl Tile {
    /// The sums of the map's powers, and of what was counted, with the weight of the tile.
    fn sums(&self, reference: Option<&ButteraugliReference>, changed: &[u8]) -> [f64; 4] {
        let [_, _, width, _] = self.read;
        let [x, y, across, down] = self.counted;
        let map = reference
            .and_then(|reference| reference.compare(changed).ok())
            .and_then(|result| result.diffmap);
        let mut sums = [0.0f64; 4];
        if let Some(map) = map {
            for row in map.buf().chunks(width).skip(y).take(down) {
                for value in row.iter().skip(x).take(across) {
                    let cubed = f64::from(*value).powi(3);
                    sums[0] += cubed;
                    sums[1] += cubed * cubed;
                    sums[2] += (cubed * cubed).powi(2);
                }
            }
            #[allow(clippy::cast_precision_loss)]
            let count = (across * down) as f64;
            sums[3] = count;
        }
        sums.map(|sum| sum * self.stands_for)
    }
}

impl Tiles {
    /// The 3-norm (as libjxl has it: the mean of the 3-, 6- and 12-norms) of the changed picture, of which `window` gives any
    /// part: left, top, width, height to red, green and blue bytes.
    pub(crate) fn visibility(&self, window: impl Fn([usize; 4]) -> Vec<u8> + Sync) -> f32 {
        let sums = self
            .tiles
            .par_iter()
            .map(|(tile, reference)| tile.sums(reference.as_ref(), &window(tile.read)));
        norm(&sums.collect::<Vec<_>>())
    }
}

/// The mean of the norms, from the sums of all tiles.
fn norm(sums: &[[f64; 4]]) -> f32 {
    let mut total = [0.0f64; 4];
    for sums in sums {
        for (total, sum) in total.iter_mut().zip(sums) {
            *total += sum;
        }
    }
    let count = total[3].max(1.0);
    let norm = [3.0, 6.0, 12.0]
        .into_iter()
        .zip(total)
        .map(|(power, sum): (f64, f64)| (sum / count).powf(1.0 / power))
        .sum::<f64>()
        / 3.0;
    #[allow(clippy::cast_possible_truncation)]
    let norm = norm as f32;
    norm
}

/// Systematic sampling: one start, then even steps through the summed chances.
fn drawn(
    cells: &[[usize; 4]],
    count: usize,
    seed: u64,
    heat: impl Fn([usize; 4]) -> f32,
) -> Vec<([usize; 4], f64)> {
    let heats: Vec<f64> = cells
        .iter()
        .map(|cell| f64::from(heat(*cell).max(0.0)))
        .collect();
    #[allow(clippy::cast_precision_loss)]
    let (cells_count, count) = (cells.len() as f64, count as f64);
    let sum: f64 = heats.iter().sum();
    // A third by area alone: what was expected may be wrong.
    let chances: Vec<f64> = heats
        .iter()
        .map(|heat| {
            let share = if sum > 0.0 {
                heat / sum
            } else {
                1.0 / cells_count
            };
            (count * (2.0 * share + 1.0 / cells_count) / 3.0).min(1.0)
        })
        .collect();
    let mut next = f64::from(Chance::new(seed, 40).unit());
    let mut reached = 0.0;
    let mut chosen = Vec::new();
    for (cell, chance) in cells.iter().zip(chances) {
        reached += chance;
        if reached > next {
            chosen.push((*cell, 1.0 / chance));
            next += 1.0;
        }
    }
    chosen
}

fn tile(picture: &Picture, cell: [usize; 4], stands_for: f64) -> Tile {
    let [left, top, width, height] = cell;
    let (from_x, from_y) = (
        left.saturating_sub(BORDER) & !1,
        top.saturating_sub(BORDER) & !1,
    );
    let to_x = (left + width + BORDER).min(picture.width() as usize);
    let to_y = (top + height + BORDER).min(picture.height() as usize);
    let read = [from_x, from_y, to_x - from_x, to_y - from_y];
    Tile {
        read,
        counted: [left - from_x, top - from_y, width, height],
        stands_for,
    }
}

fn reference(picture: &Picture, read: [usize; 4]) -> Option<ButteraugliReference> {
    let params = ButteraugliParams::new().with_compute_diffmap(true);
    ButteraugliReference::new(&window(picture, read), read[2], read[3], params).ok()
}

/// A part of a picture as bytes.
pub(crate) fn window(picture: &Picture, [left, top, width, height]: [usize; 4]) -> Vec<u8> {
    let stride = picture.width() as usize * 3;
    let mut bytes = Vec::with_capacity(width * height * 3);
    for y in top..top + height {
        let start = y * stride + left * 3;
        bytes.extend_from_slice(
            picture
                .rgb()
                .get(start..start + width * 3)
                .unwrap_or_default(),
        );
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plain on the left, textured on the right, and the same with a change.
    fn pictures(width: usize, height: usize) -> (Picture, Picture) {
        let mut chance = Chance::new(3, 3);
        let mut before = Vec::new();
        let mut after = Vec::new();
        for i in 0..width * height {
            let (x, y) = (i % width, i / width);
            let texture = if x > width / 2 {
                30.0 * chance.normal()
            } else {
                0.0
            };
            let change = if (x / 5 + y / 7) % 2 == 0 { 3 } else { -3 };
            for _ in 0..3 {
                let value = (128.0 + texture).clamp(10.0, 245.0) as i32;
                before.push(value as u8);
                after.push((value + change) as u8);
            }
        }
        let picture = |rgb| Picture::new(width as u32, height as u32, rgb).unwrap();
        (picture(before), picture(after))
    }

    fn whole(picture: &Picture) -> [usize; 4] {
        [0, 0, picture.width() as usize, picture.height() as usize]
    }

    #[test]
    fn tiles_measure_what_the_whole_does() {
        let (before, after) = pictures(700, 611);
        let params = ButteraugliParams::new().with_compute_diffmap(true);
        let expected = ButteraugliReference::new(before.rgb(), 700, 611, params)
            .unwrap()
            .compare(after.rgb())
            .unwrap()
            .pnorm_3;
        let tiles = Chosen::new(&before, whole(&before), usize::MAX, 1, |_| 1.0);
        assert!(tiles.complete);
        assert_eq!(tiles.visibility(&before, &before), 0.0);
        let tiles = tiles.prepared(&before);
        let got = f64::from(tiles.visibility(|part| window(&after, part)));
        assert!((got / expected - 1.0).abs() < 1e-3, "{got} {expected}");
        assert!(tiles.visibility(|part| window(&before, part)) < 1e-3);
    }

    #[test]
    fn some_tiles_stand_for_the_whole() {
        let (before, after) = pictures(1450, 1200);
        let all = Chosen::new(&before, whole(&before), usize::MAX, 1, |_| 1.0);
        let expected = all.visibility(&before, &after);
        let prepared = all.prepared(&before);
        let again = prepared.visibility(|part| window(&after, part));
        assert_eq!(again.to_bits(), expected.to_bits());
        let heat = |[x, ..]: [usize; 4]| if x < 725 { 3.0 } else { 1.0 };
        let mut errors = 0.0;
        for seed in 0..3 {
            let some = Chosen::new(&before, whole(&before), 800_000, seed, heat);
            assert!(!some.complete);
            let got = some.visibility(&before, &after);
            errors += (got / expected - 1.0).abs() / 3.0;
        }
        assert!(errors < 0.1, "{errors}");
    }

    #[test]
    fn narrow_pictures_are_measured() {
        let (before, after) = pictures(1200, 32);
        let tiles = Chosen::new(&before, whole(&before), usize::MAX, 1, |_| 1.0);
        assert!(tiles.visibility(&before, &after) > 0.5);
    }
}
