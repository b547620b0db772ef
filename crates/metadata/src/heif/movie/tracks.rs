//! The movie box: its tracks, and what each of them is to the person who watches. ISO/IEC 14496-12 § 8.2 to § 8.5.

use std::collections::BTreeSet;

use super::codec::Codec;
use super::names;
use super::samples::{Packing, Samples};
use crate::Error;
use crate::heif::boxes::{IsoBox, Label, Span, View, children};
use crate::heif::names::Name;
use crate::heif::roles::ALPHA_URNS;
use crate::reader::Reader;

/// What the movie box says.
#[derive(Debug, Clone)]
pub(in crate::heif) struct Movie {
    pub(in crate::heif) found: IsoBox,
    pub(in crate::heif) boxes: Vec<IsoBox>,
    pub(in crate::heif) tracks: Vec<Track>,
}

/// What a track is to the person who watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::heif) enum Role {
    Video,
    Alpha,
    Sound,
    /// Places, sensors, faces, by the moment.
    Telemetry,
    /// Text, subtitles, chapters.
    Words,
    TimeCode,
    /// Hidden, depth, thumbnails of chapters.
    OtherVideo,
    Other,
}

impl Role {
    pub(in crate::heif) const fn stays(self) -> bool {
        matches!(self, Self::Video | Self::Alpha | Self::Sound)
    }

    /// What its samples are, in the vocabulary; for what goes, this is the track itself too.
    pub(in crate::heif) const fn samples(self) -> Name {
        match self {
            Self::Video => names::VIDEO,
            Self::Alpha => names::ALPHA,
            Self::Sound => names::SOUND,
            Self::Telemetry => names::TELEMETRY,
            Self::Words => names::WORDS,
            Self::TimeCode => names::TIME_CODE,
            Self::OtherVideo => names::OTHER_VIDEO,
            Self::Other => names::OTHER_TRACK,
        }
    }
}

/// A track.
#[derive(Debug, Clone)]
pub(in crate::heif) struct Track {
    pub(in crate::heif) found: IsoBox,
    pub(in crate::heif) number: u32,
    is_enabled: bool,
    /// Tracks of one group other than 0 are shown instead of each other.
    group: u16,
    /// How the picture is turned, as the four numbers of its matrix.
    pub(in crate::heif) turn: [i32; 4],
    pub(in crate::heif) handler: Label,
    pub(in crate::heif) entries: Vec<Entry>,
    /// Label, and to which tracks.
    references: Vec<(Label, Vec<u32>)>,
    pub(in crate::heif) samples: Result<Samples, Error>,
    pub(in crate::heif) role: Role,
}

/// A sample entry: what decodes the samples.
#[derive(Debug, Clone, Copy)]
pub(in crate::heif) struct Entry {
    pub(in crate::heif) found: IsoBox,
    pub(in crate::heif) codec: Option<Codec>,
}

impl Movie {
    /// Reads the movie box. `file_end` is where the file ends, `limit` bounds each list.
    pub(in crate::heif) fn read(
        view: View<'_>,
        found: IsoBox,
        file_end: usize,
        limit: usize,
    ) -> Result<Self, Error> {
        let boxes = children(view, found.body, limit)?;
        let unsupported = |label: &[u8; 4]| match label {
            b"mvex" => Some("a video in fragments (ISO/IEC 14496-12 § 8.8)"),
            b"cmov" => Some("a compressed movie box (QuickTime File Format)"),
            b"rmra" => Some("a video that lies in other files (QuickTime File Format)"),
            b"pssh" => Some("an encrypted video (ISO/IEC 23001-7)"),
            _ => None,
        };
        if let Some((what, found)) = boxes
            .iter()
            .find_map(|found| Some((unsupported(&found.label)?, found)))
        {
            return Err(Error::UnsupportedFeature {
                what,
                offset: found.span.start,
            });
        }
        let traks = boxes.iter().filter(|found| found.label == *b"trak");
        let tracks = traks.map(|trak| Track::read(view, *trak, file_end, limit));
        let mut movie = Self {
            tracks: tracks.collect::<Result<_, _>>()?,
            found,
            boxes,
        };
        movie.assign(view)?;
        Ok(movie)
    }

