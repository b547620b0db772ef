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

/// Remembers an identifying text. Names of colour spaces identify nobody, and stand in clean pictures too.
pub(super) fn remember(text: &str, notes: &mut Notes<'_>) {
    if !super::icc::PLAIN.contains(&text.trim()) {
        notes.secret_text(text);
    }
}

/// Remembers an identifying text both as it stands in the file and as it was read.
pub(super) fn secret(raw: &[u8], read: &str, notes: &mut Notes<'_>) {
    remember(read, notes);
    if std::str::from_utf8(cut(raw)).is_err() {
        notes.secret_bytes(trim(raw));
    }
}

/// Whether it is prose, a name or a number rather than chance or a table: most of it is letters, digits and ordinary
/// punctuation, they do not change places all the time, and neighbours are neither alike nor a list of numbers.
pub(super) fn looks_written(text: &str) -> bool {
    let chars: Vec<char> = text.chars().take(TEXT_BYTES_MAX).collect();
    let share = |count: usize, percent: usize| {
        count.saturating_mul(100) >= chars.len().saturating_mul(percent)
    };
    let count = |is: fn(char) -> bool| chars.iter().filter(|c| is(**c)).count();
    let neighbours = |are: fn(char, char) -> bool| {
        let pairs = chars.iter().zip(chars.iter().skip(1));
        pairs.filter(|(a, b)| are(**a, **b)).count()
    };
    // Chance has odd characters in one of five places, and a short run of it may have fewer.
    let plain = count(|c| c.is_alphanumeric() || " -_.:/,".contains(c));
    let is_plain = share(plain, if chars.len() < 12 { 90 } else { 80 });
    // Serial numbers change all the time, but have letters of one kind.
    let one_case = count(char::is_lowercase) == 0 || count(char::is_uppercase) == 0;
    let is_code = one_case && count(|c| c.is_alphanumeric() || c == '-') == chars.len();
    let is_steady = is_code || !share(neighbours(is_change), 35);
    let is_table = share(neighbours(|a, b| a == b), 45)
        || share(count(char::is_alphabetic), 80) && share(neighbours(is_near), 60);
    let is_list = count(char::is_alphabetic) == 0 && count(char::is_whitespace) > 0;
    is_plain && is_steady && !is_table && !is_list
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

/// Whether two characters are almost the same, as they are in tables.
fn is_near(a: char, b: char) -> bool {
    u32::from(a).abs_diff(u32::from(b)) <= 2
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
            "SN7K2P9QX4",
            "5B8A1C2D-0000-4000-8000-1A3B5C7D9E0F",
            "0012345678",
        ] {
            assert!(looks_written(text), "{text}");
        }
        for text in [
            "ht0oKR]1T",
            "sF1HCqF9",
            "DK+nB;WCgm",
            "DDDDDDDDDDD#k",
            "48 49 48 48 0 0 2 0",
            "6GjLqZ/B",
            "ppnmplllnmoqpqopopqpnpioqpsqrss",
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
