//! What can go wrong, each with a code for programs and two sentences for people.

use std::io;

use rusqlite::ErrorCode;

/// A hint for whoever cannot record now: the work need not stop.
macro_rules! meanwhile {
    ($hint:literal) => {
        concat!($hint, " You can clean without recording meanwhile.")
    };
}

/// Why the ledger could not do what was asked.
///
/// [`code`](Self::code) is for programs and never changes; `Display` says what happened and
/// [`hint`](Self::hint) what to do about it. Neither ever holds a path.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Another program held the ledger for longer than the busy timeout.
    #[error("Another program is using the ledger.")]
    Locked,

    /// A record, or its place in the chain, is not what was written.
    #[error("Record {sequence} of the ledger is not as it was written.")]
    Tampered {
        /// The first record that does not fit, counted from 1.
        sequence: u64,
    },

    /// The newest records are gone.
    #[error("The ledger ends too early: it should hold {expected} records and holds {found}.")]
    Truncated {
        /// How many records the ledger should hold.
        expected: u64,
        /// How many it holds.
        found: u64,
    },

    /// The ledger does not hold any more what was signed when it had so many entries.
    #[error("The ledger is not the one that was signed when it had {size} entries.")]
    Forked {
        /// How many entries it had then.
        size: u64,
    },

    /// Nothing is recorded yet.
    #[error("Nothing is recorded yet.")]
    Empty,

    /// The file is there and holds nothing, although no ledger was being made.
    #[error("The ledger's file is empty.")]
    Emptied,

    /// The tables or the rules that guard them are not those of this version.
    #[error("The ledger's own structure was changed by another program.")]
    Altered,

    /// SQLite cannot read the file as the database it claims to be.
    #[error("The ledger's file is damaged.")]
    Corrupt,

    /// The file is something else.
    #[error("This file is not a ledger, or its beginning is damaged.")]
    NotALedger,

    /// A later version of the program wrote this ledger.
    #[error(
        "A newer version of the program wrote this ledger (form {found}; this one knows {known})."
    )]
    NewerVersion {
        /// The schema version in the file.
        found: u32,
        /// The newest schema version that this program knows.
        known: u32,
    },

    /// The file or its folder may not be written by this person.
    #[error("The ledger cannot be opened for writing here.")]
    Unwritable,

    /// No room is left on the disk.
    #[error("The disk is full; nothing was recorded.")]
    DiskFull,

    /// The file that was opened is no longer where it was.
    #[error("The ledger's file was moved, removed or replaced while it was in use.")]
    Moved,

    /// No record has this id.
    #[error("No record has this id.")]
    NotFound,

    /// More than one record begins with this id.
    #[error("More than one record begins with this id.")]
    Ambiguous,

    /// The text cannot be an id.
    #[error("This is not a record's id.")]
    InvalidId,

    /// The claimed time is not of the one accepted form.
    #[error("The time to record is not a UTC time such as 2026-01-31T09:30:00Z.")]
    InvalidTime,

    /// The ledger's key is under a passphrase that was not given yet.
    #[error("The ledger is locked with a passphrase.")]
    NeedsPassphrase,

    /// The passphrase is another.
    #[error("This is not the passphrase, or what it protects was changed.")]
    WrongPassphrase,

    /// Nothing can be protected with nothing.
    #[error("An empty passphrase protects nothing.")]
    InvalidPassphrase,

    /// There is no field of this name.
    #[error("There is no field called \"{name}\".")]
    UnknownField {
        /// The name that was asked for.
        name: String,
    },

    /// What is to be shown is not what was recorded.
    #[error("This is not the photo that was recorded.")]
    PixelsDiffer,

    /// More than a bundle may hold.
    #[error("This is more than a proof bundle may hold.")]
    TooMuch,

    /// The file is something else.
    #[error("This is not a proof bundle.")]
    NotABundle,

    /// The file is something else.
    #[error("This is not a backup of a ledger.")]
    NotABackup,

    /// The file is something else, or does not hold.
    #[error("This is not an anchor: {reason}.")]
    NotAnAnchor {
        /// Why.
        reason: &'static str,
    },

    /// No checkpoint of the ledger is what the anchor is of.
    #[error("This anchor is not of a checkpoint in this ledger.")]
    AnchorOfAnother,

    /// A fact cannot be recorded as it is.
    #[error("The fact \"{field}\" cannot be recorded as it is.")]
    InvalidFact {
        /// The name of the fact, as in an export.
        field: &'static str,
    },

    /// The export could not be written to where it was going.
    #[error("The export could not be written: {0}.")]
    Export(io::Error),

    /// The operating system refused a step, for a reason of its own.
    #[error("The ledger's file could not be used: {0}.")]
    Io(io::Error),

    /// SQLite refused a step for a reason that has no case of its own here.
    #[error("The ledger's file could not be used (SQLite result {code}).")]
    Sqlite {
        /// SQLite's extended result code.
        code: i32,
    },
}

