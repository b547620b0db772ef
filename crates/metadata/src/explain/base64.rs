//! Base64 (RFC 4648 § 4), in which XMP holds pictures.

/// The bytes that the text stands for. White space is skipped; anything else, such as padding, ends it.
pub(super) fn decode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len().saturating_mul(3) >> 2);
    let mut bits = 0_u32;
    let mut held = 0_u32;
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        let Some(six) = value(byte) else { break };
        bits = (bits << 6) | u32::from(six);
        held = held.saturating_add(6);
        if held >= 8 {
            held = held.saturating_sub(8);
            let [_, _, _, low] = bits.checked_shr(held).unwrap_or(0).to_be_bytes();
            bytes.push(low);
        }
    }
    bytes
}

/// Whether a long value is base64 rather than prose.
pub(super) fn is_base64(text: &str) -> bool {
    const LONG: usize = 200;
    text.len() >= LONG
        && text
            .trim_end_matches('=')
            .bytes()
            .all(|byte| value(byte).is_some() || matches!(byte, b'\r' | b'\n'))
}

const fn value(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => byte.checked_sub(b'A'),
        b'a'..=b'z' => byte.checked_sub(71),
        b'0'..=b'9' => byte.checked_add(4),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_with_and_without_padding() {
        assert_eq!(decode("Zm9vYmFy"), b"foobar");
        assert_eq!(decode("Zm9v\nYmE="), b"fooba");
        assert_eq!(decode("/+8"), [0xFF, 0xEF]);
        assert_eq!(decode("é"), b"");
    }

    #[test]
    fn prose_is_not_base64() {
        assert!(is_base64(&"QUJD".repeat(60)));
        assert!(!is_base64(&"some words ".repeat(60)));
        assert!(!is_base64("QUJD"));
    }
}
