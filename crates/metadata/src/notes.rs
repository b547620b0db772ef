//! The sheet on which the explainers write: findings for the person, and secrets for the check of the output.

use std::collections::BTreeSet;

use crate::{Finding, Keep, Limits, Topic};

/// The shortest text that is searched for in the output, in bytes. Shorter ones occur by chance.
const SECRET_BYTES_MIN: usize = 6;
/// How many different bytes a secret needs; tables of repeated numbers match poorer ones by chance.
const SECRET_DISTINCT_MIN: usize = 4;
/// How many secrets are searched for at most.
const SECRETS_MAX: usize = 4_096;
/// The longest piece of one secret that is searched for, in bytes.
const SECRET_BYTES_MAX: usize = 256;
/// How many names of one kind are credited.
const CREDITS_MAX: usize = 8;
/// How deep files in files are followed.
const NESTING_MAX: usize = 3;

/// Findings and secrets of one file.
#[derive(Debug)]
pub(crate) struct Notes<'l> {
    pub(crate) limits: &'l Limits,
    findings: Vec<Finding>,
    seen: BTreeSet<Finding>,
    not_listed: usize,
    secrets: BTreeSet<Vec<u8>>,
    within: Vec<String>,
    credits: Credits,
    /// Whether the picture has a gain map whose numbers stand in the maker's block of Exif.
    pub(crate) has_numbers_in_exif: bool,
}

/// Who made a picture, and whose it is, as XMP, IPTC and texts say it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Credits {
    pub(crate) artists: Vec<String>,
    pub(crate) copyright: Option<String>,
}

impl<'l> Notes<'l> {
    pub(crate) const fn new(limits: &'l Limits) -> Self {
        Self {
            limits,
            findings: Vec::new(),
            seen: BTreeSet::new(),
            not_listed: 0,
            secrets: BTreeSet::new(),
            within: Vec::new(),
            credits: Credits {
                artists: Vec::new(),
                copyright: None,
            },
            has_numbers_in_exif: false,
        }
    }

    /// Notes a finding. `value` may be hostile text: control characters go and long values are cut.
    /// Repeated findings are noted once.
    pub(crate) fn find(&mut self, topic: Topic, name: &str, value: &str) {
        let name = match self.within.last() {
            Some(place) => format!("{} ({place})", printable(name, 120)),
            None => printable(name, 120),
        };
        let finding = Finding {
            topic,
            name,
            value: printable(value, self.limits.value_chars_max),
        };
        if self.findings.len() >= self.limits.findings_max {
            self.not_listed = self.not_listed.saturating_add(1);
        } else if self.seen.insert(finding.clone()) {
            self.findings.push(finding);
        }
    }

    /// Remembers an identifying text, so that the check of the output looks for it in UTF-8 and UTF-16.
    pub(crate) fn secret_text(&mut self, text: &str) {
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
        if text.chars().take(SECRET_BYTES_MIN).count() < SECRET_BYTES_MIN {
            return;
        }
        self.secret_bytes(text.as_bytes());
        let utf16: Vec<u16> = text.encode_utf16().take(SECRET_BYTES_MAX).collect();
        self.secret_bytes(
            &utf16
                .iter()
                .flat_map(|u| u.to_le_bytes())
                .collect::<Vec<_>>(),
        );
        self.secret_bytes(
            &utf16
                .iter()
                .flat_map(|u| u.to_be_bytes())
                .collect::<Vec<_>>(),
        );
    }

    /// Remembers identifying bytes as they stand in the file, such as the three rationals of a GPS latitude.
    pub(crate) fn secret_bytes(&mut self, bytes: &[u8]) {
        let bytes = bytes.get(..SECRET_BYTES_MAX).unwrap_or(bytes);
        if bytes.len() >= SECRET_BYTES_MIN && is_rich(bytes) && self.secrets.len() < SECRETS_MAX {
            self.secrets.insert(bytes.to_vec());
        }
    }

    /// Remembers who made the picture, or whose it is, from wherever that stands; a person may want to keep it. What files
    /// inside the file say of themselves does not count.
    pub(crate) fn credit(&mut self, what: Keep, value: &str) {
        let value = value.trim();
        if value.is_empty() || !self.within.is_empty() {
            return;
        }
        match what {
            Keep::Artist => {
                let known = &mut self.credits.artists;
                if known.len() < CREDITS_MAX && !known.iter().any(|other| other == value) {
                    known.push(value.to_owned());
                }
            }
            Keep::Copyright if self.credits.copyright.is_none() => {
                self.credits.copyright = Some(value.to_owned());
            }
            _ => {}
        }
    }

