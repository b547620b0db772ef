//! Who a certificate (RFC 5280) names, and when a signature was stamped, without judging either.

/// The most certificates that are looked for in one signature.
const CERTIFICATES_MAX: usize = 16;

/// Parts of a name, by object identifier (RFC 5280 appendix A and X.520), in the order in which they are told.
const NAME_PARTS: &[&[u8]] = &[
    b"\x55\x04\x03",                         // common name
    b"\x55\x04\x2A",                         // given name
    b"\x55\x04\x04",                         // surname
    b"\x55\x04\x0A",                         // organisation
    b"\x55\x04\x0B",                         // unit
    b"\x55\x04\x07",                         // city
    b"\x55\x04\x08",                         // state
    b"\x55\x04\x06",                         // country
    b"\x55\x04\x05",                         // serial number
    b"\x2A\x86\x48\x86\xF7\x0D\x01\x09\x01", // e-mail
];

/// Whom the certificates in these bytes name, the signer first. Each is the parts of one name.
pub(super) fn subjects(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut subjects = Vec::new();
    let mut rest = bytes;
    while subjects.len() < CERTIFICATES_MAX {
        // A long sequence that begins with a long sequence.
        let Some(at) = memchr::memmem::find(rest, b"\x30\x82") else {
            break;
        };
        rest = rest.get(at..).unwrap_or_default();
        match certificate(rest) {
            Some((subject, after)) => {
                subjects.push(subject);
                rest = after;
            }
            None => rest = rest.get(2..).unwrap_or_default(),
        }
    }
    subjects
}

/// The time in a time stamp (RFC 3161 § 2.4.2): `20230212184429Z`, as `2023-02-12 18:44:29 UTC`.
pub(super) fn stamped(bytes: &[u8]) -> Option<String> {
    memchr::memmem::find_iter(bytes, b"\x18\x0F").find_map(|at| {
        let time = bytes.get(at.checked_add(2)?..at.checked_add(17)?)?;
        let digits = std::str::from_utf8(time).ok()?.strip_suffix('Z')?;
        super::date::is_digits(digits).then_some(())?;
        let (day, clock) = digits.split_at_checked(8)?;
        Some(format!(
            "{} {} UTC",
            super::date::compact(day),
            super::date::compact(clock)
        ))
    })
}

/// The subject of the certificate at the start of `bytes`, and what follows it.
fn certificate(bytes: &[u8]) -> Option<(Vec<String>, &[u8])> {
    let (whole, after) = tagged(bytes, 0x30)?;
    let (mut fields, signature) = tagged(whole, 0x30)?;
    // The algorithm and the signature follow.
    let (_, signature) = tagged(signature, 0x30)?;
    tagged(signature, 0x03)?;
    if let Some((_, rest)) = tagged(fields, 0xA0) {
        fields = rest;
    }
    let (_, fields) = tagged(fields, 0x02)?;
    let (_, fields) = tagged(fields, 0x30)?;
    let (_, fields) = tagged(fields, 0x30)?;
    let (_, fields) = tagged(fields, 0x30)?;
    let (subject, _) = tagged(fields, 0x30)?;
    Some((name(subject), after))
}

fn name(mut rest: &[u8]) -> Vec<String> {
    let mut parts: Vec<(usize, String)> = Vec::new();
    while let Some((set, after)) = tagged(rest, 0x31) {
        rest = after;
        let Some((pair, _)) = tagged(set, 0x30) else {
            continue;
        };
        let Some((oid, value)) = tagged(pair, 0x06) else {
            continue;
        };
        let Some((tag, content, _)) = any(value) else {
            continue;
        };
        let text = match tag {
            0x1E => super::words::utf16(content, super::tiff::Order::Big),
            _ => super::words::text(content),
        };
        let place = NAME_PARTS.iter().position(|known| *known == oid);
        parts.push((place.unwrap_or(NAME_PARTS.len()), text));
        if parts.len() >= 32 {
            break;
        }
    }
    parts.sort_by_key(|(place, _)| *place);
    parts
        .into_iter()
        .map(|(_, text)| text)
        .filter(|text| !text.is_empty())
        .collect()
}

/// The content of an element with this tag, and what follows it.
fn tagged(bytes: &[u8], wanted: u8) -> Option<(&[u8], &[u8])> {
    let (tag, content, rest) = any(bytes)?;
    (tag == wanted).then_some((content, rest))
}

/// An element of DER (X.690 § 8.1): tag, content, what follows.
fn any(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (len, rest) = match first {
        0..=0x7F => (usize::from(*first), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7F))?;
            let len = digits.iter().try_fold(0_usize, |len, digit| {
                len.checked_mul(256)?.checked_add(usize::from(*digit))
            })?;
            (len, rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(len)?;
    Some((*tag, content, rest))
}

/// Builds certificates for tests.
#[cfg(test)]
pub(super) mod build {
    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        let mut bytes = vec![tag, 0x82];
        bytes.extend((content.len() as u16).to_be_bytes());
        bytes.extend(content);
        bytes
    }

    fn name(parts: &[(&[u8], &str)]) -> Vec<u8> {
        let mut sets = Vec::new();
        for (oid, text) in parts {
            let pair = [element(0x06, oid), element(0x0C, text.as_bytes())].concat();
            sets.extend(element(0x31, &element(0x30, &pair)));
        }
        element(0x30, &sets)
    }

    /// A certificate of that common name and organisation.
    pub(crate) fn certificate(common: &str, organisation: &str) -> Vec<u8> {
        let fields = [
            element(0xA0, &[2, 1, 2]),
            element(0x02, &[7]),
            element(0x30, &[]),
            name(&[(b"\x55\x04\x03", "The issuer")]),
            element(0x30, b"\x17\x0D230101000000Z"),
            name(&[(b"\x55\x04\x0A", organisation), (b"\x55\x04\x03", common)]),
        ]
        .concat();
        let parts = [
            element(0x30, &fields),
            element(0x30, &[]),
            element(0x03, &[0; 64]),
        ]
        .concat();
        element(0x30, &parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signers_are_named() {
        let mut bytes = b"junk\x30\x82junk".to_vec();
        bytes.extend(build::certificate("Jane Doe", "Acme"));
        bytes.extend(build::certificate("Acme Root", "Acme"));
        bytes.extend(b"\x18\x0F20230212184429Z");
        assert_eq!(
            subjects(&bytes),
            [["Jane Doe", "Acme"], ["Acme Root", "Acme"]]
        );
        assert_eq!(stamped(&bytes).as_deref(), Some("2023-02-12 18:44:29 UTC"));
    }

    #[test]
    fn cut_anywhere() {
        let bytes = build::certificate("Jane Doe", "Acme");
        for len in 0..bytes.len() {
            assert!(subjects(&bytes[..len]).is_empty());
            assert_eq!(stamped(&bytes[..len]), None);
        }
    }
}