    /// The track that a person watches.
    pub(in crate::heif) fn video(&self) -> Option<&Track> {
        self.tracks.iter().find(|track| track.role == Role::Video)
    }

    /// The numbers of the tracks that stay.
    pub(in crate::heif) fn staying(&self) -> BTreeSet<u32> {
        let staying = self.tracks.iter().filter(|track| track.role.stays());
        staying.map(|track| track.number).collect()
    }

    /// Gives each track its role. Nothing stays because of what it says about itself: one video stays, the one that
    /// is watched, with its transparency, and the sounds that can be heard.
    fn assign(&mut self, view: View<'_>) -> Result<(), Error> {
        let refuse = |what| {
            Err(Error::UnsupportedFeature {
                what,
                offset: self.found.span.start,
            })
        };
        let numbers: BTreeSet<u32> = self.tracks.iter().map(|track| track.number).collect();
        if numbers.len() != self.tracks.len() {
            return Err(Error::Malformed {
                what: "two tracks with one number (ISO/IEC 14496-12 § 8.3.2)",
                offset: self.found.span.start,
            });
        }
        let is_encrypted = |label: Label| matches!(&label, b"encv" | b"enca" | b"drmi" | b"drms");
        let mut entries = self.tracks.iter().flat_map(|track| &track.entries);
        if entries.any(|entry| is_encrypted(entry.found.label)) {
            return refuse("an encrypted video (ISO/IEC 23001-7)");
        }

        let chapters: BTreeSet<u32> = self
            .tracks
            .iter()
            .flat_map(|track| track.referred(b"chap"))
            .collect();
        let watched = self.shown(&chapters, |track| {
            matches!(&track.handler, b"vide" | b"pict") && !track.belongs_to_another()
        });
        let known: Vec<u32> = self.known(&watched, Codec::is_video);
        let main = match (known.as_slice(), watched.is_empty()) {
            ([only], _) => *only,
            ([], true) => return refuse("sound without a video (ISO/IEC 14496-12 § 8.4.3)"),
            ([], false) => {
                return refuse("a video coded in a way that cannot be looked into");
            }
            _ => return refuse("several videos side by side (ISO/IEC 14496-12 § 8.3.2)"),
        };
        let heard = self.shown(&chapters, |track| track.handler == *b"soun");
        let mut sounds = self.known(&heard, |codec| codec == Codec::Sound);
        // No viewer plays the sound of an animated picture.
        let is_animation = watched
            .iter()
            .any(|track| track.number == main && track.handler == *b"pict");
        if is_animation {
            sounds.clear();
        } else if sounds.is_empty() && !heard.is_empty() {
            return refuse("sound coded in a way that cannot be looked into");
        }
        for track in &mut self.tracks {
            track.role = match &track.handler {
                _ if track.number == main => Role::Video,
                b"auxv" if track.is_alpha_of(view, main) => Role::Alpha,
                b"soun" if sounds.contains(&track.number) => Role::Sound,
                b"vide" | b"pict" | b"auxv" => Role::OtherVideo,
                b"meta" | b"camm" | b"mp7s" => Role::Telemetry,
                b"text" | b"sbtl" | b"subt" | b"subp" | b"clcp" => Role::Words,
                b"tmcd" => Role::TimeCode,
                _ => Role::Other,
            };
        }
        let staying = self.tracks.iter().filter(|track| track.role.stays());
        staying
            .filter_map(|track| track.samples.as_ref().err())
            .next()
            .map_or(Ok(()), |error| Err(error.clone()))
    }

    /// The tracks that a player shows: those that are enabled or can be chosen instead of another, or all when none
    /// is enabled.
    fn shown(&self, chapters: &BTreeSet<u32>, is: impl Fn(&Track) -> bool) -> Vec<&Track> {
        let candidates = || {
            self.tracks
                .iter()
                .filter(|track| is(track) && !chapters.contains(&track.number))
        };
        let any_enabled = candidates().any(|track| track.is_enabled);
        let is_shown = |track: &&Track| {
            !any_enabled || track.is_enabled || track.handler == *b"soun" && track.group != 0
        };
        candidates().filter(is_shown).collect()
    }

