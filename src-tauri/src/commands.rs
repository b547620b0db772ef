//! What the page may ask for. Each command parses, calls and returns; the work is elsewhere.

use std::sync::Arc;

use pipeline::ledger;
use tauri::ipc::Channel;
use tauri::{AppHandle, State, WebviewWindow};

use crate::cloak_view::ModelsPage;
use crate::events::UiEvent;
use crate::problem::Problem;
use crate::session::Session;
use crate::settings::Settings;
use crate::view::{ExportFormat, ExportResult, LedgerPage, PhotoId, Start};
use crate::{cleaning, dialog, intake, looking, proving, reveal, window};

/// Hands the names of all commands to a macro; the window and the bindings are built from this one list.
macro_rules! all {
    ($with:path $(, $more:tt)*) => {{
        use $with as with;
        with![
            commands::start,
            commands::choose_photos,
            commands::choose_folder,
            commands::clean,
            commands::cancel,
            commands::clear,
            commands::remove,
            commands::reveal,
            commands::show_ledger_folder,
            commands::ledger_export,
            commands::ledger_find_photo,
            commands::set_settings,
            commands::choose_output_folder,
            ledger_commands::set_handover,
            ledger_commands::ledger_list,
            ledger_commands::ledger_overview,
            ledger_commands::ledger_unlock,
            ledger_commands::ledger_lock,
            ledger_commands::ledger_recover,
            ledger_commands::ledger_record,
            ledger_commands::key_set_passphrase,
            ledger_commands::key_sheet,
            ledger_commands::key_rotate,
            ledger_commands::key_revoke,
            ledger_commands::anchor_export,
            ledger_commands::anchor_import,
            ledger_commands::anchor_trust_authority,
            ledger_commands::anchor_trust_block,
            ledger_commands::anchor_forget_trusted,
            ledger_commands::proof_photo,
            ledger_commands::proof_make,
            ledger_commands::proof_check,
            ledger_commands::hashes_export,
            ledger_commands::ledger_backup,
            ledger_commands::ledger_restore,
            ledger_commands::ledger_compare,
            ledger_commands::ledger_check_all,
            commands::models_list,
            commands::models_add,
            commands::models_remove,
            find_commands::find_open,
            find_commands::find_choose,
            find_commands::find_paste,
            find_commands::find_paste_copied,
            find_commands::find_again,
            find_commands::find_clear,
            find_commands::find_compare,
            find_commands::find_choose_original,
            find_commands::find_originals_folder,
            find_commands::find_forget_originals,
            find_commands::find_report,
            find_commands::takedown_texts,
            find_commands::takedown_save
            $(, commands::$more)*
        ]
    }};
}
pub(crate) use all;

pub(crate) type Shared<'a> = State<'a, Arc<Session>>;

/// Subscribes the page to the events, and tells it everything as it is now.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn start(
    app: AppHandle,
    session: Shared<'_>,
    channel: Channel<Vec<UiEvent>>,
) -> Result<Start, Problem> {
    // Listening comes first: news between the two is told twice rather than never.
    session
        .feed
        .listen(Box::new(move |events| channel.send(events).is_ok()));
    let start = blocking(&session, |session| Ok(session.start())).await?;
    window::set_theme(&app, start.theme);
    Ok(start)
}

/// Lets the person choose photos; they arrive as events.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn choose_photos(
    window: WebviewWindow,
    session: Shared<'_>,
) -> Result<(), Problem> {
    looking::take(&session, dialog::photos(&window).await);
    Ok(())
}

/// Lets the person choose folders; the photos in them arrive as events.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn choose_folder(
    window: WebviewWindow,
    session: Shared<'_>,
) -> Result<(), Problem> {
    looking::take(&session, dialog::folders(&window).await);
    Ok(())
}

/// Begins to clean these photos, or all that wait when none is named.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn clean(session: Shared<'_>, ids: Vec<PhotoId>) -> Result<(), Problem> {
    blocking(&session, move |session| cleaning::clean(session, &ids)).await
}

