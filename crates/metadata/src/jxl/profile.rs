//! The colour profile inside a codestream: how it is read, and how a new one is written (ISO/IEC 18181-1 § E.4).

use super::bits::{BitString, Bits};
use super::entropy::Stream;
use crate::Error;
use crate::reader::Reader;

/// How many contexts the bytes of a profile have (§ E.4.1).
const CONTEXTS: usize = 41;
const HEADER_LEN: usize = 128;
const BROKEN: &str = "a colour profile that cannot be read (ISO/IEC 18181-1 § E.4)";

/// Reads the profile that begins at the next bit.
///
/// # Errors
/// When it is damaged, or larger than `limit` bytes.
pub(super) fn read(bits: &mut Bits<'_>, limit: usize) -> Result<Vec<u8>, Error> {
    let length = bits.u64()?;
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length > limit {
        return Err(Error::TooMany {
            what: "bytes of a colour profile",
            limit,
        });
    }
    let mut stream = Stream::read(bits, CONTEXTS)?;
    let mut coded: Vec<u8> = Vec::new();
    let (mut last, mut before) = (0_u8, 0_u8);
    for at in 0..length {
        let context = if at <= HEADER_LEN {
            0
        } else {
            context(last, before)
        };
        let number = stream.number(bits, context)?;
        let byte = u8::try_from(number).map_err(|_| bits.malformed(BROKEN))?;
        coded.push(byte);
        (before, last) = (last, byte);
    }
    stream.finish(bits)?;
    unpack(&coded, limit).ok_or_else(|| bits.malformed(BROKEN))
}

/// The context of a byte by the two before it (§ E.4.1).
fn context(last: u8, before: u8) -> usize {
    let last = match last {
        b'a'..=b'z' | b'A'..=b'Z' => 0,
        b'0'..=b'9' | b'.' | b',' => 1,
        0 => 2,
        1 => 3,
        2..=15 => 4,
        241..=254 => 5,
        255 => 6,
        _ => 7,
    };
    let before = match before {
        b'a'..=b'z' | b'A'..=b'Z' => 0,
        b'0'..=b'9' | b'.' | b',' => 1,
        0..=15 => 2,
        241..=255 => 3,
        _ => 4,
    };
    8_usize
        .saturating_mul(before)
        .saturating_add(last)
        .saturating_add(1)
}

/// Tags by their number (§ E.4.4).
const TAGS: [&[u8; 4]; 17] = [
    b"cprt", b"wtpt", b"bkpt", b"rXYZ", b"gXYZ", b"bXYZ", b"kXYZ", b"rTRC", b"gTRC", b"bTRC",
    b"kTRC", b"chad", b"desc", b"chrm", b"dmnd", b"dmdd", b"lumi",
];
/// Types by their number (§ E.4.5).
const TYPES: [&[u8; 4]; 8] = [
    b"XYZ ", b"desc", b"text", b"mluc", b"para", b"curv", b"sf32", b"gbd ",
];

/// The commands and the data that they apply to.
struct Unpacking<'a> {
    commands: Reader<'a>,
    data: Reader<'a>,
    out: Vec<u8>,
    size: usize,
}

/// The profile behind its prediction.
fn unpack(coded: &[u8], limit: usize) -> Option<Vec<u8>> {
    let mut whole = Reader::new(coded);
    let size = number(&mut whole)?;
    let commands = number(&mut whole)?;
    if size > limit {
        return None;
    }
    let commands = Reader::new(whole.take(commands, "").ok()?);
    let mut unpacking = Unpacking {
        commands,
        data: Reader::new(whole.rest()),
        out: Vec::new(),
        size,
    };
    unpacking.header()?;
    if size > HEADER_LEN {
        unpacking.tags()?;
        while !unpacking.commands.at_end() {
            unpacking.command()?;
        }
    }
    let is_whole = unpacking.out.len() == size && unpacking.data.at_end();
    is_whole.then_some(unpacking.out)
}

/// A number of up to 63 bits, seven at a time (§ E.4.2).
fn number(reader: &mut Reader<'_>) -> Option<usize> {
    let mut value = 0_u64;
    for shift in (0_u32..63).step_by(7) {
        let byte = reader.u8("").ok()?;
        value |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return usize::try_from(value).ok();
        }
    }
    None
}

