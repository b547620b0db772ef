//! Every way to compute a convolution gives what its definition gives, on every instruction set of this processor: any kernel, stride,
//! border, dilation and groups, sizes that fit no block and no tile.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Net, Random, relative_error};
use perturb::engine::{Instructions, Network};
use serde_json::json;

/// Winograd in 32 bits is a few millionths off.
const ERROR_MAX: f64 = 2e-5;
const CASES: usize = 120;

/// A convolution, and the sizes that it is tried on.
#[derive(Debug)]
struct Case {
    inputs: usize,
    outputs: usize,
    kernel: [usize; 2],
    stride: usize,
    dilation: usize,
    groups: usize,
    /// Top, left, bottom, right.
    padding: [usize; 4],
    size: [usize; 2],
}

impl Case {
    fn random(random: &mut Random) -> Self {
        let is_winograd = random.below(3) == 0;
        let groups = [1, 1, 1, 2, 7][random.below(5)];
        let channels = [1, 3, 9, 16, 17, 33, 64][random.below(7)];
        let is_depthwise = !is_winograd && random.below(4) == 0;
        let [inputs, outputs, groups] = if is_depthwise {
            [channels, channels, channels]
        } else {
            [
                channels * groups,
                groups * [1, 2, 5, 16, 40][random.below(5)],
                groups,
            ]
        };
        let mut one_of = |choices: &[usize]| choices[random.below(choices.len())];
        let [kernel, stride, dilation] = if is_winograd {
            [[3, 3], [1, 1], [1, 1]]
        } else {
            let stride = one_of(&[1, 1, 2, 3]);
            let dilation = one_of(&[1, 1, 2, 4]);
            [
                [one_of(&[1, 2, 3, 5, 7]), one_of(&[1, 2, 3, 4])],
                [stride; 2],
                [dilation; 2],
            ]
        };
        let padding = [0; 4].map(|_| one_of(&[0, 1, 1, 2, 3, 5]));
        let reach = [0, 1].map(|side| (kernel[side] - 1) * dilation[0] + 1);
        let size = [0, 1].map(|side| one_of(&[1, 2, 3, 4, 7, 13, 30, 41]).max(reach[side]));
        Self {
            inputs,
            outputs,
            kernel,
            stride: stride[0],
            dilation: dilation[0],
            groups,
            padding,
            size,
        }
    }

    fn output_size(&self) -> [usize; 2] {
        [0, 1].map(|side| {
            let room = self.size[side] + self.padding[side] + self.padding[side + 2];
            (room - (self.kernel[side] - 1) * self.dilation - 1) / self.stride + 1
        })
    }

    /// Calls for each product of the definition: places of output, input and weight.
    fn products(&self, mut product: impl FnMut(usize, usize, usize)) {
        let [rows, columns] = self.output_size();
        let [height, width] = self.size;
        let [high, wide] = self.kernel;
        let (inner, outer) = (self.inputs / self.groups, self.outputs / self.groups);
        for output in 0..self.outputs {
            for (row, column) in
                (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)))
            {
                for input in 0..inner {
                    for (ky, kx) in (0..high).flat_map(|ky| (0..wide).map(move |kx| (ky, kx))) {
                        let y =
                            (row * self.stride + ky * self.dilation).wrapping_sub(self.padding[0]);
                        let x = (column * self.stride + kx * self.dilation)
                            .wrapping_sub(self.padding[1]);
                        if y < height && x < width {
                            let channel = output / outer * inner + input;
                            product(
                                (output * rows + row) * columns + column,
                                (channel * height + y) * width + x,
                                ((output * inner + input) * high + ky) * wide + kx,
                            );
                        }
                    }
                }
            }
        }
    }

    fn check(&self, random: &mut Random) {
        let [high, wide] = self.kernel;
        let shape = [self.outputs, self.inputs / self.groups, high, wide];
        let fields = json!({
            "stride": self.stride, "dilation": self.dilation, "groups": self.groups, "padding": self.padding,
        });
        let net = Net::new(self.inputs).conv("w", shape, fields);
        let (weights, bias) = (&net.tensors[0].2, &net.tensors[1].2);
        let [rows, columns] = self.output_size();
        let x = random.numbers(self.inputs * self.size[0] * self.size[1]);
        let gy = random.numbers(self.outputs * rows * columns);
        let mut y: Vec<f64> = (0..gy.len())
            .map(|at| f64::from(bias[at / (rows * columns)]))
            .collect();
        let mut gx = vec![0.0_f64; x.len()];
        self.products(|output, input, weight| {
            let weight = f64::from(weights[weight]);
            y[output] += weight * f64::from(x[input]);
            gx[input] += weight * f64::from(gy[output]);
        });
        let single =
            |values: &[f64]| -> Vec<f32> { values.iter().map(|value| *value as f32).collect() };
        let (y, gx) = (single(&y), single(&gx));
        let pack = net.read().unwrap();
        for set in Instructions::available() {
            let network = Network::with_instructions(&pack, set).unwrap();
            assert_eq!(network.instructions(), set);
            let mut plan = network
                .plan(self.size[1] as u32, self.size[0] as u32)
                .unwrap();
            let forward = relative_error(plan.forward(&network, &x), &y);
            assert!(
                forward < ERROR_MAX,
                "{set:?} forward, {forward:e}: {self:?}"
            );
            let back = relative_error(plan.backward(&network, &gy), &gx);
            assert!(back < ERROR_MAX, "{set:?} back, {back:e}: {self:?}");
        }
    }
}

#[test]
fn of_every_geometry() {
    let mut random = Random(3);
    for _ in 0..CASES {
        let case = Case::random(&mut random);
        case.check(&mut random);
    }
}
