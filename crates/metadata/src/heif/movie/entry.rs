//! Sample entries: what decodes the samples of a track, and beside it names of programs, pictures of words and makers'
//! blocks. ISO/IEC 14496-12 § 8.5.2 and § 12, ISO/IEC 14496-15, QuickTime File Format.

use super::names;
use super::tracks::{ENTRIES_AT, Entry, Track};
use crate::Error;
use crate::heif::boxes::{IsoBox, NoBox, Span, View, inside, read};
use crate::heif::cut::Cut;
use crate::heif::names as shared;
use crate::heif::names::Name;
use crate::heif::properties::{Shape, av1_cuts, colour, hevc_cuts, is_content_volume, is_plain};
use crate::heif::roles::ALPHA_URNS;
use crate::reader::Reader;

/// How long the fields of a video sample entry are, before its boxes.
pub(super) const VISUAL_LEN: usize = 78;
/// How long those of a sound are, and how many more there are in QuickTime's versions 1 and 2.
const AUDIO_LEN: usize = 28;
const AUDIO_MORE: [usize; 3] = [0, 16, 36];
/// What QuickTime ends the boxes of a sound with: one without a label.
const TERMINATOR: [u8; 8] = [0, 0, 0, 8, 0, 0, 0, 0];
/// More boxes than any sample entry has; a limit on work.
const BOXES_MAX: usize = 256;

/// The boxes in a sample entry, and what stands behind the last: nothing, or QuickTime's four zeros.
pub(super) fn boxes(
    view: View<'_>,
    within: Span,
    limit: usize,
) -> Result<(Vec<IsoBox>, Span), Error> {
    let mut found = Vec::new();
    let mut at = within.start;
    while at < within.end {
        let rest = Span {
            start: at,
            end: within.end,
        };
        let child = match read(view, at, within.end) {
            Ok(child) => child,
            Err(NoBox::NoHeader) if view.get(rest).iter().all(|byte| *byte == 0) => {
                return Ok((found, rest));
            }
            Err(_) => {
                return Err(Error::Malformed {
                    what: "a box that does not fit into its sample entry (ISO/IEC 14496-12 § 8.5.2)",
                    offset: at,
                });
            }
        };
        // A size of 0 would swallow the terminator.
        if child.label == [0; 4] && view.get(child.body).iter().all(|byte| *byte == 0) {
            return Ok((found, rest));
        }
        if found.len() >= limit {
            return Err(Error::TooMany {
                what: "boxes",
                limit,
            });
        }
        at = child.span.end;
        found.push(child);
    }
    Ok((
        found,
        Span {
            start: within.end,
            end: within.end,
        },
    ))
}

/// The boxes of a video sample entry.
pub(super) fn visual_boxes(view: View<'_>, entry: IsoBox) -> Result<Vec<IsoBox>, Error> {
    let inner = inner(entry, VISUAL_LEN)?;
    boxes(view, inner, BOXES_MAX).map(|found| found.0)
}

fn inner(entry: IsoBox, fields_len: usize) -> Result<Span, Error> {
    let start = entry.body.start.saturating_add(fields_len);
    if start > entry.body.end {
        return Err(Error::Malformed {
            what: "a sample entry cut short (ISO/IEC 14496-12 § 8.5.2)",
            offset: entry.span.start,
        });
    }
    Ok(Span {
        start,
        end: entry.body.end,
    })
}

/// The parts of the sample description box of a track that stays.
pub(super) fn cuts(
    view: View<'_>,
    track: &Track,
    stsd: IsoBox,
    cuts: &mut Vec<Cut>,
) -> Result<(), Error> {
    let start = stsd.body.start.saturating_add(ENTRIES_AT);
    cuts.push(Cut::header(stsd.span.start, start, names::CONTAINER));
    let is_quicktime = view.get(stsd.body).first() == Some(&0);
    for Entry { found, codec } in &track.entries {
        let is_video = codec.is_some_and(super::codec::Codec::is_video);
        let (len, name) = if is_video {
            (VISUAL_LEN, names::VISUAL)
        } else {
            (audio_len(view.get(found.body), is_quicktime), names::AUDIO)
        };
        let inner = inner(*found, len)?;
        cuts.push(Cut::header(
            found.span.start,
            found.body.start,
            names::ENTRY,
        ));
        cuts.push(Cut::whole(found.body.start, inner.start, name));
        children(view, inner, is_video, cuts)?;
    }
    Ok(())
}

