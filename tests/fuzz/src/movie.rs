//! MP4 and MOV, ISO/IEC 14496-12 and the QuickTime File Format: a video track, perhaps sound and timed metadata.

use crate::blocks::{provenance, trailer, xmp};
use crate::boxes::{be, bx, full};
use crate::recipe::{Recipe, SECRET};

/// A track to be.
struct Track {
    handler: [u8; 4],
    /// The samples of each chunk, and where the chunk stands in the media data.
    chunks: Vec<(usize, Vec<u8>)>,
    sample_len: usize,
    samples_in_chunk: usize,
}

pub fn build(recipe: &mut Recipe<'_>) -> Vec<u8> {
    let mut tracks = Vec::new();
    let mut data = Vec::new();
    for number in 0..=recipe.below(3) {
        let handler = if number == 0 {
            *b"vide"
        } else {
            recipe.pick(&[*b"soun", *b"meta", *b"text", *b"mdta", *b"hint"])
        };
        let (sample_len, samples_in_chunk) = (8 + recipe.below(9), 1 + recipe.below(3));
        let mut chunks = Vec::new();
        for _ in 0..=recipe.below(3) {
            if recipe.once_in(4) {
                data.extend(SECRET);
            }
            let is_picture = matches!(&handler, b"vide" | b"soun");
            let len = sample_len * samples_in_chunk;
            let content = if is_picture {
                coded(recipe, sample_len, samples_in_chunk)
            } else {
                [SECRET; 4].concat()[..len.min(56)].to_vec()
            };
            chunks.push((data.len(), content.clone()));
            data.extend(content);
        }
        tracks.push(Track {
            handler,
            chunks,
            sample_len,
            samples_in_chunk,
        });
    }
    let is_quick_time = recipe.once_in(3);
    let brands: &[u8] = if is_quick_time {
        b"qt  \0\0\0\0qt  "
    } else {
        b"isom\0\0\0\0isommp42"
    };
    let mut file = bx(recipe, b"ftyp", brands);
    for _ in 0..recipe.count(2) {
        let found = bystander(recipe);
        file.extend(found);
    }
    let mdat_first = recipe.once_in(2);
    let wide = recipe.once_in(4);
    // The offsets do not change the length of the tables, so what is decided twice must be decided the same: the
    // media data stands first, or its place is guessed from tables that are built from a copy of the decisions.
    if mdat_first {
        let at = file.len() + 8;
        let mdat = bx(recipe, b"mdat", &data);
        file.extend(mdat);
        let moov = movie(recipe, &tracks, at, wide, is_quick_time);
        file.extend(moov);
    } else {
        let len = movie(&mut Recipe::new(&[]), &tracks, 0, wide, is_quick_time).len();
        let at = file.len() + len + 8;
        let moov = movie(recipe, &tracks, at, wide, is_quick_time);
        let grown = moov.len() as i64 - len as i64;
        // What the decisions added is made up for by a box that is free, where that can be.
        if grown < 0 && grown <= -8 {
            let free = vec![b'f'; (-grown) as usize - 8];
            file.extend(moov);
            file.extend(bx(recipe, b"free", &free));
        } else {
            file.extend(moov);
        }
        file.extend(bx(recipe, b"mdat", &data));
    }
    for _ in 0..recipe.count(2) {
        let found = bystander(recipe);
        file.extend(found);
    }
    if recipe.once_in(4) {
        file.extend(trailer(recipe));
    }
    recipe.spoil(&mut file);
    file
}

/// Samples of one NAL unit each, its length before it; sometimes a message.
fn coded(recipe: &mut Recipe<'_>, sample_len: usize, samples: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for _ in 0..samples {
        out.extend((sample_len as u32 - 4).to_be_bytes());
        let kind = if recipe.once_in(8) { 6 } else { 0x65 };
        out.push(kind);
        out.extend(recipe.noise(sample_len - 5));
    }
    out
}

fn bystander(recipe: &mut Recipe<'_>) -> Vec<u8> {
    let content = recipe.secret();
    match recipe.below(7) {
        0 => bx(recipe, b"free", &content),
        1 => bx(
            recipe,
            b"uuid",
            &[b"0123456789ABCDEF", &content[..]].concat(),
        ),
        2 => {
            let store = provenance(recipe);
            bx(recipe, b"uuid", &[b"\xD8\xFE\xC3\xD6\x1B\x0E\x48\x3C\x92\x97\x58\x28\x87\x7E\xC4\x81\0\0\0\0manifest\0\0\0\0\0\0\0\0\0", &store[..]].concat())
        }
        3 => bx(recipe, b"wide", b""),
        4 => meta(recipe),
        5 => bx(recipe, b"moof", &content),
        _ => bx(recipe, b"zzzz", &content),
    }
}

