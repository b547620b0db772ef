//! What the page may ask for about a picture that was found. Each command parses, calls and returns.

use std::sync::Arc;
use std::sync::mpsc::channel;

use tauri::{State, WebviewWindow};

use crate::clipboard::{self, Copied};
use crate::commands::blocking;
use crate::dialog;
use crate::find_view::{FoundChanges, TakedownAnswers, TakedownTexts};
use crate::finding;
use crate::intake;
use crate::lock::lock;
use crate::problem::Problem;
use crate::session::Session;

type Shared<'a> = State<'a, Arc<Session>>;

/// Says whether the Find page is shown: then dropped files are looked up.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn find_open(session: Shared<'_>, open: bool) -> Result<(), Problem> {
    session.finding.open(open);
    Ok(())
}

/// Lets the person choose a picture, and looks it up; the answer comes as an event.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn find_choose(window: WebviewWindow, session: Shared<'_>) -> Result<(), Problem> {
    let chosen = dialog::found_picture(&window).await;
    finding::take(&session, chosen.into_iter().collect());
    Ok(())
}

/// Looks up a picture from the clipboard, a whole file of bytes.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn find_paste(session: Shared<'_>, bytes: Vec<u8>) -> Result<(), Problem> {
    blocking(&session, move |session| finding::pasted(session, &bytes)).await
}

/// Looks up the picture that is on the clipboard, where the page was not handed it.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn find_paste_copied(
    window: WebviewWindow,
    session: Shared<'_>,
) -> Result<(), Problem> {
    let (hand_over, handed_over) = channel();
    let asked = window.run_on_main_thread(move || {
        let _ = hand_over.send(clipboard::copied());
    });
    blocking(&session, move |session| {
        let copied = asked.ok().and_then(|()| handed_over.recv().ok()).flatten();
        match copied {
            Some(Copied::File(path)) => {
                finding::take(session, vec![path]);
                Ok(())
            }
            Some(Copied::Picture(bytes)) => finding::pasted(session, &bytes),
            None => Err(Problem::new(
                "nothing_to_paste",
                "There is no picture on the clipboard.",
                "Copy the picture itself, not its address, or save it and choose the file.",
            )),
        }
    })
    .await
}

/// Looks the same picture up again, as after unlocking the ledger.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn find_again(session: Shared<'_>) -> Result<(), Problem> {
    blocking(&session, |session| {
        finding::again(session);
        Ok(())
    })
    .await
}

/// Forgets the picture that is looked up.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn find_clear(session: Shared<'_>) -> Result<(), Problem> {
    finding::clear(&session);
    Ok(())
}

/// What was changed, if the original of this match lies in the folder that may be read; nothing otherwise.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn find_compare(
    session: Shared<'_>,
    index: u32,
) -> Result<Option<FoundChanges>, Problem> {
    blocking(&session, move |session| {
        finding::compare(session, index as usize, None)
    })
    .await
}

/// Lets the person choose the original, or a folder that is remembered, and says what was changed. Nothing when the person chose none,
/// or when it is not in that folder.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn find_choose_original(
    window: WebviewWindow,
    session: Shared<'_>,
    index: u32,
    folder: bool,
) -> Result<Option<FoundChanges>, Problem> {
    let Some(chosen) = dialog::original(&window, folder).await else {
        return Ok(None);
    };
    blocking(&session, move |session| {
        if folder {
            let unsaved = lock(&session.preferences).set_originals(Some(chosen.clone()));
            if let Some(problem) = unsaved {
                session
                    .feed
                    .tell(crate::events::UiEvent::Problem { problem });
            }
        }
        finding::compare(session, index as usize, Some(&chosen))
    })
    .await
}

/// The last name of the folder in which originals may be looked for, if the person named one.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn find_originals_folder(session: Shared<'_>) -> Result<Option<String>, Problem> {
    Ok(lock(&session.preferences).originals_name())
}

/// Looks for originals nowhere any more.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn find_forget_originals(session: Shared<'_>) -> Result<(), Problem> {
    let problem = lock(&session.preferences).set_originals(None);
    problem.map_or(Ok(()), Err)
}

/// Writes the report about a match, as a page and as a PDF. Its name, or nothing when the person chose none.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn find_report(
    window: WebviewWindow,
    session: Shared<'_>,
    index: u32,
    show_found: bool,
) -> Result<Option<String>, Problem> {
    let chosen = dialog::save_as(&window, "Save the report", "report.pdf").await;
    let Some(chosen) = chosen else {
        return Ok(None);
    };
    let name = intake::name(&chosen);
    blocking(&session, move |session| {
        finding::report(session, index as usize, show_found, &chosen)
    })
    .await?;
    Ok(Some(name))
}

/// The texts that fit the answers.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn takedown_texts(
    session: Shared<'_>,
    answers: TakedownAnswers,
) -> Result<TakedownTexts, Problem> {
    blocking(&session, move |session| {
        finding::takedown(session, &answers.into())
    })
    .await
}

/// Writes all texts and hash lists into a new folder. Its name, or nothing when the person chose none.
#[tauri::command]
#[cfg_attr(test, specta::specta)]
pub(crate) async fn takedown_save(
    window: WebviewWindow,
    session: Shared<'_>,
    answers: TakedownAnswers,
) -> Result<Option<String>, Problem> {
    let chosen = dialog::save_as(&window, "Save the pack as a new folder", "takedown").await;
    let Some(chosen) = chosen else {
        return Ok(None);
    };
    let name = intake::name(&chosen);
    blocking(&session, move |session| {
        finding::save_takedown(session, &answers.into(), &chosen)
    })
    .await?;
    Ok(Some(name))
}
