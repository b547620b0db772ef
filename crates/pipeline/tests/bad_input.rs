//! Everything that can be wrong with a file or a disk: a clear answer, nothing written, nothing lost, and the batch
//! goes on.
// A panic is a failed test.
#![allow(clippy::panic, clippy::unwrap_used)]

mod common;

use std::fs::{self, File};
use std::path::Path;

use common::{clean_photo, code, folder, found, large_photo, names, outcomes, output, photo};
use pipeline::{
    Cancel, Destination, Failure, Limits, Outcome, Request, SkipReason, gather, inspect,
};

/// Cleans one file that cannot be, with a good one after it, and returns the code and whether it was refused.
fn answer(bad: &Path) -> (String, bool) {
    let good = folder(&[("good.gif", &photo(true))]);
    let photos = found([bad.to_owned(), good.path().join("good.gif")]);
    let outcomes = outcomes(&photos, &Request::default(), None);
    assert_eq!(
        fs::read(output(&outcomes[1])).unwrap(),
        clean_photo(true),
        "the batch goes on"
    );
    let (Outcome::Refused(failure) | Outcome::Failed(failure)) = &outcomes[0] else {
        panic!("{:?}", outcomes[0]);
    };
    is_well_said(failure, bad);
    let inspected = inspect(bad, &Limits::default()).unwrap_err();
    assert_eq!(&inspected, failure, "looking and cleaning say the same");
    let (code, refused) = code(&outcomes[0]);
    (code.to_owned(), refused)
}

/// Two sentences, and no path.
fn is_well_said(failure: &Failure, path: &Path) {
    let name = path.file_name().unwrap().to_string_lossy();
    for text in [&failure.message, &failure.hint] {
        assert!(
            text.ends_with('.') && text.starts_with(char::is_uppercase),
            "{text}"
        );
        assert!(!text.contains(&*name) && !text.contains('/'), "{text}");
    }
}

#[test]
fn empty_or_something_else() {
    let folder = folder(&[
        ("empty.jpg", b""),
        ("diary.jpg", b"dear diary, today I took a photo"),
        ("a.psd", b"8BPS\0\x01\0\0\0\0"),
        ("a.tif", b"II*\0\x08\0\0\0\0\0"),
    ]);
    assert_eq!(
        answer(&folder.path().join("empty.jpg")),
        ("empty".to_owned(), true)
    );
    assert_eq!(
        answer(&folder.path().join("diary.jpg")),
        ("not_a_photo".to_owned(), true)
    );
    assert_eq!(
        answer(&folder.path().join("a.psd")),
        ("unsupported_format".to_owned(), true)
    );
    assert_eq!(
        answer(&folder.path().join("a.tif")),
        ("truncated".to_owned(), true)
    );
    assert_eq!(names(folder.path()).len(), 4);
}

#[test]
fn truncated_at_any_byte() {
    let whole = photo(true);
    let folder = folder(&[]);
    let paths: Vec<_> = (0..whole.len())
        .map(|end| folder.path().join(format!("{end}.gif")))
        .collect();
    for (end, path) in paths.iter().enumerate() {
        fs::write(path, &whole[..end]).unwrap();
    }
    for outcome in outcomes(&found(paths), &Request::default(), None) {
        assert!(code(&outcome).1, "{outcome:?}");
    }
    assert_eq!(
        names(folder.path()).len(),
        whole.len(),
        "nothing was written"
    );
}

#[test]
fn a_folder_named_like_a_photo() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("photo.jpg");
    fs::create_dir(&path).unwrap();
    assert_eq!(answer(&path), ("is_a_folder".to_owned(), true));
    let gathered = gather(&[path], &Cancel::new());
    assert_eq!(gathered.skipped[0].reason, SkipReason::NoPhotos);
}

#[test]
fn vanished_between_finding_and_cleaning() {
    let folder = folder(&[("a.gif", &photo(true))]);
    let gathered = gather(&[folder.path().to_owned()], &Cancel::new());
    fs::remove_file(&gathered.photos[0].path).unwrap();
    assert_eq!(
        answer(&gathered.photos[0].path),
        ("not_found".to_owned(), false)
    );
}

#[test]
fn a_file_of_two_gigabytes() {
    let folder = folder(&[("a.gif", &photo(true))]);
    let path = folder.path().join("a.gif");
    File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(2 << 30)
        .unwrap();
    let start = std::time::Instant::now();
    assert_eq!(answer(&path), ("too_large".to_owned(), true));
    assert!(
        start.elapsed().as_millis() < 1_000,
        "refused before it is read"
    );
}

#[test]
fn larger_than_the_budget_runs_all_the_same() {
    let large = large_photo(80 << 20);
    let folder = folder(&[
        ("a.gif", &large),
        ("b.gif", &photo(true)),
        ("c.gif", &large),
    ]);
    let gathered = gather(&[folder.path().to_owned()], &Cancel::new());
    let request = Request {
        jobs: 3,
        ..Request::default()
    };
    for outcome in outcomes(&gathered.photos, &request, None) {
        // Not `assert_eq!`, which would print all of it.
        assert!(fs::read(output(&outcome)).unwrap() == clean_photo(true));
    }
}