/// How long the fields of a sound sample entry are. ISO/IEC 14496-12 § 12.2.3 has a version 1 too, without more fields,
/// in a sample description box of version 1.
pub(super) fn audio_len(body: &[u8], is_quicktime: bool) -> usize {
    let more = match body.get(8..10) {
        Some([0, version]) if is_quicktime => AUDIO_MORE.get(usize::from(*version)),
        _ => None,
    };
    more.map_or(AUDIO_LEN, |more| AUDIO_LEN.saturating_add(*more))
}

/// The boxes of a sample entry, or those in QuickTime's `wave`.
fn children(
    view: View<'_>,
    within: Span,
    is_video: bool,
    cuts: &mut Vec<Cut>,
) -> Result<(), Error> {
    let (found, rest) = boxes(view, within, BOXES_MAX)?;
    for child in found {
        let body = view.get(child.body);
        let at = child.span.start;
        let refuse = |what| Err(Error::UnsupportedFeature { what, offset: at });
        match &child.label {
            b"sinf" => return refuse("an encrypted video (ISO/IEC 14496-12 § 8.12)"),
            b"lhvC" => return refuse("a video in several layers (ISO/IEC 23008-2 Annex F)"),
            b"hvcC" if is_video => cuts.extend(hevc_cuts(child, body, at)?),
            b"av1C" if is_video => cuts.extend(av1_cuts(child, body, BOXES_MAX, at)?),
            b"avcC" if is_video => avc_cuts(child, body, cuts)?,
            b"sv3d" | b"proj" if is_video => {
                cuts.push(Cut::header(at, child.body.start, names::CONTAINER));
                children(view, child.body, true, cuts)?;
            }
            b"mshp" if is_video => return refuse("a video bent by a mesh (Spherical Video V2)"),
            b"wave" if !is_video => {
                cuts.push(Cut::header(at, child.body.start, names::CONTAINER));
                children(view, child.body, false, cuts)?;
            }
            _ => cuts.push(Cut::of(child, leaf(view, child, is_video)?)),
        }
    }
    if view.get(rest) == TERMINATOR {
        cuts.push(Cut::whole(rest.start, rest.end, names::SOUND_HINTS));
    } else if !rest.is_empty() {
        cuts.push(Cut::whole(rest.start, rest.end, names::FREE));
    }
    Ok(())
}

/// What a box of a sample entry is that holds no boxes.
fn leaf(view: View<'_>, child: IsoBox, is_video: bool) -> Result<Name, Error> {
    let body = view.get(child.body);
    let (is_exact, name) = match (&child.label, is_video) {
        (b"pasp", true) => (body.len() == 8, shared::PASP),
        (b"clap", true) => (body.len() == 32, shared::LAYOUT),
        (b"clli", true) => (body.len() == 4, shared::NUMBERS),
        (b"mdcv", true) => (body.len() == 24, shared::NUMBERS),
        (b"amve", true) => (body.len() == 8, shared::NUMBERS),
        (b"cclv", true) => (is_content_volume(body), shared::NUMBERS),
        (b"colr", true) => match colour(body) {
            Shape::Exact(name) => (true, name),
            Shape::Wrong => (false, names::OTHER),
            _ => (true, names::OTHER),
        },
        (b"auxi", true) => (is_plain(body) && is_alpha(body), names::HINTS),
        (b"vpcC", true) => (body.len() == 12 && body.ends_with(&[0, 0]), names::HINTS),
        (b"dvcC" | b"dvvC", true) => (is_dolby(body), names::HINTS),
        (b"chrm", true) => (body.len() == 2, names::HINTS),
        (b"fiel", true) => (body.len() == 2, names::HINTS),
        (b"gama", true) => (body.len() == 4, names::HINTS),
        (b"ccst", true) => (body.len() == 8, names::HINTS),
        (b"SmDm", true) => (body.len() == 28 && is_plain(body), names::HINTS),
        (b"CoLL", true) => (body.len() == 8 && is_plain(body), names::HINTS),
        // Spherical Video V2: how the picture is bent around the person who watches.
        (b"st3d", true) => (body.len() == 5 && is_plain(body), names::HINTS),
        (b"prhd", true) => (body.len() == 16 && is_plain(body), names::HINTS),
        (b"equi", true) => (body.len() == 20 && is_plain(body), names::HINTS),
        (b"cbmp", true) => (body.len() == 12 && is_plain(body), names::HINTS),
        (b"svhd", true) => (
            super::descriptor::minimal(child.label, body).is_some(),
            names::DESCRIPTOR,
        ),
        (b"btrt", _) => (body.len() == 12, names::HINTS),
        (b"esds" | b"dfLa" | b"damr" | b"chan", false) => (
            super::descriptor::minimal(child.label, body).is_some(),
            names::DESCRIPTOR,
        ),
        (b"dac3", false) => (body.len() == 3, names::SOUND_HINTS),
        (b"dec3", false) => ((5..=40).contains(&body.len()), names::SOUND_HINTS),
        (b"dOps", false) => (is_opus(body), names::SOUND_HINTS),
        (b"alac", false) => (matches!(body.len(), 28 | 52), names::SOUND_HINTS),
        (b"chnl", false) => (body.len() <= 32, names::SOUND_HINTS),
        (b"pcmC", false) => (body.len() == 6, names::SOUND_HINTS),
        (b"srat", false) => (body.len() == 8, names::SOUND_HINTS),
        (b"frma", false) => (body.len() == 4, names::SOUND_HINTS),
        (b"enda", false) => (body.len() == 2, names::SOUND_HINTS),
        (b"mp4a", false) => (
            body.len() <= 16 && body.iter().all(|byte| *byte == 0),
            names::SOUND_HINTS,
        ),
        (b"free" | b"skip" | b"wide", _) => (true, names::FREE),
        (b"uuid", _) => (true, names::VENDOR),
        _ => (true, names::OTHER),
    };
    if is_exact {
        Ok(name)
    } else {
        Err(Error::Malformed {
            what: "a box of a size or form that it cannot have (ISO/IEC 14496-12 § 8.5.2)",
            offset: child.span.start,
        })
    }
}

