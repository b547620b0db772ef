//! One picture of a file: its size, and where its strips or tiles are. TIFF 6.0 § 8 and § 15.

use super::bytes::{Bytes, Span};
use super::document::old_jpeg;
use super::ifd::{Field, Ifd};
use super::tag_table as tag;
use crate::Error;

/// More samples of a pixel than any picture has.
const SAMPLES_MAX: u64 = 65_535;
/// Uncompressed data: of these alone it is known how many bytes they need.
const UNCOMPRESSED: u64 = 1;
const YCBCR: u64 = 6;

/// How strips and tiles are coded, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coder {
    /// Copied as they are.
    Opaque,
    /// JPEG, which has room for segments of its own (TIFF Technical Note 2).
    Jpeg,
    /// WebP files.
    Webp,
}

/// The compressions whose data are copied. Those of the fax standards, LZW, Deflate, PackBits, and libtiff's own;
/// what none of them has is room for text that a decoder must skip.
const OPAQUE: &[u64] = &[
    UNCOMPRESSED,
    2,
    3,
    4,
    5,
    8,
    9,
    10,
    32_766,
    32_771,
    32_773,
    32_809,
    32_895,
    32_896,
    32_897,
    32_898,
    32_908,
    32_909,
    32_946,
    34_661,
    34_676,
    34_677,
    34_887,
    34_925,
    50_000,
];

/// A strip or tile: where it stands, cut to what its rows need where that is known. Empty for one that is left out
/// (offset and length 0), which GDAL writes for empty tiles.
pub(super) type Piece = Span;

/// A picture.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) samples: usize,
    /// Bits of the first sample.
    pub(super) bits: u32,
    pub(super) coder: Coder,
    pub(super) is_tiled: bool,
    /// In the order in which decoders count them.
    pub(super) pieces: Vec<Piece>,
    /// The tables that all JPEG strips share.
    pub(super) tables: Option<Span>,
}

impl Picture {
    /// Reads what a directory says of its picture.
    ///
    /// # Errors
    /// When something is missing or damaged, or of a kind that cannot be cleaned.
    pub(super) fn read(bytes: &Bytes<'_>, ifd: &Ifd, pieces_max: usize) -> Result<Self, Error> {
        let read = Read { bytes, ifd };
        read.unambiguous()?;
        let width = read.size(tag::WIDTH)?;
        let height = read.size(tag::HEIGHT)?;
        let samples = read.number(tag::SAMPLES_PER_PIXEL, 1);
        if !(1..=SAMPLES_MAX).contains(&samples) {
            return Err(read.malformed("a pixel of no samples (TIFF 6.0 § 8)"));
        }
        let layout = Layout {
            width: u64::from(width),
            height: u64::from(height),
            samples,
            bits: read.bits(samples)?,
            is_planar: match read.number(tag::PLANAR, 1) {
                1 => false,
                2 => true,
                _ => return Err(read.malformed("an unknown planar configuration (TIFF 6.0 § 8)")),
            },
            subsampling: read.subsampling(samples),
        };
        let coder = read.coder()?;
        let is_tiled = ifd.field(tag::TILE_OFFSETS).is_some();
        let grid = read.grid(&layout, is_tiled)?;
        let pieces = read.pieces(&layout, &grid, is_tiled, pieces_max)?;
        let tables = ifd
            .field(tag::JPEG_TABLES)
            .filter(|_| coder == Coder::Jpeg)
            .and_then(|field| field.value);
        Ok(Self {
            samples: usize::try_from(samples).unwrap_or(usize::MAX),
            bits: layout
                .bits
                .first()
                .and_then(|bits| u32::try_from(*bits).ok())
                .unwrap_or(1),
            coder,
            is_tiled,
            pieces,
            tables,
        })
    }
}

/// How pixels lie in memory.
struct Layout {
    width: u64,
    height: u64,
    samples: u64,
    bits: Vec<u64>,
    is_planar: bool,
    /// Of YCbCr, across and down.
    subsampling: Option<(u64, u64)>,
}

/// How the picture is cut.
struct Grid {
    /// Columns and rows of one piece.
    piece: (u64, u64),
    across: u64,
    down: u64,
}

