//! What the engine promises beside being right: the same bytes for any number of threads, plans of any size, sets that agree.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Net, Random, relative_error, same_signs};
use perturb::engine::{Instructions, Network};
use serde_json::json;

/// An encoder with most kinds of layers.
fn encoder() -> Net {
    Net::new(3)
        .conv(
            "stem",
            [40, 3, 3, 3],
            json!({ "name": "stem", "padding": 1 }),
        )
        .conv("a", [40, 40, 3, 3], json!({ "padding": 1 }))
        .layer(json!({ "op": "relu" }))
        .conv("b", [40, 40, 3, 3], json!({ "name": "b", "padding": 1 }))
        .layer(json!({ "op": "add", "in": ["b", "stem"] }))
        .layer(json!({ "op": "relu" }))
        .conv(
            "down",
            [48, 40, 3, 3],
            json!({ "name": "down", "stride": 2, "padding": 1 }),
        )
        .conv("wide", [96, 48, 1, 1], json!({}))
        .layer(json!({ "op": "group_norm", "groups": 4 }))
        .layer(json!({ "op": "leaky_relu", "slope": 0.1 }))
        .conv("each", [96, 1, 3, 3], json!({ "padding": 1, "groups": 96 }))
        .layer(json!({ "op": "relu" }))
        .conv("narrow", [48, 96, 1, 1], json!({ "name": "narrow" }))
        .layer(json!({ "op": "add", "in": ["down", "narrow"] }))
        .layer(json!({ "op": "max_pool", "size": 3, "stride": 2, "padding": 1 }))
        .conv("out", [20, 48, 3, 3], json!({ "padding": 1 }))
}

/// Output and gradient of one step.
fn step(network: &Network, width: u32, height: u32) -> (Vec<f32>, Vec<f32>) {
    let mut plan = network.plan(width, height).unwrap();
    let mut random = Random(9);
    let x = random.numbers(plan.input_shape().iter().product());
    let weights = random.numbers(plan.output_shape().iter().product());
    let output = plan.forward(network, &x).to_vec();
    (output, plan.backward(network, &weights).to_vec())
}

#[test]
fn one_thread_and_several_give_the_same_bytes() {
    for set in Instructions::available() {
        let network = Network::with_instructions(&encoder().read().unwrap(), set).unwrap();
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| step(&network, 75, 61))
        };
        let one = with(1);
        for threads in [2, 3, 7] {
            assert!(with(threads) == one, "{set:?} with {threads} threads");
        }
    }
}

#[test]
fn a_plan_made_for_few_threads_runs_on_many() {
    let network = Network::new(&encoder().read().unwrap()).unwrap();
    let pool = |threads| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
    };
    let mut plan = pool(1).install(|| network.plan(40, 40)).unwrap();
    let x = vec![0.5; 3 * 40 * 40];
    let few = pool(1).install(|| plan.forward(&network, &x).to_vec());
    let many = pool(5).install(|| plan.forward(&network, &x).to_vec());
    assert!(few == many);
}

#[test]
fn instruction_sets_agree() {
    let pack = encoder().read().unwrap();
    for (width, height) in [(64, 64), (33, 70), (9, 5)] {
        let portable = Network::with_instructions(&pack, Instructions::Portable).unwrap();
        let (output, gradient) = step(&portable, width, height);
        for set in Instructions::available() {
            let network = Network::with_instructions(&pack, set).unwrap();
            let (other_output, other_gradient) = step(&network, width, height);
            let error = relative_error(&other_output, &output);
            assert!(error < 1e-5, "{set:?} at {width}×{height}: {error:e}");
            // A ReLU near 0 may fall to the other side.
            let error = relative_error(&other_gradient, &gradient);
            assert!(error < 5e-3, "{set:?} at {width}×{height}: {error:e}");
            assert!(same_signs(&other_gradient, &gradient) > 0.999);
        }
    }
}

#[test]
fn the_same_step_twice_gives_the_same_bytes() {
    let network = Network::new(&encoder().read().unwrap()).unwrap();
    let mut plan = network.plan(50, 38).unwrap();
    let mut random = Random(2);
    let x = random.numbers(3 * 50 * 38);
    let other = random.numbers(3 * 50 * 38);
    let count = plan.output_shape().iter().product();
    let weights = random.numbers(count);
    let mut once = |x: &[f32]| {
        let output = plan.forward(&network, x).to_vec();
        (output, plan.backward(&network, &weights).to_vec())
    };
    let first = once(&x);
    assert!(once(&other) != first);
    assert!(once(&x) == first);
}

#[test]
fn the_gradient_may_be_asked_for_twice() {
    let network = Network::new(&encoder().read().unwrap()).unwrap();
    let mut plan = network.plan(32, 24).unwrap();
    let mut random = Random(2);
    plan.forward(&network, &random.numbers(3 * 32 * 24));
    let count = plan.output_shape().iter().product();
    let (a, b) = (random.numbers(count), random.numbers(count));
    let first = plan.backward(&network, &a).to_vec();
    assert!(plan.backward(&network, &b) != first);
    assert!(plan.backward(&network, &a) == first);
}

#[test]
fn a_plan_without_gradients_gives_the_same_output_and_no_gradient() {
    let network = Network::new(&encoder().read().unwrap()).unwrap();
    let x = Random(4).numbers(3 * 32 * 32);
    let mut both = network.plan(32, 32).unwrap();
    let mut forward = network.plan_forward(32, 32).unwrap();
    assert!(both.forward(&network, &x) == forward.forward(&network, &x));
    let count = forward.output_shape().iter().product();
    assert!(forward.backward(&network, &vec![1.0; count]).is_empty());
}

#[test]
fn layers_that_nothing_depends_on_change_nothing() {
    let net = |extra: bool| {
        let net = Net::new(5).conv("a", [12, 5, 3, 3], json!({ "name": "a", "padding": 1 }));
        let net = if extra {
            net.layer(json!({ "op": "sigmoid" }))
                .layer(json!({ "op": "flatten" }))
        } else {
            net
        };
        net.layer(json!({ "op": "relu", "in": ["a"] }))
    };
    let run = |net: &Net| step(&Network::new(&net.read().unwrap()).unwrap(), 9, 9);
    assert!(run(&net(true)) == run(&net(false)));
}

#[test]
#[should_panic(expected = "a plan of another network")]
fn a_plan_of_another_network_is_refused() {
    let pack = encoder().read().unwrap();
    let (one, other) = (Network::new(&pack).unwrap(), Network::new(&pack).unwrap());
    one.plan(16, 16)
        .unwrap()
        .forward(&other, &[0.0; 3 * 16 * 16]);
}
