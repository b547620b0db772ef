//! Tiles: a root over the full-resolution pixels, of which one piece can be shown to prove that one holds more than what
//! was published.
//!
//! A picture of `width` by `height` upright pixels is cut into tiles of 256 by 256, the last ones of a row and a column
//! smaller, row by row from the top left. Each tile is the leaf of a Merkle tree (see [`merkle`](crate::merkle)). The leaf's bytes
//! are a binary PPM file, so that a shown tile can be looked at:
//!
//! ```text
//! P6
//! # cloakroom-tile-v1 x=256 y=0 of 4032x3024 salt=<64 hexadecimal digits>
//! 256 256
//! 255
//! <red, green, blue of each pixel, row by row>
//! ```
//!
//! The salt of each tile is derived from the record's seed, so that nobody finds a plain sky by trying.

use sha2::{Digest as _, Sha256};

use crate::digest::Digest;
use crate::hex::{hex, unhex_array};
use crate::merkle::Tree;
use crate::secret::Secret;

/// Pixels on a tile's side.
pub const TILE_PX: u32 = 256;
/// The most pixels of a picture's side that is cut into tiles.
const SIDE_PX_MAX: u32 = 1 << 20;

/// Where a picture is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    width: u32,
    height: u32,
}

/// One tile's place, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// Its width.
    pub width: u32,
    /// Its height.
    pub height: u32,
}

impl Grid {
    /// For a picture of this size; nothing for one without pixels, or too large a one.
    pub fn new(width: u32, height: u32) -> Option<Self> {
        let fits = |side| (1..=SIDE_PX_MAX).contains(&side);
        (fits(width) && fits(height)).then_some(Self { width, height })
    }

    /// How many tiles are in a row.
    pub fn columns(self) -> u32 {
        self.width.div_ceil(TILE_PX)
    }

    /// How many tiles there are.
    pub fn count(self) -> u64 {
        u64::from(self.columns()) * u64::from(self.height.div_ceil(TILE_PX))
    }

    /// The tile at this column and row; nothing where there is none.
    pub fn place(self, column: u32, row: u32) -> Option<Place> {
        let (x, y) = (column.checked_mul(TILE_PX)?, row.checked_mul(TILE_PX)?);
        let left = |side: u32, from: u32| {
            let left = side.checked_sub(from)?;
            (left > 0).then(|| left.min(TILE_PX))
        };
        Some(Place {
            x,
            y,
            width: left(self.width, x)?,
            height: left(self.height, y)?,
        })
    }

    /// The tile's place in the tree, from 0.
    pub fn index(self, column: u32, row: u32) -> u64 {
        u64::from(row) * u64::from(self.columns()) + u64::from(column)
    }

    /// What comes before a tile's pixels.
    fn head(self, place: Place, salt: &[u8; 32]) -> String {
        let Place {
            x,
            y,
            width,
            height,
        } = place;
        format!(
            "P6\n# cloakroom-tile-v1 x={x} y={y} of {}x{} salt={}\n{width} {height}\n255\n",
            self.width,
            self.height,
            hex(salt)
        )
    }
}

fn salt(seed: &Secret, place: Place) -> [u8; 32] {
    let at = [place.x.to_be_bytes(), place.y.to_be_bytes()].concat();
    *seed.derive(&[b"cloakroom-tile-salt-v1\n", &at]).bytes()
}

/// Hashes a picture's tiles while its rows come by, from the top: at no time is more than a hash for each column kept.
#[derive(Debug)]
pub struct Tiles {
    grid: Grid,
    seed: Secret,
    tree: Tree,
    /// The tiles of the row in hand.
    open: Vec<Sha256>,
    row: u32,
}

impl Tiles {
    /// For a picture cut like this, salted by the record's seed.
    pub fn new(grid: Grid, seed: Secret) -> Self {
        Self {
            grid,
            seed,
            tree: Tree::default(),
            open: Vec::new(),
            row: 0,
        }
    }

    /// The next row of pixels: red, green and blue of each.
    pub fn row(&mut self, pixels: &[u8]) {
        let band = self.row / TILE_PX;
        if self.row.is_multiple_of(TILE_PX) {
            self.open = (0..self.grid.columns())
                .filter_map(|column| self.grid.place(column, band))
                .map(|place| {
                    let head = self.grid.head(place, &salt(&self.seed, place));
                    Sha256::new().chain_update([0x00]).chain_update(head)
                })
                .collect();
        }
        let of_tile = 3 * usize::try_from(TILE_PX).unwrap_or(256);
        for (hash, part) in self.open.iter_mut().zip(pixels.chunks(of_tile)) {
            hash.update(part);
        }
        self.row = self.row.saturating_add(1);
        if self.row.is_multiple_of(TILE_PX) || self.row == self.grid.height {
            for hash in self.open.drain(..) {
                self.tree.push(<[u8; 32]>::from(hash.finalize()).into());
            }
        }
    }

    /// The tree over all tiles, once every row came by; nothing before.
    pub fn finish(self) -> Option<Tree> {
        (self.row == self.grid.height && self.tree.size() == self.grid.count()).then_some(self.tree)
    }
}

/// The bytes of one tile's leaf: a picture file. `pixels` are those of the tile alone.
pub fn tile_file(grid: Grid, place: Place, seed: &Secret, pixels: &[u8]) -> Vec<u8> {
    [grid.head(place, &salt(seed, place)).as_bytes(), pixels].concat()
}

