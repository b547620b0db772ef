//! What the page may ask for about the ledger: its key, anchors, proofs and backups. Each command asks for places in a
//! dialog where it needs one, and leaves the rest to others.

use pipeline::Handover;
use tauri::WebviewWindow;

use crate::commands::{Shared, blocking};
use crate::dialog::{self, Kind};
use crate::ledger_view::{
    AnchorFilter, Checked, HashFormat, HashKind, KeyReason, LedgerOverview, ProofChoice,
    ProofPhoto, ProofReport, RecordDetail, RecoverySheet, Restoring, Standing, Written,
};
use crate::lock::lock;
use crate::problem::Problem;
use crate::view::LedgerPage;
use crate::{custody, proving};

/// Notes whom the copies are for that are made from now on, until the window closes.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn set_handover(
    session: Shared<'_>,
    recipient: String,
    purpose: String,
) -> Result<(), Problem> {
    *lock(&session.handover) = Handover::new(&recipient, &purpose)?;
    Ok(())
}

/// The records that match a search, newest first.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn ledger_list(
    session: Shared<'_>,
    text: String,
    filter: AnchorFilter,
    offset: u32,
    limit: u32,
) -> Result<LedgerPage, Problem> {
    blocking(&session, move |session| {
        proving::list(session, &text, filter, offset, limit)
    })
    .await
}

/// What there is to know of the ledger without opening a record; nothing where there is none yet.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn ledger_overview(
    session: Shared<'_>,
) -> Result<Option<LedgerOverview>, Problem> {
    blocking(&session, |session| custody::overview(session)).await
}

/// Opens the ledger with its passphrase, until it is locked or the window closes.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn ledger_unlock(session: Shared<'_>, passphrase: String) -> Result<(), Problem> {
    blocking(&session, move |session| {
        custody::unlock(session, &passphrase)
    })
    .await
}

/// Locks it again.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn ledger_lock(session: Shared<'_>) -> Result<(), Problem> {
    blocking(&session, |session| custody::lock(session)).await
}

/// Opens it with the code of the recovery sheet, and puts it under a new passphrase.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn ledger_recover(
    session: Shared<'_>,
    code: String,
    passphrase: String,
) -> Result<(), Problem> {
    blocking(&session, move |session| {
        custody::recover(session, &code, &passphrase)
    })
    .await
}

/// Everything that a record says.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn ledger_record(
    session: Shared<'_>,
    id: String,
) -> Result<RecordDetail, Problem> {
    blocking(&session, move |session| proving::detail(session, &id)).await
}

/// Puts the ledger under a passphrase, or takes it away.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn key_set_passphrase(
    session: Shared<'_>,
    passphrase: Option<String>,
) -> Result<(), Problem> {
    blocking(&session, move |session| {
        custody::set_passphrase(session, passphrase.as_deref())
    })
    .await
}

/// The person's key, to be printed.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn key_sheet(session: Shared<'_>) -> Result<RecoverySheet, Problem> {
    blocking(&session, |session| custody::sheet(session)).await
}

/// Replaces the key by a new one, under a passphrase or under none.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn key_rotate(
    session: Shared<'_>,
    reason: KeyReason,
    passphrase: Option<String>,
) -> Result<(), Problem> {
    blocking(&session, move |session| {
        custody::rotate(session, reason, passphrase.as_deref())
    })
    .await
}

/// Says that an earlier key must not be trusted any more.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn key_revoke(
    session: Shared<'_>,
    number: u16,
    reason: KeyReason,
) -> Result<(), Problem> {
    blocking(&session, move |session| {
        custody::revoke(session, number, reason)
    })
    .await
}

/// Signs a checkpoint, and writes what is carried to a service into a folder that the person chooses.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn anchor_export(
    window: WebviewWindow,
    session: Shared<'_>,
) -> Result<Written, Problem> {
    let Some(folder) = dialog::folder(&window, "Choose where to put the question").await else {
        return Ok(Written::default());
    };
    blocking(&session, move |session| {
        custody::export_question(session, &folder).map(|name| Written {
            saved: true,
            name: Some(name),
            count: 3,
        })
    })
    .await
}

/// Keeps the answers of services that the person chooses; how many.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn anchor_import(
    window: WebviewWindow,
    session: Shared<'_>,
) -> Result<u64, Problem> {
    let files = dialog::files(&window, "Choose the answers", Kind::Anchors).await;
    blocking(&session, move |session| {
        custody::import_answers(session, &files)
    })
    .await
}