impl Layout {
    /// How many bytes `rows` rows of `columns` columns need, uncompressed, of one plane (TIFF 6.0 § 8, § 21).
    fn bytes(&self, columns: u64, rows: u64, plane: usize) -> Option<u64> {
        if let Some((across, down)) = self.subsampling {
            // Each unit has its own luma and two chroma samples; each row of units ends with a whole byte.
            let samples = across.checked_mul(down)?.checked_add(2)?;
            let row = columns
                .div_ceil(across)
                .checked_mul(samples)?
                .checked_mul(*self.bits.first()?)?
                .div_ceil(8);
            return row.checked_mul(rows.div_ceil(down));
        }
        let bits = if self.is_planar {
            *self.bits.get(plane).or_else(|| self.bits.first())?
        } else if self.bits.len() == 1 {
            self.bits.first()?.checked_mul(self.samples)?
        } else {
            self.bits
                .iter()
                .try_fold(0_u64, |sum, bits| sum.checked_add(*bits))?
        };
        columns.checked_mul(bits)?.div_ceil(8).checked_mul(rows)
    }
}

struct Read<'r, 'a> {
    bytes: &'r Bytes<'a>,
    ifd: &'r Ifd,
}

impl Read<'_, '_> {
    const fn malformed(&self, what: &'static str) -> Error {
        Error::Malformed {
            what,
            offset: self.ifd.span.start,
        }
    }

    const fn unsupported(&self, what: &'static str) -> Error {
        Error::UnsupportedFeature {
            what,
            offset: self.ifd.span.start,
        }
    }

    fn number(&self, tag: u16, default: u64) -> u64 {
        self.ifd.number(self.bytes, tag).unwrap_or(default)
    }

    /// Decoders differ in which of two entries of a tag they believe, and in which types of number they read.
    fn unambiguous(&self) -> Result<(), Error> {
        let decides = |field: &&Field| tag::DECIDING.contains(&field.tag);
        let mut deciding = self.ifd.fields.iter().filter(decides);
        if deciding.any(|field| field.numbers(self.bytes, 1).is_empty()) {
            return Err(self.malformed(
                "a tag that decides how pixels are read, without a whole number (TIFF 6.0 § 2)",
            ));
        }
        let mut seen = std::collections::BTreeMap::new();
        let needed = |field: &&Field| {
            let name = tag::name_of(field);
            name == super::names::NEEDED || name == super::names::SHARED_TABLES
        };
        for field in self.ifd.fields.iter().filter(needed) {
            let value = (field.kind, field.bytes(self.bytes));
            if seen
                .insert(field.tag, value)
                .is_some_and(|other| other != value)
            {
                return Err(self.malformed("two different entries of one tag (TIFF 6.0 § 2)"));
            }
        }
        Ok(())
    }

    fn size(&self, tag: u16) -> Result<u32, Error> {
        u32::try_from(self.number(tag, 0))
            .ok()
            .filter(|size| *size > 0)
            .ok_or_else(|| self.malformed("a width or height of zero, or none (TIFF 6.0 § 8)"))
    }

    /// Bits of each sample; a single number stands for all.
    fn bits(&self, samples: u64) -> Result<Vec<u64>, Error> {
        let most = usize::try_from(samples).unwrap_or(usize::MAX);
        let bits = match self.ifd.field(tag::BITS_PER_SAMPLE) {
            Some(field) => field.numbers(self.bytes, most),
            None => vec![1],
        };
        let fits = (bits.len() == 1 || bits.len() == most)
            && bits.iter().all(|bits| (1..=128).contains(bits));
        if fits {
            Ok(bits)
        } else {
            Err(self.malformed("samples of an impossible size (TIFF 6.0 § 8)"))
        }
    }

    fn subsampling(&self, samples: u64) -> Option<(u64, u64)> {
        let is_ycbcr = self.number(tag::PHOTOMETRIC, 0) == YCBCR
            && samples == 3
            && self.number(tag::PLANAR, 1) == 1
            && self.number(tag::COMPRESSION, UNCOMPRESSED) == UNCOMPRESSED;
        let given = self.ifd.field(tag::YCBCR_SUBSAMPLING);
        let given = given.map(|field| field.numbers(self.bytes, 2));
        let (across, down) = match given.as_deref() {
            Some([across, down]) => (*across, *down),
            // The default, TIFF 6.0 § 21.
            _ => (2, 2),
        };
        let is_known = matches!((across, down), (1 | 2 | 4, 1 | 2 | 4));
        (is_ycbcr && is_known && (across, down) != (1, 1)).then_some((across, down))
    }

    fn coder(&self) -> Result<Coder, Error> {
        if self.number(tag::IMAGE_DEPTH, 1) != 1 {
            return Err(self.unsupported("a picture in three dimensions (tag 32997)"));
        }
        match self.number(tag::COMPRESSION, UNCOMPRESSED) {
            6 => Err(old_jpeg(self.ifd.span.start)),
            7 => Ok(Coder::Jpeg),
            50_001 => Ok(Coder::Webp),
            33_003..=33_005 | 34_712 => Err(self.unsupported("JPEG 2000 strips (tag 259)")),
            50_002 | 52_546 => Err(self.unsupported("JPEG XL strips (tag 259)")),
            known if OPAQUE.contains(&known) => Ok(Coder::Opaque),
            _ => Err(self.unsupported("a compression that is not known (TIFF 6.0 § 8)")),
        }
    }

