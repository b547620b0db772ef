//! JPEG XL: a bare codestream, or one in boxes (ISO/IEC 18181-2).

use crate::blocks::{exif, provenance, trailer, xmp};
use crate::boxes::bx;
use crate::pictures::JXL;
use crate::recipe::{Recipe, SECRET};

pub fn build(recipe: &mut Recipe<'_>) -> Vec<u8> {
    let mut codestream = JXL[recipe.below(JXL.len())].clone();
    if recipe.once_in(8) {
        codestream.extend(SECRET);
    }
    if recipe.once_in(6) {
        recipe.spoil(&mut codestream);
        return codestream;
    }
    let mut boxes = Vec::new();
    for _ in 0..recipe.count(4) {
        boxes.push(extra(recipe));
    }
    if recipe.once_in(4) {
        boxes.push(bx(recipe, b"jxll", &[5]));
    }
    if recipe.once_in(3) {
        let pieces = 1 + recipe.below(4);
        let len = codestream.len().div_ceil(pieces);
        let count = codestream.chunks(len).len();
        for (number, piece) in codestream.chunks(len).enumerate() {
            let is_last = if number + 1 == count { 0x8000_0000 } else { 0 };
            let number = recipe.be32(number | is_last);
            boxes.push(bx(recipe, b"jxlp", &[&number[..], piece].concat()));
            if recipe.once_in(6) {
                boxes.push(extra(recipe));
            }
        }
    } else {
        boxes.push(bx(recipe, b"jxlc", &codestream));
    }
    for _ in 0..recipe.count(4) {
        boxes.push(extra(recipe));
    }
    recipe.disturb(&mut boxes);
    let mut file = b"\0\0\0\x0CJXL \r\n\x87\n".to_vec();
    let brands = if recipe.once_in(8) {
        &b"jxl \0\0\0\0jxl JANE"[..]
    } else {
        b"jxl \0\0\0\0jxl "
    };
    file.extend(bx(recipe, b"ftyp", brands));
    file.extend(boxes.concat());
    if recipe.once_in(4) {
        file.extend(trailer(recipe));
    }
    recipe.spoil(&mut file);
    file
}

fn extra(recipe: &mut Recipe<'_>) -> Vec<u8> {
    match recipe.below(10) {
        0 => {
            let block = exif(recipe);
            bx(recipe, b"Exif", &[&[0; 4][..], &block].concat())
        }
        1 => {
            let packet = xmp(recipe);
            bx(recipe, b"xml ", &packet)
        }
        2 => {
            let store = provenance(recipe);
            bx(recipe, b"jumb", &store)
        }
        3 => {
            let label = recipe.pick(&[*b"xml ", *b"Exif", *b"jumb", *b"brob", *b"jxlc"]);
            let content = stored(SECRET);
            bx(recipe, b"brob", &[&label[..], &content].concat())
        }
        4 => {
            let content = recipe.secret();
            bx(recipe, b"jbrd", &content)
        }
        5 => {
            let content = recipe.secret();
            bx(recipe, b"free", &content)
        }
        6 => bx(recipe, b"jxli", &[0, 0, 0, 1, 0, 0, 0, 1]),
        7 => {
            let content = recipe.secret();
            bx(recipe, b"jhgm", &content)
        }
        8 => bx(recipe, b"jxll", SECRET),
        _ => {
            let content = recipe.secret();
            bx(recipe, b"zzzz", &content)
        }
    }
}

/// A Brotli stream that holds its bytes as they are, RFC 7932 § 9.2.
fn stored(data: &[u8]) -> Vec<u8> {
    // A window of 16 bits (one bit 0); then not last, four nibbles of length, uncompressed: up to the end of three bytes.
    let len = data.len() as u32 - 1;
    let head = len << 4 | 1 << 20;
    [&head.to_le_bytes()[..3], data, &[3]].concat()
}
