//! What can be wrong with a pack.

/// Why a pack cannot be used. `Display` says what is wrong with it; [`PackError::code`] is stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// No safetensors file, or one that is cut off or damaged.
    #[error("this is no model pack, or it is damaged")]
    NotAPack,
    /// A safetensors file without a manifest.
    #[error("the file holds weights, but no manifest that says what they are")]
    NoManifest,
    /// The manifest is not understood.
    #[error("the pack's manifest is not understood: {reason}")]
    Manifest {
        /// What and where.
        reason: String,
    },
    /// Of another version.
    #[error(
        "the pack has format {format}; this version reads format {}",
        super::FORMAT
    )]
    UnknownFormat {
        /// Which it has.
        format: u32,
    },
    /// A limit is exceeded.
    #[error("the pack has {found} {what}; at most {max} are taken")]
    TooLarge {
        /// Of what.
        what: &'static str,
        /// How many.
        found: usize,
        /// The limit.
        max: usize,
    },
    /// A layer takes the output of a layer that does not stand before it.
    #[error("layer {layer} takes '{input}', which no layer before it is called")]
    UnknownInput {
        /// Its position, from 0.
        layer: usize,
        /// The name.
        input: String,
    },
    /// Two layers have the same name, or one is called `input`.
    #[error("layer {layer} is called '{name}', as something before it already is")]
    DuplicateName {
        /// Its position, from 0.
        layer: usize,
        /// The name.
        name: String,
    },
    /// A layer takes more or fewer inputs than its kind does.
    #[error("layer {layer} ({op}) takes {found} inputs; it needs {needed}")]
    InputCount {
        /// Its position, from 0.
        layer: usize,
        /// Its kind.
        op: &'static str,
        /// How many there are.
        found: usize,
        /// How many there should be.
        needed: usize,
    },
    /// A tensor is missing.
    #[error("the pack has no tensor '{tensor}'")]
    MissingTensor {
        /// Its name.
        tensor: String,
    },
    /// A tensor is of a type that is not read.
    #[error("tensor '{tensor}' is of type {found}; F32, F16, BF16 and quantised U8 are read")]
    TensorType {
        /// Its name.
        tensor: String,
        /// What it is.
        found: String,
    },
    /// A tensor holds NaN or an infinity.
    #[error("tensor '{tensor}' holds values that are no numbers")]
    NotFinite {
        /// Its name.
        tensor: String,
    },
    /// A tensor's shape does not fit its layer.
    #[error("tensor '{tensor}' of layer {layer} has shape {found:?}; it needs {needed}")]
    TensorShape {
        /// The layer's position, from 0.
        layer: usize,
        /// Its name.
        tensor: String,
        /// What it is.
        found: Vec<usize>,
        /// What it should be.
        needed: String,
    },
    /// A number in the manifest is out of its range.
    #[error("{field} is out of range: {reason}")]
    OutOfRange {
        /// Which.
        field: &'static str,
        /// What is allowed.
        reason: &'static str,
    },
    /// The shapes that meet in a layer do not fit together, or leave nothing.
    #[error("layer {layer} ({op}) cannot take {found:?}: {reason}")]
    Shape {
        /// Its position, from 0.
        layer: usize,
        /// Its kind.
        op: &'static str,
        /// The shape of its first input: channels, rows, columns.
        found: [usize; 3],
        /// What is wrong.
        reason: &'static str,
    },
    /// The network does not take pictures of this size.
    #[error("the network takes {needed}; the picture is {width}×{height}")]
    InputSize {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Which sizes it takes.
        needed: String,
    },
}

impl PackError {
    /// A word for it that stays the same.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAPack => "not_a_pack",
            Self::NoManifest => "no_manifest",
            Self::Manifest { .. } => "bad_manifest",
            Self::UnknownFormat { .. } => "unknown_format",
            Self::TooLarge { .. } => "pack_too_large",
            Self::UnknownInput { .. } => "unknown_input",
            Self::DuplicateName { .. } => "duplicate_name",
            Self::InputCount { .. } => "input_count",
            Self::MissingTensor { .. } => "missing_tensor",
            Self::TensorType { .. } => "tensor_type",
            Self::NotFinite { .. } => "not_finite",
            Self::TensorShape { .. } => "tensor_shape",
            Self::OutOfRange { .. } => "out_of_range",
            Self::Shape { .. } => "layer_shape",
            Self::InputSize { .. } => "input_size",
        }
    }
}
