//! Tensors of a pack, as 32-bit numbers.

use std::collections::BTreeMap;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use super::{Manifest, PackError, PackLimits};

/// Numbers and their shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// Outermost first.
    pub shape: Vec<usize>,
    /// As many as the product of the shape.
    pub values: Vec<f32>,
}

/// Reads the tensors that the layers name, and no others.
pub(super) fn read(
    manifest: &Manifest,
    file: &SafeTensors<'_>,
    limits: &PackLimits,
) -> Result<BTreeMap<String, Tensor>, PackError> {
    let mut tensors = BTreeMap::new();
    let mut weights = 0_usize;
    for name in manifest.layers.iter().flat_map(|layer| layer.op.tensors()) {
        if tensors.contains_key(name) {
            continue;
        }
        let view = file.tensor(name).map_err(|_| PackError::MissingTensor {
            tensor: name.to_owned(),
        })?;
        // The crate has checked that the bytes are there; one number takes at least one.
        weights = weights.saturating_add(view.data().len() / bytes_each(name, &view)?);
        limits.check("weights", weights, limits.weights_max)?;
        let values = numbers(name, &view, manifest)?;
        if !values.iter().all(|value| value.is_finite()) {
            return Err(PackError::NotFinite {
                tensor: name.to_owned(),
            });
        }
        tensors.insert(
            name.to_owned(),
            Tensor {
                shape: view.shape().to_vec(),
                values,
            },
        );
    }
    Ok(tensors)
}

fn bytes_each(name: &str, view: &TensorView<'_>) -> Result<usize, PackError> {
    match view.dtype() {
        Dtype::F32 => Ok(4),
        Dtype::F16 | Dtype::BF16 => Ok(2),
        Dtype::U8 => Ok(1),
        other => Err(PackError::TensorType {
            tensor: name.to_owned(),
            found: format!("{other:?}"),
        }),
    }
}

fn numbers(name: &str, view: &TensorView<'_>, manifest: &Manifest) -> Result<Vec<f32>, PackError> {
    let data = view.data();
    Ok(match view.dtype() {
        Dtype::F32 => data
            .as_chunks()
            .0
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes))
            .collect(),
        Dtype::F16 => data
            .as_chunks()
            .0
            .iter()
            .map(|bytes| half(u16::from_le_bytes(*bytes)))
            .collect(),
        Dtype::BF16 => data
            .as_chunks()
            .0
            .iter()
            .map(|bytes| f32::from_bits(u32::from(u16::from_le_bytes(*bytes)) << 16))
            .collect(),
        _ => {
            let how = manifest
                .quantised
                .get(name)
                .ok_or_else(|| PackError::TensorType {
                    tensor: name.to_owned(),
                    found: "U8 without a scale".to_owned(),
                })?;
            data.iter()
                .map(|byte| f32::from(*byte).mul_add(how.scale, how.min))
                .collect()
        }
    })
}

/// IEEE 754 binary16 as binary32.
fn half(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    let exponent = u32::from(bits >> 10) & 0x1f;
    let fraction = u32::from(bits) & 0x3ff;
    match (exponent, fraction) {
        // Subnormal: the fraction counts steps of 2⁻²⁴.
        (0, _) => {
            let size = f32::from(bits & 0x3ff) / 16_777_216.0;
            f32::from_bits(size.to_bits() | sign)
        }
        (31, _) => f32::from_bits(sign | 0x7f80_0000 | (fraction << 13)),
        _ => f32::from_bits(sign | ((exponent + 112) << 23) | (fraction << 13)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_read_as_ieee_754_says() {
        for (bits, value) in [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x3555, 0.333_251_95),
            (0x7bff, 65504.0),
            (0x0001, 5.960_464_5e-8),
            (0x83ff, -6.097_555e-5),
            (0x0400, 6.103_515_6e-5),
        ] {
            assert_eq!(half(bits), value, "{bits:04x}");
        }
        assert!(half(0x7c00).is_infinite() && half(0x7e01).is_nan());
        assert!(half(0x8000).is_sign_negative());
    }
}
