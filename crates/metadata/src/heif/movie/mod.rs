//! MP4 and QuickTime: videos in boxes. ISO/IEC 14496-12, ISO/IEC 14496-14, QuickTime File Format.
//!
//! What stays is the video that a person watches and the sound that goes with it: their samples byte for byte, and the
//! tables that say where those stand. Everything else goes: user data, tracks of places, sensors, text and time codes,
//! dates, names. Words inside coded samples are written over with padding of the same length.

mod aac;
pub(super) mod arrangement;
#[cfg(test)]
pub(crate) mod builder;
mod codec;
pub(super) mod data;
mod descriptor;
mod entry;
pub(super) mod names;
pub(super) mod payload;
pub(super) mod rebuild;
mod rewrite;
mod samples;
mod sei;
pub(super) mod source;
mod sphere;
#[cfg(test)]
mod tests;
pub(super) mod tracks;
pub(super) mod walk;

use super::boxes::{self, IsoBox, NoBox, Span, View};
use super::cut::Cut;
use super::names as shared;
use crate::format::{Format, Frame, Fresh, Payload, Piece};
use crate::part::{Kind, Part};
use crate::{Error, Limits};
use source::Source;
use tracks::Movie;

/// MP4, QuickTime and their like.
pub(crate) struct Video;

impl Format for Video {
    fn parts<'a>(&self, file: &'a [u8], limits: &Limits) -> Result<Vec<Part<'a>>, Error> {
        parts(file, limits.parts_max)
    }

    fn frame(&self, parts: &[Part<'_>]) -> Result<Frame, Error> {
        let source = source(parts)?;
        let track = source.movie.video();
        let size = track.and_then(|track| payload::size(source.view(), track));
        let (width, height) = size.ok_or(Error::Malformed {
            what: "its video has no size (ISO/IEC 14496-12 § 12.1.3)",
            offset: source.movie.found.span.start,
        })?;
        Ok(Frame {
            width,
            height,
            frames: 1,
            orientation: Some(payload::orientation(&source.movie)),
        })
    }

    fn arrangement<'a>(&self, parts: &[Part<'a>]) -> Vec<Piece<'a>> {
        arrangement::arrangement(parts)
    }

    fn payloads<'a>(&self, parts: &[Part<'a>], _: &Limits) -> Vec<Payload<'a>> {
        let mut payloads = payload::payloads(parts);
        payloads.extend(parts.iter().filter_map(super::payload::single));
        payloads
    }

    fn rebuild(&self, parts: &[Part<'_>], fresh: &Fresh, room: Vec<u8>) -> Result<Vec<u8>, Error> {
        let staying = source(parts)?.movie.staying();
        rebuild::rebuild(parts, &staying, fresh, room)
    }

    fn vocabulary(&self) -> &'static [(&'static str, Kind)] {
        names::VOCABULARY
    }
}

fn source<'p, 'a>(parts: &'p [Part<'a>]) -> Result<Source<'p, 'a>, Error> {
    Source::of(parts)?.ok_or(Error::Malformed {
        what: "no movie box (ISO/IEC 14496-12 § 8.2.1)",
        offset: 0,
    })
}

/// Whether a file has a movie box, and no picture beside it.
pub(super) fn is_all(view: View<'_>) -> bool {
    let mut at = 0;
    let mut has_movie = false;
    while let Ok(found) = boxes::read(view, at, view.end()) {
        if found.label == *b"meta" {
            return false;
        }
        if found.label == *b"ftyp" && at > 0 {
            break;
        }
        has_movie |= found.label == *b"moov";
        at = found.span.end;
        if at >= view.end() {
            break;
        }
    }
    has_movie
}