impl Error {
    /// A stable name for programs, such as `"ledger_locked"`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Locked => "ledger_locked",
            Self::Tampered { .. } => "ledger_tampered",
            Self::Truncated { .. } => "ledger_truncated",
            Self::Forked { .. } => "ledger_forked",
            Self::Empty => "ledger_empty",
            Self::Emptied => "ledger_emptied",
            Self::Altered => "ledger_altered",
            Self::Corrupt => "ledger_corrupt",
            Self::NotALedger => "ledger_not_a_ledger",
            Self::NewerVersion { .. } => "ledger_newer_version",
            Self::Unwritable => "ledger_unwritable",
            Self::DiskFull => "ledger_disk_full",
            Self::Moved => "ledger_moved",
            Self::NotFound => "ledger_not_found",
            Self::Ambiguous => "ledger_ambiguous",
            Self::InvalidId => "ledger_invalid_id",
            Self::InvalidTime => "ledger_invalid_time",
            Self::NeedsPassphrase => "ledger_passphrase_needed",
            Self::WrongPassphrase => "ledger_passphrase_wrong",
            Self::InvalidPassphrase => "ledger_passphrase_empty",
            Self::UnknownField { .. } => "ledger_unknown_field",
            Self::PixelsDiffer => "ledger_pixels_differ",
            Self::TooMuch => "ledger_bundle_too_large",
            Self::NotABundle => "ledger_not_a_bundle",
            Self::NotABackup => "ledger_not_a_backup",
            Self::NotAnAnchor { .. } => "ledger_not_an_anchor",
            Self::AnchorOfAnother => "ledger_anchor_of_another",
            Self::InvalidFact { .. } => "ledger_invalid_fact",
            Self::Export(_) => "ledger_export",
            Self::Io(_) => "ledger_io",
            Self::Sqlite { .. } => "ledger_sqlite",
        }
    }

    /// What the person can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Locked => meanwhile!(
                "Close the other program that uses the ledger, or wait until it is done, then try again."
            ),
            Self::Empty => "Clean a photo with recording on, and try again.",
            Self::Tampered { .. } | Self::Altered | Self::Forked { .. } => meanwhile!(
                "Keep this file, because it may be evidence, and restore a backup of the ledger, or move the file aside to begin a new one."
            ),
            Self::Truncated { .. } | Self::Corrupt => meanwhile!(
                "Restore a backup of the ledger, or move the file aside to begin a new one."
            ),
            Self::Emptied => meanwhile!(
                "If you had records, restore a backup of the ledger. If you had none, delete the empty file and a new ledger is made."
            ),
            Self::NotALedger => meanwhile!(
                "Move the file aside to begin a new ledger, or restore a backup if it was your ledger."
            ),
            Self::NewerVersion { .. } => {
                meanwhile!("Open it with the newer version of the program.")
            }
            Self::Unwritable => {
                meanwhile!("Allow this program to write to the ledger's file and its folder.")
            }
            Self::DiskFull => {
                meanwhile!("Free some space on the disk that holds the ledger, then try again.")
            }
            Self::Moved => meanwhile!("Put the file back and start the program again."),
            Self::NotFound => "Look for it in the list of records.",
            Self::Ambiguous => "Give more of the id's digits.",
            Self::InvalidId => "Give at least the first 4 digits of the id, 0 to 9 and a to f.",
            Self::InvalidTime => "Check the computer's clock, then try again.",
            Self::NeedsPassphrase => {
                "Give the passphrase. Photos can be cleaned and recorded without it."
            }
            Self::WrongPassphrase => {
                "Try again; upper and lower case differ. The recovery sheet opens the ledger without the passphrase."
            }
            Self::InvalidPassphrase => "Choose several words that nobody would guess.",
            Self::UnknownField { .. } => {
                "Choose among the names that the help lists, and show the digest of a photo that you add."
            }
            Self::PixelsDiffer => {
                "Give the very file that was cleaned, or the clean copy; a copy that was saved anew is another."
            }
            Self::TooMuch => "Show fewer pieces, or leave the photo out.",
            Self::NotABundle => {
                "Give the .zip file as it was made, or the folder that it was unpacked to."
            }
            Self::NotABackup => "Give the file that was made as a backup.",
            Self::NotAnAnchor { .. } => "Give the .tsr or .ots file as the service made it.",
            Self::AnchorOfAnother => {
                "Restore the backup of the ledger that the question was exported from, or export a new one."
            }
            Self::InvalidFact { .. } => meanwhile!(
                "This is a fault of the program: please report it with the name of the fact."
            ),
            Self::Export(_) => {
                "Choose another place for the export, with enough free space; what was written so far is not complete."
            }
            Self::Io(_) | Self::Sqlite { .. } => meanwhile!(
                "Check that the disk that holds the ledger is connected and healthy, then try again."
            ),
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let failure = match error {
            // SQLite's own text is dropped: it may hold the path.
            rusqlite::Error::SqliteFailure(failure, _) => failure,
            rusqlite::Error::SqlInputError { error, .. } => error,
            // A value of another type than was written, or a missing row.
            _ => return Self::Corrupt,
        };
        match failure.code {
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::FileLockingProtocolFailed => Self::Locked,
            ErrorCode::DatabaseCorrupt => Self::Corrupt,
            ErrorCode::NotADatabase => Self::NotALedger,
            ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied => {
                Self::Unwritable
            }
            ErrorCode::DiskFull => Self::DiskFull,
            // Our statements are fixed, so one that is not understood met other tables than ours.
            _ if failure.extended_code == rusqlite::ffi::SQLITE_ERROR => Self::Altered,
            _ => Self::Sqlite {
                code: failure.extended_code,
            },
        }
    }
}

