//! Exif (CIPA DC-008) in a person's words. The directories are walked here, without copying; the `exif` crate lends
//! its words for numbers. What cannot be read is listed as such, and never left out.

use std::collections::BTreeSet;

use super::exif_table::{Form, row};
use super::tiff::{Directory, ENTRIES_MAX, Entry, Order, Tiff};
use super::{date, embedded, exif_gps, icc, iptc, makernote, photoshop, runs, text, words, xmp};
use crate::Topic;
use crate::notes::{Notes, size_words};

pub(crate) use super::exif_gps::Gps;

/// The most directories of one block that are read. Real ones have five.
const DIRECTORIES_MAX: usize = 16;
/// The most thumbnails of one block that are looked into.
const THUMBNAILS_MAX: usize = 4;
/// The most bytes of one value that are kept when the person asks to keep it.
const KEPT_BYTES_MAX: usize = 1_024;
/// Fewer stray bytes than this are alignment.
const STRAY_BYTES_MIN: usize = 8;
/// The most characters of the summaries, which is less than what any limit shows.
const SUMMARY_CHARS_MAX: usize = 2_000;

/// Which directory a tag stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Main,
    Exif,
    Gps,
    Interop,
    /// The thumbnail's directory, and any more.
    Further,
}

/// A tag, and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag<'a> {
    pub(super) place: Place,
    directory: usize,
    pub(super) entry: Entry<'a>,
}

/// The values that a person may ask to keep, unchecked but for their form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    /// Such as `2024:01:31 12:00:05`.
    pub(crate) date_time_original: Option<String>,
    /// Such as `+01:00`.
    pub(crate) offset_time_original: Option<String>,
    pub(crate) make: Option<Vec<u8>>,
    pub(crate) model: Option<Vec<u8>>,
    pub(crate) copyright: Option<Vec<u8>>,
    pub(crate) artist: Option<Vec<u8>>,
    pub(crate) gps: Option<Gps>,
}

/// Notes what an Exif block tells.
pub(crate) fn explain(tiff: &[u8], notes: &mut Notes<'_>) {
    let tiff = without_prefix(tiff);
    let Some(block) = Block::read(tiff) else {
        let value = runs::sized(tiff, notes);
        notes.find(Topic::Unknown, "Unreadable Exif block", &value);
        return;
    };
    exif_gps::explain(&block.tags, notes);
    dates(&block, notes);
    settings(&block, notes);
    let mut summaries = Summaries {
        searched_left: tiff.len().saturating_mul(2),
        ..Summaries::default()
    };
    let mut opened = BTreeSet::new();
    for tag in &block.tags {
        one(tag, &block, &mut opened, &mut summaries, notes);
    }
    thumbnails(&block, notes);
    summaries.note(notes);
    stray(&block, notes);
}

/// How viewers turn the picture: tag 0x0112 of the first directory, when it is 1 to 8 (CIPA DC-008 § 4.6.4).
pub(crate) fn orientation(tiff: &[u8]) -> Option<u8> {
    let (tiff, first) = Tiff::new(without_prefix(tiff))?;
    let directory = tiff.directory(first)?;
    let entry = directory.entries.iter().find(|entry| entry.tag == 0x0112)?;
    let number = entry
        .number()
        .and_then(|number| u8::try_from(number).ok())?;
    (1..=8).contains(&number).then_some(number)
}

/// The values that a person may ask to keep.
pub(crate) fn kept(tiff: &[u8]) -> Kept {
    let Some(block) = Block::read(without_prefix(tiff)) else {
        return Kept::default();
    };
    let bytes = |number: u16| {
        let entry = block.first(number).filter(Entry::is_ascii)?;
        let line = entry.bytes.split(|byte| *byte == 0).map(words::trim);
        let line = line.into_iter().find(|line| !line.is_empty())?;
        Some(line.get(..KEPT_BYTES_MAX).unwrap_or(line).to_vec())
    };
    let form = |number: u16, fits: fn(&str) -> bool| {
        let text = block.first(number).as_ref().map(Entry::text)?;
        fits(&text).then_some(text)
    };
    Kept {
        date_time_original: form(0x9003, date::is_exif_date),
        offset_time_original: form(0x9011, date::is_offset),
        make: bytes(0x010F),
        model: bytes(0x0110),
        copyright: bytes(0x8298),
        artist: bytes(0x013B),
        gps: Gps::read(&block.tags),
    }
}

