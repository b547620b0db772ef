//! Readable words in bytes that nobody documented.

use super::words::{self, looks_written};
use crate::notes::{Notes, size_words};

/// How many bytes are searched for words; a private block is small, and in a huge one more words say no more.
const SEARCHED_BYTES_MAX: usize = 8 << 20;
/// How many words are taken from one block.
const RUNS_MAX: usize = 200;
/// Shorter runs occur by chance; in large blocks more do.
const RUN_CHARS_MIN: usize = 6;
const RUN_CHARS_MIN_LARGE: usize = 8;
const LARGE: usize = 16_384;
/// Parts of tables that stand in almost every JPEG, and of lists that name no value.
const TABLE_WORDS: &[&str] = &["456789", "CDEFGHI", "cdefghi", "bplist", "Uflags"];
/// Words that belong to formats rather than to people, and that a clean picture may well contain.
const FORMAT_WORDS: &[&str] = &[
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
    "XYZ ",
    "http://ns.",
    "http://www.w3.org",
];

/// The written runs of printable characters: those in ASCII first, then those in UTF-16.
pub(super) fn written(bytes: &[u8]) -> Vec<String> {
    let small = bytes.len() < LARGE;
    let chars_min = if small {
        RUN_CHARS_MIN
    } else {
        RUN_CHARS_MIN_LARGE
    };
    let bytes = bytes.get(..SEARCHED_BYTES_MAX).unwrap_or(bytes);
    let mut found = Vec::new();
    for run in long_runs(bytes, is_printable, chars_min) {
        keep(&String::from_utf8_lossy(run), chars_min, &mut found);
    }
    // A letter, a NUL, a letter, a NUL: the other byte order is the same from one byte further on.
    wide_runs(
        bytes,
        |pair| matches!(pair, [byte, 0] if is_printable(byte)),
        chars_min,
        &mut found,
    );
    found
}

const fn is_printable(byte: &u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// The longest possible runs of at least `len_min` items that are all of a kind. Looks at every `len_min`-th item
/// first: a run that long cannot stand between two of them, so that most of a large block is stepped over.
fn long_runs<T>(
    items: &[T],
    is: impl Fn(&T) -> bool,
    len_min: usize,
) -> impl Iterator<Item = &[T]> {
    let mut at = len_min.saturating_sub(1);
    std::iter::from_fn(move || {
        loop {
            if !is(items.get(at)?) {
                at = at.saturating_add(len_min);
                continue;
            }
            let (before, from) = items.split_at_checked(at)?;
            let head = before.iter().rev().take_while(|item| is(item)).count();
            let tail = from.iter().take_while(|item| is(item)).count();
            let start = at.saturating_sub(head);
            let end = at.saturating_add(tail);
            at = end.saturating_add(len_min);
            if head.saturating_add(tail) >= len_min {
                return items.get(start..end);
            }
        }
    })
}

/// Runs of pairs of bytes that are a character each, from either parity.
fn wide_runs(
    bytes: &[u8],
    is_char: impl Fn(&[u8; 2]) -> bool,
    chars_min: usize,
    found: &mut Vec<String>,
) {
    for start in [0, 1] {
        let (pairs, _) = bytes.get(start..).unwrap_or_default().as_chunks::<2>();
        for run in long_runs(pairs, &is_char, chars_min) {
            let letters = run.iter().flatten().filter(|byte| **byte != 0);
            let run: String = letters.map(|byte| char::from(*byte)).collect();
            keep(&run, chars_min, found);
        }
    }
}

fn keep(run: &str, chars_min: usize, found: &mut Vec<String>) {
    let run = run.trim();
    if found.len() < RUNS_MAX && run.len() >= chars_min && is_written(run) {
        found.push(run.to_owned());
    }
}

/// Whether someone, or some program, seems to have written it.
fn is_written(run: &str) -> bool {
    looks_written(run) && !TABLE_WORDS.iter().any(|word| run.contains(word))
}

/// The written runs in UTF-16, big-endian, which is how structures with named fields hold what people typed.
pub(super) fn wide(bytes: &[u8], notes: &mut Notes<'_>) -> String {
    const CHARS_MIN: usize = 4;
    let bytes = bytes.get(..SEARCHED_BYTES_MAX).unwrap_or(bytes);
    let mut words = Vec::new();
    wide_runs(
        bytes,
        |pair| matches!(pair, [0, byte] if is_printable(byte)),
        CHARS_MIN,
        &mut words,
    );
    words.dedup();
    for word in &words {
        words::remember(word, notes);
    }
    words.join(" · ")
}

/// Remembers the written runs as secrets and returns some of them, joined, for the person to read.
pub(super) fn harvest(bytes: &[u8], notes: &mut Notes<'_>) -> String {
    const SHOWN_MAX: usize = 12;
    let words = written(bytes);
    for word in &words {
        secret(word, notes);
    }
    let mut shown = words.get(..SHOWN_MAX).unwrap_or(&words).join(" · ");
    if let Some(more) = words.len().checked_sub(SHOWN_MAX).filter(|more| *more > 0) {
        shown = format!("{shown} and {more} more");
    }
    shown
}

/// Remembers a word, unless it belongs to a format.
pub(super) fn secret(word: &str, notes: &mut Notes<'_>) {
    if !FORMAT_WORDS.iter().any(|known| word.contains(known)) {
        words::remember(word, notes);
    }
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
            written(&bytes),
            ["Serial 12345", "Jane's phone", "big endian"]
        );
    }

    #[test]
    fn stepping_over_finds_what_looking_at_each_finds() {
        let mut state = 7_u32;
        let mut bytes = Vec::new();
        for _ in 0..20_000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // Printable three times out of four, so that runs of every length occur.
            bytes.push(if state >> 30 == 0 { 0 } else { b'a' });
        }
        for len_min in 1..12 {
            let stepped: Vec<&[u8]> = long_runs(&bytes, is_printable, len_min).collect();
            let each = bytes.split(|byte| !is_printable(byte));
            let each: Vec<&[u8]> = each.filter(|run| run.len() >= len_min).collect();
            assert_eq!(stepped, each);
        }
    }

    #[test]
    fn words_of_formats_are_no_secrets() {
        let limits = Limits::default();
        let mut notes = Notes::new(&limits);
        let shown = harvest(
            b"ICC_PROFILE\x00456789:CDEFGHIJSTUVWXYZ\x00GIF89a by Adobe\0",
            &mut notes,
        );
        assert_eq!(shown, "ICC_PROFILE · GIF89a by Adobe");
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
