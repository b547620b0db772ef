//! A pack comes from a stranger: whatever is in it, there is an answer, soon and in little memory.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Net, Random};
use perturb::engine::Network;
use perturb::pack::{Pack, PackError, PackLimits};
use serde_json::{Value, json};

fn small() -> Net {
    Net::new(3)
        .conv("a", [4, 3, 3, 3], json!({ "name": "a", "padding": 1 }))
        .layer(json!({ "op": "relu" }))
        .conv("b", [4, 4, 1, 1], json!({ "name": "b" }))
        .layer(json!({ "op": "add", "in": ["a", "b"] }))
}

/// All the way: read, network, plan, and one step.
fn run(bytes: &[u8], side: u32) -> Result<Vec<f32>, PackError> {
    let pack = Pack::read(bytes, &PackLimits::default())?;
    let network = Network::new(&pack)?;
    let mut plan = network.plan(side, side)?;
    let x = vec![0.5; plan.input_shape().iter().product()];
    let output = plan.forward(&network, &x).to_vec();
    Ok(plan.backward(&network, &output).to_vec())
}

fn code(net: &Net) -> &'static str {
    run(&net.bytes(), 16).map_or_else(|error| error.code(), |_| "fine")
}

#[test]
fn a_good_pack_is_fine() {
    assert_eq!(code(&small()), "fine");
}

#[test]
fn cut_off_at_any_byte() {
    let bytes = small().bytes();
    for end in 0..bytes.len() {
        assert!(run(&bytes[..end], 16).is_err(), "cut off at {end}");
    }
    let mut longer = bytes;
    longer.push(0);
    assert!(run(&longer, 16).is_err());
}

#[test]
fn any_byte_of_the_header_changed() {
    let bytes = small().bytes();
    let header = 8 + usize::try_from(u64::from_le_bytes(*bytes.first_chunk().unwrap())).unwrap();
    let mut random = Random(1);
    for at in 0..header {
        let mut changed = bytes.clone();
        changed[at] = random.below(256) as u8;
        // An error or not: it comes back.
        let _ = run(&changed, 16);
    }
}

#[test]
fn a_header_longer_than_the_file() {
    for length in [u64::MAX, 1 << 40, 1 << 22, 100] {
        let mut bytes = small().bytes();
        bytes.truncate(60);
        bytes[..8].copy_from_slice(&length.to_le_bytes());
        assert!(run(&bytes, 16).is_err(), "{length}");
    }
}

#[test]
fn no_manifest_and_other_manifests() {
    let mut net = small();
    net.manifest = json!("words");
    assert_eq!(code(&net), "bad_manifest");
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let mut bytes = small().bytes();
    bytes.truncate(0);
    let header = json!({ "__metadata__": { "cloakroom": deep } }).to_string();
    bytes.extend((header.len() as u64).to_le_bytes());
    bytes.extend(header.as_bytes());
    assert_eq!(run(&bytes, 16).unwrap_err().code(), "bad_manifest");
    let header = json!({ "__metadata__": { "other": "" } }).to_string();
    let bytes = [&(header.len() as u64).to_le_bytes(), header.as_bytes()].concat();
    assert_eq!(run(&bytes, 16).unwrap_err().code(), "no_manifest");
}

/// What the small pack says after a field of its manifest was set.
fn with(path: &str, value: Value) -> &'static str {
    let mut net = small();
    match net.manifest.pointer_mut(path) {
        Some(field) => *field = value,
        None => {
            let (parent, key) = path.rsplit_once('/').unwrap();
            net.manifest.pointer_mut(parent).unwrap()[key] = value;
        }
    }
    code(&net)
}

