//! PNG (Third Edition), with the small IDAT chunks that libpng writes.

use super::blocks::{Noise, exif, xmp};
use crate::png::{adler32, chunk};

/// What libpng puts into one IDAT chunk unless told otherwise.
const CHUNK_BYTES: usize = 8192;
/// One stored block, RFC 1951 § 3.2.4, fills a chunk.
const BLOCK_BYTES: usize = CHUNK_BYTES - 5;
/// Three rows of 682 RGBA pixels and their filter types fill a block.
const WIDTH: usize = 682;
const ROW_BYTES: usize = 1 + 4 * WIDTH;
/// Chunks of noise that differ; then they repeat, so that large files are made at the speed of copying.
const CHUNKS: usize = 8;

/// A photo of about `bytes` that every decoder shows.
pub(super) fn photo(bytes: usize, seed: u64) -> Vec<u8> {
    let mut noise = Noise::new(seed);
    let groups = (bytes / (CHUNKS * (CHUNK_BYTES + 12))).max(1);
    let (mut group, mut rows) = (Vec::new(), Vec::new());
    for _ in 0..CHUNKS {
        let mut block = noise.bytes(BLOCK_BYTES);
        block
            .iter_mut()
            .step_by(ROW_BYTES)
            .for_each(|filter| *filter = 0);
        let len = BLOCK_BYTES as u16;
        let data = [&[0][..], &len.to_le_bytes(), &(!len).to_le_bytes(), &block].concat();
        chunk(&mut group, *b"IDAT", &data);
        rows.extend(block);
    }

    let height = groups * CHUNKS * BLOCK_BYTES / ROW_BYTES;
    let mut file = b"\x89PNG\r\n\x1A\n".to_vec();
    let size = [(WIDTH as u32).to_be_bytes(), (height as u32).to_be_bytes()].concat();
    chunk(&mut file, *b"IHDR", &[&size[..], &[8, 6, 0, 0, 0]].concat());
    chunk(
        &mut file,
        *b"pHYs",
        &[0, 0, 0x0B, 0x13, 0, 0, 0x0B, 0x13, 1],
    );
    chunk(&mut file, *b"eXIf", &exif());
    chunk(
        &mut file,
        *b"iTXt",
        &[b"XML:com.adobe.xmp\0\0\0\0\0", &xmp()[..]].concat(),
    );
    chunk(&mut file, *b"tEXt", b"Author\0Jane Doe");
    chunk(&mut file, *b"IDAT", &[0x78, 0x01]);
    for _ in 0..groups {
        file.extend_from_slice(&group);
    }
    let sum = adler32(&rows.repeat(groups)).to_be_bytes();
    chunk(
        &mut file,
        *b"IDAT",
        &[&[1, 0, 0, 0xFF, 0xFF], &sum[..]].concat(),
    );
    chunk(&mut file, *b"IEND", &[]);
    file
}
