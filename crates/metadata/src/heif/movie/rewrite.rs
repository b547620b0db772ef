//! The boxes of a video that are written anew: their numbers without dates, names and makers' codes.

use std::collections::BTreeSet;

use super::{descriptor, names, sphere, tracks};
use crate::format::Fresh;
use crate::heif::boxes::Label;
use crate::heif::names as shared;
use crate::icc;
use crate::part::Part;
use crate::reader::index;

/// No language, ISO/IEC 14496-12 § 8.4.2: three letters, `und`, of five bits each.
const UNDETERMINED: [u8; 2] = [0x55, 0xC4];

/// A part written anew.
pub(super) enum Written {
    /// A box whose content is parts of its own.
    Open,
    /// The content of a box.
    Leaf(Vec<u8>),
    /// Bytes without a header.
    Plain(Vec<u8>),
    /// Goes after all.
    Nothing,
}

/// How a part looks in the copy; `None` when it is not as the walk saw it. `staying` are the numbers of the tracks that
/// stay.
pub(super) fn written(part: &Part<'_>, staying: &BTreeSet<u32>, fresh: &Fresh) -> Option<Written> {
    let body = part.body;
    Some(match (part.name, part.kind) {
        names::CONTAINER
        | names::ENTRY
        | names::CONFIGURATION
        | shared::HVCC
        | shared::AV1C
        | shared::MDAT => Written::Open,
        names::MVHD => Written::Leaf(movie_header(body, staying)?),
        names::TKHD => Written::Leaf(track_header(body)?),
        names::MDHD => Written::Leaf(media_header(body)?),
        names::HDLR => Written::Leaf(handler(body)?),
        names::DINF => Written::Leaf(data_references(body)?),
        names::OFFSETS => Written::Leaf(body.to_vec()),
        names::VISUAL => Written::Plain(visual(body)?),
        names::AUDIO => Written::Plain(audio(body)?),
        names::DESCRIPTOR => Written::Leaf(descriptor::minimal(label(part), body)?),
        names::SPHERE => Written::Leaf(sphere::minimal(body)?),
        names::REFERENCE => Written::Leaf(reference(body, staying)),
        shared::HVCC_COUNT => Written::Plain(vec![0]),
        shared::FTYP => Written::Leaf(file_type(body)),
        shared::PROFILE => {
            let profile = fresh.icc.as_ref().and_then(|_| icc::scrub(body.get(4..)?));
            match profile {
                Some(profile) => Written::Leaf([body.get(..4)?, &profile].concat()),
                None => Written::Nothing,
            }
        }
        names::AVC_MESSAGE | names::HEVC_MESSAGE | names::AV1_MESSAGE | names::AAC_FILLING => {
            Written::Plain(super::data::padded(part.name, part.bytes))
        }
        _ => return None,
    })
}

/// The label of a box that is one part; a box of 64-bit size has it in the same place.
pub(super) fn label(part: &Part<'_>) -> Label {
    let label = part.bytes.get(4..8);
    label
        .and_then(|label| label.try_into().ok())
        .unwrap_or_default()
}

/// How long the two times are that a header begins with, behind its version and flags.
const fn times_len(version: u8) -> usize {
    if version == 1 { 16 } else { 8 }
}

/// The header of the movie, ISO/IEC 14496-12 § 8.2.2: its times, and those of QuickTime's preview and selection, are
/// zero; the number of the next track does not tell how many there were.
fn movie_header(body: &[u8], staying: &BTreeSet<u32>) -> Option<Vec<u8>> {
    let version = *body.first()?;
    let times = times_len(version);
    let numbers = body.get(times.checked_add(4)?..)?;
    // The time scale, the duration, the rate, the volume; then the matrix.
    let length = if version == 1 { 18_usize } else { 14 };
    let matrix = length.checked_add(10)?;
    let next = staying.last().copied().unwrap_or(0).saturating_add(1);
    Some(
        [
            &[version, 0, 0, 0][..],
            &vec![0; times],
            numbers.get(..length)?,
            &[0; 10],
            numbers.get(matrix..matrix.checked_add(36)?)?,
            &[0; 24],
            &next.to_be_bytes(),
        ]
        .concat(),
    )
}

/// The header of a track, ISO/IEC 14496-12 § 8.3.2, without its times.
fn track_header(body: &[u8]) -> Option<Vec<u8>> {
    let version = *body.first()?;
    let flags = *body.get(3)? & 0b1111;
    let times = times_len(version);
    let rest = body.get(times.checked_add(4)?..)?;
    let duration = times.checked_div(2)?.checked_add(8)?;
    let (number, after) = (rest.get(..4)?, rest.get(8..duration)?);
    // Reserved; the layer, the group, the volume; reserved; the matrix and the size.
    let order = rest.get(duration.checked_add(8)?..duration.checked_add(14)?)?;
    let place = rest.get(duration.checked_add(16)?..)?;
    Some(
        [
            &[version, 0, 0, flags][..],
            &vec![0; times],
            number,
            &[0; 4],
            after,
            &[0; 8],
            order,
            &[0; 2],
            place,
        ]
        .concat(),
    )
}

