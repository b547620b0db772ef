//! BMP, 24 bits a pixel, rows from below, with what a program left behind the picture.

use super::blocks::Noise;

const WIDTH: usize = 1024;
const ROW_BYTES: usize = 3 * WIDTH;
const HEADERS_BYTES: usize = 14 + 40;

/// A photo of about `bytes` that every decoder shows.
pub(super) fn photo(bytes: usize, seed: u64) -> Vec<u8> {
    let height = (bytes / ROW_BYTES).max(1);
    let group = Noise::new(seed).bytes(64 * ROW_BYTES);
    let pixels = height * ROW_BYTES;
    let mut file = b"BM".to_vec();
    file.extend(((HEADERS_BYTES + pixels) as u32).to_le_bytes());
    file.extend([0; 4]);
    for number in [HEADERS_BYTES as u32, 40, WIDTH as u32, height as u32] {
        file.extend(number.to_le_bytes());
    }
    file.extend([1, 0, 24, 0]);
    for number in [0, pixels as u32, 2_835, 2_835, 0, 0] {
        file.extend(u32::to_le_bytes(number));
    }
    while file.len() < HEADERS_BYTES + pixels {
        file.extend_from_slice(&group);
    }
    file.truncate(HEADERS_BYTES + pixels);
    file.extend(b"scanned by Jane Doe on SN-0123456789AB");
    file
}
