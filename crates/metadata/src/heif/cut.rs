//! Cutting the data of the items, wherever it stands: what stays to the unit, what goes to the item, and the rest.

use std::collections::{BTreeMap, BTreeSet};

use super::boxes::{IsoBox, Label, Span, View, inside};
use super::meta::Meta;
use super::names::{self, Name};
use super::roles::Role;
use super::units::{Unit, Use};
use super::{av1, data, derived, hevc};
use crate::Error;
use crate::part::Kind;

const OUTSIDE: &str = "picture data outside mdat and idat (ISO/IEC 14496-12 § 8.1.1)";
const SHARED: &str = "pictures that share a part of their data";

/// A part to be: where it stands, where its payload does, and what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) span: Span,
    pub(super) body: Span,
    pub(super) name: Name,
}

impl Cut {
    /// A box as one part.
    pub(super) const fn of(found: IsoBox, name: Name) -> Self {
        Self {
            span: found.span,
            body: found.body,
            name,
        }
    }

    /// A part without framing.
    pub(super) const fn whole(start: usize, end: usize, name: Name) -> Self {
        let span = Span { start, end };
        Self {
            span,
            body: span,
            name,
        }
    }

    /// The header of a box whose content is parts of its own.
    pub(super) const fn header(start: usize, end: usize, name: Name) -> Self {
        Self {
            span: Span { start, end },
            body: Span { start: end, end },
            name,
        }
    }
}

/// The samples of a sequence, in the order of the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Samples<'s> {
    pub(super) staying: &'s [Cut],
    pub(super) going: &'s [Cut],
}

/// The data of all items, and of a sequence.
#[derive(Debug, Default)]
pub(super) struct Data {
    /// What stays, and the units inside it that go, by where they begin; none overlaps another.
    stays: BTreeMap<usize, Cut>,
    /// What goes, by where it begins; none overlaps another.
    goes: BTreeMap<usize, Cut>,
}

impl Data {
    /// Cuts the data of all items. `homes` are the spans that may hold data.
    ///
    /// # Errors
    /// When data that stays is cut short, is no row of units, overlaps other data, or stands outside `homes`.
    pub(super) fn cut(
        view: View<'_>,
        meta: &Meta,
        roles: &BTreeMap<u32, Role>,
        samples: Samples<'_>,
        homes: &[Span],
        limit: usize,
    ) -> Result<Self, Error> {
        let mut all = Self::default();
        for cut in samples.staying {
            if !is_within(homes, cut.span) {
                return Err(refuse(OUTSIDE, &[cut.span]));
            }
            all.stay(*cut, limit)?;
        }
        let file = Span {
            start: 0,
            end: view.end(),
        };
        let mut seen = BTreeSet::new();
        let mut stored = Vec::new();
        let mut read = 0_usize;
        for (item, role) in roles.iter().filter(|(_, role)| role.stays()) {
            let spans = data::spans(meta, *item, file)?;
            let is_stored = data::is_in_items(meta, *item);
            if !seen.insert((is_stored, label_of(meta, *item, *role), spans.clone())) {
                continue;
            }
            // Pictures may share their data as a whole, or be read once in their store and once as themselves.
            read = spans
                .iter()
                .fold(read, |sum, span| sum.saturating_add(span.len()));
            if read.checked_div(2) > Some(file.len()) {
                return Err(refuse(SHARED, &spans));
            }
            let units = units(view, meta, *item, *role, &spans, limit)?;
            if !units.is_empty() && units.iter().all(|unit| unit.by_decoder != Use::Needed) {
                return Err(Error::Malformed {
                    what: "a picture without a single unit that a decoder reads (ISO/IEC 23008-2 § 7.4.2.2)",
                    offset: spans.first().map_or(0, |span| span.start),
                });
            }
            if is_stored {
                if units.iter().any(|unit| unit.by_decoder != Use::Needed) {
                    return Err(refuse(
                        "words inside a picture that is stored in another item",
                        &spans,
                    ));
                }
                stored.extend(spans);
                continue;
            }
            if !spans.iter().all(|span| is_within(homes, *span)) {
                return Err(refuse(OUTSIDE, &spans));
            }
            let cuts = unit_cuts(&spans, &units, role.data());
            if !samples.staying.is_empty() && spans.iter().all(|span| all.holds(*span)) {
                all.share(&spans, &cuts, role.data())?;
                continue;
            }
            for cut in cuts {
                all.stay(cut, limit)?;
            }
        }
        Self::check_stores(meta, roles, file, stored)?;
        all.add_going(meta, roles, samples.going, file)?;
        Ok(all)
    }