/// Stops what is under way. What is finished stays finished.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn cancel(session: Shared<'_>) -> Result<(), Problem> {
    session.cancel();
    Ok(())
}

/// Empties the list.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn clear(session: Shared<'_>) -> Result<(), Problem> {
    session.clear()
}

/// Takes photos off the list.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn remove(session: Shared<'_>, ids: Vec<PhotoId>) -> Result<(), Problem> {
    session.remove(&ids)
}

/// Shows a clean copy in the file manager, or the photo itself where no copy was needed.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn reveal(session: Shared<'_>, id: PhotoId) -> Result<(), Problem> {
    blocking(&session, move |session| reveal::show(&session.place(id)?)).await
}

/// Shows the ledger's file in the file manager.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn show_ledger_folder(session: Shared<'_>) -> Result<(), Problem> {
    blocking(&session, |session| reveal::show(session.records.file()?)).await
}

/// Writes the whole ledger to a file that the person names.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn ledger_export(
    window: WebviewWindow,
    session: Shared<'_>,
    format: ExportFormat,
) -> Result<ExportResult, Problem> {
    let format = ledger::ExportFormat::from(format);
    let extension = format.extension();
    let Some(path) =
        dialog::save(&window, "Export the ledger", "cloakroom-ledger", extension).await
    else {
        return Ok(ExportResult::default());
    };
    let name = intake::name(&path);
    let count = blocking(&session, move |session| {
        session.records.export(format, &path)
    })
    .await?;
    Ok(ExportResult {
        saved: true,
        count,
        name: Some(name),
    })
}

/// Lets the person choose a photo, and finds its records; nothing when the person chose none.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn ledger_find_photo(
    window: WebviewWindow,
    session: Shared<'_>,
) -> Result<Option<LedgerPage>, Problem> {
    let Some(path) = dialog::photo(&window, "Choose a photo to look up").await else {
        return Ok(None);
    };
    blocking(&session, move |session| {
        let found = session.records.find_photo(&path, &session.workers)?;
        proving::told(session, found)
    })
    .await
    .map(Some)
}

/// Uses these settings from now on.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn set_settings(
    app: AppHandle,
    session: Shared<'_>,
    settings: Settings,
) -> Result<Settings, Problem> {
    let settings = blocking(&session, |session| session.set(settings)).await?;
    window::set_theme(&app, settings.theme);
    Ok(settings)
}

/// Lets the person choose the folder for clean copies, and uses it from now on.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn choose_output_folder(
    window: WebviewWindow,
    session: Shared<'_>,
) -> Result<Settings, Problem> {
    let folder = dialog::output_folder(&window).await;
    blocking(&session, |session| Ok(session.set_folder(folder))).await
}

/// The models that cloaks are made with.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn models_list(session: Shared<'_>) -> Result<ModelsPage, Problem> {
    blocking(&session, |session| Ok(session.models.page())).await
}

/// Lets the person choose model packs, and adds them; the models as they are then.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn models_add(
    window: WebviewWindow,
    session: Shared<'_>,
) -> Result<ModelsPage, Problem> {
    let files = dialog::models(&window).await;
    blocking(&session, move |session| session.models.add(&files)).await
}

/// Removes a model pack that the person added; the models as they are then.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn models_remove(
    session: Shared<'_>,
    name: String,
) -> Result<ModelsPage, Problem> {
    blocking(&session, move |session| session.models.remove(&name)).await
}

/// Drops paths on the window as the desktop would.
#[cfg(feature = "e2e")]
#[tauri::command]
pub(crate) async fn e2e_drop(
    session: Shared<'_>,
    paths: Vec<std::path::PathBuf>,
) -> Result<(), Problem> {
    window::on_drop(&session, paths);
    Ok(())
}

/// Work that touches the disk, away from the threads that answer the page.
pub(crate) async fn blocking<T: Send + 'static>(
    session: &Shared<'_>,
    work: impl FnOnce(&Arc<Session>) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let session = Arc::clone(session);
    tauri::async_runtime::spawn_blocking(move || work(&session))
        .await
        .unwrap_or_else(|_| Err(Problem::unanswered()))
}