    /// The numbers of those whose samples can be looked into.
    fn known(&self, tracks: &[&Track], is: impl Fn(Codec) -> bool) -> Vec<u32> {
        let all_are = |track: &&&Track| {
            !track.entries.is_empty()
                && track
                    .entries
                    .iter()
                    .all(|entry| entry.codec.is_some_and(&is))
        };
        let known = tracks.iter().filter(all_are);
        known.map(|track| track.number).collect()
    }
}

impl Track {
    fn read(view: View<'_>, trak: IsoBox, file_end: usize, limit: usize) -> Result<Self, Error> {
        let find = |boxes: &[IsoBox], label: &[u8; 4]| {
            let mut found = boxes.iter().filter(|found| found.label == *label);
            match (found.next(), found.next()) {
                (Some(only), None) => Ok(*only),
                _ => Err(damaged(trak)),
            }
        };
        let boxes = children(view, trak.body, limit)?;
        let header =
            Header::read(view.get(find(&boxes, b"tkhd")?.body)).ok_or_else(|| damaged(trak))?;
        let media = children(view, find(&boxes, b"mdia")?.body, limit)?;
        let handler = view.get(find(&media, b"hdlr")?.body).get(8..12);
        let inner = children(view, find(&media, b"minf")?.body, limit)?;
        let tables = children(view, find(&inner, b"stbl")?.body, limit)?;
        let stsd = find(&tables, b"stsd")?;
        let handler: Label = handler
            .and_then(|label| label.try_into().ok())
            .ok_or_else(|| damaged(trak))?;
        let entries = entries(view, stsd, limit)?;
        let packing = match entries.as_slice() {
            [only] if handler == *b"soun" => packing(view.get(only.found.body)),
            _ => None,
        };
        let references = boxes.iter().filter(|found| found.label == *b"tref");
        let references = references.map(|found| children(view, found.body, limit));
        let references: Vec<IsoBox> = references
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .flatten()
            .collect();
        let references = references
            .iter()
            .map(|found| (found.label, numbers(view.get(found.body))));
        Ok(Self {
            found: trak,
            number: header.number,
            is_enabled: header.is_enabled,
            group: header.group,
            turn: header.turn,
            handler,
            references: references.collect(),
            samples: Samples::read(view, &tables, packing, file_end, limit),
            entries,
            role: Role::Other,
        })
    }

    /// To which tracks it refers by this label.
    fn referred(&self, label: &Label) -> impl Iterator<Item = u32> {
        let found = self
            .references
            .iter()
            .filter(move |found| found.0 == *label);
        found.flat_map(|found| found.1.iter().copied())
    }

    /// Whether it says of itself that it is there for another track.
    fn belongs_to_another(&self) -> bool {
        let words: [&Label; 4] = [b"thmb", b"auxl", b"vdep", b"vplx"];
        words
            .iter()
            .any(|label| self.referred(label).next().is_some())
    }

    /// Whether it is the transparency of this track: ISO/IEC 23008-12 § 7.5.3.
    fn is_alpha_of(&self, view: View<'_>, main: u32) -> bool {
        let says_so = |entry: &Entry| {
            entry.codec.is_some_and(Codec::is_video)
                && auxiliary_urn(view, entry.found)
                    .is_some_and(|urn| ALPHA_URNS.contains(&urn.as_slice()))
        };
        self.referred(b"auxl").any(|number| number == main)
            && !self.entries.is_empty()
            && self.entries.iter().all(says_so)
    }
}

/// The URN in the auxi box of a sample entry, ISO/IEC 23008-12 § 7.5.3.2.
fn auxiliary_urn(view: View<'_>, entry: IsoBox) -> Option<Vec<u8>> {
    let inner = Span {
        start: entry.body.start.checked_add(super::entry::VISUAL_LEN)?,
        end: entry.body.end,
    };
    let boxes = super::entry::boxes(view, inner, 64).ok()?.0;
    let auxi = boxes.iter().find(|found| found.label == *b"auxi")?;
    let urn = view.get(auxi.body).get(4..)?;
    Some(urn.split(|byte| *byte == 0).next()?.to_vec())
}

