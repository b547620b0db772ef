//! The meta box: which items there are, what they have to do with each other, and what describes them.
//! ISO/IEC 14496-12 § 8.11 and ISO/IEC 23008-12 § 9.

use std::collections::{BTreeMap, btree_map};

use smallvec::SmallVec;

use super::boxes::{IsoBox, Label, Span, View, children, inside};
use super::locations::{self, Entry, Locations};
use crate::Error;
use crate::reader::Reader;

/// What the meta box says.
#[derive(Debug, Clone)]
pub(super) struct Meta {
    /// The box itself, and where its children begin.
    pub(super) span: Span,
    pub(super) inner: Span,
    /// Its children, in their order.
    pub(super) boxes: Vec<IsoBox>,
    pub(super) primary: u32,
    pub(super) items: BTreeMap<u32, Item>,
    pub(super) references: Vec<Reference>,
    /// Which reference of a label is an item's first.
    referred: BTreeMap<(Label, u32), usize>,
    /// The properties; the first one has the number 1.
    pub(super) properties: Vec<IsoBox>,
    /// Which properties describe an item, in the order in which they are applied.
    pub(super) associations: BTreeMap<u32, Associations>,
    pub(super) locations: Locations,
    /// Which entry of the locations is an item's.
    located: BTreeMap<u32, usize>,
    pub(super) groups: Vec<Group>,
    pub(super) item_data: Option<IsoBox>,
}

/// An item: a picture, a rule that makes one of others, or metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) label: Label,
    /// Its entry in the item information box.
    pub(super) entry: IsoBox,
    pub(super) protected: bool,
    pub(super) name: Vec<u8>,
    /// The media type of a `mime` item.
    pub(super) content_type: Vec<u8>,
}

/// A reference from one item to others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) entry: IsoBox,
    pub(super) from: u32,
    pub(super) to: Vec<u32>,
}

/// A property by its number, and whether who does not know it must not show the item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Association {
    pub(super) property: u16,
    pub(super) essential: bool,
}

/// The properties of one item; few have more than six.
pub(super) type Associations = SmallVec<[Association; 6]>;

/// A group of items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) entry: IsoBox,
    pub(super) members: Vec<u32>,
}

impl Meta {
    /// Reads the meta box. `limit` bounds each of its lists.
    pub(super) fn read(view: View<'_>, meta: IsoBox, limit: usize) -> Result<Self, Error> {
        let inner = inner(view, meta);
        let boxes = children(view, inner, limit)?;
        let at = meta.span.start;
        let one = |label| only(&boxes, label, at);
        let needed = |label, what| one(label)?.ok_or(Error::Malformed { what, offset: at });

        let handler = needed(*b"hdlr", "no handler (ISO/IEC 14496-12 § 8.4.3)")?;
        if view.get(handler.body).get(8..12) != Some(b"pict") {
            return Err(Error::UnsupportedFeature {
                what: "a meta box that is not for pictures (ISO/IEC 23008-12 § 6.2)",
                offset: at,
            });
        }
        let pitm = needed(*b"pitm", "no primary picture (ISO/IEC 14496-12 § 8.11.4)")?;
        let iinf = needed(*b"iinf", "no list of items (ISO/IEC 14496-12 § 8.11.6)")?;
        let iloc = needed(*b"iloc", "no item locations (ISO/IEC 14496-12 § 8.11.3)")?;
        let iprp = needed(*b"iprp", "no item properties (ISO/IEC 23008-12 § 9.3)")?;

        let iprp = children(view, iprp.body, limit)?;
        let ipco = only(&iprp, *b"ipco", at)?.ok_or(Error::Malformed {
            what: "no properties (ISO/IEC 23008-12 § 9.3)",
            offset: at,
        })?;
        let locations = locations::read(view.get(iloc.body), limit);
        let locations = inside(locations, iloc.span.start)?;
        let numbers = locations.entries.iter().map(|entry| entry.item);
        let located: BTreeMap<_, _> = numbers.zip(0..).collect();
        if located.len() != locations.entries.len() {
            return Err(Error::Malformed {
                what: "two locations of one item (ISO/IEC 14496-12 § 8.11.3)",
                offset: iloc.span.start,
            });
        }
        let references = match one(*b"iref")? {
            Some(iref) => references(view, iref, limit)?,
            None => Vec::new(),
        };
        let meta = Self {
            referred: referred(&references)?,
            references,
            span: meta.span,
            inner,
            primary: inside(primary(view.get(pitm.body)), pitm.span.start)?,
            items: items(view, iinf, limit)?,
            properties: children(view, ipco.body, limit)?,
            associations: associations(view, &iprp)?,
            locations,
            located,
            groups: match one(*b"grpl")? {
                Some(grpl) => groups(view, grpl, limit)?,
                None => Vec::new(),
            },
            item_data: one(*b"idat")?,
            boxes,
        };
        meta.check()?;
        Ok(meta)
    }