fn meta(recipe: &mut Recipe<'_>) -> Vec<u8> {
    let handler = full(
        recipe,
        b"hdlr",
        0,
        0,
        &[b"\0\0\0\0mdta\0\0\0\0\0\0\0\0\0\0\0\0", SECRET, b"\0"].concat(),
    );
    let key = bx(recipe, b"mdta", b"com.apple.quicktime.location.ISO6709");
    let keys = full(recipe, b"keys", 0, 0, &[&[0, 0, 0, 1], &key[..]].concat());
    let value = bx(
        recipe,
        b"data",
        &[b"\0\0\0\x01\0\0\0\0+52.5200+013.4050/", SECRET].concat(),
    );
    let entry = bx(recipe, b"\0\0\0\x01", &value);
    let list = bx(recipe, b"ilst", &entry);
    let content = [handler, keys, list].concat();
    if recipe.once_in(3) {
        full(recipe, b"meta", 0, 0, &content)
    } else {
        bx(recipe, b"meta", &content)
    }
}

fn user_data(recipe: &mut Recipe<'_>) -> Vec<u8> {
    let place = bx(
        recipe,
        b"\xA9xyz",
        &[b"\0\x12\x15\xC7+52.5200+013.4050/", SECRET].concat(),
    );
    let packet = xmp(recipe);
    let packet = bx(recipe, b"XMP_", &packet);
    let more = meta(recipe);
    bx(recipe, b"udta", &[place, packet, more].concat())
}

fn movie(
    recipe: &mut Recipe<'_>,
    tracks: &[Track],
    data_at: usize,
    wide: bool,
    is_quick_time: bool,
) -> Vec<u8> {
    let dates = [0xE0, 0, 0, 1, 0xE0, 0, 0, 2];
    let header = [
        &dates[..],
        &recipe.be32(600),
        &recipe.be32(1200),
        &MATRIX_HEADER,
        &matrix(recipe),
        &[0; 24],
        &[0, 0, 0, 9],
    ]
    .concat();
    let mut content = full(recipe, b"mvhd", 0, 0, &header);
    for (number, track) in tracks.iter().enumerate() {
        content.extend(self::track(
            recipe,
            track,
            number,
            data_at,
            wide,
            is_quick_time,
        ));
    }
    if recipe.once_in(3) {
        content.extend(user_data(recipe));
    }
    if recipe.once_in(4) {
        content.extend(meta(recipe));
    }
    if recipe.once_in(8) {
        let found = bystander(recipe);
        content.extend(found);
    }
    bx(recipe, b"moov", &content)
}

