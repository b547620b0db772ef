//! OpenTimestamps proofs: steps from a digest to what a Bitcoin block holds. The format is that of the reference client,
//! python-opentimestamps.
//!
//! Bounded: so many steps, so deep, results so long. A proof that asks for more is none.

use ripemd::Ripemd160;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use crate::digest::Digest;

/// What every proof begins with, and the version.
pub(super) const MAGIC: &[u8] =
    b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94\x01";
const SHA256: u8 = 0x08;
const BITCOIN: &[u8] = &[0x05, 0x88, 0x96, 0x0d, 0x73, 0xd7, 0x19, 0x01];
const PENDING: &[u8] = &[0x83, 0xdf, 0xe3, 0x0d, 0x2e, 0xf9, 0x0c, 0x8e];
/// The most bytes of a proof.
pub(super) const BYTES_MAX: usize = 1 << 20;
const MESSAGE_BYTES_MAX: usize = 4_096;
const PAYLOAD_BYTES_MAX: usize = 8_192;
const DEPTH_MAX: usize = 256;
const STEPS_MAX: usize = 10_000;

/// Who says what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Attestation {
    /// The block at this height has this Merkle root, in the order of its bytes.
    Bitcoin { height: u64, root: Vec<u8> },
    /// Nobody yet: this calendar promised to.
    Pending { calendar: String },
    /// Something that is not known here.
    Unknown,
}

/// The digest that a proof is of; nothing for what is no proof.
pub(super) fn digest(proof: &[u8]) -> Option<Digest> {
    let (_, digest) = begin(proof)?;
    Some(digest)
}

fn begin(proof: &[u8]) -> Option<(Reader<'_>, Digest)> {
    (proof.len() <= BYTES_MAX).then_some(())?;
    let mut reader = Reader(proof.strip_prefix(MAGIC)?);
    (reader.byte()? == SHA256).then_some(())?;
    let digest: [u8; 32] = reader.take(32)?.try_into().ok()?;
    Some((reader, digest.into()))
}

/// What a proof attests; nothing for what is no proof.
pub(super) fn read(proof: &[u8]) -> Option<Vec<Attestation>> {
    let (mut reader, digest) = begin(proof)?;
    let mut walk = Walk {
        found: Vec::new(),
        steps: 0,
    };
    walk.timestamp(&mut reader, Some(digest.as_bytes().to_vec()), 0)?;
    (reader.0.is_empty() && !walk.found.is_empty()).then_some(walk.found)
}

struct Walk {
    found: Vec<Attestation>,
    steps: usize,
}

impl Walk {
    /// A message's attestations and steps: all but the last are set off by 0xff. `message` is nothing below a step that is
    /// not known here.
    fn timestamp(
        &mut self,
        reader: &mut Reader<'_>,
        message: Option<Vec<u8>>,
        depth: usize,
    ) -> Option<()> {
        (depth <= DEPTH_MAX).then_some(())?;
        loop {
            let mut tag = reader.byte()?;
            let is_last = tag != 0xff;
            if !is_last {
                tag = reader.byte()?;
            }
            self.steps += 1;
            (self.steps <= STEPS_MAX).then_some(())?;
            if tag == 0x00 {
                self.attestation(reader, message.as_deref())?;
            } else {
                let result = step(tag, reader, message.as_deref())?;
                self.timestamp(reader, result, depth + 1)?;
            }
            if is_last {
                return Some(());
            }
        }
    }

    fn attestation(&mut self, reader: &mut Reader<'_>, message: Option<&[u8]>) -> Option<()> {
        let kind = reader.take(8)?;
        let length = reader.number()?;
        let length = usize::try_from(length)
            .ok()
            .filter(|length| *length <= PAYLOAD_BYTES_MAX)?;
        let mut payload = Reader(reader.take(length)?);
        self.found.push(match (kind, message) {
            (BITCOIN, Some(message)) => {
                let height = payload.number()?;
                payload.0.is_empty().then_some(())?;
                (message.len() == 32).then_some(())?;
                Attestation::Bitcoin {
                    height,
                    root: message.to_vec(),
                }
            }
            (PENDING, _) => {
                let length = usize::try_from(payload.number()?).ok()?;
                let calendar = payload.take(length)?;
                payload.0.is_empty().then_some(())?;
                let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._/:".contains(byte);
                (length <= 1_000 && calendar.iter().all(plain)).then_some(())?;
                Attestation::Pending {
                    calendar: String::from_utf8(calendar.to_vec()).ok()?,
                }
            }
            _ => Attestation::Unknown,
        });
        Some(())
    }
}

/// The result of one step; nothing inside for a step whose result is not known here.
#[allow(
    clippy::option_option,
    reason = "not read, and read but not known, differ"
)]
fn step(tag: u8, reader: &mut Reader<'_>, message: Option<&[u8]>) -> Option<Option<Vec<u8>>> {
    let argument = match tag {
        0xf0 | 0xf1 => {
            let length = usize::try_from(reader.number()?).ok()?;
            (1..=MESSAGE_BYTES_MAX).contains(&length).then_some(())?;
            reader.take(length)?
        }
        _ => &[],
    };
    let known = matches!(tag, 0x02 | 0x03 | 0x08 | 0x67 | 0xf0..=0xf3);
    known.then_some(())?;
    let Some(message) = message else {
        return Some(None);
    };
    let result = match tag {
        0xf0 => [message, argument].concat(),
        0xf1 => [argument, message].concat(),
        0xf2 => message.iter().rev().copied().collect(),
        0xf3 => crate::hex::hex(message).into_bytes(),
        0x02 => Sha1::digest(message).to_vec(),
        0x03 => Ripemd160::digest(message).to_vec(),
        0x08 => Sha256::digest(message).to_vec(),
        // Keccak-256 leads to Ethereum, never to Bitcoin.
        _ => return Some(None),
    };
    (result.len() <= MESSAGE_BYTES_MAX).then_some(Some(result))
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*byte)
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// Seven bits to a byte, the lowest first.
    fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }
}

/// The time of a block whose header holds this root, and whether finding that header took work: `header` is 80 bytes
/// (Bitcoin's block header).
pub(super) fn block_time(header: &[u8; 80], root: &[u8]) -> Option<u32> {
    (header.get(36..68)? == root).then_some(())?;
    let four = |at: usize| -> Option<u32> {
        let bytes: [u8; 4] = header.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_le_bytes(bytes))
    };
    let (time, bits) = (four(68)?, four(72)?);
    // The target: three digits to base 256 and how many follow. An easier one than the first block's never was.
    let [size, digits @ ..] = bits.to_be_bytes();
    ((3..=0x1d).contains(&size) && digits.first()? & 0x80 == 0).then_some(())?;
    let mut target = [0_u8; 32];
    let start = 32_usize.checked_sub(usize::from(size))?;
    target.get_mut(start..start + 3)?.copy_from_slice(&digits);
    let mut hash = Sha256::digest(Sha256::digest(header)).to_vec();
    hash.reverse();
    (hash.as_slice() <= target.as_slice()).then_some(time)
}

#[cfg(test)]
#[path = "ots_tests.rs"]
mod tests;
