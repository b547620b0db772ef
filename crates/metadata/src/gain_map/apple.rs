//! Apple's gain maps. The map's XMP has a version and, since version 2, the headroom: how much brighter than white the
//! brightest places become. Before, and for programs that look nowhere else, the headroom follows from two numbers in
//! the maker's block of the picture's Exif (tags 33 and 48): Apple, "Applying Apple HDR effect to your photos".

use super::xmp;
use crate::explain::exif::{maker_note, signed_fraction};

/// What Apple calls its gain maps, in XMP and in HEIC.
pub(crate) const URN: &str = "urn:com:apple:photo:2020:aux:hdrgainmap";

/// The fields of the map's XMP that are numbers, in the order in which Apple writes them: a pixel format twice, the
/// version, the headroom.
const FIELDS: [&str; 4] = [
    "apdi:NativeFormat",
    "apdi:StoredFormat",
    VERSION,
    "HDRGainMap:HDRGainMapHeadroom",
];
const VERSION: &str = "HDRGainMap:HDRGainMapVersion";
const TYPE: &str = "apdi:AuxiliaryImageType";

/// The numbers of an Apple gain map, each checked to be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Numbers<'a> {
    /// Whether the packet says itself what it describes, as it does in JPEG.
    says_type: bool,
    fields: Vec<(&'static str, &'a str)>,
}

impl<'a> Numbers<'a> {
    /// Reads the numbers from an XMP packet; `None` when it lacks the version, which every gain map has.
    pub(crate) fn read(packet: &'a [u8]) -> Option<Self> {
        let packet = std::str::from_utf8(packet).ok()?;
        xmp::numbers(packet, VERSION)?;
        let one = |field| match xmp::numbers(packet, field)?.as_slice() {
            [number] => Some((field, *number)),
            _ => None,
        };
        Some(Self {
            says_type: xmp::text(packet, TYPE) == Some(URN),
            fields: FIELDS.into_iter().filter_map(one).collect(),
        })
    }

    /// As [`Self::read`], of a packet that says that it describes such a map.
    pub(crate) fn read_typed(packet: &'a [u8]) -> Option<Self> {
        Self::read(packet).filter(|numbers| numbers.says_type)
    }

    /// The packet with these numbers and nothing else, as elements, the way Apple writes it.
    pub(crate) fn packet(&self) -> String {
        let mut packet = format!(
            "{}<rdf:Description rdf:about=\"\" xmlns:apdi=\"http://ns.apple.com/pixeldatainfo/1.0/\" \
             xmlns:HDRGainMap=\"http://ns.apple.com/HDRGainMap/1.0/\">",
            xmp::HEAD
        );
        let kind = self.says_type.then_some((TYPE, URN));
        for (field, value) in kind.into_iter().chain(self.fields.iter().copied()) {
            packet.push_str(&format!("<{field}>{value}</{field}>"));
        }
        packet.push_str(xmp::TAIL);
        packet
    }
}

/// How the maker's block begins that Apple writes: a name; then, a version and a byte order.
pub(crate) const NOTE_NAME: &[u8] = b"Apple iOS";
const NOTE_HEADER: &[u8; 14] = b"Apple iOS\0\0\x01MM";
const SIGNED_RATIONAL: u16 = 10;

/// A signed fraction: numerator and denominator.
type Fraction = (i32, i32);

/// The two numbers of the maker's block from which programs compute the headroom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Headroom {
    /// Tag 33.
    pub(crate) headroom: Option<Fraction>,
    /// Tag 48.
    pub(crate) gain: Option<Fraction>,
}

impl Headroom {
    const TAGS: [u16; 2] = [33, 48];

    /// Reads the numbers from an Exif block; `None` when it has neither.
    pub(crate) fn of_exif(tiff: &[u8]) -> Option<Self> {
        Self::read(maker_note(tiff)?)
    }

    /// Reads the numbers from a maker's block.
    fn read(note: &[u8]) -> Option<Self> {
        note.starts_with(NOTE_HEADER).then_some(())?;
        let fraction = |tag| signed_fraction(note, NOTE_HEADER.len(), tag);
        let [headroom, gain] = Self::TAGS.map(|tag| fraction(tag).filter(|(_, by)| *by != 0));
        (headroom.is_some() || gain.is_some()).then_some(Self { headroom, gain })
    }