    fn grid(&self, layout: &Layout, is_tiled: bool) -> Result<Grid, Error> {
        let (columns, rows) = if is_tiled {
            (
                self.number(tag::TILE_WIDTH, 0),
                self.number(tag::TILE_HEIGHT, 0),
            )
        } else {
            // A strip may be declared higher than the picture; the default is all of it.
            let rows = self.number(tag::ROWS_PER_STRIP, layout.height);
            (layout.width, rows.min(layout.height))
        };
        if columns == 0 || rows == 0 {
            return Err(self.malformed("strips or tiles of no size (TIFF 6.0 § 8, § 15)"));
        }
        Ok(Grid {
            piece: (columns, rows),
            across: layout.width.div_ceil(columns),
            down: layout.height.div_ceil(rows),
        })
    }

    fn pieces(
        &self,
        layout: &Layout,
        grid: &Grid,
        is_tiled: bool,
        pieces_max: usize,
    ) -> Result<Vec<Piece>, Error> {
        let planes = if layout.is_planar { layout.samples } else { 1 };
        let of_plane = grid.across.saturating_mul(grid.down);
        let total = usize::try_from(of_plane.saturating_mul(planes)).unwrap_or(usize::MAX);
        let (offsets, counts) = if is_tiled {
            (tag::TILE_OFFSETS, tag::TILE_BYTE_COUNTS)
        } else {
            (tag::STRIP_OFFSETS, tag::STRIP_BYTE_COUNTS)
        };
        if total > pieces_max {
            return Err(Error::TooMany {
                what: "strips or tiles",
                limit: pieces_max,
            });
        }
        let list = |tag| {
            let field = self.ifd.field(tag);
            field.map(|field| field.numbers(self.bytes, total))
        };
        let offsets = list(offsets).unwrap_or_default();
        let counts = list(counts).unwrap_or_default();
        let is_plain = self.number(tag::COMPRESSION, UNCOMPRESSED) == UNCOMPRESSED;
        if offsets.len() < total || (counts.len() < total && !is_plain) {
            return Err(self.malformed("fewer strips or tiles than its size needs (TIFF 6.0 § 8)"));
        }
        let mut pieces = Vec::with_capacity(total);
        for (number, at) in offsets.into_iter().enumerate() {
            let count = counts.get(number).copied();
            let place = u64::try_from(number).unwrap_or(u64::MAX);
            let plane = place.checked_div(of_plane).unwrap_or(0);
            let needed = if is_plain {
                let row = place
                    .checked_rem(of_plane)
                    .and_then(|place| place.checked_div(grid.across))
                    .unwrap_or(0);
                self.needed(layout, grid, is_tiled, row, plane)?
            } else {
                u64::MAX
            };
            pieces.push(self.piece(at, count, needed, is_plain)?);
        }
        Ok(pieces)
    }

    /// How many bytes an uncompressed piece needs: tiles are always whole, the last strip has the rows that are left.
    fn needed(
        &self,
        layout: &Layout,
        grid: &Grid,
        is_tiled: bool,
        row: u64,
        plane: u64,
    ) -> Result<u64, Error> {
        let (columns, rows) = grid.piece;
        let left = layout.height.saturating_sub(row.saturating_mul(rows));
        let rows = if is_tiled { rows } else { rows.min(left) };
        let plane = usize::try_from(plane).unwrap_or(usize::MAX);
        layout
            .bytes(columns, rows, plane)
            .ok_or_else(|| self.malformed("a strip or tile of an impossible size (TIFF 6.0 § 8)"))
    }

    fn piece(
        &self,
        at: u64,
        count: Option<u64>,
        needed: u64,
        is_plain: bool,
    ) -> Result<Piece, Error> {
        let len = match count {
            // A missing length of uncompressed data is known all the same; one that is left out has no offset.
            Some(0) | None if at != 0 && is_plain => needed,
            Some(0) | None => return Ok(Span::EMPTY),
            Some(count) if is_plain && count < needed => {
                return Err(
                    self.malformed("a strip or tile that is shorter than its rows (TIFF 6.0 § 8)")
                );
            }
            Some(count) => count.min(needed),
        };
        self.bytes.span(at, len).ok_or_else(|| Error::Truncated {
            what: "a strip or tile (TIFF 6.0 § 8)",
            offset: usize::try_from(at).unwrap_or(usize::MAX),
        })
    }
}
