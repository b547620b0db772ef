//! A frame: its header, and the table that says how long its sections are (ISO/IEC 18181-1 § F).

use super::bits::{Bits, Choice, Edit};
use super::entropy::Stream;
use super::image::{Image, name};
use crate::Error;

/// The sizes that a section may have, in bytes (§ F.3.3).
const SECTION_SIZE: [Choice; 4] = [(0, 10), (1024, 14), (17_408, 22), (4_211_712, 30)];
/// More sections than any real frame has; a limit on work.
const SECTIONS_MAX: u64 = 1 << 24;
/// The frame takes its low frequencies from another frame (§ F.2, flags).
const USES_LF_FRAME: u64 = 32;

/// What a frame is for (§ F.2, frame_type).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It is shown.
    Shown,
    /// It holds the low frequencies of others.
    LowFrequencies,
    /// Others take from it.
    Reference,
}

/// A frame's header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) purpose: Purpose,
    /// How long it is shown, in ticks.
    pub(super) duration: u32,
    pub(super) is_last: bool,
    /// In pixels, before any enlarging.
    size: (u32, u32),
    flags: u64,
    sections: u64,
}

/// Where a frame's pieces are, in bytes and bits of the codestream.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) header: Header,
    /// The first byte.
    pub(super) from: usize,
    /// The first bit of the sizes of its sections.
    pub(super) sizes_at: usize,
    /// The last bit before the padding that stands before those sizes.
    pub(super) order_end: usize,
    /// The first byte of its sections.
    pub(super) sections_from: usize,
    /// The first byte behind it.
    pub(super) to: usize,
    /// What in the header does not stay.
    pub(super) edits: Vec<Edit>,
    pub(super) name: Option<String>,
    /// When it was recorded: hours, minutes, seconds and frames (SMPTE ST 12-1).
    pub(super) timecode: Option<u32>,
}

/// Reads the frame at byte `from`: all but its sections, which may lie elsewhere.
///
/// # Errors
/// When its header or table is damaged.
pub(super) fn frame(
    codestream: &[u8],
    from: usize,
    image: &Image,
    size: (u32, u32),
) -> Result<Frame, Error> {
    let mut bits = Bits::new(codestream, from, "a frame (ISO/IEC 18181-1 § F)");
    let mut reading = Reading {
        image,
        size,
        edits: Vec::new(),
        name: None,
        timecode: None,
    };
    let header = reading.header(&mut bits)?;
    if bits.bool()? {
        order(&mut bits, header.sections)?;
    }
    let order_end = bits.at();
    bits.pad()?;
    let sizes_at = bits.at();
    let mut total = 0_usize;
    for _ in 0..header.sections {
        let size = bits.u32(SECTION_SIZE)?;
        total = total.saturating_add(usize::try_from(size).unwrap_or(usize::MAX));
    }
    bits.pad()?;
    let sections_from = bits.at() >> 3;
    Ok(Frame {
        header,
        from,
        sizes_at,
        order_end,
        sections_from,
        to: sections_from.saturating_add(total),
        edits: reading.edits,
        name: reading.name,
        timecode: reading.timecode,
    })
}

/// The order in which the sections stand (§ F.3.2), which is read only to know where it ends.
fn order(bits: &mut Bits<'_>, sections: u64) -> Result<(), Error> {
    let context = |number: u32| {
        usize::try_from(u32::BITS.saturating_sub(number.leading_zeros()))
            .unwrap_or(7)
            .min(7)
    };
    let mut stream = Stream::read(bits, 8)?;
    let whole = u32::try_from(sections).unwrap_or(u32::MAX);
    let end = stream.number(bits, context(whole))?;
    if u64::from(end) > sections {
        return Err(
            bits.malformed("an order of more sections than there are (ISO/IEC 18181-1 § F.3.2)")
        );
    }
    let mut last = 0;
    for _ in 0..end {
        last = stream.number(bits, context(last))?;
    }
    stream.finish(bits)
}

struct Reading<'a> {
    image: &'a Image,
    /// Of the picture, or of its preview.
    size: (u32, u32),
    edits: Vec<Edit>,
    name: Option<String>,
    timecode: Option<u32>,
}

