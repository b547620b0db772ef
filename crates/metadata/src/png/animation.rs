//! The frames of an APNG, PNG § 11.3.6. A frame that no decoder plays would be a hidden picture, so the chain of
//! frames must be whole: numbered without gaps, each with data, as many as announced.

use super::header::{ImageHeader, SIDE_MAX};
use crate::reader::Reader;

/// Follows the frames from acTL to IEND.
#[derive(Debug)]
pub(super) struct Animation {
    canvas: (u32, u32),
    frames_announced: u32,
    frames_seen: u32,
    sequence_next: u32,
    frame: FrameData,
}

/// Where the data of the latest frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FrameData {
    /// No frame has begun.
    NoFrame,
    /// Its fcTL was read and no data yet.
    Awaited,
    /// In IDAT: the still picture is the first frame.
    InIdat,
    /// In fdAT.
    InFdat,
}

/// The rule that is broken, for [`Error::Malformed`](crate::Error::Malformed).
type Rule = &'static str;

/// Whether acTL announces a number of frames that is not allowed: decoders then show a still.
pub(super) fn announces_nothing(actl: &[u8]) -> bool {
    announced(actl).is_some_and(|frames| !(1..=SIDE_MAX).contains(&frames))
}

/// The number of frames, the first field of acTL.
pub(super) fn announced(actl: &[u8]) -> Option<u32> {
    Reader::new(actl).u32_be("acTL").ok()
}

impl Animation {
    /// Reads acTL, PNG § 11.3.6.1.
    pub(super) fn begin(actl: &[u8], header: &ImageHeader) -> Result<Self, Rule> {
        Ok(Self {
            canvas: (header.width, header.height),
            frames_announced: announced(actl)
                .ok_or("an acTL of a size other than 8 (PNG § 11.3.6.1)")?,
            frames_seen: 0,
            sequence_next: 0,
            frame: FrameData::NoFrame,
        })
    }

    /// Reads fcTL, PNG § 11.3.6.2.
    pub(super) fn control(&mut self, fctl: &[u8], before_idat: bool) -> Result<(), Rule> {
        const SIZE: Rule = "an fcTL of a size other than 26 (PNG § 11.3.6.2)";
        if self.frame == FrameData::Awaited {
            return Err("a frame without data (PNG § 11.3.6.2)");
        }
        if fctl.len() != 26 {
            return Err(SIZE);
        }
        let mut reader = Reader::new(fctl);
        let mut number = || reader.u32_be("fcTL").map_err(|_| SIZE);
        let (sequence, width, height) = (number()?, number()?, number()?);
        let (x, y) = (number()?, number()?);
        let [_, _, _, _, dispose, blend] = reader.array("fcTL").map_err(|_| SIZE)?;

        let fits = |at: u32, len: u32, canvas: u32| {
            len > 0 && at.checked_add(len).is_some_and(|end| end <= canvas)
        };
        let whole_canvas = (x, y, width, height) == (0, 0, self.canvas.0, self.canvas.1);
        if !fits(x, width, self.canvas.0)
            || !fits(y, height, self.canvas.1)
            || (before_idat && !whole_canvas)
        {
            return Err("a frame outside the canvas (PNG § 11.3.6.2)");
        }
        if dispose > 2 || blend > 1 {
            return Err("a dispose or blend operation outside the specification (PNG § 11.3.6.2)");
        }
        self.frame = FrameData::Awaited;
        self.frames_seen = self.frames_seen.saturating_add(1);
        self.number(sequence)
    }

    /// Notes an IDAT.
    pub(super) fn still(&mut self) {
        if self.frame == FrameData::Awaited {
            self.frame = FrameData::InIdat;
        }
    }

    /// Reads fdAT, PNG § 11.3.6.3.
    pub(super) fn data(&mut self, fdat: &[u8], before_idat: bool) -> Result<(), Rule> {
        let sequence = Reader::new(fdat)
            .u32_be("fdAT")
            .map_err(|_| "an fdAT without a sequence number (PNG § 11.3.6.3)")?;
        if before_idat || !matches!(self.frame, FrameData::Awaited | FrameData::InFdat) {
            return Err("frame data without a frame (PNG § 11.3.6.3)");
        }
        self.frame = FrameData::InFdat;
        self.number(sequence)
    }

    /// Checks at IEND that the animation is whole.
    pub(super) fn finish(&self) -> Result<(), Rule> {
        if self.frame == FrameData::Awaited {
            Err("a frame without data (PNG § 11.3.6.2)")
        } else if self.frames_seen != self.frames_announced {
            Err("more or fewer frames than announced (PNG § 11.3.6.1)")
        } else {
            Ok(())
        }
    }

    fn number(&mut self, sequence: u32) -> Result<(), Rule> {
        if sequence != self.sequence_next {
            return Err("a frame out of sequence (PNG § 11.3.6)");
        }
        self.sequence_next = sequence.saturating_add(1);
        Ok(())
    }
}