/// What is needed of a track header, ISO/IEC 14496-12 § 8.3.2.
struct Header {
    number: u32,
    is_enabled: bool,
    group: u16,
    turn: [i32; 4],
}

impl Header {
    fn read(body: &[u8]) -> Option<Self> {
        const WHAT: &str = "tkhd";
        let mut reader = Reader::new(body);
        let [version, _, _, flags] = reader.array(WHAT).ok()?;
        let time = if version == 1 { 8 } else { 4 };
        reader.take(time, WHAT).ok()?;
        reader.take(time, WHAT).ok()?;
        let number = reader.u32_be(WHAT).ok()?;
        // Reserved, duration, reserved, layer.
        reader.take(time.checked_add(14)?, WHAT).ok()?;
        let group = reader.u16_be(WHAT).ok()?;
        reader.take(4, WHAT).ok()?;
        let mut turn = [0; 4];
        for (place, gap) in turn.iter_mut().zip([0, 0, 4, 0]) {
            reader.take(gap, WHAT).ok()?;
            *place = reader.array(WHAT).map(i32::from_be_bytes).ok()?;
        }
        Some(Self {
            number,
            is_enabled: flags & 1 == 1,
            group,
            turn,
        })
    }
}

fn damaged(trak: IsoBox) -> Error {
    Error::Malformed {
        what: "a track without what every track has (ISO/IEC 14496-12 § 8.3.1)",
        offset: trak.span.start,
    }
}

/// The numbers in a reference box, ISO/IEC 14496-12 § 8.3.3.
pub(super) fn numbers(body: &[u8]) -> Vec<u32> {
    let words = body.as_chunks().0.iter();
    words.map(|word| u32::from_be_bytes(*word)).collect()
}

/// Where the entries of a sample description box begin: behind version, flags and count.
pub(super) const ENTRIES_AT: usize = 8;

fn entries(view: View<'_>, stsd: IsoBox, limit: usize) -> Result<Vec<Entry>, Error> {
    let inner = Span {
        start: stsd
            .body
            .start
            .saturating_add(ENTRIES_AT)
            .min(stsd.body.end),
        end: stsd.body.end,
    };
    let found = children(view, inner, limit)?;
    let count = view.get(stsd.body).get(4..8).map(numbers);
    if count != u32::try_from(found.len()).ok().map(|count| vec![count]) {
        return Err(Error::Malformed {
            what: "a list of sample entries of another length than it says (ISO/IEC 14496-12 § 8.5.2)",
            offset: stsd.span.start,
        });
    }
    let entry = |found: IsoBox| Entry {
        found,
        codec: Codec::of(&found.label),
    };
    Ok(found.into_iter().map(entry).collect())
}

/// How many bytes so many samples of a sound take, when its table counts samples and not bytes.
fn packing(entry: &[u8]) -> Packing {
    const WHAT: &str = "sound";
    let mut reader = Reader::new(entry);
    reader.take(8, WHAT).ok()?;
    let version = reader.u16_be(WHAT).ok()?;
    reader.take(6, WHAT).ok()?;
    let (channels, bits) = (reader.u16_be(WHAT).ok()?, reader.u16_be(WHAT).ok()?);
    reader.take(8, WHAT).ok()?;
    let pair = match version {
        // Samples in a packet, bytes in a packet, bytes in a frame of all channels.
        1 => {
            let samples = reader.u32_be(WHAT).ok()?;
            reader.take(4, WHAT).ok()?;
            (reader.u32_be(WHAT).ok()?, samples)
        }
        0 => (
            u32::from(channels).checked_mul(u32::from(bits).checked_div(8)?)?,
            1,
        ),
        _ => return None,
    };
    let pair = (usize::try_from(pair.0).ok()?, usize::try_from(pair.1).ok()?);
    (pair.0 > 0 && pair.1 > 0).then_some(pair)
}
