//! The image header, and the exact sizes that other chunks have because of it. A chunk of any other size could hold
//! more than its meaning, and decoders disagree on what to do with it.

use crate::Error;
use crate::reader::Reader;

/// What IHDR says, PNG § 11.2.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ImageHeader {
    /// In pixels.
    pub(super) width: u32,
    /// In pixels.
    pub(super) height: u32,
    pub(super) colour: Colour,
}

/// The colour types of PNG § 11.2.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colour {
    Greyscale,
    Truecolour,
    Indexed,
    GreyscaleAlpha,
    TruecolourAlpha,
}

/// The largest width and height, PNG § 7.1.
pub(super) const SIDE_MAX: u32 = (1 << 31) - 1;

/// Where IHDR's content begins in every PNG.
const OFFSET: usize = 16;

/// Reads the content of IHDR.
///
/// # Errors
/// [`Error::Malformed`] for a size or a combination that PNG § 11.2.1 does not allow.
pub(super) fn parse(body: &[u8]) -> Result<ImageHeader, Error> {
    let malformed = |what| Error::Malformed {
        what,
        offset: OFFSET,
    };
    if body.len() != 13 {
        return Err(malformed("an IHDR of a size other than 13 (PNG § 11.2.1)"));
    }
    let mut reader = Reader::new(body);
    let width = reader.u32_be("IHDR")?;
    let height = reader.u32_be("IHDR")?;
    let [depth, colour, compression, filter, interlace] = reader.array("IHDR")?;
    if !(1..=SIDE_MAX).contains(&width) || !(1..=SIDE_MAX).contains(&height) {
        return Err(malformed(
            "a width or height of 0 or above 2³¹ - 1 (PNG § 11.2.1)",
        ));
    }
    if compression != 0 || filter != 0 || interlace > 1 {
        return Err(malformed(
            "a compression, filter or interlace method outside the specification (PNG § 11.2.1)",
        ));
    }
    let colour = match (colour, depth) {
        (0, 1 | 2 | 4 | 8 | 16) => Colour::Greyscale,
        (2, 8 | 16) => Colour::Truecolour,
        (3, 1 | 2 | 4 | 8) => Colour::Indexed,
        (4, 8 | 16) => Colour::GreyscaleAlpha,
        (6, 8 | 16) => Colour::TruecolourAlpha,
        _ => {
            return Err(malformed(
                "a colour type and bit depth that do not go together (PNG § 11.2.1)",
            ));
        }
    };
    Ok(ImageHeader {
        width,
        height,
        colour,
    })
}

