//! Looking records up. What a record says is sealed, so every look-up opens what it must.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use rusqlite::Connection;

use crate::digest::Digest;
use crate::error::Error;
use crate::keyring::Keyring;
use crate::log::Log;
use crate::record::Record;
use crate::store;

/// The fewest digits of an id that may stand for the whole.
const ID_DIGITS_MIN: usize = 4;

/// Which records to list, and which part of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Matches records of which the id, the hash, a digest, the container or the claimed time
    /// begins with this text, or recipient, purpose or note hold it, in either case. Empty text
    /// matches all; spaces around it are ignored.
    pub text: String,
    /// The places that count, from 1: what an anchor covers, or what none does.
    pub within: RangeInclusive<u64>,
    /// How many matching records to leave out, from the newest.
    pub offset: u64,
    /// How many matching records to give at most. 0 gives the total alone.
    pub limit: u64,
}

impl Default for Query {
    /// The newest 100 of all records.
    fn default() -> Self {
        Self {
            text: String::new(),
            within: 1..=u64::MAX,
            offset: 0,
            limit: 100,
        }
    }
}

/// A part of the records that match a [`Query`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// How many records match.
    pub total: u64,
    /// Those of the asked part, newest first.
    pub records: Vec<Record>,
}

/// Inside a transaction, so that total and records are of one instant, and after the log was verified in it. Without an
/// open keyring only totals are given.
pub(crate) fn list(
    connection: &Connection,
    log: &Log,
    keyring: Option<&mut Keyring>,
    query: &Query,
) -> Result<Page, Error> {
    let text = query.text.trim().to_lowercase();
    let (first, last) = (
        store::signed(*query.within.start()),
        store::signed(*query.within.end()),
    );
    let mut records = Vec::new();
    if text.is_empty() {
        if query.limit > 0 {
            let keyring = keyring.ok_or(Error::NeedsPassphrase)?;
            store::each(
                connection,
                "WHERE kind = 'photo' AND sequence BETWEEN ?1 AND ?2
                ORDER BY sequence DESC LIMIT ?3 OFFSET ?4",
                (
                    first,
                    last,
                    store::signed(query.limit),
                    store::signed(query.offset),
                ),
                |entry, hash| {
                    log.confirm(entry.sequence, hash)?;
                    records.extend(keyring.record(&entry, hash)?);
                    Ok(())
                },
            )?;
        }
        return Ok(Page {
            total: log.photos_within(&query.within),
            records,
        });
    }
    let keyring = keyring.ok_or(Error::NeedsPassphrase)?;
    let range = Digest::range(&text);
    let mut total = 0;
    store::each(
        connection,
        "WHERE kind = 'photo' AND sequence BETWEEN ?1 AND ?2 ORDER BY sequence DESC",
        (first, last),
        |entry, hash| {
            log.confirm(entry.sequence, hash)?;
            let Some(record) = keyring.record(&entry, hash)? else {
                return Ok(());
            };
            if matches(&record, &text, range) {
                let end = query.offset.saturating_add(query.limit);
                if (query.offset..end).contains(&total) {
                    records.push(record);
                }
                total += 1;
            }
            Ok(())
        },
    )?;
    Ok(Page { total, records })
}

fn matches(record: &Record, text: &str, range: Option<(Digest, Digest)>) -> bool {
    let facts = &record.facts;
    let digests = [
        Some(record.hash),
        Some(facts.original_sha256),
        Some(facts.output_sha256),
        facts.pixels_sha256,
    ];
    let within = |(low, high): (Digest, Digest)| {
        digests
            .iter()
            .flatten()
            .any(|digest| (low..=high).contains(digest))
    };
    let extras = &record.extras;
    let said = [&extras.recipient, &extras.purpose, &extras.note];
    let said = said.into_iter().flatten();
    facts.container.starts_with(text)
        || said
            .map(|said| said.to_lowercase())
            .any(|said| said.contains(text))
        || record.claimed_time.starts_with(&text.to_ascii_uppercase())
        || record.id.starts_with(text)
        || range.is_some_and(within)
}

/// Where digests are, for a ledger that is unlocked: made when first asked for, and kept up.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// Entries up to this one are in it.
    upto: u64,
    digests: HashMap<Digest, Vec<u64>>,
    /// The hashes that records of the first form had, by which they are known.
    first_form: Vec<(Digest, u64)>,
}

impl Index {
    /// Takes in what was added.
    pub(crate) fn extend(
        &mut self,
        connection: &Connection,
        log: &Log,
        keyring: &mut Keyring,
    ) -> Result<(), Error> {
        store::each_after(connection, self.upto, |entry, hash| {
            log.confirm(entry.sequence, hash)?;
            if entry.kind == crate::entry::Kind::Photo {
                let content = keyring.content(&entry)?;
                let facts = &content.facts;
                let mut digests = vec![facts.original_sha256, facts.output_sha256];
                digests.extend(facts.pixels_sha256);
                digests.sort_unstable();
                digests.dedup();
                for digest in digests {
                    self.digests.entry(digest).or_default().push(entry.sequence);
                }
                let known = content.first_form_hash.map(|hash| (hash, entry.sequence));
                self.first_form.extend(known);
            }
            self.upto = entry.sequence;
            Ok(())
        })
    }

    /// The entries of photos that have this digest, newest first.
    pub(crate) fn find(&self, digest: &Digest) -> Vec<u64> {
        let found = self.digests.get(digest).into_iter().flatten();
        found.rev().copied().collect()
    }

    /// The entries of the first form whose hash of then is in this range.
    pub(crate) fn first_form(&self, range: &RangeInclusive<Digest>) -> Vec<u64> {
        let known = self.first_form.iter();
        known
            .filter(|(hash, _)| range.contains(hash))
            .map(|(_, sequence)| *sequence)
            .collect()
    }
}

/// The hashes that begin with `id`.
pub(crate) fn range_of(id: &str) -> Result<RangeInclusive<Digest>, Error> {
    let id = id.trim();
    let range = Digest::range(id).filter(|_| id.len() >= ID_DIGITS_MIN);
    range.map(|(low, high)| low..=high).ok_or(Error::InvalidId)
}

/// The entries whose hash is in this range.
pub(crate) fn with_hash(log: &Log, range: &RangeInclusive<Digest>) -> Vec<u64> {
    (0..log.size())
        .filter(|at| log.tree.leaf(*at).is_some_and(|hash| range.contains(&hash)))
        .map(|at| at + 1)
        .collect()
}
