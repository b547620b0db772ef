//! The numbers that a gain map needs, read from what a file says and written anew: Ultra HDR's XMP (`hdrgm:`) and the
//! binary form of ISO 21496-1. Only numbers pass; texts, dates and names have no way through.

use std::fmt::Write as _;

use memchr::memmem;

/// The fields of Ultra HDR's XMP in the order in which they are written. All are real numbers, one or three of them.
const FIELDS: [&str; 8] = [
    "GainMapMin",
    "GainMapMax",
    "Gamma",
    "OffsetSDR",
    "OffsetHDR",
    "HDRCapacityMin",
    "HDRCapacityMax",
    "BaseRenditionIsHDR",
];

/// The longest number that is believed, in characters.
const NUMBER_CHARS_MAX: usize = 32;

const XMP_HEAD: &str = "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">";
const XMP_TAIL: &str = "</rdf:Description></rdf:RDF></x:xmpmeta>";
const HDRGM: &str = "xmlns:hdrgm=\"http://ns.adobe.com/hdr-gain-map/1.0/\" hdrgm:Version=\"1.0\"";

/// The numbers of an Ultra HDR gain map, each checked to be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Numbers<'a>(Vec<(&'static str, Vec<&'a str>)>);

impl<'a> Numbers<'a> {
    /// Reads the numbers from an XMP packet; `None` when it is no gain map's, or lacks the two that have no default.
    pub(super) fn read(xmp: &'a [u8]) -> Option<Self> {
        let xmp = std::str::from_utf8(xmp).ok()?;
        value(xmp, "Version")?;
        let mut numbers = Vec::new();
        for field in FIELDS {
            if let Some(found) = value(xmp, field) {
                numbers.push((field, found));
            }
        }
        let has = |name| numbers.iter().any(|(field, _)| *field == name);
        (has("GainMapMax") && has("HDRCapacityMax")).then_some(Self(numbers))
    }

    /// The packet with these numbers and nothing else.
    pub(super) fn packet(&self) -> String {
        let mut packet = format!("{XMP_HEAD}<rdf:Description rdf:about=\"\" {HDRGM}");
        for (field, numbers) in &self.0 {
            if let [number] = numbers.as_slice() {
                let _ = write!(packet, " hdrgm:{field}=\"{number}\"");
            }
        }
        packet.push('>');
        for (field, numbers) in self.0.iter().filter(|(_, numbers)| numbers.len() > 1) {
            let _ = write!(packet, "<hdrgm:{field}><rdf:Seq>");
            for number in numbers {
                let _ = write!(packet, "<rdf:li>{number}</rdf:li>");
            }
            let _ = write!(packet, "</rdf:Seq></hdrgm:{field}>");
        }
        packet.push_str(XMP_TAIL);
        packet
    }
}

/// The packet by which the primary picture says that a gain map of `len` bytes follows it.
pub(super) fn directory_packet(len: usize) -> String {
    format!(
        "{XMP_HEAD}<rdf:Description rdf:about=\"\" {HDRGM} xmlns:Container=\"http://ns.google.com/photos/1.0/container/\" \
         xmlns:Item=\"http://ns.google.com/photos/1.0/container/item/\"><Container:Directory><rdf:Seq>\
         <rdf:li rdf:parseType=\"Resource\"><Container:Item Item:Semantic=\"Primary\" Item:Mime=\"image/jpeg\"/></rdf:li>\
         <rdf:li rdf:parseType=\"Resource\"><Container:Item Item:Semantic=\"GainMap\" Item:Mime=\"image/jpeg\" \
         Item:Length=\"{len}\"/></rdf:li></rdf:Seq></Container:Directory>{XMP_TAIL}"
    )
}

/// The value of a field: an attribute, an element's text, or a list's entries. One or three numbers.
fn value<'a>(xmp: &'a str, field: &str) -> Option<Vec<&'a str>> {
    let attribute = format!("hdrgm:{field}=");
    if let Some(rest) = after(xmp, &attribute) {
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let text = rest.strip_prefix(quote)?.split(quote).next()?;
        return Some(vec![number(text)?]);
    }
    let element = after(xmp, &format!("<hdrgm:{field}>"))?;
    let (element, _) = element.split_once(&format!("</hdrgm:{field}>"))?;
    if !element.contains('<') {
        return Some(vec![number(element)?]);
    }
    let entries = element.split("<rdf:li>").skip(1);
    let numbers: Option<Vec<&str>> = entries
        .map(|entry| number(entry.split('<').next().unwrap_or_default()))
        .collect();
    numbers.filter(|numbers| matches!(numbers.len(), 1 | 3))
}

fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let at = memmem::find(text.as_bytes(), mark.as_bytes())?;
    text.get(at.checked_add(mark.len())?..)
}

/// A finite decimal number, `True` or `False`; kept in its own spelling, so that no digit is lost.
fn number(text: &str) -> Option<&str> {
    let text = text.trim();
    let plain = text.len() <= NUMBER_CHARS_MAX
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
    let finite = || text.parse::<f64>().is_ok_and(f64::is_finite);
    (matches!(text, "True" | "False") || (plain && finite())).then_some(text)
}

/// Whether the payload of an ISO 21496-1 segment is numbers only, of exactly the size that its flags say
/// (ISO 21496-1:2025 annex C.2): versions alone, or versions, flags and fractions for one or three channels.
pub(super) fn is_iso_numbers(payload: &[u8]) -> bool {
    const MULTICHANNEL: u8 = 0x80;
    const COMMON_DENOMINATOR: u8 = 0x08;
    match payload {
        [0, 0, _, _] => true,
        [0, 0, _, _, flags, fractions @ ..] => {
            let channels = if flags & MULTICHANNEL == 0 { 1 } else { 3 };
            let known = flags & !(MULTICHANNEL | COMMON_DENOMINATOR | 0x40 | 0x04) == 0;
            let expected = if flags & COMMON_DENOMINATOR == 0 {
                16_usize.saturating_add(40_usize.saturating_mul(channels))
            } else {
                12_usize.saturating_add(20_usize.saturating_mul(channels))
            };
            known && fractions.len() == expected
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_pass() {
        let xmp = br#"<rdf:Description hdrgm:Version="1.0" hdrgm:GainMapMin="-0.5" hdrgm:Gamma="Jane Doe"
            hdrgm:HDRCapacityMax='3.5' xmp:CreatorTool="An App" hdrgm:BaseRenditionIsHDR="False">
            <hdrgm:GainMapMax><rdf:Seq><rdf:li>1.0</rdf:li><rdf:li>2e0</rdf:li><rdf:li> 3 </rdf:li></rdf:Seq></hdrgm:GainMapMax>"#;
        let packet = Numbers::read(xmp).unwrap().packet();
        assert!(packet.contains(r#"hdrgm:GainMapMin="-0.5""#));
        assert!(packet.contains("<rdf:li>1.0</rdf:li><rdf:li>2e0</rdf:li><rdf:li>3</rdf:li>"));
        assert!(packet.contains(r#"hdrgm:BaseRenditionIsHDR="False""#));
        assert!(!packet.contains("Jane") && !packet.contains("An App"));
        // Reading what was written gives the same again.
        assert_eq!(Numbers::read(packet.as_bytes()).unwrap().packet(), packet);
    }

    #[test]
    fn what_is_no_gain_map_is_none() {
        assert_eq!(Numbers::read(b"<x hdrgm:Version='1.0'/>"), None);
        assert_eq!(
            Numbers::read(b"<x hdrgm:GainMapMax='1' hdrgm:HDRCapacityMax='2'/>"),
            None
        );
        assert_eq!(Numbers::read(b"\xFF\xFE"), None);
    }

    #[test]
    fn iso_payloads_have_exactly_their_size() {
        assert!(is_iso_numbers(&[0, 0, 0, 0]));
        let single = [&[0, 0, 0, 0, 0x40][..], &[1; 56]].concat();
        let triple = [&[0, 0, 0, 0, 0xC0][..], &[1; 136]].concat();
        assert!(is_iso_numbers(&single));
        assert!(is_iso_numbers(&triple));
        assert!(!is_iso_numbers(&[&single[..], b"x"].concat()));
        assert!(!is_iso_numbers(&single[..60]));
        assert!(!is_iso_numbers(b""));
    }
}
