//! Stopping in the middle.

use super::names_in;
use crate::app::App;
use crate::desktop::Desktop;
use crate::photos;

/// So many that the last is not done when the first is.
const PHOTOS: usize = 40;

#[test]
fn cancel_keeps_what_is_finished_and_leaves_nothing_half_written() {
    let desktop = Desktop::start();
    let photo = photos::jpeg(2000, 1500);
    for number in 0..PHOTOS {
        desktop.file(&format!("Many/{number:02}.jpg"), &photo);
    }
    let folder = desktop.home().join("Many");
    let app = App::open(&desktop, &[&folder]);
    app.click("button", &format!("Clean {PHOTOS} photos"));
    app.wait(
        "some photos to be finished",
        "return document.querySelector('[role=progressbar]')?.ariaValueNow >= 5",
    );
    desktop.screenshot("cleaning");
    app.click("button", "Cancel");
    app.wait_for_text("Stopped");

    let text = app.text();
    let count = |word: &str| -> usize {
        let before = text
            .split(&format!(" {word}"))
            .next()
            .and_then(|before| before.split_whitespace().last());
        before
            .and_then(|number| number.parse().ok())
            .unwrap_or_else(|| panic!("a number before {word} in {text}"))
    };
    let (done, cancelled) = (count("cleaned"), count("cancelled"));
    assert!(
        done > 0 && cancelled > 0 && done + cancelled == PHOTOS,
        "{done} cleaned, {cancelled} cancelled"
    );

    let names = names_in(&folder);
    let copies = names
        .iter()
        .filter(|name| name.ends_with("_clean.jpg"))
        .count();
    assert_eq!(
        (copies, names.len()),
        (done, PHOTOS + done),
        "nothing but originals and finished copies"
    );

    app.click("button", "Ledger");
    app.wait_for_text(&format!("of {done}"));
    app.click("button", "Clean");
    app.click("button", &format!("Clean {cancelled} photos"));
    app.wait_for_text("All done");
    assert_eq!(names_in(&folder).len(), 2 * PHOTOS);
    app.close();
}
