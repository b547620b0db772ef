//! Base64 (RFC 4648 § 4), in which XMP holds pictures.

/// What each byte stands for: six bits, or [`NONE`].
const VALUES: [u8; 256] = {
    let mut values = [NONE; 256];
    let mut rest = values.as_mut_slice();
    let mut byte = 0_u8;
    while let Some((first, after)) = rest.split_first_mut() {
        *first = six(byte);
        byte = byte.wrapping_add(1);
        rest = after;
    }
    values
};
const NONE: u8 = 0xFF;

/// The bytes that the text stands for. White space is skipped; anything else, such as padding, ends it.
pub(super) fn decode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len().saturating_mul(3) >> 2);
    let mut rest = text.as_bytes();
    let mut bits = 0_u32;
    let mut held = 0_u32;
    while let [first, after @ ..] = rest {
        // Four letters are three bytes; a depth map has a million of them in a row.
        if held == 0
            && let Some((four, after)) = rest.split_first_chunk::<4>()
            && let [a, b, c, d] = four.map(value)
            && (a | b | c | d) != NONE
        {
            bytes.extend([a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
            rest = after;
            continue;
        }
        rest = after;
        if first.is_ascii_whitespace() {
            continue;
        }
        let six = value(*first);
        if six == NONE {
            break;
        }
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
    let letters = text.trim_end_matches('=').as_bytes();
    // Without a way out inside a chunk, so that the compiler looks at many letters at once.
    let are_all = |chunk: &[u8]| chunk.iter().fold(true, |all, byte| all & is_letter(*byte));
    text.len() >= LONG && letters.chunks(256).all(are_all)
}

const fn is_letter(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'-' | b'/' | b'_' | b'\r' | b'\n')
}

fn value(byte: u8) -> u8 {
    VALUES.get(usize::from(byte)).copied().unwrap_or(NONE)
}

/// Both alphabets of the standard are read (§ 4 and § 5).
const fn six(byte: u8) -> u8 {
    match byte {
        b'A'..=b'Z' => byte.wrapping_sub(b'A'),
        b'a'..=b'z' => byte.wrapping_sub(71),
        b'0'..=b'9' => byte.wrapping_add(4),
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => NONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_with_and_without_padding() {
        assert_eq!(decode("Zm9vYmFy"), b"foobar");
        assert_eq!(decode("Zm9v\nYmE="), b"fooba");
        assert_eq!(decode("Zm9 v\nYmF\tyZm9vYmFyZg="), b"foobarfoobarf");
        assert_eq!(decode("/+8"), [0xFF, 0xEF]);
        assert_eq!(decode("_-8"), [0xFF, 0xEF]);
        assert_eq!(decode("é"), b"");
    }

    #[test]
    fn prose_is_not_base64() {
        assert!(is_base64(&"QUJD".repeat(60)));
        assert!(!is_base64(&"some words ".repeat(60)));
        assert!(!is_base64("QUJD"));
    }
}
