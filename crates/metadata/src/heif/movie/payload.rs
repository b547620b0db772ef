//! What a video tells: its headers and user data, the tracks that go, and words inside its samples.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::names;
use super::source::Source;
use super::tracks::{Movie, Role, Track};
use crate::format::Payload;
use crate::heif::boxes::View;
use crate::part::{Kind, Part};
use crate::reader::Reader;

/// How much of a track that goes is looked at: samples, and bytes.
const SAMPLES_MAX: usize = 4_000;
const SAMPLE_BYTES_MAX: usize = 4 << 20;
/// How many different messages inside samples are told.
const MESSAGES_MAX: usize = 200;

/// Everything that the parts of a video tell.
pub(in crate::heif) fn payloads<'a>(parts: &[Part<'a>]) -> Vec<Payload<'a>> {
    // The walk made the parts of a file whose movie box it could read.
    let Ok(Some(source)) = Source::of(parts) else {
        return Vec::new();
    };
    let mut payloads: Vec<Payload<'a>> = parts.iter().filter_map(single).collect();
    payloads.extend(messages(parts));
    let spheres = parts.iter().filter(|part| part.name == names::SPHERE.0);
    payloads.extend(spheres.flat_map(|part| super::sphere::told(part.body)));
    for track in &source.movie.tracks {
        if !track.role.stays() {
            payloads.push(going(&source, track));
        }
    }
    if let Some(length) = parts
        .iter()
        .find(|part| part.name == names::MVHD.0)
        .and_then(|part| length(part.body))
    {
        payloads.push(Payload::Length(length));
    }
    payloads
}

/// What one part tells by itself.
fn single<'a>(part: &Part<'a>) -> Option<Payload<'a>> {
    match (part.name, part.kind) {
        names::MVHD
        | names::TKHD
        | names::MDHD
        | names::HDLR
        | names::USER_DATA
        | names::VENDOR
        | names::TELEMETRY
        | names::WORDS
        | names::TIME_CODE
        | names::OTHER_VIDEO
        | names::OTHER_TRACK
            // Of tracks that go, the samples have the same name.
            if part.bytes.len() != part.body.len() =>
        {
            Some(Payload::Boxes(Cow::Borrowed(part.bytes)))
        }
        names::VISUAL => encoder(part.body.get(12..16)?, pascal(part.body.get(42..74)?)),
        names::AUDIO => encoder(part.body.get(12..16)?, &[]),
        names::OTHER => Some(Payload::Unknown {
            name: String::from_utf8_lossy(part.bytes.get(4..8)?).into_owned(),
            bytes: part.body,
        }),
        names::FREE | names::GAP => {
            let is_empty = part.body.iter().all(|byte| *byte == 0);
            (!is_empty).then_some(Payload::Unknown {
                name: part.name.to_owned(),
                bytes: part.body,
            })
        }
        _ => None,
    }
}

/// A text behind its length.
fn pascal(field: &[u8]) -> &[u8] {
    let (len, text) = field.split_first().unwrap_or((&0, &[]));
    text.get(..usize::from(*len)).unwrap_or(text)
}

/// The program that coded the samples, by the code of its maker and its name.
fn encoder<'a>(maker: &[u8], name: &[u8]) -> Option<Payload<'a>> {
    let text = [name, b" ", maker].concat();
    let text = String::from_utf8_lossy(&text);
    let text = text.trim_matches(|c: char| c.is_control() || c.is_whitespace());
    (!text.is_empty()).then(|| Payload::Text {
        keyword: "Software".to_owned(),
        text: text.to_owned(),
    })
}

