//! What stands behind the end of a picture, which no viewer shows: videos, other pictures, remains, blocks of phones.

use super::{embedded, json, runs, samsung, video, words};
use crate::notes::{Notes, size_words};
use crate::{Sniffed, Topic, sniff};

/// The most pieces of one trailer that are told apart.
const PIECES_MAX: usize = 40;
/// Fewer zeros than this are alignment.
const PADDING_BYTES_MIN: usize = 16;
/// Shorter remains are not told from chance.
const REMAINS_BYTES_MIN: usize = 64;

/// Where a piece can begin: the mark, and how many bytes before it the piece starts.
const MARKS: [(&[u8], usize); 4] = [
    (b"ftyp", 4),
    (b"\xFF\xD8\xFF", 0),
    (b"\x89PNG\r\n\x1A\n", 0),
    (b"PK\x03\x04", 0),
];

/// Notes what stands behind the picture.
pub(super) fn explain(bytes: &[u8], notes: &mut Notes<'_>) {
    match samsung::explain(bytes, notes) {
        Some((start, end)) => {
            pieces(bytes.get(..start).unwrap_or_default(), notes);
            pieces(bytes.get(end..).unwrap_or_default(), notes);
        }
        None => pieces(bytes, notes),
    }
}

/// Notes the pieces, one behind the other.
fn pieces(bytes: &[u8], notes: &mut Notes<'_>) {
    let mut marks = MARKS.map(|(mark, before)| Mark {
        mark,
        before,
        at: Some(0),
    });
    let mut at = 0_usize;
    let mut padding = 0_usize;
    for number in 0..=PIECES_MAX {
        let rest = bytes.get(at..).unwrap_or_default();
        let zeros = rest.iter().take_while(|byte| **byte == 0).count();
        // A video begins with the length of its first box, whose high bytes are zero.
        let zeros = if video::begins(rest) {
            0
        } else {
            zeros.saturating_sub(box_start(rest, zeros))
        };
        padding = padding.saturating_add(zeros);
        at = at.saturating_add(zeros);
        let rest = rest.get(zeros..).unwrap_or_default();
        if rest.is_empty() {
            break;
        }
        let len = if number == PIECES_MAX {
            None
        } else {
            known(rest, notes)
        };
        let len = len.unwrap_or_else(|| {
            let next = marks
                .iter_mut()
                .filter_map(|mark| mark.after(bytes, at))
                .min();
            let len = next
                .and_then(|next| next.checked_sub(at))
                .filter(|_| number < PIECES_MAX);
            let len = len.unwrap_or(rest.len());
            unknown(rest.get(..len).unwrap_or(rest), notes);
            len
        });
        at = at.saturating_add(len.max(1));
    }
    // A few zeros between pieces are no piece.
    if padding >= PADDING_BYTES_MIN || padding == bytes.len() && padding > 0 {
        let value = format!("{}, all zero", size_words(padding));
        notes.find(Topic::Unknown, "Padding behind the picture", &value);
    }
}

/// How many of the zeros belong to a video that begins with them.
fn box_start(rest: &[u8], zeros: usize) -> usize {
    (1..=3)
        .find(|back| {
            zeros
                .checked_sub(*back)
                .and_then(|at| rest.get(at..))
                .is_some_and(video::begins)
        })
        .unwrap_or(0)
}

/// A mark, and where it was found last, so that each byte is searched once.
struct Mark {
    mark: &'static [u8],
    before: usize,
    /// `None` when there is no more.
    at: Option<usize>,
}

impl Mark {
    /// Where the next piece with this mark begins, behind `from`.
    fn after(&mut self, bytes: &[u8], from: usize) -> Option<usize> {
        let from = from.saturating_add(1);
        while self.at? < from.saturating_add(self.before) || !self.stands(bytes) {
            let start = self
                .at?
                .saturating_add(1)
                .max(from.saturating_add(self.before));
            let found = bytes
                .get(start..)
                .and_then(|rest| memchr::memmem::find(rest, self.mark));
            self.at = found.map(|found| found.saturating_add(start));
        }
        self.at?.checked_sub(self.before)
    }

    fn stands(&self, bytes: &[u8]) -> bool {
        self.at
            .and_then(|at| bytes.get(at..))
            .is_some_and(|rest| rest.starts_with(self.mark))
    }
}

/// Notes a piece that is known, and returns its length.
fn known(bytes: &[u8], notes: &mut Notes<'_>) -> Option<usize> {
    if video::begins(bytes) {
        let len = video::len(bytes);
        video::explain(bytes.get(..len).unwrap_or(bytes), notes);
        return Some(len);
    }
    if let Some(Sniffed::Photo(container)) = sniff(bytes) {
        let name = format!("Second picture behind the photo ({})", container.name());
        return embedded::first_of_many(Topic::Video, &name, "in the second picture", bytes, notes);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        // Its directory ends it; whatever follows is told with it.
        let value = runs::sized(bytes, notes);
        notes.find(Topic::Unknown, "Archive behind the picture (ZIP)", &value);
        return Some(bytes.len());
    }
    None
}

