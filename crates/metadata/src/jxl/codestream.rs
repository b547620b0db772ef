//! A codestream as a whole: its header, its frames one behind the other, and where the last of them ends. Only with
//! that is it known what stands behind the picture (ISO/IEC 18181-1 § A).

use super::bits::{Bits, Edit};
use super::frame::{self, Frame, Purpose};
use super::image::{self, Image};
use super::profile;
use crate::{Error, Limits};

/// The header with what belongs to it.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) image: Image,
    /// The colour profile, as it is read.
    pub(super) profile: Option<Vec<u8>>,
    /// The first and the last bit of the coded profile.
    pub(super) profile_at: (usize, usize),
    /// The first byte of what follows.
    pub(super) to: usize,
    /// What in it does not stay; the profile is apart.
    pub(super) edits: Vec<Edit>,
    /// The names of channels.
    pub(super) names: Vec<String>,
}

impl Head {
    /// Reads the head of a codestream.
    ///
    /// # Errors
    /// When it is damaged or too large.
    pub(super) fn read(codestream: &[u8], limits: &Limits) -> Result<Self, Error> {
        let header = image::header(codestream)?;
        let mut bits = Bits::new(codestream, 0, "the colour profile (ISO/IEC 18181-1 § E.4)");
        bits.skip(header.fields_end)?;
        let profile = match header.image.has_profile {
            true => Some(profile::read(&mut bits, limits.inflated_bytes_max)?),
            false => None,
        };
        let profile_at = (header.fields_end, bits.at());
        bits.pad()?;
        Ok(Self {
            image: header.image,
            profile,
            profile_at,
            to: bits.at() >> 3,
            edits: header.edits,
            names: header.names,
        })
    }
}

/// A codestream.
#[derive(Debug, Clone)]
pub(super) struct Codestream {
    pub(super) head: Head,
    /// The small picture before the frames.
    pub(super) preview: Option<Frame>,
    pub(super) frames: Vec<Frame>,
}

impl Codestream {
    /// Reads headers and tables; what is coded is only measured.
    ///
    /// # Errors
    /// When the codestream is damaged, ends early, or holds what could not be cleaned.
    pub(super) fn read(codestream: &[u8], limits: &Limits) -> Result<Self, Error> {
        let head = Head::read(codestream, limits)?;
        let image = &head.image;
        let mut at = head.to;
        let mut next = |size| {
            let frame = frame::frame(codestream, at, image, size)?;
            if frame.to > codestream.len() {
                return Err(Error::Truncated {
                    what: "a frame (ISO/IEC 18181-1 § F)",
                    offset: at,
                });
            }
            at = frame.to;
            Ok(frame)
        };
        let preview = image.preview.map(&mut next).transpose()?;
        let mut frames: Vec<Frame> = Vec::new();
        loop {
            if frames.len() >= limits.parts_max {
                return Err(Error::TooMany {
                    what: "frames",
                    limit: limits.parts_max,
                });
            }
            let frame = next((image.width, image.height))?;
            let is_last = frame.header.is_last;
            frames.push(frame);
            if is_last {
                break;
            }
        }
        let mut layers = frames.iter().filter(|frame| is_shown(frame));
        // One may cover what another shows, and only a decoder could tell.
        if image.animation.is_none()
            && let Some(second) = layers.nth(1)
        {
            return Err(Error::UnsupportedFeature {
                what: "layers, of which one may hide another (ISO/IEC 18181-1 § F.2)",
                offset: second.from,
            });
        }
        Ok(Self {
            head,
            preview,
            frames,
        })
    }
}

/// Whether the frame is part of what a viewer shows.
pub(super) fn is_shown(frame: &Frame) -> bool {
    frame.header.purpose == Purpose::Shown
}
