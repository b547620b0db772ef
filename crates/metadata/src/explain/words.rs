//! Text of unknown encoding, as text.

use super::tiff::Order;
use crate::notes::Notes;

/// The most bytes of one text that are decoded; more is neither shown nor searched for.
const TEXT_BYTES_MAX: usize = 16_384;

/// The first [`TEXT_BYTES_MAX`] bytes.
pub(super) fn cut(bytes: &[u8]) -> &[u8] {
    bytes.get(..TEXT_BYTES_MAX).unwrap_or(bytes)
}

/// Text in UTF-8, or in Latin-1 when it is not; NULs and white space at the ends go.
pub(super) fn text(bytes: &[u8]) -> String {
    let bytes = trim(cut(bytes));
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        // A cut in the middle of a character is no reason to read the rest as Latin-1.
        Err(error) if error.error_len().is_none() => {
            let whole = bytes.get(..error.valid_up_to()).unwrap_or_default();
            String::from_utf8_lossy(whole).into_owned()
        }
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}

/// Text in UTF-16 up to the first NUL; damaged units become replacement characters.
pub(super) fn utf16(bytes: &[u8], order: Order) -> String {
    let units = cut(bytes)
        .chunks_exact(2)
        .filter_map(|pair| <[u8; 2]>::try_from(pair).ok())
        .map(|pair| order.u16(pair))
        .take_while(|unit| *unit != 0);
    char::decode_utf16(units)
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .filter(|c| *c != '\u{FEFF}')
        .collect::<String>()
        .trim()
        .to_owned()
}

/// Bytes without NULs and white space at the ends.
pub(super) fn trim(mut bytes: &[u8]) -> &[u8] {
    const fn blank(byte: u8) -> bool {
        byte == 0 || byte.is_ascii_whitespace()
    }
    while let [first, rest @ ..] = bytes
        && blank(*first)
    {
        bytes = rest;
    }
    while let [rest @ .., last] = bytes
        && blank(*last)
    {
        bytes = rest;
    }
    bytes
}

/// Remembers an identifying text both as it stands in the file and as it was read.
pub(super) fn secret(raw: &[u8], read: &str, notes: &mut Notes<'_>) {
    notes.secret_text(read);
    if std::str::from_utf8(cut(raw)).is_err() {
        notes.secret_bytes(trim(raw));
    }
}

/// Whether most of it is letters, digits and ordinary punctuation: prose, a name or a number, not chance.
pub(super) fn looks_written(text: &str) -> bool {
    let all = text.chars().count();
    let plain = text
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | ':' | '/' | ','))
        .count();
    plain.saturating_mul(10) >= all.saturating_mul(8)
}

/// Bytes as lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut digits = String::new();
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

/// The bytes that hexadecimal digits stand for; white space between them is skipped, anything else ends them.
pub(super) fn unhex(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut high = None;
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        let Some(digit) = c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()) else {
            break;
        };
        match high.take() {
            None => high = Some(digit << 4),
            Some(high) => bytes.push(high | digit),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_any_encoding() {
        assert_eq!(text(b"  Z\xC3\xBCrich\0\0"), "Zürich");
        assert_eq!(text(b"Z\xFCrich"), "Zürich");
        assert_eq!(text(b"Z\xC3\xBCrich \xE2\x82"), "Zürich ");
        assert_eq!(utf16(b"J\0a\0n\0e\0\0\0x\0", Order::Little), "Jane");
        assert_eq!(utf16(b"\0J\0a\0n\0e\xD8", Order::Big), "Jane");
        assert_eq!(trim(b"\0 a b\n\0"), b"a b");
        assert_eq!(trim(b"\0 \0"), b"");
    }

    #[test]
    fn hexadecimal_there_and_back() {
        assert_eq!(hex(&[0, 0xAB]), "00ab");
        assert_eq!(unhex("00 aB\n7"), [0, 0xAB]);
        assert_eq!(unhex("zz"), Vec::<u8>::new());
    }
}
