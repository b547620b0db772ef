//! HEIF with HEVC, ISO/IEC 23008-12.

use crate::heif::{self, Codec};
use crate::recipe::{Recipe, SECRET};

pub fn build(recipe: &mut Recipe<'_>) -> Vec<u8> {
    heif::build(
        recipe,
        &Codec {
            brands: [b"heic", b"mif1"],
            item: *b"hvc1",
            configuration: *b"hvcC",
            coded,
            configured,
        },
    )
}

/// NAL units, each with its length; sometimes a message or padding among them.
fn coded(recipe: &mut Recipe<'_>) -> Vec<u8> {
    let mut units = vec![unit(recipe, 19, None)];
    if recipe.once_in(6) {
        units.push(unit(recipe, 1, None));
    }
    for _ in 0..recipe.count(3) {
        let kind = recipe.pick(&[39, 40, 35, 38, 41, 48, 32, 36]);
        let payload = [
            &[recipe.pick(&[5, 4, 137, 144, 200]), SECRET.len() as u8],
            SECRET,
            b"\x80",
        ]
        .concat();
        let at = recipe.below(units.len() + 1);
        units.insert(at, unit(recipe, kind, Some(&payload)));
    }
    recipe.disturb(&mut units);
    units.concat()
}

fn unit(recipe: &mut Recipe<'_>, kind: u8, payload: Option<&[u8]>) -> Vec<u8> {
    let noise = recipe.noise(12);
    let kind = recipe.number(kind.into()) as u8 & 63;
    // What is decoded is no place for words.
    let payload = payload.filter(|_| kind > 34).unwrap_or(&noise);
    let len = recipe.be32(payload.len() + 2);
    [&len[..], &[kind << 1, 1], payload].concat()
}

/// The decoder configuration, ISO/IEC 14496-15 § 8.3.2.1: lengths of four bytes, parameter sets, perhaps messages.
fn configured(recipe: &mut Recipe<'_>) -> Vec<u8> {
    let mut arrays = Vec::new();
    for kind in [32, 33, 34] {
        let payload = recipe.noise(6);
        arrays.push(array(recipe, kind, &payload));
    }
    if recipe.once_in(3) {
        let kind = recipe.pick(&[39, 40, 35, 63]);
        let payload = [&[5, SECRET.len() as u8], SECRET, b"\x80"].concat();
        arrays.push(array(recipe, kind, &payload));
    }
    recipe.disturb(&mut arrays);
    let mut content = vec![1; 21];
    content.push(recipe.pick(&[0xFF, 0xFD, 0xFC]));
    content.push(recipe.number(arrays.len() as u64) as u8);
    content.extend(arrays.concat());
    content
}

fn array(recipe: &mut Recipe<'_>, kind: u8, payload: &[u8]) -> Vec<u8> {
    let unit = [&[kind << 1, 1], payload].concat();
    let (count, len) = (recipe.be16(1), recipe.be16(unit.len()));
    [&[kind][..], &count, &len, &unit].concat()
}
