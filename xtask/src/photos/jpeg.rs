//! JPEG, ITU-T T.81.

use super::blocks::{Noise, exif};

/// Width of every photo, in 8×8 blocks.
const BLOCKS_PER_ROW: usize = 512;

/// A grey baseline JPEG of about `bytes`, up to some 130 MB, that every decoder shows.
///
/// One group of eight block rows is encoded once and repeated: each row is a restart interval of its own, and restart markers
/// count to eight, so that the repetition is valid and large files are made at the speed of copying.
pub(crate) fn photo(bytes: usize, seed: u64) -> Vec<u8> {
    let group = group(seed, 1);
    let groups = (bytes / group.len()).clamp(1, 1000);
    repeated(&group, groups, 1)
}

/// The same in colour at full chroma: 4096 pixels wide, and of about as many megapixels, up to some 260. It has as much detail as
/// a phone's photo, which takes some 3 to 5 MB for 12 megapixels.
pub(crate) fn colour(megapixels: usize, seed: u64) -> Vec<u8> {
    let pixels = BLOCKS_PER_ROW * 8 * 64;
    let groups = (megapixels * 1_000_000 / pixels).clamp(1, 1000);
    repeated(&group(seed, 3), groups, 3)
}

fn repeated(group: &[u8], groups: usize, channels: u8) -> Vec<u8> {
    let mut file = header(groups * 64, channels);
    for _ in 0..groups {
        file.extend_from_slice(group);
    }
    // The last restart marker would announce one more interval: the end of the image stands there instead.
    file.truncate(file.len() - 2);
    file.extend([0xFF, 0xD9]);
    file
}

/// ITU T.81 Annex B: everything before the entropy-coded data.
fn header(height: usize, channels: u8) -> Vec<u8> {
    let mut file = vec![0xFF, 0xD8];
    segment(&mut file, 0xE1, &[b"Exif\0\0", &exif()[..]].concat());
    segment(&mut file, 0xDB, &[&[0][..], &[16; 64]].concat());
    let (width, height) = ((BLOCKS_PER_ROW * 8) as u16, height as u16);
    let ([w0, w1], [h0, h1]) = (width.to_be_bytes(), height.to_be_bytes());
    let frame = [8, h0, h1, w0, w1, channels];
    let components = (1..=channels).flat_map(|id| [id, 0x11, 0]);
    let frame: Vec<u8> = frame.into_iter().chain(components).collect();
    segment(&mut file, 0xC0, &frame);
    // Two tables whose codes are all four bits long, so that the code of the n-th symbol is n.
    let dc: Vec<u8> = (0..=9).collect();
    let ac: Vec<u8> = (0..=8).collect();
    segment(
        &mut file,
        0xC4,
        &[&table(0x00, &dc)[..], &table(0x10, &ac)].concat(),
    );
    let [i0, i1] = (BLOCKS_PER_ROW as u16).to_be_bytes();
    segment(&mut file, 0xDD, &[i0, i1]);
    let components = (1..=channels).flat_map(|id| [id, 0]);
    let scan = std::iter::once(channels).chain(components);
    let scan: Vec<u8> = scan.chain([0, 63, 0]).collect();
    segment(&mut file, 0xDA, &scan);
    file
}

fn segment(file: &mut Vec<u8>, marker: u8, payload: &[u8]) {
    file.extend([0xFF, marker]);
    file.extend((payload.len() as u16 + 2).to_be_bytes());
    file.extend(payload);
}

fn table(class: u8, symbols: &[u8]) -> Vec<u8> {
    let mut table = vec![class];
    table.extend((1..=16).map(|length| if length == 4 { symbols.len() as u8 } else { 0 }));
    table.extend(symbols);
    table
}

/// Eight block rows of noise, each followed by its restart marker.
fn group(seed: u64, channels: usize) -> Vec<u8> {
    let mut noise = Noise::new(seed);
    let mut random = |below: u64| noise.number() % below;
    let mut bits = Bits::default();
    for row in 0..8u8 {
        for block in 0..BLOCKS_PER_ROW * channels {
            let (coefficients, size_max) = match (channels, block % channels) {
                (1, _) => (40, 4),
                (_, 0) => (14, 1),
                _ => (4, 1),
            };
            bits.coefficient(3, random(8));
            for _ in 0..coefficients {
                let size = 1 + random(size_max) as u8;
                bits.coefficient(size, random(1 << size));
            }
            bits.push(0, 4); // end of block
        }
        bits.end_of_interval(row);
    }
    bits.bytes
}

/// A writer of bits, most significant first, that escapes 0xFF as the format asks.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    pending: u64,
    count: u32,
}

impl Bits {
    /// A size code and that many bits of value.
    fn coefficient(&mut self, size: u8, value: u64) {
        self.push(u64::from(size), 4);
        self.push(value, u32::from(size));
    }

    fn push(&mut self, value: u64, count: u32) {
        self.pending = self.pending << count | value;
        self.count += count;
        while self.count >= 8 {
            self.count -= 8;
            let byte = (self.pending >> self.count) as u8;
            self.bytes.push(byte);
            if byte == 0xFF {
                self.bytes.push(0);
            }
        }
    }

    fn end_of_interval(&mut self, row: u8) {
        let padding = (8 - self.count % 8) % 8;
        self.push((1 << padding) - 1, padding);
        self.bytes.extend([0xFF, 0xD0 + row]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_about_what_was_asked_for() {
        for bytes in [200_000, 4_000_000, 50_000_000] {
            let length = photo(bytes, 1).len();
            assert!(length.abs_diff(bytes) < 150_000, "{length} for {bytes}");
        }
    }

    #[test]
    fn a_photo_in_colour_is_as_large_as_a_phones() {
        let bytes = colour(12, 1).len();
        assert!((3_000_000..5_000_000).contains(&bytes), "{bytes}");
    }

    #[test]
    fn a_photo_begins_and_ends_as_a_jpeg_does() {
        let photo = photo(300_000, 7);
        assert_eq!(&photo[..4], &[0xFF, 0xD8, 0xFF, 0xE1]);
        assert_eq!(&photo[photo.len() - 2..], &[0xFF, 0xD9]);
        assert_ne!(
            &photo[photo.len() - 4..photo.len() - 3],
            &[0xFF],
            "no restart marker before the end"
        );
        assert!(photo.windows(15).any(|window| window == b"SN-0123456789AB"));
    }

    #[test]
    fn equal_seeds_make_equal_photos() {
        assert_eq!(photo(100_000, 3), photo(100_000, 3));
        assert_ne!(photo(100_000, 3), photo(100_000, 5));
    }
}
