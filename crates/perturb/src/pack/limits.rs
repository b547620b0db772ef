//! How large a pack may be.

use super::PackError;

/// What a pack may have at most. Each is spent before memory is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PackLimits {
    /// Bytes of the file.
    pub bytes_max: usize,
    /// Bytes of its header, manifest included.
    pub header_bytes_max: usize,
    /// Layers.
    pub layers_max: usize,
    /// Inputs of one layer.
    pub inputs_max: usize,
    /// Channels of one value.
    pub channels_max: usize,
    /// Rows or columns of a kernel, a window or a border, and the largest stride, dilation or factor.
    pub reach_max: usize,
    /// Numbers in all tensors together.
    pub weights_max: usize,
    /// Numbers that one run holds at once.
    pub values_max: usize,
    /// Multiplications that one run forward takes: a bound on time.
    pub multiplications_max: u64,
}

impl Default for PackLimits {
    fn default() -> Self {
        Self {
            bytes_max: 512 << 20,
            header_bytes_max: 4 << 20,
            layers_max: 4096,
            inputs_max: 64,
            channels_max: 8192,
            reach_max: 64,
            weights_max: 32 << 20,
            values_max: 1 << 29,
            multiplications_max: 4_000_000_000_000,
        }
    }
}

impl PackLimits {
    /// # Errors
    /// [`PackError::TooLarge`] when there are more than the limit.
    pub(crate) fn check(
        &self,
        what: &'static str,
        found: usize,
        max: usize,
    ) -> Result<(), PackError> {
        if found > max {
            return Err(PackError::TooLarge { what, found, max });
        }
        Ok(())
    }
}
