//! MP4 as phones write it, ISO/IEC 14496-12: one track of AVC, with place, device and dates. The coded data has the form of
//! AVC and the content of noise: no decoder shows it, and nothing that cleans without decoding can tell.

use super::blocks::Noise;

/// What a frame of a phone's video takes.
const FRAME_BYTES: usize = 60_000;
/// Frames of noise that differ; then they repeat, so that large files are made at the speed of copying.
const FRAMES: usize = 8;
/// 1 January 2024, in seconds since 1904.
const DATE: u32 = 3_786_912_000;

/// A video of about `bytes`.
pub(super) fn photo(bytes: usize, seed: u64) -> Vec<u8> {
    let count = (bytes / FRAME_BYTES).max(1);
    let mut noise = Noise::new(seed);
    let frames: Vec<Vec<u8>> = (0..FRAMES).map(|_| frame(&mut noise)).collect();
    let mut file = boxed(b"ftyp", &[b"isom\0\0\x02\0isommp42"]);
    let len = 8 + count * FRAME_BYTES;
    file.extend((len as u32).to_be_bytes());
    file.extend(b"mdat");
    let first = file.len();
    for frame in frames.iter().cycle().take(count) {
        file.extend_from_slice(frame);
    }
    file.extend(movie(count, first));
    file
}

/// A length and a unit with a coded slice of a picture that can be decoded by itself, ISO/IEC 14496-10 § 7.3.1.
fn frame(noise: &mut Noise) -> Vec<u8> {
    let mut frame = ((FRAME_BYTES - 4) as u32).to_be_bytes().to_vec();
    frame.push(0x65);
    frame.extend(noise.bytes(FRAME_BYTES - 5));
    frame
}

fn boxed(label: &[u8; 4], content: &[&[u8]]) -> Vec<u8> {
    let content = content.concat();
    let len = (content.len() as u32 + 8).to_be_bytes();
    [&len[..], label, &content].concat()
}

fn full(label: &[u8; 4], numbers: &[u32], rest: &[u8]) -> Vec<u8> {
    boxed(label, &[&[0; 4], &words(numbers), rest])
}

fn words(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|n| n.to_be_bytes()).collect()
}

fn movie(count: usize, first: usize) -> Vec<u8> {
    const UNITY: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];
    let (count, length) = (count as u32, count as u32 * 20);
    let mvhd = full(
        b"mvhd",
        &[DATE, DATE, 600, length, 0x1_0000, 0x0100_0000, 0, 0],
        &words(&[&UNITY[..], &[0; 6], &[2]].concat()),
    );
    let mut tkhd = full(
        b"tkhd",
        &[DATE, DATE, 1, 0, length, 0, 0, 0, 0],
        &words(&[&UNITY[..], &[1920 << 16, 1080 << 16]].concat()),
    );
    tkhd[11] = 7; // shown
    let mdhd = full(b"mdhd", &[DATE, DATE, 600, length, 0x55C4_0000], b"");
    let hdlr = full(b"hdlr", &[0], b"vide\0\0\0\0\0\0\0\0\0\0\0\0Jane's phone\0");
    let mut vmhd = full(b"vmhd", &[0, 0], b"");
    vmhd[11] = 1;
    let mut url = full(b"url ", &[], b"");
    url[11] = 1; // in this file
    let dinf = boxed(b"dinf", &[&full(b"dref", &[1], &url)]);
    let stbl = boxed(
        b"stbl",
        &[
            &full(b"stsd", &[1], &entry()),
            &full(b"stts", &[1, count, 20], b""),
            &full(b"stsc", &[1, 1, count, 1], b""),
            &full(b"stsz", &[FRAME_BYTES as u32, count], b""),
            &full(b"stco", &[1, first as u32], b""),
        ],
    );
    let minf = boxed(b"minf", &[&vmhd, &dinf, &stbl]);
    let mdia = boxed(b"mdia", &[&mdhd, &hdlr, &minf]);
    let place = boxed(b"\xA9xyz", &[&[0, 18, 0x15, 0xC7], b"+52.5200+013.4050/"]);
    let model = boxed(b"\xA9mod", &[&[0, 15, 0x15, 0xC7], b"SN-0123456789AB"]);
    boxed(
        b"moov",
        &[
            &mvhd,
            &boxed(b"trak", &[&tkhd, &mdia]),
            &boxed(b"udta", &[&place, &model]),
        ],
    )
}

/// A sample entry with its decoder configuration, ISO/IEC 14496-15 § 5.3.3.1.
fn entry() -> Vec<u8> {
    let configuration = boxed(
        b"avcC",
        &[
            b"\x01\x64\0\x28\xFF\xE1\0\x08\x67\x64\0\x28\xAC\xD9\x40\x78",
            b"\x01\0\x05\x68\xEB\xE3\xCB\x22\xFD\xF8\xF8\0",
        ],
    );
    let mut fixed = vec![0; 78];
    fixed[7] = 1; // where the data is
    fixed[24..28].copy_from_slice(&[0x07, 0x80, 0x04, 0x38]);
    fixed[28..36].copy_from_slice(&[0, 0x48, 0, 0, 0, 0x48, 0, 0]);
    fixed[41] = 1; // one frame in a sample
    fixed[75] = 24;
    fixed[76..78].copy_from_slice(&[0xFF, 0xFF]);
    boxed(b"avc1", &[&fixed, &configuration])
}
