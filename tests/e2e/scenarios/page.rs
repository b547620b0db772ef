//! The page cannot reach anything but our own commands. There is no filter of the kernel in this build, so that the web
//! view's own walls are what is tried.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::app::App;
use crate::desktop::Desktop;
use crate::photos;

/// Tries one way out after the other; each answers with what came of it. `arguments[0]` is an address where somebody listens.
const WAYS_OUT: &str = r#"
const [address] = arguments;
const settled = (promise) => Promise.race([
  promise.then(() => 'OPEN', () => 'refused'),
  new Promise((resolve) => setTimeout(resolve, 1500, 'nothing')),
]);
const element = (name, attributes) => settled(new Promise((resolve, reject) => {
  const made = Object.assign(document.createElement(name), attributes, { onload: resolve, onerror: reject });
  document.body.append(made);
}));
const evaluated = (make) => { try { make(); return 'OPEN'; } catch { return 'refused'; } };
const form = document.createElement('form');
form.action = address + '/form';
form.method = 'post';
document.body.append(form);
let inline = 'refused';
window.inlineRan = () => { inline = 'OPEN'; };
const script = document.createElement('script');
script.textContent = 'window.inlineRan()';
document.body.append(script);
const ways = {
  fetch: settled(fetch(address + '/fetch')),
  beacon: navigator.sendBeacon?.(address + '/beacon') ? 'sent' : 'refused',
  image: element('img', { src: address + '/image' }),
  script: element('script', { src: address + '/script' }),
  style: element('link', { rel: 'stylesheet', href: address + '/style' }),
  prefetch: element('link', { rel: 'prefetch', href: address + '/prefetch' }),
  frame: element('iframe', { src: address + '/frame' }).then((came) => came === 'OPEN' ? 'nothing' : came),
  media: element('video', { src: address + '/media', preload: 'auto' }),
  data: element('img', { src: 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==' }),
  socket: settled(new Promise((resolve, reject) => {
    const socket = new WebSocket(address.replace('http', 'ws'));
    Object.assign(socket, { onopen: resolve, onerror: reject });
  })),
  window: window.open(address + '/window') === null ? 'refused' : 'OPEN',
  peer: typeof RTCPeerConnection === 'undefined' ? 'refused' : 'OPEN',
  worker: evaluated(() => { new Worker(URL.createObjectURL(new Blob(['1']))).terminate(); }),
  eval: evaluated(() => eval('1')),
  function: evaluated(() => new Function('1')()),
  inline,
  prototype: Object.isFrozen(Object.prototype) ? 'refused' : 'OPEN',
  global: window.__TAURI__ === undefined ? 'refused' : 'OPEN',
  passwd: element('img', { src: 'preview://localhost/../../etc/passwd' }),
  nobody: element('img', { src: 'preview://localhost/4000' }),
};
form.submit();
for (const way in ways) ways[way] = await ways[way];
return ways;
"#;

/// Commands of Tauri and its plugins that the page has no right to.
const FOREIGN_COMMANDS: &str = r#"
const answers = {};
for (const command of arguments[0]) {
  answers[command] = await window.__TAURI_INTERNALS__.invoke(command, arguments[1]).then(() => 'OPEN', (error) => String(error));
}
return answers;
"#;

#[test]
fn nothing_in_the_page_reaches_out() {
    let desktop = Desktop::start();
    let photo = desktop.file("Pictures/beach.jpg", &photos::jpeg(400, 300));
    let listener = Listener::start();
    let app = App::open(&desktop, &[&photo]);
    app.wait_for_row("beach.jpg", "Place");

    let ways = app.run(&asynchronous(WAYS_OUT), &json!([listener.address()]));
    println!("ways out of the page: {ways}");
    for (way, came) in ways.as_object().unwrap() {
        // A beacon is queued and then dropped; a worker may be made and never run. Nobody hears of either.
        let harmless = came != "OPEN" || way == "worker";
        assert!(harmless, "{way}: {came} in {ways}");
    }
    let here = app.run("return location.href", &Value::Null);
    for elsewhere in [
        format!("{}/away", listener.address()),
        "file:///etc/passwd".into(),
        "about:blank".into(),
    ] {
        app.run("location.href = arguments[0]", &json!([elsewhere]));
        thread::sleep(Duration::from_millis(300));
        assert_eq!(
            app.run("return location.href", &Value::Null),
            here,
            "{elsewhere}"
        );
    }
    app.wait_for_row("beach.jpg", "Place");
    assert_eq!(listener.connections(), 0, "somebody called");
    app.close();
}

#[test]
fn the_page_may_call_our_own_commands_and_no_others() {
    let desktop = Desktop::start();
    let app = App::open(&desktop, &[]);
    let commands = [
        "plugin:dialog|save",
        "plugin:dialog|open",
        "plugin:opener|open_url",
        "plugin:opener|open_path",
        "plugin:opener|reveal_item_in_dir",
        "plugin:app|version",
        "plugin:path|resolve_directory",
        "plugin:window|close",
        "plugin:webview|create_webview_window",
        "plugin:event|emit",
        "plugin:fs|read_file",
        "plugin:resources|close",
    ];
    let arguments = json!({ "path": "/etc/passwd", "url": "about:blank", "options": {}, "directory": 1, "rid": 1, "event": "x" });
    let answers = app.run(
        &asynchronous(FOREIGN_COMMANDS),
        &json!([commands, arguments]),
    );
    for (command, answer) in answers.as_object().unwrap() {
        let answer = answer.as_str().unwrap();
        assert!(
            answer.contains("not allowed") || answer.contains("not found"),
            "{command}: {answer}"
        );
    }
    app.close();
}

#[test]
fn no_path_is_ever_in_the_page() {
    let desktop = Desktop::start();
    let photo = desktop.file("Secret place/beach.jpg", &photos::jpeg(400, 300));
    let app = App::open(&desktop, &[&photo]);
    app.click("button", "Clean 1 photo");
    app.wait_for_row("beach.jpg", "Cleaned");
    let page = app.run("return document.documentElement.outerHTML", &Value::Null);
    assert!(!page.as_str().unwrap().contains("Secret place"), "{page}");
    app.close();
}

/// The body of a function that may wait.
fn asynchronous(body: &str) -> String {
    format!("return (async function () {{ {body} }}).apply(null, arguments)")
}

/// Somebody on this machine who counts the calls.
struct Listener {
    port: u16,
    connections: Arc<AtomicUsize>,
}

impl Listener {
    fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&connections);
        thread::spawn(move || {
            for _ in listener.incoming() {
                counter.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self { port, connections }
    }

    fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}
