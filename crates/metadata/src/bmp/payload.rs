//! What a BMP tells.

use std::borrow::Cow;

use super::header::{FILE_HEADER_LEN, Header, Storage, header};
use super::rebuild::unused;
use super::{
    COLOURS, FILE_HEADER, FILLER, HEADER, LINK, PROFILE, ROW_END, TRAILER, UNUSED_COLOURS, find,
};
use crate::format::Payload;
use crate::part::Part;

/// The payloads of all parts that are not copied, and what is hidden in fields that mean nothing.
pub(super) fn payloads<'a>(parts: &[Part<'a>]) -> Vec<Payload<'a>> {
    let mut told: Vec<Payload<'a>> = parts.iter().filter_map(payload).collect();
    let found = find(parts, HEADER);
    if let Ok(header) = header(found, FILE_HEADER_LEN) {
        let reserved = find(parts, FILE_HEADER).get(6..10).unwrap_or_default();
        let unused = unused(found, &header);
        let fields = unused.iter().filter_map(|at| found.get(*at));
        told.extend(hidden("header", reserved.iter().chain(fields).copied()));
        let fourth = find(parts, COLOURS).iter().skip(3).step_by(4);
        // Opaque colours are a habit of some writers.
        if header.colour_len() == 4 && !fourth.clone().all(|byte| *byte == 0xFF) {
            told.extend(hidden("colours", fourth.copied()));
        }
        let ends = parts.iter().filter(|part| part.name == ROW_END.0);
        told.extend(hidden(
            "rows",
            ends.flat_map(|part| padding(part.bytes, &header)),
        ));
    }
    told
}

/// Bytes that mean nothing, when one of them is not zero.
fn hidden<'a>(place: &str, bytes: impl Iterator<Item = u8>) -> Option<Payload<'a>> {
    let bytes: Vec<u8> = bytes.collect();
    let is_something = bytes.iter().any(|byte| *byte != 0);
    is_something.then(|| Payload::Inflated {
        name: format!("unused bytes of the {place}"),
        bytes,
    })
}

/// What of the end of a row is no pixel.
fn padding(end: &[u8], header: &Header) -> Vec<u8> {
    let (bits, _) = header.row();
    let used = u32::try_from(bits % 8).unwrap_or(0);
    let mut bytes = end.to_vec();
    if let Some(first) = bytes.first_mut()
        && used > 0
        && header.storage == Storage::Plain
    {
        *first &= 0xFF_u8 >> used;
    }
    bytes
}

fn payload<'a>(part: &Part<'a>) -> Option<Payload<'a>> {
    let name = (part.name, part.kind);
    Some(match name {
        PROFILE => Payload::Icc(Cow::Borrowed(part.body)),
        LINK => Payload::Text {
            keyword: "Colour profile on the computer of its writer".to_owned(),
            text: part
                .body
                .iter()
                .take_while(|byte| **byte != 0)
                .map(|byte| char::from(*byte))
                .collect(),
        },
        TRAILER => Payload::Trailer(part.body),
        FILLER | UNUSED_COLOURS => Payload::Unknown {
            name: part.name.to_owned(),
            bytes: part.body,
        },
        _ => return None,
    })
}