    fn check(&self) -> Result<(), Error> {
        let malformed = |what| {
            Err(Error::Malformed {
                what,
                offset: self.span.start,
            })
        };
        if !self.items.contains_key(&self.primary) {
            return malformed(
                "its primary picture is not in its list of items (ISO/IEC 14496-12 § 8.11.4)",
            );
        }
        let mut used = self.associations.values().flatten();
        if used.any(|used| usize::from(used.property) > self.properties.len()) {
            return malformed("a property that is not there (ISO/IEC 23008-12 § 9.3)");
        }
        Ok(())
    }

    /// Where an item's bytes stand, if anywhere.
    pub(super) fn location(&self, item: u32) -> Option<&Entry> {
        self.locations.entries.get(*self.located.get(&item)?)
    }

    /// The properties of an item, in the order in which they are applied.
    pub(super) fn properties_of(&self, item: u32) -> impl Iterator<Item = &IsoBox> {
        let numbers = self.associations.get(&item).into_iter().flatten();
        numbers.filter_map(|used| {
            let at = usize::from(used.property).checked_sub(1)?;
            self.properties.get(at)
        })
    }

    /// To whom an item refers by this label.
    pub(super) fn referred(&self, label: Label, from: u32) -> &[u32] {
        let at = self.referred.get(&(label, from));
        let found = at.and_then(|at| self.references.get(*at));
        found.map(|found| found.to.as_slice()).unwrap_or_default()
    }

    /// Who refers to whom by this label.
    pub(super) fn referring(&self, label: &Label) -> impl Iterator<Item = &Reference> {
        self.references
            .iter()
            .filter(move |found| found.entry.label == *label)
    }
}

/// Where the children of a meta box begin: behind its version and flags, which QuickTime leaves out.
fn inner(view: View<'_>, meta: IsoBox) -> Span {
    let body = view.get(meta.body);
    let quick_time = body.get(4..8) == Some(b"hdlr");
    let header = if quick_time { 0 } else { 4 };
    Span {
        start: meta.body.start.saturating_add(header).min(meta.body.end),
        end: meta.body.end,
    }
}

/// The box with this label, of which there may be one.
fn only(boxes: &[IsoBox], label: Label, offset: usize) -> Result<Option<IsoBox>, Error> {
    let mut found = boxes.iter().filter(|child| child.label == label);
    let first = found.next().copied();
    match found.next() {
        None => Ok(first),
        Some(_) => Err(Error::Malformed {
            what: "two of a box that may stand once (ISO/IEC 14496-12 § 8.11)",
            offset,
        }),
    }
}

fn primary(body: &[u8]) -> Result<u32, Error> {
    const WHAT: &str = "its primary picture has no number (ISO/IEC 14496-12 § 8.11.4)";
    let mut reader = Reader::new(body);
    let [version, ..] = reader.array::<4>(WHAT)?;
    wide(&mut reader, version > 0, WHAT)
}

/// A number of 16 or, if `wide`, 32 bits.
fn wide(reader: &mut Reader<'_>, wide: bool, what: &'static str) -> Result<u32, Error> {
    if wide {
        reader.u32_be(what)
    } else {
        reader.u16_be(what).map(u32::from)
    }
}

/// Where the entries of the item information box begin: behind version, flags and the 16- or 32-bit count.
pub(super) fn entries_start(view: View<'_>, iinf: IsoBox) -> usize {
    let header = if view.get(iinf.body).first() == Some(&0) {
        6
    } else {
        8
    };
    iinf.body.start.saturating_add(header).min(iinf.body.end)
}

fn items(view: View<'_>, iinf: IsoBox, limit: usize) -> Result<BTreeMap<u32, Item>, Error> {
    let entries = Span {
        start: entries_start(view, iinf),
        end: iinf.body.end,
    };
    let header = view.get(iinf.body);
    let count = header
        .get(4..entries.start.saturating_sub(iinf.body.start))
        .unwrap_or_default();
    let count = count
        .iter()
        .fold(0_usize, |count, byte| count << 8 | usize::from(*byte));
    let mut items = BTreeMap::new();
    for entry in children(view, entries, limit)? {
        if entry.label != *b"infe" {
            continue;
        }
        let (number, item) = inside(item(view, entry), entry.span.start)?;
        if items.insert(number, item).is_some() {
            return Err(Error::Malformed {
                what: "two items with one number (ISO/IEC 14496-12 § 8.11.6)",
                offset: entry.span.start,
            });
        }
    }
    if items.len() != count {
        // Programs that trust the count would see other items.
        return Err(Error::Malformed {
            what: "a list of items of another length than it says (ISO/IEC 14496-12 § 8.11.6)",
            offset: iinf.span.start,
        });
    }
    Ok(items)
}

/// An item information entry, ISO/IEC 14496-12 § 8.11.6. Versions 0 and 1 name no type and cannot be pictures.
fn item(view: View<'_>, entry: IsoBox) -> Result<(u32, Item), Error> {
    const WHAT: &str = "an item's description ends too early (ISO/IEC 14496-12 § 8.11.6)";
    let mut reader = Reader::new(view.get(entry.body));
    let [version, ..] = reader.array::<4>(WHAT)?;
    let number = wide(&mut reader, version > 2, WHAT)?;
    let protected = reader.u16_be(WHAT)? != 0;
    let label = if version < 2 {
        *b"mime"
    } else {
        reader.array(WHAT)?
    };
    let mut texts = reader.rest().split(|byte| *byte == 0).map(<[u8]>::to_vec);
    let name = texts.next().unwrap_or_default();
    let content_type = texts
        .next()
        .filter(|_| label == *b"mime")
        .unwrap_or_default();
    let item = Item {
        label,
        entry,
        protected,
        name,
        content_type,
    };
    Ok((number, item))
}

