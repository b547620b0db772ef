//! Model packs made in code: small networks with weights from a counter. They see next to nothing, and that is enough to
//! follow every step.

use std::fmt::Write as _;

/// An encoder of three layers that takes any size.
pub fn encoder(name: &str) -> Vec<u8> {
    let layers = r#"[
        {"op":"conv","weight":"a","bias":"ab","stride":2,"padding":1},
        {"op":"relu"},
        {"op":"conv","weight":"b","bias":"bb","stride":2,"padding":1}]"#;
    let tensors: [(&str, &[usize]); 4] = [
        ("a", &[8, 3, 3, 3]),
        ("ab", &[8]),
        ("b", &[4, 8, 3, 3]),
        ("bb", &[4]),
    ];
    pack(name, "latent", "", layers, &tensors, |value| value)
}

/// The same, with a value that is no number among its weights.
pub fn broken_encoder() -> Vec<u8> {
    let layers = r#"[{"op":"conv","weight":"a","bias":"ab","padding":1}]"#;
    let tensors: [(&str, &[usize]); 2] = [("a", &[4, 3, 3, 3]), ("ab", &[4])];
    pack("broken", "latent", "", layers, &tensors, |_| f32::NAN)
}

/// A pack whose second layer needs another shape than its weights have.
pub fn misshapen_encoder() -> Vec<u8> {
    let layers = r#"[{"op":"conv","weight":"a","bias":"ab","padding":1}]"#;
    let tensors: [(&str, &[usize]); 2] = [("a", &[4, 7, 3, 3]), ("ab", &[4])];
    pack("misshapen", "latent", "", layers, &tensors, |value| value)
}

fn pack(
    name: &str,
    kind: &str,
    more: &str,
    layers: &str,
    tensors: &[(&str, &[usize])],
    change: impl Fn(f32) -> f32,
) -> Vec<u8> {
    let manifest = format!(
        r#"{{"format":1,"name":"{name}","title":"Tiny {name}","family":"{name}","kind":"{kind}","licence":"CC0-1.0","source":"made in a test","origin":"ours","input":{{"channels":3,"multiple":4}},{more}"layers":{layers}}}"#
    );
    let mut header = format!(r#"{{"__metadata__":{{"cloakroom":{}}}"#, quoted(&manifest));
    let mut data = Vec::new();
    let mut state = 12_345_u32;
    for (tensor, shape) in tensors {
        let start = data.len();
        for _ in 0..shape.iter().product::<usize>() {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let value = (state >> 8) as f32 / 16_777_216.0 - 0.5;
            data.extend(change(value).to_le_bytes());
        }
        let _ = write!(
            header,
            r#","{tensor}":{{"dtype":"F32","shape":{shape:?},"data_offsets":[{start},{}]}}"#,
            data.len()
        );
    }
    header.push('}');
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.into_bytes());
    file.extend(data);
    file
}

/// As a JSON string.
fn quoted(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', " ");
    format!("\"{escaped}\"")
}
