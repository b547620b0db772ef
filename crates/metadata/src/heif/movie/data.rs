//! Cutting the samples of the tracks that stay: a part for each chunk, and for the words inside it parts of their own.

use super::codec::Codec;
use super::samples::Chunk;
use super::sei::{Family, Unit};
use super::tracks::{Entry, Movie, Track};
use super::{aac, descriptor, names};
use crate::Error;
use crate::heif::av1;
use crate::heif::boxes::{IsoBox, Span, View, inside};
use crate::heif::cut::Cut;
use crate::heif::names::Name;
use crate::heif::units::Use;
use crate::reader::{Reader, index};

/// The samples of all tracks that stay, as parts in the order of the file; none overlaps another.
///
/// # Errors
/// When samples are shared in part, are no row of units, or too many.
pub(in crate::heif) fn cuts(
    view: View<'_>,
    movie: &Movie,
    limit: usize,
) -> Result<Vec<Cut>, Error> {
    let mut cuts = Vec::new();
    let mut read = 0_usize;
    for track in movie.tracks.iter().filter(|track| track.role.stays()) {
        let Ok(samples) = &track.samples else {
            continue;
        };
        for chunk in samples.chunks.iter().filter(|chunk| !chunk.span.is_empty()) {
            // Tables may lead to the same bytes again and again.
            read = read.saturating_add(chunk.span.len());
            if read.checked_div(2) > Some(view.end()) {
                return Err(shared(chunk.span));
            }
            chunk_cuts(view, track, chunk, &mut cuts)?;
            if cuts.len() > limit {
                return Err(Error::TooMany {
                    what: "pieces of coded samples",
                    limit,
                });
            }
        }
    }
    cuts.sort_by_key(|cut| cut.span);
    cuts.dedup();
    for pair in cuts.windows(2) {
        if let [before, after] = pair
            && before.span.end > after.span.start
        {
            return Err(shared(after.span));
        }
    }
    Ok(cuts)
}

fn shared(span: Span) -> Error {
    Error::UnsupportedFeature {
        what: "samples that share a part of their data",
        offset: span.start,
    }
}

fn chunk_cuts(
    view: View<'_>,
    track: &Track,
    chunk: &Chunk,
    cuts: &mut Vec<Cut>,
) -> Result<(), Error> {
    let (Some(entry), Ok(samples)) = (entry_of(track, chunk), &track.samples) else {
        return Err(Error::Malformed {
            what: "samples that no sample entry describes (ISO/IEC 14496-12 § 8.7.4)",
            offset: chunk.span.start,
        });
    };
    let name = track.role.samples();
    let mut at = chunk.span.start;
    let mut words = |span: Span, message: Name| {
        if at < span.start {
            cuts.push(Cut::whole(at, span.start, name));
        }
        cuts.push(Cut::whole(span.start, span.end, message));
        at = span.end;
    };
    match entry.codec {
        Some(codec @ (Codec::Avc | Codec::Hevc)) => {
            let framing = Framing::of(view, entry.found, codec)?;
            for sample in samples.of(chunk) {
                framing.words(view, sample, &mut words)?;
            }
        }
        Some(Codec::Sound) if descriptor::is_aac(view.get(entry.found.span)) => {
            for sample in samples.of(chunk) {
                let len = aac::leading_len(view.get(sample));
                if len > 0 {
                    let end = sample.start.saturating_add(len);
                    words(Span { end, ..sample }, names::AAC_FILLING);
                }
            }
        }
        Some(Codec::Av1) => {
            for sample in samples.of(chunk) {
                metadata_units(view, sample, &mut words)?;
            }
        }
        _ => {}
    }
    if at < chunk.span.end {
        cuts.push(Cut::whole(at, chunk.span.end, name));
    }
    Ok(())
}

fn entry_of<'t>(track: &'t Track, chunk: &Chunk) -> Option<&'t Entry> {
    let at = index(chunk.entry).checked_sub(1)?;
    track.entries.get(at)
}

/// How the units of a sample are framed, by its sample entry.
struct Framing {
    family: Family,
    message: Name,
    /// How many bytes the length before each unit has.
    length_len: usize,
    has_dolby: bool,
}

impl Framing {
    fn of(view: View<'_>, entry: IsoBox, codec: Codec) -> Result<Self, Error> {
        let (family, message, label, at) = match codec {
            // ISO/IEC 14496-15 § 5.3.3.1 and § 8.3.3.1.
            Codec::Avc => (Family::Avc, names::AVC_MESSAGE, b"avcC", 4),
            _ => (Family::Hevc, names::HEVC_MESSAGE, b"hvcC", 21),
        };
        let boxes = super::entry::visual_boxes(view, entry)?;
        let find = |label: &[u8; 4]| boxes.iter().find(|found| found.label == *label);
        let length_len = find(label)
            .and_then(|found| view.get(found.body).get(at))
            .map(|bits| usize::from(bits & 3).saturating_add(1))
            .filter(|len| *len != 3);
        Ok(Self {
            family,
            message,
            length_len: length_len.ok_or(Error::Malformed {
                what: "a video without its decoder configuration (ISO/IEC 14496-15 § 5.3.3)",
                offset: entry.span.start,
            })?,
            has_dolby: find(b"dvcC").or_else(|| find(b"dvvC")).is_some(),
        })
    }

