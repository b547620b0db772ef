//! JPEG: ITU-T T.81 (ISO/IEC 10918-1), JFIF (ITU-T T.871), Exif in APP1 (CIPA DC-008 § 4.5.4).

mod announced;
mod gain_map;
#[cfg(test)]
mod gain_map_tests;
mod marker;
mod payload;
mod rebuild;
pub(crate) mod strip;
#[cfg(test)]
mod tests;
mod walk;

use crate::format::{Format, Frame, Fresh, Payload};
use crate::part::{Kind, Part};
use crate::reader::Reader;
use crate::{Error, Limits};

/// The JPEG container.
pub(crate) struct Jpeg;

impl Format for Jpeg {
    fn parts<'a>(&self, file: &'a [u8], limits: &Limits) -> Result<Vec<Part<'a>>, Error> {
        walk::parts(file, limits)
    }

    fn frame(&self, parts: &[Part<'_>]) -> Result<Frame, Error> {
        frame(parts)
    }

    fn payloads<'a>(&self, parts: &[Part<'a>], _: &Limits) -> Vec<Payload<'a>> {
        payload::payloads(parts)
    }

    fn rebuild(&self, parts: &[Part<'_>], fresh: &Fresh, room: Vec<u8>) -> Result<Vec<u8>, Error> {
        rebuild::rebuild(parts, fresh, room)
    }

    fn vocabulary(&self) -> &'static [(&'static str, Kind)] {
        marker::VOCABULARY
    }
}

/// Reads the size from the frame header, T.81 § B.2.2; a height of 0 is given later by DNL, § B.2.5.
fn frame(parts: &[Part<'_>]) -> Result<Frame, Error> {
    let header = |name| parts.iter().find(|part| part.name == name);
    let malformed = |what| Error::Malformed { what, offset: 0 };
    let sof =
        header(marker::FRAME).ok_or_else(|| malformed("it has no frame header (T.81 § B.2.2)"))?;
    let mut reader = Reader::new(sof.body);
    reader.u8("the frame header")?;
    let mut height = reader.u16_be("the frame header")?;
    let width = reader.u16_be("the frame header")?;
    if height == 0
        && let Some(dnl) = header("DNL")
    {
        height = Reader::new(dnl.body).u16_be("the number of lines")?;
    }
    if width == 0 || height == 0 {
        return Err(malformed("its width or height is zero (T.81 § B.2.2)"));
    }
    Ok(Frame {
        width: width.into(),
        height: height.into(),
        frames: 1,
        orientation: None,
    })
}