    /// Adds data that stays.
    fn stay(&mut self, cut: Cut, limit: usize) -> Result<(), Error> {
        let before = self.stays.range(..cut.span.end).next_back();
        if before.is_some_and(|(_, before)| before.span.end > cut.span.start) {
            return Err(refuse(SHARED, &[cut.span]));
        }
        if self.stays.len() >= limit {
            return Err(Error::TooMany {
                what: "coded units",
                limit,
            });
        }
        self.stays.insert(cut.span.start, cut);
        Ok(())
    }

    /// Whether all bytes of a span stay already.
    fn holds(&self, span: Span) -> bool {
        let first = self.stays.range(..=span.start).next_back();
        let mut at = match first {
            Some((_, cut)) if cut.span.end > span.start => cut.span.end,
            _ => return false,
        };
        while at < span.end {
            match self.stays.get(&at) {
                Some(cut) => at = cut.span.end,
                None => return false,
            }
        }
        true
    }

    /// The picture of a sequence is one of its samples, as a rule. It becomes parts of its own; what goes of it must be
    /// what goes of the sample.
    fn share(&mut self, spans: &[Span], units: &[Cut], name: Name) -> Result<(), Error> {
        for span in spans {
            self.split(span.start)?;
            self.split(span.end)?;
        }
        for unit in units.iter().filter(|unit| unit.name != name) {
            // In samples the length before a unit stays.
            let message = self.stays.range(unit.span.start..unit.span.end).next_back();
            let is_same = message.is_some_and(|(_, cut)| {
                let before = cut.span.start.saturating_sub(unit.span.start);
                cut.name.1 == Kind::Message && cut.span.end == unit.span.end && before <= 4
            });
            if !is_same {
                return Err(refuse(SHARED, &[unit.span]));
            }
        }
        Ok(())
    }

    /// Cuts what stays in two where a picture begins or ends.
    fn split(&mut self, at: usize) -> Result<(), Error> {
        let before = self.stays.range_mut(..at).next_back();
        let Some((_, cut)) = before.filter(|(_, cut)| cut.span.end > at) else {
            return Ok(());
        };
        if cut.name.1 == Kind::Message {
            return Err(refuse(SHARED, &[cut.span]));
        }
        let rest = Cut::whole(at, cut.span.end, cut.name);
        *cut = Cut::whole(cut.span.start, at, cut.name);
        self.stays.insert(at, rest);
        Ok(())
    }

    /// An item that stays because it holds the bytes of others must hold nothing else.
    fn check_stores(
        meta: &Meta,
        roles: &BTreeMap<u32, Role>,
        file: Span,
        mut used: Vec<Span>,
    ) -> Result<(), Error> {
        used.sort_unstable();
        let mut joined: Vec<Span> = Vec::new();
        for piece in used {
            match joined.last_mut() {
                Some(last) if piece.start <= last.end => last.end = last.end.max(piece.end),
                _ => joined.push(piece),
            }
        }
        for (item, _) in roles.iter().filter(|(_, role)| **role == Role::Store) {
            for span in data::spans(meta, *item, file)? {
                if !is_within(&joined, span) {
                    return Err(refuse(
                        "a picture stored in an item that also holds something else",
                        &[span],
                    ));
                }
            }
        }
        Ok(())
    }

    /// Adds the data of what goes, where nothing that stays uses it too.
    fn add_going(
        &mut self,
        meta: &Meta,
        roles: &BTreeMap<u32, Role>,
        samples: &[Cut],
        file: Span,
    ) -> Result<(), Error> {
        let mut going: Vec<(Span, Name)> = samples.iter().map(|cut| (cut.span, cut.name)).collect();
        for (item, role) in roles.iter().filter(|(_, role)| !role.stays()) {
            // What cannot be located is no part of the picture, and its bytes are not told apart from the rest.
            for span in data::spans(meta, *item, file).unwrap_or_default() {
                let before = self.stays.range(..span.end).next_back();
                if role.is_metadata()
                    && before.is_some_and(|(_, stays)| stays.span.end > span.start)
                {
                    return Err(refuse("metadata inside a picture's data", &[span]));
                }
                going.push((span, role.data()));
            }
        }
        going.sort_unstable_by_key(|(span, _)| *span);
        let mut at = 0;
        for (span, name) in going {
            let start = span.start.max(at);
            if start < span.end {
                self.goes.insert(start, Cut::whole(start, span.end, name));
                at = span.end;
            }
        }
        Ok(())
    }

    /// The parts that tile a box of data: what stays, what goes, and between them what no item uses.
    pub(super) fn tile(&self, home: Span) -> Vec<Cut> {
        let mut cuts = Vec::new();
        let mut at = home.start;
        for (_, cut) in self.stays.range(home.start..home.end) {
            self.fill(at, cut.span.start, &mut cuts);
            cuts.push(*cut);
            at = cut.span.end;
        }
        self.fill(at, home.end, &mut cuts);
        cuts
    }

