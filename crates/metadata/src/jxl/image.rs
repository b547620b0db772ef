//! The header of a codestream: size, orientation, animation, channels, colour (ISO/IEC 18181-1 § D).

use super::bits::{Bits, Choice, Edit};
use crate::Error;

/// A part of the format that holds text.
const NAME_LENGTH: [Choice; 4] = [(0, 0), (0, 4), (16, 5), (48, 10)];

/// The types of extra channels that belong to the shown picture: transparency, a spot colour, black (§ D.3.6).
const SHOWN_CHANNELS: [u32; 3] = [0, 2, 4];
const ALPHA: u32 = 0;
const SPOT_COLOUR: u32 = 2;

/// What the header says. Two headers are equal when they say the same of the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Image {
    /// In pixels, as stored.
    pub(super) width: u32,
    /// In pixels, as stored.
    pub(super) height: u32,
    /// As in Exif: 1 to 8.
    pub(super) orientation: u8,
    intrinsic: Option<(u32, u32)>,
    /// The size of the small picture before the frames, in pixels.
    pub(super) preview: Option<(u32, u32)>,
    pub(super) animation: Option<Animation>,
    /// The type of each extra channel.
    pub(super) channels: Vec<u32>,
    pub(super) is_xyb: bool,
    pub(super) has_profile: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Animation {
    /// Ticks per second, as a fraction.
    pub(super) ticks: (u32, u32),
    pub(super) loops: u32,
    /// Whether each frame says when it was recorded.
    pub(super) has_timecodes: bool,
}

/// A header, where its fields end, and what in it does not stay.
#[derive(Debug, Clone)]
pub(super) struct Header {
    pub(super) image: Image,
    /// The first bit behind the fields, where the colour profile begins, if there is one.
    pub(super) fields_end: usize,
    pub(super) edits: Vec<Edit>,
    /// The names of channels.
    pub(super) names: Vec<String>,
}

/// The bytes that a codestream begins with (§ D.2).
pub(super) const SIGNATURE: [u8; 2] = [0xFF, 0x0A];

/// Reads the header of a codestream.
///
/// # Errors
/// When it is damaged, or has fields that nobody could answer for.
pub(super) fn header(codestream: &[u8]) -> Result<Header, Error> {
    if !codestream.starts_with(&SIGNATURE) {
        return Err(Error::Malformed {
            what: "a codestream that does not begin as one (ISO/IEC 18181-1 § D.2)",
            offset: 0,
        });
    }
    let mut bits = Bits::new(
        codestream,
        SIGNATURE.len(),
        "the header (ISO/IEC 18181-1 § D)",
    );
    let mut edits = Vec::new();
    let mut names = Vec::new();
    let (width, height) = size(&mut bits)?;
    let mut image = Image {
        width,
        height,
        orientation: 1,
        intrinsic: None,
        preview: None,
        animation: None,
        channels: Vec::new(),
        is_xyb: true,
        has_profile: false,
    };
    if !bits.bool()? {
        metadata(&mut bits, &mut image, &mut edits, &mut names)?;
    }
    transform(&mut bits, image.is_xyb)?;
    Ok(Header {
        image,
        fields_end: bits.at(),
        edits,
        names,
    })
}

/// SizeHeader, § D.2.
fn size(bits: &mut Bits<'_>) -> Result<(u32, u32), Error> {
    const FORMS: [Choice; 4] = [(1, 9), (1, 13), (1, 18), (1, 30)];
    let is_small = bits.bool()?;
    let side = |bits: &mut Bits<'_>| match is_small {
        true => Ok(bits.u(5)?.saturating_add(1).saturating_mul(8)),
        false => bits.u32(FORMS),
    };
    let height = side(bits)?;
    let width = match ratio(bits, height)? {
        Some(width) => width,
        None => side(bits)?,
    };
    Ok((width, height))
}

/// PreviewHeader, § D.3.3.
fn preview(bits: &mut Bits<'_>) -> Result<(u32, u32), Error> {
    let is_small = bits.bool()?;
    let side = |bits: &mut Bits<'_>| match is_small {
        true => Ok(bits
            .u32([(16, 0), (32, 0), (1, 5), (33, 9)])?
            .saturating_mul(8)),
        false => bits.u32([(1, 6), (65, 8), (321, 10), (1345, 12)]),
    };
    let height = side(bits)?;
    let width = match ratio(bits, height)? {
        Some(width) => width,
        None => side(bits)?,
    };
    Ok((width, height))
}

/// The width by the height and one of seven ratios, or `None` when it is given.
fn ratio(bits: &mut Bits<'_>, height: u32) -> Result<Option<u32>, Error> {
    let (over, under) = match bits.u(3)? {
        0 => return Ok(None),
        1 => (1_u64, 1_u64),
        2 => (12, 10),
        3 => (4, 3),
        4 => (3, 2),
        5 => (16, 9),
        6 => (5, 4),
        _ => (2, 1),
    };
    let width = u64::from(height)
        .saturating_mul(over)
        .checked_div(under)
        .unwrap_or(0);
    match u32::try_from(width) {
        Ok(width) if width > 0 => Ok(Some(width)),
        _ => Err(bits.malformed("a picture without width (ISO/IEC 18181-1 § D.2)")),
    }
}

