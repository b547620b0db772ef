//! What the blocks of a GIF tell.

use std::borrow::Cow;

use super::LOOP;
use super::application::{identifier, join, loop_extension, sub_blocks, xmp_packet};
use crate::format::Payload;
use crate::keep::{Fate, fate};
use crate::part::{Kind, Part};

/// The payload of a part that is not copied.
pub(super) fn payload<'a>(part: &Part<'a>) -> Option<Payload<'a>> {
    let data = || join(sub_blocks(part.body).skip(1));
    Some(match part.kind {
        Kind::Comment => Payload::Comment(join(sub_blocks(part.body))),
        Kind::Text => plain_text(part.body),
        Kind::Xmp => Payload::Xmp(xmp_packet(part.body)),
        Kind::Provenance => Payload::Provenance(data()),
        Kind::Photoshop => match data() {
            resources if resources.starts_with(b"8BIM") => Payload::Photoshop(resources),
            datasets => Payload::Iptc(datasets),
        },
        Kind::Trailer => Payload::Trailer(part.body),
        // The loop count stays; whatever else its extension holds goes.
        Kind::Animation if part.name == LOOP.0 && holds_more_than_loop(part) => unknown(part),
        kind if fate(kind) == Fate::Drop => unknown(part),
        _ => return None,
    })
}

fn holds_more_than_loop(part: &Part<'_>) -> bool {
    loop_extension(part.body).is_some_and(|fresh| fresh != *part.bytes)
}

/// The text of a plain text extension, GIF89a § 25, after the sub-block that says where and how to show it.
fn plain_text(body: &[u8]) -> Payload<'_> {
    Payload::Text {
        keyword: String::new(),
        text: String::from_utf8_lossy(&join(sub_blocks(body).skip(1))).into_owned(),
    }
}

fn unknown<'a>(part: &Part<'a>) -> Payload<'a> {
    let name = match part.bytes {
        [0x21, 0xFF, ..] => String::from_utf8_lossy(identifier(part.body)),
        [0x21, label, ..] if part.kind == Kind::Unknown => {
            Cow::Owned(format!("extension {label:02X}"))
        }
        _ => Cow::Borrowed(part.name),
    };
    Payload::Unknown {
        name: name.into_owned(),
        bytes: part.body,
    }
}
