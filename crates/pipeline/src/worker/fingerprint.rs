//! What a worker tells of a picture beside its pixels' digest: fingerprints to be recorded, or what is needed to look it up.
//! Replies are numbers in little-endian order, one after another.

use std::borrow::Cow;

use fingerprint::Pixels;
use fingerprint::features::Features;
use fingerprint::pdq::{Form, Hash, Pdq, pdq};
use image::RgbImage;
use ledger::Digest;

use super::NotDecoded;

/// The upright picture, three bytes a pixel.
pub(super) struct Upright<'a> {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) rgb: Cow<'a, [u8]>,
    pub(super) digest: [u8; 32],
}

/// The fingerprints of a photo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprints {
    /// The [digest of the upright pixels](super#the-pixels-digest-version-1).
    pub pixels_sha256: Digest,
    /// Width and height of the upright picture, in pixels: what is shown, where a file says that its edges are not.
    pub size: (u32, u32),
    /// PDQ in both forms.
    pub pdq: ledger::Pdq,
    /// The local features in their stored form; nothing where there is too little detail.
    pub features: Option<Vec<u8>>,
}

/// A picture that is looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// The [digest of the upright pixels](super#the-pixels-digest-version-1).
    pub pixels_sha256: Digest,
    /// The reference form of PDQ, in the eight turns.
    pub pdq: Pdq,
    /// Width and height of the upright picture, in pixels.
    pub size: (u32, u32),
    /// A small copy: width, height, three bytes a pixel.
    pub small: (u32, u32, Vec<u8>),
}

impl Looked {
    /// The small copy's pixels.
    #[must_use]
    pub fn pixels(&self) -> Option<Pixels<'_>> {
        let (width, height, rgb) = &self.small;
        Pixels::new(*width, *height, rgb)
    }
}

/// The reply to the question for fingerprints.
pub(super) fn fingerprints(upright: &Upright<'_>) -> Result<Vec<u8>, NotDecoded> {
    let pixels = pixels(upright)?;
    let mut reply = upright.digest.to_vec();
    for side in [upright.width, upright.height] {
        reply.extend(side.to_le_bytes());
    }
    push_pdq(&mut reply, &pdq(&pixels, Form::Nearest));
    reply.extend(pdq(&pixels, Form::Box).hash().to_bytes());
    let features = Features::of(&pixels);
    if features.is_usable() {
        reply.extend(features.to_bytes());
    }
    Ok(reply)
}

impl Fingerprints {
    /// What such a reply says; nothing if it is none.
    pub(super) fn read(reply: &[u8]) -> Option<Self> {
        let (pixels, rest) = reply.split_first_chunk::<32>()?;
        let (width, rest) = rest.split_first_chunk()?;
        let (height, rest) = rest.split_first_chunk()?;
        let (nearest, rest) = read_pdq(rest)?;
        let (boxed, features) = rest.split_first_chunk::<32>()?;
        if !features.is_empty() {
            Features::from_bytes(features).ok()?;
        }
        Some(Self {
            pixels_sha256: Digest::from(*pixels),
            size: (u32::from_le_bytes(*width), u32::from_le_bytes(*height)),
            pdq: ledger::Pdq {
                nearest: nearest.hash().to_bytes(),
                boxed: *boxed,
                dihedral: nearest.turned.map(Hash::to_bytes),
                quality: nearest.quality,
            },
            features: (!features.is_empty()).then(|| features.to_vec()),
        })
    }
}

/// The reply to the question for what a picture is looked up by: a small copy of at most `max_px` on its longer side.
pub(super) fn looked(upright: Upright<'_>, max_px: u32) -> Result<Vec<u8>, NotDecoded> {
    let mut reply = upright.digest.to_vec();
    push_pdq(&mut reply, &pdq(&pixels(&upright)?, Form::Nearest));
    let (width, height) = (upright.width, upright.height);
    let whole = RgbImage::from_raw(width, height, upright.rgb.into_owned());
    let whole = whole.ok_or(NotDecoded::Undecodable)?;
    let longer = width.max(height);
    let small = if longer > max_px {
        let of = |side: u32| (u64::from(side) * u64::from(max_px) / u64::from(longer)).max(1);
        let of = |side: u32| u32::try_from(of(side)).unwrap_or(max_px);
        image::imageops::thumbnail(&whole, of(width), of(height))
    } else {
        whole
    };
    for side in [width, height, small.width(), small.height()] {
        reply.extend(side.to_le_bytes());
    }
    reply.extend(small.as_raw());
    Ok(reply)
}

impl Looked {
    /// What such a reply says; nothing if it is none.
    pub(super) fn read(reply: &[u8]) -> Option<Self> {
        let (pixels, rest) = reply.split_first_chunk::<32>()?;
        let (pdq, rest) = read_pdq(rest)?;
        let (sides, rgb) = rest.split_first_chunk::<16>()?;
        let mut sides = sides.chunks_exact(4).map(|side| {
            let side = side.try_into().unwrap_or_default();
            u32::from_le_bytes(side)
        });
        let mut side = || sides.next().unwrap_or(0);
        let (size, small) = ((side(), side()), (side(), side(), rgb.to_vec()));
        let looked = Self {
            pixels_sha256: Digest::from(*pixels),
            pdq,
            size,
            small,
        };
        looked.pixels()?;
        Some(looked)
    }
}

fn pixels<'a>(upright: &'a Upright<'_>) -> Result<Pixels<'a>, NotDecoded> {
    Pixels::new(upright.width, upright.height, &upright.rgb).ok_or(NotDecoded::Undecodable)
}

fn push_pdq(reply: &mut Vec<u8>, pdq: &Pdq) {
    reply.push(pdq.quality);
    reply.extend(pdq.turned.iter().flat_map(|hash| hash.to_bytes()));
}

fn read_pdq(bytes: &[u8]) -> Option<(Pdq, &[u8])> {
    let (quality, rest) = bytes.split_first()?;
    let (hashes, rest) = rest.split_first_chunk::<256>()?;
    let mut turned = [Hash::default(); 8];
    for (hash, bytes) in turned.iter_mut().zip(hashes.chunks_exact(32)) {
        *hash = Hash::from_bytes(bytes.try_into().ok()?);
    }
    let quality = *quality;
    (quality <= 100).then_some((Pdq { quality, turned }, rest))
}
