//! Videos behind a photo: MP4 and QuickTime (ISO 14496-12, 3GPP TS 26.244), as far as they tell where, when and who.

use super::gps::{Angle, iso_6709, position};
use super::{date, runs, vendor, words, xmp};
use crate::Topic;
use crate::notes::{Notes, size_words};
use crate::reader::{Reader, index};

/// How deep boxes are followed.
const DEPTH_MAX: usize = 8;
/// The most boxes of one video that are read.
const BOXES_MAX: usize = 4_000;
/// From 1904, when QuickTime's time begins, to 1970.
const EPOCH_SECONDS: u64 = 2_082_844_800;
/// The mark of an XMP packet in a `uuid` box (ISO 16684-3 § 1.1.9).
const XMP_UUID: &[u8] = b"\xBE\x7A\xCF\xCB\x97\xA9\x42\xE8\x9C\x71\x99\x94\x91\xE3\xAF\xAC";
/// The boxes that stand outermost (ISO 14496-12 § 6.3.3).
const TOP_LEVEL: [&[u8; 4]; 8] = [
    b"ftyp", b"moov", b"mdat", b"moof", b"free", b"skip", b"wide", b"meta",
];
const WHAT: &str = "video";

/// Box or key, what it is about, its name.
type Row = (&'static [u8], Topic, &'static str);

/// User data of QuickTime, iTunes and 3GPP.
const TEXTS: &[Row] = &[
    (b"\xA9xyz", Topic::Place, "GPS position"),
    (b"\xA9mak", Topic::Device, "Camera maker"),
    (b"\xA9mod", Topic::Device, "Camera model"),
    (b"\xA9swr", Topic::Software, "Software"),
    (b"\xA9too", Topic::Software, "Software"),
    (b"\xA9enc", Topic::Software, "Software"),
    (b"\xA9day", Topic::Time, "Made"),
    (b"\xA9nam", Topic::Text, "Title"),
    (b"\xA9cmt", Topic::Text, "Comment"),
    (b"\xA9des", Topic::Text, "Caption"),
    (b"\xA9inf", Topic::Text, "Caption"),
    (b"\xA9ART", Topic::Person, "Artist"),
    (b"\xA9aut", Topic::Person, "Author"),
    (b"\xA9cpy", Topic::Person, "Copyright"),
    (b"auth", Topic::Person, "Author"),
    (b"perf", Topic::Person, "Artist"),
    (b"titl", Topic::Text, "Title"),
    (b"dscp", Topic::Text, "Caption"),
    (b"cprt", Topic::Person, "Copyright"),
    (b"albm", Topic::Text, "Album"),
    (b"kywd", Topic::Text, "Keywords"),
];

/// Keys of QuickTime metadata, by a part of their name.
const KEYS: &[(&str, Topic, &str)] = &[
    ("location.ISO6709", Topic::Place, "GPS position"),
    ("location.", Topic::Place, "Place"),
    ("creationdate", Topic::Time, "Made"),
    (".make", Topic::Device, "Camera maker"),
    ("manufacturer", Topic::Device, "Camera maker"),
    (".model", Topic::Device, "Camera model"),
    (
        "content.identifier",
        Topic::EditHistory,
        "Number that links photo and video",
    ),
    ("camera.identifier", Topic::Device, "Camera"),
    (".software", Topic::Software, "Software"),
    ("android.version", Topic::Device, "Android version"),
    (".author", Topic::Person, "Author"),
    (".artist", Topic::Person, "Artist"),
    (".copyright", Topic::Person, "Copyright"),
    (".title", Topic::Text, "Title"),
    (".comment", Topic::Text, "Comment"),
    (".description", Topic::Text, "Caption"),
    (".keywords", Topic::Text, "Keywords"),
];

/// Whether a video begins here: a file type box of a sane size.
pub(super) fn begins(bytes: &[u8]) -> bool {
    let size = bytes.first_chunk().map(|size| u32::from_be_bytes(*size));
    bytes.get(4..8) == Some(b"ftyp") && size.is_some_and(|size| (12..=1_024).contains(&size))
}

