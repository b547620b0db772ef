//! What a colour profile tells beyond colour (ICC.1:2022): who made it, when, for which device.

use super::tiff::Order;
use super::{runs, words};
use crate::Topic;
use crate::notes::Notes;
use crate::reader::index;

/// The most tags of one profile that are read. Real ones have fewer than forty.
const TAGS_MAX: usize = 200;
/// The most texts of one multi-language tag that are read.
const LANGUAGES_MAX: usize = 64;
/// Names of colour spaces, which many pictures share and which identify nobody.
const COMMON: &[&str] = &[
    "sRGB",
    "Adobe RGB",
    "Display P3",
    "ProPhoto",
    "ROMM",
    "eciRGB",
    "c2",
    "GRAY",
    "Gray",
    "Dot Gain",
    "SWOP",
    "FOGRA",
    "Generic",
    "Rec.",
    "Rec 2020",
    "BT.",
    "Apple Wide",
    "e-sRGB",
    "XYZ",
    "Linear",
    "uRGB",
    "nRGB",
];

/// Tags with text that tells, by signature (ICC.1:2022 § 9.2; the lower half are makers' own).
const TEXTS: &[(&[u8; 4], Topic, &str)] = &[
    (b"desc", Topic::Device, "Colour profile name"),
    (b"dscm", Topic::Device, "Colour profile name"),
    (b"cprt", Topic::Person, "Colour profile copyright"),
    (b"dmnd", Topic::Device, "Colour profile, device maker"),
    (b"dmdd", Topic::Device, "Colour profile, device model"),
    (b"vued", Topic::Device, "Colour profile, viewing conditions"),
    (b"scrd", Topic::Device, "Colour profile, screening"),
    (b"targ", Topic::Device, "Colour profile, measurements"),
    (b"meta", Topic::Device, "Colour profile, further data"),
    (
        b"pseq",
        Topic::Device,
        "Colour profile, devices in sequence",
    ),
    (
        b"psid",
        Topic::Device,
        "Colour profile, profiles in sequence",
    ),
    (
        b"mmod",
        Topic::Device,
        "Colour profile, display model and serial number",
    ),
    (b"psvm", Topic::Device, "Colour profile, PostScript"),
    (b"CIED", Topic::Device, "Colour profile, measurements"),
    (b"DevD", Topic::Device, "Colour profile, device data"),
    (b"clrt", Topic::Device, "Colour profile, colour names"),
    (b"ncl2", Topic::Device, "Colour profile, colour names"),
];

/// The names that a clean copy's profile may carry, and its date: they say nothing but which colours are meant.
pub(crate) const PLAIN: &[&str] = &[
    "sRGB",
    "Display P3",
    "Adobe RGB",
    "ProPhoto RGB",
    "Rec. 2020",
    "RGB",
    "Grey",
    "CMYK",
    "Lab",
    "Colour",
    "-",
];
const PLAIN_DATE: [u16; 6] = [2000, 1, 1, 0, 0, 0];

/// Notes the identifying texts and dates of a profile.
pub(super) fn explain(profile: &[u8], notes: &mut Notes<'_>) {
    header(profile, notes);
    let Some(count) = number(profile, 128) else {
        return;
    };
    for tag in 0..index(count).min(TAGS_MAX) {
        // The tag table: a signature, an offset and a size, twelve bytes each (§ 7.3).
        let at = tag.saturating_mul(12).saturating_add(132);
        let Some(signature) = profile.get(at..).and_then(<[u8]>::first_chunk::<4>) else {
            break;
        };
        let data = number(profile, at.saturating_add(4))
            .zip(number(profile, at.saturating_add(8)))
            .and_then(|(from, len)| profile.get(index(from)..)?.get(..index(len)));
        if let Some(data) = data {
            one(signature, data, notes);
        }
    }
}

