//! Certificates of authorities (RFC 5280), as far as a time stamp needs them, and the way from one to another.

use crate::anchor::der::{
    BIT_STRING, BOOLEAN, INTEGER, NULL, OCTET_STRING, OID, Reader, SEQUENCE, SET, context, only,
    small, time,
};
use crate::anchor::signature::verifies;
use crate::hex::unbase64;

/// The most certificates on the way to one that is trusted.
const CHAIN_MAX: usize = 8;
/// The most certificates that are looked at.
pub(super) const POOL_MAX: usize = 64;
/// The most signatures that are checked on the way: a reply may name the same authority over and over.
const STEPS_MAX: usize = 200;

const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
/// Extensions that may be critical without being looked at: they do not widen what a certificate may do here.
const HARMLESS: [&[u8]; 5] = [
    &[0x55, 0x1d, 0x0e], // subject key identifier
    &[0x55, 0x1d, 0x11], // subject alternative name
    &[0x55, 0x1d, 0x1f], // distribution points of revocation lists
    &[0x55, 0x1d, 0x20], // policies
    &[0x55, 0x1d, 0x23], // authority key identifier
];
/// id-kp-timeStamping (RFC 3161 § 2.3).
const TIME_STAMPING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08];
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const ORGANISATION: &[u8] = &[0x55, 0x04, 0x0a];

/// A certificate's parts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Certificate<'a> {
    pub(super) whole: &'a [u8],
    signed: &'a [u8],
    pub(super) serial: &'a [u8],
    pub(super) issuer: &'a [u8],
    subject: &'a [u8],
    validity: Reader<'a>,
    pub(super) key_info: &'a [u8],
    extensions: Reader<'a>,
    algorithm: Reader<'a>,
    signature: &'a [u8],
}

impl<'a> Certificate<'a> {
    /// Certificate (RFC 5280 § 4.1).
    pub(super) fn read(whole: &'a [u8]) -> Option<Self> {
        let mut outer = only(whole, SEQUENCE)?;
        let signed = outer.take(SEQUENCE)?;
        let algorithm = outer.take(SEQUENCE)?;
        let (&unused, signature) = outer.take(BIT_STRING)?.contents.split_first()?;
        outer.end()?;
        let mut inner = Reader::new(signed.contents);
        let _version = inner.take(context(0));
        let serial = inner.take(INTEGER)?.contents;
        let inner_algorithm = inner.take(SEQUENCE)?;
        let issuer = inner.take(SEQUENCE)?.whole;
        let validity = inner.inside(SEQUENCE)?;
        let subject = inner.take(SEQUENCE)?.whole;
        let key_info = inner.take(SEQUENCE)?.whole;
        let _issuer_id = inner.take(0x81);
        let _subject_id = inner.take(0x82);
        let extensions = match inner.take(context(3)) {
            Some(extensions) => only(extensions.contents, SEQUENCE)?,
            None => Reader::new(&[]),
        };
        inner.end()?;
        let sound = is_name(issuer)
            && is_name(subject)
            && is_validity(validity)
            && is_identifier(Reader::new(algorithm.contents))
            && is_key_info(key_info)
            && is_extensions(extensions);
        sound.then_some(())?;
        // § 4.1.1.2: both algorithms are the same.
        (unused == 0 && inner_algorithm.whole == algorithm.whole).then_some(Self {
            whole,
            signed: signed.whole,
            serial,
            issuer,
            subject,
            validity,
            key_info,
            extensions,
            algorithm: Reader::new(algorithm.contents),
            signature,
        })
    }

    /// The subject's common name, or organisation.
    pub(super) fn name(&self) -> Option<String> {
        [COMMON_NAME, ORGANISATION]
            .into_iter()
            .find_map(|kind| self.attribute(kind))
    }

