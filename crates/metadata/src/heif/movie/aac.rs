//! AAC: elements at the beginning of a frame that hold no sound. Encoders leave their name there. Clauses of
//! ISO/IEC 14496-3 are cited as `AAC §`.

/// The elements that may hold words: a stream of data, and filling. AAC § 4.5.2.1.
const DATA: u32 = 4;
const FILL: u32 = 6;

/// How many bytes at the beginning of a frame belong to such elements, the last one perhaps in part; 0 when it begins
/// with sound.
pub(super) fn leading_len(frame: &[u8]) -> usize {
    let mut end = 0;
    for element in elements(frame) {
        end = element.end;
    }
    end.div_ceil(8)
}

/// The same bytes with zeros in place of what such elements hold. `bytes` are those that [`leading_len`] counted.
pub(super) fn padded(bytes: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for element in elements(bytes) {
        for at in element.content..element.end {
            if let Some(byte) = out.get_mut(at >> 3) {
                *byte &= !(0x80 >> (at & 7));
            }
        }
    }
    out
}

/// An element, by its bits: where its content begins, and where it ends.
struct Element {
    content: usize,
    end: usize,
}

/// The elements without sound that a frame begins with.
fn elements(frame: &[u8]) -> impl Iterator<Item = Element> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let element = element(frame, at)?;
        at = element.end;
        Some(element)
    })
}

fn element(frame: &[u8], start: usize) -> Option<Element> {
    let mut bits = Bits { frame, at: start };
    let content = match bits.take(3)? {
        FILL => {
            let mut count = bits.take(4)?;
            if count == 15 {
                count = count.checked_add(bits.take(8)?)?.checked_sub(1)?;
            }
            let end = bits.end(count)?;
            // Filling of the kind that decoders pass over; the other kinds hold numbers on the sound.
            let content = if count > 0 {
                bits.at.checked_add(4)?
            } else {
                end
            };
            if count > 0 && bits.take(4)? != 0 {
                return None;
            }
            Element { content, end }
        }
        DATA => {
            bits.take(4)?;
            let is_aligned = bits.take(1)? == 1;
            let mut count = bits.take(8)?;
            if count == 255 {
                count = count.checked_add(bits.take(8)?)?;
            }
            if is_aligned {
                bits.at = bits.at.checked_next_multiple_of(8)?;
            }
            Element {
                content: bits.at,
                end: bits.end(count)?,
            }
        }
        _ => return None,
    };
    Some(content)
}

/// Reads bits from the highest.
struct Bits<'a> {
    frame: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.frame.get(self.at >> 3)?;
            value = value << 1 | u32::from(byte >> (7 & !self.at) & 1);
            self.at = self.at.checked_add(1)?;
        }
        Some(value)
    }

    /// Where so many bytes end, if they are all there.
    fn end(&self, count: u32) -> Option<usize> {
        let bits = usize::try_from(count).ok()?.checked_mul(8)?;
        let end = self.at.checked_add(bits)?;
        (end <= self.frame.len().checked_mul(8)?).then_some(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bits as a text of zeros and ones, and bytes after them.
    fn packed(bits: &str) -> Vec<u8> {
        let bits: Vec<u8> = bits.bytes().filter(|bit| *bit != b' ').collect();
        let byte = |bits: &[u8]| {
            let bits = bits.iter().chain(b"00000000").take(8);
            bits.fold(0, |sum, bit| sum << 1 | (bit - b'0'))
        };
        bits.chunks(8).map(byte).collect()
    }

    fn text(words: &str) -> String {
        words.bytes().map(|byte| format!("{byte:08b}")).collect()
    }

    #[test]
    fn names_in_filling_become_zeros() {
        let sound = "001 0000 1010101010101010";
        let name = text("Jane1.2");
        // Eight bytes: half of one for the kind, half of one before the name begins.
        let frame = packed(&format!("110 1000 0000 0000 {name} {sound}"));
        let len = leading_len(&frame);
        assert_eq!(len, (7 + 64_usize).div_ceil(8));
        let clean = packed(&format!("110 1000 0000 0000 {} {sound}", "0".repeat(56)));
        assert_eq!([&padded(&frame[..len]), &frame[len..]].concat(), clean);
        assert_eq!(padded(&clean[..len]), clean[..len]);
        assert_eq!(leading_len(&clean), len);
    }

    #[test]
    fn longer_filling_and_data_become_zeros() {
        let name = "Jane and her encoder";
        let frame = packed(&format!("110 1111 00000111 0000 0000 {} 111", text(name)));
        let len = leading_len(&frame);
        assert_eq!(len, (15 + 21 * 8_usize).div_ceil(8));
        assert!(padded(&frame[..len])[2..21].iter().all(|byte| *byte == 0));

        let data = packed(&format!("100 0000 1 00000100 {} 111", text("Jane")));
        assert_eq!(leading_len(&data), 6);
        assert_eq!(
            padded(&data[..6]),
            packed("100 0000 1 00000100 0000 0000 0000 0000 0000 0000 0000 0000")
        );
    }

    #[test]
    fn sound_is_left_alone() {
        assert_eq!(leading_len(&packed("001 0000 1010101010101010")), 0);
        // The replication of high bands is sound, wherever it stands.
        assert_eq!(leading_len(&packed("110 0010 1101 0000 0000 0000 0000")), 0);
        assert_eq!(leading_len(&packed("110 1000 0000")), 0);
        assert_eq!(leading_len(&[]), 0);
    }
}
