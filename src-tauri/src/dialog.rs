//! The system's own dialogs, opened from Rust: the page only asks for one, and never learns a path from it.

use std::path::PathBuf;

use pipeline::Container;
use tauri::{Manager, Runtime, WebviewWindow};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};
use tokio::sync::oneshot;

/// Asks for photos; none when the person closed the dialog.
pub(crate) async fn photos<R: Runtime>(window: &WebviewWindow<R>) -> Vec<PathBuf> {
    let dialog = choosing(window, "Choose photos");
    paths(answer(|reply| dialog.pick_files(reply)).await)
}

/// Asks for folders with photos; none when the person closed the dialog.
pub(crate) async fn folders<R: Runtime>(window: &WebviewWindow<R>) -> Vec<PathBuf> {
    let dialog = over(window, "Choose folders with photos");
    paths(answer(|reply| dialog.pick_folders(reply)).await)
}

/// Asks for one photo.
pub(crate) async fn photo<R: Runtime>(window: &WebviewWindow<R>, title: &str) -> Option<PathBuf> {
    let dialog = choosing(window, title);
    path(answer(|reply| dialog.pick_file(reply)).await)
}

/// Asks for model packs; none when the person closed the dialog.
pub(crate) async fn models<R: Runtime>(window: &WebviewWindow<R>) -> Vec<PathBuf> {
    let dialog = over(window, "Choose model packs").add_filter("Model packs", &["safetensors"]);
    paths(answer(|reply| dialog.pick_files(reply)).await)
}

/// Asks for the folder that clean copies go to.
pub(crate) async fn output_folder<R: Runtime>(window: &WebviewWindow<R>) -> Option<PathBuf> {
    let dialog = over(window, "Choose a folder for clean copies").set_can_create_directories(true);
    path(answer(|reply| dialog.pick_folder(reply)).await)
}

/// Files that are no photos.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Anchors,
    Certificates,
    Proofs,
    Backups,
}

impl Kind {
    /// What a dialog calls them, and the endings of their names.
    fn filter(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Anchors => ("Anchors", &["tsr", "ots"]),
            Self::Certificates => ("Certificates", &["pem", "crt", "cer", "der"]),
            Self::Proofs => ("Proofs", &["zip"]),
            Self::Backups => ("Backups", &["backup"]),
        }
    }
}

/// Asks for one file.
pub(crate) async fn file<R: Runtime>(
    window: &WebviewWindow<R>,
    title: &str,
    kind: Kind,
) -> Option<PathBuf> {
    let dialog = of_kind(window, title, kind);
    path(answer(|reply| dialog.pick_file(reply)).await)
}

/// Asks for files; none when the person closed the dialog.
pub(crate) async fn files<R: Runtime>(
    window: &WebviewWindow<R>,
    title: &str,
    kind: Kind,
) -> Vec<PathBuf> {
    let dialog = of_kind(window, title, kind);
    paths(answer(|reply| dialog.pick_files(reply)).await)
}

/// Asks for a folder to put something into.
pub(crate) async fn folder<R: Runtime>(window: &WebviewWindow<R>, title: &str) -> Option<PathBuf> {
    let dialog = over(window, title).set_can_create_directories(true);
    path(answer(|reply| dialog.pick_folder(reply)).await)
}

fn of_kind<R: Runtime>(window: &WebviewWindow<R>, title: &str, kind: Kind) -> FileDialogBuilder<R> {
    let (name, endings) = kind.filter();
    over(window, title)
        .add_filter(name, endings)
        .add_filter("All files", &["*"])
}

/// Asks for a picture to be looked up.
pub(crate) async fn found_picture<R: Runtime>(window: &WebviewWindow<R>) -> Option<PathBuf> {
    let dialog = choosing(window, "Choose the picture that you found");
    path(answer(|reply| dialog.pick_file(reply)).await)
}

/// Asks for the original of a photo, or for the folder in which originals may be looked for.
pub(crate) async fn original<R: Runtime>(
    window: &WebviewWindow<R>,
    folder: bool,
) -> Option<PathBuf> {
    if folder {
        let dialog = over(window, "Choose the folder with your originals");
        path(answer(|reply| dialog.pick_folder(reply)).await)
    } else {
        let dialog = choosing(window, "Choose the original");
        path(answer(|reply| dialog.pick_file(reply)).await)
    }
}

/// Asks where to write a report or a folder of texts, and offers a name for it.
pub(crate) async fn save_as<R: Runtime>(
    window: &WebviewWindow<R>,
    title: &str,
    name: &str,
) -> Option<PathBuf> {
    let dialog = over(window, title).set_file_name(name);
    path(answer(|reply| dialog.save_file(reply)).await)
}

/// Asks where to write a file, and offers a name for it.
pub(crate) async fn save<R: Runtime>(
    window: &WebviewWindow<R>,
    title: &str,
    name: &str,
    extension: &str,
) -> Option<PathBuf> {
    let dialog = over(window, title)
        .set_file_name(format!("{name}.{extension}"))
        .add_filter(extension.to_uppercase(), &[extension]);
    path(answer(|reply| dialog.save_file(reply)).await)
}

fn over<R: Runtime>(window: &WebviewWindow<R>, title: &str) -> FileDialogBuilder<R> {
    let dialog = window.dialog().file().set_parent(window).set_title(title);
    // GTK would begin with the files that were used lately in any program, where no name can be typed either.
    let places = [window.path().picture_dir(), window.path().home_dir()];
    match places.into_iter().flatten().find(|place| place.is_dir()) {
        Some(place) => dialog.set_directory(place),
        None => dialog,
    }
}

/// Photos first; the other files can be shown too, and are refused with a reason.
fn choosing<R: Runtime>(window: &WebviewWindow<R>, title: &str) -> FileDialogBuilder<R> {
    let lower = Container::ALL
        .iter()
        .flat_map(|container| container.extensions());
    // In both cases, because GTK compares them letter by letter.
    let extensions: Vec<_> = lower
        .flat_map(|word| [word.to_string(), word.to_uppercase()])
        .collect();
    let extensions: Vec<_> = extensions.iter().map(String::as_str).collect();
    over(window, title)
        .add_filter("Photos and videos", &extensions)
        .add_filter("All files", &["*"])
}

/// Opens a dialog and waits for its answer without holding a thread.
async fn answer<T: Send + 'static>(
    open: impl FnOnce(Box<dyn FnOnce(Option<T>) + Send>),
) -> Option<T> {
    let (reply, answer) = oneshot::channel();
    open(Box::new(move |chosen| {
        // Nobody waits any more when the window was closed.
        let _ = reply.send(chosen);
    }));
    answer.await.ok().flatten()
}

fn path(chosen: Option<FilePath>) -> Option<PathBuf> {
    chosen.and_then(|chosen| chosen.into_path().ok())
}

fn paths(chosen: Option<Vec<FilePath>>) -> Vec<PathBuf> {
    chosen
        .into_iter()
        .flatten()
        .filter_map(|chosen| path(Some(chosen)))
        .collect()
}
