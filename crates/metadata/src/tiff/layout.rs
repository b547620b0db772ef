//! Writes directories, their values and the data that they point at, one behind the other without a gap.
//! TIFF 6.0 § 2; BigTIFF.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::bytes::Order;
use super::ifd::{kind, unit_len};
use crate::Error;

/// What an entry says.
#[derive(Debug, Clone)]
pub(super) enum Value<'a> {
    /// Numbers or text, in the order of the file that is written.
    Bytes(Cow<'a, [u8]>),
    /// Where these directories are, by number.
    Directories(Vec<usize>),
    /// Where these pieces of data are, by number; `None` for one that is left out.
    Data(Vec<Option<usize>>),
    /// How long those are.
    Lengths(Vec<Option<usize>>),
}

/// An entry of a directory.
#[derive(Debug, Clone)]
pub(super) struct Entry<'a> {
    pub(super) tag: u16,
    /// The type of [`Value::Bytes`]; the others are given the width of offsets.
    pub(super) kind: u16,
    pub(super) value: Value<'a>,
}

/// A directory, and the number of the one that follows it in the chain.
#[derive(Debug, Clone, Default)]
pub(super) struct Table<'a> {
    pub(super) entries: Vec<Entry<'a>>,
    pub(super) next: Option<usize>,
}

/// A file to be written.
#[derive(Debug)]
pub(super) struct Layout<'a> {
    pub(super) order: Order,
    pub(super) is_big: bool,
    /// The header points at the first.
    pub(super) tables: Vec<Table<'a>>,
    pub(super) data: Vec<Cow<'a, [u8]>>,
}

/// Where everything will stand.
#[derive(Default)]
struct Places {
    tables: Vec<usize>,
    data: Vec<usize>,
    /// Values outside of their entries, by table and entry.
    values: BTreeMap<(usize, usize), usize>,
    end: usize,
}