/// Checks the size of a chunk that is kept; `palette_len` is the number of palette entries so far.
///
/// # Errors
/// The rule that is broken, for [`Error::Malformed`].
pub(super) fn check_size(
    name: &str,
    len: usize,
    colour: Colour,
    palette_len: usize,
) -> Result<(), &'static str> {
    use Colour::{Greyscale, GreyscaleAlpha, Indexed, Truecolour, TruecolourAlpha};
    let (fits, what) = match name {
        "PLTE" => (
            matches!(colour, Truecolour | Indexed | TruecolourAlpha)
                && (3..=768).contains(&len)
                && len.is_multiple_of(3),
            "a PLTE that does not suit the image (PNG § 11.2.2)",
        ),
        "tRNS" => (
            match colour {
                Greyscale => len == 2,
                Truecolour => len == 6,
                Indexed => (1..=palette_len).contains(&len),
                GreyscaleAlpha | TruecolourAlpha => false,
            },
            "a tRNS that does not suit the image (PNG § 11.3.1.1)",
        ),
        "bKGD" => (
            match colour {
                Greyscale | GreyscaleAlpha => len == 2,
                Truecolour | TruecolourAlpha => len == 6,
                Indexed => len == 1,
            },
            "a bKGD that does not suit the image (PNG § 11.3.4.1)",
        ),
        "sBIT" => (
            match colour {
                Greyscale => len == 1,
                GreyscaleAlpha => len == 2,
                Truecolour | Indexed => len == 3,
                TruecolourAlpha => len == 4,
            },
            "an sBIT that does not suit the image (PNG § 11.3.2.4)",
        ),
        "IEND" => (len == 0, "an IEND with content (PNG § 11.2.4)"),
        "cHRM" => (len == 32, "a cHRM of a size other than 32 (PNG § 11.3.2.1)"),
        "gAMA" => (len == 4, "a gAMA of a size other than 4 (PNG § 11.3.2.2)"),
        "sRGB" => (len == 1, "an sRGB of a size other than 1 (PNG § 11.3.2.5)"),
        "cICP" => (len == 4, "a cICP of a size other than 4 (PNG § 11.3.2.6)"),
        "mDCV" | "mDCv" => (
            len == 24,
            "an mDCV of a size other than 24 (PNG § 11.3.2.7)",
        ),
        "cLLI" | "cLLi" => (len == 8, "a cLLI of a size other than 8 (PNG § 11.3.2.8)"),
        "pHYs" => (len == 9, "a pHYs of a size other than 9 (PNG § 11.3.4.3)"),
        "acTL" => (len == 8, "an acTL of a size other than 8 (PNG § 11.3.6.1)"),
        // The sizes of IHDR, fcTL and fdAT are checked where they are read; those of IDAT, iCCP and eXIf are free.
        _ => (true, ""),
    };
    if fits { Ok(()) } else { Err(what) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ihdr(width: u32, height: u32, rest: [u8; 5]) -> Vec<u8> {
        [&width.to_be_bytes()[..], &height.to_be_bytes(), &rest].concat()
    }

    #[test]
    fn only_the_fifteen_combinations_of_the_specification() {
        let valid = (0..=255_u8)
            .flat_map(|colour| (0..=255_u8).map(move |depth| (colour, depth)))
            .filter(|(colour, depth)| parse(&ihdr(1, 1, [*depth, *colour, 0, 0, 0])).is_ok())
            .count();
        assert_eq!(valid, 15);
    }

    #[test]
    fn sizes_and_methods_outside_the_specification_are_refused() {
        assert!(parse(&ihdr(SIDE_MAX, 1, [8, 6, 0, 0, 1])).is_ok());
        assert!(parse(&ihdr(0, 1, [8, 6, 0, 0, 0])).is_err());
        assert!(parse(&ihdr(1, SIDE_MAX + 1, [8, 6, 0, 0, 0])).is_err());
        assert!(parse(&ihdr(1, 1, [8, 6, 1, 0, 0])).is_err());
        assert!(parse(&ihdr(1, 1, [8, 6, 0, 1, 0])).is_err());
        assert!(parse(&ihdr(1, 1, [8, 6, 0, 0, 2])).is_err());
        assert!(parse(&ihdr(1, 1, [8, 6, 0, 0, 0])[..12]).is_err());
    }

    #[test]
    fn chunks_have_exactly_their_size() {
        let sizes = |name, colour| -> Vec<usize> {
            (0..=1_000)
                .filter(|len| check_size(name, *len, colour, 4).is_ok())
                .collect()
        };
        assert_eq!(sizes("tRNS", Colour::Indexed), [1, 2, 3, 4]);
        assert_eq!(sizes("tRNS", Colour::Truecolour), [6]);
        assert!(sizes("tRNS", Colour::TruecolourAlpha).is_empty());
        assert_eq!(sizes("PLTE", Colour::Indexed).len(), 256);
        assert!(sizes("PLTE", Colour::Greyscale).is_empty());
        assert_eq!(sizes("sBIT", Colour::GreyscaleAlpha), [2]);
        assert_eq!(sizes("bKGD", Colour::Indexed), [1]);
        for (name, size) in [
            ("cHRM", 32),
            ("gAMA", 4),
            ("sRGB", 1),
            ("cICP", 4),
            ("mDCV", 24),
        ] {
            assert_eq!(sizes(name, Colour::Greyscale), [size]);
        }
        for (name, size) in [("cLLI", 8), ("pHYs", 9), ("acTL", 8), ("IEND", 0)] {
            assert_eq!(sizes(name, Colour::Greyscale), [size]);
        }
    }
}
