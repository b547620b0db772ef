//! WebP, RFC 9649.

use crate::blocks::{exif, icc, provenance, trailer, xmp};
use crate::pictures::{VP8, VP8L};
use crate::recipe::Recipe;

pub fn build(recipe: &mut Recipe<'_>) -> Vec<u8> {
    let lossless = !recipe.once_in(2);
    let (width, height) = if lossless { (9, 5) } else { (1, 1) };
    let picture: (&[u8; 4], &[u8]) = if lossless {
        (b"VP8L", &VP8L)
    } else {
        (b"VP8 ", VP8)
    };
    let mut content = Vec::new();
    if recipe.once_in(4) {
        let (label, data) = picture;
        content.extend(chunk(recipe, label, data));
        if recipe.once_in(2) {
            let found = extra(recipe);
            content.extend(found.0);
        }
    } else {
        extended(recipe, picture, (width, height), &mut content);
    }
    let mut file = b"RIFF".to_vec();
    file.extend(recipe.le32(content.len() + 4));
    file.extend(b"WEBP");
    file.extend(content);
    if recipe.once_in(3) {
        file.extend(trailer(recipe));
    }
    recipe.spoil(&mut file);
    file
}

/// RFC 9649 § 2.7.
fn extended(
    recipe: &mut Recipe<'_>,
    picture: (&[u8; 4], &[u8]),
    (width, height): (usize, usize),
    out: &mut Vec<u8>,
) {
    let mut flags = 0_u8;
    let mut chunks = Vec::new();
    let animated = recipe.once_in(3);
    if animated {
        flags |= 0x02;
        chunks.push(chunk(recipe, b"ANIM", &[0, 0, 0, 0, 0, 0]));
        for _ in 0..=recipe.below(3) {
            let mut content = Vec::new();
            content.extend(triple(recipe, 0));
            content.extend(triple(recipe, 0));
            content.extend(triple(recipe, width - 1));
            content.extend(triple(recipe, height - 1));
            content.extend(triple(recipe, 100));
            content.push(recipe.pick(&[0, 1, 2, 3, 0xFC]));
            content.extend(coded(recipe, picture, (width, height), &mut flags));
            chunks.push(chunk(recipe, b"ANMF", &content));
        }
    } else {
        let pieces = coded(recipe, picture, (width, height), &mut flags);
        chunks.push(pieces);
    }
    for _ in 0..recipe.count(5) {
        let (found, flag) = extra(recipe);
        flags |= flag;
        if flag == 0x20 || recipe.once_in(4) {
            chunks.insert(0, found);
        } else {
            chunks.push(found);
        }
    }
    recipe.disturb(&mut chunks);
    let mut header = vec![recipe.number(flags.into()) as u8];
    header.extend(if recipe.once_in(8) { *b"sec" } else { [0; 3] });
    header.extend(triple(recipe, width - 1));
    header.extend(triple(recipe, height - 1));
    out.extend(chunk(recipe, b"VP8X", &header));
    out.extend(chunks.concat());
}

/// The pixels, and the transparency of a lossy picture.
fn coded(
    recipe: &mut Recipe<'_>,
    (label, data): (&[u8; 4], &[u8]),
    (width, height): (usize, usize),
    flags: &mut u8,
) -> Vec<u8> {
    let mut out = Vec::new();
    if label == b"VP8L" {
        *flags |= 0x10;
    } else if recipe.once_in(3) {
        *flags |= 0x10;
        let alpha = [vec![0], recipe.noise(width * height)].concat();
        out.extend(chunk(recipe, b"ALPH", &alpha));
    }
    if recipe.once_in(12) {
        let (found, _) = extra(recipe);
        out.extend(found);
    }
    out.extend(chunk(recipe, label, data));
    if recipe.once_in(12) {
        let (found, _) = extra(recipe);
        out.extend(found);
    }
    out
}

fn triple(recipe: &mut Recipe<'_>, right: usize) -> [u8; 3] {
    let [a, b, c, _] = recipe.le32(right);
    [a, b, c]
}

fn chunk(recipe: &mut Recipe<'_>, label: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut out = [&label[..], &recipe.le32(content.len()), content].concat();
    if content.len() % 2 == 1 {
        out.push(if recipe.once_in(12) { b'!' } else { 0 });
    }
    out
}

/// Something besides pictures, and the flag that announces it.
fn extra(recipe: &mut Recipe<'_>) -> (Vec<u8>, u8) {
    let (label, content, flag): (&[u8; 4], Vec<u8>, u8) = match recipe.below(8) {
        0 => (b"EXIF", exif(recipe), 0x08),
        1 => (b"XMP ", xmp(recipe), 0x04),
        2 => (b"ICCP", icc(recipe), 0x20),
        3 => (b"C2PA", provenance(recipe), 0),
        4 => (b"EXIF", [b"Exif\0\0", &exif(recipe)[..]].concat(), 0x08),
        5 => (b"XMP\0", xmp(recipe), 0x04),
        6 => (b"ALPH", [vec![0], recipe.noise(20)].concat(), 0),
        _ => (b"JUNK", recipe.secret(), 0),
    };
    (chunk(recipe, label, &content), flag)
}