/// Notes bytes that begin with no mark: text, a block of a maker, or the remains of an older picture.
fn unknown(bytes: &[u8], notes: &mut Notes<'_>) {
    let text = words::text(bytes);
    if bytes.starts_with(b"MotionPhoto_Data") {
        // The name of the block whose video follows.
        notes.find(Topic::Video, "Motion photo", &size_words(bytes.len()));
    } else if bytes.starts_with(b"CANON OPTIONAL DATA") {
        let value = runs::sized(bytes, notes);
        notes.find(Topic::EditHistory, "Edit settings of Canon", &value);
    } else if bytes.starts_with(b"vivo{") || bytes.starts_with(b"{\"") {
        maker_json(&text, notes);
        words::remember(&text, notes);
    } else if !text.is_empty() && bytes.len() < 1 << 20 && is_text(&text) {
        notes.find(Topic::Text, "Text behind the picture", &text);
        words::secret(bytes, &text, notes);
    } else {
        let name = if is_remains(bytes) {
            "Remains of an older picture"
        } else {
            "Bytes behind the picture"
        };
        let topic = if is_remains(bytes) {
            Topic::Thumbnail
        } else {
            Topic::Unknown
        };
        let value = if is_remains(bytes) {
            size_words(bytes.len())
        } else {
            runs::sized(bytes, notes)
        };
        notes.find(topic, name, &value);
    }
}

/// Values that some phones write as JSON.
fn maker_json(text: &str, notes: &mut Notes<'_>) {
    let start = text
        .find('{')
        .and_then(|at| text.get(at..))
        .unwrap_or_default();
    let values = json::values(start);
    let listed: Vec<String> = values
        .iter()
        .map(|(key, value)| format!("{key} {value}"))
        .collect();
    notes.find(
        Topic::Device,
        "Maker's block behind the picture",
        &listed.join("; "),
    );
    for (_, value) in values {
        words::remember(&value, notes);
    }
}

fn is_text(text: &str) -> bool {
    let all = text.chars().count();
    let odd = text
        .chars()
        .filter(|c| c.is_control() && !c.is_whitespace() || matches!(c, '\u{80}'..='\u{FF}'))
        .count();
    odd.saturating_mul(20) <= all
}

/// A picture that was overwritten by a shorter one leaves its end behind (CVE-2023-21036, "aCropalypse"): the last
/// chunk of a PNG, the end mark of a JPEG, the end of a GIF.
fn is_remains(bytes: &[u8]) -> bool {
    let end = words::trim(bytes);
    bytes.len() >= REMAINS_BYTES_MIN
        && (end.ends_with(b"IEND\xAE\x42\x60\x82")
            || end.ends_with(b"\xFF\xD9")
            || bytes.ends_with(b"\0\x3B")
            || memchr::memmem::find(bytes, b"IDAT").is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Finding, Limits};

    fn told(bytes: &[u8]) -> Vec<Finding> {
        let limits = Limits::default();
        let mut notes = Notes::new(&limits);
        explain(bytes, &mut notes);
        notes.finish().0
    }

    #[test]
    fn pieces_are_told_apart() {
        let bytes = [
            vec![0; 16],
            video::build::video(),
            b"taken by Jane Doe at home".to_vec(),
            vec![0; 3],
            b"PK\x03\x04\x14\0\0\0 secret-plans.txt".to_vec(),
        ]
        .concat();
        let findings = told(&bytes);
        let has = |topic: Topic, name: &str| {
            assert!(
                findings.iter().any(|f| f.topic == topic && f.name == name),
                "{name}: {findings:#?}"
            );
        };
        has(Topic::Video, "Video behind the photo");
        has(Topic::Text, "Text behind the picture");
        has(Topic::Unknown, "Archive behind the picture (ZIP)");
        has(Topic::Unknown, "Padding behind the picture");
        assert!(
            findings
                .iter()
                .any(|f| f.value.contains("secret-plans.txt"))
        );
    }

    #[test]
    fn remains_are_told() {
        let mut png = (0..=255).cycle().take(4_000).collect::<Vec<u8>>();
        png.extend(b"\0\0\0\0IEND\xAE\x42\x60\x82");
        assert_eq!(told(&png)[0].name, "Remains of an older picture");
        assert_eq!(told(b"\x01\x02\x03")[0].name, "Bytes behind the picture");
    }

    #[test]
    fn phones_write_json() {
        let findings =
            told(b"vivo{\"version\": \"2.1\", \"faceBeauty\": {\"name\": \"Jane Doe\"}}");
        assert_eq!(findings[0].value, "version 2.1; name Jane Doe");
    }

    #[test]
    fn many_marks_end() {
        assert!(!told(&b"\xFF\xD8\xFFxx".repeat(100_000)).is_empty());
        assert!(!told(&b"\0\0\0\x10ftyp".repeat(100_000)).is_empty());
    }

    #[test]
    fn cut_anywhere_something_is_told() {
        let video = video::build::video();
        for len in 1..video.len() {
            assert!(!told(&video[..len]).is_empty(), "cut at {len}");
            assert!(!told(&video[len..]).is_empty(), "cut at {len}");
        }
    }
}
