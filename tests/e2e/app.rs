//! The app in its window, as a person finds their way in it: by words and roles.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::desktop::Desktop;
use crate::input::Window;
use crate::webdriver::Session;
use crate::{PATIENCE, processes, wait_for};

/// Finds what can be clicked or filled in by its role and its accessible name, among what is shown.
const FIND: &str = r#"
const find = (role, name) => {
  const roles = { button: 'button', textbox: 'input[type=search],input[type=text],input[type=password],textarea', radio: 'input[type=radio]', checkbox: 'input[type=checkbox]' };
  const words = (element) => (element.getAttribute('aria-label')
    ?? (element.labels?.length ? element.labels[0].innerText : element.innerText)).trim();
  return [...document.querySelectorAll(roles[role])]
    .filter((element) => element.getClientRects().length > 0)
    .find((element) => words(element) === name || words(element).startsWith(name + ' '));
};
"#;

pub(crate) struct App<'d> {
    desktop: &'d Desktop,
    driver: Child,
    session: Session,
}

impl<'d> App<'d> {
    /// Opens the app with these photos and waits for its page.
    pub(crate) fn open(desktop: &'d Desktop, paths: &[&Path]) -> Self {
        let port = free_port();
        let driver = desktop
            .command("WebKitWebDriver")
            .arg(format!("--port={port}"))
            // Makes the web view listen to the driver; only in builds for tests.
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .stdout(Stdio::null())
            .spawn()
            .expect("WebKitWebDriver");
        wait_for("the driver", || {
            std::net::TcpStream::connect(("127.0.0.1", port)).ok()
        });
        let args: Vec<_> = paths
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        let session = Session::open(port, &program(), &args).expect("the app opens");
        let app = Self {
            desktop,
            driver,
            session,
        };
        app.wait(
            "the page",
            "return document.querySelector('nav') && document.querySelector('h1')",
        );
        app
    }

    pub(crate) fn window(&self) -> Window {
        self.desktop.window("^Cloakroom$")
    }

    /// Runs a script in the page and returns its value.
    pub(crate) fn run(&self, script: &str, args: &Value) -> Value {
        self.session.run(script, args).unwrap()
    }

    /// Waits until a script returns something true, and returns that.
    pub(crate) fn wait(&self, what: &str, script: &str) -> Value {
        let is_true = |value: &Value| {
            !matches!(value, Value::Null | Value::Bool(false)) && *value != json!(0)
        };
        wait_for(what, || {
            self.session.run(script, &json!([])).ok().filter(is_true)
        })
    }

    /// Waits until these words are to be read in the window.
    pub(crate) fn wait_for_text(&self, text: &str) {
        self.wait(
            &format!("the words “{text}”"),
            &format!("return document.body.innerText.includes({})", json!(text)),
        );
    }

    /// All words that are to be read in the window.
    pub(crate) fn text(&self) -> String {
        self.run("return document.body.innerText", &json!([]))
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Clicks what has this role and this name, as soon as it is there and can be clicked.
    pub(crate) fn click(&self, role: &str, name: &str) {
        let script = format!(
            "{FIND} const element = find({}, {});
             if (!element || element.disabled || element.ariaDisabled === 'true') return false;
             element.focus(); element.click(); return true;",
            json!(role),
            json!(name)
        );
        self.wait(&format!("the {role} “{name}”"), &script);
    }

    /// Whether a box or one of several choices is ticked.
    pub(crate) fn is_ticked(&self, role: &str, name: &str) -> bool {
        let script = format!(
            "{FIND} return find({}, {})?.checked ?? null",
            json!(role),
            json!(name)
        );
        self.run(&script, &json!([]))
            .as_bool()
            .expect("the box is there")
    }

    pub(crate) fn fill(&self, name: &str, text: &str) {
        let script = format!(
            "{FIND} const box = find('textbox', {}); if (!box) return false;
             box.focus(); box.value = {}; box.dispatchEvent(new Event('input', {{ bubbles: true }}));
             box.dispatchEvent(new Event('change', {{ bubbles: true }})); return true;",
            json!(name),
            json!(text)
        );
        self.wait(&format!("the box “{name}”"), &script);
    }

    /// Drops paths on the window through the command that only builds for tests have.
    pub(crate) fn drop_files(&self, paths: &[&Path]) {
        self.run(
            "return window.__TAURI_INTERNALS__.invoke('e2e_drop', { paths: arguments[0] })",
            &json!([paths]),
        );
    }

    /// The rows of the list: name and everything that is to be read in it.
    pub(crate) fn rows(&self) -> Vec<(String, String)> {
        let script = "return [...document.querySelectorAll('[role=row][data-id]')]
            .map((row) => [row.querySelector('bdi').title, row.innerText])";
        serde_json::from_value(self.run(script, &json!([]))).unwrap()
    }

    /// Opens or closes the details of this photo.
    pub(crate) fn open_row(&self, name: &str) {
        let script = format!(
            "const row = [...document.querySelectorAll('[role=row][data-id]')].find((row) => row.querySelector('bdi').title === {});
             row?.click(); return Boolean(row);",
            json!(name)
        );
        self.wait(&format!("the row of {name}"), &script);
    }

    /// What is to be read in the row of this photo.
    pub(crate) fn row(&self, name: &str) -> String {
        let rows = self.rows();
        let row = rows.iter().find(|(title, _)| title == name);
        row.unwrap_or_else(|| panic!("a row for {name} among {rows:?}"))
            .1
            .clone()
    }

    /// Waits until the row of this photo holds these words.
    pub(crate) fn wait_for_row(&self, name: &str, text: &str) {
        wait_for(&format!("“{text}” in the row of {name}"), || {
            self.rows()
                .iter()
                .any(|(title, words)| title == name && words.contains(text))
                .then_some(())
        });
    }

    /// Closes the window and makes sure that nothing of the app stays behind.
    pub(crate) fn close(mut self) {
        self.session.close().unwrap();
        wait_for_end(self.desktop);
        processes::kill([self.driver.id()]);
        self.driver.wait().unwrap();
    }
}

/// Waits until no process of the app is left: what stays behind would be found by nobody.
pub(crate) fn wait_for_end(desktop: &Desktop) {
    let started = Instant::now();
    while !left(desktop).is_empty() {
        assert!(
            started.elapsed() < PATIENCE,
            "still there: {:?}",
            left(desktop)
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The processes of the app and its web view on this desktop.
pub(crate) fn left(desktop: &Desktop) -> Vec<(u32, String)> {
    let ours = [
        "cloakroom",
        "WebKitNet",
        "WebKitWebP",
        "bwrap",
        "xdg-dbus-proxy",
    ];
    let ours = |name: &str| ours.iter().any(|beginning| name.starts_with(beginning));
    desktop
        .alive()
        .into_iter()
        .filter(|(_, name)| ours(name))
        .collect()
}

/// The app to test.
pub(crate) fn program() -> String {
    let program = std::env::var("CLOAKROOM_APP");
    program.expect("CLOAKROOM_APP names the app; 'cargo xtask e2e' builds it and says so")
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}
