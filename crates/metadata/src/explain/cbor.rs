//! Keys and values out of CBOR (RFC 8949).

use crate::reader::Reader;

/// The most items of one block that are read.
const ITEMS_MAX: usize = 20_000;
/// How deep arrays and maps are followed.
const DEPTH_MAX: usize = 24;

/// A value as it is shown or searched for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Number(String),
    Bytes(usize),
}

/// The values of a block, each with the text key that it stands under.
pub(super) fn values(bytes: &[u8]) -> Vec<(String, Value)> {
    let mut walk = Walk {
        reader: Reader::new(bytes),
        found: Vec::new(),
        items: 0,
    };
    while !walk.reader.at_end() {
        if walk.item("", 0).is_none() {
            break;
        }
    }
    walk.found
}

struct Walk<'a> {
    reader: Reader<'a>,
    found: Vec<(String, Value)>,
    items: usize,
}

/// The first byte of an item: its major type, and what its low five bits stand for.
struct Head {
    major: u8,
    /// The argument; `None` for an indefinite length.
    argument: Option<u64>,
    raw: u8,
}

const WHAT: &str = "CBOR";

impl Walk<'_> {
    fn head(&mut self) -> Option<Head> {
        let first = self.reader.u8(WHAT).ok()?;
        let low = first & 0x1F;
        let argument = match low {
            0..=23 => Some(u64::from(low)),
            24 => Some(u64::from(self.reader.u8(WHAT).ok()?)),
            25 => Some(u64::from(self.reader.u16_be(WHAT).ok()?)),
            26 => Some(u64::from(self.reader.u32_be(WHAT).ok()?)),
            27 => Some(u64::from_be_bytes(self.reader.array(WHAT).ok()?)),
            31 => None,
            _ => return None,
        };
        Some(Head {
            major: first >> 5,
            argument,
            raw: low,
        })
    }

    /// Reads one item. `None` at damage, at a limit, and at the end of an indefinite length.
    fn item(&mut self, key: &str, depth: usize) -> Option<()> {
        self.items = self
            .items
            .checked_add(1)
            .filter(|items| *items <= ITEMS_MAX)?;
        if depth > DEPTH_MAX {
            return None;
        }
        let head = self.head()?;
        let inner = depth.saturating_add(1);
        match head.major {
            0 => self.add(key, Value::Number(head.argument?.to_string())),
            1 => self.add(
                key,
                Value::Number(format!("-{}", u128::from(head.argument?).saturating_add(1))),
            ),
            2 | 3 => self.string(&head, key)?,
            4 => {
                self.repeat(head.argument, |walk| walk.item(key, inner))?;
            }
            5 => {
                self.repeat(head.argument, |walk| {
                    let name = walk.key(inner)?;
                    walk.item(&name, inner)
                })?;
            }
            6 => self.item(key, inner)?,
            _ => self.simple(&head, key)?,
        }
        Some(())
    }

    /// Reads as many as the argument says, or until the break.
    fn repeat(
        &mut self,
        count: Option<u64>,
        mut read: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        let mut left = count;
        loop {
            match &mut left {
                Some(0) => return Some(()),
                Some(left) => *left = left.saturating_sub(1),
                None if self.reader.rest().first() == Some(&0xFF) => {
                    return self.reader.u8(WHAT).ok().map(|_| ());
                }
                None => {}
            }
            read(self)?;
        }
    }

    /// The key of a map: text as it is, a number in digits; other keys are read and have no name.
    fn key(&mut self, depth: usize) -> Option<String> {
        let before = self.found.len();
        self.item("", depth)?;
        let key = self.found.get(before).map(|(_, value)| match value {
            Value::Text(text) | Value::Number(text) => text.clone(),
            Value::Bytes(_) => String::new(),
        });
        self.found.truncate(before);
        Some(key.unwrap_or_default())
    }

    fn string(&mut self, head: &Head, key: &str) -> Option<()> {
        let Some(len) = head.argument else {
            // Pieces of definite length, up to the break.
            return self.repeat(None, |walk| walk.item(key, DEPTH_MAX));
        };
        let bytes = self.reader.take(usize::try_from(len).ok()?, WHAT).ok()?;
        let value = if head.major == 3 {
            Value::Text(super::words::text(bytes))
        } else {
            Value::Bytes(bytes.len())
        };
        self.add(key, value);
        Some(())
    }

    fn simple(&mut self, head: &Head, key: &str) -> Option<()> {
        let argument = head.argument?;
        let value = match head.raw {
            20 => "no".to_owned(),
            21 => "yes".to_owned(),
            25 => half(u16::try_from(argument).ok()?).to_string(),
            26 => f32::from_bits(u32::try_from(argument).ok()?).to_string(),
            27 => f64::from_bits(argument).to_string(),
            _ => return Some(()),
        };
        self.add(key, Value::Number(value));
        Some(())
    }

    fn add(&mut self, key: &str, value: Value) {
        self.found.push((key.to_owned(), value));
    }
}

/// A half-precision number (RFC 8949, appendix D).
fn half(bits: u16) -> f32 {
    let exponent = i32::from((bits >> 10) & 0x1F);
    let mantissa = f32::from(bits & 0x3FF);
    let size = match exponent {
        0 => mantissa * 2_f32.powi(-24),
        31 if mantissa == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        _ => (mantissa + 1_024.0) * 2_f32.powi(exponent.saturating_sub(25)),
    };
    if bits >> 15 == 0 { size } else { -size }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Value {
        Value::Text(value.to_owned())
    }

    #[test]
    fn values_keep_their_keys() {
        // {"name": "Jane", "at": [1, -2, 1.5], "hash": h'00', 33: true}
        let bytes =
            b"\xA4\x64name\x64Jane\x62at\x83\x01\x21\xF9\x3E\x00\x64hash\x41\x00\x18\x21\xF5";
        let number = |value: &str| Value::Number(value.to_owned());
        let expected = [
            ("name", text("Jane")),
            ("at", number("1")),
            ("at", number("-2")),
            ("at", number("1.5")),
            ("hash", Value::Bytes(1)),
            ("33", number("yes")),
        ];
        assert_eq!(
            values(bytes),
            expected.map(|(key, value)| (key.to_owned(), value))
        );
    }

    #[test]
    fn indefinite_lengths_end_at_the_break() {
        assert_eq!(
            values(b"\xBF\x61a\x9F\x61b\xFF\xFF\x61c"),
            [("a".to_owned(), text("b")), (String::new(), text("c"))]
        );
    }

    #[test]
    fn bombs_end() {
        assert!(values(&[0x81; 100_000]).is_empty());
        assert!(values(b"\x9B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF").is_empty());
        assert_eq!(values(&[0x00; 100_000]).len(), ITEMS_MAX);
        assert!(values(b"\x7B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFFabc").is_empty());
    }
}
