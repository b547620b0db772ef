//! What checking a proof needs from the disk: the bundle, and what the person trusts.

use std::fs;
use std::path::{Path, PathBuf};

use ledger::anchor::{block_header, certificates};
use ledger::bundle::{self, Files, Trust};

use crate::Failure;

/// The most bytes of a file that is checked.
const FILE_BYTES_MAX: u64 = 1 << 30;

/// Where systems keep the certificates that they trust.
const SYSTEM_ROOTS: [&str; 3] = [
    "/etc/ssl/cert.pem",
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
];

/// What a person relies on: certificates in files that they name, those of the system, and headers of blocks, 160
/// hexadecimal digits each.
///
/// # Errors
/// A file cannot be read or holds no certificate, or a text is no header.
pub fn trust(authorities: &[PathBuf], blocks: &[String]) -> Result<Trust, Failure> {
    let mut trust = Trust::default();
    for path in authorities {
        trust.roots.extend(authority(path)?);
    }
    let system = SYSTEM_ROOTS.iter().find_map(|path| fs::read(path).ok());
    trust
        .roots
        .extend(system.iter().flat_map(|bytes| certificates(bytes)));
    for text in blocks {
        trust.headers.push(block_header(text).ok_or_else(|| {
            Failure::failed(
                "no_block_header",
                "a block header is 160 hexadecimal digits",
                "Give the raw header of the block that the anchor names.",
            )
        })?);
    }
    Ok(trust)
}

/// The certificates in a file, PEM or DER, each as DER.
///
/// # Errors
/// It cannot be read or holds none.
pub fn authority(path: &Path) -> Result<Vec<Vec<u8>>, Failure> {
    let found = certificates(&bytes_of(path)?);
    if found.is_empty() {
        return Err(Failure::failed(
            "no_certificate",
            "the file holds no certificate",
            "Give a certificate in PEM or DER, as the authority publishes it.",
        ));
    }
    Ok(found)
}

/// A file of bounded size that is no photo.
///
/// # Errors
/// It cannot be read, or is too large.
pub fn bytes_of(path: &Path) -> Result<Vec<u8>, Failure> {
    let unreadable = || {
        Failure::failed(
            "not_found",
            "the file cannot be read, or is too large",
            "Check its name and whether you may read it.",
        )
    };
    let stat = fs::metadata(path).map_err(|_| unreadable())?;
    // Opening a pipe would wait for ever.
    if !stat.is_file() || stat.len() > FILE_BYTES_MAX {
        return Err(unreadable());
    }
    fs::read(path).map_err(|_| unreadable())
}

/// A bundle's files, from its `.zip` or from the folder that it was unpacked to.
///
/// # Errors
/// It cannot be read, or is no bundle.
pub fn read_bundle(path: &Path) -> Result<Files, Failure> {
    if !path.is_dir() {
        return Ok(bundle::read_zip(&bytes_of(path)?)?);
    }
    let mut files = Files::new();
    let mut folders = vec![(path.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        let not_a_bundle = |_| Failure::from(ledger::Error::NotABundle);
        for entry in fs::read_dir(&folder).map_err(not_a_bundle)? {
            let entry = entry.map_err(not_a_bundle)?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let kind = entry.file_type().map_err(not_a_bundle)?;
            if kind.is_dir() && prefix.is_empty() {
                folders.push((entry.path(), format!("{name}/")));
            } else if kind.is_file() && files.len() <= bundle::FILES_MAX {
                files.insert(name, bytes_of(&entry.path())?);
            } else {
                return Err(ledger::Error::NotABundle.into());
            }
        }
    }
    Ok(files)
}
