//! PDQ, the perceptual hash that platforms exchange (Meta, "The TMK+PDQF Video-Hashing Algorithm and the PDQ
//! Image-Hashing Algorithm", 2019).
//!
//! The picture is brought to 64 × 64 grey values with a tent filter, transformed (DCT-II, the 16 lowest frequencies but
//! the constant one in each direction), and each of the 256 coefficients becomes a bit: above the median or not. Two
//! pictures are taken for the same when at most [`MATCH_MAX`] bits differ and both have at least [`QUALITY_MIN`].
//!
//! Platforms' tools first bring larger pictures to 512 × 512 pixels, and how they do it changes bits. So there are two
//! forms: [`Form::Nearest`] is the reference's, and [`Form::Box`] is that of tools which average.

mod dct;
mod dihedral;
mod hash;
mod tent;

use serde::Serialize;

pub use dihedral::Turn;
pub use hash::Hash;

use crate::Pixels;
use dct::Coefficients;

/// Hashes are taken for the same picture up to this many different bits, of 256.
pub const MATCH_MAX: u32 = 31;

/// Hashes of a lower [quality](Pdq::quality) are of pictures with too little in them, and are not compared.
pub const QUALITY_MIN: u8 = 50;

/// Larger pictures are first brought to this width and height, in pixels.
const SIDE: usize = 512;

/// Pictures with a smaller side have no hash, in pixels.
const SIDE_MIN: usize = 5;

/// How a picture larger than 512 pixels in either direction is first brought to 512 × 512.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Nearest neighbour, as the reference does.
    Nearest,
    /// The mean of the pixels covered.
    Box,
}

/// The hashes of one picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Pdq {
    /// How much there is to recognise, 0 to 100.
    pub quality: u8,
    /// The picture as it is, and turned and mirrored: in the order of [`Turn::ALL`].
    pub turned: [Hash; 8],
}

impl Pdq {
    /// The hash of the picture as it is.
    #[must_use]
    pub const fn hash(&self) -> Hash {
        let [hash, ..] = self.turned;
        hash
    }

    /// Whether there is enough in the picture for its hash to mean something.
    #[must_use]
    pub const fn is_usable(&self) -> bool {
        self.quality >= QUALITY_MIN
    }

    /// The hash, where there is enough in the picture for it to mean something.
    #[must_use]
    pub const fn usable_hash(&self) -> Option<Hash> {
        if self.is_usable() {
            Some(self.hash())
        } else {
            None
        }
    }

    /// The turn of this picture that is nearest to another's hash, and the number of bits that differ.
    #[must_use]
    pub fn nearest(&self, other: Hash) -> (Turn, u32) {
        let each = Turn::ALL.into_iter().zip(self.turned);
        each.map(|(turn, hash)| (turn, hash.distance(other)))
            .min_by_key(|(_, distance)| *distance)
            .unwrap_or((Turn::None, u32::MAX))
    }
}

/// The hashes of a picture. One with fewer than 5 pixels on a side has hashes of zeros and a quality of 0, as with the
/// reference.
#[must_use]
pub fn pdq(picture: &Pixels<'_>, form: Form) -> Pdq {
    let (width, height) = (picture.width(), picture.height());
    if width <= SIDE && height <= SIDE {
        return of_small(picture);
    }
    let rgb = match form {
        // A side shorter than 512 is made longer: there is nothing to average.
        Form::Box if width >= SIDE && height >= SIDE => picture.boxed(SIDE, SIDE),
        Form::Box | Form::Nearest => picture.nearest(SIDE, SIDE),
    };
    Pixels::new(SIDE as u32, SIDE as u32, &rgb).map_or_else(none, |small| of_small(&small))
}

/// The hashes of a picture that is hashed as it is: of at most 512 × 512 pixels.
fn of_small(picture: &Pixels<'_>) -> Pdq {
    let (width, height) = (picture.width(), picture.height());
    if width < SIDE_MIN || height < SIDE_MIN {
        return none();
    }
    let luma = picture
        .rgb()
        .chunks_exact(3)
        .map(|pixel| {
            let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(f32::from);
            0.299 * red + 0.587 * green + 0.114 * blue
        })
        .collect();
    let small = tent::to_64(luma, width, height);
    let coefficients = Coefficients::of(&small);
    Pdq {
        quality: quality(&small),
        turned: Turn::ALL.map(|turn| dihedral::turned(&coefficients, turn).hash()),
    }
}

fn none() -> Pdq {
    Pdq {
        quality: 0,
        turned: [Hash::default(); 8],
    }
}

/// How much there is to recognise: the sum of the steps between neighbours, each rounded down to hundredths of the
/// range, so that many weak ones count nothing.
fn quality(small: &[[f32; 64]; 64]) -> u8 {
    let step = |a: f32, b: f32| (((a - b) * 100.0 / 255.0) as i32).abs();
    let down = small.windows(2).flat_map(|rows| {
        let pairs = rows[0].iter().zip(&rows[1]);
        pairs.map(|(above, below)| step(*above, *below))
    });
    let across = small
        .iter()
        .flat_map(|row| row.windows(2).map(|pair| step(pair[0], pair[1])));
    let sum: i32 = down.chain(across).sum();
    u8::try_from((sum / 90).min(100)).unwrap_or(100)
}

#[cfg(test)]
mod tests;
