//! Where the samples of a track stand: how large each is, and in which chunks they lie. ISO/IEC 14496-12 § 8.7.

use crate::Error;
use crate::heif::boxes::{IsoBox, Label, Span, View, inside};
use crate::reader::{Reader, index};

/// The samples of a track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::heif) struct Samples {
    sizes: Sizes,
    pub(in crate::heif) chunks: Vec<Chunk>,
}

/// A row of samples, one behind the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::heif) struct Chunk {
    pub(in crate::heif) span: Span,
    /// The number of its first sample, from 0, and how many it holds.
    first: usize,
    pub(in crate::heif) count: usize,
    /// Which sample entry describes them, from 1.
    pub(in crate::heif) entry: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Sizes {
    /// All have this many bytes, and this is how many there are.
    Same(usize, usize),
    Each(Vec<usize>),
}

impl Sizes {
    fn count(&self) -> usize {
        match self {
            Self::Same(_, count) => *count,
            Self::Each(sizes) => sizes.len(),
        }
    }

    /// The size of samples in a row; `None` when there are not so many.
    fn total(&self, first: usize, count: usize) -> Option<usize> {
        let end = first.checked_add(count)?;
        match self {
            Self::Same(size, all) => (end <= *all).then(|| size.checked_mul(count))?,
            Self::Each(sizes) => sizes
                .get(first..end)?
                .iter()
                .try_fold(0_usize, |sum, size| sum.checked_add(*size)),
        }
    }
}

/// How long the frames of a sound are whose samples have the size 1, as QuickTime counts them: so many bytes for so many
/// samples (QuickTime File Format, "Sound sample descriptions").
pub(in crate::heif) type Packing = Option<(usize, usize)>;

impl Samples {
    /// Reads the tables of a track.
    ///
    /// # Errors
    /// When one of them is missing or damaged, or leads out of the file.
    pub(in crate::heif) fn read(
        view: View<'_>,
        tables: &[IsoBox],
        packing: Packing,
        file_end: usize,
        limit: usize,
    ) -> Result<Self, Error> {
        let find = |labels: [Label; 2]| {
            let mut found = tables.iter().filter(|found| labels.contains(&found.label));
            match (found.next(), found.next()) {
                (Some(only), None) => Ok(*only),
                _ => Err(damaged()),
            }
        };
        let sizes = find([*b"stsz", *b"stz2"])?;
        let runs = find([*b"stsc", *b"stsc"])?;
        let offsets = find([*b"stco", *b"co64"])?;
        let sizes = inside(read_sizes(view, sizes), sizes.span.start)?;
        let runs = inside(read_runs(view.get(runs.body)), runs.span.start)?;
        let starts = inside(read_offsets(view, offsets), offsets.span.start)?;
        if starts.len() > limit {
            return Err(Error::TooMany {
                what: "chunks",
                limit,
            });
        }
        let chunks = chunks(&sizes, &runs, &starts, packing, file_end)?;
        Ok(Self { sizes, chunks })
    }

    /// How many samples there are.
    pub(in crate::heif) fn count(&self) -> usize {
        self.sizes.count()
    }

    /// The samples of a chunk, in order.
    pub(in crate::heif) fn of(&self, chunk: &Chunk) -> impl Iterator<Item = Span> + '_ {
        let (first, mut at, end) = (chunk.first, chunk.span.start, chunk.span.end);
        (0..chunk.count).map_while(move |number| {
            let size = self.sizes.total(first.checked_add(number)?, 1)?;
            let start = at;
            at = start.saturating_add(size);
            (at <= end).then_some(Span { start, end: at })
        })
    }
}

fn damaged() -> Error {
    Error::Malformed {
        what: "a track whose sample tables do not fit together (ISO/IEC 14496-12 § 8.7)",
        offset: 0,
    }
}

