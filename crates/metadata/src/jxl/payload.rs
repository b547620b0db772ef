//! What the boxes of a JPEG XL tell, and its headers.

use std::borrow::Cow;
use std::io::Read as _;

use super::codestream::Head;
use super::{
    BROTLI, BROTLI_EXIF, BROTLI_PROVENANCE, BROTLI_XMP, DUPLICATE, EXIF, FILE_TYPE, FRAME,
    GAIN_MAP, HEADER, HELPER, PREVIEW, RECONSTRUCTION, frames_in, joined, reconstruction, runs,
};
use crate::Limits;
use crate::format::Payload;
use crate::keep::{Fate, fate};
use crate::notes::size_words;
use crate::part::{Kind, Part};

/// How many times the limit of one compressed box all together may inflate to.
const BOXES_MAX: usize = 4;
/// The length of a file type with no brand but its own.
const FILE_TYPE_LEN: usize = 20;

/// The payloads of all parts that are not copied. Boxes that would inflate beyond the limit are told by their size.
pub(super) fn payloads<'a>(parts: &[Part<'a>], limits: &Limits) -> Vec<Payload<'a>> {
    let mut inflater = Inflater {
        one_max: limits.inflated_bytes_max,
        left: limits.inflated_bytes_max.saturating_mul(BOXES_MAX),
    };
    let mut told = codestream(parts, limits);
    told.extend(parts.iter().filter_map(|part| payload(part, &mut inflater)));
    told
}

/// What the headers of the codestream tell: the colour profile, names, and times of frames.
fn codestream<'a>(parts: &[Part<'_>], limits: &Limits) -> Vec<Payload<'a>> {
    let mut told = Vec::new();
    let Ok(head) = Head::read(&joined(parts, HEADER), limits) else {
        return told;
    };
    told.extend(
        head.profile
            .map(|profile| Payload::Icc(Cow::Owned(profile))),
    );
    let named = |keyword: &str, text| Payload::Text {
        keyword: keyword.to_owned(),
        text,
    };
    let image = head.image;
    told.extend(
        head.names
            .into_iter()
            .map(|name| named("Channel name", name)),
    );
    for run in [FRAME, HELPER]
        .into_iter()
        .flat_map(|name| runs(parts, name))
    {
        for frame in frames_in(&run, &image).unwrap_or_default() {
            told.extend(frame.name.map(|name| named("Layer name", name)));
            told.extend(frame.timecode.map(|code| Payload::Time(timecode(code))));
        }
    }
    let preview = parts.iter().filter(|part| part.name == PREVIEW.0);
    let len = preview.fold(0_usize, |len, part| len.saturating_add(part.bytes.len()));
    if let Some((width, height)) = image.preview.filter(|_| len > 0) {
        told.push(Payload::Picture {
            name: "Preview in the picture",
            width,
            height,
            len,
        });
    }
    told
}

/// A time code as people read it: hours, minutes, seconds and frames, two digits each (SMPTE ST 12-1).
fn timecode(code: u32) -> String {
    let [hours, minutes, seconds, frames] = code.to_be_bytes();
    format!("{hours:02x}:{minutes:02x}:{seconds:02x}:{frames:02x} (time code)")
}

fn payload<'a>(part: &Part<'a>, inflater: &mut Inflater) -> Option<Payload<'a>> {
    let label = label(part);
    let name = (part.name, part.kind);
    Some(match part.kind {
        Kind::Exif if name == EXIF => exif(Cow::Borrowed(part.body)),
        Kind::Exif | Kind::Xmp | Kind::Provenance
            if [BROTLI_EXIF, BROTLI_XMP, BROTLI_PROVENANCE].contains(&name) =>
        {
            inflater.brob(part)
        }
        Kind::Xmp => Payload::Xmp(Cow::Borrowed(part.body)),
        Kind::Provenance => Payload::Provenance(Cow::Borrowed(part.bytes)),
        Kind::Duplicate if name == DUPLICATE && &label == b"Exif" => exif(Cow::Borrowed(part.body)),
        Kind::Duplicate if &label == b"brob" => inflater.brob(part),
        Kind::Unknown if name == BROTLI => inflater.brob(part),
        Kind::Trailer => Payload::Trailer(part.body),
        Kind::SecondPicture if name == RECONSTRUCTION => Payload::Reconstruction {
            len: part.body.len(),
            told: reconstruction::told(part.body, inflater),
        },
        Kind::SecondPicture if name == GAIN_MAP => Payload::Picture {
            name: "HDR gain map",
            width: 0,
            height: 0,
            len: part.body.len(),
        },
        // Told with the header, which knows its size.
        Kind::SecondPicture => return None,
        Kind::Structure if name == FILE_TYPE && part.bytes.len() > FILE_TYPE_LEN => unknown(part),
        kind if fate(kind) == Fate::Drop => unknown(part),
        _ => return None,
    })
}

