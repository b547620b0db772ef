//! The headers of a BMP: how large the picture is, how its pixels lie, and where everything stands. All numbers are
//! little-endian. Layouts as in Microsoft's "Bitmap Header Types" and the OS/2 Presentation Manager reference.

use crate::Error;
use crate::reader::{Reader, index};

/// `BM`, the size of the file, four reserved bytes, and where the pixels begin (BITMAPFILEHEADER).
pub(super) const FILE_HEADER_LEN: usize = 14;

/// The sizes by which the forms of the second header are told apart.
pub(super) const CORE: usize = 12;
pub(super) const OS2_SHORT: usize = 16;
pub(super) const INFO: usize = 40;
pub(super) const V2: usize = 52;
pub(super) const V3: usize = 56;
pub(super) const OS2: usize = 64;
pub(super) const V4: usize = 108;
pub(super) const V5: usize = 124;
const FORMS: [usize; 8] = [CORE, OS2_SHORT, INFO, V2, V3, OS2, V4, V5];

/// How the pixels are stored (biCompression).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Storage {
    /// Row by row, as they are; perhaps with masks that say which bits are which colour.
    Plain,
    /// Runs of equal pixels.
    Runs,
}

/// What the second header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// Its own size, in bytes.
    pub(super) form: usize,
    /// In pixels.
    pub(super) width: u32,
    /// In pixels.
    pub(super) height: u32,
    /// Bits of a pixel.
    pub(super) depth: u16,
    pub(super) storage: Storage,
    /// How many bytes of masks follow the header.
    pub(super) masks_len: usize,
    /// How many colours follow; those of deep pictures are advice.
    pub(super) colours: usize,
}

impl Header {
    /// Bytes of one colour.
    pub(super) const fn colour_len(&self) -> usize {
        if self.form == CORE { 3 } else { 4 }
    }

    /// Whether the pixels are numbers of colours.
    pub(super) const fn is_indexed(&self) -> bool {
        self.depth <= 8
    }

    /// Bits of a row, and bytes that it takes with its padding to four bytes.
    pub(super) fn row(&self) -> (u64, u64) {
        let bits = u64::from(self.width).saturating_mul(u64::from(self.depth));
        (bits, bits.div_ceil(32).saturating_mul(4))
    }
}

/// Whether a file of these first bytes is a BMP: two letters alone would be too little.
pub(crate) fn is_bmp(head: &[u8]) -> bool {
    let form = head.get(FILE_HEADER_LEN..FILE_HEADER_LEN.saturating_add(4));
    let form = form.and_then(|bytes| Reader::new(bytes).u32_le("").ok());
    head.starts_with(b"BM") && form.is_some_and(|form| FORMS.contains(&index(form)))
}

/// Reads the second header, which `bytes` begins with; `offset` is where it stands in the file.
///
/// # Errors
/// When it is damaged, or the picture is stored in a form that cannot be cleaned.
pub(super) fn header(bytes: &[u8], offset: usize) -> Result<Header, Error> {
    const WHAT: &str = "the bitmap header";
    let malformed = |what| Error::Malformed { what, offset };
    let unsupported = |what| Error::UnsupportedFeature { what, offset };
    let mut reader = Reader::new(bytes);
    let form = index(reader.u32_le(WHAT)?);
    if !FORMS.contains(&form) {
        return Err(malformed("a bitmap header of a size that none has"));
    }
    if bytes.len() < form {
        return Err(Error::Truncated { what: WHAT, offset });
    }
    let (width, height) = match form {
        CORE => (
            i32::from(reader.u16_le(WHAT)?),
            i32::from(reader.u16_le(WHAT)?),
        ),
        _ => (signed(&mut reader)?, signed(&mut reader)?),
    };
    let planes = reader.u16_le(WHAT)?;
    let depth = reader.u16_le(WHAT)?;
    let has_more = form > OS2_SHORT;
    let mut more = || if has_more { reader.u32_le(WHAT) } else { Ok(0) };
    let compression = more()?;
    let [_, _, _] = [more()?, more()?, more()?];
    let used = index(more()?);

    if width <= 0 || height == 0 {
        return Err(malformed("a picture without width or height"));
    }
    if planes != 1 {
        return Err(malformed("a picture of several planes"));
    }
    let is_os2 = form == OS2;
    let (storage, masks_len) = match (compression, depth) {
        (0, 1 | 2 | 4 | 8 | 16 | 24 | 32) => (Storage::Plain, 0),
        (1, 8) | (2, 4) if height > 0 => (Storage::Runs, 0),
        (3 | 6, 16 | 32) if !is_os2 => {
            let inside = form > INFO;
            let masks = if compression == 3 { 12 } else { 16 };
            (Storage::Plain, if inside { 0 } else { masks })
        }
        (4 | 5, _) if !is_os2 => return Err(unsupported("a JPEG or PNG inside a BMP")),
        (0..=2, _) => return Err(malformed("pixels of a depth that none have")),
        _ => return Err(unsupported("a form of compression inside a BMP")),
    };
    let all = 1_usize << depth.min(8);
    let colours = match (depth <= 8, used) {
        (true, 0) => all,
        (true, used) if used > all => {
            return Err(malformed("more colours than pixels can name"));
        }
        (_, used) => used,
    };
    Ok(Header {
        form,
        width: width.unsigned_abs(),
        height: height.unsigned_abs(),
        depth,
        storage,
        masks_len,
        colours,
    })
}

fn signed(reader: &mut Reader<'_>) -> Result<i32, Error> {
    reader.array("the bitmap header").map(i32::from_le_bytes)
}

/// What the colours of the pixels refer to (bV5CSType), as its four bytes stand in the file.
pub(super) mod space {
    pub(in crate::bmp) const CALIBRATED: [u8; 4] = [0; 4];
    pub(in crate::bmp) const SRGB: [u8; 4] = *b"BGRs";
    pub(in crate::bmp) const WINDOWS: [u8; 4] = *b" niW";
    pub(in crate::bmp) const EMBEDDED: [u8; 4] = *b"DEBM";
    pub(in crate::bmp) const LINKED: [u8; 4] = *b"KNIL";
}

/// The colour space of the two longest headers.
pub(super) fn colour_space(header: &[u8]) -> Option<[u8; 4]> {
    (header.len() >= V4).then(|| header.get(56..60)?.try_into().ok())?
}

/// Where the profile of the longest header stands, from the header's own start, and whether it is only named there.
pub(super) fn profile(header: &[u8]) -> Option<(usize, usize, bool)> {
    let space = colour_space(header).filter(|_| header.len() >= V5)?;
    let is_linked = space == space::LINKED;
    if !is_linked && space != space::EMBEDDED {
        return None;
    }
    let mut reader = Reader::new(header.get(112..)?);
    let from = index(reader.u32_le("").ok()?);
    let len = index(reader.u32_le("").ok()?);
    (len > 0).then_some((from, len, is_linked))
}
