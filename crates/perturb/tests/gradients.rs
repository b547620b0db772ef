//! Each layer's gradient is the slope of what it computes: central differences along random directions.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Net, Random};
use perturb::engine::Network;
use serde_json::json;

/// Half the distance of the two points, in units of the picture's spread, and the error that is allowed, of the slope's usual size.
/// 32-bit sums allow no less.
const SMOOTH: (f32, f64) = (2e-3, 0.01);
/// With bends, some numbers pass one between the two points.
const BENT: (f32, f64) = (3e-4, 0.05);
const DIRECTIONS: usize = 6;

/// Checks a network on pictures of this size.
fn check(net: &Net, width: u32, height: u32) {
    check_within(SMOOTH, net, width, height);
}

fn check_bent(net: &Net, width: u32, height: u32) {
    check_within(BENT, net, width, height);
}

fn check_within((distance, error_max): (f32, f64), net: &Net, width: u32, height: u32) {
    let network = Network::new(&net.read().unwrap()).unwrap();
    let mut plan = network.plan(width, height).unwrap();
    let mut random = Random(5);
    let x = random.numbers(plan.input_shape().iter().product());
    let weights = random.numbers(plan.output_shape().iter().product());
    plan.forward(&network, &x);
    let gradient = plan.backward(&network, &weights).to_vec();
    let size = gradient
        .iter()
        .map(|g| f64::from(*g).powi(2))
        .sum::<f64>()
        .sqrt();
    assert!(size > 1e-6, "no gradient at all");
    let mut loss = |x: &[f32]| -> f64 {
        let y = plan.forward(&network, x).iter();
        y.zip(&weights)
            .map(|(y, w)| f64::from(*y) * f64::from(*w))
            .sum()
    };
    for _ in 0..DIRECTIONS {
        let direction = random.numbers(x.len());
        let at = |step: f32| -> Vec<f32> {
            x.iter()
                .zip(&direction)
                .map(|(x, d)| x + step * d)
                .collect()
        };
        let (ahead, behind) = (at(distance), at(-distance));
        let rise = loss(&ahead) - loss(&behind);
        // Along what was really stepped, after rounding.
        let expected: f64 = ahead
            .iter()
            .zip(&behind)
            .zip(&gradient)
            .map(|((a, b), g)| f64::from(a - b) * f64::from(*g))
            .sum();
        // A random direction has about this slope.
        let usual = 2.0 * f64::from(distance) * size / 3.0_f64.sqrt();
        let error = (rise - expected).abs() / usual;
        assert!(
            error < error_max,
            "{error}: rose by {rise:e}, expected {expected:e}"
        );
    }
}

#[test]
fn convolution_by_winograd() {
    check(
        &Net::new(18).conv("w", [20, 18, 3, 3], json!({ "padding": 1 })),
        13,
        9,
    );
    check(&Net::new(18).conv("w", [20, 18, 3, 3], json!({})), 7, 11);
    check(
        &Net::new(16).conv("w", [3, 16, 3, 3], json!({ "padding": [0, 1, 2, 3] })),
        5,
        6,
    );
}

#[test]
fn convolution_of_any_stride_and_dilation() {
    check(
        &Net::new(3).conv("w", [20, 3, 3, 3], json!({ "padding": 1 })),
        9,
        8,
    );
    check(
        &Net::new(17).conv("w", [20, 17, 3, 3], json!({ "padding": 1, "stride": 2 })),
        13,
        10,
    );
    check(
        &Net::new(12).conv(
            "w",
            [5, 12, 5, 2],
            json!({ "padding": [2, 0, 1, 3], "stride": 3 }),
        ),
        14,
        16,
    );
    check(
        &Net::new(12).conv(
            "w",
            [5, 12, 3, 3],
            json!({ "padding": 4, "dilation": 3, "stride": 2 }),
        ),
        11,
        12,
    );
    check(&Net::new(40).conv("w", [33, 40, 1, 1], json!({})), 5, 4);
}

#[test]
fn convolution_in_groups() {
    check(
        &Net::new(24).conv("w", [24, 1, 3, 3], json!({ "padding": 1, "groups": 24 })),
        10,
        7,
    );
    check(
        &Net::new(24).conv(
            "w",
            [24, 1, 3, 3],
            json!({ "padding": 1, "groups": 24, "stride": 2 }),
        ),
        10,
        7,
    );
    check(
        &Net::new(24).conv("w", [24, 1, 7, 5], json!({ "groups": 24 })),
        5,
        7,
    );
    check(
        &Net::new(24).conv("w", [36, 6, 3, 3], json!({ "padding": 1, "groups": 4 })),
        10,
        7,
    );
}

#[test]
fn bends() {
    for layer in [
        json!({ "op": "relu" }),
        json!({ "op": "leaky_relu", "slope": 0.2 }),
        json!({ "op": "prelu", "weight": "each" }),
        json!({ "op": "prelu", "weight": "one" }),
        json!({ "op": "tanh", "scale": 0.7 }),
        json!({ "op": "sigmoid" }),
        json!({ "op": "clamp", "min": -0.4, "max": 0.6 }),
        json!({ "op": "scale", "weight": "each", "bias": "bias" }),
    ] {
        let tensors = |net: Net| {
            net.tensor("each", &[19], 0.2, 0.3)
                .tensor("one", &[1], 0.2, 0.3)
                .tensor("bias", &[19], 0.2, 0.3)
        };
        // Alone, and where it may be put into the convolution before it.
        check_bent(&tensors(Net::new(19)).layer(layer.clone()), 12, 9);
        let after = tensors(Net::new(19)).conv("w", [19, 19, 3, 3], json!({ "padding": 1 }));
        check_bent(&after.layer(layer), 12, 9);
    }
}