impl Layout<'_> {
    /// The bytes of the file.
    ///
    /// # Errors
    /// When it does not fit 32-bit offsets.
    pub(super) fn write(mut self) -> Result<Vec<u8>, Error> {
        for table in &mut self.tables {
            table.entries.sort_by_key(|entry| entry.tag);
        }
        let places = self.places();
        let limit = if self.is_big {
            u64::MAX
        } else {
            u64::from(u32::MAX)
        };
        let bytes = u64::try_from(places.end).unwrap_or(u64::MAX);
        if bytes > limit {
            return Err(Error::TooLarge { bytes, limit });
        }
        let mut out = Vec::with_capacity(places.end);
        out.extend(match self.order {
            Order::Little => b"II",
            Order::Big => b"MM",
        });
        out.extend(self.order.write(if self.is_big { 43 } else { 42 }, 2));
        if self.is_big {
            out.extend(self.order.write(8, 2));
            out.extend([0; 2]);
        }
        out.extend(self.word(places.tables.first().copied().unwrap_or(0)));
        for (number, table) in self.tables.iter().enumerate() {
            self.write_table(&mut out, number, table, &places);
        }
        for piece in &self.data {
            out.extend_from_slice(piece);
        }
        Ok(out)
    }

    const fn word_len(&self) -> usize {
        if self.is_big { 8 } else { 4 }
    }

    fn word(&self, number: usize) -> Vec<u8> {
        let number = u64::try_from(number).unwrap_or(u64::MAX);
        self.order.write(number, self.word_len())
    }

    /// How long a table is: count, entries, link.
    const fn table_len(&self, table: &Table<'_>) -> usize {
        let (count, entry) = if self.is_big { (8, 20) } else { (2, 12) };
        table
            .entries
            .len()
            .saturating_mul(entry)
            .saturating_add(count)
            .saturating_add(self.word_len())
    }

    fn value_len(&self, value: &Value<'_>) -> usize {
        let words = match value {
            Value::Bytes(bytes) => return bytes.len(),
            Value::Directories(list) => list.len(),
            Value::Data(list) | Value::Lengths(list) => list.len(),
        };
        words.saturating_mul(self.word_len())
    }

    fn places(&self) -> Places {
        let mut places = Places::default();
        let mut at = if self.is_big { 16_usize } else { 8 };
        // Pages mostly have the same profile and the same tables.
        let mut shared: BTreeMap<(u16, &[u8]), usize> = BTreeMap::new();
        for (number, table) in self.tables.iter().enumerate() {
            at = even(at);
            places.tables.push(at);
            at = at.saturating_add(self.table_len(table));
            for (place, entry) in table.entries.iter().enumerate() {
                let len = self.value_len(&entry.value);
                if len <= self.word_len() {
                    continue;
                }
                let same = match &entry.value {
                    Value::Bytes(bytes) => Some((entry.tag, bytes.as_ref())),
                    _ => None,
                };
                if let Some(found) = same.and_then(|same| shared.get(&same)) {
                    places.values.insert((number, place), *found);
                    continue;
                }
                at = even(at);
                places.values.insert((number, place), at);
                if let Some(same) = same {
                    shared.insert(same, at);
                }
                at = at.saturating_add(len);
            }
        }
        for piece in &self.data {
            places.data.push(at);
            at = at.saturating_add(piece.len());
        }
        places.end = at;
        places
    }

    fn write_table(&self, out: &mut Vec<u8>, number: usize, table: &Table<'_>, places: &Places) {
        out.resize(even(out.len()), 0);
        let count = u64::try_from(table.entries.len()).unwrap_or(u64::MAX);
        out.extend(self.order.write(count, if self.is_big { 8 } else { 2 }));
        let mut outside = Vec::new();
        for (place, entry) in table.entries.iter().enumerate() {
            let bytes = self.value(&entry.value, places);
            let kind = match (&entry.value, self.is_big) {
                (Value::Bytes(_), _) => entry.kind,
                (_, true) => kind::LONG8,
                (_, false) => kind::LONG,
            };
            let count = bytes.len().checked_div(unit_len(kind).unwrap_or(1));
            out.extend(self.order.write(entry.tag.into(), 2));
            out.extend(self.order.write(kind.into(), 2));
            out.extend(self.word(count.unwrap_or(0)));
            match places.values.get(&(number, place)) {
                Some(at) => {
                    out.extend(self.word(*at));
                    outside.push((*at, bytes));
                }
                None => {
                    let spare = self.word_len().saturating_sub(bytes.len());
                    out.extend_from_slice(&bytes);
                    out.resize(out.len().saturating_add(spare), 0);
                }
            }
        }
        let next = table.next.and_then(|next| places.tables.get(next));
        out.extend(self.word(next.copied().unwrap_or(0)));
        for (at, bytes) in outside {
            // A shared value stands already.
            if at >= out.len() {
                out.resize(at, 0);
                out.extend_from_slice(&bytes);
            }
        }
    }

    /// The bytes of a value, now that all places are known.
    fn value<'v>(&self, value: &'v Value<'_>, places: &Places) -> Cow<'v, [u8]> {
        let words = |list: Vec<usize>| {
            let words = list.into_iter().flat_map(|number| self.word(number));
            Cow::Owned(words.collect::<Vec<u8>>())
        };
        let each = |list: &[Option<usize>], of: &dyn Fn(usize) -> Option<usize>| {
            let numbers = list.iter().map(|number| number.and_then(of).unwrap_or(0));
            words(numbers.collect())
        };
        match value {
            Value::Bytes(bytes) => Cow::Borrowed(bytes),
            Value::Directories(list) => {
                let at = |number: &usize| places.tables.get(*number).copied().unwrap_or(0);
                words(list.iter().map(at).collect())
            }
            Value::Data(list) => each(list, &|number| places.data.get(number).copied()),
            Value::Lengths(list) => each(list, &|number| {
                self.data.get(number).map(|piece| piece.len())
            }),
        }
    }
}

/// Directories and values begin on word boundaries, TIFF 6.0 § 2.
const fn even(at: usize) -> usize {
    at.saturating_add(at % 2)
}
