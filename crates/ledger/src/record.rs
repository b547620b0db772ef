//! A record: the facts of one cleaned photo, sealed into the chain by a hash.
//!
//! # The text that is hashed
//!
//! A record's hash is SHA-256 over its *canonical text*: ASCII, each line ended by one line feed
//! (0x0A), the last one too, nothing before, between or after.
//!
//! | line | value |
//! |---|---|
//! | `cloakroom-ledger-record-v1` | fixed; sets this hash apart from every other use of SHA-256 |
//! | `sequence=` | decimal, from 1, no leading zero |
//! | `claimed_time=` | `YYYY-MM-DDTHH:MM:SSZ`, always 20 bytes |
//! | `original_sha256=` | 64 lower-case hexadecimal digits |
//! | `output_sha256=` | 64 lower-case hexadecimal digits |
//! | `pixels_sha256=` | 64 lower-case hexadecimal digits, or nothing |
//! | `original_bytes=` | decimal, no leading zero except in `0` |
//! | `output_bytes=` | decimal, no leading zero except in `0` |
//! | `width=` | decimal, no leading zero except in `0` |
//! | `height=` | decimal, no leading zero except in `0` |
//! | `container=` | 1 to 16 bytes of `a` to `z` and `0` to `9` |
//! | `app_version=` | 1 to 64 bytes from `!` (0x21) to `~` (0x7E) |
//! | `previous=` | 64 lower-case hexadecimal digits: the hash of the record before, or 64 zeros |
//!
//! No value can hold a line feed, so two different records never share a text. The names and
//! their order are those of an export's columns between `id` and `hash`, so that anyone can check
//! an exported record with a text editor and `sha256sum`.

use serde::Serialize;

use crate::chain::Head;
use crate::digest::Digest;
use crate::error::Error;
use crate::time::is_utc_second;

/// The first line of every canonical text.
const DOMAIN: &str = "cloakroom-ledger-record-v1";

/// What is known of one cleaned photo. No name and no path: a ledger in the wrong hands must not
/// tell what the pictures are called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// SHA-256 of the original file.
    pub original_sha256: Digest,
    /// SHA-256 of the file that was made from it.
    pub output_sha256: Digest,
    /// SHA-256 of the upright, decoded pixels, where they were decoded.
    pub pixels_sha256: Option<Digest>,
    /// Size of the original file.
    pub original_bytes: u64,
    /// Size of the file that was made from it.
    pub output_bytes: u64,
    /// Width of the picture in pixels.
    pub width: u32,
    /// Height of the picture in pixels.
    pub height: u32,
    /// The container's name, such as `jpeg`: 1 to 16 of `a` to `z` and `0` to `9`.
    pub container: String,
    /// The version of the program: 1 to 64 printable ASCII characters without spaces.
    pub app_version: String,
}

impl Facts {
    /// Whether every fact, and the time claimed for it, has the form that the canonical text and
    /// the store rely on. Asked before writing and again after reading.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidTime`] or [`Error::InvalidFact`].
    fn check(&self, claimed_time: &str) -> Result<(), Error> {
        let name = |text: &str| {
            matches!(text.len(), 1..=16)
                && text
                    .bytes()
                    .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9'))
        };
        let version = |text: &str| {
            matches!(text.len(), 1..=64) && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        // SQLite's integers are signed.
        let size = |bytes: u64| i64::try_from(bytes).is_ok();
        let wrong = |field| Err(Error::InvalidFact { field });
        match () {
            () if !is_utc_second(claimed_time) => Err(Error::InvalidTime),
            () if !size(self.original_bytes) => wrong("original_bytes"),
            () if !size(self.output_bytes) => wrong("output_bytes"),
            () if !name(&self.container) => wrong("container"),
            () if !version(&self.app_version) => wrong("app_version"),
            () => Ok(()),
        }
    }
}

/// One line of the ledger. Only the ledger makes records, and none leaves it whose hash does not
/// fit its facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Record {
    /// The first 16 hexadecimal digits of the hash.
    pub id: String,
    /// The record's place in the chain, from 1.
    pub sequence: u64,
    /// When the photo was cleaned, as the computer's clock claimed: `YYYY-MM-DDTHH:MM:SSZ`.
    pub claimed_time: String,
    /// What is known of the photo.
    #[serde(flatten)]
    pub facts: Facts,
    /// The hash of the record before; [`Digest::ZERO`] for the first.
    pub previous: Digest,
    /// SHA-256 of the [canonical text](Self::canonical_text).
    pub hash: Digest,
}

impl Record {
    /// The record that follows `head`.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidTime`] or [`Error::InvalidFact`] if the facts are not of the form that can
    /// be recorded.
    pub(crate) fn seal(head: Head, claimed_time: String, facts: Facts) -> Result<Self, Error> {
        facts.check(&claimed_time)?;
        let mut record = Self {
            id: String::new(),
            sequence: head.sequence.saturating_add(1),
            claimed_time,
            facts,
            previous: head.hash,
            hash: Digest::ZERO,
        };
        record.hash = Digest::of(record.canonical_text().as_bytes());
        record.id = format!("{:.16}", record.hash);
        Ok(record)
    }