/// Date, maker, model and program in the header (§ 7.2).
fn header(profile: &[u8], notes: &mut Notes<'_>) {
    let part = |at: usize| number(profile, at).unwrap_or(0).to_be_bytes();
    let date: Vec<u16> = profile
        .get(24..36)
        .unwrap_or_default()
        .chunks_exact(2)
        .filter_map(|pair| pair.try_into().ok())
        .map(u16::from_be_bytes)
        .collect();
    tell_date("Colour profile made", &date, notes);
    let names: Vec<String> = [part(48), part(52)]
        .iter()
        .map(|code| words::text(code))
        .filter(|code| !code.is_empty() && code != "none")
        .collect();
    if !names.is_empty() {
        notes.find(Topic::Device, "Colour profile, device", &names.join(" "));
    }
    let creator = words::text(&part(80));
    if !creator.is_empty() {
        notes.find(Topic::Software, "Colour profile made by", &creator);
    }
}

fn tell_date(name: &str, date: &[u16], notes: &mut Notes<'_>) {
    if let [year, month, day, hour, minute, second] = date
        && *year > 0
        && date != PLAIN_DATE
    {
        let value = format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}");
        notes.find(Topic::Time, name, &value);
    }
}

fn one(signature: &[u8; 4], data: &[u8], notes: &mut Notes<'_>) {
    if signature == b"calt" {
        let date: Vec<u16> = data
            .get(8..20)
            .unwrap_or_default()
            .chunks_exact(2)
            .filter_map(|pair| pair.try_into().ok())
            .map(u16::from_be_bytes)
            .collect();
        tell_date("Colour profile, device measured", &date, notes);
        return;
    }
    let texts = texts(data);
    let row = TEXTS.iter().find(|(known, ..)| *known == signature);
    if let Some((_, topic, name)) = row {
        for text in &texts {
            notes.find(*topic, name, text);
            secret(text, notes);
        }
        let known_type = matches!(data.get(..4), Some(b"desc" | b"mluc" | b"text" | b"dict"));
        if texts.is_empty() && !known_type {
            let value = runs::sized(data.get(8..).unwrap_or_default(), notes);
            notes.find(*topic, name, &value);
        }
        return;
    }
    // Any other tag with text in it.
    let name = format!("Colour profile, {}", words::text(signature));
    for text in &texts {
        notes.find(Topic::Device, &name, text);
        secret(text, notes);
    }
}

/// The texts in a tag of a text type: `desc`, `text`, `mluc` or `dict`; none in others.
fn texts(data: &[u8]) -> Vec<String> {
    let mut texts = Vec::new();
    let mut add = |text: String| {
        if !text.is_empty() && !PLAIN.contains(&text.as_str()) && !texts.contains(&text) {
            texts.push(text);
        }
    };
    let utf16 = |from: usize, len: usize| {
        let bytes = data.get(from..).and_then(|rest| rest.get(..len));
        bytes
            .map(|bytes| words::utf16(bytes, Order::Big))
            .unwrap_or_default()
    };
    match data.get(..4) {
        Some(b"text" | b"utf8") => add(words::text(data.get(8..).unwrap_or_default())),
        // § 10.26 of ICC.1:2001: ASCII, then UTF-16, then a Macintosh text.
        Some(b"desc") => {
            let len = index(number(data, 8).unwrap_or(0));
            let ascii = data.get(12..).map(|rest| rest.get(..len).unwrap_or(rest));
            add(words::text(ascii.unwrap_or_default()));
            let wide = len.saturating_add(20);
            let units = index(number(data, wide.saturating_sub(4)).unwrap_or(0));
            add(utf16(wide, units.saturating_mul(2)));
            let mac = wide
                .saturating_add(units.saturating_mul(2))
                .saturating_add(3);
            add(words::text(
                data.get(mac..)
                    .and_then(|rest| rest.get(..67))
                    .unwrap_or_default(),
            ));
        }
        // § 10.15: records of language, length and offset.
        Some(b"mluc") => {
            let count = index(number(data, 8).unwrap_or(0)).min(LANGUAGES_MAX);
            for record in 0..count {
                let at = record.saturating_mul(12).saturating_add(20);
                let Some((len, from)) = number(data, at).zip(number(data, at.saturating_add(4)))
                else {
                    break;
                };
                add(utf16(index(from), index(len)));
            }
        }
        // § 10.9: records of offset and length for name and value.
        Some(b"dict") => {
            let count = index(number(data, 8).unwrap_or(0)).min(LANGUAGES_MAX);
            let step = index(number(data, 12).unwrap_or(16)).max(16);
            for record in 0..count {
                let at = record.saturating_mul(step).saturating_add(16);
                let pair = |at: usize| {
                    let from = index(number(data, at).unwrap_or(0));
                    utf16(from, index(number(data, at.saturating_add(4)).unwrap_or(0)))
                };
                let (key, value) = (pair(at), pair(at.saturating_add(8)));
                if !key.is_empty() && !value.is_empty() {
                    add(format!("{key}: {value}"));
                }
            }
        }
        _ => {}
    }
    texts
}