/// The length of a video at the start of `bytes`: its boxes, as far as they follow each other.
pub(super) fn len(bytes: &[u8]) -> usize {
    let mut reader = Reader::new(bytes);
    for _ in 0..BOXES_MAX {
        let declared = reader
            .rest()
            .first_chunk()
            .map_or(0, |size| index(u32::from_be_bytes(*size)));
        let cut = declared > reader.rest().len();
        let mut ahead = reader;
        match next(&mut ahead) {
            // Of a file that was cut, the last box is longer than what is there.
            Some((kind, _)) if TOP_LEVEL.contains(&&kind) || !cut && is_name(kind) => {
                reader = ahead;
            }
            _ => break,
        }
    }
    reader.offset()
}

/// Box names are four printable characters.
fn is_name(kind: [u8; 4]) -> bool {
    kind.iter()
        .all(|byte| byte.is_ascii_graphic() || matches!(byte, 0xA9 | b' '))
}

/// Notes a video and what it tells.
pub(super) fn explain(bytes: &[u8], notes: &mut Notes<'_>) {
    let size = size_words(bytes.len());
    let brand = words::text(bytes.get(8..12).unwrap_or_default());
    let heif = ["hei", "hev", "mif", "msf", "avi"]
        .iter()
        .any(|start| brand.starts_with(start));
    let kind = if heif { "picture" } else { "video" };
    let name = if heif {
        "Second picture behind the photo"
    } else {
        "Video behind the photo"
    };
    let mut walk = Walk::default();
    notes.nested(&format!("in the {size} {kind} inside"), |notes| {
        walk.boxes(bytes, 0, notes);
        // Its coded pictures need no search, but of HEIF the metadata stands among them.
        if heif || !walk.has_header {
            runs::harvest(bytes, notes);
        }
    });
    let value = match walk.duration {
        Some(duration) => format!("{size}, {duration} long"),
        None => size,
    };
    notes.find(Topic::Video, name, &value);
}

/// What boxes of a video tell: headers, user data, metadata.
pub(super) fn boxes(bytes: &[u8], notes: &mut Notes<'_>) {
    Walk::default().boxes(bytes, 0, notes);
}

#[derive(Default)]
struct Walk {
    boxes: usize,
    has_header: bool,
    duration: Option<String>,
    in_user_data: bool,
    /// The keys of the metadata box that was met last.
    keys: Vec<String>,
}

/// The next box: its size, its kind and its content (ISO 14496-12 § 4.2). The last one may be cut.
fn next<'a>(reader: &mut Reader<'a>) -> Option<([u8; 4], &'a [u8])> {
    let size = reader.u32_be(WHAT).ok()?;
    let kind: [u8; 4] = reader.array(WHAT).ok()?;
    let len = match size {
        0 => reader.rest().len(),
        1 => {
            let size = u64::from_be_bytes(reader.array(WHAT).ok()?);
            usize::try_from(size.checked_sub(16)?).ok()?
        }
        _ => index(size).checked_sub(8)?,
    };
    let content = reader.take(len.min(reader.rest().len()), WHAT).ok()?;
    Some((kind, content))
}

impl Walk {
    fn boxes(&mut self, bytes: &[u8], depth: usize, notes: &mut Notes<'_>) {
        let mut reader = Reader::new(bytes);
        while let Some((kind, content)) = next(&mut reader) {
            self.boxes = self.boxes.saturating_add(1);
            if self.boxes > BOXES_MAX || depth > DEPTH_MAX {
                return;
            }
            self.one(kind, content, depth.saturating_add(1), notes);
        }
    }

