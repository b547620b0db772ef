//! The texts and dates of a binary property list, the form in which macOS keeps its notes. Only these are wanted, so
//! the objects are read one by one and how they hang together is not followed.

/// The most objects that are looked at; a note has a handful.
const OBJECTS_MAX: usize = 256;

/// A value that a person can read.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    /// Seconds since 2001-01-01T00:00:00Z.
    Date(f64),
}

/// The texts and dates of a list, in their order; `None` for what is no list.
pub(super) fn values(list: &[u8]) -> Option<Vec<Value>> {
    list.strip_prefix(b"bplist0")?;
    let trailer = list.get(list.len().checked_sub(32)?..)?;
    let offset_bytes = usize::from(*trailer.get(6)?);
    let count = number(trailer.get(8..16)?)?.min(OBJECTS_MAX);
    let table = list.get(number(trailer.get(24..32)?)?..)?;
    if !(1..=8).contains(&offset_bytes) {
        return None;
    }
    let offsets = table.chunks_exact(offset_bytes).take(count);
    Some(
        offsets
            .filter_map(|offset| value(list.get(number(offset)?..)?))
            .collect(),
    )
}

/// The object that begins here, if it is a text or a date.
fn value(object: &[u8]) -> Option<Value> {
    let (marker, rest) = object.split_first()?;
    match marker >> 4 {
        3 => {
            let seconds = rest.first_chunk::<8>()?;
            Some(Value::Date(f64::from_be_bytes(*seconds)))
        }
        5 => {
            let (len, rest) = length(*marker, rest)?;
            let text = rest.get(..len)?;
            Some(Value::Text(String::from_utf8_lossy(text).into_owned()))
        }
        6 => {
            let (len, rest) = length(*marker, rest)?;
            let units = rest.get(..len.checked_mul(2)?)?.chunks_exact(2);
            let units: Vec<u16> = units
                .filter_map(|unit| Some(u16::from_be_bytes(*unit.first_chunk()?)))
                .collect();
            Some(Value::Text(String::from_utf16_lossy(&units)))
        }
        _ => None,
    }
}

/// How long an object is: in its marker, or where that is full, in a number behind it.
fn length(marker: u8, rest: &[u8]) -> Option<(usize, &[u8])> {
    match marker & 0x0F {
        0x0F => {
            let (marker, rest) = rest.split_first()?;
            let bytes = 1_usize.checked_shl(u32::from(marker & 0x0F))?;
            let (len, rest) = rest.split_at_checked(bytes)?;
            (marker >> 4 == 1).then(|| Some((number(len)?, rest)))?
        }
        len => Some((usize::from(len), rest)),
    }
}

fn number(bytes: &[u8]) -> Option<usize> {
    let number = bytes.iter().try_fold(0_u64, |number, byte| {
        Some(number.checked_mul(256)? + u64::from(*byte))
    })?;
    usize::try_from(number).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(object: &[u8]) -> Vec<u8> {
        let mut list = b"bplist00".to_vec();
        list.extend(object);
        let table = list.len() as u64;
        list.extend([8, 0, 0, 0, 0, 0, 0, 1, 1]);
        list.extend([1_u64, 0, table].into_iter().flat_map(u64::to_be_bytes));
        list
    }

    #[test]
    fn long_texts_have_their_length_behind_the_marker() {
        let object = [b"\x5F\x10\x14".as_slice(), b"twenty letters long!"].concat();
        assert_eq!(
            values(&list(&object)),
            Some(vec![Value::Text("twenty letters long!".into())])
        );
    }

    #[test]
    fn dates_are_read() {
        let object = [b"\x33".as_slice(), &1.5_f64.to_be_bytes()].concat();
        assert_eq!(values(&list(&object)), Some(vec![Value::Date(1.5)]));
    }

    #[test]
    fn broken_lists_do_no_harm() {
        let whole = list(b"\x5F\x10\x14twenty letters long!");
        for end in 0..whole.len() {
            let _ = values(&whole[..end]);
        }
        for at in 0..whole.len() {
            for byte in [0, 1, 0x0F, 0x1F, 0x5F, 0x6F, 0x7F, 0xFF] {
                let mut broken = whole.clone();
                broken[at] = byte;
                let _ = values(&broken);
            }
        }
    }
}