#[test]
fn pools() {
    for (size, stride, padding, ceil) in [
        (2, 2, 0, false),
        (3, 2, 1, true),
        (3, 1, 1, false),
        (4, 3, 2, true),
    ] {
        for op in ["max_pool", "avg_pool"] {
            let layer = json!({ "op": op, "size": size, "stride": stride, "padding": padding, "ceil": ceil });
            check_bent(&Net::new(18).layer(layer), 13, 10);
        }
        let layer = json!({ "op": "avg_pool", "size": size, "stride": stride, "padding": padding, "ceil": ceil, "count_padding": false });
        check_bent(&Net::new(18).layer(layer), 13, 10);
    }
    check_bent(
        &Net::new(35).layer(json!({ "op": "global_avg_pool" })),
        9,
        8,
    );
}

#[test]
fn joins() {
    for op in ["add", "sub", "mul", "concat"] {
        let net = Net::new(18)
            .conv("a", [21, 18, 1, 1], json!({ "name": "a" }))
            .conv(
                "b",
                [21, 18, 3, 3],
                json!({ "name": "b", "in": ["input"], "padding": 1 }),
            )
            .layer(json!({ "op": op, "in": ["a", "b"] }));
        check(&net, 11, 9);
    }
    let three = json!({ "op": "add", "in": ["input", "a", "input"] });
    check(
        &Net::new(18)
            .layer(json!({ "op": "sigmoid", "name": "a" }))
            .layer(three),
        9,
        9,
    );
    let square = json!({ "op": "mul", "in": ["input", "input"] });
    check(&Net::new(5).layer(square), 9, 9);
}

#[test]
fn residual_blocks() {
    let net = Net::new(20)
        .conv("a", [20, 20, 3, 3], json!({ "name": "a", "padding": 1 }))
        .layer(json!({ "op": "relu", "name": "r" }))
        .conv("b", [20, 20, 3, 3], json!({ "name": "b", "padding": 1 }))
        .layer(json!({ "op": "add", "in": ["b", "r"] }))
        .layer(json!({ "op": "leaky_relu", "slope": 0.1, "name": "s" }))
        .conv("c", [20, 20, 1, 1], json!({ "name": "c" }))
        .layer(json!({ "op": "add", "in": ["r", "c"] }))
        .layer(json!({ "op": "add", "in": ["input", "s"], "name": "t" }))
        .conv("d", [7, 20, 3, 3], json!({ "in": ["t"], "stride": 2 }));
    check_bent(&net, 14, 11);
}

#[test]
fn norms() {
    let net = Net::new(24)
        .tensor("w", &[24], 0.4, 1.0)
        .tensor("b", &[24], 0.4, 0.0);
    check(
        &net.layer(json!({ "op": "group_norm", "groups": 3, "weight": "w", "bias": "b" })),
        9,
        7,
    );
    check(
        &Net::new(6).layer(json!({ "op": "group_norm", "groups": 2 })),
        9,
        7,
    );
    check(&Net::new(20).layer(json!({ "op": "l2_normalise" })), 3, 2);
}

#[test]
fn resampling() {
    for factor in [2, 3, 4] {
        for mode in ["nearest", "bilinear"] {
            check(
                &Net::new(18).layer(json!({ "op": "upsample", "factor": factor, "mode": mode })),
                5,
                4,
            );
        }
    }
    check(
        &Net::new(36).layer(json!({ "op": "pixel_shuffle", "factor": 3 })),
        5,
        4,
    );
    check(
        &Net::new(5).layer(json!({ "op": "pixel_unshuffle", "factor": 2 })),
        10,
        8,
    );
}

#[test]
fn moves_and_matrices() {
    check(
        &Net::new(18).layer(json!({ "op": "pad", "padding": [1, 2, 3, 0] })),
        6,
        5,
    );
    check(
        &Net::new(18).layer(json!({ "op": "pad_channels", "to": 40 })),
        6,
        5,
    );
    check(&Net::new(18).layer(json!({ "op": "flatten" })), 6, 5);
    let net = Net::new(18)
        .tensor("w", &[21, 18 * 30], 0.1, 0.0)
        .tensor("b", &[21], 0.1, 0.0);
    check(
        &net.layer(json!({ "op": "linear", "weight": "w", "bias": "b" })),
        6,
        5,
    );
}

#[test]
fn the_gradient_is_for_the_picture_not_for_what_the_network_sees() {
    let mut net = Net::new(3).conv("w", [4, 3, 3, 3], json!({ "padding": 1 }));
    net.manifest["input"]["mean"] = json!([0.5, 0.4, 0.3]);
    net.manifest["input"]["std"] = json!([0.2, 0.3, 2.0]);
    check(&net, 8, 6);
}