    fn one(&mut self, kind: [u8; 4], content: &[u8], depth: usize, notes: &mut Notes<'_>) {
        match &kind {
            b"moov" | b"trak" | b"mdia" | b"moof" | b"traf" => {
                self.boxes(content, depth, notes);
            }
            b"udta" => {
                self.in_user_data = true;
                self.boxes(content, depth, notes);
                self.in_user_data = false;
            }
            b"meta" => {
                // In MP4 a version stands before the boxes, in QuickTime none.
                let versioned = content.get(4..8) != Some(b"hdlr");
                let inner = if versioned {
                    content.get(4..)
                } else {
                    Some(content)
                };
                self.boxes(inner.unwrap_or_default(), depth, notes);
            }
            b"mvhd" => self.header(content, notes),
            b"mdhd" | b"tkhd" => {
                // The same times as in the header, as a rule; told when they differ.
                times(content, notes);
                if let (b"mdhd", Some(language)) = (&kind, language(content)) {
                    notes.find(Topic::Text, "Language", &language);
                }
            }
            b"hdlr" => handler(content, notes),
            b"xml " => vendor::unknown("xml", content.get(4..).unwrap_or_default(), notes),
            b"GPMF" => vendor::telemetry(content, notes),
            b"keys" => self.keys = keys(content),
            b"ilst" => self.items(content, notes),
            b"loci" => loci(content, notes),
            b"uuid" if content.starts_with(XMP_UUID) => {
                xmp::explain(content.get(16..).unwrap_or_default(), notes);
            }
            b"XMP_" => xmp::explain(content, notes),
            b"uuid" | b"smta" | b"SDLN" | b"mvex" => {
                runs::harvest(content, notes);
            }
            _ => {
                if let Some((_, topic, name)) = TEXTS.iter().find(|row| row.0 == kind) {
                    tell(*topic, name, &user_text(&kind, content), notes);
                } else if kind.first() == Some(&0xA9) {
                    let name = format!("Text {}", words::text(kind.get(1..).unwrap_or_default()));
                    tell(Topic::Text, &name, &user_text(&kind, content), notes);
                } else if self.in_user_data && !content.iter().all(|byte| *byte == 0) {
                    let name = format!("{} in user data", words::text(&kind));
                    vendor::unknown(&name, content, notes);
                }
            }
        }
    }

    /// The movie header: times and duration (ISO 14496-12 § 8.2.2).
    fn header(&mut self, content: &[u8], notes: &mut Notes<'_>) {
        self.has_header = true;
        let Some((scale, duration)) = times(content, notes) else {
            return;
        };
        let tenths = duration.saturating_mul(10).checked_div(u64::from(scale));
        self.duration = tenths.filter(|tenths| *tenths > 0).map(|tenths| {
            let (whole, rest) = (
                tenths.checked_div(10).unwrap_or(0),
                tenths.checked_rem(10).unwrap_or(0),
            );
            format!("{whole}.{rest} s")
        });
    }

    /// Values of iTunes, by kind, and of QuickTime, by the number of their key.
    fn items(&self, content: &[u8], notes: &mut Notes<'_>) {
        let mut reader = Reader::new(content);
        for _ in 0..BOXES_MAX {
            let Some((kind, item)) = next(&mut reader) else {
                break;
            };
            let Some((b"data", data)) = next(&mut Reader::new(item))
                .as_ref()
                .map(|(kind, data)| (kind, *data))
            else {
                vendor::unknown(&words::text(&kind), item, notes);
                continue;
            };
            // A type and a locale stand before the value.
            let value = data.get(8..).unwrap_or_default();
            let number = index(u32::from_be_bytes(kind));
            let key = number
                .checked_sub(1)
                .and_then(|number| self.keys.get(number));
            let known = match key {
                Some(key) => KEYS
                    .iter()
                    .find(|row| key.contains(row.0))
                    .map(|row| (row.1, row.2.to_owned())),
                None => TEXTS
                    .iter()
                    .find(|row| row.0 == kind)
                    .map(|row| (row.1, row.2.to_owned())),
            };
            let label = key.cloned().unwrap_or_else(|| words::text(&kind));
            let is_text = data.get(..4) == Some(&[0, 0, 0, 1]);
            match known {
                Some((topic, name)) if is_text => tell(topic, &name, &words::text(value), notes),
                None if is_text => tell(Topic::Text, &label, &words::text(value), notes),
                _ => notes.find(Topic::Unknown, &label, &size_words(value.len())),
            }
        }
    }
}