fn references(view: View<'_>, iref: IsoBox, limit: usize) -> Result<Vec<Reference>, Error> {
    const WHAT: &str = "a reference ends too early (ISO/IEC 14496-12 § 8.11.12)";
    let entries = full_box_children(view, iref, WHAT)?;
    let is_wide = view.get(iref.body).first() != Some(&0);
    let read = |entry: IsoBox| {
        let mut reader = Reader::new(view.get(entry.body));
        let from = wide(&mut reader, is_wide, WHAT)?;
        let count = reader.u16_be(WHAT)?;
        let to = (0..count).map(|_| wide(&mut reader, is_wide, WHAT));
        Ok(Reference {
            entry,
            from,
            to: to.collect::<Result<_, _>>()?,
        })
    };
    children(view, entries, limit)?
        .into_iter()
        .map(|entry| inside(read(entry), entry.span.start))
        .collect()
}

/// An item has one list of inputs; with two, programs disagree on which it is (ISO/IEC 23008-12 § 6.6.1).
fn referred(references: &[Reference]) -> Result<BTreeMap<(Label, u32), usize>, Error> {
    let mut all = BTreeMap::new();
    for (at, found) in references.iter().enumerate() {
        let label = found.entry.label;
        if all.insert((label, found.from), at).is_some() && matches!(&label, b"dimg" | b"iloc") {
            return Err(Error::Malformed {
                what: "two lists of what a picture is made of (ISO/IEC 23008-12 § 6.6.1)",
                offset: found.entry.span.start,
            });
        }
    }
    Ok(all)
}

/// What follows the version and flags of a box that holds boxes.
pub(super) fn full_box_children(
    view: View<'_>,
    found: IsoBox,
    what: &'static str,
) -> Result<Span, Error> {
    let body = found.body;
    let start = body.start.saturating_add(4);
    if start > body.end || view.get(body).is_empty() {
        return Err(Error::Malformed {
            what,
            offset: found.span.start,
        });
    }
    Ok(Span {
        start,
        end: body.end,
    })
}

fn associations(view: View<'_>, iprp: &[IsoBox]) -> Result<BTreeMap<u32, Associations>, Error> {
    let mut all: BTreeMap<u32, Associations> = BTreeMap::new();
    for ipma in iprp.iter().filter(|child| child.label == *b"ipma") {
        let read = read_associations(view.get(ipma.body));
        for (item, associations) in inside(read, ipma.span.start)? {
            match all.entry(item) {
                btree_map::Entry::Vacant(first) => drop(first.insert(associations)),
                btree_map::Entry::Occupied(mut more) => more.get_mut().extend(associations),
            }
        }
    }
    Ok(all)
}

/// The entries of an item property association box, ISO/IEC 23008-12 § 9.3: the number of the item is wide since
/// version 1, that of the property has 15 bits instead of 7 with flag 1. The property 0 is none.
pub(super) fn read_associations(body: &[u8]) -> Result<Vec<(u32, Associations)>, Error> {
    const WHAT: &str = "its property associations end too early (ISO/IEC 23008-12 § 9.3)";
    let mut reader = Reader::new(body);
    let [version, _, _, flags] = reader.array(WHAT)?;
    let count = reader.u32_be(WHAT)?;
    let mut entries = Vec::new();
    for _ in 0..count {
        let item = wide(&mut reader, version > 0, WHAT)?;
        let count = reader.u8(WHAT)?;
        let mut associations = Associations::with_capacity(count.into());
        for _ in 0..count {
            let (essential, property) = if flags & 1 == 1 {
                let bits = reader.u16_be(WHAT)?;
                (bits >> 15 == 1, bits & 0x7FFF)
            } else {
                let bits = reader.u8(WHAT)?;
                (bits >> 7 == 1, u16::from(bits & 0x7F))
            };
            if property != 0 {
                associations.push(Association {
                    property,
                    essential,
                });
            }
        }
        entries.push((item, associations));
    }
    Ok(entries)
}

fn groups(view: View<'_>, grpl: IsoBox, limit: usize) -> Result<Vec<Group>, Error> {
    const WHAT: &str = "a group of items ends too early (ISO/IEC 14496-12 § 8.18.3)";
    let read = |entry: IsoBox| {
        let mut reader = Reader::new(view.get(entry.body));
        reader.take(8, WHAT)?;
        let count = reader.u32_be(WHAT)?;
        let mut members = Vec::new();
        for _ in 0..count {
            members.push(reader.u32_be(WHAT)?);
        }
        Ok(Group { entry, members })
    };
    children(view, grpl.body, limit)?
        .into_iter()
        .map(|entry| inside(read(entry), entry.span.start))
        .collect()
}
