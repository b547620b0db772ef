//! What can go wrong.

/// Why there is no perturbation or no measurement. `Display` says what happened, without a value of the picture.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The picture is too small for the models.
    #[error(
        "the picture is {width}×{height} pixels; the cloak needs at least {side_min} on each side"
    )]
    TooSmall {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// The smallest side, in pixels.
        side_min: u32,
    },
    /// The picture has more pixels than the limit.
    #[error("the picture has {pixels} pixels; at most {pixels_max} are cloaked")]
    TooLarge {
        /// Width times height.
        pixels: u64,
        /// The limit.
        pixels_max: u64,
    },
    /// The pixels do not fit the size that was given with them.
    #[error("{bytes} bytes do not hold {width}×{height} pixels")]
    WrongLength {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// How many bytes there were.
        bytes: usize,
    },
    /// The original and the cloaked picture are not of one size.
    #[error("the two pictures are not of the same size")]
    SizesDiffer,
    /// There is no model that could make a perturbation.
    #[error("there is no model to make a cloak with")]
    NoModels,
    /// The person cancelled before there was anything to keep.
    #[error("cancelled")]
    Cancelled,
    /// A model does not fit what it says it is for.
    #[error("the model '{model}' does not take or give what a model of its kind does")]
    Unusable {
        /// The name in its manifest.
        model: String,
    },
    /// A model gave values that are no numbers.
    #[error("the model '{model}' gave values that are no numbers")]
    NotFinite {
        /// The name in its manifest.
        model: String,
    },
}