/// Words inside samples, each once, unless they are padding already.
fn messages<'a>(parts: &[Part<'a>]) -> Vec<Payload<'a>> {
    let mut seen = BTreeSet::new();
    let mut payloads = Vec::new();
    for part in parts.iter().filter(|part| part.kind == Kind::Message) {
        if seen.len() >= MESSAGES_MAX {
            break;
        }
        if super::data::padded(part.name, part.bytes) != part.bytes && seen.insert(part.bytes) {
            payloads.push(Payload::Unknown {
                name: "inside the coded video".to_owned(),
                bytes: super::data::content(part.name, part.bytes),
            });
        }
    }
    payloads
}

/// A track that goes.
fn going<'a>(source: &Source<'_, 'a>, track: &Track) -> Payload<'a> {
    let view = source.view();
    let entry = track.entries.first();
    let entry = entry.map(|entry| view.get(entry.found.span));
    let entry = entry.unwrap_or_default().to_vec();
    let mut samples = Vec::new();
    let (mut len, mut count, mut left) = (0_usize, 0, SAMPLE_BYTES_MAX);
    if let Ok(found) = &track.samples {
        count = found.count();
        for chunk in &found.chunks {
            len = len.saturating_add(chunk.span.len());
            for sample in found.of(chunk) {
                if samples.len() >= SAMPLES_MAX || sample.len() > left {
                    break;
                }
                left = left.saturating_sub(sample.len());
                samples.push(source.bytes(sample));
            }
        }
    }
    if track.role == Role::OtherVideo {
        let (width, height) = size(view, track).unwrap_or((0, 0));
        return Payload::Picture {
            name: "Another video in the file",
            width,
            height,
            len,
        };
    }
    Payload::Track {
        handler: track.handler,
        entry,
        samples,
        len,
        count,
    }
}

/// The size of a video as stored: by its first sample entry.
pub(in crate::heif) fn size(view: View<'_>, track: &Track) -> Option<(u32, u32)> {
    let fields = view.get(track.entries.first()?.found.body);
    let mut reader = Reader::new(fields.get(24..)?);
    let width = reader.u16_be("width").ok()?;
    let height = reader.u16_be("height").ok()?;
    (width > 0 && height > 0).then_some((width.into(), height.into()))
}

/// How a player turns the picture, as the Exif orientation that does the same (ISO/IEC 14496-12 § 6.2.2).
pub(in crate::heif) fn orientation(movie: &Movie) -> u8 {
    let signs = movie.video().map(|track| track.turn.map(i32::signum));
    match signs {
        Some([-1, 0, 0, 1]) => 2,
        Some([-1, 0, 0, -1]) => 3,
        Some([1, 0, 0, -1]) => 4,
        Some([0, 1, 1, 0]) => 5,
        Some([0, 1, -1, 0]) => 6,
        Some([0, -1, -1, 0]) => 7,
        Some([0, -1, 1, 0]) => 8,
        _ => 1,
    }
}

/// How long the video is, from its header (ISO/IEC 14496-12 § 8.2.2), such as `2.9 s`; `None` when it does not say.
fn length(body: &[u8]) -> Option<String> {
    const WHAT: &str = "mvhd";
    let mut reader = Reader::new(body);
    let [version, ..] = reader.array::<4>(WHAT).ok()?;
    let duration = if version == 1 {
        reader.take(16, WHAT).ok()?;
        let scale = reader.u32_be(WHAT).ok()?;
        (scale, reader.array(WHAT).map(u64::from_be_bytes).ok()?)
    } else {
        reader.take(8, WHAT).ok()?;
        (
            reader.u32_be(WHAT).ok()?,
            u64::from(reader.u32_be(WHAT).ok()?),
        )
    };
    let (scale, units) = duration;
    if units == u64::MAX || units == u64::from(u32::MAX) {
        return None;
    }
    let tenths = units.checked_mul(10)?.checked_div(scale.into())?;
    (tenths > 0).then_some(())?;
    let (whole, rest) = (tenths.checked_div(10)?, tenths.checked_rem(10)?);
    Some(match (whole.checked_div(60)?, whole.checked_rem(60)?) {
        (0, _) => format!("{whole}.{rest} s"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    })
}