/// ImageMetadata, § D.3, when not all of it is as by default.
fn metadata(
    bits: &mut Bits<'_>,
    image: &mut Image,
    edits: &mut Vec<Edit>,
    names: &mut Vec<String>,
) -> Result<(), Error> {
    let has_more = bits.bool()?;
    if has_more {
        let orientation = bits.u(3)?.saturating_add(1);
        image.orientation = u8::try_from(orientation).unwrap_or(1);
        if bits.bool()? {
            image.intrinsic = Some(size(bits)?);
        }
        let from = bits.at();
        if bits.bool()? {
            image.preview = Some(preview(bits)?);
            edits.push(Edit::new(from, bits.at(), 0, 1));
        }
        if bits.bool()? {
            image.animation = Some(animation(bits, edits)?);
        }
    }
    depth(bits)?;
    bits.skip(1)?;
    let channels = bits.u32([(0, 0), (1, 0), (2, 4), (1, 12)])?;
    for _ in 0..channels {
        image.channels.push(channel(bits, edits, names)?);
    }
    image.is_xyb = bits.bool()?;
    image.has_profile = colour(bits)?;
    if has_more && !bits.bool()? {
        // Tone mapping, § D.3.7.
        bits.skip_f16(2)?;
        bits.skip(1)?;
        bits.skip_f16(1)?;
    }
    bits.no_extensions()
}

/// AnimationHeader, § D.3.4.
fn animation(bits: &mut Bits<'_>, edits: &mut Vec<Edit>) -> Result<Animation, Error> {
    let over = bits.u32([(100, 0), (1000, 0), (1, 10), (1, 30)])?;
    let under = bits.u32([(1, 0), (1001, 0), (1, 8), (1, 10)])?;
    let loops = bits.u32([(0, 0), (0, 3), (0, 16), (0, 32)])?;
    let from = bits.at();
    let has_timecodes = bits.bool()?;
    if has_timecodes {
        edits.push(Edit::new(from, bits.at(), 0, 1));
    }
    Ok(Animation {
        ticks: (over, under),
        loops,
        has_timecodes,
    })
}

/// BitDepth, § D.3.5.
fn depth(bits: &mut Bits<'_>) -> Result<(), Error> {
    if bits.bool()? {
        bits.u32([(32, 0), (16, 0), (24, 0), (1, 6)])?;
        bits.skip(4)
    } else {
        bits.u32([(8, 0), (10, 0), (12, 0), (1, 6)]).map(drop)
    }
}

/// ExtraChannelInfo, § D.3.6: returns the type. A channel that is not shown cannot be taken out of the coded pixels.
fn channel(
    bits: &mut Bits<'_>,
    edits: &mut Vec<Edit>,
    names: &mut Vec<String>,
) -> Result<u32, Error> {
    if bits.bool()? {
        return Ok(ALPHA);
    }
    let before = *bits;
    let kind = bits.choice()?;
    if !SHOWN_CHANNELS.contains(&kind) {
        return Err(before.unsupported(
            "a channel that is not part of the shown picture, such as depth or heat (ISO/IEC 18181-1 § D.3.6)",
        ));
    }
    depth(bits)?;
    bits.u32([(0, 0), (3, 0), (4, 0), (1, 3)])?;
    names.extend(name(bits, edits)?);
    match kind {
        ALPHA => bits.skip(1)?,
        SPOT_COLOUR => bits.skip_f16(4)?,
        _ => {}
    }
    Ok(kind)
}

/// A name, which goes: nothing is shown of it.
pub(super) fn name(bits: &mut Bits<'_>, edits: &mut Vec<Edit>) -> Result<Option<String>, Error> {
    let from = bits.at();
    let length = bits.u32(NAME_LENGTH)?;
    let mut bytes = Vec::new();
    for _ in 0..length {
        bytes.push(u8::try_from(bits.u(8)?).unwrap_or(0));
    }
    let has_bits = bits.at() > from.saturating_add(2);
    if has_bits {
        edits.push(Edit::new(from, bits.at(), 0, 2));
    }
    Ok((length > 0).then(|| String::from_utf8_lossy(&bytes).into_owned()))
}

/// ColourEncoding, § E.2: returns whether a profile follows the header.
fn colour(bits: &mut Bits<'_>) -> Result<bool, Error> {
    const GREY: u32 = 1;
    const XYB: u32 = 2;
    const CUSTOM: u32 = 2;
    if bits.bool()? {
        return Ok(false);
    }
    let has_profile = bits.bool()?;
    let space = bits.choice()?;
    if has_profile {
        return Ok(true);
    }
    if space != XYB && bits.choice()? == CUSTOM {
        point(bits)?;
    }
    if space != XYB && space != GREY && bits.choice()? == CUSTOM {
        for _ in 0..3 {
            point(bits)?;
        }
    }
    if space != XYB {
        if bits.bool()? {
            bits.skip(24)?;
        } else {
            bits.choice()?;
        }
    }
    bits.choice()?;
    Ok(false)
}

/// Customxy, § E.2.
fn point(bits: &mut Bits<'_>) -> Result<(), Error> {
    for _ in 0..2 {
        bits.u32([(0, 19), (524_288, 19), (1_048_576, 20), (2_097_152, 21)])?;
    }
    Ok(())
}

/// CustomTransformData: the matrix back from XYB, and weights to enlarge with (§ D.3.1, § K).
fn transform(bits: &mut Bits<'_>, is_xyb: bool) -> Result<(), Error> {
    if bits.bool()? {
        return Ok(());
    }
    if is_xyb && !bits.bool()? {
        bits.skip_f16(16)?;
    }
    let weights = bits.u(3)?;
    for (bit, count) in [(1, 15), (2, 55), (4, 210)] {
        if weights & bit != 0 {
            bits.skip_f16(count)?;
        }
    }
    Ok(())
}
