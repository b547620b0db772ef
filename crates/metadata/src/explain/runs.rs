//! Readable words in bytes that nobody documented.

use super::words::looks_written;
use crate::notes::{Notes, size_words};

/// How many bytes are searched for words; a private block is small, and in a huge one more words say no more.
const SEARCHED_BYTES_MAX: usize = 8 << 20;
/// How many words are taken from one block.
const RUNS_MAX: usize = 200;
/// Shorter runs occur by chance.
pub(super) const RUN_CHARS_MIN: usize = 8;
/// Words that belong to formats rather than to people, and that a clean picture may well contain.
const FORMAT_WORDS: &[&str] = &[
    "456789",
    "CDEFGHI",
    "ICC_PROFILE",
    "mntr",
    "scnr",
    "prtr",
    "sRGB",
    "Adobe",
    "GIF8",
    "NETSCAPE",
    "ANIMEXTS",
    "JFIF",
    "JFXX",
    "Exif",
    "WEBP",
    "VP8",
    "IHDR",
    "IDAT",
    "iCCP",
    "http://ns.",
    "http://www.w3.org",
    "bplist",
    "Uflags",
    "XYZ ",
    "abcdefgh",
    "ABCDEFGH",
];

/// Runs of printable characters with at least `chars_min` of them: those in ASCII first, then those in UTF-16.
pub(super) fn runs(bytes: &[u8], chars_min: usize) -> Vec<String> {
    let bytes = bytes.get(..SEARCHED_BYTES_MAX).unwrap_or(bytes);
    let narrow = bytes.iter().map(|byte| printable(*byte));
    let mut found = Vec::new();
    collect(narrow, chars_min, &mut found);
    // A letter, a NUL, a letter, a NUL: the other byte order is the same from one byte further on.
    for start in [0, 1] {
        let pairs = bytes.get(start..).unwrap_or_default().chunks_exact(2);
        let wide = pairs.map(|pair| match pair {
            [byte, 0] => printable(*byte),
            _ => None,
        });
        collect(wide, chars_min, &mut found);
    }
    found
}

fn printable(byte: u8) -> Option<char> {
    matches!(byte, b' '..=b'~').then(|| char::from(byte))
}

fn collect(chars: impl Iterator<Item = Option<char>>, chars_min: usize, found: &mut Vec<String>) {
    let mut run = String::new();
    for c in chars.chain([None]) {
        if let Some(c) = c {
            run.push(c);
            continue;
        }
        if found.len() >= RUNS_MAX {
            return;
        }
        if run.trim().len() >= chars_min {
            found.push(run.trim().to_owned());
        }
        run.clear();
    }
}

/// The runs that look as if someone, or some program, wrote them.
pub(super) fn written(bytes: &[u8], chars_min: usize) -> Vec<String> {
    let mut words = runs(bytes, chars_min);
    words.retain(|run| looks_written(run) && !FORMAT_WORDS.iter().any(|word| run.contains(word)));
    words
}

/// The written runs in UTF-16, big-endian, which is how structures with named fields hold what people typed.
pub(super) fn wide(bytes: &[u8], notes: &mut Notes<'_>) -> String {
    const CHARS_MIN: usize = 4;
    let bytes = bytes.get(..SEARCHED_BYTES_MAX).unwrap_or(bytes);
    let mut words = Vec::new();
    for start in [0, 1] {
        let pairs = bytes.get(start..).unwrap_or_default().chunks_exact(2);
        let chars = pairs.map(|pair| match pair {
            [0, byte] => printable(*byte),
            _ => None,
        });
        collect(chars, CHARS_MIN, &mut words);
    }
    words.dedup();
    for word in &words {
        notes.secret_text(word);
    }
    words.join(" · ")
}

/// Remembers the written runs as secrets and returns some of them, joined, for the person to read.
pub(super) fn harvest(bytes: &[u8], notes: &mut Notes<'_>) -> String {
    const SHOWN_MAX: usize = 12;
    let words = written(bytes, RUN_CHARS_MIN);
    for word in &words {
        notes.secret_text(word);
    }
    let mut shown = words.get(..SHOWN_MAX).unwrap_or(&words).join(" · ");
    if let Some(more) = words.len().checked_sub(SHOWN_MAX).filter(|more| *more > 0) {
        shown = format!("{shown} and {more} more");
    }
    shown
}

/// The size of bytes, and the words in them: `20 bytes: made by Jane`.
pub(super) fn sized(bytes: &[u8], notes: &mut Notes<'_>) -> String {
    let size = size_words(bytes.len());
    match harvest(bytes, notes) {
        words if words.is_empty() => size,
        words => format!("{size}: {words}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;

    #[test]
    fn finds_narrow_and_wide_words() {
        let mut bytes = b"\x01\x02Serial 12345\xFF\0ab\0\0".to_vec();
        bytes.extend("Jane's phone".encode_utf16().flat_map(u16::to_le_bytes));
        bytes.extend([9, 9, 9]);
        bytes.extend("big endian".encode_utf16().flat_map(u16::to_be_bytes));
        bytes.push(0);
        assert_eq!(
            runs(&bytes, 6),
            ["Serial 12345", "Jane's phone", "big endian"]
        );
    }

    #[test]
    fn words_of_formats_are_no_secrets() {
        let limits = Limits::default();
        let mut notes = Notes::new(&limits);
        let shown = harvest(
            b"ICC_PROFILE\0456789:CDEFGHIJSTUVWXYZ\0GIF89a...\0",
            &mut notes,
        );
        assert_eq!(shown, "");
        assert!(notes.finish().1.is_empty());
    }

    #[test]
    fn many_words_are_counted() {
        let limits = Limits::default();
        let mut notes = Notes::new(&limits);
        let mut bytes = Vec::new();
        for n in 0..1_000_u32 {
            bytes.extend(format!("serial number {n}\0").bytes());
        }
        assert!(harvest(&bytes, &mut notes).ends_with("and 188 more"));
    }
}