/// Some PNG and WebP files carry the six bytes that belong to JPEG before the TIFF header.
fn without_prefix(tiff: &[u8]) -> &[u8] {
    tiff.strip_prefix(b"Exif\0\0").unwrap_or(tiff)
}

/// All directories of a block, walked once.
struct Block<'a> {
    tiff: Tiff<'a>,
    tags: Vec<Tag<'a>>,
    unreadable: usize,
    /// What is accounted for: from and to, in bytes.
    covered: Vec<(usize, usize)>,
}

impl<'a> Block<'a> {
    /// `None` when there is no header or no first directory.
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (tiff, first) = Tiff::new(bytes)?;
        let mut block = Self {
            tiff,
            tags: Vec::new(),
            unreadable: 0,
            covered: vec![(0, 8)],
        };
        block.add(Place::Main, first, 0, &tiff.directory(first)?);
        let mut waiting = block.links(0, tiff.directory(first)?.next);
        let mut seen = BTreeSet::from([first]);
        let mut number = 0_usize;
        while let Some((place, at)) = waiting.pop() {
            if number >= DIRECTORIES_MAX {
                block.unreadable = block.unreadable.saturating_add(1);
                break;
            }
            // A directory that was read already is a loop.
            if !seen.insert(at) {
                continue;
            }
            match tiff.directory(at) {
                Some(directory) => {
                    number = number.saturating_add(1);
                    block.add(place, at, number, &directory);
                    waiting.extend(block.links(number, directory.next));
                }
                None => block.unreadable = block.unreadable.saturating_add(1),
            }
        }
        // Directories are read in any order, but told in one.
        block.tags.sort_by_key(|tag| tag.directory);
        Some(block)
    }

    fn add(&mut self, place: Place, at: usize, number: usize, directory: &Directory<'a>) {
        self.covered.push((at, directory.end));
        self.unreadable = self.unreadable.saturating_add(directory.unreadable);
        for (read, entry) in directory.entries.iter().enumerate() {
            if self.tags.len() >= ENTRIES_MAX {
                let rest = directory.entries.len().saturating_sub(read);
                self.unreadable = self.unreadable.saturating_add(rest);
                return;
            }
            let end = entry.at.saturating_add(entry.bytes.len());
            self.covered.push((entry.at, end));
            self.tags.push(Tag {
                place,
                directory: number,
                entry: *entry,
            });
        }
    }

    /// Where the directories begin that this one points at.
    fn links(&self, directory: usize, next: Option<usize>) -> Vec<(Place, usize)> {
        let mut links: Vec<_> = next
            .map(|next| (Place::Further, next))
            .into_iter()
            .collect();
        for tag in self.tags.iter().filter(|tag| tag.directory == directory) {
            let place = match tag.entry.tag {
                0x8769 => Place::Exif,
                0x8825 => Place::Gps,
                0xA005 => Place::Interop,
                0x014A => Place::Further,
                _ => continue,
            };
            let at = tag.entry.numbers().into_iter().map(crate::reader::index);
            links.extend(at.map(|at| (place, at)));
        }
        links
    }

    /// The first tag of that number outside GPS and interoperability, where numbers mean other things.
    fn first(&self, number: u16) -> Option<Entry<'a>> {
        self.tags
            .iter()
            .find(|tag| {
                tag.entry.tag == number && !matches!(tag.place, Place::Gps | Place::Interop)
            })
            .map(|tag| tag.entry)
    }
}

/// The lines that gather many small values.
#[derive(Default)]
struct Summaries {
    settings: Vec<String>,
    technical: Vec<String>,
    /// How many bytes may still be searched for words: many tags may point at the same large value.
    searched_left: usize,
}