    fn attribute(&self, kind: &[u8]) -> Option<String> {
        let mut names = only(self.subject, SEQUENCE)?;
        while let Some(mut set) = names.inside(SET) {
            while let Some(mut pair) = set.inside(SEQUENCE) {
                if pair.take(OID)?.contents == kind {
                    let text = String::from_utf8_lossy(pair.any()?.contents).into_owned();
                    return Some(text.chars().filter(|letter| !letter.is_control()).collect());
                }
            }
        }
        None
    }

    /// Whether it was valid at `at`, `YYYY-MM-DDTHH:MM:SSZ`.
    fn is_valid_at(&self, at: &str) -> Option<bool> {
        let mut validity = self.validity;
        let (from, until) = (time(validity.any()?)?, time(validity.any()?)?);
        validity.end()?;
        Some(from.as_str() <= at && at <= until.as_str())
    }

    /// The value of an extension, and whether it is critical. Each is there once.
    fn extension(&self, wanted: &[u8]) -> Option<(bool, &'a [u8])> {
        let mut extensions = self.extensions;
        while let Some(mut extension) = extensions.inside(SEQUENCE) {
            if extension.take(OID)?.contents == wanted {
                let critical = extension.take(BOOLEAN).is_some();
                return Some((critical, extension.take(OCTET_STRING)?.contents));
            }
        }
        None
    }

    /// Whether every critical extension is one that is looked at.
    fn is_understood(&self) -> bool {
        let mut extensions = self.extensions;
        while let Some(mut extension) = extensions.inside(SEQUENCE) {
            let Some(kind) = extension.take(OID) else {
                return false;
            };
            let looked_at = [KEY_USAGE, BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE];
            let known = looked_at.contains(&kind.contents) || HARMLESS.contains(&kind.contents);
            if extension.take(BOOLEAN).is_some() && !known {
                return false;
            }
        }
        extensions.is_empty()
    }

    /// Whether the key may be used for this: a bit of KeyUsage (RFC 5280 § 4.2.1.3), from the left. Without the
    /// extension it may.
    fn may(&self, bits: u8) -> bool {
        let Some((_, value)) = self.extension(KEY_USAGE) else {
            return true;
        };
        let mut value = Reader::new(value);
        let usage = value.take(BIT_STRING);
        usage.is_some_and(|usage| usage.contents.get(1).is_some_and(|byte| byte & bits != 0))
    }

    /// Whether this is an authority that may sign certificates with so many others between.
    fn is_authority(&self, between: usize) -> Option<bool> {
        let (_, value) = self.extension(BASIC_CONSTRAINTS)?;
        let mut constraints = only(value, SEQUENCE)?;
        let authority = constraints.take(BOOLEAN)?.contents != [0];
        let most = constraints.take(INTEGER).map(|most| small(most.contents));
        let fits = most.is_none_or(|most| most.is_some_and(|most| between <= usize::from(most)));
        Some(authority && fits && self.may(0x04))
    }

    /// Whether this key is for time stamps and nothing else (RFC 3161 § 2.3).
    pub(super) fn stamps_time(&self) -> bool {
        let only_that = self
            .extension(EXTENDED_KEY_USAGE)
            .and_then(|(critical, value)| {
                let mut purposes = only(value, SEQUENCE)?;
                let first = purposes.take(OID)?;
                purposes.end()?;
                Some(critical && first.contents == TIME_STAMPING)
            });
        // digitalSignature or nonRepudiation.
        only_that == Some(true) && self.may(0xc0)
    }

    fn is_signed_by(&self, issuer: &Self) -> bool {
        self.issuer == issuer.subject
            && verifies(
                issuer.key_info,
                self.algorithm,
                None,
                self.signed,
                self.signature,
            )
            .is_some()
    }
}

