//! A question to a time-stamping authority: RFC 3161 § 2.4.1.

use crate::anchor::der::{BOOLEAN, INTEGER, NULL, OCTET_STRING, OID, SEQUENCE, element};
use crate::digest::Digest;

/// id-sha256 (RFC 5754 § 2.2).
pub(super) const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];

/// The bytes of a `.tsq`: version 1, SHA-256 of what is to be stamped, and that the answer should hold the certificate. No
/// nonce, so that the same checkpoint asks the same: the digest is never asked twice for different things.
pub(crate) fn request(digest: &Digest) -> Vec<u8> {
    let algorithm = element(
        SEQUENCE,
        &[element(OID, SHA256), element(NULL, &[])].concat(),
    );
    let imprint = element(
        SEQUENCE,
        &[algorithm, element(OCTET_STRING, digest.as_bytes())].concat(),
    );
    element(
        SEQUENCE,
        &[element(INTEGER, &[1]), imprint, element(BOOLEAN, &[0xff])].concat(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex::hex;

    #[test]
    fn a_question_is_59_bytes() {
        let asked = request(&Digest::ZERO);
        assert_eq!(asked.len(), 59);
        let expected = format!(
            "30390201013031300d060960864801650304020105000420{}0101ff",
            "00".repeat(32)
        );
        assert_eq!(hex(&asked), expected);
    }
}
