//! Runs steps of the engine, forward and back, on a tiny autoencoder's encoder with random weights, and tells what they cost.
//!
//!     engine_step sets                          the instruction sets of this processor, the fastest last
//!     engine_step peak SET                      millions of multiplications with addition a second, on one core
//!     engine_step step SET SIDE STEPS           CPU-seconds and seconds a step, and the most memory resident, in bytes
//!
//! `cargo xtask bench cloak` reads what it prints.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a measurement that fails has nobody to tell but its caller"
)]

use std::time::Instant;

use perturb::engine::{Instructions, Network, multiplications_per_second};
use perturb::pack::{Pack, PackLimits};
use safetensors::tensor::{Dtype, TensorView, serialize};
use serde_json::{Value, json};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["sets"] => Instructions::available()
            .iter()
            .for_each(|set| println!("{}", set.name())),
        ["peak", set] => {
            let begun = Instant::now();
            let clock = || begun.elapsed().as_secs_f64();
            println!("{:.0}", multiplications_per_second(named(set), clock) / 1e6);
        }
        ["step", set, side, steps] => step(
            named(set),
            side.parse().expect("a side in pixels"),
            steps.parse().expect("a number of steps"),
        ),
        _ => panic!("sets, peak SET, or step SET SIDE STEPS"),
    }
}

fn named(name: &str) -> Instructions {
    let mut sets = Instructions::available().into_iter();
    sets.find(|set| set.name() == name)
        .expect("an instruction set of this processor")
}

fn step(set: Instructions, side: u32, steps: u32) {
    let pack = Pack::read(&encoder(), &PackLimits::default()).unwrap();
    let network = Network::with_instructions(&pack, set).unwrap();
    drop(pack);
    let mut plan = network.plan(side, side).unwrap();
    let mut random = Random(7);
    let count = plan.input_shape().iter().product();
    let picture: Vec<f32> = (0..count).map(|_| random.next() + 0.5).collect();
    let mut once = || {
        let gradient = plan.forward(&network, &picture).to_vec();
        plan.backward(&network, &gradient);
    };
    once();
    let started = Instant::now();
    let before = cpu_seconds();
    (0..steps).for_each(|_| once());
    let (cpu, wall) = (cpu_seconds() - before, started.elapsed().as_secs_f64());
    let steps = f64::from(steps);
    println!("{:.4} {:.4} {}", cpu / steps, wall / steps, peak_bytes());
}

/// The layout of TAESD's encoder as TAEF2 has it.
fn encoder() -> Vec<u8> {
    let mut net = Net::default();
    net.conv("input", "s", 3, 64, 3, 1, true);
    net.block("s", "b0", false);
    let mut last = "b0".to_owned();
    for stage in 0..3 {
        let down = format!("d{stage}");
        net.conv(&last, &down, 64, 64, 3, 2, false);
        last = down;
        for block in 0..3 {
            let name = format!("b{stage}_{block}");
            net.block(&last, &name, stage == 2);
            last = name;
        }
    }
    net.conv(&last, "out", 64, 32, 3, 1, true);
    net.pack()
}

#[derive(Default)]
struct Net {
    layers: Vec<Value>,
    tensors: Vec<(String, Vec<usize>, Vec<u8>)>,
}

impl Net {
    #[allow(clippy::too_many_arguments, reason = "they are what a convolution is")]
    fn conv(
        &mut self,
        from: &str,
        name: &str,
        inputs: usize,
        outputs: usize,
        kernel: usize,
        stride: usize,
        bias: bool,
    ) {
        let spread = (6.0 / (inputs * kernel * kernel) as f32).sqrt();
        let weight = self.tensor(vec![outputs, inputs, kernel, kernel], spread);
        let mut layer = json!({ "op": "conv", "name": name, "in": [from], "weight": weight, "stride": stride, "padding": kernel / 2 });
        if bias {
            layer["bias"] = self.tensor(vec![outputs], 0.1).into();
        }
        self.layers.push(layer);
    }

    fn relu(&mut self, name: &str) {
        self.layers.push(json!({ "op": "relu", "name": name }));
    }

    fn block(&mut self, from: &str, name: &str, is_pooled: bool) {
        let mut from = from.to_owned();
        if is_pooled {
            let at = |part: &str| format!("{name}.{part}");
            self.conv(&from, &at("wide"), 64, 256, 1, 1, false);
            let (weight, bias) = (self.tensor(vec![256], 1.0), self.tensor(vec![256], 0.1));
            self.layers
                .push(json!({ "op": "group_norm", "groups": 4, "weight": weight, "bias": bias }));
            self.relu(&at("norm"));
            self.conv(&at("norm"), &at("narrow"), 256, 64, 1, 1, false);
            self.layers
                .push(json!({ "op": "add", "name": at("pooled"), "in": [at("narrow"), from] }));
            from = at("pooled");
        }
        let mut last = from.clone();
        for part in 0..3 {
            let conv = format!("{name}.c{part}");
            self.conv(&last, &conv, 64, 64, 3, 1, true);
            if part < 2 {
                last = format!("{name}.r{part}");
                self.relu(&last);
            } else {
                self.layers.push(json!({ "op": "add", "in": [conv, from] }));
            }
        }
        self.relu(name);
    }

    fn tensor(&mut self, shape: Vec<usize>, spread: f32) -> String {
        let name = self.tensors.len().to_string();
        let mut random = Random(self.tensors.len() as u64 + 1);
        let count = shape.iter().product();
        let values = (0..count)
            .flat_map(|_| (random.next() * spread).to_le_bytes())
            .collect();
        self.tensors.push((name.clone(), shape, values));
        name
    }

    fn pack(self) -> Vec<u8> {
        let manifest = json!({
            "format": 1, "name": "encoder", "title": "Encoder", "kind": "latent", "licence": "CC0-1.0",
            "source": "random numbers", "origin": "ours",
            "input": { "channels": 3, "multiple": 8 }, "layers": self.layers,
        });
        let tensors = self.tensors.iter().map(|(name, shape, bytes)| {
            (
                name,
                TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap(),
            )
        });
        let metadata = [("cloakroom".to_owned(), manifest.to_string())].into();
        serialize(tensors, Some(metadata)).unwrap()
    }
}

/// xorshift64* (Vigna 2016), as numbers from -1/2 to 1/2.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 40) as f32 / (1_u64 << 24) as f32 - 0.5
    }
}

/// What this process has used of the processor, in all threads (Linux; 0 elsewhere).
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // proc(5): the 14th and 15th field, in ticks of a hundredth of a second; the second one may hold spaces.
    let fields: Vec<&str> = text
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split(' ')
        .collect();
    let ticks = |at: usize| {
        fields
            .get(at)
            .and_then(|field| field.parse::<f64>().ok())
            .unwrap_or(0.0)
    };
    (ticks(12) + ticks(13)) / 100.0
}

/// The most memory that was resident (Linux; 0 elsewhere).
fn peak_bytes() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}
