//! One RIFF chunk, RFC 9649 § 2.3: type, size, data, and a byte of padding after data of odd size.

use crate::Error;
use crate::part::{Kind, Part};
use crate::reader::{Reader, index};

const WHAT: &str = "a chunk (RFC 9649 § 2.3)";

/// A chunk as it stands in the file.
pub(super) struct Chunk<'a> {
    pub(super) offset: usize,
    pub(super) label: [u8; 4],
    pub(super) data: &'a [u8],
    /// The whole chunk, padding included.
    pub(super) bytes: &'a [u8],
}

impl<'a> Chunk<'a> {
    /// Reads a chunk; `base` is where the reader's first byte stands in the file. The padding may be missing at the
    /// very end: some writers leave it out there.
    pub(super) fn read(reader: &mut Reader<'a>, base: usize) -> Result<Self, Error> {
        let offset = base.saturating_add(reader.offset());
        let start = reader.rest();
        let before = reader.offset();
        let mut read = || {
            let label = reader.array(WHAT)?;
            let len = index(reader.u32_le(WHAT)?);
            let data = reader.take(len, WHAT)?;
            if len % 2 == 1 && !reader.at_end() {
                reader.take(1, WHAT)?;
            }
            Ok((label, data))
        };
        let (label, data) = read().map_err(|_: Error| Error::Truncated { what: WHAT, offset })?;
        let total = reader.offset().saturating_sub(before);
        Ok(Self {
            offset,
            label,
            data,
            bytes: start.get(..total).unwrap_or(start),
        })
    }

    pub(super) const fn part(&self, name: &'static str, kind: Kind) -> Part<'a> {
        Part {
            kind,
            name,
            offset: self.offset,
            bytes: self.bytes,
            body: self.data,
        }
    }

    pub(super) const fn malformed(&self, what: &'static str) -> Error {
        Error::Malformed {
            what,
            offset: self.offset,
        }
    }
}

/// Writes a chunk with its padding.
///
/// # Errors
/// When the data does not fit a chunk.
pub(super) fn write_chunk(out: &mut Vec<u8>, label: [u8; 4], data: &[u8]) -> Result<(), Error> {
    out.extend(label);
    out.extend(chunk_size(data.len())?);
    out.extend_from_slice(data);
    if data.len() % 2 == 1 {
        out.push(0);
    }
    Ok(())
}

/// A size as it stands in the file.
///
/// # Errors
/// When it does not fit the field.
pub(super) fn chunk_size(len: usize) -> Result<[u8; 4], Error> {
    u32::try_from(len)
        .map(u32::to_le_bytes)
        .map_err(|_| Error::Malformed {
            what: "a chunk of more than 4 GiB (RFC 9649 § 2.3)",
            offset: 0,
        })
}
