//! Whether the picture itself says that a gain map is its own. Viewers find it in no other way, and what stands behind a
//! picture may be the remains of another one, with a gain map that shows what that was.

use memchr::memmem;

use crate::part::Part;
use crate::reader::index;

/// Offsets in a multi-picture index count from its TIFF header: marker, length and `MPF\0` stand before it.
pub(super) const MPF_ORIGIN: usize = 8;

/// The most entries of an index that are read.
const ENTRIES_MAX: usize = 16;

/// Whether the picture announces a gain map of `len` bytes at `at`, in bytes from the start of the file.
pub(super) fn announces(picture: &[Part<'_>], at: usize, len: usize) -> bool {
    picture.iter().any(|part| match part.name {
        "APP2 MPF" => {
            let origin = part.offset.saturating_add(MPF_ORIGIN);
            pictures(part.body)
                .unwrap_or_default()
                .into_iter()
                .any(|offset| offset > 0 && origin.checked_add(offset) == Some(at))
        }
        "APP1 XMP" => gain_map_lens(part.body).contains(&len),
        _ => false,
    })
}

/// The offsets of the pictures in a multi-picture index, CIPA DC-007 § 5.2.3.
fn pictures(body: &[u8]) -> Option<Vec<usize>> {
    let is_little = match body.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let u16 = |at: usize| {
        let bytes = *body.get(at..)?.first_chunk()?;
        Some(match is_little {
            true => u16::from_le_bytes(bytes),
            false => u16::from_be_bytes(bytes),
        })
    };
    let u32 = |at: usize| {
        let bytes = *body.get(at..)?.first_chunk()?;
        Some(index(match is_little {
            true => u32::from_le_bytes(bytes),
            false => u32::from_be_bytes(bytes),
        }))
    };
    let directory = u32(4)?;
    let count = usize::from(u16(directory)?).min(ENTRIES_MAX);
    let mut tags = (0..count).filter_map(|number| {
        let at = number.checked_mul(12)?.checked_add(directory)?;
        at.checked_add(2)
    });
    let entry = tags.find(|at| u16(*at) == Some(0xB002))?;
    let (len, at) = (u32(entry.checked_add(4)?)?, u32(entry.checked_add(8)?)?);
    let images = len.checked_div(16)?.min(ENTRIES_MAX);
    let offset = |number: usize| u32(number.checked_mul(16)?.checked_add(at)?.checked_add(8)?);
    Some((0..images).filter_map(offset).collect())
}

/// The lengths of the items that a directory in XMP calls gain maps (Ultra HDR Image Format, "GContainer").
fn gain_map_lens(packet: &[u8]) -> Vec<usize> {
    const ENTRIES_END: &[u8] = b"</rdf:li>";
    let mut lens = Vec::new();
    let mut from = 0_usize;
    while lens.len() < ENTRIES_MAX
        && let Some(rest) = packet.get(from..)
        && let Some(found) = memmem::find(rest, b"GainMap")
    {
        let at = from.saturating_add(found);
        let start = packet.get(..at).unwrap_or_default();
        let start = memmem::rfind(start, b"<rdf:li").unwrap_or(0);
        let end = memmem::find(packet.get(at..).unwrap_or_default(), ENTRIES_END);
        let end = end.map_or(packet.len(), |end| at.saturating_add(end));
        lens.extend(packet.get(start..end).and_then(length));
        from = at.saturating_add(7);
    }
    lens
}

/// The number in `Item:Length="…"` or `<Item:Length>…`.
fn length(item: &[u8]) -> Option<usize> {
    let at = memmem::find(item, b"Item:Length")?.checked_add(11)?;
    let value = item.get(at..)?;
    let digits: Vec<u8> = value
        .iter()
        .copied()
        .skip_while(|byte| matches!(byte, b'=' | b'>' | b'"' | b'\'' | b' '))
        .take_while(u8::is_ascii_digit)
        .collect();
    std::str::from_utf8(&digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_those_of_gain_maps() {
        let attributes = "<rdf:li><Container:Item Item:Semantic='Primary' Item:Length='7'/></rdf:li>\
            <rdf:li><Container:Item Item:Mime='image/jpeg' Item:Length=\"123\" Item:Semantic='GainMap'/></rdf:li>";
        assert_eq!(gain_map_lens(attributes.as_bytes()), [123]);
        let elements = "<rdf:li><Item:Semantic>GainMap</Item:Semantic><Item:Length>45</Item:Length></rdf:li>\
            <rdf:li><Item:Semantic>MotionPhoto</Item:Semantic><Item:Length>67</Item:Length></rdf:li>";
        assert_eq!(gain_map_lens(elements.as_bytes()), [45]);
        assert_eq!(gain_map_lens(b"GainMapGainMap"), [] as [usize; 0]);
    }

    #[test]
    fn an_index_is_read_in_both_orders() {
        let big = super::super::gain_map::index(10, 20, 30);
        assert_eq!(pictures(&big), Some(vec![0, 30]));
        let mut little =
            b"II*\0\x08\0\0\0\x01\0\x02\xB0\x07\0\x10\0\0\0\x1A\0\0\0\0\0\0\0".to_vec();
        little.extend([0, 0, 0, 0, 20, 0, 0, 0, 99, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(pictures(&little), Some(vec![99]));
        for end in 0..little.len() {
            let _ = pictures(&little[..end]);
        }
    }
}
