//! BMP, with headers of every version.

use crate::blocks::{icc, trailer};
use crate::recipe::{Recipe, SECRET};

pub fn build(recipe: &mut Recipe<'_>) -> Vec<u8> {
    let header_len = recipe.pick(&[40_usize, 12, 124, 108, 56, 52, 64, 16]);
    let bits = recipe.pick(&[24_usize, 32, 8, 4, 1, 16]);
    let compression = if header_len >= 40 {
        recipe.pick(&[0_usize, 0, 3, 1, 2, 6, 4])
    } else {
        0
    };
    let (width, height) = (1 + recipe.below(9), 1 + recipe.below(9));
    let is_top_down = recipe.once_in(6);
    let colours = if bits <= 8 { 1 << bits } else { 0 };
    let row = (width * bits).div_ceil(32) * 4;
    let pixels = match compression {
        1 => rows(recipe, width, height),
        _ => recipe.noise(row * height),
    };
    let mut masks = Vec::new();
    if (compression == 3 || compression == 6) && header_len == 40 {
        masks.extend(recipe.le32(0x00FF_0000));
        masks.extend(recipe.le32(0x0000_FF00));
        masks.extend(recipe.le32(0x0000_00FF));
    }
    let palette = recipe.noise(colours * if header_len == 12 { 3 } else { 4 });
    let gap = if recipe.once_in(3) {
        recipe.secret()
    } else {
        Vec::new()
    };
    let profile = match recipe.below(6) {
        _ if header_len < 124 => Vec::new(),
        0 | 1 => icc(recipe),
        // The path of a file on someone's machine.
        2 => [b"C:\\Users\\", SECRET, b"\\p.icc\0"].concat(),
        _ => Vec::new(),
    };
    let pixels_at = 14 + header_len + masks.len() + palette.len() + gap.len();
    let between = if recipe.once_in(6) { SECRET } else { b"" };
    let profile_at = pixels_at - 14 + pixels.len() + between.len();

    let mut header = recipe.le32(header_len).to_vec();
    if header_len == 12 {
        header.extend(recipe.le16(width));
        header.extend(recipe.le16(height));
        header.extend(recipe.le16(1));
        header.extend(recipe.le16(bits));
    } else {
        let height = height as i32 * if is_top_down { -1 } else { 1 };
        header.extend(recipe.le32(width));
        header.extend((recipe.number(height as u64) as u32).to_le_bytes());
        header.extend(recipe.le16(1));
        header.extend(recipe.le16(bits));
        header.extend(recipe.le32(compression));
        header.extend(recipe.le32(pixels.len()));
        header.extend(recipe.le32(2835));
        header.extend(recipe.le32(2835));
        header.extend(recipe.le32(colours));
        header.extend(recipe.le32(0));
        for mask in [0x00FF_0000, 0x0000_FF00, 0x0000_00FF, 0xFF00_0000] {
            header.extend(recipe.le32(mask));
        }
        let space = recipe.pick(&[*b"BGRs", *b"DEBM", *b"KNIL", *b" niW", [0; 4]]);
        header.extend(space);
        header.extend(recipe.noise(48));
        header.extend(recipe.le32(4));
        header.extend(recipe.le32(profile_at));
        header.extend(recipe.le32(profile.len()));
        header.extend(recipe.le32(0));
        header.truncate(header_len);
    }
    let reserved = if recipe.once_in(8) { *b"Jane" } else { [0; 4] };
    let size = profile_at + 14 + profile.len();
    let mut file = [
        b"BM",
        &recipe.le32(size)[..],
        &reserved,
        &recipe.le32(pixels_at),
    ]
    .concat();
    for piece in [
        &header,
        &masks,
        &palette,
        &gap,
        &pixels,
        &between.to_vec(),
        &profile,
    ] {
        file.extend(piece);
    }
    if recipe.once_in(3) {
        file.extend(trailer(recipe));
    }
    recipe.spoil(&mut file);
    file
}

/// Rows in runs of one colour, sometimes with words behind the end.
fn rows(recipe: &mut Recipe<'_>, width: usize, height: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for _ in 0..height {
        out.extend([recipe.number(width as u64) as u8, 7]);
        if recipe.once_in(8) {
            out.extend([0, 3, 1, 2, 3, b'!']);
        }
        out.extend([0, 0]);
    }
    out.extend([0, 1]);
    if recipe.once_in(6) {
        out.extend(SECRET);
    }
    out
}