impl Reading<'_> {
    /// FrameHeader, § F.2.
    fn header(&mut self, bits: &mut Bits<'_>) -> Result<Header, Error> {
        if bits.bool()? {
            return self.finish(
                bits,
                Purpose::Shown,
                0,
                true,
                Layout::default(),
                self.size,
                0,
            );
        }
        let kind = bits.u(2)?;
        let purpose = match kind {
            1 => Purpose::LowFrequencies,
            2 => Purpose::Reference,
            _ => Purpose::Shown,
        };
        let mut layout = Layout {
            is_modular: bits.bool()?,
            ..Layout::default()
        };
        let flags = bits.u64()?;
        let uses_lf_frame = flags & USES_LF_FRAME != 0;
        let is_ycbcr = !self.image.is_xyb && bits.bool()?;
        if is_ycbcr && !uses_lf_frame {
            bits.skip(6)?;
        }
        if !uses_lf_frame {
            layout.enlarged = 1 << bits.u(2)?;
            bits.skip(self.image.channels.len().saturating_mul(2))?;
        }
        if layout.is_modular {
            layout.group = 128 << bits.u(2)?;
        } else if self.image.is_xyb {
            bits.skip(6)?;
        }
        if purpose != Purpose::Reference {
            layout.passes = passes(bits)?;
        }
        let mut size = self.size;
        let mut is_partial = false;
        if purpose == Purpose::LowFrequencies {
            layout.level = bits.u(2)?.saturating_add(1);
        } else if bits.bool()? {
            (size, is_partial) = self.crop(bits, purpose)?;
        }
        let (mut duration, mut is_last, mut replaces) = (0, false, false);
        if purpose == Purpose::Shown {
            let channels = self.image.channels.len();
            replaces = blending(bits, channels, is_partial)?;
            for _ in 0..channels {
                blending(bits, channels, is_partial)?;
            }
            if let Some(animation) = self.image.animation {
                duration = bits.u32([(0, 0), (1, 0), (0, 8), (0, 32)])?;
                if animation.has_timecodes {
                    let from = bits.at();
                    self.timecode = Some(bits.u(32)?);
                    self.edits.push(Edit::new(from, bits.at(), 0, 0));
                }
            }
            is_last = bits.bool()?;
        }
        let mut saved = 0;
        if purpose != Purpose::LowFrequencies && !is_last {
            saved = bits.u(2)?;
        }
        let may_be_used = !is_last && (duration == 0 || saved != 0);
        let covers = purpose == Purpose::Shown && replaces && !is_partial;
        if purpose == Purpose::Reference || may_be_used && covers {
            bits.skip(1)?;
        }
        self.name = name(bits, &mut self.edits)?;
        filter(bits, layout.is_modular)?;
        bits.no_extensions()?;
        self.finish(bits, purpose, duration, is_last, layout, size, flags)
    }

    #[allow(clippy::too_many_arguments)]
    fn finish(
        &self,
        bits: &Bits<'_>,
        purpose: Purpose,
        duration: u32,
        is_last: bool,
        layout: Layout,
        size: (u32, u32),
        flags: u64,
    ) -> Result<Header, Error> {
        let sections = layout.sections(size);
        if sections > SECTIONS_MAX {
            return Err(
                bits.malformed("a frame of more sections than any has (ISO/IEC 18181-1 § F.3)")
            );
        }
        Ok(Header {
            purpose,
            duration,
            is_last,
            size,
            flags,
            sections,
        })
    }

    /// The place and size of a frame that does not cover the picture.
    fn crop(&self, bits: &mut Bits<'_>, purpose: Purpose) -> Result<((u32, u32), bool), Error> {
        const FORMS: [Choice; 4] = [(0, 8), (256, 11), (2304, 14), (18_688, 30)];
        let (mut left, mut top) = (0, 0);
        if purpose != Purpose::Reference {
            left = signed(bits.u32(FORMS)?);
            top = signed(bits.u32(FORMS)?);
        }
        let width = bits.u32(FORMS)?;
        let height = bits.u32(FORMS)?;
        if width == 0 || height == 0 {
            return Err(bits.malformed("a frame without width or height (ISO/IEC 18181-1 § F.2)"));
        }
        let covers = |at: i64, length: u32, whole: u32| {
            at <= 0 && at.saturating_add(i64::from(length)) >= i64::from(whole)
        };
        let (whole_width, whole_height) = self.size;
        let is_whole = covers(left, width, whole_width) && covers(top, height, whole_height);
        Ok(((width, height), !is_whole))
    }
}