/// Names of colour spaces and of the companies behind them stay out of the search.
fn secret(text: &str, notes: &mut Notes<'_>) {
    let common = COMMON.iter().any(|name| text.starts_with(name)) || text.starts_with("Copyright");
    let text = text.split_once(": ").map_or(text, |(_, value)| value);
    if !common {
        words::remember(text, notes);
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_be_bytes(*four))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;

    fn profile(tags: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
        let mut head = vec![0; 128];
        head[24..36].copy_from_slice(&[7, 232, 0, 1, 0, 31, 0, 12, 0, 0, 0, 5]);
        head[80..84].copy_from_slice(b"argl");
        head.extend((tags.len() as u32).to_be_bytes());
        let mut at = 132 + tags.len() * 12;
        let mut body: Vec<u8> = Vec::new();
        for (signature, data) in tags {
            head.extend(*signature);
            head.extend((at as u32).to_be_bytes());
            head.extend((data.len() as u32).to_be_bytes());
            at += data.len();
            body.extend(data);
        }
        head.extend(body);
        head
    }

    fn mluc(text: &str) -> Vec<u8> {
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let mut data = b"mluc\0\0\0\0\0\0\0\x01\0\0\0\x0CenUS".to_vec();
        data.extend((units.len() as u32).to_be_bytes());
        data.extend(28_u32.to_be_bytes());
        data.extend(units);
        data
    }

    fn sample() -> Vec<u8> {
        profile(&[
            (b"desc", mluc("Jane's monitor 7")),
            (b"cprt", b"text\0\0\0\0No copyright\0".to_vec()),
            (b"dmdd", {
                let mut data = b"desc\0\0\0\0\0\0\0\x0AEIZO 1234\0".to_vec();
                data.extend([0; 80]);
                data
            }),
            (b"rTRC", b"curv\0\0\0\0\0\0\0\0".to_vec()),
            (
                b"calt",
                b"dtim\0\0\0\0\x07\xE8\0\x02\0\x03\0\x04\0\x05\0\x06".to_vec(),
            ),
        ])
    }

    #[test]
    fn identifying_texts_are_told() {
        let limits = Limits::default();
        let mut notes = Notes::new(&limits);
        explain(&sample(), &mut notes);
        let (findings, secrets) = notes.finish();
        let values: Vec<_> = findings.iter().map(|f| f.value.as_str()).collect();
        assert_eq!(
            values,
            [
                "No copyright",
                "Jane's monitor 7",
                "EIZO 1234",
                "2024-01-31 12:00:05",
                "2024-02-03 04:05:06",
                "argl"
            ]
        );
        assert!(secrets.contains(&b"Jane's monitor 7"[..]));
    }

    #[test]
    fn names_of_colour_spaces_are_no_secrets() {
        let limits = Limits::default();
        let mut notes = Notes::new(&limits);
        for name in PLAIN {
            words::remember(name, &mut notes);
        }
        secret("sRGB IEC61966-2.1", &mut notes);
        assert!(notes.finish().1.is_empty());
    }

    #[test]
    fn an_empty_profile_tells_nothing() {
        let limits = Limits::default();
        for len in [0, 100, 131, 132, 200] {
            let mut notes = Notes::new(&limits);
            explain(&vec![0; len], &mut notes);
            assert!(notes.finish().0.is_empty());
        }
    }

    #[test]
    fn cut_anywhere() {
        let limits = Limits::default();
        let sample = sample();
        for len in 0..sample.len() {
            explain(&sample[..len], &mut Notes::new(&limits));
        }
    }
}