/// The header of a media, ISO/IEC 14496-12 § 8.4.2, without its times and its language.
fn media_header(body: &[u8]) -> Option<Vec<u8>> {
    let version = *body.first()?;
    let times = times_len(version);
    let start = times.checked_add(4)?;
    let len = times.checked_div(2)?.checked_add(4)?;
    let numbers = body.get(start..start.checked_add(len)?)?;
    Some(
        [
            &[version, 0, 0, 0][..],
            &vec![0; times],
            numbers,
            &UNDETERMINED,
            &[0; 2],
        ]
        .concat(),
    )
}

/// A handler without its maker and its name, ISO/IEC 14496-12 § 8.4.3; QuickTime's say first what they handle.
fn handler(body: &[u8]) -> Option<Vec<u8>> {
    let component = body.get(4..8)?;
    let component = match component {
        b"mhlr" | b"dhlr" => component,
        _ => &[0; 4],
    };
    Some([&[0; 4], component, body.get(8..12)?, &[0; 13]].concat())
}

/// References to this file, one for each there was; `None` when one of them is to another file.
pub(super) fn data_references(body: &[u8]) -> Option<Vec<u8>> {
    let size = index(u32::from_be_bytes(*body.first_chunk()?));
    if body.get(4..8) != Some(b"dref") || size != body.len() {
        return None;
    }
    let mut rest = body.get(16..)?;
    let count = index(u32::from_be_bytes(*body.get(12..)?.first_chunk()?));
    let mut entries = Vec::new();
    for _ in 0..count {
        let size = index(u32::from_be_bytes(*rest.first_chunk()?));
        let (entry, behind) = rest.split_at_checked(size)?;
        let label = entry.get(4..8)?;
        let is_this_file = entry.get(11)? & 1 == 1;
        if !is_this_file || !matches!(label, b"url " | b"alis") {
            return None;
        }
        entries.extend([0, 0, 0, 12]);
        entries.extend_from_slice(label);
        entries.extend([0, 0, 0, 1]);
        rest = behind;
    }
    let count = u32::try_from(count).ok()?.to_be_bytes();
    let size = u32::try_from(entries.len().checked_add(16)?).ok()?;
    (rest.is_empty())
        .then(|| [&size.to_be_bytes()[..], b"dref", &[0; 4], &count, &entries].concat())
}

/// The fields of a video sample entry, ISO/IEC 14496-12 § 12.1.3: the size, the density, the depth.
fn visual(body: &[u8]) -> Option<Vec<u8>> {
    Some(
        [
            &[0; 6],
            body.get(6..8)?,
            // QuickTime's version, maker and quality.
            &[0; 16],
            body.get(24..36)?,
            &[0; 4],
            body.get(40..42)?,
            // The name of the compressor.
            &[0; 32],
            body.get(74..78)?,
        ]
        .concat(),
    )
}

/// The fields of a sound sample entry, ISO/IEC 14496-12 § 12.2.3 and QuickTime's versions, without the maker.
fn audio(body: &[u8]) -> Option<Vec<u8>> {
    Some(
        [
            &[0; 6],
            body.get(6..10)?,
            &[0; 6],
            body.get(16..22)?,
            &[0; 2],
            body.get(24..)?,
        ]
        .concat(),
    )
}

/// A reference to the tracks that stay.
fn reference(body: &[u8], staying: &BTreeSet<u32>) -> Vec<u8> {
    let numbers = tracks::numbers(body).into_iter();
    let kept = numbers.filter(|number| staying.contains(number));
    kept.flat_map(u32::to_be_bytes).collect()
}

/// The brands of videos: ISO/IEC 14496-12 Annex E, ISO/IEC 14496-14, QuickTime, 3GPP TS 26.244. Makers have brands of
/// their own, which no program needs.
const BRANDS: &[&[u8; 4]] = &[
    b"qt  ", b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9",
    b"mp41", b"mp42", b"mp71", b"M4V ", b"3gp4", b"3gp5", b"3gp6", b"3gp7", b"3gp8", b"3gp9",
    b"3g2a", b"3g2b", b"3g2c", b"avc1", b"hvc1", b"av01", b"dby1", b"avis", b"msf1", b"hevc",
    b"hevx",
];

/// The file type: the brands of videos, each once, and no version.
fn file_type(body: &[u8]) -> Vec<u8> {
    let mut words = body.chunks_exact(4);
    let is_known = |word: &&[u8]| BRANDS.iter().any(|brand| brand.as_slice() == *word);
    let major = words.next().filter(is_known);
    words.next();
    let mut kept: Vec<&[u8]> = Vec::new();
    for word in words.filter(is_known) {
        if !kept.contains(&word) {
            kept.push(word);
        }
    }
    let major = major.or_else(|| kept.first().copied()).unwrap_or(b"isom");
    [major, &[0; 4], &kept.concat()].concat()
}