/// `stsz` and `stz2`, ISO/IEC 14496-12 § 8.7.3.
fn read_sizes(view: View<'_>, found: IsoBox) -> Result<Sizes, Error> {
    const WHAT: &str = "sample sizes";
    let mut reader = Reader::new(view.get(found.body));
    reader.take(4, WHAT)?;
    let first = reader.u32_be(WHAT)?;
    let count = index(reader.u32_be(WHAT)?);
    if found.label == *b"stsz" && first != 0 {
        return Ok(Sizes::Same(index(first), count));
    }
    let bits = if found.label == *b"stsz" {
        32
    } else {
        first & 0xFF
    };
    let rest = reader.rest();
    let sizes: Vec<usize> = match bits {
        4 => rest
            .iter()
            .flat_map(|byte| [usize::from(byte >> 4), usize::from(byte & 15)])
            .take(count)
            .collect(),
        8 => rest
            .iter()
            .map(|byte| usize::from(*byte))
            .take(count)
            .collect(),
        16 => rest
            .as_chunks()
            .0
            .iter()
            .map(|pair| usize::from(u16::from_be_bytes(*pair)))
            .take(count)
            .collect(),
        32 => rest
            .as_chunks()
            .0
            .iter()
            .map(|word| index(u32::from_be_bytes(*word)))
            .take(count)
            .collect(),
        _ => return Err(damaged()),
    };
    if sizes.len() == count {
        Ok(Sizes::Each(sizes))
    } else {
        Err(damaged())
    }
}

/// A run of chunks with as many samples each: its first chunk, from 1; the samples; their sample entry.
type Run = (u32, u32, u32);

/// `stsc`, ISO/IEC 14496-12 § 8.7.4.
fn read_runs(body: &[u8]) -> Result<Vec<Run>, Error> {
    const WHAT: &str = "chunk sizes";
    let mut reader = Reader::new(body);
    reader.take(4, WHAT)?;
    let mut runs = Vec::new();
    for _ in 0..reader.u32_be(WHAT)? {
        runs.push((
            reader.u32_be(WHAT)?,
            reader.u32_be(WHAT)?,
            reader.u32_be(WHAT)?,
        ));
    }
    Ok(runs)
}

/// `stco` and `co64`, ISO/IEC 14496-12 § 8.7.5.
fn read_offsets(view: View<'_>, found: IsoBox) -> Result<Vec<u64>, Error> {
    offsets(view.get(found.body), found.label == *b"co64").ok_or_else(damaged)
}

/// The offsets in the content of such a box; `None` when it is not exactly as long as it says.
pub(in crate::heif) fn offsets(body: &[u8], wide: bool) -> Option<Vec<u64>> {
    let (count, rest) = body.get(4..)?.split_first_chunk::<4>()?;
    let count = index(u32::from_be_bytes(*count));
    let size = if wide { 8 } else { 4 };
    if rest.len() != count.checked_mul(size)? {
        return None;
    }
    Some(if wide {
        let words = rest.as_chunks().0.iter();
        words.map(|word| u64::from_be_bytes(*word)).collect()
    } else {
        let words = rest.as_chunks().0.iter();
        words
            .map(|word| u64::from(u32::from_be_bytes(*word)))
            .collect()
    })
}

fn chunks(
    sizes: &Sizes,
    runs: &[Run],
    starts: &[u64],
    packing: Packing,
    file_end: usize,
) -> Result<Vec<Chunk>, Error> {
    let mut chunks = Vec::with_capacity(starts.len());
    let mut first = 0_usize;
    let mut runs = runs.iter().peekable();
    let mut now = None;
    for (number, start) in (1_u32..).zip(starts) {
        if let Some(run) = runs.next_if(|run| run.0 == number) {
            now = Some(*run);
        }
        let (_, count, entry) = now.ok_or_else(damaged)?;
        let count = index(count);
        let len = match (sizes, packing) {
            (Sizes::Same(1, _), Some((bytes, samples))) => count
                .checked_mul(bytes)
                .and_then(|total| total.checked_div(samples)),
            _ => sizes.total(first, count),
        };
        let len = len.ok_or_else(damaged)?;
        let start = usize::try_from(*start).unwrap_or(usize::MAX);
        let end = start.saturating_add(len);
        if len > 0 && end > file_end {
            return Err(Error::Truncated {
                what: "the samples of a track (ISO/IEC 14496-12 § 8.7.5)",
                offset: start.min(file_end),
            });
        }
        chunks.push(Chunk {
            span: Span { start, end },
            first,
            count,
            entry,
        });
        first = first.checked_add(count).ok_or_else(damaged)?;
    }
    // Programs that go by the other table would find other samples.
    if first != sizes.count() || runs.next().is_some() {
        return Err(damaged());
    }
    Ok(chunks)
}
