//! Where coded pixels stand in a clean copy: there a wrong size or offset may have put anything that the original
//! counted as pixels. Everything else in a copy is ours, so these walks may be simple.

use metadata::Container;

/// A copy without its coded pixels and their tables.
#[must_use]
pub fn without(container: Container, file: &[u8]) -> Vec<u8> {
    let mut rest = file.to_vec();
    let stretches = match container {
        Container::Jpeg => jpeg(file),
        Container::Png => png(file),
        Container::Webp => webp(file, 12),
        Container::Gif => gif(file),
        Container::Bmp => bmp(file),
        Container::Tiff => tiff(file),
        // A codestream without boxes is nothing but pixels.
        Container::Jxl if file.starts_with(b"\xFF\x0A") => vec![(0, file.len())],
        // ISO/IEC 14496-12: what items and samples are made of stands in these.
        _ => boxes(file, 0, file.len()),
    };
    for (from, to) in stretches {
        let to = to.min(rest.len());
        if from < to {
            rest[from..to].fill(b'.');
        }
    }
    rest
}

type Stretches = Vec<(usize, usize)>;

fn be32(file: &[u8], at: usize) -> usize {
    file.get(at..at + 4).map_or(0, |word| {
        u32::from_be_bytes([word[0], word[1], word[2], word[3]]) as usize
    })
}

/// Tables, and from each scan's header to the next marker that is no restart.
fn jpeg(file: &[u8]) -> Stretches {
    let mut found = Vec::new();
    let mut at = 0;
    while at + 1 < file.len() {
        let marker = file[at + 1];
        if matches!(marker, 0xD8 | 0xD9) {
            at += 2;
            continue;
        }
        let end = at + 2 + be32(file, at + 2) / 0x1_0000;
        let is_table = matches!(marker, 0xC0..=0xCF | 0xDB..=0xDD);
        let mut next = end;
        if marker == 0xDA {
            let is_marker =
                |pair: &[u8]| pair[0] == 0xFF && !matches!(pair[1], 0 | 0xFF | 0xD0..=0xD7);
            let rest = file.get(end..).unwrap_or_default();
            next = end + rest.windows(2).position(is_marker).unwrap_or(rest.len());
        }
        if is_table || marker == 0xDA {
            found.push((at, next));
        }
        at = next;
    }
    found
}

fn png(file: &[u8]) -> Stretches {
    let mut found = Vec::new();
    let mut at = 8;
    while at + 8 <= file.len() {
        let end = at + 12 + be32(file, at);
        if matches!(&file[at + 4..at + 8], b"IDAT" | b"fdAT" | b"PLTE" | b"tRNS") {
            found.push((at + 8, end));
        }
        at = end;
    }
    found
}

fn webp(file: &[u8], from: usize) -> Stretches {
    let mut found = Vec::new();
    let mut at = from;
    while at + 8 <= file.len() {
        let len = be32(file, at + 4).to_le_bytes();
        let len = u32::from_be_bytes([len[0], len[1], len[2], len[3]]) as usize;
        match &file[at..at + 4] {
            b"VP8 " | b"VP8L" | b"ALPH" => found.push((at + 8, at + 8 + len)),
            // Its pictures follow its header.
            b"ANMF" => {
                at += 24;
                continue;
            }
            _ => {}
        }
        at += 8 + len + len % 2;
    }
    found
}

/// Colour tables, and from each image descriptor to the end of its data. GIF89a § 18 to § 22.
fn gif(file: &[u8]) -> Stretches {
    let table = |flags: u8| {
        if flags & 0x80 == 0 {
            0
        } else {
            6 << (flags & 7)
        }
    };
    let blocks = |mut at: usize| {
        while file.get(at).is_some_and(|len| *len != 0) {
            at += 1 + usize::from(file[at]);
        }
        at + 1
    };
    let mut at = 13 + file.get(10).map_or(0, |flags| table(*flags));
    let mut found = vec![(13, at)];
    while let Some(first) = file.get(at) {
        match first {
            0x2C => {
                let end = blocks(at + 11 + file.get(at + 9).map_or(0, |flags| table(*flags)));
                found.push((at + 10, end));
                at = end;
            }
            0x21 => at = blocks(at + 2),
            _ => break,
        }
    }
    found
}

fn boxes(file: &[u8], from: usize, to: usize) -> Stretches {
    let mut found = Vec::new();
    let mut at = from;
    while at + 8 <= to {
        let (mut len, mut header) = (be32(file, at), 8);
        if len == 1 {
            (len, header) = (be32(file, at + 12), 16);
        }
        let end = if len < header { to } else { (at + len).min(to) };
        match &file[at + 4..at + 8] {
            b"mdat" | b"idat" | b"jxlc" | b"jxlp" => found.push((at + header, end)),
            b"meta" => found.extend(boxes(file, at + header + 4, end)),
            _ => {}
        }
        at = end;
    }
    found
}

/// From where the header says to the end; a colour table stands before.
fn bmp(file: &[u8]) -> Stretches {
    let at = file.get(10..14).map_or(0, |word| {
        u32::from_le_bytes([word[0], word[1], word[2], word[3]])
    });
    let header = file.get(14).map_or(0, |len| 14 + usize::from(*len));
    vec![(header, at as usize), (at as usize, file.len())]
}

/// The strips and tiles of every page, TIFF 6.0 § 8 and § 15.
fn tiff(file: &[u8]) -> Stretches {
    let little = file.starts_with(b"II");
    let number = |at: usize, len: usize| {
        let bytes = file.get(at..at + len).unwrap_or_default().iter();
        let add = |sum: usize, byte: &u8| sum << 8 | usize::from(*byte);
        if little {
            bytes.rev().fold(0, add)
        } else {
            bytes.fold(0, add)
        }
    };
    let (word, count_len) = if number(2, 2) == 43 { (8, 8) } else { (4, 2) };
    let entry_len = 4 + 2 * word;
    let list = |at: usize| {
        let (kind, count) = (number(at + 2, 2), number(at + 4, word));
        let len = [0, 1, 1, 2, 4].get(kind).copied().unwrap_or(8);
        let value_at = at + 4 + word;
        let from = if len * count.min(64) <= word {
            value_at
        } else {
            number(value_at, word)
        };
        (0..count.min(4096))
            .map(|index| number(from + index * len, len))
            .collect::<Vec<_>>()
    };
    let mut found = Vec::new();
    let mut directory = number(if word == 8 { 8 } else { 4 }, word);
    for _ in 0..64 {
        if directory == 0 || directory >= file.len() {
            break;
        }
        let entries = number(directory, count_len).min(4096);
        let (mut places, mut lengths) = (Vec::new(), Vec::new());
        for entry in 0..entries {
            let at = directory + count_len + entry * entry_len;
            match number(at, 2) {
                273 | 324 => places = list(at),
                279 | 325 => lengths = list(at),
                // A colour table.
                320 => found.push((
                    number(at + 4 + word, word),
                    number(at + 4 + word, word) + 2 * number(at + 4, word),
                )),
                _ => {}
            }
        }
        found.extend(
            places
                .iter()
                .zip(&lengths)
                .map(|(at, len)| (*at, at.saturating_add(*len))),
        );
        directory = number(directory + count_len + entries * entry_len, word);
    }
    found
}