/// Name (RFC 5280 § 4.1.2.4).
fn is_name(name: &[u8]) -> bool {
    let read = || {
        let mut names = only(name, SEQUENCE)?;
        while !names.is_empty() {
            let mut set = names.inside(SET)?;
            while !set.is_empty() {
                let mut pair = set.inside(SEQUENCE)?;
                pair.take(OID)?;
                // The kinds of strings that a name may have.
                let text = pair.any()?;
                matches!(text.tag, 0x0c | 0x13 | 0x14 | 0x16 | 0x1c | 0x1e).then_some(())?;
                (text.tag != 0x0c || str::from_utf8(text.contents).is_ok()).then_some(())?;
                pair.end()?;
            }
        }
        Some(())
    };
    read().is_some()
}

fn is_validity(mut validity: Reader<'_>) -> bool {
    let mut read = || {
        let times = (time(validity.any()?)?, time(validity.any()?)?);
        validity.end().map(|()| times)
    };
    read().is_some()
}

/// AlgorithmIdentifier (RFC 5280 § 4.1.1.2).
fn is_identifier(mut identifier: Reader<'_>) -> bool {
    let mut read = || {
        identifier.take(OID)?;
        if !identifier.is_empty() {
            let parameters = identifier.any()?;
            let null = parameters.tag != NULL || parameters.contents.is_empty();
            (null && matches!(parameters.tag, NULL | OID | SEQUENCE)).then_some(())?;
        }
        identifier.end()
    };
    read().is_some()
}

fn is_key_info(info: &[u8]) -> bool {
    let read = || {
        let mut info = only(info, SEQUENCE)?;
        is_identifier(info.inside(SEQUENCE)?).then_some(())?;
        let (&unused, _) = info.take(BIT_STRING)?.contents.split_first()?;
        (unused < 8).then_some(())?;
        info.end()
    };
    read().is_some()
}

/// Extensions (RFC 5280 § 4.2).
fn is_extensions(mut extensions: Reader<'_>) -> bool {
    let mut read = || {
        while !extensions.is_empty() {
            let mut extension = extensions.inside(SEQUENCE)?;
            extension.take(OID)?;
            if let Some(critical) = extension.take(BOOLEAN) {
                (critical.contents.len() == 1).then_some(())?;
            }
            extension.take(OCTET_STRING)?;
            extension.end()?;
        }
        Some(())
    };
    read().is_some()
}

/// Whether there is a way from `signer` over `pool` to one of `roots`, every certificate valid at `at`.
pub(super) fn is_trusted(
    signer: &Certificate<'_>,
    pool: &[Certificate<'_>],
    roots: &[Certificate<'_>],
    at: &str,
) -> bool {
    let mut steps = 0;
    leads_to_root(signer, pool, roots, at, 0, &mut steps)
}

fn leads_to_root(
    here: &Certificate<'_>,
    pool: &[Certificate<'_>],
    roots: &[Certificate<'_>],
    at: &str,
    depth: usize,
    steps: &mut usize,
) -> bool {
    *steps += 1;
    if depth >= CHAIN_MAX || *steps > STEPS_MAX {
        return false;
    }
    if here.is_valid_at(at) != Some(true) || !here.is_understood() {
        return false;
    }
    // Trust ends at a certificate that signed itself, as `openssl` has it.
    if here.issuer == here.subject && roots.iter().any(|root| root.whole == here.whole) {
        return true;
    }
    roots.iter().chain(pool).any(|issuer| {
        issuer.subject == here.issuer
            && issuer.whole != here.whole
            && issuer.is_authority(depth) == Some(true)
            && here.is_signed_by(issuer)
            && leads_to_root(issuer, pool, roots, at, depth + 1, steps)
    })
}

/// The certificates of a file: one in DER, or any number in PEM.
pub fn certificates(file: &[u8]) -> Vec<Vec<u8>> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    if Certificate::read(file).is_some() {
        return vec![file.to_vec()];
    }
    let text = String::from_utf8_lossy(file);
    text.split(BEGIN)
        .skip(1)
        .filter_map(|rest| {
            let (body, _) = rest.split_once(END)?;
            let letters: String = body.split_whitespace().collect();
            let bytes = unbase64(&letters)?;
            Certificate::read(&bytes).is_some().then_some(bytes)
        })
        .collect()
}
