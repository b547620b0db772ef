//! What the chunks of a PNG tell.

use std::borrow::Cow;

use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit};

use super::{XMP_KEYWORD, raw_profile};
use crate::Limits;
use crate::format::Payload;
use crate::keep::{Fate, fate};
use crate::notes::size_words;
use crate::part::{Kind, Part};
use crate::reader::Reader;

/// How many times the limit of one text all texts together may inflate to.
const TEXTS_MAX: usize = 4;

/// The payloads of all parts that are not copied. Texts that would inflate beyond the limit are told by their size.
pub(super) fn payloads<'a>(parts: &[Part<'a>], limits: &Limits) -> Vec<Payload<'a>> {
    let mut inflater = Inflater {
        one_max: limits.inflated_bytes_max,
        left: limits.inflated_bytes_max.saturating_mul(TEXTS_MAX),
    };
    let has_exif = parts.iter().any(|part| part.kind == Kind::Exif);
    parts
        .iter()
        .filter_map(|part| {
            let told = payload(part, limits, &mut inflater)?;
            Some(match told {
                // Some programs read Exif from text, but not where it has a chunk of its own.
                Payload::Exif(tiff) if has_exif && part.kind != Kind::Exif => {
                    Payload::SpareExif(tiff)
                }
                told => told,
            })
        })
        .collect()
}

/// The zlib stream in an iCCP chunk, PNG § 11.3.2.3, or `None` where decoders ignore the chunk: without a name of 1 to
/// 79 bytes, or with another compression method.
pub(super) fn compressed_profile(iccp: &[u8]) -> Option<&[u8]> {
    let (name, rest) = split_at_nul(iccp)?;
    let (method, zlib) = rest.split_first()?;
    ((1..=79).contains(&name.len()) && *method == 0).then_some(zlib)
}

fn payload<'a>(part: &Part<'a>, limits: &Limits, inflater: &mut Inflater) -> Option<Payload<'a>> {
    let label = part.bytes.get(4..8).unwrap_or_default();
    let told = match part.kind {
        Kind::Exif => Some(Payload::Exif(exif(part.body))),
        Kind::Duplicate if label == b"eXIf" => Some(Payload::SpareExif(exif(part.body))),
        Kind::ColourProfile => Some(icc(part.body, limits)),
        // Only the first profile counts, so that a second is told as one that viewers ignore.
        Kind::Duplicate if label == b"iCCP" => Some(Payload::BrokenIcc(part.body.len())),
        Kind::Xmp | Kind::Text => text(label, part.body, inflater),
        Kind::Time => time(part.body),
        Kind::Provenance => Some(Payload::Provenance(Cow::Borrowed(part.body))),
        Kind::Trailer => Some(Payload::Trailer(part.body)),
        _ => None,
    };
    match told {
        None if fate(part.kind) == Fate::Drop => Some(Payload::Unknown {
            name: latin1(label),
            bytes: part.body,
        }),
        told => told,
    }
}

/// Some writers put JPEG's prefix before the TIFF stream, against PNG § 11.3.4.5.
fn exif(body: &[u8]) -> Cow<'_, [u8]> {
    Cow::Borrowed(body.strip_prefix(b"Exif\0\0").unwrap_or(body))
}

/// Inflates a colour profile. What follows the size in its header does not belong to it (ICC.1:2022 § 7.2.2), and a
/// stream that breaks off after it still holds it whole: decoders read no further.
fn icc<'a>(iccp: &[u8], limits: &Limits) -> Payload<'a> {
    let broken = Payload::BrokenIcc(iccp.len());
    let Some(zlib) = compressed_profile(iccp) else {
        return broken;
    };
    let mut profile = match decompress_to_vec_zlib_with_limit(zlib, limits.inflated_bytes_max) {
        Ok(profile) => profile,
        Err(failed) => failed.output,
    };
    let size = Reader::new(&profile).u32_be("ICC size").ok();
    match size.and_then(|size| usize::try_from(size).ok()) {
        Some(size) if size <= profile.len() => {
            profile.truncate(size);
            Payload::Icc(Cow::Owned(profile))
        }
        _ => broken,
    }
}

/// tIME, PNG § 11.3.5.1.
fn time<'a>(body: &[u8]) -> Option<Payload<'a>> {
    let mut reader = Reader::new(body);
    let year = reader.u16_be("tIME").ok()?;
    let [month, day, hour, minute, second] = reader.array("tIME").ok()?;
    reader.at_end().then(|| {
        Payload::Time(format!(
            "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC"
        ))
    })
}