#[cfg(unix)]
#[test]
fn pipes_and_devices_are_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.jpg");
    if !std::process::Command::new("mkfifo")
        .arg(&pipe)
        .status()
        .is_ok_and(|status| status.success())
    {
        common::skipped("mkfifo is missing");
        return;
    }
    assert_eq!(answer(&pipe), ("not_a_file".to_owned(), true));
    let gathered = gather(&[folder.path().to_owned()], &Cancel::new());
    assert!(gathered.photos.is_empty());
}

#[cfg(unix)]
#[test]
fn links() {
    use std::os::unix::fs::symlink;
    let folder = folder(&[("in/z.gif", &photo(true))]);
    symlink("loop.jpg", folder.path().join("loop.jpg")).unwrap();
    symlink("../in", folder.path().join("in/again")).unwrap();
    symlink("in/z.gif", folder.path().join("link.gif")).unwrap();
    assert!(matches!(answer(&folder.path().join("loop.jpg")), (code, false) if code == "io"));
    let gathered = gather(&[folder.path().to_owned()], &Cancel::new());
    assert_eq!(gathered.photos.len(), 1);
    // What the link leads to would stay as it is.
    let replace = Request {
        destination: Destination::Replace,
        ..Request::default()
    };
    let outcomes = outcomes(&found([folder.path().join("link.gif")]), &replace, None);
    assert_eq!(code(&outcomes[0]), ("is_a_link", true));
    assert_eq!(
        fs::read(folder.path().join("in/z.gif")).unwrap(),
        photo(true)
    );
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let original = folder
        .path()
        .join(OsStr::from_bytes(b"caf\xE9 \xF0\x9F.gif"));
    fs::write(&original, photo(true)).unwrap();
    let gathered = gather(&[folder.path().to_owned()], &Cancel::new());
    let outcomes = outcomes(&gathered.photos, &Request::default(), None);
    assert_eq!(
        output(&outcomes[0]).file_name().unwrap().as_bytes(),
        b"caf\xE9 \xF0\x9F_clean.gif"
    );
}

#[cfg(unix)]
#[test]
fn no_permission() {
    use std::os::unix::fs::PermissionsExt;
    if common::is_root() {
        // No permission stops root, so this test runs again as nobody.
        return common::as_nobody("no_permission");
    }
    let folder = folder(&[("a.gif", &photo(true)), ("locked/b.gif", &photo(true))]);
    let (a, locked) = (folder.path().join("a.gif"), folder.path().join("locked"));
    fs::set_permissions(&a, fs::Permissions::from_mode(0o000)).unwrap();
    assert_eq!(answer(&a), ("permission_denied".to_owned(), false));
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o500)).unwrap();
    let outcomes = outcomes(&found([locked.join("b.gif")]), &Request::default(), None);
    assert_eq!(code(&outcomes[0]), ("destination_unwritable", false));
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    let gathered = gather(&[folder.path().to_owned()], &Cancel::new());
    assert_eq!(
        gathered.photos.len(),
        1,
        "a photo that cannot be read is a photo"
    );
    assert_eq!(gathered.skipped.len(), 1);
    assert_eq!(gathered.skipped[0].reason, SkipReason::Unreadable);
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(names(&locked), ["b.gif"]);
}

#[test]
fn a_destination_that_is_no_folder() {
    let folder = folder(&[("a.gif", &photo(true)), ("file", b"mine")]);
    for destination in ["file", "file/below"] {
        let request = Request {
            destination: Destination::Folder(folder.path().join(destination)),
            ..Request::default()
        };
        let outcomes = outcomes(&found([folder.path().join("a.gif")]), &request, None);
        assert_eq!(code(&outcomes[0]), ("destination_missing", false));
    }
    assert_eq!(names(folder.path()), ["a.gif", "file"]);
    assert_eq!(fs::read(folder.path().join("file")).unwrap(), b"mine");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk() {
    let Some(disk) = common::Mounted::new("size=256k") else {
        common::skipped("a small file system cannot be mounted here");
        return;
    };
    let folder = folder(&[("b.gif", &photo(true))]);
    let filling = vec![7; 300 << 10];
    let _ = fs::write(disk.path().join("filling"), filling);
    let request = Request {
        destination: Destination::Folder(disk.path().to_owned()),
        ..Request::default()
    };
    let outcomes = outcomes(&found([folder.path().join("b.gif")]), &request, None);
    assert_eq!(code(&outcomes[0]), ("disk_full", false));
    assert_eq!(names(disk.path()), ["filling"], "nothing is left behind");
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_may_only_be_read() {
    let Some(disk) = common::Mounted::new("size=256k") else {
        common::skipped("a small file system cannot be mounted here");
        return;
    };
    let original = disk.path().join("a.gif");
    fs::write(&original, photo(true)).unwrap();
    disk.remount("ro");
    let outcomes = outcomes(&found([original]), &Request::default(), None);
    assert_eq!(code(&outcomes[0]), ("destination_unwritable", false));
}

#[test]
fn a_name_too_long_for_the_disk_is_cut() {
    let name = format!("{}.gif", "n".repeat(251));
    let folder = folder(&[(&name, &photo(true))]);
    let outcomes = outcomes(
        &found([folder.path().join(&name)]),
        &Request::default(),
        None,
    );
    assert_eq!(output(&outcomes[0]).file_name().unwrap().len(), 255);
}
