//! Model packs: one safetensors file that holds a frozen network and says in words what it is.
//!
//! # The file
//!
//! A safetensors file: eight bytes of length, a JSON header, raw tensors. `__metadata__` in the header has one key that
//! is read here, `cloakroom`: the manifest, itself JSON. Nothing in a pack is executed.
//!
//! ```json
//! { "format": 1,
//!   "name": "taef2", "title": "FLUX.2 (tiny encoder)", "family": "flux2",
//!   "kind": "latent", "licence": "MIT", "source": "where it is from, in words", "origin": "pack",
//!   "input": { "channels": 3, "width": 0, "height": 0, "multiple": 32, "mean": [0, 0, 0], "std": [1, 1, 1] },
//!   "layers": [
//!     { "op": "conv", "name": "c0", "in": ["input"], "weight": "0.weight", "bias": "0.bias", "padding": 1 },
//!     { "op": "relu" },
//!     { "op": "add", "in": ["c0", "input"] } ] }
//! ```
//!
//! `docs/PACKS.md` lists every field and layer. A layer takes the output of the layer before it unless it names another
//! with `in`; it can only name layers that stand before it, so a pack cannot go in circles. The output of the last layer
//! is the network's. Tensors are F32, F16 or BF16, or U8 with a scale and a minimum in the manifest's `quantised`, in
//! PyTorch's layout (convolution: output, input per group, rows, columns; linear: output, input).
//!
//! # Hostile packs
//!
//! A pack comes from a stranger. Every size is bounded by [`PackLimits`] before memory is taken; an unknown field or
//! layer, a tensor of another shape than its layer needs, a value that is no number, are a [`PackError`].

mod error;
mod layer;
mod limits;
mod manifest;
mod tensor;

pub use error::PackError;
pub use layer::{Layer, Op, Padding, Upsampling};
pub use limits::PackLimits;
pub use manifest::{Crop, Input, Kind, Manifest, Metric, Origin, Quantisation};
pub use tensor::Tensor;

use std::collections::BTreeMap;

use safetensors::SafeTensors;

/// The version of the manifest that is understood.
pub const FORMAT: u32 = 1;
/// The key in the header's `__metadata__`.
const KEY: &str = "cloakroom";
/// The length in front of the header, in bytes.
const LENGTH_BYTES: usize = 8;

/// A pack that was read: its manifest, and the tensors that its layers name.
#[derive(Debug, Clone)]
pub struct Pack {
    manifest: Manifest,
    tensors: BTreeMap<String, Tensor>,
    limits: PackLimits,
}

impl Pack {
    /// Reads a pack, within limits. The shapes are checked by [`Network::new`](crate::engine::Network::new).
    ///
    /// # Errors
    /// The bytes are no safetensors file, hold no manifest or one that is not understood, lack a tensor that a layer
    /// names, hold a value that is no number, or exceed a limit.
    pub fn read(bytes: &[u8], limits: &PackLimits) -> Result<Self, PackError> {
        limits.check("bytes", bytes.len(), limits.bytes_max)?;
        let header_bytes = header_bytes(bytes)?;
        limits.check("header bytes", header_bytes, limits.header_bytes_max)?;
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(|_| PackError::NotAPack)?;
        let manifest = header
            .metadata()
            .as_ref()
            .and_then(|metadata| metadata.get(KEY))
            .ok_or(PackError::NoManifest)?;
        let manifest: Manifest =
            serde_json::from_str(manifest).map_err(|error| PackError::Manifest {
                reason: error.to_string(),
            })?;
        manifest.check(limits)?;
        let file = SafeTensors::deserialize(bytes).map_err(|_| PackError::NotAPack)?;
        let tensors = tensor::read(&manifest, &file, limits)?;
        Ok(Self {
            manifest,
            tensors,
            limits: *limits,
        })
    }

    /// What the pack says of itself.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The limits that it was read within, and that its network is held to.
    #[must_use]
    pub const fn limits(&self) -> &PackLimits {
        &self.limits
    }

    /// A tensor that a layer names.
    pub(crate) fn tensor(&self, name: &str) -> Result<&Tensor, PackError> {
        self.tensors
            .get(name)
            .ok_or_else(|| PackError::MissingTensor {
                tensor: name.to_owned(),
            })
    }
}

/// The length of the header as the file states it.
fn header_bytes(bytes: &[u8]) -> Result<usize, PackError> {
    let length = bytes
        .first_chunk::<LENGTH_BYTES>()
        .ok_or(PackError::NotAPack)?;
    usize::try_from(u64::from_le_bytes(*length)).map_err(|_| PackError::NotAPack)
}