/// A URN for transparency and its NUL, ISO/IEC 23008-12 § 7.5.3.2.
fn is_alpha(body: &[u8]) -> bool {
    ALPHA_URNS.into_iter().any(|urn| {
        let rest = body.get(4..).and_then(|rest| rest.strip_prefix(urn));
        rest.is_some_and(|rest| matches!(rest, [] | [0]))
    })
}

/// Dolby Vision's configuration: five bytes of numbers and nineteen that are zero (Dolby Vision Streams Within the ISO
/// Base Media File Format § 3.2).
fn is_dolby(body: &[u8]) -> bool {
    body.len() == 24
        && body
            .get(5..)
            .is_some_and(|rest| rest.iter().all(|byte| *byte == 0))
}

/// Opus in ISOBMFF § 4.3.2: eleven bytes, and for more than two channels a table of them.
fn is_opus(body: &[u8]) -> bool {
    match (body.get(1), body.get(10)) {
        (Some(_), Some(0)) => body.len() == 11,
        (Some(channels), Some(_)) => body.len() == usize::from(*channels).saturating_add(13),
        _ => false,
    }
}

/// The decoder configuration of AVC, ISO/IEC 14496-15 § 5.3.3.1: parameter sets, and nothing behind them.
fn avc_cuts(found: IsoBox, body: &[u8], cuts: &mut Vec<Cut>) -> Result<(), Error> {
    let len = inside(parameter_sets(body), found.span.start)?;
    let end = found.body.start.saturating_add(len);
    cuts.push(Cut::header(
        found.span.start,
        found.body.start,
        names::CONFIGURATION,
    ));
    cuts.push(Cut::whole(found.body.start, end, shared::DECODER));
    if end < found.body.end {
        cuts.push(Cut::whole(end, found.body.end, shared::PADDING));
    }
    Ok(())
}

/// How long the configuration is, up to its last parameter set.
fn parameter_sets(body: &[u8]) -> Result<usize, Error> {
    const WHAT: &str = "its decoder configuration is cut short (ISO/IEC 14496-15 § 5.3.3.1)";
    let mut reader = Reader::new(body);
    let [_, profile, _, _, _] = reader.array(WHAT)?;
    let sets = |reader: &mut Reader<'_>, mask: u8, kind: u8| {
        for _ in 0..reader.u8(WHAT)? & mask {
            let len = reader.u16_be(WHAT)?;
            let unit = reader.take(len.into(), WHAT)?;
            if unit.first().is_some_and(|first| first & 0x1F != kind) {
                return Err(Error::UnsupportedFeature {
                    what: "words among its parameter sets (ISO/IEC 14496-15 § 5.3.3.1)",
                    offset: 0,
                });
            }
        }
        Ok(())
    };
    sets(&mut reader, 0x1F, 7)?;
    sets(&mut reader, 0xFF, 8)?;
    // The high profiles add four bytes and extensions; some writers leave them out.
    let mut ahead = reader;
    if matches!(profile, 100 | 110 | 122 | 144 | 244)
        && ahead.take(3, WHAT).is_ok_and(|bits| {
            matches!(bits, [chroma, luma, depth] if chroma >> 2 == 63 && luma >> 3 == 31 && depth >> 3 == 31)
        })
        && sets(&mut ahead, 0xFF, 13).is_ok()
    {
        reader = ahead;
    }
    Ok(reader.offset())
}