/// tEXt, zTXt and iTXt, PNG § 11.3.3. `None` when the chunk is not built as these are.
fn text<'a>(label: &[u8], body: &'a [u8], inflater: &mut Inflater) -> Option<Payload<'a>> {
    let (keyword, rest) = split_at_nul(body)?;
    let mut name = latin1(keyword);
    let text = match label {
        b"tEXt" => Inflated::Text(Cow::Borrowed(rest)),
        b"zTXt" => inflater.inflate(rest.strip_prefix(&[0])?),
        b"iTXt" => {
            let (compressed, rest) = rest.split_first()?;
            let (_method, rest) = rest.split_first()?;
            let (_language, rest) = split_at_nul(rest)?;
            let (translated, text) = split_at_nul(rest)?;
            if !translated.is_empty() {
                name = format!("{name} ({})", String::from_utf8_lossy(translated));
            }
            match compressed {
                0 => Inflated::Text(Cow::Borrowed(text)),
                _ => inflater.inflate(text),
            }
        }
        _ => return None,
    };
    let bytes = match text {
        Inflated::Text(bytes) => bytes,
        Inflated::TooLong(compressed) => {
            return Some(Payload::Text {
                keyword: name,
                text: format!(
                    "{} of compressed text, too long to read",
                    size_words(compressed)
                ),
            });
        }
    };
    if keyword == XMP_KEYWORD {
        return Some(Payload::Xmp(bytes));
    }
    if let Some(profile) = keyword
        .strip_prefix(b"Raw profile type ")
        .and_then(|kind| raw_profile::decode(kind, &bytes))
    {
        return Some(profile);
    }
    Some(Payload::Text {
        keyword: name,
        text: readable(&bytes),
    })
}

/// The bytes before and after the first NUL.
fn split_at_nul(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == 0)?;
    let (before, after) = bytes.split_at_checked(end)?;
    Some((before, after.get(1..)?))
}

/// Text that should be Latin-1 and often is UTF-8.
fn readable(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| latin1(bytes), str::to_owned)
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// Inflates texts until their sum is too large, however many a file holds.
struct Inflater {
    one_max: usize,
    left: usize,
}

/// A text, or the size of a compressed one that is too long.
enum Inflated<'a> {
    Text(Cow<'a, [u8]>),
    TooLong(usize),
}

impl Inflater {
    /// Of a damaged stream, what can be read.
    fn inflate<'a>(&mut self, zlib: &[u8]) -> Inflated<'a> {
        let limit = self.one_max.min(self.left);
        let inflated = decompress_to_vec_zlib_with_limit(zlib, limit);
        let (whole, bytes) = match inflated {
            Ok(bytes) => (true, bytes),
            Err(failed) => (failed.status != TINFLStatus::HasMoreOutput, failed.output),
        };
        self.left = self.left.saturating_sub(bytes.len());
        if whole {
            Inflated::Text(Cow::Owned(bytes))
        } else {
            Inflated::TooLong(zlib.len())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniz_oxide::deflate::compress_to_vec_zlib;

    #[test]
    fn all_texts_together_stay_within_a_limit() {
        let zlib = compress_to_vec_zlib(&[b'a'; 1_000], 6);
        let mut inflater = Inflater {
            one_max: 1_500,
            left: 2_500,
        };
        let mut read = || matches!(inflater.inflate(&zlib), Inflated::Text(_));
        assert!(read() && read());
        assert!(!read() && !read());
    }

    #[test]
    fn profiles_that_decoders_ignore_are_broken() {
        let mut profile = vec![0; 132];
        profile[3] = 132;
        let zlib = compress_to_vec_zlib(&profile, 6);
        let iccp = |name: &[u8], method: u8, zlib: &[u8]| [name, &[0, method], zlib].concat();
        let limits = Limits::default();
        let is_read =
            |body: Vec<u8>| matches!(icc(&body, &limits), Payload::Icc(read) if read == profile);
        assert!(is_read(iccp(b"Jane's screen", 0, &zlib)));
        assert!(is_read(iccp(b"x", 0, &zlib[..zlib.len() - 4])));
        assert!(!is_read(iccp(b"", 0, &zlib)));
        assert!(!is_read(iccp(&[b'x'; 80], 0, &zlib)));
        assert!(!is_read(iccp(b"x", 1, &zlib)));
        assert!(!is_read(iccp(b"x", 0, &zlib[..8])));
        assert!(!is_read(b"x".to_vec()));
    }
}
