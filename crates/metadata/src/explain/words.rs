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

/// Whether it is prose, a name or a number rather than chance: most of it is letters, digits and ordinary
/// punctuation, they do not change places all the time, and it is no table of one character or of numbers.
pub(super) fn looks_written(text: &str) -> bool {
    let chars: Vec<char> = text.chars().take(TEXT_BYTES_MAX).collect();
    let share = |count: usize, percent: usize| {
        count.saturating_mul(100) >= chars.len().saturating_mul(percent)
    };
    let plain = |c: &&char| c.is_alphanumeric() || " -_.:/,".contains(**c);
    let plain = chars.iter().filter(plain).count();
    // Chance has odd characters in one of five places, and a short run of it may have fewer.
    let is_plain = share(plain, if chars.len() < 12 { 90 } else { 80 });
    let changes = chars
        .iter()
        .zip(chars.iter().skip(1))
        .filter(|(a, b)| is_change(**a, **b))
        .count();
    let most = chars
        .iter()
        .map(|c| chars.iter().take(200).filter(|other| *other == c).count());
    let is_varied = !share(most.take(200).max().unwrap_or(0), 45);
    let has_letter = chars.iter().any(|c| c.is_alphabetic());
    let is_list = !has_letter && chars.iter().filter(|c| c.is_whitespace()).count() >= 3;
    is_plain && !share(changes, 40) && is_varied && !is_list
}

/// Whether a letter follows a digit, or the other way round, or a capital follows a small letter.
fn is_change(a: char, b: char) -> bool {
    let kind = |c: char| match c {
        _ if c.is_numeric() => Some(0),
        _ if c.is_lowercase() => Some(1),
        _ if c.is_alphabetic() => Some(2),
        _ => None,
    };
    match (kind(a), kind(b)) {
        (Some(2), Some(1)) => false,
        (Some(a), Some(b)) => a != b,
        _ => false,
    }
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
    fn chance_is_not_writing() {
        for text in [
            "Firmware Version 1.0.3",
            "EF-S18-55mm f/3.5-5.6 III",
            "LAJ7061317601275",
            "0170521C-E077-45C0-90AE-F1E1E92069E5",
            "HD6.01.01.51.00",
            "Jane Doe",
        ] {
            assert!(looks_written(text), "{text}");
        }
        for text in [
            "ht0oKR]1T",
            "sF1HCqF9",
            "DK+nB;WCgm",
            "DDDDDDDDDDD#k",
            "48 49 48 48 0 0 2 0",
            "Q3Q1Q2Q0",
            "3:?FNIDH",
        ] {
            assert!(!looks_written(text), "{text}");
        }
    }

    #[test]
    fn hexadecimal_there_and_back() {
        assert_eq!(hex(&[0, 0xAB]), "00ab");
        assert_eq!(unhex("00 aB\n7"), [0, 0xAB]);
        assert_eq!(unhex("zz"), Vec::<u8>::new());
    }
}
