//! Fields of an XMP packet whose values are numbers, and the frame of a packet of our own.

use memchr::memmem;

/// The longest number that is believed, in characters.
const NUMBER_CHARS_MAX: usize = 32;

pub(super) const HEAD: &str = "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">";
pub(super) const TAIL: &str = "</rdf:Description></rdf:RDF></x:xmpmeta>";

/// The numbers of a field such as `hdrgm:Gamma`: an attribute, an element's text, or a list's entries. One or three.
pub(super) fn numbers<'a>(xmp: &'a str, field: &str) -> Option<Vec<&'a str>> {
    if let Some(text) = attribute(xmp, field) {
        return Some(vec![number(text)?]);
    }
    let element = element(xmp, field)?;
    if !element.contains('<') {
        return Some(vec![number(element)?]);
    }
    let entries = element.split("<rdf:li>").skip(1);
    let numbers: Option<Vec<&str>> = entries
        .map(|entry| number(entry.split('<').next().unwrap_or_default()))
        .collect();
    numbers.filter(|numbers| matches!(numbers.len(), 1 | 3))
}

/// The text of a field: an attribute or an element.
pub(super) fn text<'a>(xmp: &'a str, field: &str) -> Option<&'a str> {
    attribute(xmp, field)
        .or_else(|| element(xmp, field))
        .map(str::trim)
}

fn attribute<'a>(xmp: &'a str, field: &str) -> Option<&'a str> {
    let rest = after(xmp, &format!(" {field}="))
        .or_else(|| after(xmp, &format!("\n{field}=")))
        .or_else(|| after(xmp, &format!("\t{field}=")))?;
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest.strip_prefix(quote)?.split(quote).next()
}

fn element<'a>(xmp: &'a str, field: &str) -> Option<&'a str> {
    let rest = after(xmp, &format!("<{field}>"))?;
    let (element, _) = rest.split_once(&format!("</{field}>"))?;
    Some(element)
}

fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let at = memmem::find(text.as_bytes(), mark.as_bytes())?;
    text.get(at.checked_add(mark.len())?..)
}

/// A finite decimal number, `True` or `False`; kept in its own spelling, so that no digit is lost.
fn number(text: &str) -> Option<&str> {
    let text = text.trim();
    let plain = text.len() <= NUMBER_CHARS_MAX
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
    let finite = || text.parse::<f64>().is_ok_and(f64::is_finite);
    (matches!(text, "True" | "False") || (plain && finite())).then_some(text)
}
