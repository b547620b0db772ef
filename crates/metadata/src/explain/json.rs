//! Keys and values out of JSON (RFC 8259), by a scanner that forgives what is not well-formed.

/// The most values of one text that are read.
const VALUES_MAX: usize = 4_000;
/// How deep objects are followed.
const DEPTH_MAX: usize = 64;

/// The values of a text, each with the key that it stands under; numbers and words as they are written.
pub(super) fn values(text: &str) -> Vec<(String, String)> {
    let mut values = Vec::new();
    let mut keys: Vec<String> = Vec::new();
    let mut key = String::new();
    let mut rest = text;
    while values.len() < VALUES_MAX {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ':'));
        let Some(c) = rest.chars().next() else { break };
        match c {
            '"' => {
                let (string, after) = string(rest);
                rest = after;
                if after.trim_start().starts_with(':') {
                    key = string;
                } else {
                    values.push((key.clone(), string));
                }
            }
            '{' | '[' => {
                if keys.len() < DEPTH_MAX {
                    keys.push(key.clone());
                }
                rest = rest.get(1..).unwrap_or_default();
            }
            '}' | ']' => {
                key = keys.pop().unwrap_or_default();
                rest = rest.get(1..).unwrap_or_default();
            }
            _ => {
                let end = rest
                    .find([',', ':', '}', ']', '{', '[', '"'])
                    .unwrap_or(rest.len());
                let (word, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
                values.push((key.clone(), word.trim().to_owned()));
                rest = after;
            }
        }
    }
    values
}

/// Reads a string that begins with a quotation mark, and returns what follows it.
fn string(text: &str) -> (String, &str) {
    let mut plain = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (plain, text.get(at.saturating_add(1)..).unwrap_or_default()),
            '\\' => match chars.next().map(|(_, c)| c) {
                Some('u') => {
                    let digits: String = chars.by_ref().take(4).map(|(_, c)| c).collect();
                    let unit = u32::from_str_radix(&digits, 16).ok();
                    plain.push(
                        unit.and_then(char::from_u32)
                            .unwrap_or(char::REPLACEMENT_CHARACTER),
                    );
                }
                Some('n' | 'r' | 't' | 'b' | 'f') => plain.push(' '),
                Some(escaped) => plain.push(escaped),
                None => break,
            },
            _ => plain.push(c),
        }
    }
    (plain, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_keys() {
        let found = values(
            r#"{"author": [{"name": "Jane \"J\" D\u00f6e", "age": 41}], "ok": true, "empty": {}}"#,
        );
        let expected = [("name", "Jane \"J\" Döe"), ("age", "41"), ("ok", "true")];
        assert_eq!(
            found,
            expected.map(|(key, value)| (key.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn broken_text_ends() {
        assert_eq!(
            values("{\"a\": \"Jane"),
            [("a".to_owned(), "Jane".to_owned())]
        );
        assert_eq!(values("\"\\"), [(String::new(), String::new())]);
        assert!(values(&"[".repeat(100_000)).is_empty());
        assert_eq!(values(&"1,".repeat(100_000)).len(), VALUES_MAX);
    }
}
