//! A model pack, written: safetensors with a manifest that describes the layers.

use std::fmt::Write as _;

/// How a tensor is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stored {
    /// Kernels: eleven bits are more than the eight that they came with.
    F16,
    /// Biases, which are few.
    F32,
}

struct Tensor {
    name: String,
    shape: Vec<usize>,
    values: Vec<f32>,
    stored: Stored,
}

/// A network as it grows, layer by layer.
pub(crate) struct Pack {
    /// The manifest's members before the layers, as JSON.
    head: String,
    layers: Vec<String>,
    tensors: Vec<Tensor>,
}

impl Pack {
    /// `head` is the inside of the manifest's JSON object, without the layers.
    pub(crate) fn new(head: &str) -> Self {
        Self {
            head: head.split('\n').map(str::trim).collect(),
            layers: Vec::new(),
            tensors: Vec::new(),
        }
    }

    /// Adds a layer; `members` is the inside of its JSON object.
    pub(crate) fn layer(&mut self, members: &str) {
        self.layers.push(format!("{{{members}}}"));
    }

    pub(crate) fn tensor(&mut self, name: &str, shape: &[usize], values: Vec<f32>, stored: Stored) {
        self.tensors.push(Tensor {
            name: name.to_owned(),
            shape: shape.to_vec(),
            values,
            stored,
        });
    }

    /// The file: eight bytes of length, a header in JSON, the values. Tensors stand in the order of their names.
    pub(crate) fn into_bytes(mut self) -> Vec<u8> {
        // 32-bit values first, then by name: every tensor begins at a multiple of its own size.
        self.tensors.sort_by(|a, b| {
            (a.stored == Stored::F16, &a.name).cmp(&(b.stored == Stored::F16, &b.name))
        });
        let manifest = format!("{{{},\"layers\":[{}]}}", self.head, self.layers.join(","));
        let mut header = format!(
            "{{\"__metadata__\":{{\"cloakroom\":\"{}\"}}",
            manifest.replace('\\', "\\\\").replace('"', "\\\"")
        );
        let mut data = Vec::new();
        for tensor in &self.tensors {
            let begin = data.len();
            let dtype = match tensor.stored {
                Stored::F16 => {
                    data.extend(tensor.values.iter().flat_map(|&v| half(v).to_le_bytes()));
                    "F16"
                }
                Stored::F32 => {
                    data.extend(tensor.values.iter().flat_map(|v| v.to_le_bytes()));
                    "F32"
                }
            };
            let _ = write!(
                header,
                ",\"{}\":{{\"dtype\":\"{dtype}\",\"shape\":{:?},\"data_offsets\":[{begin},{}]}}",
                tensor.name,
                tensor.shape,
                data.len()
            );
        }
        header.push('}');
        // The values begin at a multiple of eight.
        while header.len() % 8 != 0 {
            header.push(' ');
        }
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        bytes
    }
}

/// IEEE 754 binary16, rounded to nearest, ties to even. Weights never reach its largest value, 65,504.
fn half(value: f32) -> u16 {
    let bits = value.to_bits();
    let sign = (bits >> 16) as u16 & 0x8000;
    let magnitude = value.abs();
    if magnitude < f32::from_bits(0x3880_0000) {
        // Below 2⁻¹⁴ the steps are 2⁻²⁴ wide.
        return sign | (magnitude * 16_777_216.0).round_ties_even() as u16;
    }
    let rounded = (bits & 0x7fff_ffff) + 0x0fff + ((bits >> 13) & 1);
    let biased = (rounded >> 13).saturating_sub((127 - 15) << 10);
    sign | biased.min(0x7bff) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_rounded_to_the_nearest() {
        for (value, bits) in [
            (0.0, 0x0000),
            (-0.0, 0x8000),
            (1.0, 0x3c00),
            (-2.0, 0xc000),
            (65504.0, 0x7bff),
            (1e9, 0x7bff),
            (0.333_333_34, 0x3555),
            // Halfway between 1 and the next: to even.
            (1.000_488_3, 0x3c00),
            (1.001_464_8, 0x3c02),
            // The smallest normal number, the largest below it, the smallest of all, half of that.
            (6.103_515_6e-5, 0x0400),
            (6.097_555e-5, 0x03ff),
            (5.960_464_5e-8, 0x0001),
            (2.980_232_2e-8, 0x0000),
        ] {
            assert_eq!(half(value), bits, "{value}");
        }
    }

    #[test]
    fn a_pack_is_a_header_and_its_values() {
        let mut pack = Pack::new("\"format\":1,\n  \"name\":\"tiny\"");
        pack.layer("\"op\":\"conv\",\"weight\":\"w\",\"bias\":\"a\"");
        pack.tensor("w", &[1, 1, 1, 1], vec![1.0], Stored::F16);
        pack.tensor("a", &[1], vec![2.0], Stored::F32);
        let bytes = pack.into_bytes();
        let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
        let header = std::str::from_utf8(&bytes[8..8 + length]).unwrap();
        assert_eq!(
            header.trim_end(),
            r#"{"__metadata__":{"cloakroom":"{\"format\":1,\"name\":\"tiny\",\"layers\":[{\"op\":\"conv\",\"weight\":\"w\",\"bias\":\"a\"}]}"},"#
                .to_owned()
                + r#""a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F16","shape":[1, 1, 1, 1],"data_offsets":[4,6]}}"#
        );
        assert_eq!(bytes[8 + length..], [0, 0, 0, 0x40, 0, 0x3c]);
    }
}
