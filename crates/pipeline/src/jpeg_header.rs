//! What a JPEG says of itself before its picture begins: how many components it has, and how finely they are kept.

/// A quantisation table in the order of rows: one step per frequency.
pub(crate) type Table = [u16; 64];

/// The frequency at each place of a table in a file (ITU-T T.81 § A.3.6).
const ZIGZAG: [usize; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// The steps for brightness at quality 50, in the order of rows (ITU-T T.81 table K.1).
const USUAL: Table = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113,
    92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];

/// The frame header and the tables that stand before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JpegHeader {
    /// 1 for grey, 3 for colour, 4 for inks.
    pub(crate) components: usize,
    /// The table of the first component.
    pub(crate) first: Table,
    /// The finest of the tables of all other components; the first one's where there are none.
    pub(crate) others: Table,
}

impl JpegHeader {
    /// Reads the segments up to the first scan. Nothing for what is no JPEG, or for one with tables missing.
    pub(crate) fn read(jpeg: &[u8]) -> Option<Self> {
        let mut rest = jpeg.strip_prefix(b"\xFF\xD8")?;
        let mut tables: [Option<Table>; 4] = [None; 4];
        let mut selectors = Vec::new();
        loop {
            let &[0xFF, marker, high, low, ..] = rest else {
                return None;
            };
            if marker == 0xFF {
                // Fill bytes (§ B.1.1.2).
                rest = rest.get(1..)?;
                continue;
            }
            let length = usize::from(u16::from_be_bytes([high, low]));
            let segment = rest.get(4..2 + length)?;
            match marker {
                0xDB => read_tables(segment, &mut tables)?,
                0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                    // § B.2.2: precision, height, width, count, then three bytes for each component.
                    let (components, _) = segment.get(6..)?.as_chunks::<3>();
                    selectors = components
                        .iter()
                        .take(usize::from(*segment.get(5)?))
                        .map(|&[_, _, table]| usize::from(table))
                        .collect();
                }
                0xDA => break,
                _ => {}
            }
            rest = rest.get(2 + length..)?;
        }
        let table = |selector: &usize| *tables.get(*selector)?;
        let (first, others) = selectors.split_first()?;
        let first = table(first)?;
        let mut finest = None;
        for other in others {
            let other = table(other)?;
            finest = Some(finest.map_or(other, |finest| finer(&finest, &other)));
        }
        Some(Self {
            components: selectors.len(),
            first,
            others: finest.unwrap_or(first),
        })
    }

    /// The quality from 1 to 100, on the scale of the Independent JPEG Group's library, of which the steps for brightness
    /// are nearest to this file's.
    pub(crate) fn quality(&self) -> u8 {
        let distance = |quality: u8| -> f64 {
            let steps = self.first.iter().zip(usual(quality));
            steps
                .map(|(step, usual)| (f64::from(*step) / f64::from(usual)).ln().abs())
                .sum()
        };
        (1..=100)
            .min_by(|one, other| distance(*one).total_cmp(&distance(*other)))
            .unwrap_or(1)
    }
}

/// The steps for brightness that most programs use at this quality (`jpeg_quality_scaling` of the Independent JPEG Group).
fn usual(quality: u8) -> Table {
    let quality = u32::from(quality.clamp(1, 100));
    let percent = if quality < 50 {
        5000 / quality
    } else {
        200 - 2 * quality
    };
    USUAL.map(|step| ((u32::from(step) * percent + 50) / 100).clamp(1, 255) as u16)
}

/// The finer step at each frequency.
pub(crate) fn finer(one: &Table, other: &Table) -> Table {
    std::array::from_fn(|at| {
        let step = |table: &Table| table.get(at).copied().unwrap_or(1);
        step(one).min(step(other))
    })
}

/// Takes all tables of a segment (§ B.2.4.1).
fn read_tables(mut segment: &[u8], tables: &mut [Option<Table>; 4]) -> Option<()> {
    while let Some((&kind, rest)) = segment.split_first() {
        let is_deep = kind >> 4 != 0;
        let (values, after) = rest.split_at_checked(if is_deep { 128 } else { 64 })?;
        let steps: Vec<u16> = if is_deep {
            let (pairs, _) = values.as_chunks::<2>();
            pairs.iter().copied().map(u16::from_be_bytes).collect()
        } else {
            values.iter().copied().map(u16::from).collect()
        };
        let mut table = [1; 64];
        for (place, step) in ZIGZAG.iter().zip(steps) {
            *table.get_mut(*place)? = step.max(1);
        }
        *tables.get_mut(usize::from(kind & 15))? = Some(table);
        segment = after;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_of_a_file_are_read() {
        let (luma, chroma): (Table, Table) = (
            std::array::from_fn(|at| at as u16 + 1),
            std::array::from_fn(|at| 100 - at as u16),
        );
        let mut bytes = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 50);
        let custom = |table: Table| jpeg_encoder::QuantizationTableType::Custom(Box::new(table));
        encoder.set_quantization_tables(custom(luma), custom(chroma));
        encoder
            .encode(&[9; 8 * 8 * 3], 8, 8, jpeg_encoder::ColorType::Rgb)
            .unwrap();
        let header = JpegHeader::read(&bytes).unwrap();
        assert_eq!(
            (header.components, header.first, header.others),
            (3, luma, chroma)
        );
        for len in 0..150 {
            assert_eq!(JpegHeader::read(&bytes[..len]), None, "{len}");
        }
    }

    #[test]
    fn the_finest_of_all_chroma_tables_counts() {
        assert_eq!(finer(&[3; 64], &[2; 64]), [2; 64]);
        let mut one = [1; 64];
        one[5] = 9;
        assert_eq!(finer(&one, &[4; 64])[5], 4);
        assert_eq!(finer(&one, &[4; 64])[6], 1);
    }
}
