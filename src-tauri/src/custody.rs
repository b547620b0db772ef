//! What a person does with their ledger beyond reading it: unlock it, keep its key, have it anchored, back it up.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use pipeline::clock::rfc3339_utc;
use pipeline::ledger::{Cost, Ledger, RecoveryCode, anchor};
use pipeline::proof::bytes_of;
use pipeline::restore_ledger;

use crate::intake::name;
use crate::ledger_view::{
    Anchor, Checked, HashFormat, HashKind, Key, KeyReason, LedgerOverview, RecoverySheet,
    Restoring, Standing, Written,
};
use crate::problem::Problem;
use crate::session::Session;

/// What the clock says.
pub(crate) fn now() -> String {
    rfc3339_utc(SystemTime::now())
}

/// Everything that can be told without opening a record; nothing where there is no ledger yet.
///
/// # Errors
///
/// The ledger cannot be read or is not as it was left.
pub(crate) fn overview(session: &Session) -> Result<Option<LedgerOverview>, Problem> {
    session.records.read(|ledger| {
        let trust = session.trusted.trust()?;
        let anchors = ledger.checked_anchors(&trust.roots, &trust.headers)?;
        let anchors = anchors.into_iter();
        let anchors: Vec<_> = anchors
            .map(|(kept, proof)| Anchor::of(kept, proof))
            .collect();
        let end = ledger.checkpoint_now().ok();
        Ok::<_, Problem>(LedgerOverview {
            protection: ledger.protection()?.into(),
            keys: ledger.keys()?.into_iter().map(Key::from).collect(),
            entries: end.as_ref().map_or(0, |end| end.size),
            root: end.map(|end| end.root.to_string()),
            anchored: anchored(&anchors),
            anchors,
            trusted: session.trusted.count(),
        })
    })
}

/// Up to which entry a time is confirmed.
pub(crate) fn anchored(anchors: &[Anchor]) -> u64 {
    let confirmed = anchors.iter().filter(|anchor| !anchor.times.is_empty());
    confirmed.map(|anchor| anchor.covers).max().unwrap_or(0)
}

/// Opens the key with its passphrase, until [`lock`] or the end of the program.
///
/// # Errors
///
/// It is another passphrase, or the ledger cannot be used now.
pub(crate) fn unlock(session: &Session, passphrase: &str) -> Result<(), Problem> {
    session.records.use_it(|ledger| ledger.unlock(passphrase))
}

/// Forgets the key and everything that was read with it.
pub(crate) fn lock(session: &Session) -> Result<(), Problem> {
    session.forget_proof();
    session.records.use_it(|ledger| {
        ledger.lock();
        Ok::<_, Problem>(())
    })
}

/// Opens the ledger with the code of the recovery sheet and puts it under a new passphrase.
///
/// # Errors
///
/// A letter of the code is wrong, it is of another key, or the passphrase is empty.
pub(crate) fn recover(session: &Session, code: &str, passphrase: &str) -> Result<(), Problem> {
    let code: RecoveryCode = code.parse().map_err(|_| {
        Problem::new(
            "recovery_code_invalid",
            "This is no recovery code, or a letter of it is wrong.",
            "Compare it with the sheet, group by group.",
        )
    })?;
    session.records.use_it(|ledger| {
        if passphrase.is_empty() {
            return Err(pipeline::ledger::Error::InvalidPassphrase);
        }
        ledger.recover(&code)?;
        ledger.set_passphrase(Some(passphrase), Cost::default())
    })
}

/// Puts the key under a passphrase, or under none.
///
/// # Errors
///
/// The ledger is locked, or the passphrase is empty.
pub(crate) fn set_passphrase(session: &Session, passphrase: Option<&str>) -> Result<(), Problem> {
    session
        .records
        .use_it(|ledger| ledger.set_passphrase(passphrase, Cost::default()))
}

/// The key as it goes on paper.
///
/// # Errors
///
/// The ledger is locked.
pub(crate) fn sheet(session: &Session) -> Result<RecoverySheet, Problem> {
    session.records.use_it(|ledger| {
        let key = ledger.keys()?.pop();
        Ok::<_, pipeline::ledger::Error>(RecoverySheet {
            code: ledger.recovery_code()?.text().to_string(),
            fingerprint: key.map_or_else(String::new, |key| key.signing.fingerprint()),
            root: ledger
                .checkpoint_now()
                .ok()
                .map(|end| format!("{}:{}", end.size, end.root)),
            time: now(),
        })
    })
}

/// Replaces the key by a new one.
///
/// # Errors
///
/// The ledger is locked, or the passphrase is empty.
pub(crate) fn rotate(
    session: &Session,
    reason: KeyReason,
    passphrase: Option<&str>,
) -> Result<(), Problem> {
    session.records.use_it(|ledger| {
        ledger
            .rotate_key(reason.into(), passphrase, Cost::default(), &now())
            .map(drop)
    })
}

/// Says in the ledger that an earlier key must not be trusted any more.
///
/// # Errors
///
/// The ledger is locked, or there is no earlier key of this number.
pub(crate) fn revoke(session: &Session, number: u16, reason: KeyReason) -> Result<(), Problem> {
    session
        .records
        .use_it(|ledger| ledger.revoke_key(number, reason.into(), &now()))
}

