//! Networks built in code, as packs, so that a test reads the same way as a pack does.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test uses a part of this, and fails by panicking"
)]

use perturb::pack::{Pack, PackError, PackLimits};
use safetensors::tensor::{Dtype, TensorView, serialize};
use serde_json::{Value, json};

/// A pack in the making.
pub(crate) struct Net {
    pub(crate) manifest: Value,
    pub(crate) tensors: Vec<(String, Vec<usize>, Vec<f32>)>,
    random: Random,
}

impl Net {
    /// For pictures of any size.
    pub(crate) fn new(channels: usize) -> Self {
        let manifest = json!({
            "format": 1, "name": "test", "title": "Test", "kind": "meter", "licence": "CC0-1.0",
            "source": "random numbers", "origin": "ours", "input": { "channels": channels }, "layers": [],
        });
        Self {
            manifest,
            tensors: Vec::new(),
            random: Random(11),
        }
    }

    pub(crate) fn layer(mut self, layer: Value) -> Self {
        self.manifest["layers"].as_array_mut().unwrap().push(layer);
        self
    }

    /// Random numbers from -`spread` to `spread` around `middle`.
    pub(crate) fn tensor(mut self, name: &str, shape: &[usize], spread: f32, middle: f32) -> Self {
        let count = shape.iter().product();
        let values = self.random.numbers(count).into_iter();
        let values = values.map(|value| value * spread + middle).collect();
        self.tensors.push((name.to_owned(), shape.to_vec(), values));
        self
    }

    /// A convolution with `layer`'s further fields.
    pub(crate) fn conv(self, name: &str, shape: [usize; 4], mut layer: Value) -> Self {
        let spread = (3.0 / (shape[1] * shape[2] * shape[3]) as f32).sqrt();
        let bias = format!("{name}.bias");
        layer["op"] = "conv".into();
        layer["weight"] = name.into();
        layer["bias"] = bias.as_str().into();
        self.tensor(name, &shape, spread, 0.0)
            .tensor(&bias, &shape[..1], 0.1, 0.0)
            .layer(layer)
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let raw: Vec<Vec<u8>> = self
            .tensors
            .iter()
            .map(|(_, _, values)| bytes(values))
            .collect();
        let tensors = self
            .tensors
            .iter()
            .zip(&raw)
            .map(|((name, shape, _), raw)| {
                (
                    name,
                    TensorView::new(Dtype::F32, shape.clone(), raw).unwrap(),
                )
            });
        let metadata = [("cloakroom".to_owned(), self.manifest.to_string())].into();
        serialize(tensors, Some(metadata)).unwrap()
    }

    pub(crate) fn read(&self) -> Result<Pack, PackError> {
        Pack::read(&self.bytes(), &PackLimits::default())
    }
}

fn bytes(values: &[f32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

/// xorshift64* (Vigna 2016).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// From 0 to below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// From -1 to 1.
    pub(crate) fn numbers(&mut self, count: usize) -> Vec<f32> {
        let number = |bits: u64| (bits >> 40) as f32 / (1_u64 << 23) as f32 - 1.0;
        (0..count).map(|_| number(self.next())).collect()
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
}

/// The length of the difference, of the reference's length.
pub(crate) fn relative_error(found: &[f32], reference: &[f32]) -> f64 {
    assert_eq!(found.len(), reference.len());
    let square = |value: f32| f64::from(value).powi(2);
    let difference: f64 = found
        .iter()
        .zip(reference)
        .map(|(a, b)| square(a - b))
        .sum();
    let length: f64 = reference.iter().map(|value| square(*value)).sum();
    (difference / length.max(1e-30)).sqrt()
}

/// The share of numbers with the same sign.
pub(crate) fn same_signs(found: &[f32], reference: &[f32]) -> f64 {
    let same = found
        .iter()
        .zip(reference)
        .filter(|(a, b)| (**a > 0.0) == (**b > 0.0))
        .count();
    same as f64 / found.len() as f64
}