/// What a header byte is expected to be, by those before it (§ E.4.3).
fn expected(out: &[u8], size: usize) -> u8 {
    const FIXED: &[u8; 80] = b"\0\0\0\0\0\0\0\0\x04\0\0\0mntrRGB XYZ \0\0\0\0\0\0\0\0\0\0\0\0acsp\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xF6\xD6\0\x01\0\0\0\0\xD3\x2D";
    let at = out.len();
    let byte = |at: usize| out.get(at).copied().unwrap_or(0);
    let size = u32::try_from(size).unwrap_or(u32::MAX).to_be_bytes();
    let platform =
        |at: usize, word: &[u8; 4]| word.get(at.saturating_sub(40)).copied().unwrap_or(0);
    match at {
        0..=3 => size.get(at).copied().unwrap_or(0),
        41..=43 if byte(40) == b'A' => platform(at, b"APPL"),
        41..=43 if byte(40) == b'M' => platform(at, b"MSFT"),
        42..=43 if byte(40) == b'S' && byte(41) == b'G' => platform(at, b"SGI "),
        42..=43 if byte(40) == b'S' && byte(41) == b'U' => platform(at, b"SUNW"),
        80..=83 => byte(at.saturating_sub(76)),
        _ => FIXED.get(at).copied().unwrap_or(0),
    }
}

impl Unpacking<'_> {
    fn header(&mut self) -> Option<()> {
        for _ in 0..self.size.min(HEADER_LEN) {
            let byte = expected(&self.out, self.size).wrapping_add(self.data.u8("").ok()?);
            self.out.push(byte);
        }
        Some(())
    }

    fn push(&mut self, bytes: &[u8]) -> Option<()> {
        self.out.extend_from_slice(bytes);
        (self.out.len() <= self.size).then_some(())
    }

    fn push_number(&mut self, value: usize) -> Option<()> {
        self.push(&u32::try_from(value).ok()?.to_be_bytes())
    }

    /// The tag table, § E.4.4.
    fn tags(&mut self) -> Option<()> {
        let Some(count) = number(&mut self.commands)?.checked_sub(1) else {
            return Some(());
        };
        self.push_number(count)?;
        let mut start = count.checked_mul(12)?.checked_add(HEADER_LEN)?;
        let mut size = 0_usize;
        loop {
            if self.commands.at_end() {
                return Some(());
            }
            let command = self.commands.u8("").ok()?;
            let tag = match command & 63 {
                0 => return Some(()),
                1 => self.data.array::<4>("").ok()?,
                2 => *b"rTRC",
                3 => *b"rXYZ",
                code => **TAGS.get(usize::from(code.checked_sub(4)?))?,
            };
            start = match command & 64 {
                0 => start.checked_add(size)?,
                _ => number(&mut self.commands)?,
            };
            let is_point = matches!(
                &tag,
                b"rXYZ" | b"gXYZ" | b"bXYZ" | b"kXYZ" | b"wtpt" | b"bkpt" | b"lumi"
            );
            size = match command & 128 {
                0 if is_point => 20,
                0 => size,
                _ => number(&mut self.commands)?,
            };
            let more: &[&[u8; 4]] = match command & 63 {
                2 => &[b"gTRC", b"bTRC"],
                3 => &[b"gXYZ", b"bXYZ"],
                _ => &[],
            };
            self.entry(tag, start, size)?;
            let step = if command & 63 == 3 { size } else { 0 };
            let mut at = start;
            for tag in more {
                at = at.checked_add(step)?;
                self.entry(**tag, at, size)?;
            }
        }
    }

    fn entry(&mut self, tag: [u8; 4], start: usize, size: usize) -> Option<()> {
        self.push(&tag)?;
        self.push_number(start)?;
        self.push_number(size)
    }

    /// One command of the main part, § E.4.5.
    fn command(&mut self) -> Option<()> {
        match self.commands.u8("").ok()? {
            1 => {
                let count = number(&mut self.commands)?;
                let bytes = self.data.take(count, "").ok()?;
                self.push(bytes)
            }
            width @ (2 | 3) => {
                let count = number(&mut self.commands)?;
                let bytes = self.data.take(count, "").ok()?;
                self.push(&shuffled(bytes, if width == 2 { 2 } else { 4 }))
            }
            4 => self.predicted(),
            10 => {
                let bytes = self.data.take(12, "").ok()?;
                self.push(b"XYZ \0\0\0\0")?;
                self.push(bytes)
            }
            code => {
                let kind = TYPES.get(usize::from(code.checked_sub(16)?))?;
                self.push(*kind)?;
                self.push(&[0; 4])
            }
        }
    }

    /// Numbers as differences from what those before them lead to expect.
    fn predicted(&mut self) -> Option<()> {
        let flags = self.commands.u8("").ok()?;
        let width = usize::from(flags & 3).saturating_add(1);
        let order = (flags >> 2) & 3;
        if width == 3 || order == 3 {
            return None;
        }
        let stride = match flags & 16 {
            0 => width,
            _ => number(&mut self.commands)?,
        };
        if stride < width || stride.checked_mul(4)? > self.out.len() {
            return None;
        }
        let count = number(&mut self.commands)?;
        let bytes = self.data.take(count, "").ok()?;
        let differences = if width == 1 {
            bytes.to_vec()
        } else {
            shuffled(bytes, width)
        };
        let start = self.out.len();
        for (at, difference) in differences.into_iter().enumerate() {
            let word = at.checked_div(width)?.checked_mul(width)?;
            let within = at.checked_sub(word)?;
            let place = start.checked_add(word)?;
            let back = |times: usize| {
                let from = place.checked_sub(stride.checked_mul(times)?)?;
                let bytes = self.out.get(from..from.checked_add(width)?)?;
                Some(
                    bytes
                        .iter()
                        .fold(0_u32, |value, byte| value << 8 | u32::from(*byte)),
                )
            };
            let expected = match order {
                0 => back(1)?,
                1 => back(1)?.wrapping_mul(2).wrapping_sub(back(2)?),
                _ => {
                    let step = back(1)?.wrapping_sub(back(2)?);
                    step.wrapping_mul(3).wrapping_add(back(3)?)
                }
            };
            let shift = width.checked_sub(within)?.checked_sub(1)?.checked_mul(8)?;
            let expected = u8::try_from((expected >> shift) & 0xFF).unwrap_or(0);
            self.push(&[expected.wrapping_add(difference)])?;
        }
        Some(())
    }
}

