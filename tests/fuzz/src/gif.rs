//! GIF87a and GIF89a.

use crate::blocks::{icc, provenance, trailer, xmp};
use crate::recipe::{Recipe, SECRET};

pub fn build(recipe: &mut Recipe<'_>) -> Vec<u8> {
    let mut file = recipe.pick(&[*b"GIF89a", *b"GIF87a"]).to_vec();
    let (width, height) = (1 + recipe.below(6), 1 + recipe.below(6));
    file.extend(recipe.le16(width));
    file.extend(recipe.le16(height));
    let has_table = !recipe.once_in(6);
    file.extend([if has_table { 0x81 } else { 0 }, 0, recipe.pick(&[0, 49])]);
    if has_table {
        file.extend(recipe.noise(12));
    }
    let mut blocks = Vec::new();
    for _ in 0..recipe.count(4) {
        blocks.push(extra(recipe));
    }
    for _ in 0..=recipe.count(3) {
        if recipe.once_in(2) {
            blocks.push(control(recipe));
        }
        blocks.push(image(recipe, width, height));
        if recipe.once_in(3) {
            blocks.push(extra(recipe));
        }
    }
    recipe.disturb(&mut blocks);
    file.extend(blocks.concat());
    if !recipe.once_in(24) {
        file.push(0x3B);
    }
    if recipe.once_in(3) {
        file.extend(trailer(recipe));
    }
    recipe.spoil(&mut file);
    file
}

/// GIF89a § 23.
fn control(recipe: &mut Recipe<'_>) -> Vec<u8> {
    let [low, high] = recipe.le16(10);
    vec![
        0x21,
        0xF9,
        recipe.number(4) as u8,
        recipe.pick(&[0, 4, 9, 0xE0]),
        low,
        high,
        recipe.byte(),
        recipe.number(0) as u8,
    ]
}

/// GIF89a § 20 to § 22: codes of three bits, with the table cleared before it would grow.
fn image(recipe: &mut Recipe<'_>, width: usize, height: usize) -> Vec<u8> {
    let mut out = vec![0x2C];
    out.extend(recipe.le16(0));
    out.extend(recipe.le16(0));
    out.extend(recipe.le16(width));
    out.extend(recipe.le16(height));
    let flags = recipe.pick(&[0, 0x81, 0x40, 0x20]);
    out.push(flags);
    if flags & 0x80 != 0 {
        out.extend(recipe.noise(12));
    }
    let pixels = recipe.noise(width * height);
    let mut codes = Vec::new();
    for pair in pixels.chunks(2) {
        codes.push(4);
        codes.extend(pair.iter().map(|pixel| pixel & 3));
    }
    codes.push(5);
    let mut data = vec![0_u8; (codes.len() * 3).div_ceil(8)];
    for (at, code) in codes.iter().enumerate() {
        for bit in 0..3 {
            data[(at * 3 + bit) / 8] |= (code >> bit & 1) << ((at * 3 + bit) % 8);
        }
    }
    out.push(recipe.number(2) as u8);
    out.extend(blocks(recipe, &data, 255));
    out
}

/// Sub-blocks, GIF89a § 15.
fn blocks(recipe: &mut Recipe<'_>, data: &[u8], most: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let len = if recipe.once_in(6) {
        1 + recipe.below(most)
    } else {
        most
    };
    for piece in data.chunks(len) {
        out.push(recipe.number(piece.len() as u64) as u8);
        out.extend(piece);
    }
    out.push(recipe.number(0) as u8);
    out
}

fn extra(recipe: &mut Recipe<'_>) -> Vec<u8> {
    let application = |recipe: &mut Recipe<'_>, name: &[u8; 11], data: &[u8]| {
        [
            &[0x21, 0xFF, recipe.number(11) as u8][..],
            name,
            &blocks(recipe, data, 255),
        ]
        .concat()
    };
    match recipe.below(12) {
        0 => {
            let text = recipe.text();
            [&[0x21, 0xFE][..], &blocks(recipe, &text, 255)].concat()
        }
        1 => {
            let text = recipe.text();
            [
                &[0x21, 0x01, 12, 0, 0, 0, 0, 0, 0, 0, 0, 8, 8, 1, 0][..],
                &blocks(recipe, &text, 255),
            ]
            .concat()
        }
        2 => {
            // The magic trailer of XMP in GIF: 258 bytes that end wherever a reader of sub-blocks comes out.
            let tail: Vec<u8> = [1].into_iter().chain((0..=255).rev()).chain([0]).collect();
            [b"\x21\xFF\x0BXMP DataXMP", &xmp(recipe)[..], &tail].concat()
        }
        3 => application(recipe, b"NETSCAPE2.0", &[1, 0, 0]),
        4 => application(recipe, b"ANIMEXTS1.0", &[1, 5, 0]),
        5 => application(recipe, b"NETSCAPE2.0", &[&[1, 0, 0], SECRET].concat()),
        6 => {
            let store = provenance(recipe);
            application(recipe, b"C2PA_GIF\x01\0\0", &store)
        }
        7 => {
            let profile = icc(recipe);
            application(recipe, b"ICCRGBG1012", &profile)
        }
        8 => application(recipe, b"MGK8BIM0000", SECRET),
        9 => {
            let data = recipe.secret();
            application(recipe, b"planted sec", &data)
        }
        10 => control(recipe),
        _ => {
            let data = recipe.secret();
            [&[0x21, recipe.byte()][..], &blocks(recipe, &data, 255)].concat()
        }
    }
}
