//! A person's hands: keys and the mouse, through the X server.

use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use crate::desktop::Desktop;
use crate::wait_for;

/// Something to drag from: a small window in the corner that offers files as a file manager does.
const DRAG_SOURCE: &str = include_str!("drag_source.py");

/// A program that holds a picture on the clipboard.
const CLIPBOARD: &str = include_str!("clipboard.py");

/// A window, found by its title.
#[derive(Debug, Clone)]
pub(crate) struct Window(String);

impl Desktop {
    /// The visible window whose title matches, as soon as there is one.
    pub(crate) fn window(&self, title: &str) -> Window {
        wait_for(&format!("a window called {title}"), || self.find(title))
    }

    pub(crate) fn find(&self, title: &str) -> Option<Window> {
        let ids = self.xdotool(&["search", "--onlyvisible", "--name", title]);
        ids.lines().last().map(|id| Window(id.to_owned()))
    }

    /// Keys by their X names, such as `ctrl+l` or `Return`, to whatever has the focus.
    pub(crate) fn press(&self, keys: &[&str]) {
        for key in keys {
            self.xdotool(&["key", key]);
            sleep(Duration::from_millis(60));
        }
    }

    pub(crate) fn write(&self, text: &str) {
        self.xdotool(&["type", "--delay", "15", text]);
    }

    /// Brings a window to the front.
    pub(crate) fn activate(&self, window: &Window) {
        self.xdotool(&["windowactivate", "--sync", &window.0]);
    }

    /// Closes a window as its frame's button does.
    pub(crate) fn close(&self, window: &Window) {
        self.activate(window);
        self.press(&["alt+F4"]);
    }

    /// Chooses a path in the system's dialog of this title, as one does with the keyboard.
    pub(crate) fn open_in_dialog(&self, title: &str, path: &Path) {
        // GTK's own keys: to the home folder, since in the list of recent files nothing can be opened by name; then typing.
        self.type_in_dialog(title, &["alt+Home", "ctrl+l", "ctrl+a"], path);
    }

    /// Says in the system's dialog of this title where to save something.
    pub(crate) fn save_in_dialog(&self, title: &str, path: &Path) {
        // The name that is offered has the focus; it is replaced whole.
        self.type_in_dialog(title, &["ctrl+a"], path);
    }

    fn type_in_dialog(&self, title: &str, first: &[&str], path: &Path) {
        let dialog = self.window(title);
        self.activate(&dialog);
        // A dialog is mapped before it listens, and nothing tells when it does.
        sleep(Duration::from_millis(500));
        self.press(first);
        self.write(&path.to_string_lossy());
        sleep(Duration::from_millis(500));
        // The first Return may only take what the dialog offers to complete. One too many would press whatever has the
        // focus behind the dialog, so each has its time.
        wait_for(&format!("{title} to close"), || {
            self.press(&["Return"]);
            (0..8).find_map(|_| {
                sleep(Duration::from_millis(400));
                self.find(title).is_none().then_some(())
            })
        });
    }

    /// Opens the window that files are dragged from.
    pub(crate) fn drag_source(&self, files: &[&Path]) {
        self.python(DRAG_SOURCE, files);
    }

    /// Copies a picture, so that it can be pasted.
    pub(crate) fn copy_picture(&self, picture: &Path) {
        self.python(CLIPBOARD, &[picture]);
    }

    /// Drags from the source to the middle of a window and holds.
    pub(crate) fn drag_over(&self, target: &Window) {
        let Window(source) = self.window("^Drag source$");
        self.xdotool(&[
            "mousemove",
            "--window",
            &source,
            "40",
            "30",
            "mousedown",
            "1",
        ]);
        sleep(Duration::from_millis(150));
        // A drag begins after some way; a hand makes many small steps.
        for step in 1..=20 {
            let (x, y) = (40 + step * 4, 30 + step * 2);
            self.xdotool(&[
                "mousemove",
                "--window",
                &source,
                &x.to_string(),
                &y.to_string(),
            ]);
            sleep(Duration::from_millis(15));
        }
        for step in 0..=20 {
            let (x, y) = (300 + step * 10, 200 + step * 6);
            self.xdotool(&[
                "mousemove",
                "--window",
                &target.0,
                &x.to_string(),
                &y.to_string(),
            ]);
            sleep(Duration::from_millis(15));
        }
    }

    /// Lets go of what was dragged.
    pub(crate) fn let_go(&self) {
        self.xdotool(&["mouseup", "1"]);
    }

    fn xdotool(&self, args: &[&str]) -> String {
        let output = self
            .command("xdotool")
            .args(args)
            .stderr(Stdio::null())
            .output()
            .expect("xdotool");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}
