//! The engine computes what PyTorch computes: outputs and gradients of small networks, made by `goldens/make.py`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use perturb::engine::Network;
use perturb::pack::{Pack, PackLimits};
use safetensors::SafeTensors;

/// Of the reference's length.
const ERROR_MAX: f64 = 1e-4;
const SIGNS_MIN: f64 = 0.999;

#[test]
fn blocks() {
    check(include_bytes!("goldens/blocks.safetensors"));
}

#[test]
fn mobile() {
    check(include_bytes!("goldens/mobile.safetensors"));
}

#[test]
fn generator() {
    check(include_bytes!("goldens/generator.safetensors"));
}

#[test]
fn mixed() {
    check(include_bytes!("goldens/mixed.safetensors"));
}

fn check(bytes: &[u8]) {
    let pack = Pack::read(bytes, &PackLimits::default()).unwrap();
    let network = Network::new(&pack).unwrap();
    let input = &pack.manifest().input;
    let mut plan = network.plan(input.width, input.height).unwrap();
    let output = plan.forward(&network, &golden(bytes, "input")).to_vec();
    compare("output", &output, &golden(bytes, "output"));
    let gradient = plan.backward(&network, &golden(bytes, "weight"));
    compare("gradient", gradient, &golden(bytes, "gradient"));
}

fn compare(what: &str, found: &[f32], reference: &[f32]) {
    assert_eq!(found.len(), reference.len(), "{what}");
    let length = |values: &mut dyn Iterator<Item = f32>| {
        values
            .map(|value| f64::from(value).powi(2))
            .sum::<f64>()
            .sqrt()
    };
    let error = length(&mut found.iter().zip(reference).map(|(a, b)| a - b))
        / length(&mut reference.iter().copied());
    let same = found
        .iter()
        .zip(reference)
        .filter(|(a, b)| (**a > 0.0) == (**b > 0.0))
        .count();
    let signs = same as f64 / found.len() as f64;
    println!("{what}: relative error {error:.1e}, signs {signs}");
    assert!(error < ERROR_MAX, "{what}: relative error {error}");
    assert!(signs > SIGNS_MIN, "{what}: signs {signs}");
}

fn golden(bytes: &[u8], name: &str) -> Vec<f32> {
    let file = SafeTensors::deserialize(bytes).unwrap();
    let tensor = file.tensor(&format!("golden.{name}")).unwrap();
    let (numbers, _) = tensor.data().as_chunks();
    numbers
        .iter()
        .map(|number| f32::from_le_bytes(*number))
        .collect()
}
