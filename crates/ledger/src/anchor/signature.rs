//! Signatures of authorities: RSA (PKCS #1 v1.5 and PSS), ECDSA on P-256 and P-384, and Ed25519.

use ecdsa::signature::hazmat::PrehashVerifier;
use rsa::{BoxedUint, Pkcs1v15Sign, Pss, RsaPublicKey};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use crate::anchor::der::{BIT_STRING, INTEGER, NULL, OID, Reader, SEQUENCE, context, only};
use crate::key::SigningPublic;

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const RSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
const RSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
const RSA_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0c];
const RSA_SHA512: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0d];
const EC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
const ECDSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const ECDSA_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03];
const ECDSA_SHA512: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

/// The most bytes of an RSA modulus that is looked at.
const MODULUS_BYTES_MAX: usize = 1_024;
/// The fewest: a shorter key is broken.
const MODULUS_BYTES_MIN: usize = 256;

/// The SHA-2 digests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    const SHA256: &[u8] = super::request::SHA256;
    const SHA384: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02];
    const SHA512: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03];

    pub(super) fn of_oid(oid: &[u8]) -> Option<Self> {
        match oid {
            Self::SHA256 => Some(Self::Sha256),
            Self::SHA384 => Some(Self::Sha384),
            Self::SHA512 => Some(Self::Sha512),
            _ => None,
        }
    }

    pub(super) fn of(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }

    fn pkcs1(self) -> Pkcs1v15Sign {
        match self {
            Self::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
            Self::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
            Self::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
        }
    }
}

/// An AlgorithmIdentifier's parts.
pub(super) fn algorithm<'a>(mut reader: Reader<'a>) -> Option<(&'a [u8], Reader<'a>)> {
    let oid = reader.take(OID)?;
    Some((oid.contents, reader))
}

/// Whether `signature` over `message` is that of the key in this SubjectPublicKeyInfo. `identifier` is the contents of the
/// signature's AlgorithmIdentifier; `digest` what CMS names beside it, for algorithms that do not say.
pub(super) fn verifies(
    key_info: &[u8],
    identifier: Reader<'_>,
    digest: Option<Hash>,
    message: &[u8],
    signature: &[u8],
) -> Option<()> {
    let mut info = only(key_info, SEQUENCE)?;
    let (key_oid, mut key_parameters) = algorithm(info.inside(SEQUENCE)?)?;
    let (&unused, key) = info.take(BIT_STRING)?.contents.split_first()?;
    info.end()?;
    (unused == 0).then_some(())?;
    let (oid, parameters) = algorithm(identifier)?;
    let hash = match oid {
        RSA_SHA256 | ECDSA_SHA256 => Hash::Sha256,
        RSA_SHA384 | ECDSA_SHA384 => Hash::Sha384,
        RSA_SHA512 | ECDSA_SHA512 => Hash::Sha512,
        RSA => digest?,
        RSA_PSS => pss_hash(parameters)?,
        ED25519 => {
            (key_oid == ED25519).then_some(())?;
            let key = SigningPublic(key.try_into().ok()?);
            return key
                .verifies(message, signature.try_into().ok()?)
                .then_some(());
        }
        _ => return None,
    };
    // RFC 4055 § 5 and RFC 5758 § 3.2: nothing, or nothing but NULL.
    if oid != RSA_PSS {
        let mut rest = parameters;
        let null = rest.take(NULL);
        let none = null.is_none_or(|null| null.contents.is_empty()) && rest.is_empty();
        none.then_some(())?;
    }
    let hashed = hash.of(message);
    match oid {
        RSA | RSA_SHA256 | RSA_SHA384 | RSA_SHA512 => {
            (key_oid == RSA).then_some(())?;
            rsa_key(key)?.verify(hash.pkcs1(), &hashed, signature).ok()
        }
        RSA_PSS => {
            matches!(key_oid, RSA | RSA_PSS).then_some(())?;
            let key = rsa_key(key)?;
            match hash {
                Hash::Sha256 => key.verify(Pss::<Sha256>::new(), &hashed, signature),
                Hash::Sha384 => key.verify(Pss::<Sha384>::new(), &hashed, signature),
                Hash::Sha512 => key.verify(Pss::<Sha512>::new(), &hashed, signature),
            }
            .ok()
        }
        _ => {
            (key_oid == EC_KEY).then_some(())?;
            match key_parameters.take(OID)?.contents {
                P256 => {
                    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(key).ok()?;
                    let signature = p256::ecdsa::Signature::from_der(signature).ok()?;
                    key.verify_prehash(&hashed, &signature).ok()
                }
                P384 => {
                    let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(key).ok()?;
                    let signature = p384::ecdsa::Signature::from_der(signature).ok()?;
                    key.verify_prehash(&hashed, &signature).ok()
                }
                _ => None,
            }
        }
    }
}

/// RSAPublicKey (RFC 8017 § A.1.1).
fn rsa_key(bytes: &[u8]) -> Option<RsaPublicKey> {
    let mut key = only(bytes, SEQUENCE)?;
    let (modulus, exponent) = (key.take(INTEGER)?.contents, key.take(INTEGER)?.contents);
    key.end()?;
    let plain = |number: &[u8]| {
        let number = number.strip_prefix(&[0]).unwrap_or(number);
        (MODULUS_BYTES_MAX >= number.len()).then(|| BoxedUint::from_be_slice_vartime(number))
    };
    (modulus.len() >= MODULUS_BYTES_MIN && exponent.len() <= 5).then_some(())?;
    let bits = 8 * MODULUS_BYTES_MIN - 8..=8 * MODULUS_BYTES_MAX;
    RsaPublicKey::new_with_size_limits(plain(modulus)?, plain(exponent)?, bits).ok()
}

/// The digest of RSASSA-PSS-params (RFC 4055 § 3.1), if the mask uses the same one. The length of the salt is found in
/// the signature itself.
fn pss_hash(mut parameters: Reader<'_>) -> Option<Hash> {
    const MGF1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08];
    let mut parameters = parameters.inside(SEQUENCE)?;
    let hash_of = |reader: Reader<'_>| {
        let (oid, mut rest) = algorithm(reader)?;
        let _ = rest.take(NULL);
        Hash::of_oid(oid)
    };
    let hash = hash_of(parameters.inside(context(0))?.inside(SEQUENCE)?)?;
    let mut mask = parameters.inside(context(1))?.inside(SEQUENCE)?;
    (mask.take(OID)?.contents == MGF1).then_some(())?;
    (hash_of(mask.inside(SEQUENCE)?)? == hash).then_some(hash)
}
