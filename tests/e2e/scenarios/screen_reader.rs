//! What people hear who do not see the window.

use std::fs;

use crate::app::App;
use crate::desktop::Desktop;
use crate::{photos, wait_for};

const SCREEN_READER: &str = include_str!("../screen_reader.py");

#[test]
fn a_screen_reader_is_told_what_is_on_the_screen() {
    let mut desktop = Desktop::start();
    desktop.set("NO_AT_BRIDGE", "0");
    let photo = desktop.file("Pictures/beach.jpg", &photos::jpeg(400, 300));
    let heard = desktop.home().join("heard");
    let app = App::open(&desktop, &[]);
    desktop.python(SCREEN_READER, &[&heard]);
    let wait_to_hear = |what: &str| {
        wait_for(&format!("to hear “{what}”"), || {
            let lines = fs::read_to_string(&heard).ok()?;
            lines
                .lines()
                .any(|line| line.trim_end() == what)
                .then_some(())
        });
    };

    wait_to_hear("heading: Drop photos or folders here");
    wait_to_hear("button: Choose photos");
    wait_to_hear("button: Choose folder");
    app.drop_files(&[&photo]);
    wait_to_hear("button: Clean 1 photo");
    app.click("button", "Clean 1 photo");
    wait_to_hear("button: Show the clean copy of beach.jpg in its folder");
    app.click("button", "Ledger");
    wait_to_hear("button: Open record 1");
    app.close();
}
