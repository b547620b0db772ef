//! The walk over the blocks of a GIF, GIF89a § 17 to § 27.

use super::application::classify;
use super::{
    COLOUR_TABLE, COMMENT, CONTROL, END, EXTENSION, FILLER, HEADER, IMAGE, Name, ORPHAN,
    PLAIN_TEXT, SCREEN, TRAILER,
};
use crate::part::{Kind, Part};
use crate::reader::Reader;
use crate::{Error, Limits};

/// Cuts a GIF into its header, its blocks and what follows the trailer byte.
///
/// # Errors
/// When the file is damaged, ends early or holds too many blocks.
pub(super) fn parts<'a>(file: &'a [u8], limits: &Limits) -> Result<Vec<Part<'a>>, Error> {
    let mut walk = Walk {
        file,
        reader: Reader::new(file),
        parts: Vec::new(),
        parts_max: limits.parts_max,
        control: None,
    };
    walk.head()?;
    while walk.block()? {}
    if !walk.parts.iter().any(|part| part.kind == Kind::Pixels) {
        return Err(Error::Malformed {
            what: "no image (GIF89a § 20)",
            offset: walk.reader.offset(),
        });
    }
    if !walk.reader.at_end() {
        let start = walk.reader.offset();
        walk.reader.take(walk.reader.rest().len(), "the trailer")?;
        walk.push(TRAILER, start, start)?;
    }
    Ok(walk.parts)
}

struct Walk<'a> {
    file: &'a [u8],
    reader: Reader<'a>,
    parts: Vec<Part<'a>>,
    parts_max: usize,
    /// Which part is the graphic control extension that waits for its image.
    control: Option<usize>,
}

impl<'a> Walk<'a> {
    /// Pushes the part from `start` to where the reader stands; its body begins at `body`.
    fn push(&mut self, (name, kind): Name, start: usize, body: usize) -> Result<(), Error> {
        if self.parts.len() >= self.parts_max {
            return Err(Error::TooMany {
                what: "GIF blocks",
                limit: self.parts_max,
            });
        }
        let end = self.reader.offset();
        self.parts.push(Part {
            kind,
            name,
            offset: start,
            bytes: self.file.get(start..end).unwrap_or_default(),
            body: self.file.get(body..end).unwrap_or_default(),
        });
        Ok(())
    }

    /// The header, the logical screen descriptor and the global colour table, § 17 to § 19.
    fn head(&mut self) -> Result<(), Error> {
        let signature = self.reader.array::<6>("the header (GIF89a § 17)")?;
        if !matches!(&signature, b"GIF87a" | b"GIF89a") {
            return Err(Error::Malformed {
                what: "a header that is not GIF's (GIF89a § 17)",
                offset: 0,
            });
        }
        self.push(HEADER, 0, 0)?;
        let start = self.reader.offset();
        let [_, _, _, _, packed, _, _] = self.reader.array("the logical screen (GIF89a § 18)")?;
        self.push(SCREEN, start, start)?;
        let start = self.reader.offset();
        let table_len = colour_table_len(packed);
        if table_len > 0 {
            self.reader
                .take(table_len, "the global colour table (GIF89a § 19)")?;
            self.push(COLOUR_TABLE, start, start)?;
        }
        Ok(())
    }

    /// One block. Gives whether more follow.
    fn block(&mut self) -> Result<bool, Error> {
        let start = self.reader.offset();
        match self
            .reader
            .u8("the blocks before the trailer byte (GIF89a § 27)")?
        {
            0x2C => self.image(start)?,
            0x21 => self.extension(start)?,
            0x3B => {
                self.orphan_control();
                self.push(END, start, start)?;
                return Ok(false);
            }
            0 => {
                let zeros = self
                    .reader
                    .rest()
                    .iter()
                    .take_while(|byte| **byte == 0)
                    .count();
                self.reader.take(zeros, "zero bytes")?;
                self.push(FILLER, start, start)?;
            }
            _ => {
                return Err(Error::Malformed {
                    what: "a block that is no image, extension or trailer byte (GIF89a Appendix A)",
                    offset: start,
                });
            }
        }
        Ok(true)
    }

    /// An image descriptor, its colour table and its coded pixels, § 20 to § 22.
    fn image(&mut self, start: usize) -> Result<(), Error> {
        let [_, _, _, _, _, _, _, _, packed] =
            self.reader.array("an image descriptor (GIF89a § 20)")?;
        self.reader.take(
            colour_table_len(packed),
            "a local colour table (GIF89a § 21)",
        )?;
        // The specification allows 2 to 8; decoders read whatever fits their code table of 4096 entries.
        if !(1..=11).contains(&self.reader.u8("image data (GIF89a § 22)")?) {
            return Err(Error::Malformed {
                what: "an LZW minimum code size that no decoder reads (GIF89a § 22)",
                offset: start,
            });
        }
        self.skip_sub_blocks("image data (GIF89a § 22)")?;
        self.control = None;
        self.push(IMAGE, start, start)
    }

    /// An extension: its label, then sub-blocks, § 23 to § 26.
    fn extension(&mut self, start: usize) -> Result<(), Error> {
        let label = self.reader.u8("an extension (GIF89a § 23)")?;
        let body = self.reader.offset();
        if label == 0xF9 {
            return self.control(start);
        }
        self.skip_sub_blocks("an extension (GIF89a § 24 to § 26)")?;
        let name = match label {
            0xFE => COMMENT,
            0x01 => PLAIN_TEXT,
            0xFF => classify(self.file.get(body..).unwrap_or_default()),
            _ => EXTENSION,
        };
        self.push(name, start, body)
    }

    /// A graphic control extension, § 23. It is for the next image; of several, decoders take the last. By the
    /// specification it could be for a plain text, but decoders show none and apply it to the image that follows.
    fn control(&mut self, start: usize) -> Result<(), Error> {
        let [size, _, _, _, _, terminator] = self
            .reader
            .array("a graphic control extension (GIF89a § 23)")?;
        if size != 4 || terminator != 0 {
            return Err(Error::Malformed {
                what: "a graphic control extension of a size other than 4 (GIF89a § 23)",
                offset: start,
            });
        }
        self.orphan_control();
        self.control = Some(self.parts.len());
        self.push(CONTROL, start, start)
    }

    /// Notes that the waiting graphic control extension has no image.
    fn orphan_control(&mut self) {
        if let Some(part) = self
            .control
            .take()
            .and_then(|index| self.parts.get_mut(index))
        {
            (part.name, part.kind) = ORPHAN;
        }
    }

    /// Reads sub-blocks and their terminator, § 15 and § 16.
    fn skip_sub_blocks(&mut self, what: &'static str) -> Result<(), Error> {
        loop {
            match self.reader.u8(what)? {
                0 => return Ok(()),
                len => self.reader.take(usize::from(len), what)?,
            };
        }
    }
}

/// The length in bytes of the colour table that a descriptor's packed field announces, § 18 and § 20.
fn colour_table_len(packed: u8) -> usize {
    const PRESENT: u8 = 0b1000_0000;
    const SIZE: u8 = 0b0000_0111;
    if packed & PRESENT == 0 {
        0
    } else {
        6_usize << (packed & SIZE)
    }
}
