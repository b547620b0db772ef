//! The elements of a profile, each with exactly the bytes that its numbers need: reserved bytes are zero, and nothing
//! stands behind or between the tables (ICC.1:2022 § 10).

use crate::reader::{Reader, index};

const WHAT: &str = "ICC element";

/// The most channels of a profile (§ 7.2.6).
const CHANNELS_MAX: usize = 15;
/// The one gamut that a profile may name (§ 9.2.41).
const REFERENCE_GAMUT: &[u8; 4] = b"prmg";

/// The element rebuilt from its numbers. `None` when it is cut short, or of a type that is not for colours.
pub(super) fn exact(element: &[u8]) -> Option<Vec<u8>> {
    let (kind, rest) = element.split_first_chunk::<4>()?;
    let body = rest.get(4..)?;
    let exact = match kind {
        b"XYZ " => body.get(..12)?.to_vec(),
        b"curv" => curve(body)?,
        b"para" => parametric(body)?,
        b"sf32" => body.get(..36)?.to_vec(),
        b"chrm" => chromaticities(body)?,
        b"cicp" => body.get(..4)?.to_vec(),
        b"sig " => body
            .get(..4)
            .filter(|name| name == REFERENCE_GAMUT)?
            .to_vec(),
        b"mft1" => table(body, 1)?,
        b"mft2" => table(body, 2)?,
        b"mAB " | b"mBA " => stages(element, kind == b"mAB ")?,
        _ => return None,
    };
    Some([kind, &[0; 4], &exact[..]].concat())
}

/// § 10.6: a count, and as many numbers.
fn curve(body: &[u8]) -> Option<Vec<u8>> {
    let count = index(Reader::new(body).u32_be(WHAT).ok()?);
    let len = count.checked_mul(2)?.checked_add(4)?;
    Some(body.get(..len)?.to_vec())
}

/// § 10.18: the number of a function, and as many parameters as it has.
fn parametric(body: &[u8]) -> Option<Vec<u8>> {
    let function = Reader::new(body).u16_be(WHAT).ok()?;
    let parameters = *[1_usize, 3, 4, 5, 7].get(usize::from(function))?;
    let numbers = body.get(4..parameters.checked_mul(4)?.checked_add(4)?)?;
    Some([&function.to_be_bytes(), &[0; 2], numbers].concat())
}

/// § 10.2: how many channels, which phosphors, and a pair of numbers for each channel.
fn chromaticities(body: &[u8]) -> Option<Vec<u8>> {
    let channels = usize::from(Reader::new(body).u16_be(WHAT).ok()?);
    let len = channels.checked_mul(8)?.checked_add(4)?;
    (channels <= CHANNELS_MAX).then_some(())?;
    Some(body.get(..len)?.to_vec())
}

/// § 10.10 and § 10.11: channels, grid points and a matrix, then the tables of input, grid and output, of bytes or
/// of words; of words, their lengths stand before.
fn table(body: &[u8], width: usize) -> Option<Vec<u8>> {
    const MATRIX_END: usize = 40;
    let [inputs, outputs, grid, _, ..] = *body else {
        return None;
    };
    let (inputs, outputs) = (usize::from(inputs), usize::from(outputs));
    (inputs <= CHANNELS_MAX && outputs <= CHANNELS_MAX).then_some(())?;
    let (numbers_at, input_len, output_len) = if width == 1 {
        (MATRIX_END, 256, 256)
    } else {
        let mut lengths = Reader::new(body.get(MATRIX_END..)?);
        let mut next = || lengths.u16_be(WHAT).ok().map(usize::from);
        (MATRIX_END.checked_add(4)?, next()?, next()?)
    };
    let points = usize::from(grid).checked_pow(u32::try_from(inputs).ok()?)?;
    let input = inputs.checked_mul(input_len)?;
    let output = outputs.checked_mul(output_len)?;
    let numbers = points
        .checked_mul(outputs)?
        .checked_add(input)?
        .checked_add(output)?;
    let end = numbers.checked_mul(width)?.checked_add(numbers_at)?;
    let mut exact = body.get(..end)?.to_vec();
    *exact.get_mut(3)? = 0; // padding
    Some(exact)
}

/// § 10.12 and § 10.13: up to five stages, each at an offset of its own. They are put one behind the other.
fn stages(element: &[u8], is_to_pcs: bool) -> Option<Vec<u8>> {
    const HEADER_LEN: usize = 32;
    let [inputs, outputs] = *element.get(8..)?.first_chunk()?;
    let (inputs, outputs) = (usize::from(inputs), usize::from(outputs));
    (inputs <= CHANNELS_MAX && outputs <= CHANNELS_MAX).then_some(())?;
    let (device, pcs) = match is_to_pcs {
        true => (inputs, outputs),
        false => (outputs, inputs),
    };
    let mut offsets = Reader::new(element.get(12..HEADER_LEN)?);
    let mut data = Vec::new();
    let mut table = Vec::new();
    // The curves on the side of the connection space, the matrix, the curves between, the grid, the device's curves.
    for stage in 0..5 {
        let at = index(offsets.u32_be(WHAT).ok()?);
        if at == 0 {
            table.extend([0; 4]);
            continue;
        }
        let from = element.get(at..)?;
        let stage = match stage {
            0 | 2 => curves(from, pcs)?,
            1 => from.get(..48)?.to_vec(),
            3 => grid(from, inputs, outputs)?,
            _ => curves(from, device)?,
        };
        let placed = HEADER_LEN.checked_add(data.len())?;
        table.extend(u32::try_from(placed).ok()?.to_be_bytes());
        data.extend(padded(stage));
    }
    let [inputs, outputs] = *element.get(8..)?.first_chunk()?;
    Some([&[inputs, outputs, 0, 0][..], &table, &data].concat())
}