/// Every byte of the file, as parts.
pub(super) fn parts(file: &[u8], limit: usize) -> Result<Vec<Part<'_>>, Error> {
    let view = View::new(file, 0);
    let (tops, trailer) = tops(view, limit)?;
    let found = tops.iter().find(|found| found.label == *b"moov");
    let found = found.ok_or(Error::Truncated {
        what: "the boxes before the movie box",
        offset: file.len(),
    })?;
    let movie = Movie::read(view, *found, view.end(), limit)?;
    let mut samples = Samples::of(view, &movie, limit)?;
    let mut cuts = Vec::new();
    for top in &tops {
        match &top.label {
            b"ftyp" if top.span.start == 0 => cuts.push(Cut::of(*top, shared::FTYP)),
            b"moov" => cuts.extend(walk::cuts(view, &movie, limit)?),
            b"mdat" => {
                cuts.push(Cut::header(top.span.start, top.body.start, shared::MDAT));
                samples.tile(top.body, &mut cuts);
            }
            _ => cuts.push(Cut::of(*top, walk::bystander(view, *top))),
        }
    }
    if samples.placed != samples.stays.len() {
        return Err(Error::UnsupportedFeature {
            what: "samples outside the boxes for data (ISO/IEC 14496-12 § 8.1.1)",
            offset: found.span.start,
        });
    }
    if !trailer.is_empty() {
        cuts.push(Cut::whole(trailer.start, trailer.end, shared::TRAILER));
    }
    if cuts.len() > limit {
        return Err(Error::TooMany {
            what: "parts",
            limit,
        });
    }
    let part = |cut: Cut| Part {
        kind: cut.name.1,
        name: cut.name.0,
        offset: cut.span.start,
        bytes: view.get(cut.span),
        body: view.get(cut.body),
    };
    Ok(cuts.into_iter().map(part).collect())
}

/// The boxes at the top, and what follows the last one.
fn tops(view: View<'_>, limit: usize) -> Result<(Vec<IsoBox>, Span), Error> {
    let mut tops: Vec<IsoBox> = Vec::new();
    let mut at = 0;
    let has_movie = |tops: &[IsoBox]| tops.iter().any(|found| found.label == *b"moov");
    while at < view.end() {
        let found = match boxes::read(view, at, view.end()) {
            Ok(found) => found,
            Err(NoBox::TooLong(label)) if matches!(&label, b"ftyp" | b"mdat" | b"moov") => {
                return Err(Error::Truncated {
                    what: "a box (ISO/IEC 14496-12 § 4.2)",
                    offset: at,
                });
            }
            Err(_) if has_movie(&tops) => break,
            Err(_) => {
                return Err(Error::Truncated {
                    what: "the boxes before the movie box",
                    offset: at,
                });
            }
        };
        // Another file behind this one.
        if found.label == *b"ftyp" && has_movie(&tops) {
            break;
        }
        let unsupported = match &found.label {
            b"moof" => Some("a video in fragments (ISO/IEC 14496-12 § 8.8)"),
            b"moov" if has_movie(&tops) => Some("two movie boxes (ISO/IEC 14496-12 § 8.2.1)"),
            _ => None,
        };
        if let Some(what) = unsupported {
            return Err(Error::UnsupportedFeature { what, offset: at });
        }
        if tops.len() >= limit {
            return Err(Error::TooMany {
                what: "boxes",
                limit,
            });
        }
        at = found.span.end;
        tops.push(found);
    }
    let trailer = Span {
        start: at,
        end: view.end(),
    };
    Ok((tops, trailer))
}

/// The samples of all tracks, in the order of the file.
struct Samples {
    stays: Vec<Cut>,
    goes: Vec<Cut>,
    /// How many of those that stay have found their place.
    placed: usize,
}

impl Samples {
    fn of(view: View<'_>, movie: &Movie, limit: usize) -> Result<Self, Error> {
        Ok(Self {
            stays: data::cuts(view, movie, limit)?,
            goes: data::going(movie),
            placed: 0,
        })
    }

    /// The parts that tile a box of data: what stays, what goes, and between them what no track uses.
    fn tile(&mut self, home: Span, cuts: &mut Vec<Cut>) {
        let mut at = home.start;
        let first = self
            .stays
            .partition_point(|cut| cut.span.start < home.start);
        let staying = self.stays.get(first..).unwrap_or_default();
        for cut in staying.iter().take_while(|cut| cut.span.end <= home.end) {
            data::fill(&self.goes, at, cut.span.start, cuts);
            cuts.push(*cut);
            at = cut.span.end;
            self.placed = self.placed.saturating_add(1);
        }
        data::fill(&self.goes, at, home.end, cuts);
    }
}
