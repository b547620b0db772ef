//! As much JSON as a list of weights needs, read without a dependency.

/// A value; numbers are kept as 64-bit floats.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// `null`, `true` and `false`, which nobody here asks for.
    Word,
    Number(f64),
    Text(String),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

/// Deeper files are refused.
const DEPTH_MAX: u32 = 32;

impl Value {
    /// # Errors
    /// The text is no JSON; says where.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(0)?;
        if reader.peek().is_some() {
            return Err(reader.unexpected());
        }
        Ok(value)
    }

    /// The member of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else {
            return None;
        };
        members
            .iter()
            .find_map(|(key, value)| (key == name).then_some(value))
    }

    pub(crate) fn list(&self) -> &[Self] {
        match self {
            Self::List(values) => values,
            _ => &[],
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn unexpected(&self) -> String {
        format!("not JSON at byte {}", self.at)
    }

    /// The next byte that is no space.
    fn peek(&mut self) -> Option<char> {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
        self.rest().chars().next()
    }

    fn take(&mut self, wanted: char) -> bool {
        let there = self.peek() == Some(wanted);
        if there {
            self.at += wanted.len_utf8();
        }
        there
    }

    fn value(&mut self, depth: u32) -> Result<Value, String> {
        if depth > DEPTH_MAX {
            return Err(self.unexpected());
        }
        match self.peek() {
            Some('[') => self
                .items('[', ']', |reader| reader.value(depth + 1))
                .map(Value::List),
            Some('{') => self
                .items('{', '}', |reader| {
                    let name = reader.string()?;
                    if !reader.take(':') {
                        return Err(reader.unexpected());
                    }
                    Ok((name, reader.value(depth + 1)?))
                })
                .map(Value::Object),
            Some('"') => self.string().map(Value::Text),
            _ => self.plain(),
        }
    }

    fn items<T>(
        &mut self,
        open: char,
        close: char,
        mut item: impl FnMut(&mut Self) -> Result<T, String>,
    ) -> Result<Vec<T>, String> {
        self.take(open);
        let mut items = Vec::new();
        while !self.take(close) {
            if !items.is_empty() && !self.take(',') {
                return Err(self.unexpected());
            }
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// Names of tensors need no escapes, and escapes are refused.
    fn string(&mut self) -> Result<String, String> {
        if !self.take('"') {
            return Err(self.unexpected());
        }
        let Some((text, _)) = self.rest().split_once('"') else {
            return Err(self.unexpected());
        };
        let text = text.to_owned();
        if text.contains('\\') {
            return Err(self.unexpected());
        }
        self.at += text.len() + 1;
        Ok(text)
    }

    fn plain(&mut self) -> Result<Value, String> {
        let rest = self.rest();
        let end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c)))
            .unwrap_or(rest.len());
        let word = rest.get(..end).unwrap_or_default();
        let value = match word {
            "null" | "true" | "false" => Value::Word,
            number => match number.parse::<f64>() {
                Ok(number) if number.is_finite() => Value::Number(number),
                _ => return Err(self.unexpected()),
            },
        };
        self.at += end;
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_weights_is_read() {
        let value =
            Value::parse(r#" [ {"name": "a/b", "shape": [3, 1e1], "x": null} , [ ] ] "#).unwrap();
        let first = &value.list()[0];
        assert_eq!(first.get("name").and_then(Value::text), Some("a/b"));
        let shape = first.get("shape").map(Value::list).unwrap();
        assert_eq!(
            shape.iter().map(Value::number).collect::<Vec<_>>(),
            [Some(3.0), Some(10.0)]
        );
        assert_eq!(value.list()[1], Value::List(Vec::new()));
    }

    #[test]
    fn what_is_no_json_says_where() {
        for (text, at) in [
            ("[1,", 3),
            ("[1 2]", 3),
            ("{\"a\" 1}", 5),
            ("nan", 0),
            ("[] x", 3),
        ] {
            assert_eq!(
                Value::parse(text),
                Err(format!("not JSON at byte {at}")),
                "{text}"
            );
        }
        assert!(Value::parse(&"[".repeat(100)).is_err());
    }
}