impl Summaries {
    fn note(self, notes: &mut Notes<'_>) {
        let lines = [
            ("Other camera settings", self.settings),
            ("Technical values", self.technical),
        ];
        for (name, values) in lines {
            if !values.is_empty() {
                notes.find(Topic::Device, name, &values.join("; "));
            }
        }
    }

    /// The size of raw bytes, and the words in them.
    fn raw(&mut self, bytes: &[u8], notes: &mut Notes<'_>) -> String {
        match self.searched_left.checked_sub(bytes.len()) {
            Some(left) => {
                self.searched_left = left;
                runs::sized(bytes, notes)
            }
            None => size_words(bytes.len()),
        }
    }

    fn add(line: &mut Vec<String>, value: String) {
        let chars: usize = line.iter().map(String::len).sum();
        if chars < SUMMARY_CHARS_MAX && !line.contains(&value) {
            line.push(value);
        }
    }
}

/// Notes one tag, unless it is told together with others.
fn one(
    tag: &Tag<'_>,
    block: &Block<'_>,
    opened: &mut BTreeSet<u16>,
    summaries: &mut Summaries,
    notes: &mut Notes<'_>,
) {
    let entry = &tag.entry;
    if exif_gps::tells(tag) || is_told_elsewhere(tag) {
        return;
    }
    // Blocks in the block are opened once each: many pointers at one block would cost much and tell nothing.
    if is_block(tag) && opened.insert(entry.tag) {
        open(tag, block, notes);
        return;
    }
    let Some((_, _, topic, name, form)) = row(tag.place, entry.tag) else {
        if !of_thumbnail(tag, block) {
            unlisted(tag, summaries, notes);
        }
        return;
    };
    let (raw, value) = match form {
        Form::Text => (entry.bytes, plain(entry)),
        Form::Wide => (entry.bytes, words::utf16(entry.bytes, Order::Little)),
        Form::Comment => (entry.bytes, comment(entry)),
        Form::Words => {
            notes.find(*topic, name, &in_words(tag, true));
            return;
        }
        Form::Lens => {
            notes.find(
                *topic,
                name,
                &lens_range(entry).unwrap_or_else(|| in_words(tag, true)),
            );
            return;
        }
        Form::Bytes => {
            let value = summaries.raw(entry.bytes, notes);
            notes.find(*topic, name, &value);
            return;
        }
        Form::Settings => return,
        Form::Technical => {
            // A version number alone says nothing, and a thumbnail is told with its size.
            if !matches!(entry.tag, 0x9000 | 0x0000) && !of_thumbnail(tag, block) {
                summarise(tag, &mut summaries.technical);
            }
            return;
        }
    };
    if value.is_empty() {
        return;
    }
    if text::is_prompt(&value) {
        notes.find(Topic::Software, "AI prompt", &value);
    } else {
        notes.find(*topic, name, &value);
    }
    words::secret(raw, &value, notes);
}

/// Whether it is a number in the directory of a thumbnail, such as its width.
fn of_thumbnail(tag: &Tag<'_>, block: &Block<'_>) -> bool {
    let pointed = |other: &Tag<'_>| {
        other.directory == tag.directory && matches!(other.entry.tag, 0x0111 | 0x0201)
    };
    tag.place == Place::Further
        && known(tag).is_some()
        && !tag.entry.is_ascii()
        && block.tags.iter().any(pointed)
}

/// Whether a tag is told by [`dates`], [`settings`], [`thumbnails`] or the picture's own needs.
fn is_told_elsewhere(tag: &Tag<'_>) -> bool {
    let pointer = matches!(tag.entry.tag, 0x8769 | 0x8825 | 0xA005 | 0x0112);
    let date =
        matches!(tag.entry.tag, 0x0132 | 0x9003 | 0x9004 | 0x9010..=0x9012 | 0x9290..=0x9292);
    (pointer || date) && !matches!(tag.place, Place::Gps | Place::Interop)
}

/// XMP, IPTC, Photoshop resources, a colour profile or a maker's block inside Exif.
fn is_block(tag: &Tag<'_>) -> bool {
    matches!(tag.entry.tag, 0x02BC | 0x83BB | 0x8649 | 0x8773 | 0x927C)
        && matches!(tag.place, Place::Main | Place::Exif | Place::Further)
}

