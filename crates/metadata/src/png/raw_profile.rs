//! Binary metadata that some programs write into PNG text as hexadecimal digits, under the keyword
//! `Raw profile type …`: a line with the type, a line with the length, then the digits.

use std::borrow::Cow;

use crate::format::Payload;

/// Decodes such a text; `kind` is the last word of its keyword. `None` when it is not built like this.
pub(super) fn decode<'a>(kind: &[u8], text: &[u8]) -> Option<Payload<'a>> {
    let mut lines = text.trim_ascii_start().splitn(3, |byte| *byte == b'\n');
    let _type = lines.next()?;
    let len: usize = std::str::from_utf8(lines.next()?)
        .ok()?
        .trim()
        .parse()
        .ok()?;
    let bytes = hexadecimal(lines.next()?, len)?;

    // What the bytes are is told from the bytes; the type says it only where they do not.
    let after = |prefix: &[u8]| {
        bytes
            .strip_prefix(prefix)
            .map(|rest| Cow::Owned(rest.to_vec()))
    };
    Some(if let Some(tiff) = after(b"Exif\0\0") {
        Payload::Exif(tiff)
    } else if bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*") {
        Payload::Exif(Cow::Owned(bytes))
    } else if let Some(packet) = after(b"http://ns.adobe.com/xap/1.0/\0") {
        Payload::Xmp(packet)
    } else if let Some(resources) = after(b"Photoshop 3.0\0") {
        Payload::Photoshop(resources)
    } else if bytes.starts_with(b"8BIM") {
        Payload::Photoshop(Cow::Owned(bytes))
    } else {
        match kind {
            b"xmp" => Payload::Xmp(Cow::Owned(bytes)),
            b"iptc" => Payload::Iptc(Cow::Owned(bytes)),
            // Viewers take a PNG's colours from iCCP alone.
            b"icc" | b"icm" => Payload::BrokenIcc(bytes.len()),
            _ => return None,
        }
    })
}

/// Reads exactly `len` bytes from hexadecimal digits broken by white space.
fn hexadecimal(text: &[u8], len: usize) -> Option<Vec<u8>> {
    let mut digits = text
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(|byte| char::from(*byte).to_digit(16));
    // A stated length beyond what the text can hold must not take memory.
    if len > text.len() {
        return None;
    }
    (0..len)
        .map(|_| {
            let high = digits.next()??;
            let low = digits.next()??;
            u8::try_from(high.checked_mul(16)?.checked_add(low)?).ok()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(kind: &str, bytes: &[u8]) -> Vec<u8> {
        let mut text = format!("\n{kind}\n{:8}\n", bytes.len());
        for (index, byte) in bytes.iter().enumerate() {
            if index % 36 == 35 {
                text.push('\n');
            }
            text.push_str(&format!("{byte:02x}"));
        }
        text.push('\n');
        text.into_bytes()
    }

    #[test]
    fn each_type_is_recognised() {
        let tiff = [&b"Exif\0\0II*\0"[..], &[7; 90]].concat();
        let decoded = decode(b"APP1", &raw("generic profile", &tiff));
        assert!(matches!(decoded, Some(Payload::Exif(read)) if *read == tiff[6..]));
        let decoded = decode(b"exif", &raw("exif", &tiff[6..]));
        assert!(matches!(decoded, Some(Payload::Exif(read)) if *read == tiff[6..]));
        let packet = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>";
        let decoded = decode(b"APP1", &raw("generic profile", packet));
        assert!(matches!(decoded, Some(Payload::Xmp(read)) if *read == *b"<x:xmpmeta>"));
        let decoded = decode(b"xmp", &raw("xmp", b"<x:xmpmeta>"));
        assert!(matches!(decoded, Some(Payload::Xmp(_))));
        let decoded = decode(b"iptc", &raw("iptc", b"Photoshop 3.0\x008BIM\x04\x04"));
        assert!(matches!(decoded, Some(Payload::Photoshop(read)) if *read == *b"8BIM\x04\x04"));
        let decoded = decode(b"iptc", &raw("iptc", b"\x1C\x02\x50\0\x04Jane"));
        assert!(matches!(decoded, Some(Payload::Iptc(_))));
        let decoded = decode(b"icc", &raw("icc", &[0; 132]));
        assert!(matches!(decoded, Some(Payload::BrokenIcc(132))));
    }

    #[test]
    fn anything_else_stays_text() {
        assert!(decode(b"exif", b"no profile").is_none());
        assert!(decode(b"exif", b"\nexif\n  999999999999\n00").is_none());
        assert!(decode(b"exif", b"\nexif\n  4\n49492a").is_none());
        assert!(decode(b"exif", b"\nexif\n  1\nzz").is_none());
        assert!(decode(b"other", &raw("other", b"1234")).is_none());
    }
}
