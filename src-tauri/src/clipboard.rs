//! The picture on the clipboard.
//!
//! Web engines hand a pasted picture to the page as a file, but that of Linux does not, so there it is asked for here.

use std::path::PathBuf;

/// What was copied.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
pub(crate) enum Copied {
    /// A file, in a file manager.
    File(PathBuf),
    /// A picture, in a browser or a viewer: a PNG.
    Picture(Vec<u8>),
}

/// What is on the clipboard now. Call it on the main thread, which goes on while another program is asked.
#[cfg(target_os = "linux")]
pub(crate) fn copied() -> Option<Copied> {
    let clipboard = gtk::Clipboard::get(&gtk::gdk::SELECTION_CLIPBOARD);
    let uris = clipboard.wait_for_uris();
    let first = uris
        .first()
        .and_then(|uri| gtk::glib::filename_from_uri(uri).ok());
    if let Some((path, _)) = first {
        return Some(Copied::File(path));
    }
    let picture = clipboard.wait_for_image()?;
    picture
        .save_to_bufferv("png", &[])
        .ok()
        .map(Copied::Picture)
}

/// Nothing: what the page was not handed is no picture.
#[cfg(not(target_os = "linux"))]
pub(crate) fn copied() -> Option<Copied> {
    None
}