/// Rate, volume and reserved bytes, ISO/IEC 14496-12 § 8.2.2.
const MATRIX_HEADER: [u8; 16] = [0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

fn matrix(recipe: &mut Recipe<'_>) -> Vec<u8> {
    [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000]
        .iter()
        .flat_map(|number| recipe.be32(*number))
        .collect()
}

fn track(
    recipe: &mut Recipe<'_>,
    track: &Track,
    number: usize,
    data_at: usize,
    wide: bool,
    is_quick_time: bool,
) -> Vec<u8> {
    let dates = [0xE0, 0, 0, 1, 0xE0, 0, 0, 2];
    let id = recipe.be32(number + 1);
    let header = [
        &dates[..],
        &id,
        &[0; 4],
        &recipe.be32(1200),
        &[0; 16],
        &matrix(recipe),
        &[0, 64, 0, 0, 0, 48, 0, 0],
    ]
    .concat();
    let tkhd = full(recipe, b"tkhd", 0, 3, &header);
    let language = [0x55, 0xC4, 0, 0];
    let times = [&dates[..], &[0, 0, 2, 88], &recipe.be32(1200), &language].concat();
    let mdhd = full(recipe, b"mdhd", 0, 0, &times);
    let name: &[u8] = if recipe.once_in(3) { SECRET } else { b"" };
    let hdlr = full(
        recipe,
        b"hdlr",
        0,
        0,
        &[b"\0\0\0\0", &track.handler[..], &[0; 12], name, b"\0"].concat(),
    );
    let medium = match &track.handler {
        b"vide" => full(recipe, b"vmhd", 0, 1, &[0; 8]),
        b"soun" => full(recipe, b"smhd", 0, 0, &[0; 4]),
        _ => full(recipe, b"nmhd", 0, 0, b""),
    };
    let url = full(recipe, b"url ", 0, 1, b"");
    let dref = full(recipe, b"dref", 0, 0, &[&[0, 0, 0, 1], &url[..]].concat());
    let dinf = bx(recipe, b"dinf", &dref);
    let tables = tables(recipe, track, data_at, wide);
    let stbl = bx(recipe, b"stbl", &tables);
    let mut inner = [medium, dinf, stbl].concat();
    if is_quick_time {
        let handler = full(
            recipe,
            b"hdlr",
            0,
            0,
            &[b"dhlrurl appl\0\0\0\0\0\0\0\0", SECRET].concat(),
        );
        inner = [handler, inner].concat();
    }
    let minf = bx(recipe, b"minf", &inner);
    let mdia = bx(recipe, b"mdia", &[mdhd, hdlr, minf].concat());
    let mut content = [tkhd, mdia].concat();
    if recipe.once_in(4) {
        let list = full(
            recipe,
            b"elst",
            0,
            0,
            &[0, 0, 0, 1, 0, 0, 4, 0xB0, 0, 0, 0, 0, 0, 1, 0, 0],
        );
        content.extend(bx(recipe, b"edts", &list));
    }
    if number > 0 && recipe.once_in(3) {
        let reference = bx(recipe, b"cdsc", &[0, 0, 0, 1]);
        content.extend(bx(recipe, b"tref", &reference));
    }
    if recipe.once_in(4) {
        content.extend(user_data(recipe));
    }
    if recipe.once_in(6) {
        content.extend(meta(recipe));
    }
    bx(recipe, b"trak", &content)
}

/// ISO/IEC 14496-12 § 8.5 to § 8.7.
fn tables(recipe: &mut Recipe<'_>, track: &Track, data_at: usize, wide: bool) -> Vec<u8> {
    let samples = track.chunks.len() * track.samples_in_chunk;
    let entry = match &track.handler {
        b"vide" => {
            let name = if recipe.once_in(4) {
                [b"\x0E", SECRET].concat()
            } else {
                vec![0]
            };
            let mut fixed = [
                &[0; 6][..],
                &[0, 1],
                &[0; 16],
                &[0, 64, 0, 48],
                &[0, 72, 0, 0, 0, 72, 0, 0, 0, 0, 0, 0, 0, 1],
                &name,
            ]
            .concat();
            fixed.resize(74, 0);
            fixed.extend([0, 0x18, 0xFF, 0xFF]);
            let config = [&[
                1, 0x42, 0, 0x1E, 0xFF, 0xE1, 0, 4, 0x67, 1, 2, 3, 1, 0, 3, 0x68, 1, 2,
            ][..]]
            .concat();
            fixed.extend(bx(recipe, b"avcC", &config));
            if recipe.once_in(4) {
                let found = bystander(recipe);
                fixed.extend(found);
            }
            bx(recipe, b"avc1", &fixed)
        }
        b"soun" => bx(
            recipe,
            b"mp4a",
            &[
                &[0; 6][..],
                &[0, 1],
                &[0; 8],
                &[0, 2, 0, 16, 0, 0, 0, 0, 0xBB, 0x80, 0, 0],
            ]
            .concat(),
        ),
        _ => bx(recipe, b"mebx", &[&[0; 6][..], &[0, 1], SECRET].concat()),
    };
    let stsd = full(recipe, b"stsd", 0, 0, &[&[0, 0, 0, 1], &entry[..]].concat());
    let times = [
        &recipe.be32(1)[..],
        &recipe.be32(samples),
        &recipe.be32(100),
    ]
    .concat();
    let stts = full(recipe, b"stts", 0, 0, &times);
    let runs = [
        &recipe.be32(1)[..],
        &recipe.be32(1),
        &recipe.be32(track.samples_in_chunk),
        &recipe.be32(1),
    ]
    .concat();
    let stsc = full(recipe, b"stsc", 0, 0, &runs);
    let sizes = if recipe.once_in(2) {
        [&recipe.be32(track.sample_len)[..], &recipe.be32(samples)].concat()
    } else {
        let mut sizes = [&[0; 4][..], &recipe.be32(samples)].concat();
        for _ in 0..samples {
            sizes.extend(recipe.be32(track.sample_len));
        }
        sizes
    };
    let stsz = full(recipe, b"stsz", 0, 0, &sizes);
    let mut places = recipe.be32(track.chunks.len()).to_vec();
    for (at, _) in &track.chunks {
        places.extend(be(recipe, (data_at + at) as u64, if wide { 8 } else { 4 }));
    }
    let stco = full(recipe, if wide { b"co64" } else { b"stco" }, 0, 0, &places);
    let mut tables = vec![stsd, stts, stsc, stsz, stco];
    if recipe.once_in(4) {
        tables.push(full(recipe, b"stss", 0, 0, &[0, 0, 0, 1, 0, 0, 0, 1]));
    }
    if recipe.once_in(8) {
        let content = recipe.secret();
        let label = recipe.pick(&[b"sgpd", b"sdtp", b"zzzz"]);
        tables.push(full(recipe, label, 0, 0, &content));
    }
    recipe.disturb(&mut tables);
    tables.concat()
}
