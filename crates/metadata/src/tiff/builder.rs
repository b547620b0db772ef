//! Builds files for tests, laid out as other programs do: data first, then values, directories last.

use super::bytes::Order;
use super::ifd::{kind, unit_len};
use super::tag_table as tag;

/// A tag, its type, its numbers' bytes in the file's order.
pub(crate) type Field = (u16, u16, Vec<u8>);

/// A directory to be written.
#[derive(Clone, Default)]
pub(crate) struct Page {
    pub(crate) fields: Vec<Field>,
    /// Strips, or tiles when it has a tile width.
    pub(crate) pieces: Vec<Vec<u8>>,
    /// How many bytes more than it has each strip claims, and what stands in them.
    pub(crate) slack: Vec<u8>,
    /// Directories under a pointer of that tag.
    pub(crate) below: Vec<(u16, Self)>,
}

/// How a file is written.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    pub(super) order: Order,
    pub(crate) is_big: bool,
}

pub(crate) const STYLES: [Style; 4] = [
    style(Order::Little, false),
    style(Order::Big, false),
    style(Order::Little, true),
    style(Order::Big, true),
];

const fn style(order: Order, is_big: bool) -> Style {
    Style { order, is_big }
}

impl Style {
    pub(crate) fn short(self, tag: u16, numbers: &[u16]) -> Field {
        let bytes = numbers
            .iter()
            .flat_map(|n| self.order.write(u64::from(*n), 2));
        (tag, kind::SHORT, bytes.collect())
    }

    pub(crate) fn long(self, tag: u16, numbers: &[u32]) -> Field {
        let bytes = numbers
            .iter()
            .flat_map(|n| self.order.write(u64::from(*n), 4));
        (tag, kind::LONG, bytes.collect())
    }

    pub(crate) fn rational(self, tag: u16, numbers: &[u32]) -> Field {
        let (_, _, bytes) = self.long(tag, numbers);
        (tag, kind::RATIONAL, bytes)
    }

    const fn word(self) -> usize {
        if self.is_big { 8 } else { 4 }
    }

    /// A grey page of 4 by 3 pixels in strips of two rows.
    pub(crate) fn grey(self) -> Page {
        Page {
            fields: vec![
                self.short(tag::WIDTH, &[4]),
                self.short(tag::HEIGHT, &[3]),
                self.short(tag::BITS_PER_SAMPLE, &[8]),
                self.short(tag::COMPRESSION, &[1]),
                self.short(tag::PHOTOMETRIC, &[1]),
                self.short(tag::SAMPLES_PER_PIXEL, &[1]),
                self.short(tag::ROWS_PER_STRIP, &[2]),
                self.rational(282, &[300, 1]),
                self.rational(283, &[300, 1]),
            ],
            pieces: vec![(1..=8).collect(), (9..=12).collect()],
            ..Page::default()
        }
    }

    /// The file of these pages. A byte that no tag explains stands before each directory.
    pub(crate) fn file(self, pages: &[Page]) -> Vec<u8> {
        let mut out = match self.order {
            Order::Little => b"II".to_vec(),
            Order::Big => b"MM".to_vec(),
        };
        if self.is_big {
            out.extend(self.order.write(43, 2));
            out.extend(self.order.write(8, 2));
            out.extend([0; 2]);
        } else {
            out.extend(self.order.write(42, 2));
        }
        let mut link = out.len();
        out.extend(vec![0; self.word()]);
        for page in pages {
            let (at, next) = self.page(&mut out, page);
            self.patch(&mut out, link, at);
            link = next;
        }
        out
    }

    fn patch(self, out: &mut [u8], at: usize, number: usize) {
        let word = self.order.write(number as u64, self.word());
        out[at..at + self.word()].copy_from_slice(&word);
    }

    /// Appends a page; says where its directory begins, and where its link stands.
    fn page(self, out: &mut Vec<u8>, page: &Page) -> (usize, usize) {
        let mut fields = page.fields.clone();
        let mut offsets = Vec::new();
        let mut lengths = Vec::new();
        for piece in &page.pieces {
            offsets.push(out.len() as u32);
            lengths.push((piece.len() + page.slack.len()) as u32);
            out.extend(piece);
            out.extend(&page.slack);
        }
        let has = |wanted: u16, fields: &[Field]| fields.iter().any(|field| field.0 == wanted);
        if !page.pieces.is_empty() {
            let (at, len) = if has(tag::TILE_WIDTH, &fields) {
                (tag::TILE_OFFSETS, tag::TILE_BYTE_COUNTS)
            } else {
                (tag::STRIP_OFFSETS, tag::STRIP_BYTE_COUNTS)
            };
            if !has(at, &fields) {
                fields.push(self.long(at, &offsets));
            }
            if !has(len, &fields) {
                fields.push(self.long(len, &lengths));
            }
        }
        for (pointer, below) in &page.below {
            let (at, _) = self.page(out, below);
            fields.push(self.long(*pointer, &[at as u32]));
        }
        fields.sort_by_key(|field| field.0);
        let mut entries = Vec::new();
        for (tag, kind, bytes) in &fields {
            let count = bytes.len() / unit_len(*kind).unwrap();
            entries.extend(self.order.write(u64::from(*tag), 2));
            entries.extend(self.order.write(u64::from(*kind), 2));
            entries.extend(self.order.write(count as u64, self.word()));
            if bytes.len() <= self.word() {
                entries.extend(bytes);
                entries.resize(entries.len() + self.word() - bytes.len(), 0);
            } else {
                out.resize(out.len() + out.len() % 2, 0);
                entries.extend(self.order.write(out.len() as u64, self.word()));
                out.extend(bytes);
            }
        }
        out.resize(out.len() + out.len() % 2, 0);
        let at = out.len();
        let count = if self.is_big { 8 } else { 2 };
        out.extend(self.order.write(fields.len() as u64, count));
        out.extend(entries);
        let link = out.len();
        out.extend(vec![0; self.word()]);
        (at, link)
    }
}

pub(crate) fn ascii(tag: u16, text: &str) -> Field {
    (tag, kind::ASCII, [text.as_bytes(), b"\0"].concat())
}

pub(crate) fn bytes(tag: u16, value: &[u8]) -> Field {
    (tag, kind::UNDEFINED, value.to_vec())
}
