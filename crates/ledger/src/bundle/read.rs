//! A bundle as one file and back.

use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::bundle::{BYTES_MAX, FILES_MAX, Files};
use crate::error::Error;

/// The files as a `.zip`: the same files give the same bytes, and no time is in it.
///
/// # Errors
///
/// [`Error::TooMuch`] for more than a bundle may hold.
pub fn write_zip(files: &Files) -> Result<Vec<u8>, Error> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let options = if name == "verify.sh" {
            options.unix_permissions(0o755)
        } else {
            options
        };
        zip.start_file(name, options).map_err(|_| Error::TooMuch)?;
        zip.write_all(bytes)?;
    }
    let done = zip.finish().map_err(|_| Error::TooMuch)?;
    Ok(done.into_inner())
}

/// The files of a `.zip`, which may come from anybody: nothing is written, and no more is read than a bundle may hold.
///
/// # Errors
///
/// [`Error::NotABundle`] for what is no such file, or has names that a bundle cannot have; [`Error::TooMuch`].
pub fn read_zip(bytes: &[u8]) -> Result<Files, Error> {
    if told_count(bytes).is_some_and(|count| count > FILES_MAX) {
        return Err(Error::TooMuch);
    }
    // Every file has an entry of 46 bytes or more at the end: how many there are is known before anything is read.
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Error::NotABundle)?;
    if zip.len() > FILES_MAX {
        return Err(Error::TooMuch);
    }
    let mut files = Files::new();
    let mut left = BYTES_MAX;
    for at in 0..zip.len() {
        let file = zip.by_index(at).map_err(|_| Error::NotABundle)?;
        if file.is_dir() {
            continue;
        }
        let name = file.name().map_err(|_| Error::NotABundle)?.into_owned();
        if !is_plain(&name) {
            return Err(Error::NotABundle);
        }
        let mut content = Vec::new();
        // What is read counts, not what the file claims.
        file.take(left.saturating_add(1))
            .read_to_end(&mut content)
            .map_err(|_| Error::NotABundle)?;
        left = left
            .checked_sub(content.len() as u64)
            .ok_or(Error::TooMuch)?;
        if files.insert(name, content).is_some() {
            return Err(Error::NotABundle);
        }
    }
    // A bundle that was packed anew may stand in a folder of its own.
    if !files.contains_key("SHA256SUMS") {
        let folder = files
            .keys()
            .find_map(|name| name.strip_suffix("SHA256SUMS"))
            .filter(|folder| folder.matches('/').count() == 1 && folder.ends_with('/'))
            .map(str::to_owned)
            .ok_or(Error::NotABundle)?;
        files = files
            .into_iter()
            .map(|(name, bytes)| Some((name.strip_prefix(&folder)?.to_owned(), bytes)))
            .collect::<Option<Files>>()
            .ok_or(Error::NotABundle)?;
    }
    Ok(files)
}

/// How many files the end of a `.zip` claims, so that a million of them are refused before they are listed. More than 16
/// bits can count are told as their most, which is too many, too.
fn told_count(bytes: &[u8]) -> Option<usize> {
    const END: &[u8] = b"PK\x05\x06";
    /// The record of the end, and the longest comment behind it.
    const END_BYTES_MAX: usize = 22 + 0xFFFF;
    let tail = bytes.get(bytes.len().saturating_sub(END_BYTES_MAX)..)?;
    let at = tail.windows(END.len()).rposition(|part| part == END)?;
    let count = tail.get(at + 10..)?.first_chunk::<2>()?;
    Some(usize::from(u16::from_le_bytes(*count)))
}

/// Whether a file's name stays in the bundle's folder on every system.
fn is_plain(name: &str) -> bool {
    name.len() <= 200
        && name.split('/').count() <= 4
        && name.split('/').all(|part| {
            !part.is_empty()
                && part != "."
                && part != ".."
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_. ".contains(&byte))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[&str]) -> Files {
        names
            .iter()
            .map(|name| ((*name).to_owned(), name.as_bytes().to_vec()))
            .collect()
    }

    #[test]
    fn what_is_packed_is_what_is_read() {
        let files = files(&["SHA256SUMS", "a.txt", "fields/b.json"]);
        let packed = write_zip(&files).unwrap();
        assert_eq!(packed, write_zip(&files).unwrap());
        assert_eq!(read_zip(&packed).unwrap(), files);
    }

    #[test]
    fn a_folder_around_it_is_left_out() {
        let packed = write_zip(&files(&["proof/SHA256SUMS", "proof/a.txt"])).unwrap();
        let names: Vec<_> = read_zip(&packed).unwrap().into_keys().collect();
        assert_eq!(names, ["SHA256SUMS", "a.txt"]);
    }

    #[test]
    fn hostile_files_are_refused() {
        for names in [
            &["../SHA256SUMS"][..],
            &["SHA256SUMS", "/etc/passwd"],
            &["SHA256SUMS", "a\\b"],
            &["SHA256SUMS", "a/../b"],
            &["a.txt"],
            &["one/SHA256SUMS", "two/a.txt"],
        ] {
            let packed = write_zip(&files(names)).unwrap();
            assert!(
                matches!(read_zip(&packed), Err(Error::NotABundle)),
                "{names:?}"
            );
        }
        for bytes in [&b""[..], b"PK", b"no zip at all", &[0; 100]] {
            assert!(matches!(read_zip(bytes), Err(Error::NotABundle)));
        }
        let many: Files = (0..FILES_MAX + 1)
            .map(|number| (format!("{number}"), Vec::new()))
            .collect();
        let packed = write_zip(&many).unwrap();
        assert!(matches!(read_zip(&packed), Err(Error::TooMuch)));
        assert_eq!(told_count(&packed), Some(FILES_MAX + 1));
        // As the end of a file with a million entries says it.
        let end = [&b"PK\x05\x06"[..], &[0; 4], &[0xFF; 4], &[0; 10]].concat();
        assert!(matches!(read_zip(&end), Err(Error::TooMuch)));
    }

    #[test]
    fn a_field_with_a_million_values_is_no_field() {
        let values = vec!["\"00\""; 1_000_000].join(",");
        let field = format!("[\"cloakroom-field-v2\",\"pdq_dihedral\",[{values}],\"00\"]");
        let mut files = files(&["SHA256SUMS", "checkpoint.txt"]);
        files.insert("fields/06-pdq_dihedral.json".to_owned(), field.into_bytes());
        let read = read_zip(&write_zip(&files).unwrap()).unwrap();
        let report = crate::bundle::check(&read, &crate::bundle::Trust::default());
        assert!(!report.fits_together() && report.shown.is_empty());
    }

    #[test]
    fn a_file_cut_or_changed_anywhere_does_no_harm() {
        let packed = write_zip(&files(&["SHA256SUMS", "a.txt"])).unwrap();
        for at in 0..packed.len() {
            let _ = read_zip(&packed[..at]);
            let mut wrong = packed.clone();
            wrong[at] ^= 0xff;
            let _ = read_zip(&wrong);
        }
    }
}
