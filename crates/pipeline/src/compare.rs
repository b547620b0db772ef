//! Pictures to look at side by side: an original, its cloaked copy, and the difference between them, made strong enough to
//! be seen.

use std::path::Path;

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use metadata::Limits;

use crate::Failure;
use crate::copies::looked;
use crate::worker::{Looked, Thumbnail, Workers};

/// Fine enough that what is seen is the picture's and not the encoder's.
const QUALITY: u8 = 95;

/// How many times a difference is made stronger.
pub const AMPLIFIED: i16 = 8;

/// A copy of a photo of at most 1600 px on its longer side, encoded anew.
///
/// # Errors
/// When the file cannot be read or decoded.
pub fn picture_to_compare(
    path: &Path,
    limits: &Limits,
    workers: &Workers,
) -> Result<Thumbnail, Failure> {
    let Looked {
        small: (width, height, rgb),
        ..
    } = looked(path, limits, workers)?;
    encoded(width, height, &rgb)
}

/// Where and how two pictures of one size differ: grey where they do not, and elsewhere [`AMPLIFIED`] times as much.
///
/// # Errors
/// When a file cannot be read or decoded, or the two are not of one size.
pub fn difference(
    original: &Path,
    cloaked: &Path,
    limits: &Limits,
    workers: &Workers,
) -> Result<Thumbnail, Failure> {
    let (one, other) = (
        looked(original, limits, workers)?.small,
        looked(cloaked, limits, workers)?.small,
    );
    if (one.0, one.1) != (other.0, other.1) {
        return Err(Failure::refused(
            "sizes_differ",
            "the two pictures are not of the same size, so there is nothing to compare",
            "Give the cloaked copy as it was saved, and the original that it was made from.",
        ));
    }
    let differences: Vec<u8> = one
        .2
        .iter()
        .zip(&other.2)
        .map(|(before, after)| {
            let value = 128 + AMPLIFIED * (i16::from(*after) - i16::from(*before));
            u8::try_from(value.clamp(0, 255)).unwrap_or(128)
        })
        .collect();
    encoded(one.0, one.1, &differences)
}

fn encoded(width: u32, height: u32, rgb: &[u8]) -> Result<Thumbnail, Failure> {
    let side = |side: u32| u16::try_from(side).map_err(|_| Failure::internal());
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    encoder
        .encode(rgb, side(width)?, side(height)?, ColorType::Rgb)
        .map_err(|_| Failure::internal())?;
    Ok(Thumbnail {
        bytes,
        media_type: "image/jpeg",
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Cursor;

    use image::{ImageFormat, Rgb, RgbImage};

    use super::*;

    fn png(at: &Path, picture: &RgbImage) {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        fs::write(at, bytes.into_inner()).unwrap();
    }

    #[test]
    fn differences_are_made_strong_and_the_rest_is_grey() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (folder.path().join("a.png"), folder.path().join("b.png"));
        let picture = RgbImage::from_pixel(64, 32, Rgb([100, 100, 100]));
        png(&one, &picture);
        let mut changed = picture;
        for y in 0..32 {
            for x in 32..64 {
                changed.put_pixel(x, y, Rgb([105, 105, 105]));
            }
        }
        png(&other, &changed);
        let (limits, workers) = (Limits::default(), Workers::in_process());
        let seen = difference(&one, &other, &limits, &workers).unwrap();
        let seen = image::load_from_memory(&seen.bytes).unwrap().into_rgb8();
        assert!(seen.get_pixel(8, 8).0[0].abs_diff(128) < 3);
        assert!(seen.get_pixel(56, 8).0[0].abs_diff(168) < 3);
        assert!(picture_to_compare(&one, &limits, &workers).is_ok());

        png(&other, &RgbImage::new(65, 32));
        let failure = difference(&one, &other, &limits, &workers).unwrap_err();
        assert_eq!(failure.code, "sizes_differ");
    }
}