#[test]
fn manifests_that_say_wrong_things() {
    for (path, value, expected) in [
        ("/format", json!(2), "unknown_format"),
        ("/name", json!("../../x"), "out_of_range"),
        ("/name", json!(""), "out_of_range"),
        ("/title", json!("a\u{1b}[2Jb"), "out_of_range"),
        ("/kind", json!("virus"), "bad_manifest"),
        ("/kind", json!("recogniser"), "out_of_range"),
        ("/threshold", json!("high"), "bad_manifest"),
        ("/surprise", json!(1), "bad_manifest"),
        ("/input/channels", json!(0), "out_of_range"),
        ("/input/channels", json!(-1), "bad_manifest"),
        ("/input/channels", json!(1_u64 << 40), "pack_too_large"),
        ("/input/multiple", json!(0), "out_of_range"),
        ("/input/multiple", json!(5), "input_size"),
        ("/input/width", json!(16), "out_of_range"),
        ("/input/std", json!([0, 1, 1]), "out_of_range"),
        ("/input/mean", json!([0]), "out_of_range"),
        ("/layers", json!([]), "out_of_range"),
        ("/layers/0/op", json!("exec"), "bad_manifest"),
        ("/layers/0/command", json!("ls"), "bad_manifest"),
        ("/layers/0/in", json!(["a"]), "unknown_input"),
        ("/layers/0/in", json!(["b"]), "unknown_input"),
        ("/layers/0/in", json!(["input", "input"]), "input_count"),
        ("/layers/3/in", json!(["a"]), "input_count"),
        ("/layers/0/name", json!("input"), "duplicate_name"),
        ("/layers/2/name", json!("a"), "duplicate_name"),
        ("/layers/0/weight", json!("c"), "missing_tensor"),
        ("/layers/0/weight", json!("a.bias"), "tensor_shape"),
        ("/layers/0/bias", json!("b"), "tensor_shape"),
        ("/layers/0/stride", json!(0), "out_of_range"),
        ("/layers/2/stride", json!(2), "layer_shape"),
        ("/layers/0/stride", json!(1000), "pack_too_large"),
        ("/layers/0/dilation", json!(60), "layer_shape"),
        ("/layers/0/padding", json!(1_u64 << 60), "pack_too_large"),
        ("/layers/0/padding", json!([1, 1]), "bad_manifest"),
        ("/layers/0/groups", json!(0), "out_of_range"),
        ("/layers/0/groups", json!(3), "layer_shape"),
        (
            "/layers/2",
            json!({ "op": "leaky_relu", "slope": 1e300 }),
            "out_of_range",
        ),
        (
            "/layers/2",
            json!({ "op": "max_pool", "size": 0, "name": "b" }),
            "out_of_range",
        ),
        (
            "/layers/2",
            json!({ "op": "max_pool", "size": 2, "padding": 2, "name": "b" }),
            "out_of_range",
        ),
        (
            "/layers/2",
            json!({ "op": "upsample", "factor": 0, "mode": "nearest", "name": "b" }),
            "out_of_range",
        ),
        (
            "/layers/2",
            json!({ "op": "pixel_shuffle", "factor": 3, "name": "b" }),
            "layer_shape",
        ),
        (
            "/layers/2",
            json!({ "op": "group_norm", "groups": 3, "name": "b" }),
            "layer_shape",
        ),
        (
            "/layers/2",
            json!({ "op": "group_norm", "groups": 0, "name": "b" }),
            "out_of_range",
        ),
        (
            "/layers/2",
            json!({ "op": "clamp", "min": 1, "max": 0, "name": "b" }),
            "out_of_range",
        ),
        (
            "/layers/2",
            json!({ "op": "pad_channels", "to": 3, "name": "b" }),
            "layer_shape",
        ),
        (
            "/layers/2",
            json!({ "op": "linear", "weight": "b", "name": "b" }),
            "tensor_shape",
        ),
    ] {
        assert_eq!(with(path, value.clone()), expected, "{path} {value}");
    }
}

#[test]
fn values_that_are_no_numbers() {
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut net = small();
        net.tensors[0].2[5] = value;
        assert_eq!(code(&net), "not_finite");
    }
}

#[test]
fn a_million_layers() {
    let mut net = Net::new(3);
    net.manifest["layers"] = vec![json!({ "op": "relu" }); 1_000_000].into();
    assert_eq!(code(&net), "pack_too_large");
    net.manifest["layers"] = vec![json!({ "op": "relu" }); 5000].into();
    assert_eq!(code(&net), "pack_too_large");
    net.manifest["layers"] = vec![json!({ "op": "relu" }); 4096].into();
    assert_eq!(code(&net), "fine");
}

#[test]
fn small_packs_that_ask_for_much() {
    let grow = |times: usize, layer: Value| {
        let mut net = Net::new(3);
        net.manifest["layers"] = vec![layer; times].into();
        code(&net)
    };
    assert_eq!(
        grow(
            20,
            json!({ "op": "upsample", "factor": 64, "mode": "nearest" })
        ),
        "pack_too_large"
    );
    assert_eq!(
        grow(4000, json!({ "op": "pad", "padding": 64 })),
        "pack_too_large"
    );
    // Each twice as wide as the one before.
    let mut net = Net::new(3).layer(json!({ "op": "relu", "name": "n0" }));
    for at in 0..60 {
        let (from, name) = (format!("n{at}"), format!("n{}", at + 1));
        net = net.layer(json!({ "op": "concat", "name": name, "in": [from, from] }));
    }
    assert_eq!(code(&net), "pack_too_large");
    // Notes of the winners of thousands of pools.
    let pools = vec![json!({ "op": "max_pool", "size": 3, "stride": 1, "padding": 1 }); 4096];
    let mut net = Net::new(3);
    net.manifest["layers"] = pools.into();
    assert_eq!(
        run(&net.bytes(), 2048).unwrap_err().code(),
        "pack_too_large"
    );
    // One number as a weight, laid out four thousand times.
    let mut net = Net::new(1).tensor("w", &[1, 1, 64, 64], 1.0, 0.0);
    let conv = json!({ "op": "conv", "weight": "w", "padding": [32, 32, 31, 31] });
    net.manifest["layers"] = vec![conv; 4096].into();
    assert_eq!(code(&net), "pack_too_large");
    // Time: a matrix kernel of hours.
    let mut net = Net::new(64).tensor("w", &[64, 64, 7, 7], 1.0, 0.0);
    let conv = json!({ "op": "conv", "weight": "w", "padding": 3 });
    net.manifest["layers"] = vec![conv; 30].into();
    assert_eq!(
        run(&net.bytes(), 2048).unwrap_err().code(),
        "pack_too_large"
    );
}

#[test]
fn weights_of_any_size_overflow_nothing() {
    // They run to infinity; nothing worse.
    let mut net = small();
    net.tensors
        .iter_mut()
        .for_each(|(_, _, values)| values.fill(f32::MAX));
    assert_eq!(code(&net), "fine");
}

#[test]
fn errors_say_where_and_what() {
    let mut net = small();
    net.manifest["layers"][2]["weight"] = "a".into();
    let said = run(&net.bytes(), 16).unwrap_err().to_string();
    assert_eq!(
        said,
        "layer 2 (conv) cannot take [4, 16, 16]: the weights are for another number of channels"
    );
    net.manifest["layers"][2]["weight"] = "nowhere".into();
    let said = run(&net.bytes(), 16).unwrap_err().to_string();
    assert_eq!(said, "the pack has no tensor 'nowhere'");
}