/// Notes when it was made and changed. Returns the time scale and the duration behind them.
fn times(content: &[u8], notes: &mut Notes<'_>) -> Option<(u32, u64)> {
    let mut reader = Reader::new(content);
    let long = reader.u32_be(WHAT).ok()? >> 24 == 1;
    let number = |reader: &mut Reader<'_>| {
        if long {
            reader.array(WHAT).map(u64::from_be_bytes).ok()
        } else {
            reader.u32_be(WHAT).map(u64::from).ok()
        }
    };
    for name in ["Video made", "Video changed"] {
        let seconds = number(&mut reader)?.checked_sub(EPOCH_SECONDS);
        if let Some(time) = seconds.and_then(date::unix) {
            notes.find(Topic::Time, name, &time);
        }
    }
    let scale = reader.u32_be(WHAT).ok()?;
    Some((scale, number(&mut reader)?))
}

/// Who wrote the file, by the name of a handler (ISO 14496-12 § 8.4.3); in QuickTime its length stands before it.
fn handler(content: &[u8], notes: &mut Notes<'_>) {
    let name = content.get(24..).unwrap_or_default();
    let name = match name.split_first() {
        Some((len, rest)) if usize::from(*len) == rest.len() => rest,
        _ => name,
    };
    tell(Topic::Software, "Handler", &words::text(name), notes);
}

/// The language of a media header, three letters of five bits each (ISO 14496-12 § 8.4.2); `None` when it says none, or
/// one of QuickTime's older numbers.
fn language(content: &[u8]) -> Option<String> {
    let at = if content.first() == Some(&1) { 32 } else { 20 };
    let code = u16::from_be_bytes(*content.get(at..)?.first_chunk()?);
    let letter = |shift: u32| {
        let bits = u8::try_from(code.checked_shr(shift)? & 31).ok()?;
        (1..=26)
            .contains(&bits)
            .then(|| char::from(bits.saturating_add(0x60)))
    };
    let letters: Option<String> = [letter(10), letter(5), letter(0)].into_iter().collect();
    letters.filter(|letters| letters != "und")
}

/// Text of a user data box: counted with a language (QuickTime), behind a version and a language (3GPP), in a `data`
/// box (iTunes), or plain.
fn user_text(kind: &[u8; 4], content: &[u8]) -> String {
    if let Some((b"data", data)) = next(&mut Reader::new(content))
        .as_ref()
        .map(|(kind, data)| (kind, *data))
    {
        return words::text(data.get(8..).unwrap_or_default());
    }
    if kind.first() == Some(&0xA9) {
        let mut reader = Reader::new(content);
        let counted = reader.u16_be(WHAT).ok().zip(reader.u16_be(WHAT).ok());
        let text = counted.and_then(|(len, _)| reader.take(usize::from(len), WHAT).ok());
        return words::text(text.unwrap_or(content));
    }
    match content.get(6..) {
        Some(text) if content.starts_with(&[0, 0, 0, 0]) => match text {
            [0xFE, 0xFF, ..] => words::utf16(text, super::tiff::Order::Big),
            _ => words::text(text),
        },
        _ => words::text(content),
    }
}

/// The names in a `keys` box (QuickTime File Format, "Metadata item keys atom").
fn keys(content: &[u8]) -> Vec<String> {
    let mut reader = Reader::new(content.get(8..).unwrap_or_default());
    let mut keys = Vec::new();
    while keys.len() < 200 {
        let Some((_, name)) = next(&mut reader) else {
            break;
        };
        keys.push(words::text(name));
    }
    keys
}

/// Where, in the form of 3GPP TS 26.244 § 8.10: name, role, longitude, latitude and altitude in 1/65536.
fn loci(content: &[u8], notes: &mut Notes<'_>) {
    let rest = content.get(6..).unwrap_or_default();
    let end = rest
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(rest.len());
    let name = words::text(rest.get(..end).unwrap_or_default());
    tell(Topic::Place, "Place", &name, notes);
    let mut reader = Reader::new(rest.get(end.saturating_add(2)..).unwrap_or_default());
    let mut angle = || {
        let degrees = reader.array(WHAT).map(i32::from_be_bytes).ok()?;
        let billionths = i64::from(degrees)
            .checked_mul(1_000_000_000)?
            .checked_div(65_536)?;
        Angle::from_billionths(billionths)
    };
    if let Some((longitude, latitude)) = angle().zip(angle()) {
        notes.find(Topic::Place, "GPS position", &position(latitude, longitude));
        notes.secret_bytes(
            rest.get(end.saturating_add(2)..)
                .and_then(|rest| rest.get(..8))
                .unwrap_or_default(),
        );
    }
}