fn label(part: &Part<'_>) -> [u8; 4] {
    let label = part.bytes.get(4..8).unwrap_or_default();
    label.try_into().unwrap_or_default()
}

fn unknown<'a>(part: &Part<'a>) -> Payload<'a> {
    Payload::Unknown {
        name: label(part).escape_ascii().to_string(),
        bytes: part.body,
    }
}

/// An Exif block behind four bytes that say where in it the TIFF stream begins (ISO/IEC 18181-2 § 4.4). Some writers
/// put JPEG's prefix there, and count it or not.
fn exif(body: Cow<'_, [u8]>) -> Payload<'_> {
    let skip = |body: &[u8]| -> Option<usize> {
        let (offset, rest) = body.split_first_chunk::<4>()?;
        let offset = usize::try_from(u32::from_be_bytes(*offset)).ok()?;
        let tiff = rest.get(offset..)?;
        let prefix = if tiff.starts_with(b"Exif\0\0") { 6 } else { 0 };
        offset.checked_add(4)?.checked_add(prefix)
    };
    let from = skip(&body).unwrap_or(0).min(body.len());
    Payload::Exif(match body {
        Cow::Borrowed(bytes) => Cow::Borrowed(bytes.get(from..).unwrap_or_default()),
        Cow::Owned(bytes) => Cow::Owned(bytes.get(from..).unwrap_or_default().to_vec()),
    })
}

/// Inflates within limits.
pub(super) struct Inflater {
    one_max: usize,
    left: usize,
}

impl Inflater {
    /// A box that is compressed with Brotli (ISO/IEC 18181-2 § 4.9), by what is inside.
    fn brob<'a>(&mut self, part: &Part<'a>) -> Payload<'a> {
        let (label, coded) = part
            .body
            .split_first_chunk::<4>()
            .unwrap_or((b"    ", part.body));
        let Some(bytes) = self.inflate(coded) else {
            let name = label.escape_ascii();
            return Payload::Text {
                keyword: format!("{name} box, compressed"),
                text: format!(
                    "{}, damaged or larger than is read",
                    size_words(coded.len())
                ),
            };
        };
        match label {
            b"Exif" => exif(Cow::Owned(bytes)),
            b"xml " => Payload::Xmp(Cow::Owned(bytes)),
            b"jumb" => {
                let len = u32::try_from(bytes.len().saturating_add(8)).unwrap_or(u32::MAX);
                let whole = [&len.to_be_bytes()[..], b"jumb", &bytes].concat();
                Payload::Provenance(Cow::Owned(whole))
            }
            _ => Payload::Inflated {
                name: label.escape_ascii().to_string(),
                bytes,
            },
        }
    }

    /// Inflates a whole Brotli stream (RFC 7932), unless it is damaged or too large.
    pub(super) fn inflate(&mut self, coded: &[u8]) -> Option<Vec<u8>> {
        let max = self.one_max.min(self.left);
        let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
        let mut bytes = Vec::new();
        let decoder = brotli_decompressor::Decompressor::new(coded, 4_096);
        let read = decoder.take(limit).read_to_end(&mut bytes);
        self.left = self.left.saturating_sub(bytes.len());
        (read.is_ok() && bytes.len() <= max).then_some(bytes)
    }
}
