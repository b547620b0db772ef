//! Application extensions, GIF89a § 26, and the data sub-blocks that carry all variable data, GIF89a § 15.

use std::borrow::Cow;

use super::{APPLICATION, LOOP, Name, PHOTOSHOP, PROVENANCE, XMP};

/// The data sub-blocks at the front of `bytes`: each is a size and that many bytes, and one of size 0 ends them.
pub(super) fn sub_blocks(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (len, after) = rest.split_first()?;
        let (block, after) = after.split_at_checked(usize::from(*len))?;
        rest = after;
        (!block.is_empty()).then_some(block)
    })
}

/// The data of sub-blocks, joined.
pub(super) fn join<'a>(mut blocks: impl Iterator<Item = &'a [u8]>) -> Cow<'a, [u8]> {
    let Some(first) = blocks.next() else {
        return Cow::Borrowed(&[]);
    };
    let mut joined = Cow::Borrowed(first);
    for block in blocks {
        joined.to_mut().extend_from_slice(block);
    }
    joined
}

/// The identifier and authentication code, from the body of an application extension.
pub(super) fn identifier(body: &[u8]) -> &[u8] {
    sub_blocks(body).next().unwrap_or_default()
}

/// What an application extension is.
pub(super) fn classify(body: &[u8]) -> Name {
    match identifier(body) {
        b"XMP DataXMP" => XMP,
        b"MGK8BIM0000" | b"MGKIPTC0000" => PHOTOSHOP,
        id if id.starts_with(b"C2PA_GIF") => PROVENANCE,
        _ if loop_extension(body).is_some() => LOOP,
        _ => APPLICATION,
    }
}

/// How often an animation plays, written as the 19 bytes that hold it and nothing else. `None` for an extension that
/// does not say. Decoders pass over further sub-blocks, which are therefore not written.
pub(super) fn loop_extension(body: &[u8]) -> Option<[u8; 19]> {
    let mut blocks = sub_blocks(body);
    let id: [u8; 11] = blocks.next()?.try_into().ok()?;
    if !matches!(&id, b"NETSCAPE2.0" | b"ANIMEXTS1.0") {
        return None;
    }
    let [low, high] = blocks.find_map(|block| match block {
        [kind, low, high, ..] if kind & 7 == 1 => Some([*low, *high]),
        _ => None,
    })?;
    let [a, b, c, d, e, f, g, h, i, j, k] = id;
    Some([
        0x21, 0xFF, 11, a, b, c, d, e, f, g, h, i, j, k, 3, 1, low, high, 0,
    ])
}

/// The XMP packet of an XMP extension. It stands there as it is, not cut into sub-blocks, and a trailer (1, 255 down to
/// 0, 0) leads readers that do not know it to its end (XMP Specification Part 3 § 1.1.2). Some writers leave the 1 out.
pub(super) fn xmp_packet(body: &[u8]) -> Cow<'_, [u8]> {
    const DESCENT_LEN: usize = 257;
    let raw = body.get(12..).unwrap_or_default();
    raw.len()
        .checked_sub(DESCENT_LEN)
        .and_then(|len| raw.split_at_checked(len))
        .filter(|(_, descent)| descent.iter().copied().eq((0..=255).rev().chain([0])))
        .map_or_else(
            || join(sub_blocks(body).skip(1)),
            |(packet, _)| Cow::Borrowed(packet.strip_suffix(&[1]).unwrap_or(packet)),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sub_blocks_end_at_the_terminator_or_the_last_whole_one() {
        let read = |bytes| sub_blocks(bytes).collect::<Vec<&[u8]>>().concat();
        assert_eq!(read(b"\x02ab\x01c\0d"), b"abc");
        assert_eq!(read(b"\x02ab\x05c"), b"ab");
        assert_eq!(read(b""), b"");
        assert!(matches!(
            join(sub_blocks(b"\x02ab\0")),
            Cow::Borrowed(b"ab")
        ));
        assert_eq!(*join(sub_blocks(b"\x02ab\x01c\0")), *b"abc");
    }

    #[test]
    fn only_the_loop_count_is_taken_from_a_loop_extension() {
        let plain = loop_extension(b"\x0BNETSCAPE2.0\x03\x01\x05\0\0").unwrap();
        assert_eq!(plain, *b"\x21\xFF\x0BNETSCAPE2.0\x03\x01\x05\0\0");
        let hiding = b"\x0BNETSCAPE2.0\x05\x02size\x06\xF9\x05\0abc\0";
        assert_eq!(loop_extension(hiding), Some(plain));
        assert_eq!(loop_extension(b"\x0BNETSCAPE2.0\x05\x02size\0"), None);
        assert_eq!(loop_extension(b"\x0BNETSCAPE3.0\x03\x01\x05\0\0"), None);
        assert_eq!(loop_extension(b"\x03abc\0"), None);
    }
}