fn open(tag: &Tag<'_>, block: &Block<'_>, notes: &mut Notes<'_>) {
    let bytes = tag.entry.bytes;
    match tag.entry.tag {
        0x02BC => xmp::explain(bytes, notes),
        0x83BB => iptc::explain(bytes, notes),
        0x8649 => {
            notes.find(
                Topic::EditHistory,
                "Photoshop block",
                &size_words(bytes.len()),
            );
            notes.nested("in the Exif block", |notes| {
                photoshop::explain(bytes, notes)
            });
        }
        0x8773 => icc::explain(bytes, notes),
        _ => {
            let make = block
                .first(0x010F)
                .as_ref()
                .map(Entry::text)
                .unwrap_or_default();
            makernote::explain(block.tiff, &tag.entry, &make, notes);
        }
    }
}

/// A tag without a row: by the `exif` crate's name for it, or by number.
fn unlisted(tag: &Tag<'_>, summaries: &mut Summaries, notes: &mut Notes<'_>) {
    let entry = &tag.entry;
    let known = known(tag);
    let name = known.as_ref().map_or_else(
        || match tag.place {
            Place::Gps => format!("GPS tag 0x{:04X}", entry.tag),
            _ => format!("Exif tag 0x{:04X}", entry.tag),
        },
        |known| known.description().unwrap_or("Exif tag").to_owned(),
    );
    let topic = if tag.place == Place::Gps {
        Topic::Place
    } else {
        Topic::Unknown
    };
    if entry.is_ascii() && tag.place != Place::Interop {
        let value = entry.text();
        if !value.is_empty() {
            notes.find(topic, &name, &value);
            words::secret(entry.bytes, &value, notes);
        }
    } else if known.is_some() && tag.place == Place::Exif {
        summarise(tag, &mut summaries.settings);
    } else if known.is_some() {
        summarise(tag, &mut summaries.technical);
    } else if entry.numbers().len() > 8 || matches!(entry.format, 6 | 7 | 12 | 129) {
        let value = summaries.raw(entry.bytes, notes);
        notes.find(topic, &name, &value);
    } else {
        notes.find(topic, &name, &in_words(tag, false));
    }
}

/// The `exif` crate's name for a tag, if it has one.
fn known(tag: &Tag<'_>) -> Option<exif::Tag> {
    let context = match tag.place {
        Place::Main | Place::Further => exif::Context::Tiff,
        Place::Exif => exif::Context::Exif,
        Place::Gps => exif::Context::Gps,
        Place::Interop => exif::Context::Interop,
    };
    Some(exif::Tag(context, tag.entry.tag)).filter(|known| known.description().is_some())
}

fn summarise(tag: &Tag<'_>, line: &mut Vec<String>) {
    let value = match known(tag).as_ref().and_then(exif::Tag::description) {
        Some(name) => format!("{name}: {}", in_words(tag, false)),
        None => format!("0x{:04X}: {}", tag.entry.tag, in_words(tag, false)),
    };
    Summaries::add(line, value);
}

/// A number, choice or fraction in the `exif` crate's words.
pub(super) fn in_words(tag: &Tag<'_>, with_unit: bool) -> String {
    let field = exif::Field {
        tag: known(tag).unwrap_or(exif::Tag(exif::Context::Tiff, tag.entry.tag)),
        ifd_num: exif::In::PRIMARY,
        value: tag.entry.value(),
    };
    let shown = field.display_value();
    let shown = if with_unit {
        shown.with_unit(()).to_string()
    } else {
        shown.to_string()
    };
    match shown.replace("NaN", "unknown").trim() {
        "" => size_words(tag.entry.bytes.len()),
        shown => shown.to_owned(),
    }
}

/// Text, or numbers where a writer put numbers.
fn plain(entry: &Entry<'_>) -> String {
    match entry.format {
        1 | 2 | 6 | 7 | 129 => entry.text(),
        _ => {
            let numbers = entry.numbers();
            let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
            numbers.join(" ")
        }
    }
}

