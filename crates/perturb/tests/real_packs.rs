//! Packs of real networks, where `CLOAKROOM_PACKS` names a folder of them; `goldens/from_pack.py` writes what PyTorch computes into a
//! copy of each, and then that is compared as well.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::path::PathBuf;

use common::{Random, relative_error, same_signs};
use perturb::engine::Network;
use perturb::pack::{Pack, PackLimits};
use safetensors::SafeTensors;

#[test]
fn real_packs_run() {
    let Some(folder) = std::env::var_os("CLOAKROOM_PACKS") else {
        println!("skipped: CLOAKROOM_PACKS names no folder of packs");
        return;
    };
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut packs: Vec<PathBuf> = files
        .filter(|path| path.extension().is_some_and(|end| end == "safetensors"))
        .collect();
    packs.sort();
    assert!(!packs.is_empty(), "no pack in the folder");
    for path in packs {
        let bytes = std::fs::read(&path).unwrap();
        let pack = Pack::read(&bytes, &PackLimits::default()).unwrap();
        let network = Network::new(&pack).unwrap();
        let input = &pack.manifest().input;
        let side = |side: u32| {
            if side == 0 {
                128_u32.next_multiple_of(input.multiple)
            } else {
                side
            }
        };
        let mut plan = network.plan(side(input.width), side(input.height)).unwrap();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let golden = |name: &str| -> Option<Vec<f32>> {
            let tensor = file.tensor(&format!("golden.{name}")).ok()?;
            let (numbers, _) = tensor.data().as_chunks();
            Some(
                numbers
                    .iter()
                    .map(|number| f32::from_le_bytes(*number))
                    .collect(),
            )
        };
        let mut random = Random(1);
        let mut numbers = |shape: [usize; 3]| random.numbers(shape.iter().product());
        let x = golden("input").unwrap_or_else(|| numbers(plan.input_shape()));
        let weights = golden("weight").unwrap_or_else(|| numbers(plan.output_shape()));
        let output = plan.forward(&network, &x).to_vec();
        let gradient = plan.backward(&network, &weights).to_vec();
        let name = &pack.manifest().name;
        assert!(
            output
                .iter()
                .chain(&gradient)
                .all(|value| value.is_finite()),
            "{name}"
        );
        let (Some(reference), Some(slopes)) = (golden("output"), golden("gradient")) else {
            println!("{name}: {:?}, not compared", plan.output_shape());
            continue;
        };
        let (error, off) = (
            relative_error(&output, &reference),
            relative_error(&gradient, &slopes),
        );
        let signs = same_signs(&gradient, &slopes);
        println!(
            "{name}: output {error:.1e}, gradient {off:.1e}, same signs {:.4} %",
            signs * 100.0
        );
        assert!(error < 5e-3 && off < 5e-3 && signs > 0.999, "{name}");
    }
}
