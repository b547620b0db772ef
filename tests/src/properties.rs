//! What must hold of every file, however it was made: the tests of found files and the fuzz targets ask the same.
// A panic says what does not hold.
#![allow(clippy::expect_used)]

use metadata::{Cleaned, Container, Error, Limits, Policy, Report, clean, inspect, inspect_around};

/// A clean copy may be this much larger than its original: a gain map that is hardly announced gets an index of its own.
const GROWTH_BYTES_MAX: usize = 2048;
/// Pictures of more pixels than this are not decoded: a few bytes may announce thousands of large frames.
const DECODED_PIXELS_MAX: u64 = 64 * 64;

/// Reads a file, cleans it as a person asks, and reads, cleans and decodes the copy again.
///
/// Returns the clean copy, or nothing where the file is refused.
///
/// # Panics
/// When something does not hold.
pub fn hold(file: &[u8], policy: &Policy) -> Option<Cleaned> {
    let limits = Limits::default();
    let report = inspect(file, &limits);
    told_the_same_without(file, &report);
    let report = match report {
        Ok(report) => report,
        Err(error) => {
            assert!(
                !error.to_string().contains("account for every byte"),
                "parts do not tile: {error}"
            );
            assert_eq!(
                clean(file, policy, &limits),
                Err(error),
                "what cannot be read is not cleaned"
            );
            return None;
        }
    };
    let cleaned = match clean(file, policy, &limits) {
        Ok(cleaned) => cleaned,
        Err(error) => {
            assert!(is_fair(&error), "inspected, and then not cleaned: {error}");
            return None;
        }
    };
    assert_eq!(
        cleaned.found(),
        report.findings,
        "what is shown is what is removed"
    );
    assert_eq!(
        (
            cleaned.container(),
            cleaned.width(),
            cleaned.height(),
            cleaned.orientation()
        ),
        (
            report.container,
            report.width,
            report.height,
            report.orientation
        ),
    );
    let grown = cleaned.bytes().len().saturating_sub(file.len());
    assert!(
        grown <= GROWTH_BYTES_MAX || !policy.keep.is_empty(),
        "the copy is {grown} bytes larger"
    );

    let again = inspect(cleaned.bytes(), &limits).expect("a clean copy can be read");
    if policy.keep.is_empty() {
        assert_eq!(again.findings, [], "a clean copy tells nothing");
    }
    let twice = clean(cleaned.bytes(), policy, &limits).expect("a clean copy can be cleaned");
    assert!(
        twice.unchanged() && twice.bytes() == cleaned.bytes(),
        "cleaning twice is cleaning once"
    );
    if u64::from(report.width) * u64::from(report.height) <= DECODED_PIXELS_MAX
        && let Ok(before) = crate::pixels(file)
        // Where the decoder shows no frame at all, there is nothing to compare.
        && !before.is_empty()
    {
        assert!(
            crate::pixels(cleaned.bytes()) == Ok(before) || is_disputed(file, &cleaned),
            "other pixels"
        );
    }
    Some(cleaned)
}

/// Whatever stands where a file was not read: the same is told, or that it must be.
fn told_the_same_without(file: &[u8], report: &Result<Report, Error>) {
    let len = file.len();
    for (gap, fill) in [(len / 4..len / 2, 0), (len / 3..len - len / 4, 0xA5)] {
        let mut other = file.to_vec();
        if let Some(bytes) = other.get_mut(gap.clone()) {
            bytes.fill(fill);
        }
        if let Some(told) = inspect_around(&other, &gap, &Limits::default()) {
            assert_eq!(Ok(&told), report.as_ref(), "without {gap:?}");
        }
    }
}

/// Whether a difference may be the decoder's: of JPEG there is another, which decides where it can read the original; for
/// a strip of TIFF that is left out, ours shows the file's own beginning; and to a still WebP it adds the transparency of
/// a frame that belongs to no animation, where libwebp passes over such frames.
fn is_disputed(file: &[u8], cleaned: &Cleaned) -> bool {
    match cleaned.container() {
        Container::Jpeg => {
            let before = crate::second_opinion(file);
            before.is_none() || before == crate::second_opinion(cleaned.bytes())
        }
        Container::Tiff => crate::leaves_pieces_out(file),
        Container::Webp => crate::has_frames_of_no_animation(file),
        _ => false,
    }
}

/// Whether a file may be refused only after it was read: a value of the original may stand in the copy by chance, as
/// when a comment repeats the bytes of a header; and only the copy shows that it would not fit its fields.
fn is_fair(error: &Error) -> bool {
    match error {
        Error::LeftBehind { what } => [
            "an identifying value",
            "more values than can be searched for",
        ]
        .contains(what),
        Error::UnsupportedFeature { .. } => true,
        _ => false,
    }
}
