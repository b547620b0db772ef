//! Properties out of an XMP packet (ISO 16684-1), by a scanner that forgives what is not well-formed. A strict XML
//! parser would refuse broken packets, and what is refused is not told.

use std::borrow::Cow;

use super::tiff::Order;
use super::xmp_names::NAMESPACES;

/// The most properties of one packet that are read.
const PROPERTIES_MAX: usize = 5_000;
/// How deep elements are followed. Real packets reach ten.
const DEPTH_MAX: usize = 48;
/// The longest name of an element or attribute, in bytes.
const NAME_BYTES_MAX: usize = 100;
/// The most namespaces that are remembered.
const NAMESPACES_MAX: usize = 200;

/// A property with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Property<'t> {
    /// From the outermost name inwards, such as `xmpMM:History[2]/stEvt:when`. Items of lists count from 1; a list
    /// of one item has no number.
    pub(super) path: String,
    /// Borrowed where nothing had to be resolved: a depth map in base64 is megabytes long.
    pub(super) value: Cow<'t, str>,
}

impl Property<'_> {
    /// The innermost name, without its number.
    pub(super) fn leaf(&self) -> &str {
        let last = self.path.rsplit('/').next().unwrap_or_default();
        bare(last)
    }

    /// The path without its innermost name.
    pub(super) fn parent(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(parent, _)| parent)
    }

    /// The names from the innermost outwards, without numbers.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.path.rsplit('/').map(bare)
    }
}

fn bare(step: &str) -> &str {
    step.split('[').next().unwrap_or_default()
}

/// What a scan found.
#[derive(Debug, Default)]
pub(super) struct Scan<'t> {
    pub(super) properties: Vec<Property<'t>>,
    /// How many elements were too deep or too many to read.
    pub(super) skipped: usize,
}

/// A packet's text, and what follows it.
#[derive(Debug)]
pub(super) struct Packet<'a> {
    text: Cow<'a, str>,
    /// The bytes behind the packet's end.
    pub(super) behind: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Reads a packet in UTF-8 or UTF-16.
    pub(super) fn read(bytes: &'a [u8]) -> Self {
        let (packet, behind) = bytes
            .split_at_checked(packet_end(bytes))
            .unwrap_or((bytes, &[]));
        Self {
            text: decode(packet),
            behind,
        }
    }

    /// Its properties.
    pub(super) fn scan(&self) -> Scan<'_> {
        let mut scanner = Scanner::default();
        scanner.run(&self.text);
        scanner.scan
    }
}

/// Behind `<?xpacket end=…?>`, when the packet has one in UTF-8.
fn packet_end(packet: &[u8]) -> usize {
    // Forwards, which is much faster than backwards.
    let mark = memchr::memmem::find_iter(packet, b"<?xpacket end").last();
    let close = mark.and_then(|at| {
        let rest = packet.get(at..)?;
        memchr::memmem::find(rest, b"?>")?
            .checked_add(at)?
            .checked_add(2)
    });
    close.unwrap_or(packet.len())
}

fn decode(packet: &[u8]) -> Cow<'_, str> {
    let wide = |order: Order| {
        let units = packet
            .chunks_exact(2)
            .filter_map(|pair| pair.try_into().ok());
        let units = units.map(|pair| order.u16(pair));
        char::decode_utf16(units)
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect::<String>()
            .into()
    };
    match packet.get(..2) {
        Some([0xFF, 0xFE] | [b'<', 0]) => wide(Order::Little),
        Some([0xFE, 0xFF] | [0, b'<']) => wide(Order::Big),
        _ => match std::str::from_utf8(packet) {
            Ok(text) => text.into(),
            Err(_) => String::from_utf8_lossy(packet),
        },
    }
}

/// An open element.
#[derive(Default)]
struct Frame<'t> {
    /// The path's length in bytes before this element.
    path_len: usize,
    /// How many list items it has had.
    items: u32,
    text: Cow<'t, str>,
    /// Where its first list item's properties begin, to number them once a second comes.
    is_item: bool,
}

