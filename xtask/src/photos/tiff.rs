//! TIFF 6.0, uncompressed RGB in strips, with the tags of a scanner and a photo program.

use super::blocks::{Noise, profile, xmp};

const WIDTH: usize = 2048;
const ROWS_PER_STRIP: usize = 16;
const STRIP_BYTES: usize = 3 * WIDTH * ROWS_PER_STRIP;
/// Strips of noise that differ; then they repeat, so that large files are made at the speed of copying.
const STRIPS: usize = 8;

/// TIFF 6.0 § 2, field types.
const ASCII: u16 = 2;
const SHORT: u16 = 3;
const LONG: u16 = 4;
const UNDEFINED: u16 = 7;

/// A photo of about `bytes` that every decoder shows.
pub(super) fn photo(bytes: usize, seed: u64) -> Vec<u8> {
    let count = (bytes / STRIP_BYTES).max(1);
    let group = Noise::new(seed).bytes(STRIPS.min(count) * STRIP_BYTES);
    let mut file = b"II*\0\0\0\0\0".to_vec();
    let first = file.len();
    while file.len() < first + count * STRIP_BYTES {
        file.extend_from_slice(&group);
    }
    file.truncate(first + count * STRIP_BYTES);

    let shorts = |numbers: &[u16]| numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
    let longs = |numbers: &[usize]| {
        let bytes = numbers.iter().flat_map(|n| (*n as u32).to_le_bytes());
        bytes.collect::<Vec<u8>>()
    };
    let offsets: Vec<usize> = (0..count).map(|n| first + n * STRIP_BYTES).collect();
    let fields: [(u16, u16, Vec<u8>); 15] = [
        (256, LONG, longs(&[WIDTH])),
        (257, LONG, longs(&[count * ROWS_PER_STRIP])),
        (258, SHORT, shorts(&[8, 8, 8])),
        (259, SHORT, shorts(&[1])),
        (262, SHORT, shorts(&[2])),
        (271, ASCII, b"Scanner Maker\0".to_vec()),
        (273, LONG, longs(&offsets)),
        (277, SHORT, shorts(&[3])),
        (278, LONG, longs(&[ROWS_PER_STRIP])),
        (279, LONG, longs(&vec![STRIP_BYTES; count])),
        (305, ASCII, b"Photo Program 7.1\0".to_vec()),
        (315, ASCII, b"Jane Doe\0".to_vec()),
        (700, UNDEFINED, xmp()),
        (34_675, UNDEFINED, profile()),
        (50_735, ASCII, b"SN-0123456789AB\0".to_vec()),
    ];
    let mut entries = Vec::new();
    for (tag, kind, value) in &fields {
        let unit = match *kind {
            SHORT => 2,
            LONG => 4,
            _ => 1,
        };
        entries.extend(tag.to_le_bytes());
        entries.extend(kind.to_le_bytes());
        entries.extend(((value.len() / unit) as u32).to_le_bytes());
        if value.len() <= 4 {
            entries.extend(value);
            entries.resize(entries.len() + 4 - value.len(), 0);
        } else {
            entries.extend((file.len() as u32).to_le_bytes());
            file.extend(value);
            file.resize(file.len().next_multiple_of(2), 0);
        }
    }
    let directory = (file.len() as u32).to_le_bytes();
    file[4..8].copy_from_slice(&directory);
    file.extend((fields.len() as u16).to_le_bytes());
    file.extend(entries);
    file.extend([0; 4]);
    file
}
