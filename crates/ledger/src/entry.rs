//! An entry: what the ledger's tree holds, one for each record and for each change of the person's key.
//!
//! The bytes of an entry's leaf are ASCII lines, each ended by one line feed:
//!
//! | line | value |
//! |---|---|
//! | `cloakroom-entry-v2` | fixed |
//! | `kind=` | `photo` or `key` |
//! | `sequence=` | decimal, from 1 |
//! | `previous=` | 64 hexadecimal digits: the hash of the entry before, or 64 zeros |
//! | `fields=` | 64 hexadecimal digits: the root over the fields; 64 zeros for a key |
//! | `payload=` | 64 hexadecimal digits: SHA-256 of the bytes that the ledger keeps for this entry |
//!
//! The entry's hash is that of the leaf: SHA-256 over 0x00 and these lines.

use crate::digest::Digest;
use crate::merkle::leaf_hash;

/// What an entry is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A photo's record; the payload is sealed.
    Photo,
    /// A signed statement about the person's keys; the payload is that statement.
    Key,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Key => "key",
        }
    }

    pub(crate) fn of(name: &str) -> Option<Self> {
        [Self::Photo, Self::Key]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// One entry, with what the ledger keeps for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    pub(crate) sequence: u64,
    pub(crate) previous: Digest,
    pub(crate) fields: Digest,
    pub(crate) payload: Vec<u8>,
}

impl Entry {
    /// The lines that are hashed.
    pub(crate) fn text(&self) -> String {
        let Self {
            kind,
            sequence,
            previous,
            fields,
            payload,
        } = self;
        text(*kind, *sequence, previous, fields, &Digest::of(payload))
    }

    pub(crate) fn hash(&self) -> Digest {
        leaf_hash(self.text().as_bytes())
    }
}

fn text(kind: Kind, sequence: u64, previous: &Digest, fields: &Digest, payload: &Digest) -> String {
    format!(
        "cloakroom-entry-v2\nkind={}\nsequence={sequence}\nprevious={previous}\nfields={fields}\npayload={payload}\n",
        kind.name()
    )
}

/// What an entry's lines say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EntryText {
    pub(crate) sequence: u64,
    pub(crate) fields: Digest,
}

/// Reads the lines of a photo's entry; nothing for any other text.
pub(crate) fn read(bytes: &[u8]) -> Option<EntryText> {
    let lines: Vec<&str> = str::from_utf8(bytes).ok()?.lines().collect();
    let value = |at: usize, name: &str| lines.get(at)?.strip_prefix(name)?.strip_prefix('=');
    let sequence = value(2, "sequence")?.parse().ok()?;
    let digest = |at, name| value(at, name)?.parse::<Digest>().ok();
    let (previous, fields) = (digest(3, "previous")?, digest(4, "fields")?);
    let payload = digest(5, "payload")?;
    let again = text(Kind::Photo, sequence, &previous, &fields, &payload);
    (again.as_bytes() == bytes).then_some(EntryText { sequence, fields })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            kind: Kind::Photo,
            sequence: 7,
            previous: Digest::of(b"before"),
            fields: Digest::of(b"fields"),
            payload: b"sealed".to_vec(),
        }
    }

    #[test]
    fn an_entry_is_read_as_it_was_written_and_in_no_other_way() {
        let text = entry().text();
        let read_back = EntryText {
            sequence: 7,
            fields: Digest::of(b"fields"),
        };
        assert_eq!(read(text.as_bytes()), Some(read_back));
        for at in 0..text.len() {
            let mut wrong = text.clone().into_bytes();
            wrong[at] = wrong[at].wrapping_add(1);
            // Another digit is another entry; everything else is none.
            if read(&wrong).is_some() {
                assert_ne!(leaf_hash(&wrong), entry().hash(), "byte {at}");
            }
            assert_eq!(read(&text.as_bytes()[..at]), None);
        }
        for wrong in [
            text.replace("=7", "=07"),
            text.replace('\n', "\r\n"),
            text.clone() + "\n",
        ] {
            assert_eq!(read(wrong.as_bytes()), None);
        }
    }
}