    /// A maker's block with these numbers and nothing else: the header, a directory (TIFF 6.0 § 2), the fractions.
    pub(crate) fn note(self) -> Vec<u8> {
        let numbers = [self.headroom, self.gain];
        let entries = || {
            let tagged = Self::TAGS.into_iter().zip(numbers);
            tagged.filter_map(|(tag, number)| Some((tag, number?)))
        };
        let count = u16::try_from(entries().count()).unwrap_or(0);
        let mut note = NOTE_HEADER.to_vec();
        note.extend(count.to_be_bytes());
        let mut value_at = u32::from(count).saturating_mul(12).saturating_add(20);
        for (tag, _) in entries() {
            note.extend(tag.to_be_bytes());
            note.extend(SIGNED_RATIONAL.to_be_bytes());
            note.extend(1_u32.to_be_bytes());
            note.extend(value_at.to_be_bytes());
            value_at = value_at.saturating_add(8);
        }
        note.extend([0; 4]);
        for (_, (number, by)) in entries() {
            note.extend(number.to_be_bytes());
            note.extend(by.to_be_bytes());
        }
        note
    }
}

/// Whether a maker's block is one that a clean copy has: the numbers of a gain map, and nothing else.
pub(crate) fn is_plain_note(note: &[u8]) -> bool {
    Headroom::read(note).is_some_and(|numbers| numbers.note() == note)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_pass() {
        let xmp = format!(
            "<rdf:Description rdf:about='' xmlns:apdi='a'><apdi:NativeFormat>1278226488</apdi:NativeFormat>\
             <apdi:AuxiliaryImageType>{URN}</apdi:AuxiliaryImageType><apdi:StoredFormat>Jane Doe</apdi:StoredFormat>\
             <xmp:CreatorTool>18.7.1</xmp:CreatorTool><HDRGainMap:HDRGainMapVersion>131072</HDRGainMap:HDRGainMapVersion>\
             <HDRGainMap:HDRGainMapHeadroom>4.532783</HDRGainMap:HDRGainMapHeadroom></rdf:Description>"
        );
        let packet = Numbers::read_typed(xmp.as_bytes()).unwrap().packet();
        assert!(packet.contains("<apdi:NativeFormat>1278226488</apdi:NativeFormat>"));
        assert!(packet.contains(">4.532783<") && packet.contains(">131072<"));
        assert!(!packet.contains("Jane") && !packet.contains("18.7.1"));
        let again = Numbers::read_typed(packet.as_bytes()).unwrap();
        assert_eq!(again.packet(), packet);
    }

    #[test]
    fn attributes_are_read_and_other_types_are_not() {
        let read = |xmp: &str| Numbers::read(xmp.as_bytes()).map(|numbers| numbers.packet());
        let packet =
            read("<x HDRGainMap:HDRGainMapVersion='65536' apdi:AuxiliaryImageType='depth'/>")
                .unwrap();
        assert!(packet.contains(">65536<") && !packet.contains("depth"));
        assert_eq!(read("<x HDRGainMap:HDRGainMapVersion='one'/>"), None);
        assert_eq!(read("<x/>"), None);
        let typed = b"<x HDRGainMap:HDRGainMapVersion='65536' apdi:AuxiliaryImageType='depth'/>";
        assert_eq!(Numbers::read_typed(typed), None);
    }

    #[test]
    fn a_note_reads_back() {
        for (headroom, gain) in [
            (Some((82_317, 54_194)), Some((0, 1))),
            (Some((1, 2)), None),
            (None, Some((-5, 3))),
        ] {
            let numbers = Headroom { headroom, gain };
            let note = numbers.note();
            assert_eq!(Headroom::read(&note), Some(numbers));
            assert!(is_plain_note(&note));
            assert!(!is_plain_note(&[&note[..], b"x"].concat()));
            for end in 0..note.len() {
                assert!(!is_plain_note(&note[..end]));
            }
        }
        assert_eq!(Headroom::read(b"Apple iOS\0\0\x01MM\0\0\0\0\0\0"), None);
        assert_eq!(Headroom::read(b"Nikon"), None);
    }
}