    /// The text whose SHA-256 is the record's hash:
    ///
    /// ```text
    /// cloakroom-ledger-record-v1
    /// sequence=1
    /// claimed_time=2026-01-31T09:30:00Z
    /// original_sha256=2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
    /// output_sha256=fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9
    /// pixels_sha256=
    /// original_bytes=4194304
    /// output_bytes=4190208
    /// width=4032
    /// height=3024
    /// container=jpeg
    /// app_version=0.1.0
    /// previous=0000000000000000000000000000000000000000000000000000000000000000
    /// ```
    ///
    /// Every line ends with a line feed. A fact that is not known has an empty value.
    pub fn canonical_text(&self) -> String {
        let Self {
            sequence,
            claimed_time,
            facts:
                Facts {
                    original_sha256,
                    output_sha256,
                    pixels_sha256,
                    original_bytes,
                    output_bytes,
                    width,
                    height,
                    container,
                    app_version,
                },
            previous,
            ..
        } = self;
        let pixels_sha256 = pixels_sha256.map_or_else(String::new, |digest| digest.to_string());
        format!(
            "{DOMAIN}\n\
             sequence={sequence}\n\
             claimed_time={claimed_time}\n\
             original_sha256={original_sha256}\n\
             output_sha256={output_sha256}\n\
             pixels_sha256={pixels_sha256}\n\
             original_bytes={original_bytes}\n\
             output_bytes={output_bytes}\n\
             width={width}\n\
             height={height}\n\
             container={container}\n\
             app_version={app_version}\n\
             previous={previous}\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NINE_THIRTY: &str = "2026-01-31T09:30:00Z";

    fn facts() -> Facts {
        let mut pixels = [0x20; 32];
        pixels[31] = 0xff;
        Facts {
            original_sha256: Digest::of(b"abc"),
            output_sha256: Digest::of(b""),
            pixels_sha256: Some(pixels.into()),
            original_bytes: 4_194_304,
            output_bytes: 0,
            width: 4032,
            height: 3024,
            container: "jpeg".to_owned(),
            app_version: "0.1.0".to_owned(),
        }
    }

    fn head() -> Head {
        let mut hash = [0; 32];
        hash.iter_mut()
            .zip(0..)
            .for_each(|(byte, number)| *byte = number);
        Head {
            sequence: 6,
            hash: hash.into(),
        }
    }

    /// Written out by hand; the hashes below are what `sha256sum` says of these bytes.
    const TEXT: &str = "\
cloakroom-ledger-record-v1
sequence=7
claimed_time=2026-01-31T09:30:00Z
original_sha256=ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
output_sha256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
pixels_sha256=20202020202020202020202020202020202020202020202020202020202020ff
original_bytes=4194304
output_bytes=0
width=4032
height=3024
container=jpeg
app_version=0.1.0
previous=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
";

    #[test]
    fn the_hash_is_that_of_the_documented_text() {
        let record = Record::seal(head(), NINE_THIRTY.to_owned(), facts()).unwrap();
        assert_eq!(record.canonical_text(), TEXT);
        assert_eq!(
            record.hash.to_string(),
            "bf760f2a51195c3b0081ea0f17b29304c3efc88fe45ad27726cf5dbbc0342564"
        );
        assert_eq!(record.id, "bf760f2a51195c3b");
        assert_eq!((record.sequence, record.previous), (7, head().hash));
    }

    #[test]
    fn a_fact_that_is_not_known_is_an_empty_value() {
        let unknown = Facts {
            pixels_sha256: None,
            ..facts()
        };
        let record = Record::seal(head(), NINE_THIRTY.to_owned(), unknown).unwrap();
        assert!(record.canonical_text().contains("\npixels_sha256=\n"));
        assert_eq!(
            record.hash.to_string(),
            "fc62c45e88d933e917537e6a2127f7f7cbeb263d4823e941a6761283eee5ecba"
        );
    }

    #[test]
    fn json_has_the_facts_beside_the_rest() {
        let record = Record::seal(head(), NINE_THIRTY.to_owned(), facts()).unwrap();
        let json = serde_json::to_string(&record).unwrap();
        assert!(json.starts_with("{\"id\":\"bf760f2a51195c3b\",\"sequence\":7,\"claimed_time\":"));
        assert!(json.contains(",\"width\":4032,\"height\":3024,\"container\":\"jpeg\","));
    }

    #[test]
    fn facts_of_another_form_are_not_recorded() {
        let fault = |change: fn(&mut Facts)| {
            let mut facts = facts();
            change(&mut facts);
            match Record::seal(head(), NINE_THIRTY.to_owned(), facts) {
                Err(Error::InvalidFact { field }) => field,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(fault(|facts| facts.container = String::new()), "container");
        assert_eq!(
            fault(|facts| facts.container = "JPEG".to_owned()),
            "container"
        );
        assert_eq!(
            fault(|facts| facts.container = "jpeg\nwidth=1".to_owned()),
            "container"
        );
        assert_eq!(fault(|facts| facts.container = "a".repeat(17)), "container");
        assert_eq!(
            fault(|facts| facts.app_version = String::new()),
            "app_version"
        );
        assert_eq!(
            fault(|facts| facts.app_version = "1 0".to_owned()),
            "app_version"
        );
        assert_eq!(
            fault(|facts| facts.app_version = "1é".to_owned()),
            "app_version"
        );
        assert_eq!(
            fault(|facts| facts.app_version = "1".repeat(65)),
            "app_version"
        );
        assert_eq!(
            fault(|facts| facts.original_bytes = u64::MAX),
            "original_bytes"
        );
        assert_eq!(fault(|facts| facts.output_bytes = 1 << 63), "output_bytes");
    }

    #[test]
    fn a_time_of_another_form_is_not_recorded() {
        let sealed = Record::seal(head(), "2026-01-31 09:30".to_owned(), facts());
        assert!(matches!(sealed, Err(Error::InvalidTime)));
    }
}