    /// Whom the picture is credited to.
    pub(crate) const fn credits(&self) -> &Credits {
        &self.credits
    }

    /// Explains something inside something: its findings say so, as in `GPS position (in the 3.2 MB video inside)`.
    /// Does nothing when the nesting is too deep.
    pub(crate) fn nested(&mut self, place: &str, explain: impl FnOnce(&mut Self)) {
        if self.within.len() >= NESTING_MAX {
            return;
        }
        self.within.push(place.to_owned());
        explain(self);
        self.within.pop();
    }

    /// The findings, most dangerous first, and the secrets.
    pub(crate) fn finish(mut self) -> (Vec<Finding>, BTreeSet<Vec<u8>>) {
        self.findings.sort_by_key(|finding| finding.topic);
        if self.not_listed > 0 {
            self.findings.push(Finding {
                topic: Topic::Unknown,
                name: "Not listed".to_owned(),
                value: format!("{} more", self.not_listed),
            });
        }
        (self.findings, self.secrets)
    }
}

/// Whether there are enough different bytes.
fn is_rich(bytes: &[u8]) -> bool {
    let mut seen: Vec<u8> = Vec::with_capacity(SECRET_DISTINCT_MIN);
    for byte in bytes {
        if !seen.contains(byte) {
            seen.push(*byte);
            if seen.len() >= SECRET_DISTINCT_MIN {
                return true;
            }
        }
    }
    false
}

/// Hostile text as one printable line: runs of white space become one space, control and direction-changing
/// characters go, and the rest is cut at `chars_max`.
///
/// ```
/// assert_eq!(metadata::printable("a\n\u{202E}b\u{1B}c", 600), "a bc");
/// ```
#[must_use]
pub fn printable(text: &str, chars_max: usize) -> String {
    let mut line = String::with_capacity(text.len().min(chars_max));
    let mut count = 0_usize;
    let mut space = false;
    for c in text.chars() {
        if c.is_whitespace() {
            space = count > 0;
            continue;
        }
        if c.is_control() || is_format_control(c) {
            continue;
        }
        if count >= chars_max {
            line.push('…');
            break;
        }
        if std::mem::take(&mut space) {
            line.push(' ');
        }
        line.push(c);
        count = count.saturating_add(1);
    }
    line
}

/// Characters that reorder or hide what follows them (Unicode 16, Bidi_Control and zero-width).
const fn is_format_control(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

/// A size in bytes as a person reads it, such as `3.2 MB`.
pub(crate) fn size_words(bytes: usize) -> String {
    const KILO: usize = 1_000;
    const MEGA: usize = 1_000_000;
    let tenths = |unit: usize| {
        let whole = bytes.checked_div(unit).unwrap_or(0);
        let rest = bytes.checked_rem(unit).unwrap_or(0);
        let tenth = rest.saturating_mul(10).checked_div(unit).unwrap_or(0);
        format!("{whole}.{tenth}")
    };
    if bytes == 1 {
        "1 byte".to_owned()
    } else if bytes < KILO {
        format!("{bytes} bytes")
    } else if bytes < MEGA {
        format!("{} kB", tenths(KILO))
    } else {
        format!("{} MB", tenths(MEGA))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_becomes_one_line() {
        assert_eq!(printable(" a\0b\n\n c\u{202E}d ", 10), "ab cd");
        assert_eq!(printable("abcdef", 3), "abc…");
    }

    #[test]
    fn poor_secrets_are_not_searched_for() {
        let limits = Limits::default();
        let mut notes = Notes::new(&limits);
        notes.secret_text("Canon");
        notes.secret_text("cccccccccc");
        notes.secret_bytes(&[0; 24]);
        assert!(notes.finish().1.is_empty());
        let mut notes = Notes::new(&limits);
        notes.secret_text("Jane Doe");
        assert_eq!(notes.finish().1.len(), 3);
    }

    #[test]
    fn sizes_read_well() {
        assert_eq!(size_words(999), "999 bytes");
        assert_eq!(size_words(15_600), "15.6 kB");
        assert_eq!(size_words(3_249_000), "3.2 MB");
    }
}
