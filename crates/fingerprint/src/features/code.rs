//! How features are stored.
//!
//! # The format, version 1
//!
//! All numbers little-endian. A head of 20 bytes: the letters `CLKF`, the version `1`, a zero, the number of features
//! (16 bits), width and height of the photo (32 bits each), width and height of the frame (16 bits each). Then 38 bytes
//! for each feature: x and y in eighths of a pixel of the frame (16 bits each); the scale as the sixteenth part of its
//! binary logarithm, of 7 bits, with the highest bit set when the blob is bright; the angle in 256ths of a turn; 32 bytes of
//! descriptor, bit 0 the lowest of the first byte.

use std::f32::consts::TAU;
use std::fmt;

use super::{FEATURES_MAX, Feature, Features, Frame, WEAK_BITS, key};

const MAGIC: &[u8; 4] = b"CLKF";
const VERSION: u8 = 1;
const HEAD_BYTES: usize = 20;
const FEATURE_BYTES: usize = 38;

/// The most bytes that the features of a photo take.
pub const FEATURES_BYTES_MAX: usize = HEAD_BYTES + FEATURES_MAX * FEATURE_BYTES;

/// Bytes are not the features of a photo in a version that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotFeatures;

impl fmt::Display for NotFeatures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("The stored features are damaged or of a newer version.")
    }
}

impl std::error::Error for NotFeatures {}

impl Features {
    /// The [stored form](crate::features::code), at most [`FEATURES_BYTES_MAX`] bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let list = self.list.get(..FEATURES_MAX).unwrap_or(&self.list);
        let mut bytes = Vec::with_capacity(HEAD_BYTES + list.len() * FEATURE_BYTES);
        let short = |value: u32| u16::try_from(value).unwrap_or(u16::MAX).to_le_bytes();
        bytes.extend(MAGIC);
        bytes.extend([VERSION, 0]);
        bytes.extend(short(u32::try_from(list.len()).unwrap_or(u32::MAX)));
        bytes.extend(self.frame.picture.0.to_le_bytes());
        bytes.extend(self.frame.picture.1.to_le_bytes());
        bytes.extend(short(self.frame.size.0));
        bytes.extend(short(self.frame.size.1));
        for feature in list {
            bytes.extend(((feature.x * 8.0).round() as u16).to_le_bytes());
            bytes.extend(((feature.y * 8.0).round() as u16).to_le_bytes());
            let scale = (feature.scale.log2() * 16.0).round().clamp(0.0, 127.0) as u8;
            bytes.push(scale | u8::from(feature.is_bright) << 7);
            bytes.push((feature.angle / TAU * 256.0).round() as u16 as u8);
            bytes.extend(feature.bits.iter().flat_map(|word| word.to_le_bytes()));
        }
        bytes
    }

    /// The features in their stored [form](crate::features::code).
    ///
    /// # Errors
    /// The bytes are cut off, too long, of another version, or say what cannot be.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotFeatures> {
        let (head, rest) = bytes.split_at_checked(HEAD_BYTES).ok_or(NotFeatures)?;
        let short = |at: usize| u16_at(head, at);
        if head.get(..6) != Some(&[b'C', b'L', b'K', b'F', VERSION, 0]) {
            return Err(NotFeatures);
        }
        let count = usize::from(short(6));
        let frame = Frame {
            picture: (u32_at(head, 8), u32_at(head, 12)),
            size: (u32::from(short(16)), u32::from(short(18))),
        };
        let sizes = [frame.picture.0, frame.picture.1, frame.size.0, frame.size.1];
        let is_sound = sizes
            .iter()
            .all(|side| (1..=crate::SIDE_MAX).contains(side));
        if count > FEATURES_MAX || rest.len() != count * FEATURE_BYTES || !is_sound {
            return Err(NotFeatures);
        }
        let list = rest.chunks_exact(FEATURE_BYTES).map(feature).collect();
        Ok(Self { frame, list })
    }
}

fn feature(bytes: &[u8]) -> Feature {
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
    let mut bits = [0; 4];
    let words = bytes.get(6..).unwrap_or_default().chunks_exact(8);
    for (word, bytes) in bits.iter_mut().zip(words) {
        *word = bytes
            .iter()
            .rev()
            .fold(0, |word, byte| word << 8 | u64::from(*byte));
    }
    Feature {
        x: f32::from(u16_at(bytes, 0)) / 8.0,
        y: f32::from(u16_at(bytes, 2)) / 8.0,
        scale: (f32::from(byte(4) & 0x7F) / 16.0).exp2(),
        angle: f32::from(byte(5)) / 256.0 * TAU,
        is_bright: byte(4) & 0x80 != 0,
        bits,
        key: key(&bits),
        weak: [0; WEAK_BITS],
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    let found = bytes
        .get(at..at + 2)
        .and_then(|bytes| bytes.try_into().ok());
    found.map_or(0, u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let found = bytes
        .get(at..at + 4)
        .and_then(|bytes| bytes.try_into().ok());
    found.map_or(0, u32::from_le_bytes)
}
