//! Reading DER (ITU-T X.690 § 10) without believing it: definite lengths in their shortest form, nothing recursive.

/// Tags that are read here.
pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const NULL: u8 = 0x05;
pub(super) const OID: u8 = 0x06;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// Context-specific, constructed.
pub(super) const fn context(number: u8) -> u8 {
    0xa0 | number
}

/// One element: its tag, its contents, and all of its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) contents: &'a [u8],
    pub(super) whole: &'a [u8],
}

/// Elements, one after another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next element, whatever it is.
    pub(super) fn any(&mut self) -> Option<Element<'a>> {
        let all = self.0;
        let (&[tag, first], rest) = all.split_first_chunk::<2>()?;
        // Tags above 30 take more bytes; none that we read do.
        (tag & 0x1f != 0x1f).then_some(())?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            0x81..=0x84 => {
                let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                let length = digits
                    .iter()
                    .fold(0_usize, |length, digit| length << 8 | usize::from(*digit));
                let shortest = digits.first() != Some(&0) && length >= 0x80;
                (shortest.then_some(length)?, rest)
            }
            _ => return None,
        };
        let (contents, rest) = rest.split_at_checked(length)?;
        (tag != OID || is_oid(contents)).then_some(())?;
        self.0 = rest;
        let whole = all.get(..all.len().checked_sub(rest.len())?)?;
        Some(Element {
            tag,
            contents,
            whole,
        })
    }

    /// The next element, which must have this tag.
    pub(super) fn take(&mut self, tag: u8) -> Option<Element<'a>> {
        let mut ahead = *self;
        let element = ahead.any().filter(|element| element.tag == tag)?;
        *self = ahead;
        Some(element)
    }

    /// What is inside the next element, which must have this tag.
    pub(super) fn inside(&mut self, tag: u8) -> Option<Self> {
        self.take(tag).map(|element| Self(element.contents))
    }

    /// Whether everything was read.
    pub(super) fn end(&self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

/// Whether these are the numbers of an object identifier (X.690 § 8.19): the last one ends, none begins with nothing.
fn is_oid(contents: &[u8]) -> bool {
    let mut begins = true;
    for byte in contents {
        if begins && *byte == 0x80 {
            return false;
        }
        begins = byte & 0x80 == 0;
    }
    begins && !contents.is_empty()
}

/// The only element of these bytes, which must have this tag.
pub(super) fn only(bytes: &[u8], tag: u8) -> Option<Reader<'_>> {
    let mut reader = Reader(bytes);
    let inside = reader.inside(tag)?;
    reader.end()?;
    Some(inside)
}

/// A small number that is not negative.
pub(super) fn small(integer: &[u8]) -> Option<u8> {
    match integer {
        [value @ 0..0x80] => Some(*value),
        _ => None,
    }
}

/// A time in UTC with seconds, as 14 digits: UTCTime (X.680 § 47, years 1950 to 2049) or GeneralizedTime, whose
/// fraction of a second is left out.
pub(super) fn time(element: Element<'_>) -> Option<String> {
    let text = str::from_utf8(element.contents).ok()?.strip_suffix('Z')?;
    let digits = match element.tag {
        UTC_TIME => {
            let century = if text.get(..2)?.parse::<u8>().ok()? < 50 {
                "20"
            } else {
                "19"
            };
            format!("{century}{text}")
        }
        GENERALIZED_TIME => {
            let (whole, fraction) = text.split_once('.').unwrap_or((text, "1"));
            let sound = fraction.bytes().all(|digit| digit.is_ascii_digit())
                && !fraction.is_empty()
                && !fraction.ends_with('0');
            sound.then(|| whole.to_owned())?
        }
        _ => return None,
    };
    let at = |range: std::ops::Range<usize>| digits.get(range);
    let written = format!(
        "{}-{}-{}T{}:{}:{}Z",
        at(0..4)?,
        at(4..6)?,
        at(6..8)?,
        at(8..10)?,
        at(10..12)?,
        at(12..digits.len())?
    );
    crate::time::is_utc_second(&written).then_some(written)
}

/// An element of this tag.
pub(super) fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = contents.len();
    let mut bytes = vec![tag];
    match u8::try_from(length) {
        Ok(short @ 0..0x80) => bytes.push(short),
        _ => {
            let digits = length.to_be_bytes();
            let digits: Vec<u8> = digits.into_iter().skip_while(|digit| *digit == 0).collect();
            bytes.push(0x80 | u8::try_from(digits.len()).unwrap_or(0));
            bytes.extend(digits);
        }
    }
    bytes.extend(contents);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_shortest_definite_form_is_read() {
        let read = |bytes: &[u8]| {
            Reader::new(bytes)
                .any()
                .map(|element| element.contents.len())
        };
        assert_eq!(read(&[0x04, 0x01, 0xaa]), Some(1));
        let long = [&[0x04, 0x81, 0x80][..], &[0; 0x80]].concat();
        assert_eq!(read(&long), Some(0x80));
        for wrong in [
            &[0x04][..],
            &[0x04, 0x02, 0xaa],
            &[0x04, 0x80, 0, 0],
            &[0x04, 0x81, 0x01, 0xaa],
            &[0x04, 0x82, 0x00, 0x80],
            &[0x04, 0x85, 1, 1, 1, 1, 1],
            &[0x04, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[0x1f, 0x01, 0x00],
            &[0x06, 0x02, 0x55, 0x84],
            &[0x06, 0x02, 0x55, 0x80],
            &[0x06, 0x00],
        ] {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
        assert_eq!(read(&element(0x04, &[0; 300])), Some(300));
    }

    #[test]
    fn times_are_told_in_one_way() {
        let told = |tag, text: &str| {
            time(Element {
                tag,
                contents: text.as_bytes(),
                whole: &[],
            })
        };
        let noon = Some("2026-01-31T12:00:00Z".to_owned());
        assert_eq!(told(UTC_TIME, "260131120000Z"), noon);
        assert_eq!(told(GENERALIZED_TIME, "20260131120000Z"), noon);
        assert_eq!(told(GENERALIZED_TIME, "20260131120000.25Z"), noon);
        assert_eq!(
            told(UTC_TIME, "500131120000Z"),
            Some("1950-01-31T12:00:00Z".to_owned())
        );
        for wrong in [
            "20260131120000",
            "20260131120000+0100",
            "202601311200Z",
            "20260131120000.Z",
            "20260131120000.50Z",
            "20261331120000Z",
        ] {
            assert_eq!(told(GENERALIZED_TIME, wrong), None, "{wrong}");
        }
    }
}
