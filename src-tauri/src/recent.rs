//! Keeps the photos out of the desktop's list of recently used files.
//!
//! GTK's file dialogs write every file that is chosen in them to that list, with its path, the time and the program's
//! name, for every other program to read. Nobody asked for that here.

use gtk::prelude::*;
use gtk::{RecentInfo, RecentManager};

/// Takes what the dialogs have listed off again: from an earlier time now, and from now on as soon as it is listed. To be
/// called on the main thread, once GTK runs.
pub(crate) fn forget_own_files() {
    if let Some(recent) = RecentManager::default() {
        forget(&recent);
        recent.connect_changed(forget);
    }
}

fn forget(recent: &RecentManager) {
    let own = gtk::glib::application_name().or_else(gtk::glib::prgname);
    let is_own = |item: &RecentInfo| {
        let programs = item.applications();
        !programs.is_empty() && programs.iter().all(|program| Some(program) == own.as_ref())
    };
    for item in recent.items().iter().filter(|item| is_own(item)) {
        if let Some(address) = item.uri() {
            // Another program may have taken it off first.
            let _ = recent.remove_item(&address);
        }
    }
}
