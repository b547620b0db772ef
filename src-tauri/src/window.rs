//! The one window: made here and not by the configuration, so that it can be guarded.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use tauri::webview::NewWindowResponse;
use tauri::{
    AppHandle, DragDropEvent, Manager, Runtime, Url, WebviewWindow, WebviewWindowBuilder,
    WindowEvent,
};

use crate::environment;
use crate::events::UiEvent;
use crate::finding;
use crate::looking;
use crate::proving;
use crate::session::Session;
use crate::settings::Theme;

/// The window's name in the configuration and in the capability.
const LABEL: &str = "main";

/// Makes the window. It goes nowhere but to its own page and opens no other.
///
/// # Errors
///
/// The web view cannot be made.
pub(crate) fn open<R: Runtime>(app: &AppHandle<R>, session: &Arc<Session>) -> tauri::Result<()> {
    let config = app
        .config()
        .app
        .windows
        .iter()
        .find(|window| window.label == LABEL);
    let config = config.ok_or(tauri::Error::WindowNotFound)?;
    let mut window = WebviewWindowBuilder::from_config(app, config)?
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        // Nothing that the page shows or keeps reaches the disk. A driver would not find such a window.
        .incognito(!environment::is_driven());
    if let Ok(home) = pipeline::home::dir() {
        // What the web view writes for itself all the same stays with our own files, and goes with them.
        window = window.data_directory(home.join("webview"));
    }
    let window = window.build()?;

    let (session, own) = (Arc::clone(session), window.clone());
    window.on_window_event(move |event| match event {
        WindowEvent::DragDrop(drag) => on_drag(&session, drag),
        WindowEvent::CloseRequested { api, .. } if session.run.is_under_way() => {
            // A photo that is being written is finished first; none is left half-written.
            api.prevent_close();
            finish_and_close(Arc::clone(&session), own.clone());
        }
        _ => {}
    });
    Ok(())
}

/// Brings the window before the person, where a second start or a finished task wants it.
pub(crate) fn show<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = app.get_webview_window(LABEL) {
        // A desktop may refuse to raise windows; then it marks the window instead.
        let _ = window.unminimize();
        let _ = window.set_focus();
    }
}

/// The frame of the window follows the theme of the page.
pub(crate) fn set_theme<R: Runtime>(app: &AppHandle<R>, theme: Theme) {
    if let Some(window) = app.get_webview_window(LABEL) {
        let theme = match theme {
            Theme::System => None,
            Theme::Light => Some(tauri::Theme::Light),
            Theme::Dark => Some(tauri::Theme::Dark),
        };
        // The page has the right colours in any case.
        let _ = window.set_theme(theme);
    }
}

/// The content security policy does not cover navigation of the whole page; this does.
fn is_own_page(url: &Url) -> bool {
    let host = url.host_str();
    let own = match url.scheme() {
        "tauri" => host == Some("localhost"),
        // Where web views know no schemes of an app's own.
        "http" | "https" => cfg!(windows) && host == Some("tauri.localhost"),
        _ => false,
    };
    own && url.port().is_none() && url.username().is_empty() && url.password().is_none()
}

/// What a drag over the window means. The page never learns a path from it.
fn on_drag(session: &Arc<Session>, drag: &DragDropEvent) {
    match drag {
        DragDropEvent::Enter { paths, .. } => {
            let count = u32::try_from(paths.len()).unwrap_or(u32::MAX);
            session.feed.tell(UiEvent::DragEnter { count });
        }
        DragDropEvent::Leave => session.feed.tell(UiEvent::DragLeave),
        DragDropEvent::Drop { paths, .. } => on_drop(session, paths.clone()),
        _ => {}
    }
}

/// Takes in dropped paths, from the desktop and from the end-to-end tests alike.
pub(crate) fn on_drop(session: &Arc<Session>, paths: Vec<PathBuf>) {
    session.feed.tell(UiEvent::DragLeave);
    if session.finding.is_open() {
        return finding::take(session, paths);
    }
    // A proof that somebody gave is checked; everything else is looked into as a photo.
    match paths.as_slice() {
        [path] if proving::may_be_proof(path) => check_proof(session, path.clone()),
        _ => looking::take(session, paths),
    }
}

fn check_proof(session: &Arc<Session>, path: PathBuf) {
    let session = Arc::clone(session);
    thread::spawn(move || {
        session.feed.tell(match proving::check(&session, &path) {
            Ok(report) => UiEvent::Proof { report },
            Err(problem) => UiEvent::Problem { problem },
        });
    });
}

fn finish_and_close<R: Runtime>(session: Arc<Session>, window: WebviewWindow<R>) {
    session.cancel();
    thread::spawn(move || {
        session.run.wait();
        let _ = window.destroy();
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may_go_to(address: &str) -> bool {
        is_own_page(&address.parse().expect("an address"))
    }

    #[test]
    fn only_the_own_page_may_be_shown() {
        assert!(may_go_to("tauri://localhost"));
        assert!(may_go_to("tauri://localhost/index.html#ledger"));
        for elsewhere in [
            "https://example.org/?leak=1",
            "http://localhost:5173/",
            "https://localhost/",
            "tauri://example.org/",
            "tauri://localhost:1/",
            "tauri://name@localhost/",
            "tauri://localhost.example.org/",
            "preview://localhost/1",
            "ipc://localhost/start",
            "file:///etc/passwd",
            "data:text/html,hello",
            "blob:tauri://localhost/1",
            "javascript:alert(1)",
            "about:blank",
            "mailto:a@example.org",
        ] {
            assert!(!may_go_to(elsewhere), "{elsewhere}");
        }
        for windows_only in [
            "http://tauri.localhost/",
            "https://tauri.localhost/index.html",
        ] {
            assert_eq!(may_go_to(windows_only), cfg!(windows), "{windows_only}");
        }
    }
}
