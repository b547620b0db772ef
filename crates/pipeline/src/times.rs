//! The file times of a clean copy. They tell when a photo was taken as well as its metadata does.

use std::fs::{FileTimes, Metadata};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What every clean copy is dated: 2000-01-01T12:00:00Z. A fixed instant tells nothing; this one is the same day in
/// every time zone and can be stored by every file system and archive (ZIP and FAT begin in 1980, and many programs
/// take 1970 for "unknown").
pub const NEUTRAL: Duration = Duration::from_secs(946_728_000);

/// The times to give to a clean copy: neutral ones, or those of the original.
pub(crate) fn times(original: &Metadata, keep: bool) -> FileTimes {
    let neutral = UNIX_EPOCH + NEUTRAL;
    let or_neutral =
        |time: std::io::Result<SystemTime>| time.ok().filter(|_| keep).unwrap_or(neutral);
    let times = FileTimes::new()
        .set_modified(or_neutral(original.modified()))
        .set_accessed(or_neutral(original.accessed()));
    // Elsewhere the time of creation cannot be set, and few programs show it.
    #[cfg(windows)]
    let times =
        std::os::windows::fs::FileTimesExt::set_created(times, or_neutral(original.created()));
    #[cfg(target_os = "macos")]
    let times =
        std::os::macos::fs::FileTimesExt::set_created(times, or_neutral(original.created()));
    times
}
