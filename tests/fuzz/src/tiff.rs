//! TIFF 6.0 and BigTIFF: pages of strips or tiles, with everything that cameras and scanners add.

use crate::blocks::{Entry, Order, directory, exif, icc, link, photoshop, trailer, xmp};
use crate::recipe::{NAME, Recipe, SECRET};

pub fn build(recipe: &mut Recipe<'_>) -> Vec<u8> {
    let order = Order {
        little: recipe.once_in(2),
    };
    let mut file = if order.little {
        b"II*\0".to_vec()
    } else {
        b"MM\0*".to_vec()
    };
    file.extend([0; 4]);
    let mut before: Option<(usize, usize)> = None;
    for page in 0..=recipe.count(3) {
        if recipe.once_in(4) {
            file.extend(SECRET);
        }
        let mut entries = page_entries(recipe, order, &mut file);
        for _ in 0..recipe.count(6) {
            entries.push(extra(recipe, order, &mut file));
        }
        entries.sort_by_key(|entry| entry.0);
        recipe.disturb(&mut entries);
        if file.len() % 2 == 1 {
            file.push(0);
        }
        let count = entries.len();
        let at = directory(recipe, order, &mut file, &entries);
        match before {
            None => {
                let first = order.u32(recipe.number(at as u64) as u32);
                file[4..8].copy_from_slice(&first);
            }
            Some((directory, entries)) => link(recipe, order, &mut file, directory, entries, at),
        }
        before = Some((at, count));
        // Some point back: a chain without end.
        if page > 0 && recipe.once_in(16) {
            link(recipe, order, &mut file, at, count, at);
        }
    }
    if recipe.once_in(4) {
        file.extend(trailer(recipe));
    }
    recipe.spoil(&mut file);
    file
}

/// TIFF 6.0 § 8: what a page cannot be shown without; its pixels are appended to the file.
fn page_entries(recipe: &mut Recipe<'_>, order: Order, file: &mut Vec<u8>) -> Vec<Entry> {
    let short = |tag: u16, value: usize| Entry(tag, 3, 1, order.u16(value as u16).to_vec());
    let long = |tag: u16, values: &[usize]| {
        let bytes = values.iter().flat_map(|value| order.u32(*value as u32));
        Entry(tag, 4, values.len() as u32, bytes.collect())
    };
    let samples = recipe.pick(&[1_usize, 3, 4]);
    let (width, height) = (1 + recipe.below(9), 1 + recipe.below(9));
    let is_tiled = recipe.once_in(5);
    let (rows, pieces, len) = if is_tiled {
        (16, 1, 16 * 16 * samples)
    } else {
        let rows = 1 + recipe.below(height);
        (rows, height.div_ceil(rows), rows * width * samples)
    };
    let (mut places, mut lengths) = (Vec::new(), Vec::new());
    for piece in 0..pieces {
        let is_last = !is_tiled && piece + 1 == pieces;
        let len = if is_last {
            (height - rows * piece) * width * samples
        } else {
            len
        };
        places.push(recipe.number(file.len() as u64) as usize);
        lengths.push(recipe.number(len as u64) as usize);
        file.extend(recipe.noise(len));
        if recipe.once_in(6) {
            file.extend(SECRET);
        }
    }
    let resolution = [order.u32(72), order.u32(1)].concat();
    let depths: Vec<u8> = (0..samples).flat_map(|_| order.u16(8)).collect();
    let mut entries = vec![
        short(256, width),
        short(257, height),
        Entry(258, 3, samples as u32, depths),
        short(259, recipe.pick(&[1, 5, 7, 8, 32_773, 4, 34_712])),
        short(262, if samples == 1 { 1 } else { 2 }),
        short(277, samples),
        Entry(282, 5, 1, resolution.clone()),
        Entry(283, 5, 1, resolution),
        short(296, 2),
    ];
    if samples == 4 {
        entries.push(short(338, 2));
    }
    if is_tiled {
        entries.extend([
            short(322, 16),
            short(323, 16),
            long(324, &places),
            long(325, &lengths),
        ]);
    } else {
        entries.extend([long(273, &places), short(278, rows), long(279, &lengths)]);
    }
    entries
}

fn extra(recipe: &mut Recipe<'_>, order: Order, file: &mut Vec<u8>) -> Entry {
    let bytes = |tag: u16, value: Vec<u8>| Entry(tag, 7, value.len() as u32, value);
    let at = file.len();
    let pointer = |tag: u16| Entry(tag, 4, 1, order.u32(at as u32).to_vec());
    match recipe.below(20) {
        0 => Entry::text(271, NAME),
        1 => Entry::text(270, &recipe.text()),
        2 => Entry::text(306, b"2024:01:02 03:04:05"),
        3 => Entry::text(269, SECRET),
        4 => Entry::text(305, SECRET),
        5 => bytes(700, xmp(recipe)),
        6 => bytes(33_723, recipe.secret()),
        7 => bytes(34_377, photoshop(recipe)),
        8 => bytes(34_675, icc(recipe)),
        9 => Entry(
            274,
            3,
            1,
            order.u16(recipe.pick(&[1, 6, 3, 8, 0, 9])).to_vec(),
        ),
        10 => bytes(65_000, recipe.secret()),
        11 => bytes(37_724, recipe.secret()),
        12 => bytes(50_341, recipe.secret()),
        13 => {
            directory(recipe, order, file, &[Entry::text(0xA431, SECRET)]);
            pointer(34_665)
        }
        14 => {
            directory(recipe, order, file, &[Entry::text(0x1B, SECRET)]);
            pointer(34_853)
        }
        15 => {
            // A smaller picture of the same, or a circle.
            let entries = page_entries(recipe, order, file);
            let at = directory(recipe, order, file, &entries);
            Entry(330, 4, 1, order.u32(at as u32).to_vec())
        }
        16 => Entry(254, 4, 1, order.u32(recipe.pick(&[0, 1, 2, 4])).to_vec()),
        17 => bytes(
            347,
            [b"\xFF\xD8\xFF\xFE\0\x10", SECRET, b"\xFF\xD9"].concat(),
        ),
        18 => bytes(320, recipe.secret()),
        _ => {
            let block = exif(recipe);
            bytes(34_665, block)
        }
    }
}
