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