/// A signed number (§ B.2.8).
fn signed(number: u32) -> i64 {
    let half = i64::from(number >> 1);
    match number & 1 {
        0 => half,
        _ => half.saturating_neg().saturating_sub(1),
    }
}

/// What decides how many sections a frame has.
#[derive(Debug, Clone, Copy)]
struct Layout {
    is_modular: bool,
    /// How much the decoded frame is enlarged.
    enlarged: u32,
    /// The side of a group, in pixels.
    group: u32,
    passes: u32,
    /// How often a frame of low frequencies is an eighth of the picture.
    level: u32,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            is_modular: false,
            enlarged: 1,
            group: 256,
            passes: 1,
            level: 0,
        }
    }
}

impl Layout {
    /// One section for everything, or one each for what is common, the groups of low frequencies, the common part of
    /// the passes, and the groups of each pass (§ F.3.1).
    fn sections(self, size: (u32, u32)) -> u64 {
        let shrink = 1_u64 << self.level.saturating_mul(3).min(31);
        let side = |pixels: u32| {
            u64::from(pixels)
                .div_ceil(shrink)
                .div_ceil(u64::from(self.enlarged).max(1))
        };
        let (width, height) = (side(size.0), side(size.1));
        let groups = |group: u64| width.div_ceil(group).saturating_mul(height.div_ceil(group));
        let group = u64::from(self.group).max(1);
        let (all, low) = (groups(group), groups(group.saturating_mul(8)));
        if all == 1 && self.passes == 1 {
            return 1;
        }
        all.saturating_mul(u64::from(self.passes))
            .saturating_add(low)
            .saturating_add(2)
    }
}

/// Passes, § F.2: returns how many there are.
fn passes(bits: &mut Bits<'_>) -> Result<u32, Error> {
    let count = bits.u32([(1, 0), (2, 0), (3, 0), (4, 3)])?;
    if count == 1 {
        return Ok(1);
    }
    let smaller = bits.u32([(0, 0), (1, 0), (2, 0), (3, 1)])?;
    for _ in 1..count {
        bits.skip(2)?;
    }
    for _ in 0..smaller {
        bits.skip(2)?;
    }
    for _ in 0..smaller {
        bits.u32([(0, 0), (1, 0), (2, 0), (0, 3)])?;
    }
    Ok(count)
}

/// BlendingInfo, § F.2: returns whether the frame replaces what was there.
fn blending(bits: &mut Bits<'_>, channels: usize, is_partial: bool) -> Result<bool, Error> {
    let mode = bits.u32([(0, 0), (1, 0), (2, 0), (3, 2)])?;
    let by_alpha = channels > 0 && matches!(mode, 2 | 3);
    if by_alpha {
        bits.u32([(0, 0), (1, 0), (2, 0), (3, 3)])?;
    }
    if by_alpha || mode == 4 {
        bits.skip(1)?;
    }
    if mode != 0 || is_partial {
        bits.skip(2)?;
    }
    Ok(mode == 0)
}

/// RestorationFilter, § J.1.
fn filter(bits: &mut Bits<'_>, is_modular: bool) -> Result<(), Error> {
    if bits.bool()? {
        return Ok(());
    }
    if bits.bool()? && bits.bool()? {
        bits.skip_f16(6)?;
    }
    if bits.u(2)? > 0 {
        if !is_modular && bits.bool()? {
            bits.skip_f16(8)?;
        }
        if bits.bool()? {
            bits.skip_f16(5)?;
        }
        if bits.bool()? {
            bits.skip_f16(if is_modular { 3 } else { 4 })?;
        }
        if is_modular {
            bits.skip_f16(1)?;
        }
    }
    bits.no_extensions()
}