    /// Calls `words` with each unit of a sample that holds something besides numbers and coded pictures.
    fn words(
        &self,
        view: View<'_>,
        sample: Span,
        words: &mut impl FnMut(Span, Name),
    ) -> Result<(), Error> {
        let damaged = |offset: usize| Error::Malformed {
            what: "a sample that is no row of units (ISO/IEC 14496-15 § 4.3.3)",
            offset,
        };
        let bytes = view.get(sample);
        let mut reader = Reader::new(bytes);
        while !reader.at_end() {
            let offset = sample.start.saturating_add(reader.offset());
            let is_rest_empty = || reader.rest().iter().all(|byte| *byte == 0);
            if reader.rest().len() <= self.length_len && is_rest_empty() {
                return Ok(());
            }
            let length = reader.take(self.length_len, "unit");
            let length = length.map_err(|_| damaged(offset))?;
            let length = length
                .iter()
                .fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
            let start = sample.start.saturating_add(reader.offset());
            let unit = reader.take(length, "unit").map_err(|_| damaged(offset))?;
            match self.family.judge(unit, self.has_dolby) {
                Unit::Coded => {}
                Unit::Message => words(
                    Span {
                        start,
                        end: start.saturating_add(length),
                    },
                    self.message,
                ),
                Unit::Layered => {
                    return Err(Error::UnsupportedFeature {
                        what: "a video in several layers (ISO/IEC 23008-2 Annex F)",
                        offset,
                    });
                }
            }
        }
        Ok(())
    }
}

/// Calls `words` with each unit of a sample that holds metadata other than numbers.
fn metadata_units(
    view: View<'_>,
    sample: Span,
    words: &mut impl FnMut(Span, Name),
) -> Result<(), Error> {
    let bytes = view.get(sample);
    let units = inside(av1::units(bytes, usize::MAX), sample.start)?;
    let mut at = 0_usize;
    for unit in units {
        let end = at.saturating_add(unit.len);
        if unit.by_decoder != Use::Needed {
            let span = Span {
                start: sample.start.saturating_add(at),
                end: sample.start.saturating_add(end),
            };
            words(span, names::AV1_MESSAGE);
        }
        at = end;
    }
    Ok(())
}

/// A part with words, as padding of the same length.
pub(in crate::heif) fn padded(name: &str, bytes: &[u8]) -> Vec<u8> {
    if name == names::AVC_MESSAGE.0 {
        Family::Avc.padded(bytes)
    } else if name == names::HEVC_MESSAGE.0 {
        Family::Hevc.padded(bytes)
    } else if name == names::AAC_FILLING.0 {
        aac::padded(bytes)
    } else {
        let payload = av1::payload(bytes).map_or(0, <[u8]>::len);
        super::sei::padded_obu(bytes, payload)
    }
}

/// What a part with words says to people.
pub(in crate::heif) fn content<'a>(name: &str, bytes: &'a [u8]) -> &'a [u8] {
    if name == names::AVC_MESSAGE.0 {
        Family::Avc.content(bytes)
    } else if name == names::HEVC_MESSAGE.0 {
        Family::Hevc.content(bytes)
    } else if name == names::AAC_FILLING.0 {
        bytes
    } else {
        av1::payload(bytes).unwrap_or(bytes)
    }
}

/// The samples of the tracks that go, in the order of the file; none overlaps another.
pub(in crate::heif) fn going(movie: &Movie) -> Vec<Cut> {
    let mut cuts = Vec::new();
    for track in movie.tracks.iter().filter(|track| !track.role.stays()) {
        // What cannot be located is no sample, and its bytes are not told apart from the rest.
        let chunks = track.samples.iter().flat_map(|samples| &samples.chunks);
        let spans = chunks
            .map(|chunk| chunk.span)
            .filter(|span| !span.is_empty());
        cuts.extend(spans.map(|span| Cut::whole(span.start, span.end, track.role.samples())));
    }
    cuts.sort_by_key(|cut| cut.span);
    let mut at = 0;
    for cut in &mut cuts {
        cut.span.start = cut.span.start.max(at);
        cut.body = cut.span;
        at = at.max(cut.span.end);
    }
    cuts.retain(|cut| !cut.span.is_empty());
    cuts
}

/// Fills a gap between what stays with what goes, and with what no track uses.
pub(in crate::heif) fn fill(goes: &[Cut], from: usize, to: usize, cuts: &mut Vec<Cut>) {
    let mut at = from;
    let first = goes.partition_point(|cut| cut.span.end <= from);
    let inside = goes.get(first..).unwrap_or_default();
    for cut in inside.iter().take_while(|cut| cut.span.start < to) {
        let start = cut.span.start.max(at);
        let end = cut.span.end.min(to);
        if start < end {
            if at < start {
                cuts.push(Cut::whole(at, start, names::GAP));
            }
            cuts.push(Cut::whole(start, end, cut.name));
            at = end;
        }
    }
    if at < to {
        cuts.push(Cut::whole(at, to, names::GAP));
    }
}