/// Signs a checkpoint and writes what a person carries to a service into a new folder inside `folder`; its name.
///
/// # Errors
///
/// The ledger is locked or empty, or the files cannot be written.
pub(crate) fn export_question(session: &Session, folder: &Path) -> Result<String, Problem> {
    let signed = session
        .records
        .use_it(|ledger| ledger.sign_checkpoint(&now()))?;
    let own = folder.join(format!("cloakroom-anchor-{}", now().replace(':', "-")));
    let files = [
        ("checkpoint.txt", signed.text().into_bytes()),
        ("checkpoint.tsq", anchor::request(&signed)),
        (
            "checkpoint.sha256",
            format!("{}  checkpoint.txt\n", signed.digest()).into_bytes(),
        ),
    ];
    std::fs::create_dir(&own).map_err(|_| not_written())?;
    for (file, bytes) in files {
        write(&own.join(file), &bytes)?;
    }
    Ok(name(&own))
}

/// Keeps what services answered; how many of the files that were.
///
/// # Errors
///
/// One is no anchor, or of another ledger; those before it are kept.
pub(crate) fn import_answers(session: &Session, files: &[PathBuf]) -> Result<u64, Problem> {
    let mut count = 0;
    for file in files {
        let bytes = bytes_of(file)?;
        session
            .records
            .use_it(|ledger| ledger.import_anchor(&bytes, &now()))?;
        count += 1;
    }
    Ok(count)
}

/// Writes the whole ledger with its key into one file under a passphrase.
///
/// # Errors
///
/// The passphrase is empty, or the file cannot be written.
pub(crate) fn backup(session: &Session, passphrase: &str, to: &Path) -> Result<Written, Problem> {
    let bytes = session
        .records
        .use_it(|ledger| ledger.backup(passphrase, Cost::default()))?;
    write(to, &bytes)?;
    Ok(Written {
        saved: true,
        name: Some(name(to)),
        count: bytes.len() as u64,
    })
}

/// Restores a backup, or tries whether it could be. How the ledger stands to it.
///
/// # Errors
///
/// Photos are being cleaned; the backup does not open; or it is older than the ledger, where that was not asked for.
pub(crate) fn restore(
    session: &Session,
    passphrase: &str,
    file: &Path,
    what: Restoring,
) -> Result<Standing, Problem> {
    if session.run.is_under_way() && what != Restoring::Drill {
        return Err(Problem::busy());
    }
    let backup = bytes_of(file)?;
    let place = session.records.place()?;
    if what != Restoring::Drill {
        session.forget_proof();
        session.records.close();
    }
    let standing = restore_ledger(&backup, passphrase, place, what.into())?;
    session.tell_ledger();
    Ok(standing.into())
}

/// How the ledger stands to a root that was kept on paper, as SIZE:ROOT.
///
/// # Errors
///
/// The text is none, or the ledger cannot be read.
pub(crate) fn compare(session: &Session, kept: &str) -> Result<Standing, Problem> {
    let kept = kept.trim().split_once(':');
    let kept = kept.and_then(|(size, root)| Some((size.parse().ok()?, root.parse().ok()?)));
    let (size, root) = kept.ok_or_else(|| {
        Problem::new(
            "no_root",
            "This is no root from a recovery sheet.",
            "It is a number, a colon, and 64 digits and letters from a to f.",
        )
    })?;
    let standing = session
        .records
        .use_it(|ledger| ledger.compare_root(size, &root))?;
    Ok(Some(standing).into())
}

/// Verifies everything anew.
///
/// # Errors
///
/// The ledger is not as it was written, or cannot be read.
pub(crate) fn check_all(session: &Session) -> Result<Checked, Problem> {
    let checked = session.records.use_it(Ledger::check_all)?;
    Ok(Checked {
        entries: checked.entries,
        checkpoints: checked.checkpoints,
        anchors: checked.anchors,
        records_read: checked.records_read,
    })
}

/// Writes hashes of records for services that stop copies.
///
/// # Errors
///
/// The ledger is locked, nothing of these kinds was recorded, or the file cannot be written.
pub(crate) fn export_hashes(
    session: &Session,
    ids: &[String],
    kinds: &[HashKind],
    format: HashFormat,
    to: &Path,
) -> Result<Written, Problem> {
    let kinds: Vec<_> = kinds.iter().map(|&kind| kind.into()).collect();
    let mut list = Vec::new();
    let count = session
        .records
        .use_it(|ledger: &Ledger| ledger.export_hashes(ids, &kinds, format.into(), &mut list))?;
    if count == 0 {
        return Err(Problem::new(
            "no_hashes",
            "No hash of these kinds was recorded for these photos.",
            "Choose another kind. PDQ is there for photos that were decoded when they were recorded.",
        ));
    }
    write(to, &list)?;
    Ok(Written {
        saved: true,
        name: Some(name(to)),
        count,
    })
}

/// Writes a file that its owner alone may read, in the place of what was there: beside, synced, renamed.
///
/// # Errors
///
/// It cannot be written; then what was there is as it was.
pub(crate) fn write(to: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let folder = to.parent().unwrap_or_else(|| Path::new("."));
    let written = tempfile::NamedTempFile::new_in(folder).and_then(|mut file| {
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(to).map_err(|error| error.error)
    });
    written.map(drop).map_err(|_| not_written())
}

fn not_written() -> Problem {
    Problem::new(
        "not_written",
        "The file could not be written.",
        "Choose another place with enough free space, where you may write files.",
    )
}
