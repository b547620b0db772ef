//! A reader of TIFF directories (TIFF 6.0 § 2, CIPA DC-008 § 4.6.2) that borrows, so that a small file cannot ask
//! for much memory by pointing at the same bytes many times.

use super::words;
use crate::reader::index;

/// The most entries of one directory that are read. Real ones have fewer than two hundred.
pub(super) const ENTRIES_MAX: usize = 2_000;
/// The most numbers of one value that are read.
const NUMBERS_MAX: usize = 64;

/// Byte order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// `II`.
    Little,
    /// `MM`.
    Big,
}

impl Order {
    pub(super) const fn u16(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        }
    }

    pub(super) const fn u32(self, bytes: [u8; 4]) -> u32 {
        match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        }
    }

    pub(super) const fn u64(self, bytes: [u8; 8]) -> u64 {
        match self {
            Self::Little => u64::from_le_bytes(bytes),
            Self::Big => u64::from_be_bytes(bytes),
        }
    }

    /// The order that a header's first two bytes name.
    pub(super) fn named(bytes: &[u8]) -> Option<Self> {
        match bytes.get(..2)? {
            b"II" => Some(Self::Little),
            b"MM" => Some(Self::Big),
            _ => None,
        }
    }
}

/// Bytes with directories in them; offsets count from the first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tiff<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) order: Order,
}

/// One directory.
#[derive(Debug, Default)]
pub(super) struct Directory<'a> {
    pub(super) entries: Vec<Entry<'a>>,
    /// How many entries point outside the file, have an unknown type, or are beyond the limit.
    pub(super) unreadable: usize,
    /// Where the next one begins.
    pub(super) next: Option<usize>,
    /// Where this one ends, its link included.
    pub(super) end: usize,
}

/// One tag and its value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) tag: u16,
    pub(super) format: u16,
    pub(super) bytes: &'a [u8],
    /// Where the value stands.
    pub(super) at: usize,
    pub(super) order: Order,
}

impl<'a> Tiff<'a> {
    /// Reads the header; returns where the first directory begins, too.
    pub(super) fn new(bytes: &'a [u8]) -> Option<(Self, usize)> {
        let order = Order::named(bytes)?;
        let tiff = Self { bytes, order };
        (tiff.u16(2)? == 42).then_some(())?;
        Some((tiff, index(tiff.u32(4)?)))
    }

    pub(super) fn u16(&self, at: usize) -> Option<u16> {
        let bytes = self.bytes.get(at..)?.first_chunk()?;
        Some(self.order.u16(*bytes))
    }

    pub(super) fn u32(&self, at: usize) -> Option<u32> {
        let bytes = self.bytes.get(at..)?.first_chunk()?;
        Some(self.order.u32(*bytes))
    }

    /// Reads the directory at `offset`, as far as it goes. `None` when not even its count is there.
    pub(super) fn directory(&self, offset: usize) -> Option<Directory<'a>> {
        let count = usize::from(self.u16(offset)?);
        let mut at = offset.checked_add(2)?;
        let mut directory = Directory::default();
        // Values that share bytes could otherwise be many times as long as the file.
        let mut claimed = 0_usize;
        for number in 0..count {
            if number >= ENTRIES_MAX || self.bytes.len().saturating_sub(at) < 12 {
                directory.unreadable = directory
                    .unreadable
                    .saturating_add(count.saturating_sub(number));
                break;
            }
            match self.entry(at) {
                Some(entry) if claimed <= self.bytes.len() => {
                    claimed = claimed.saturating_add(entry.bytes.len());
                    directory.entries.push(entry);
                }
                _ => directory.unreadable = directory.unreadable.saturating_add(1),
            }
            at = at.saturating_add(12);
        }
        directory.next = self.u32(at).map(index).filter(|next| *next != 0);
        directory.end = at.saturating_add(4);
        Some(directory)
    }

    fn entry(&self, at: usize) -> Option<Entry<'a>> {
        let format = self.u16(at.checked_add(2)?)?;
        let count = self.u32(at.checked_add(4)?)?;
        let len = unit_len(format)?.checked_mul(index(count))?;
        let inline = at.checked_add(8)?;
        let start = if len <= 4 {
            inline
        } else {
            index(self.u32(inline)?)
        };
        Some(Entry {
            tag: self.u16(at)?,
            format,
            bytes: self.bytes.get(start..start.checked_add(len)?)?,
            at: start,
            order: self.order,
        })
    }
}

