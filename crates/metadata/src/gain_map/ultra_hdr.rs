//! Ultra HDR's XMP (`hdrgm:`): the numbers in the map's own file, and the directory in the picture's.

use std::fmt::Write as _;

use super::xmp::{self, HEAD, TAIL};

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

const HDRGM: &str = "xmlns:hdrgm=\"http://ns.adobe.com/hdr-gain-map/1.0/\" hdrgm:Version=\"1.0\"";

/// The numbers of an Ultra HDR gain map, each checked to be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Numbers<'a>(Vec<(&'static str, Vec<&'a str>)>);

impl<'a> Numbers<'a> {
    /// Reads the numbers from an XMP packet; `None` when it is no gain map's, or lacks the two that have no default.
    pub(crate) fn read(packet: &'a [u8]) -> Option<Self> {
        let packet = std::str::from_utf8(packet).ok()?;
        value(packet, "Version")?;
        let mut numbers = Vec::new();
        for field in FIELDS {
            if let Some(found) = value(packet, field) {
                numbers.push((field, found));
            }
        }
        let has = |name| numbers.iter().any(|(field, _)| *field == name);
        (has("GainMapMax") && has("HDRCapacityMax")).then_some(Self(numbers))
    }

    /// The packet with these numbers and nothing else.
    pub(crate) fn packet(&self) -> String {
        let mut packet = format!("{HEAD}<rdf:Description rdf:about=\"\" {HDRGM}");
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
        packet.push_str(TAIL);
        packet
    }
}

/// The packet by which the primary picture says that a gain map of `len` bytes follows it.
pub(crate) fn directory_packet(len: usize) -> String {
    format!(
        "{HEAD}<rdf:Description rdf:about=\"\" {HDRGM} xmlns:Container=\"http://ns.google.com/photos/1.0/container/\" \
         xmlns:Item=\"http://ns.google.com/photos/1.0/container/item/\"><Container:Directory><rdf:Seq>\
         <rdf:li rdf:parseType=\"Resource\"><Container:Item Item:Semantic=\"Primary\" Item:Mime=\"image/jpeg\"/></rdf:li>\
         <rdf:li rdf:parseType=\"Resource\"><Container:Item Item:Semantic=\"GainMap\" Item:Mime=\"image/jpeg\" \
         Item:Length=\"{len}\"/></rdf:li></rdf:Seq></Container:Directory>{TAIL}"
    )
}

fn value<'a>(packet: &'a str, field: &str) -> Option<Vec<&'a str>> {
    xmp::numbers(packet, &format!("hdrgm:{field}"))
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
}