#[derive(Default)]
struct Scanner<'t> {
    scan: Scan<'t>,
    frames: Vec<Frame<'t>>,
    path: String,
    /// Elements that are open beyond the depth that is followed.
    too_deep: usize,
    /// Prefixes of this packet, and the usual ones for the same namespaces.
    namespaces: Vec<(String, &'static str)>,
}

impl<'t> Scanner<'t> {
    fn run(&mut self, text: &'t str) {
        let mut rest = text;
        while let Some((before, tag)) = rest.split_once('<') {
            self.text(before);
            rest = self.tag(tag);
        }
        self.text(rest);
        // What a cut packet left open.
        while !self.frames.is_empty() {
            self.close();
        }
    }

    fn text(&mut self, text: &'t str) {
        if text.trim().is_empty() {
            return;
        }
        match self.frames.last_mut() {
            Some(frame) if self.too_deep == 0 => append(&mut frame.text, unescape(text)),
            _ => self.add(
                "(loose text)".to_owned(),
                unescape(text.trim_matches(|c: char| c == '\u{FEFF}' || c.is_whitespace())),
            ),
        }
    }

    /// Reads what follows a `<`, and returns the rest.
    fn tag(&mut self, tag: &'t str) -> &'t str {
        if let Some(rest) = tag.strip_prefix("!--") {
            let (comment, rest) = rest.split_once("-->").unwrap_or((rest, ""));
            self.add("(comment)".to_owned(), comment.trim().into());
            return rest;
        }
        if let Some(rest) = tag.strip_prefix("![CDATA[") {
            let (text, rest) = rest.split_once("]]>").unwrap_or((rest, ""));
            if let Some(frame) = self.frames.last_mut() {
                append(&mut frame.text, text.into());
            }
            return rest;
        }
        if let Some(rest) = tag.strip_prefix('?') {
            let (instruction, rest) = rest.split_once("?>").unwrap_or((rest, ""));
            if !["xpacket", "xml", "adobe-xap"]
                .iter()
                .any(|known| instruction.starts_with(known))
            {
                self.add("(instruction)".to_owned(), instruction.trim().into());
            }
            return rest;
        }
        if let Some(rest) = tag.strip_prefix('/') {
            let (_, rest) = rest.split_once('>').unwrap_or((rest, ""));
            if self.too_deep > 0 {
                self.too_deep = self.too_deep.saturating_sub(1);
            } else {
                self.close();
            }
            return rest;
        }
        self.element(tag)
    }

    /// An opening tag, with its attributes.
    fn element(&mut self, tag: &'t str) -> &'t str {
        let (name, mut rest) = split_name(tag);
        let mut attributes = Vec::new();
        loop {
            rest = rest.trim_start();
            if let Some(after) = rest.strip_prefix("/>") {
                self.open(name, &attributes);
                if self.too_deep > 0 {
                    self.too_deep = self.too_deep.saturating_sub(1);
                } else {
                    self.close();
                }
                return after;
            }
            if let Some(after) = rest.strip_prefix('>') {
                self.open(name, &attributes);
                return after;
            }
            let Some((attribute, value, after)) = attribute(rest) else {
                // Not an attribute: the tag is broken, and ends at the next bracket.
                self.open(name, &attributes);
                return rest
                    .find(['<', '>'])
                    .and_then(|at| rest.get(at..))
                    .map_or("", |rest| rest.strip_prefix('>').unwrap_or(rest));
            };
            if attributes.len() < PROPERTIES_MAX {
                attributes.push((attribute, value));
            }
            rest = after;
        }
    }

    fn open(&mut self, name: &str, attributes: &[(&str, &'t str)]) {
        for (attribute, uri) in attributes {
            if let Some(prefix) = attribute.strip_prefix("xmlns:")
                && let Some((_, usual)) = NAMESPACES
                    .iter()
                    .find(|(known, _)| *known == uri.trim_end_matches(['/', '#']))
                && self.namespaces.len() < NAMESPACES_MAX
            {
                self.namespaces.insert(0, (prefix.to_owned(), usual));
            }
        }
        if self.frames.len() >= DEPTH_MAX {
            self.too_deep = self.too_deep.saturating_add(1);
            self.scan.skipped = self.scan.skipped.saturating_add(1);
            return;
        }
        let name = self.usual(name);
        let mut frame = Frame {
            path_len: self.path.len(),
            ..Frame::default()
        };
        if name == "rdf:li" {
            frame.is_item = true;
            // The list stands between the property and its items.
            let list = self.frames.last_mut();
            let number = list.map_or(1, |list| {
                list.items = list.items.saturating_add(1);
                list.items
            });
            self.path.push_str(&format!("[{number}]"));
        } else if !is_frame_only(&name) {
            if !self.path.is_empty() {
                self.path.push('/');
            }
            self.path.push_str(&name);
        }
        self.frames.push(frame);
        for (attribute, value) in attributes {
            let attribute = self.usual(attribute);
            if attribute == "rdf:resource" {
                self.add(self.path.clone(), unescape(value));
            } else if !is_syntax(&attribute) && !value.is_empty() {
                let slash = if self.path.is_empty() { "" } else { "/" };
                self.add(format!("{}{slash}{attribute}", self.path), unescape(value));
            }
        }
    }

    fn close(&mut self) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        let value = match frame.text {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        };
        self.add(self.path.clone(), value);
        self.path.truncate(frame.path_len);
    }

    fn add(&mut self, path: String, value: Cow<'t, str>) {
        if value.trim().is_empty() {
            return;
        }
        if self.scan.properties.len() < PROPERTIES_MAX {
            let path = if path.is_empty() {
                "(loose text)".to_owned()
            } else {
                path
            };
            self.scan.properties.push(Property { path, value });
        } else {
            self.scan.skipped = self.scan.skipped.saturating_add(1);
        }
    }

    /// A name with the prefix that is usual for its namespace.
    fn usual(&self, name: &str) -> String {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        let usual = self
            .namespaces
            .iter()
            .find(|(declared, _)| declared == prefix);
        match usual {
            Some((_, usual)) => format!("{usual}:{local}"),
            None => name.to_owned(),
        }
    }
}

/// Elements that hold properties without being one.
fn is_frame_only(name: &str) -> bool {
    matches!(
        name,
        "x:xmpmeta"
            | "x:xapmeta"
            | "xmpmeta"
            | "rdf:RDF"
            | "rdf:Description"
            | "rdf:Bag"
            | "rdf:Seq"
            | "rdf:Alt"
            | "rdf:value"
    )
}

/// Attributes of the notation, which say nothing about the picture.
fn is_syntax(name: &str) -> bool {
    name == "xmlns"
        || name.starts_with("xmlns:")
        || matches!(
            name,
            "xml:lang" | "rdf:parseType" | "rdf:datatype" | "rdf:nodeID" | "xml:space"
        )
}

fn split_name(tag: &str) -> (&str, &str) {
    let end = tag
        .find(|c: char| c.is_whitespace() || matches!(c, '>' | '/' | '=' | '<' | '"' | '\''))
        .unwrap_or(tag.len());
    let (name, rest) = tag.split_at_checked(end).unwrap_or((tag, ""));
    let cut = name
        .char_indices()
        .map(|(at, c)| at.saturating_add(c.len_utf8()))
        .take_while(|end| *end <= NAME_BYTES_MAX)
        .last();
    (name.get(..cut.unwrap_or(0)).unwrap_or(name), rest)
}

/// An attribute, its value and what follows.
fn attribute(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = split_name(text);
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let rest = rest.strip_prefix(quote)?;
    let (value, after) = rest.split_once(quote).unwrap_or((rest, ""));
    (!name.is_empty()).then_some((name, value, after))
}

/// Adds a piece of text; the first is taken as it is.
fn append<'t>(text: &mut Cow<'t, str>, more: Cow<'t, str>) {
    if text.is_empty() {
        *text = more;
    } else {
        text.to_mut().push_str(&more);
    }
}

/// Text with its entities resolved; unknown ones stay as they are.
fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let entity = after
            .char_indices()
            .take(10)
            .find(|(_, c)| *c == ';')
            .and_then(|(at, _)| after.split_at_checked(at));
        let resolved =
            entity.and_then(|(name, rest)| Some((character(name)?, rest.strip_prefix(';')?)));
        match resolved {
            Some((c, after)) => {
                plain.push(c);
                rest = after;
            }
            None => {
                plain.push('&');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain.into()
}

fn character(entity: &str) -> Option<char> {
    match entity {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = entity.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(packet: &str) -> Vec<(String, String)> {
        let packet = Packet::read(packet.as_bytes());
        let properties = packet.scan().properties;
        properties
            .into_iter()
            .map(|p| (p.path, p.value.into_owned()))
            .collect()
    }

    #[test]
    fn attributes_elements_and_lists() {
        let packet = r#"<?xpacket begin="" id="W5M0"?><x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Core 5">
            <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
            <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:a="http://ns.adobe.com/xap/1.0/"
              a:CreatorTool='Acme &amp; Sons &#x41;'>
            <dc:creator><rdf:Seq><rdf:li>Jane</rdf:li><rdf:li>Joe</rdf:li></rdf:Seq></dc:creator>
            <dc:title><rdf:Alt><rdf:li xml:lang="x-default">A title</rdf:li></rdf:Alt></dc:title>
            <q:odd><![CDATA[<raw>]]></q:odd></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"#;
        assert_eq!(
            paths(packet),
            [
                ("x:xmptk", "Core 5"),
                ("xmp:CreatorTool", "Acme & Sons A"),
                ("dc:creator[1]", "Jane"),
                ("dc:creator[2]", "Joe"),
                ("dc:title[1]", "A title"),
                ("q:odd", "<raw>"),
            ]
            .map(|(path, value)| (path.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn structures_in_lists() {
        let packet = r#"<xmpMM:History><rdf:Seq><rdf:li stEvt:action="saved" stEvt:when="2024"/>
            <rdf:li rdf:parseType="Resource"><stEvt:action>opened</stEvt:action></rdf:li></rdf:Seq></xmpMM:History>"#;
        let found = paths(packet);
        assert_eq!(found[0].0, "xmpMM:History[1]/stEvt:action");
        assert_eq!(found[2].0, "xmpMM:History[2]/stEvt:action");
        let property = Property {
            path: found[2].0.clone(),
            value: Cow::default(),
        };
        assert_eq!(property.leaf(), "stEvt:action");
        assert_eq!(property.parent(), "xmpMM:History[2]");
        assert_eq!(property.names().last(), Some("xmpMM:History"));
    }

    #[test]
    fn utf_16_is_read() {
        for order in [Order::Little, Order::Big] {
            let bytes: Vec<u8> = "\u{FEFF}<dc:rights>Jane Doe</dc:rights>"
                .encode_utf16()
                .flat_map(|unit| order.u16(unit.to_ne_bytes()).to_ne_bytes())
                .collect();
            assert_eq!(Packet::read(&bytes).scan().properties[0].value, "Jane Doe");
        }
    }

    #[test]
    fn broken_packets_tell_what_they_can() {
        assert_eq!(paths("<dc:rights>Jane")[0].1, "Jane");
        assert_eq!(
            paths("<dc:rights=broken <dc:creator>Jane</dc:creator>")
                .last()
                .unwrap()
                .1,
            "Jane"
        );
        let deep = "<a:b>".repeat(10_000);
        assert_eq!(
            Packet::read(format!("{deep}Jane").as_bytes())
                .scan()
                .skipped,
            10_000 - DEPTH_MAX
        );
        let many = "<a:b c:d='e'/>".repeat(10_000);
        assert_eq!(
            Packet::read(many.as_bytes()).scan().properties.len(),
            PROPERTIES_MAX
        );
    }
}