impl Entry<'_> {
    /// Whether the value is declared as text. Some writers declare it as bytes.
    pub(super) const fn is_ascii(&self) -> bool {
        self.format == 2
    }

    /// Text up to the first NUL that has something before it.
    pub(super) fn text(&self) -> String {
        let bytes = words::cut(self.bytes);
        bytes
            .split(|byte| *byte == 0)
            .map(words::text)
            .find(|text| !text.is_empty())
            .unwrap_or_default()
    }

    /// The value as whole numbers; empty for text, fractions and raw bytes.
    pub(super) fn numbers(&self) -> Vec<u32> {
        let order = self.order;
        match self.format {
            1 => self.units(|[byte]| u32::from(byte)),
            3 => self.units(|bytes| u32::from(order.u16(bytes))),
            4 | 13 => self.units(|bytes| order.u32(bytes)),
            _ => Vec::new(),
        }
    }

    /// The first whole number.
    pub(super) fn number(&self) -> Option<u32> {
        self.numbers().first().copied()
    }

    /// The value as fractions; empty for other types and below zero.
    pub(super) fn rationals(&self) -> Vec<(u32, u32)> {
        let order = self.order;
        let pair =
            |[a, b, c, d, e, f, g, h]: [u8; 8]| (order.u32([a, b, c, d]), order.u32([e, f, g, h]));
        let pairs = match self.format {
            5 | 10 => self.units(pair),
            _ => Vec::new(),
        };
        // Some writers declare the signed type; of negative numbers we make nothing here.
        let negative = |(a, b): &(u32, u32)| a.cast_signed() < 0 || b.cast_signed() < 0;
        if self.format == 10 && pairs.iter().any(negative) {
            return Vec::new();
        }
        pairs
    }

    /// The value in the other type of the `exif` crate, which knows words for many tags.
    /// With `round`, fractions are given in thousandths.
    pub(super) fn value(&self, round: bool) -> ::exif::Value {
        let order = self.order;
        let signed = |bytes: [u8; 4]| order.u32(bytes).cast_signed();
        match self.format {
            1 => ::exif::Value::Byte(self.numbers_as()),
            2 => ::exif::Value::Ascii(vec![self.text().into_bytes()]),
            3 => ::exif::Value::Short(self.numbers_as()),
            4 | 13 => ::exif::Value::Long(self.numbers()),
            5 => ::exif::Value::Rational(
                self.rationals()
                    .into_iter()
                    .map(|(n, d)| rounded(n, d).filter(|_| round).unwrap_or((n, d)).into())
                    .collect(),
            ),
            8 => ::exif::Value::SShort(self.units(|bytes| order.u16(bytes).cast_signed())),
            9 => ::exif::Value::SLong(self.units(signed)),
            10 => ::exif::Value::SRational(self.units(|[a, b, c, d, e, f, g, h]| {
                let (n, d) = (signed([a, b, c, d]), signed([e, f, g, h]));
                let thousandths = || {
                    let (size, by) = rounded(n.unsigned_abs(), d.unsigned_abs())?;
                    let size = i32::try_from(size)
                        .ok()?
                        .checked_mul(n.signum().checked_mul(d.signum())?)?;
                    Some((size, i32::try_from(by).ok()?))
                };
                ::exif::SRational::from(thousandths().filter(|_| round).unwrap_or((n, d)))
            })),
            11 => ::exif::Value::Float(self.units(|bytes| f32::from_bits(order.u32(bytes)))),
            12 => ::exif::Value::Double(self.units(|bytes| f64::from_bits(order.u64(bytes)))),
            _ => {
                let bytes = self.bytes.get(..NUMBERS_MAX).unwrap_or(self.bytes);
                ::exif::Value::Undefined(bytes.to_vec(), 0)
            }
        }
    }

    fn numbers_as<T: TryFrom<u32>>(&self) -> Vec<T> {
        let numbers = self.numbers().into_iter();
        numbers
            .filter_map(|number| T::try_from(number).ok())
            .collect()
    }

    fn units<const N: usize, T>(&self, read: impl Fn([u8; N]) -> T) -> Vec<T> {
        self.bytes
            .chunks_exact(N)
            .take(NUMBERS_MAX)
            .filter_map(|unit| <[u8; N]>::try_from(unit).ok())
            .map(read)
            .collect()
    }
}

/// A fraction in thousandths, when it is given finer than in tenths and does not vanish.
fn rounded(numerator: u32, denominator: u32) -> Option<(u32, u32)> {
    let half = u64::from(denominator).checked_div(2)?;
    let thousandths = u64::from(numerator)
        .checked_mul(1_000)?
        .checked_add(half)?
        .checked_div(u64::from(denominator))?;
    let thousandths = u32::try_from(thousandths).ok()?;
    (denominator > 10 && thousandths > 0).then_some((thousandths, 1_000))
}

/// The size of one unit of a type in bytes, TIFF 6.0 § 2 and CIPA DC-008 § 4.6.2; 13 is IFD, 129 is UTF-8.
const fn unit_len(format: u16) -> Option<usize> {
    match format {
        1 | 2 | 6 | 7 | 129 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 | 13 => Some(4),
        5 | 10 | 12 => Some(8),
        _ => None,
    }
}