    /// Fills a gap between what stays.
    fn fill(&self, from: usize, to: usize, cuts: &mut Vec<Cut>) {
        let mut at = from;
        let first = self
            .goes
            .range(..from)
            .next_back()
            .map_or(from, |(start, _)| *start);
        for (_, cut) in self.goes.range(first..to.max(first)) {
            let start = cut.span.start.max(at);
            let end = cut.span.end.min(to);
            if start < end {
                if at < start {
                    cuts.push(Cut::whole(at, start, names::GAP));
                }
                cuts.push(Cut::whole(start, end, cut.name));
                at = end;
            }
        }
        if at < to {
            cuts.push(Cut::whole(at, to, names::GAP));
        }
    }
}

/// Whether one of these, which stand in order, holds the span.
fn is_within(homes: &[Span], span: Span) -> bool {
    let after = homes.partition_point(|home| home.start <= span.start);
    let home = after.checked_sub(1).and_then(|at| homes.get(at));
    home.is_some_and(|home| home.contains(span))
}

/// How an item's data is read; a store's as one piece, whatever it calls itself.
fn label_of(meta: &Meta, item: u32, role: Role) -> Label {
    match meta.items.get(&item) {
        Some(found) if role != Role::Store => found.label,
        _ => STORE,
    }
}

const STORE: Label = *b"    ";

fn refuse(what: &'static str, spans: &[Span]) -> Error {
    Error::UnsupportedFeature {
        what,
        offset: spans.first().map_or(0, |span| span.start),
    }
}

/// The units of an item's data. A rule must have exactly the bytes that it needs.
fn units(
    view: View<'_>,
    meta: &Meta,
    item: u32,
    role: Role,
    spans: &[Span],
    limit: usize,
) -> Result<Vec<Unit>, Error> {
    let malformed = |what| Error::Malformed {
        what,
        offset: spans.first().map_or(meta.span.start, |span| span.start),
    };
    let label = label_of(meta, item, role);
    let joined: Vec<u8>;
    let bytes = match spans {
        [span] => view.get(*span),
        spans => {
            joined = spans
                .iter()
                .flat_map(|span| view.get(*span))
                .copied()
                .collect();
            &joined
        }
    };
    if spans.iter().any(|span| span.is_empty()) || bytes.is_empty() && label != *b"iden" {
        // An extent of length 0 means "all" to some programs and "nothing" to others.
        return Err(malformed(
            "a picture without data (ISO/IEC 14496-12 § 8.11.3)",
        ));
    }
    let start = spans.first().map_or(0, |span| span.start);
    let whole = Unit {
        len: bytes.len(),
        by_decoder: Use::Needed,
    };
    match &label {
        b"hvc1" => {
            let configuration = meta
                .properties_of(item)
                .find(|found| found.label == *b"hvcC");
            if !configuration.is_some_and(|found| hevc::has_plain_lengths(view.get(found.body))) {
                return Err(refuse(
                    "HEVC without lengths of four bytes (ISO/IEC 14496-15 § 8.3.3.1)",
                    spans,
                ));
            }
            inside(hevc::units(bytes, limit), start)
        }
        b"av01" => {
            let units = inside(av1::units(bytes, limit), start)?;
            let is_layered = meta
                .properties_of(item)
                .any(|found| found.label == *b"a1lx");
            if is_layered && units.iter().any(|unit| unit.by_decoder != Use::Needed) {
                return Err(refuse(
                    "words inside a picture in several layers (AV1-ISOBMFF § 2.3.5)",
                    spans,
                ));
            }
            Ok(units)
        }
        &STORE => Ok(vec![whole]),
        label => {
            if !derived::is_exact(label, bytes, meta.referred(*b"dimg", item).len()) {
                return Err(malformed(
                    "a grid or overlay of a wrong size (ISO/IEC 23008-12 § 6.6.2)",
                ));
            }
            Ok(vec![whole])
        }
    }
}

/// The units as parts; one that runs over the end of a stretch is a part in each.
fn unit_cuts(spans: &[Span], units: &[Unit], name: Name) -> Vec<Cut> {
    let mut stretches = spans.iter().copied();
    let mut stretch = Span { start: 0, end: 0 };
    let mut cuts = Vec::new();
    for unit in units {
        let name = match unit.by_decoder {
            Use::Needed => name,
            Use::Message => names::MESSAGE,
            Use::Padding => names::PADDING,
        };
        let mut left = unit.len;
        while left > 0 {
            if stretch.is_empty() {
                let Some(next) = stretches.next() else {
                    return cuts;
                };
                stretch = next;
            }
            let end = stretch.start.saturating_add(left).min(stretch.end);
            cuts.push(Cut::whole(stretch.start, end, name));
            left = left.saturating_sub(end.saturating_sub(stretch.start));
            stretch.start = end;
        }
    }
    cuts
}