/// Text behind the eight bytes that name its encoding (CIPA DC-008 § 4.6.5, UserComment).
pub(super) fn comment(entry: &Entry<'_>) -> String {
    let Some((code, rest)) = entry.bytes.split_first_chunk::<8>() else {
        return entry.text();
    };
    match code {
        b"UNICODE\0" => {
            // Many writers ignore the byte order of the block: the reading with more plain letters is right.
            let as_declared = words::utf16(rest, entry.order);
            let other = match entry.order {
                Order::Little => Order::Big,
                Order::Big => Order::Little,
            };
            let swapped = words::utf16(rest, other);
            let plain = |text: &str| text.chars().filter(char::is_ascii).count();
            if plain(&swapped) > plain(&as_declared) {
                swapped
            } else {
                as_declared
            }
        }
        b"ASCII\0\0\0" | b"JIS\0\0\0\0\0" | b"\0\0\0\0\0\0\0\0" => words::text(rest),
        _ => words::text(entry.bytes),
    }
}

/// The three dates with their fractions and offsets.
fn dates(block: &Block<'_>, notes: &mut Notes<'_>) {
    const DATES: [(u16, u16, u16, &str); 3] = [
        (0x9003, 0x9291, 0x9011, "Taken"),
        (0x9004, 0x9292, 0x9012, "Digitised"),
        (0x0132, 0x9290, 0x9010, "Changed"),
    ];
    for (date_tag, fraction, offset, name) in DATES {
        let fraction = block.first(fraction).as_ref().map(Entry::text);
        let offset = block.first(offset).as_ref().map(Entry::text);
        let mut told = false;
        for tag in &block.tags {
            if tag.entry.tag != date_tag || !is_told_elsewhere(tag) {
                continue;
            }
            let raw = tag.entry.text();
            if let Some(value) = date::exif(&raw, fraction.as_deref(), offset.as_deref()) {
                notes.find(Topic::Time, name, &value);
                notes.secret_text(&raw);
                told = true;
            }
        }
        if !told && let Some(offset) = offset.filter(|offset| !offset.is_empty()) {
            notes.find(Topic::Time, "Time zone", &offset);
        }
    }
}

/// Exposure in one line: `1/60 s, f/2.8, ISO 100, 26 mm`.
fn settings(block: &Block<'_>, notes: &mut Notes<'_>) {
    let ratio = |number: u16| {
        block
            .first(number)
            .and_then(|entry| entry.rationals().first().copied())
    };
    let mut line = Vec::new();
    if let Some((numerator, denominator)) = ratio(0x829A) {
        line.extend(exposure_time(numerator, denominator));
    }
    let aperture = ratio(0x829D).and_then(|(n, d)| super::gps::fraction(n, d, 1));
    line.extend(aperture.map(|aperture| format!("f/{aperture}")));
    let sensitivity = block.first(0x8827).and_then(|entry| entry.number());
    line.extend(sensitivity.map(|iso| format!("ISO {iso}")));
    let focal = ratio(0x920A).and_then(|(n, d)| super::gps::fraction(n, d, 1));
    line.extend(focal.map(|focal| format!("{focal} mm")));
    let full_frame = block.first(0xA405).and_then(|entry| entry.number());
    line.extend(
        full_frame
            .filter(|focal| *focal > 0)
            .map(|focal| format!("{focal} mm in 35 mm terms")),
    );
    if !line.is_empty() {
        notes.find(Topic::Device, "Exposure settings", &line.join(", "));
    }
}

/// Shortest and longest focal length, and the aperture at each: `18-55 mm, f/3.5-5.6`.
fn lens_range(entry: &Entry<'_>) -> Option<String> {
    let [short, long, wide, tele] = <[_; 4]>::try_from(entry.rationals()).ok()?;
    let range = |(n, d): (u32, u32), (m, e): (u32, u32)| {
        let (from, to) = (
            super::gps::fraction(n, d, 1)?,
            super::gps::fraction(m, e, 1)?,
        );
        Some(if from == to {
            from
        } else {
            format!("{from}-{to}")
        })
    };
    let focal = range(short, long)?;
    Some(match range(wide, tele) {
        Some(aperture) => format!("{focal} mm, f/{aperture}"),
        None => format!("{focal} mm"),
    })
}