/// Builds TIFF streams for tests.
#[cfg(test)]
pub(super) mod build {
    use super::Order;

    /// A tag, its type, its count and its value in the stream's byte order.
    pub(crate) type Field = (u16, u16, u32, Vec<u8>);

    pub(crate) fn ascii(tag: u16, text: &str) -> Field {
        let mut bytes = text.as_bytes().to_vec();
        bytes.push(0);
        (tag, 2, bytes.len() as u32, bytes)
    }

    pub(crate) fn short(order: Order, tag: u16, value: u16) -> Field {
        (
            tag,
            3,
            1,
            order.u16(value.to_ne_bytes()).to_ne_bytes().to_vec(),
        )
    }

    pub(crate) fn long(order: Order, tag: u16, value: u32) -> Field {
        (
            tag,
            4,
            1,
            order.u32(value.to_ne_bytes()).to_ne_bytes().to_vec(),
        )
    }

    pub(crate) fn rationals(order: Order, tag: u16, values: &[(u32, u32)]) -> Field {
        let mut bytes = Vec::new();
        for (numerator, denominator) in values {
            bytes.extend(order.u32(numerator.to_ne_bytes()).to_ne_bytes());
            bytes.extend(order.u32(denominator.to_ne_bytes()).to_ne_bytes());
        }
        (tag, 5, values.len() as u32, bytes)
    }

    /// A directory that will stand at `at`, its values behind it.
    pub(crate) fn directory(order: Order, at: usize, fields: &[Field], next: u32) -> Vec<u8> {
        let put16 = |value: u16| order.u16(value.to_ne_bytes()).to_ne_bytes();
        let put32 = |value: u32| order.u32(value.to_ne_bytes()).to_ne_bytes();
        let mut head = put16(fields.len() as u16).to_vec();
        let mut tail: Vec<u8> = Vec::new();
        let tail_at = at + 2 + fields.len() * 12 + 4;
        for (tag, format, count, value) in fields {
            head.extend(put16(*tag));
            head.extend(put16(*format));
            head.extend(put32(*count));
            if value.len() <= 4 {
                let mut inline = value.clone();
                inline.resize(4, 0);
                head.extend(inline);
            } else {
                head.extend(put32((tail_at + tail.len()) as u32));
                tail.extend(value);
            }
        }
        head.extend(put32(next));
        head.extend(tail);
        head
    }

    /// A stream with the header and a first directory; more may be appended by the caller.
    pub(crate) fn stream(order: Order, fields: &[Field]) -> Vec<u8> {
        let mut bytes = match order {
            Order::Little => b"II*\0\x08\0\0\0".to_vec(),
            Order::Big => b"MM\0*\0\0\0\x08".to_vec(),
        };
        bytes.extend(directory(order, 8, fields, 0));
        bytes
    }

    /// A stream with sub-directories: each is `(pointer tag, its fields)`, all pointed at from the first.
    pub(crate) fn nested(
        order: Order,
        fields: &[Field],
        children: &[(u16, Vec<Field>)],
    ) -> Vec<u8> {
        let mut all = fields.to_vec();
        for (pointer, _) in children {
            all.push(long(order, *pointer, 0));
        }
        let mut at = stream(order, &all).len();
        let mut bodies = Vec::new();
        for ((_, child), slot) in children.iter().zip(fields.len()..) {
            all[slot].3 = order.u32((at as u32).to_ne_bytes()).to_ne_bytes().to_vec();
            let body = directory(order, at, child, 0);
            at += body.len();
            bodies.extend(body);
        }
        let mut bytes = stream(order, &all);
        bytes.extend(bodies);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_orders() {
        for order in [Order::Little, Order::Big] {
            let bytes = build::stream(
                order,
                &[
                    build::ascii(0x010F, "Maker"),
                    build::short(order, 0x0112, 6),
                    build::rationals(order, 0x011A, &[(72, 1)]),
                ],
            );
            let (tiff, first) = Tiff::new(&bytes).unwrap();
            let directory = tiff.directory(first).unwrap();
            assert_eq!(directory.entries[0].text(), "Maker");
            assert_eq!(directory.entries[1].number(), Some(6));
            assert_eq!(directory.entries[2].rationals(), [(72, 1)]);
            assert_eq!((directory.unreadable, directory.next), (0, None));
        }
    }

    #[test]
    fn unreadable_entries_are_counted() {
        let mut bytes = build::stream(Order::Big, &[build::ascii(0x010F, "A long maker")]);
        bytes.truncate(bytes.len() - 1);
        let (tiff, first) = Tiff::new(&bytes).unwrap();
        assert_eq!(tiff.directory(first).unwrap().unreadable, 1);
        assert!(Tiff::new(b"II*\0").is_none());
        assert!(Tiff::new(b"II+\0\x08\0\0\0").is_none());
    }
}
