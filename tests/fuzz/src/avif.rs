//! HEIF with AV1, AV1 Image File Format.

use crate::heif::{self, Codec};
use crate::recipe::{Recipe, SECRET};

/// A sequence header of a still with 4:2:0, AV1 § 5.5: what follows its fields is refused, so noise would get nowhere.
const SEQUENCE: &[u8] = b"\x18\x15\x7F\xBD\xA2\x02\x1A\x0D\x08";

pub fn build(recipe: &mut Recipe<'_>) -> Vec<u8> {
    heif::build(
        recipe,
        &Codec {
            brands: [b"avif", b"mif1"],
            item: *b"av01",
            configuration: *b"av1C",
            coded,
            configured,
        },
    )
}

/// Open bitstream units; sometimes metadata, padding or unknown ones among them.
fn coded(recipe: &mut Recipe<'_>) -> Vec<u8> {
    let mut units = vec![unit(recipe, 1, None), unit(recipe, 6, None)];
    if recipe.once_in(4) {
        units.insert(0, vec![0x12, 0]);
    }
    for _ in 0..recipe.count(3) {
        let kind = recipe.pick(&[5, 15, 9, 0, 8, 2]);
        let payload = [&[recipe.pick(&[4, 1, 2, 5, 30])], SECRET, b"\x80"].concat();
        let at = recipe.below(units.len() + 1);
        units.insert(at, unit(recipe, kind, Some(&payload)));
    }
    recipe.disturb(&mut units);
    units.concat()
}

/// AV1 § 5.3: type, perhaps an extension, size.
fn unit(recipe: &mut Recipe<'_>, kind: u8, payload: Option<&[u8]>) -> Vec<u8> {
    let noise = recipe.noise(10);
    let plain = if kind == 1 { SEQUENCE } else { &noise };
    let kind = recipe.number(kind.into()) as u8 & 15;
    // What is decoded is no place for words.
    let payload = payload
        .filter(|_| !matches!(kind, 1 | 3 | 4 | 6 | 7))
        .unwrap_or(plain);
    let extended = recipe.once_in(16);
    let mut out = vec![kind << 3 | u8::from(extended) << 2 | 0b10];
    if extended {
        out.push(0);
    }
    out.push(recipe.number(payload.len() as u64) as u8);
    out.extend(payload);
    out
}

fn configured(recipe: &mut Recipe<'_>) -> Vec<u8> {
    let mut out = vec![0x81, 0, 0x0C, 0];
    if recipe.once_in(2) {
        out.extend(unit(recipe, 1, None));
    }
    if recipe.once_in(3) {
        let payload = [b"\x04", SECRET, b"\x80"].concat();
        out.extend(unit(recipe, 5, Some(&payload)));
    }
    out
}
