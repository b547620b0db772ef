//! An authority's answer (RFC 3161 § 2.4.2): a token of CMS (RFC 5652) over what was asked and the time.

use sha1::Sha1;
use sha2::Digest as _;

use crate::anchor::certificate::{Certificate, POOL_MAX, is_trusted};
use crate::anchor::der::{
    BOOLEAN, GENERALIZED_TIME, INTEGER, NULL, OCTET_STRING, OID, Reader, SEQUENCE, SET, context,
    element, only, small, time,
};
use crate::anchor::signature::{Hash, algorithm, verifies};
use crate::digest::Digest;

/// The most bytes of an answer.
pub(super) const BYTES_MAX: usize = 1 << 20;

const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
/// id-ct-TSTInfo.
const TST_INFO: &[u8] = &[
    0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04,
];
const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03];
const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04];
/// id-aa-signingCertificate (RFC 2634) and its second version (RFC 5035).
const SIGNING_CERTIFICATE: &[u8] = &[
    0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x0c,
];
const SIGNING_CERTIFICATE_2: &[u8] = &[
    0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x2f,
];

/// What an answer says, once its signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    /// `YYYY-MM-DDTHH:MM:SSZ`.
    pub(super) time: String,
    /// The name in the authority's certificate.
    pub(super) by: String,
    /// Whether that certificate is trusted.
    pub(super) trusted: bool,
}

/// The digest that an answer is about; nothing for what is no answer.
pub(super) fn imprint(reply: &[u8]) -> Option<Digest> {
    let token = Token::read(reply)?;
    Some(Info::read(token.info)?.imprint)
}

/// Reads and checks an answer about `digest`: an error is why it is none.
pub(super) fn check(
    reply: &[u8],
    digest: &Digest,
    roots: &[Vec<u8>],
) -> Result<Stamp, &'static str> {
    if reply.len() > BYTES_MAX {
        return Err("it is too large");
    }
    let token = Token::read(reply).ok_or("it is not a granted answer of RFC 3161")?;
    let info = Info::read(token.info).ok_or("it holds no time stamp")?;
    if info.imprint != *digest {
        return Err("it is about something else");
    }
    let (signer, pool) = token.signer().ok_or("its signature does not hold")?;
    if !signer.stamps_time() {
        return Err("its certificate is not for time stamps");
    }
    let roots: Vec<Certificate<'_>> = roots
        .iter()
        .filter_map(|root| Certificate::read(root))
        .collect();
    Ok(Stamp {
        trusted: is_trusted(&signer, &pool, &roots, &info.time),
        by: signer
            .name()
            .unwrap_or_else(|| "an authority without a name".to_owned()),
        time: info.time,
    })
}

/// The parts of an answer.
struct Token<'a> {
    /// TSTInfo.
    info: &'a [u8],
    /// The digests that signers use.
    digests: Vec<Hash>,
    certificates: Vec<Certificate<'a>>,
    signer_info: Reader<'a>,
}

impl<'a> Token<'a> {
    fn read(reply: &'a [u8]) -> Option<Self> {
        let mut response = only(reply, SEQUENCE)?;
        // PKIStatusInfo: granted, or granted with modifications.
        let status = small(response.inside(SEQUENCE)?.take(INTEGER)?.contents)?;
        matches!(status, 0 | 1).then_some(())?;
        let mut content = response.inside(SEQUENCE)?;
        response.end()?;
        (content.take(OID)?.contents == SIGNED_DATA).then_some(())?;
        let mut signed = only(content.take(context(0))?.contents, SEQUENCE)?;
        content.end()?;
        matches!(small(signed.take(INTEGER)?.contents)?, 1..=5).then_some(())?;
        let mut digests = Vec::new();
        let mut named = signed.inside(SET)?;
        while !named.is_empty() {
            digests.push(hash_of(named.inside(SEQUENCE)?)?);
            (digests.len() <= 8).then_some(())?;
        }
        let mut inner = signed.inside(SEQUENCE)?;
        (inner.take(OID)?.contents == TST_INFO).then_some(())?;
        let mut octets = Reader::new(inner.take(context(0))?.contents);
        inner.end()?;
        let info = octets.take(OCTET_STRING)?.contents;
        octets.end()?;
        let mut certificates = Vec::new();
        if let Some(mut set) = signed.inside(context(0)) {
            while !set.is_empty() {
                let found = set.any()?;
                // Other kinds of certificates have other tags, and are of no use here.
                if found.tag == SEQUENCE {
                    certificates.push(Certificate::read(found.whole)?);
                }
                (certificates.len() <= POOL_MAX).then_some(())?;
            }
        }
        let _revocations = signed.take(context(1));
        let mut infos = signed.inside(SET)?;
        signed.end()?;
        // One signer, as RFC 3161 § 2.4.2 asks.
        let signer_info = infos.inside(SEQUENCE)?;
        infos.end()?;
        Some(Self {
            info,
            digests,
            certificates,
            signer_info,
        })
    }