fn tell(topic: Topic, name: &str, value: &str, notes: &mut Notes<'_>) {
    if value.is_empty() {
        return;
    }
    let shown = match topic {
        Topic::Place => iso_6709(value).unwrap_or_else(|| value.to_owned()),
        Topic::Time => date::iso(value),
        _ => value.to_owned(),
    };
    notes.find(topic, name, &shown);
    words::remember(value, notes);
}

/// Builds videos for tests.
#[cfg(test)]
pub(super) mod build {
    pub(crate) fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let mut bytes = ((content.len() + 8) as u32).to_be_bytes().to_vec();
        bytes.extend(kind);
        bytes.extend(content);
        bytes
    }

    /// A video with a header, a place and a maker.
    pub(crate) fn video() -> Vec<u8> {
        let mut header = vec![0; 4];
        for number in [3_789_543_605_u32, 0, 1_000, 2_900] {
            header.extend(number.to_be_bytes());
        }
        let mut place = vec![0, 18, 0x15, 0xC7];
        place.extend(b"+48.8584+002.2945/");
        let mut loci = vec![0; 6];
        loci.extend(b"Paris\0\0");
        for degrees in [150_372_i32, 3_201_984, 0] {
            loci.extend(degrees.to_be_bytes());
        }
        let mut keys = vec![0, 0, 0, 0, 0, 0, 0, 1];
        keys.extend(boxed(b"mdta", b"com.android.manufacturer"));
        let mut data = vec![0, 0, 0, 1, 0, 0, 0, 0];
        data.extend(b"Acme Phones");
        let list = boxed(&1_u32.to_be_bytes(), &boxed(b"data", &data));
        let mut meta = vec![0; 4];
        meta.extend(
            [
                boxed(b"hdlr", &[0; 24]),
                boxed(b"keys", &keys),
                boxed(b"ilst", &list),
            ]
            .concat(),
        );
        let user = [boxed(b"\xA9xyz", &place), boxed(b"loci", &loci)].concat();
        let movie = [
            boxed(b"mvhd", &header),
            boxed(b"udta", &user),
            boxed(b"meta", &meta),
        ]
        .concat();
        [
            boxed(b"ftyp", b"mp42\0\0\0\0"),
            boxed(b"moov", &movie),
            boxed(b"mdat", &[1; 64]),
        ]
        .concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;

    #[test]
    fn videos_tell_where_and_when() {
        let limits = Limits::default();
        let mut notes = Notes::new(&limits);
        let video = build::video();
        assert!(begins(&video));
        assert_eq!(
            len(&[video.clone(), b"\0\0\0\0\0\0\0\0".to_vec()].concat()),
            video.len()
        );
        explain(&video, &mut notes);
        let (findings, secrets) = notes.finish();
        let place = format!("(in the {} bytes video inside)", video.len());
        let has = |topic: Topic, name: &str, value: &str| {
            assert!(
                findings
                    .iter()
                    .any(|f| f.topic == topic && f.name == name && f.value == value),
                "{name}: {findings:#?}"
            );
        };
        has(
            Topic::Place,
            &format!("GPS position {place}"),
            "48.858400, 2.294500 (48°51′30.2″ N, 2°17′40.2″ E)",
        );
        has(Topic::Place, &format!("Place {place}"), "Paris");
        has(
            Topic::Time,
            &format!("Video made {place}"),
            "2024-01-31 11:00:05 UTC",
        );
        has(
            Topic::Device,
            &format!("Camera maker {place}"),
            "Acme Phones",
        );
        has(
            Topic::Video,
            "Video behind the photo",
            &format!("{} bytes, 2.9 s long", video.len()),
        );
        assert!(secrets.contains(&b"+48.8584+002.2945/"[..]));
    }

    #[test]
    fn cut_anywhere() {
        let limits = Limits::default();
        let video = build::video();
        for at in 0..video.len() {
            let mut notes = Notes::new(&limits);
            explain(&video[..at], &mut notes);
            assert!(!notes.finish().0.is_empty());
        }
    }
}