/// Trusts an authority's certificate that the person chooses; whether they chose one.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn anchor_trust_authority(
    window: WebviewWindow,
    session: Shared<'_>,
) -> Result<bool, Problem> {
    let title = "Choose the certificate of an authority";
    let Some(file) = dialog::file(&window, title, Kind::Certificates).await else {
        return Ok(false);
    };
    blocking(&session, move |session| {
        session.trusted.add_authority(&file).map(|()| true)
    })
    .await
}

/// Trusts the header of a block.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn anchor_trust_block(session: Shared<'_>, header: String) -> Result<(), Problem> {
    blocking(&session, move |session| session.trusted.add_block(&header)).await
}

/// Trusts nobody any more but those that the system trusts.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn anchor_forget_trusted(session: Shared<'_>) -> Result<(), Problem> {
    blocking(&session, |session| session.trusted.forget()).await
}

/// Lets the person choose the photo of a record, to take pieces from or to put in; nothing when they chose none.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn proof_photo(
    window: WebviewWindow,
    session: Shared<'_>,
    id: String,
) -> Result<Option<ProofPhoto>, Problem> {
    let Some(path) = dialog::photo(&window, "Choose the photo of this record").await else {
        return Ok(None);
    };
    blocking(&session, move |session| {
        proving::hold(session, &id, path).map(Some)
    })
    .await
}

/// Makes a proof of what the person chose, and writes it to where they say.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn proof_make(
    window: WebviewWindow,
    session: Shared<'_>,
    id: String,
    choice: ProofChoice,
) -> Result<Written, Problem> {
    // Made before it is asked where to put it: what cannot be made needs no place.
    let bytes = blocking(&session, move |session| {
        proving::make(session, &id, &choice)
    })
    .await?;
    match dialog::save(&window, "Save the proof", "proof", "zip").await {
        Some(path) => blocking(&session, move |_| proving::save(&bytes, &path)).await,
        None => Ok(Written::default()),
    }
}

/// Checks a proof that the person chooses; nothing when they chose none.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn proof_check(
    window: WebviewWindow,
    session: Shared<'_>,
) -> Result<Option<ProofReport>, Problem> {
    let Some(path) = dialog::file(&window, "Choose a proof", Kind::Proofs).await else {
        return Ok(None);
    };
    blocking(&session, move |session| {
        proving::check(session, &path).map(Some)
    })
    .await
}

/// Writes hashes of records for services that stop copies.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn hashes_export(
    window: WebviewWindow,
    session: Shared<'_>,
    ids: Vec<String>,
    kinds: Vec<HashKind>,
    format: HashFormat,
) -> Result<Written, Problem> {
    let ending = match format {
        HashFormat::Lines => "txt",
        HashFormat::Csv => "csv",
        HashFormat::Json => "json",
    };
    match dialog::save(&window, "Save the hashes", "hashes", ending).await {
        Some(path) => {
            blocking(&session, move |session| {
                custody::export_hashes(session, &ids, &kinds, format, &path)
            })
            .await
        }
        None => Ok(Written::default()),
    }
}

/// Writes the whole ledger with its key into one file under a passphrase.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn ledger_backup(
    window: WebviewWindow,
    session: Shared<'_>,
    passphrase: String,
) -> Result<Written, Problem> {
    let title = "Save the backup";
    match dialog::save(&window, title, "cloakroom-ledger", "backup").await {
        Some(path) => {
            blocking(&session, move |session| {
                custody::backup(session, &passphrase, &path)
            })
            .await
        }
        None => Ok(Written::default()),
    }
}

/// Restores a backup that the person chooses, or tries whether it could be; nothing when they chose none.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn ledger_restore(
    window: WebviewWindow,
    session: Shared<'_>,
    passphrase: String,
    what: Restoring,
) -> Result<Option<Standing>, Problem> {
    let Some(path) = dialog::file(&window, "Choose a backup", Kind::Backups).await else {
        return Ok(None);
    };
    blocking(&session, move |session| {
        custody::restore(session, &passphrase, &path, what).map(Some)
    })
    .await
}

/// How the ledger stands to a root that was kept on paper, as SIZE:ROOT.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn ledger_compare(session: Shared<'_>, kept: String) -> Result<Standing, Problem> {
    blocking(&session, move |session| custody::compare(session, &kept)).await
}

/// Verifies everything anew, whatever was verified before.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn ledger_check_all(session: Shared<'_>) -> Result<Checked, Problem> {
    blocking(&session, |session| custody::check_all(session)).await
}