/// So many curves, each on a boundary of four bytes.
fn curves(bytes: &[u8], count: usize) -> Option<Vec<u8>> {
    let mut at = 0_usize;
    let mut all = Vec::new();
    for _ in 0..count {
        let from = bytes.get(at..)?;
        if !from.starts_with(b"curv") && !from.starts_with(b"para") {
            return None;
        }
        let curve = padded(exact(from)?);
        at = at.checked_add(curve.len())?;
        all.extend(curve);
    }
    Some(all)
}

/// § 10.12.2: sixteen counts of points, of which each input has one; a width; the numbers.
fn grid(bytes: &[u8], inputs: usize, outputs: usize) -> Option<Vec<u8>> {
    let counts = bytes.get(..inputs)?;
    let width = *bytes.get(16).filter(|width| matches!(width, 1 | 2))?;
    let mut numbers = outputs.checked_mul(usize::from(width))?;
    for count in counts {
        numbers = numbers.checked_mul(usize::from(*count))?;
    }
    let numbers = bytes.get(20..numbers.checked_add(20)?)?;
    let mut grid = counts.to_vec();
    grid.resize(16, 0);
    grid.extend([width, 0, 0, 0]);
    grid.extend_from_slice(numbers);
    Some(grid)
}

fn padded(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        [kind, b"Jane", body].concat()
    }

    #[test]
    fn nothing_stands_behind_the_numbers_or_in_reserved_bytes() {
        let lut = |width: usize| {
            let mut body = vec![3, 3, 2, b'J'];
            body.extend([1; 36]);
            let lens = if width == 1 { 256 } else { 2 };
            if width == 2 {
                body.extend([0, 2, 0, 2]);
            }
            body.extend(vec![7; (3 * lens + 8 * 3 + 3 * lens) * width]);
            body
        };
        let mut all = vec![
            (b"XYZ ", vec![1; 12]),
            (b"curv", vec![0, 0, 0, 2, 1, 2, 3, 4]),
            (b"sf32", vec![1; 36]),
            (b"chrm", [&[0, 3, 0, 1][..], &[1; 24]].concat()),
            (b"cicp", vec![1, 13, 0, 1]),
            (b"sig ", b"prmg".to_vec()),
            (b"mft1", lut(1)),
            (b"mft2", lut(2)),
        ];
        for (function, parameters) in [1_usize, 3, 4, 5, 7].into_iter().enumerate() {
            let body = [
                &[0, function as u8, b'J', b'D'][..],
                &vec![1; parameters * 4],
            ]
            .concat();
            all.push((b"para", body));
        }
        for (kind, body) in all {
            let whole = element(kind, &body);
            let made = exact(&whole).unwrap();
            assert_eq!(made.len(), whole.len(), "{kind:?}");
            let text = String::from_utf8_lossy(&made);
            assert!(!text.contains("Jane") && !text.contains('J'), "{kind:?}");
            assert_eq!(
                exact(&[&whole[..], b" and Jane"].concat()),
                Some(made.clone())
            );
            assert_eq!(exact(&made), Some(made));
            assert_eq!(exact(&whole[..whole.len() - 1]), None, "{kind:?}");
        }
        assert_eq!(exact(&element(b"sig ", b"JANE")), None);
        assert_eq!(exact(&element(b"text", b"Jane")), None);
        assert_eq!(exact(b""), None);
    }

    #[test]
    fn stages_are_put_together_without_gaps() {
        let curve = |value: u8| element(b"curv", &[0, 0, 0, 1, value, 0]);
        let three: Vec<u8> = (1..4).flat_map(|n| padded(curve(n))).collect();
        let four: Vec<u8> = (5..9).flat_map(|n| padded(curve(n))).collect();
        let mut grid = vec![2, 2, 2, 2];
        grid.extend(b"hidden words");
        grid.extend([1, b'a', b'b', b'c']);
        grid.extend([9; 16 * 3]);
        // The device's curves first, words, the curves of the connection space, words, the grid.
        let mut bytes = element(b"mAB ", &[4, 3, b'x', b'y']);
        let (a, b) = (40, 40 + four.len() + 8);
        let clut = b + three.len() + 4;
        for offset in [b, 0, 0, clut, a] {
            bytes.extend((offset as u32).to_be_bytes());
        }
        bytes.extend(b"in a gap");
        bytes.extend([&four[..], b"in a gap", &three, b"gap!", &grid].concat());
        let made = exact(&bytes).unwrap();
        let text = String::from_utf8_lossy(&made);
        for gone in ["gap", "hidden", "Jane", "abc", "xy"] {
            assert!(!text.contains(gone), "{gone}");
        }
        assert_eq!(made.len(), 32 + three.len() + 68 + four.len());
        assert_eq!(exact(&made), Some(made.clone()));
        assert!(made.windows(48).any(|window| window == [9; 48]));
        for len in 0..bytes.len() {
            assert_eq!(exact(&bytes[..len]), None, "{len}");
        }
    }
}