/// For the ledger's own file; errors of an export's destination become [`Error::Export`] by hand.
impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::Unwritable,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::Io(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// One of each.
    fn all() -> Vec<Error> {
        vec![
            Error::Locked,
            Error::Tampered { sequence: 3 },
            Error::Truncated {
                expected: 5,
                found: 4,
            },
            Error::Forked { size: 4 },
            Error::Empty,
            Error::Emptied,
            Error::Altered,
            Error::Corrupt,
            Error::NotALedger,
            Error::NewerVersion { found: 9, known: 2 },
            Error::Unwritable,
            Error::DiskFull,
            Error::Moved,
            Error::NotFound,
            Error::Ambiguous,
            Error::InvalidId,
            Error::InvalidTime,
            Error::NeedsPassphrase,
            Error::WrongPassphrase,
            Error::InvalidPassphrase,
            Error::UnknownField {
                name: "colour".to_owned(),
            },
            Error::PixelsDiffer,
            Error::TooMuch,
            Error::NotABundle,
            Error::NotABackup,
            Error::NotAnAnchor {
                reason: "it is empty",
            },
            Error::AnchorOfAnother,
            Error::InvalidFact { field: "container" },
            Error::Export(io::ErrorKind::BrokenPipe.into()),
            Error::Io(io::ErrorKind::TimedOut.into()),
            Error::Sqlite { code: 10 },
        ]
    }

    #[test]
    fn every_error_has_its_own_code_and_two_sentences() {
        let mut codes = BTreeSet::new();
        for error in all() {
            assert!(codes.insert(error.code()), "{} twice", error.code());
            assert!(error.code().starts_with("ledger_"));
            for text in [error.to_string(), error.hint().to_owned()] {
                assert!(text.ends_with('.'), "{text}");
                assert!(
                    text.starts_with(|first: char| first.is_uppercase()),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn who_cannot_record_is_told_that_cleaning_goes_on() {
        let without_this = [
            "ledger_empty",
            "ledger_not_found",
            "ledger_ambiguous",
            "ledger_invalid_id",
            "ledger_invalid_time",
            "ledger_passphrase_needed",
            "ledger_passphrase_wrong",
            "ledger_passphrase_empty",
            "ledger_unknown_field",
            "ledger_pixels_differ",
            "ledger_bundle_too_large",
            "ledger_not_a_bundle",
            "ledger_not_a_backup",
            "ledger_not_an_anchor",
            "ledger_anchor_of_another",
            "ledger_export",
        ];
        for error in all() {
            let told = error
                .hint()
                .contains("You can clean without recording meanwhile.");
            assert_eq!(
                told,
                !without_this.contains(&error.code()),
                "{}",
                error.code()
            );
        }
    }

    #[test]
    fn what_sqlite_and_the_system_say_is_sorted() {
        let sqlite = |code| {
            let text = Some("unable to open database file: /home/ann/ledger.sqlite".to_owned());
            let failure = rusqlite::ffi::Error::new(code);
            Error::from(rusqlite::Error::SqliteFailure(failure, text))
        };
        for (code, expected) in [
            (rusqlite::ffi::SQLITE_BUSY, "ledger_locked"),
            (rusqlite::ffi::SQLITE_BUSY_RECOVERY, "ledger_locked"),
            (rusqlite::ffi::SQLITE_PROTOCOL, "ledger_locked"),
            (rusqlite::ffi::SQLITE_CORRUPT, "ledger_corrupt"),
            (rusqlite::ffi::SQLITE_NOTADB, "ledger_not_a_ledger"),
            (rusqlite::ffi::SQLITE_CANTOPEN, "ledger_unwritable"),
            (
                rusqlite::ffi::SQLITE_READONLY_DIRECTORY,
                "ledger_unwritable",
            ),
            (rusqlite::ffi::SQLITE_FULL, "ledger_disk_full"),
            (rusqlite::ffi::SQLITE_IOERR_WRITE, "ledger_sqlite"),
        ] {
            let error = sqlite(code);
            assert_eq!(error.code(), expected, "{code}");
            assert!(!format!("{error} {error:?}").contains("/home"), "no path");
        }
        for (kind, expected) in [
            (io::ErrorKind::PermissionDenied, "ledger_unwritable"),
            (io::ErrorKind::ReadOnlyFilesystem, "ledger_unwritable"),
            (io::ErrorKind::StorageFull, "ledger_disk_full"),
            (io::ErrorKind::TimedOut, "ledger_io"),
        ] {
            assert_eq!(Error::from(io::Error::from(kind)).code(), expected);
        }
    }
}