    /// The certificate whose key signed the time stamp (RFC 5652 § 5.4, RFC 5035 § 5), and all that came with it.
    fn signer(&self) -> Option<(Certificate<'a>, Vec<Certificate<'a>>)> {
        let mut info = self.signer_info;
        small(info.take(INTEGER)?.contents)?;
        let named = info.any()?;
        let digest_algorithm = info.inside(SEQUENCE)?;
        let attributes = info.take(context(0))?;
        let signature_algorithm = info.inside(SEQUENCE)?;
        let signature = info.take(OCTET_STRING)?.contents;
        let _unsigned = info.take(context(1));
        info.end()?;
        let hash = hash_of(digest_algorithm).filter(|hash| self.digests.contains(hash))?;
        let attributes_read = Attributes::read(Reader::new(attributes.contents))?;
        (attributes_read.digest == hash.of(self.info)).then_some(())?;
        // What is signed is the SET itself, not the tag that it travels under.
        let signed = element(SET, attributes.contents);
        let signer = self.certificates.iter().find(|certificate| {
            is_named(certificate, named) && attributes_read.names(certificate)
        })?;
        verifies(
            signer.key_info,
            signature_algorithm,
            Some(hash),
            &signed,
            signature,
        )?;
        Some((*signer, self.certificates.clone()))
    }
}

/// A digest's AlgorithmIdentifier.
fn hash_of(identifier: Reader<'_>) -> Option<Hash> {
    let (oid, mut rest) = algorithm(identifier)?;
    let _ = rest.take(NULL);
    rest.end()?;
    Hash::of_oid(oid)
}

/// Whether a SignerIdentifier names this certificate. By key identifier, the signature decides.
fn is_named(certificate: &Certificate<'_>, named: super::der::Element<'_>) -> bool {
    match named.tag {
        SEQUENCE => {
            let mut named = Reader::new(named.contents);
            let issuer = named.take(SEQUENCE).map(|issuer| issuer.whole);
            let serial = named.take(INTEGER).map(|serial| serial.contents);
            issuer == Some(certificate.issuer) && serial == Some(certificate.serial)
        }
        0x80 => true,
        _ => false,
    }
}

/// The signed attributes that count.
struct Attributes<'a> {
    digest: &'a [u8],
    /// The hash of the signer's certificate, and of what kind: nothing for SHA-1.
    certificate: (Option<Hash>, &'a [u8]),
}

impl<'a> Attributes<'a> {
    fn read(mut attributes: Reader<'a>) -> Option<Self> {
        let (mut kind, mut digest, mut certificate) = (None, None, None);
        while !attributes.is_empty() {
            let mut attribute = attributes.inside(SEQUENCE)?;
            let name = attribute.take(OID)?.contents;
            let mut values = attribute.inside(SET)?;
            attribute.end()?;
            // Each of these is there once, with one value.
            match name {
                CONTENT_TYPE if kind.is_none() => kind = Some(values.take(OID)?.contents),
                MESSAGE_DIGEST if digest.is_none() => {
                    digest = Some(values.take(OCTET_STRING)?.contents);
                }
                SIGNING_CERTIFICATE => {
                    let mut first = first_id(values)?;
                    certificate = certificate.or(Some((None, first.take(OCTET_STRING)?.contents)));
                    continue;
                }
                SIGNING_CERTIFICATE_2 => {
                    let mut first = first_id(values)?;
                    let hash = match first.inside(SEQUENCE) {
                        Some(named) => Hash::of_oid(algorithm(named)?.0)?,
                        None => Hash::Sha256,
                    };
                    // The second version counts where both are.
                    certificate = Some((Some(hash), first.take(OCTET_STRING)?.contents));
                    continue;
                }
                CONTENT_TYPE | MESSAGE_DIGEST => return None,
                _ => continue,
            }
            values.end()?;
        }
        (kind? == TST_INFO).then_some(())?;
        Some(Self {
            digest: digest?,
            certificate: certificate?,
        })
    }

    fn names(&self, certificate: &Certificate<'_>) -> bool {
        match self.certificate {
            (Some(hash), named) => hash.of(certificate.whole) == named,
            (None, named) => Sha1::digest(certificate.whole).as_slice() == named,
        }
    }
}

/// The first ESSCertID of a SigningCertificate: the signer's.
fn first_id(mut values: Reader<'_>) -> Option<Reader<'_>> {
    let mut signing = values.inside(SEQUENCE)?;
    values.end()?;
    signing.inside(SEQUENCE)?.inside(SEQUENCE)
}

/// What TSTInfo says (RFC 3161 § 2.4.2).
struct Info {
    imprint: Digest,
    time: String,
}

impl Info {
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut info = only(bytes, SEQUENCE)?;
        (small(info.take(INTEGER)?.contents)? == 1).then_some(())?;
        info.take(OID)?;
        let mut imprint = info.inside(SEQUENCE)?;
        (hash_of(imprint.inside(SEQUENCE)?)? == Hash::Sha256).then_some(())?;
        let digest: [u8; 32] = imprint.take(OCTET_STRING)?.contents.try_into().ok()?;
        imprint.end()?;
        info.take(INTEGER)?;
        let time = time(info.take(GENERALIZED_TIME)?)?;
        for tag in [SEQUENCE, BOOLEAN, INTEGER, context(0), context(1)] {
            let _ = info.take(tag);
        }
        info.end()?;
        Some(Self {
            imprint: digest.into(),
            time,
        })
    }
}
