//! Shows a file in the system's file manager.

use std::path::Path;

use crate::problem::Problem;

/// Shows the file, marked, in its folder. On Linux over D-Bus: the file manager is no child of ours, so it does not
/// inherit the filter that keeps us off the network.
///
/// # Errors
///
/// The file is gone, or no file manager answers.
pub(crate) fn show(path: &Path) -> Result<(), Problem> {
    if !path.exists() {
        return Err(Problem::new(
            "gone",
            "The file is not where it was saved.",
            "It may have been moved, renamed or deleted since.",
        ));
    }
    tauri_plugin_opener::reveal_item_in_dir(path).map_err(|_| {
        Problem::new(
            "no_file_manager",
            "No file manager answered.",
            "Open the folder yourself; the file is beside the photo, or in the folder that you chose.",
        )
    })
}