/// Bytes that stood by their place within numbers of this width, in order (§ E.4.5).
fn shuffled(bytes: &[u8], width: usize) -> Vec<u8> {
    let height = bytes.len().div_ceil(width.max(1));
    (0..height)
        .flat_map(|row| bytes.iter().skip(row).step_by(height.max(1)))
        .copied()
        .collect()
}

/// Writes a profile: the header as differences, the rest as it is, each byte with eight bits.
pub(super) fn write(profile: &[u8]) -> BitString {
    let (header, rest) = profile
        .split_at_checked(HEADER_LEN)
        .unwrap_or((profile, &[]));
    let mut commands = Vec::new();
    if !rest.is_empty() {
        // No tag table apart, then everything in one piece.
        commands.extend([0, 1]);
        push_number(&mut commands, rest.len());
    }
    let mut coded = Vec::new();
    push_number(&mut coded, profile.len());
    push_number(&mut coded, commands.len());
    coded.extend(commands);
    for (at, byte) in header.iter().enumerate() {
        let before = header.get(..at).unwrap_or_default();
        coded.push(byte.wrapping_sub(expected(before, profile.len())));
    }
    coded.extend_from_slice(rest);

    let mut out = BitString::default();
    out.push_u64(u64::try_from(coded.len()).unwrap_or(u64::MAX));
    // No repeats; one cluster for all contexts; a prefix code; tokens are bytes; an alphabet of 256.
    for (value, count) in [
        (0, 1),
        (1, 1),
        (0, 2),
        (1, 1),
        (8, 4),
        (0, 4),
        (0, 4),
        (1, 1),
        (7, 4),
        (127, 7),
    ] {
        out.push(value, count);
    }
    // Of the codes for lengths only that of length 8 is used, so that it takes no bits: every byte has eight.
    out.push(0, 2);
    for at in 0..18 {
        out.push(u32::from(at == 10), 2);
    }
    for byte in coded {
        out.push(u32::from(byte.reverse_bits()), 8);
    }
    out
}

fn push_number(out: &mut Vec<u8>, value: usize) {
    let mut left = value;
    while left > 0x7F {
        out.push(u8::try_from(left & 0x7F).unwrap_or(0) | 0x80);
        left >>= 7;
    }
    out.push(u8::try_from(left).unwrap_or(0));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_read_as_it_was_written() {
        let profile: Vec<u8> = (0..1_000_u32).map(|at| (at * at / 7) as u8).collect();
        for len in [0, 1, 127, 128, 129, 300, 1_000] {
            let mut out = write(&profile[..len]);
            out.pad();
            let bytes = out.into_bytes();
            let mut bits = Bits::new(&bytes, 0, "test");
            assert_eq!(
                read(&mut bits, 1 << 20),
                Ok(profile[..len].to_vec()),
                "{len}"
            );
            assert_eq!(bits.pad(), Ok(()));
            assert_eq!(bits.at(), bytes.len() * 8);
        }
    }

    #[test]
    fn numbers_stand_apart_or_together() {
        assert_eq!(shuffled(b"acegbdfh", 2), b"abcdefgh");
        assert_eq!(shuffled(b"aebfcgdh", 4), b"abcdefgh");
        assert_eq!(shuffled(b"abcdef", 4), b"acebdf");
    }
}