fn exposure_time(numerator: u32, denominator: u32) -> Option<String> {
    if numerator == 0 {
        return None;
    }
    if numerator >= denominator {
        return super::gps::fraction(numerator, denominator, 1)
            .map(|seconds| format!("{seconds} s"));
    }
    super::gps::fraction(denominator, numerator, 0).map(|part| format!("1/{part} s"))
}

/// Thumbnails: JPEG by offset and length, or strips of raw pixels.
fn thumbnails(block: &Block<'_>, notes: &mut Notes<'_>) {
    let mut seen = BTreeSet::new();
    for number in 0..=DIRECTORIES_MAX {
        let tags: Vec<_> = block
            .tags
            .iter()
            .filter(|tag| tag.directory == number)
            .collect();
        let value = |wanted: u16| {
            let tag = tags.iter().find(|tag| {
                tag.entry.tag == wanted
                    && matches!(tag.place, Place::Main | Place::Exif | Place::Further)
            });
            tag.and_then(|tag| tag.entry.number())
        };
        let jpeg = value(0x0201).zip(value(0x0202));
        let Some((at, len)) = jpeg.or_else(|| value(0x0111).zip(value(0x0117))) else {
            continue;
        };
        if len == 0 || seen.len() >= THUMBNAILS_MAX || !seen.insert((at, len)) {
            continue;
        }
        let (width, height) = (value(0x0100).unwrap_or(0), value(0x0101).unwrap_or(0));
        match thumbnail_bytes(block, at, len) {
            Some(bytes) => embedded::thumbnail(width, height, bytes, notes),
            None => notes.find(
                Topic::Thumbnail,
                embedded::THUMBNAIL,
                &format!("{}, damaged", size_words(crate::reader::index(len))),
            ),
        }
    }
}

/// The thumbnail as far as it is there: files that were cut or rewritten may hold only its beginning.
fn thumbnail_bytes<'a>(block: &Block<'a>, at: u32, len: u32) -> Option<&'a [u8]> {
    let rest = block.tiff.bytes.get(crate::reader::index(at)..)?;
    let bytes = rest.get(..crate::reader::index(len)).unwrap_or(rest);
    (!bytes.is_empty()).then_some(bytes)
}

/// Tags that cannot be read, and bytes that no tag accounts for.
fn stray(block: &Block<'_>, notes: &mut Notes<'_>) {
    if block.unreadable > 0 {
        let value = format!(
            "{} that point outside the block or have no known type",
            block.unreadable
        );
        notes.find(Topic::Unknown, "Unreadable Exif tags", &value);
    }
    let mut covered = block.covered.clone();
    covered.extend(block.tags.iter().filter_map(|tag| {
        let wanted = match tag.entry.tag {
            0x0201 => 0x0202,
            0x0111 => 0x0117,
            _ => return None,
        };
        let len = block
            .tags
            .iter()
            .find(|other| other.directory == tag.directory && other.entry.tag == wanted)?;
        let at = crate::reader::index(tag.entry.number()?);
        Some((
            at,
            at.saturating_add(crate::reader::index(len.entry.number()?)),
        ))
    }));
    covered.sort_unstable();
    let mut gaps = Vec::new();
    let mut next = 0_usize;
    for (from, to) in covered
        .into_iter()
        .chain([(block.tiff.bytes.len(), usize::MAX)])
    {
        gaps.extend_from_slice(block.tiff.bytes.get(next..from).unwrap_or_default());
        next = next.max(to);
    }
    let size = gaps.iter().filter(|byte| **byte != 0).count();
    if size < STRAY_BYTES_MIN && block.unreadable == 0 || size == 0 {
        return;
    }
    let value = runs::sized(&gaps, notes);
    notes.find(Topic::Unknown, "Bytes that no Exif tag explains", &value);
}