/// A tile's leaf that was read: where the picture is cut, and which tile this is. Nothing for any other file.
pub(crate) fn read(file: &[u8]) -> Option<(Grid, Place)> {
    let mut lines = file.splitn(5, |byte| *byte == b'\n');
    let mut line = || str::from_utf8(lines.next()?).ok();
    (line()? == "P6").then_some(())?;
    let comment = line()?.strip_prefix("# cloakroom-tile-v1 x=")?;
    let size = line()?;
    (line()? == "255").then_some(())?;
    let pixels = lines.next()?;
    let (x, rest) = comment.split_once(" y=")?;
    let (y, rest) = rest.split_once(" of ")?;
    let (of, salt) = rest.split_once(" salt=")?;
    let pair = |text: &str, between: char| {
        let (first, second) = text.split_once(between)?;
        Some((first.parse::<u32>().ok()?, second.parse::<u32>().ok()?))
    };
    let (width, height) = pair(of, 'x')?;
    let grid = Grid::new(width, height)?;
    let (x, y): (u32, u32) = (x.parse().ok()?, y.parse().ok()?);
    let place = grid.place(x / TILE_PX, y / TILE_PX)?;
    let (tile_width, tile_height) = pair(size, ' ')?;
    let told = Place {
        x,
        y,
        width: tile_width,
        height: tile_height,
    };
    let bytes = 3 * usize::try_from(u64::from(tile_width) * u64::from(tile_height)).ok()?;
    let head = grid.head(place, &unhex_array(salt)?);
    (told == place && pixels.len() == bytes && file.starts_with(head.as_bytes()))
        .then_some((grid, place))
}

/// The root over a picture's tiles.
pub fn root(
    grid: Grid,
    seed: &Secret,
    rows: impl IntoIterator<Item = impl AsRef<[u8]>>,
) -> Option<Digest> {
    let mut tiles = Tiles::new(grid, seed.clone());
    rows.into_iter().for_each(|row| tiles.row(row.as_ref()));
    tiles.finish().map(|tree| tree.root())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::{leaf_hash, verify_inclusion};

    fn pixel(x: u32, y: u32) -> [u8; 3] {
        [x as u8, y as u8, (x ^ y) as u8]
    }

    fn rows(width: u32, height: u32) -> Vec<Vec<u8>> {
        (0..height)
            .map(|y| (0..width).flat_map(|x| pixel(x, y)).collect())
            .collect()
    }

    #[test]
    fn every_tile_is_a_leaf_and_a_picture() {
        let seed = Secret::from([4; 32]);
        for (width, height) in [(1, 1), (256, 256), (257, 255), (600, 300), (100, 700)] {
            let grid = Grid::new(width, height).unwrap();
            let mut tiles = Tiles::new(grid, seed.clone());
            rows(width, height).iter().for_each(|row| tiles.row(row));
            let tree = tiles.finish().unwrap();
            assert_eq!(tree.size(), grid.count());
            let mut seen = 0;
            for row in 0..height.div_ceil(TILE_PX) {
                for column in 0..grid.columns() {
                    let place = grid.place(column, row).unwrap();
                    let pixels: Vec<u8> = (place.y..place.y + place.height)
                        .flat_map(|y| {
                            (place.x..place.x + place.width).flat_map(move |x| pixel(x, y))
                        })
                        .collect();
                    let file = tile_file(grid, place, &seed, &pixels);
                    let index = grid.index(column, row);
                    let proof = tree.inclusion(index, grid.count()).unwrap();
                    let leaf = leaf_hash(&file);
                    assert!(verify_inclusion(
                        index,
                        grid.count(),
                        &leaf,
                        &proof,
                        &tree.root()
                    ));
                    assert_eq!(read(&file), Some((grid, place)));
                    seen += 1;
                }
            }
            assert_eq!(seen, grid.count());
            assert_eq!(root(grid, &seed, rows(width, height)), Some(tree.root()));
            assert_ne!(
                root(grid, &Secret::from([5; 32]), rows(width, height)),
                Some(tree.root())
            );
        }
    }

    #[test]
    fn rows_that_are_missing_give_no_root() {
        let grid = Grid::new(10, 10).unwrap();
        assert_eq!(root(grid, &Secret::from([4; 32]), rows(10, 9)), None);
        assert_eq!(Grid::new(0, 1), None);
        assert_eq!(grid.place(1, 0), None);
        assert_eq!(grid.place(u32::MAX, 0), None);
    }

    #[test]
    fn other_files_are_no_tiles() {
        let grid = Grid::new(300, 2).unwrap();
        let place = grid.place(1, 0).unwrap();
        let file = tile_file(grid, place, &Secret::from([1; 32]), &[7; 44 * 2 * 3]);
        assert!(read(&file).is_some());
        for cut in 0..file.len() {
            assert_eq!(read(&file[..cut]), None);
        }
        let text = String::from_utf8(file).unwrap();
        for (from, to) in [
            ("x=256", "x=255"),
            ("x=256", "x=0256"),
            ("300x2", "300x3"),
            ("44 2", "2 44"),
            ("255\n", "15\n"),
        ] {
            assert_eq!(read(text.replacen(from, to, 1).as_bytes()), None, "{to}");
        }
    }
}
