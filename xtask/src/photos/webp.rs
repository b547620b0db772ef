//! WebP, RFC 9649, lossless.

use super::blocks::{Noise, exif, profile, xmp};

const WIDTH: usize = 4096;
/// What one row of pixels takes: three codes of eight bits each; transparency takes none.
const ROW_BYTES: usize = 3 * WIDTH;

/// A photo of about `bytes`, up to some 200 MB, that every decoder shows.
pub(super) fn photo(bytes: usize, seed: u64) -> Vec<u8> {
    let height = (bytes / ROW_BYTES).clamp(1, 16_383);
    let mut bits = Bits::default();
    bits.push(0x2F, 8); // RFC 9649 § 3.4
    bits.push(WIDTH as u32 - 1, 14);
    bits.push(height as u32 - 1, 14);
    bits.push(0, 4); // opaque, version 0
    bits.push(0, 3); // no transform, no colour cache, one group of codes
    for (literals, others) in [(256, 24), (256, 0), (256, 0)] {
        eight_bit_codes(&mut bits, literals, others);
    }
    bits.push(0b111_1111_1101, 11); // transparency: one symbol, of eight bits, 255
    bits.push(0b0001, 4); // distance: one symbol, of one bit, 0
    let mut pixels = bits.finish();
    // Any eight bits are some literal, so noise needs no coding.
    let group = Noise::new(seed).bytes(64 * ROW_BYTES);
    while pixels.len() < height * ROW_BYTES {
        pixels.extend_from_slice(&group);
    }
    pixels.truncate(height * ROW_BYTES + 64);
    pixels.extend([0; 64]); // the last code may begin in one byte and end in the next

    let mut file = b"RIFF\0\0\0\0WEBP".to_vec();
    let [w0, w1, w2, _] = (WIDTH as u32 - 1).to_le_bytes();
    let [h0, h1, h2, _] = (height as u32 - 1).to_le_bytes();
    chunk(
        &mut file,
        *b"VP8X",
        &[0b10_1100, 0, 0, 0, w0, w1, w2, h0, h1, h2],
    );
    chunk(&mut file, *b"ICCP", &profile());
    chunk(&mut file, *b"VP8L", &pixels);
    chunk(&mut file, *b"EXIF", &exif());
    chunk(&mut file, *b"XMP ", &xmp());
    let len = (file.len() as u32 - 8).to_le_bytes();
    file[4..8].copy_from_slice(&len);
    file
}

fn chunk(file: &mut Vec<u8>, label: [u8; 4], content: &[u8]) {
    file.extend(label);
    file.extend((content.len() as u32).to_le_bytes());
    file.extend(content);
    if content.len() % 2 == 1 {
        file.push(0);
    }
}

/// A prefix code with eight bits for each of the literals and none for the others, RFC 9649 § 3.7.2.1.2.
fn eight_bit_codes(bits: &mut Bits, literals: usize, others: usize) {
    bits.push(0, 1);
    bits.push(12 - 4, 4);
    // In the order of that clause: 0 is the third, 8 the twelfth.
    for length in [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1] {
        bits.push(length, 3);
    }
    bits.push(0, 1); // the whole alphabet
    (0..literals).for_each(|_| bits.push(1, 1));
    (0..others).for_each(|_| bits.push(0, 1));
}

/// A writer of bits, least significant first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    pending: u64,
    count: u32,
}

impl Bits {
    fn push(&mut self, value: u32, count: u32) {
        self.pending |= u64::from(value) << self.count;
        self.count += count;
        while self.count >= 8 {
            self.bytes.push(self.pending as u8);
            self.pending >>= 8;
            self.count -= 8;
        }
    }

    fn finish(mut self) -> Vec<u8> {
        if self.count > 0 {
            self.bytes.push(self.pending as u8);
        }
        self.bytes
    }
}
