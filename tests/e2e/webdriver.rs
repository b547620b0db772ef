//! As much of WebDriver as we need: a session, a script in the page, an end. One request at a time over the loopback.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

/// A conversation with the page in one window.
pub(crate) struct Session {
    port: u16,
    id: String,
}

impl Session {
    /// Starts the program with these arguments and connects to its page.
    pub(crate) fn open(port: u16, program: &str, args: &[String]) -> Result<Self, String> {
        let options = json!({ "webkitgtk:browserOptions": { "binary": program, "args": args } });
        let answer = request(
            port,
            "POST",
            "/session",
            &json!({ "capabilities": { "alwaysMatch": options } }),
        )?;
        let id = answer["sessionId"]
            .as_str()
            .ok_or_else(|| format!("no session: {answer}"))?
            .to_owned();
        Ok(Self { port, id })
    }

    /// The value that the body of a function returns; its arguments, an array or nothing, are in `arguments`. A promise
    /// is waited for.
    pub(crate) fn run(&self, script: &str, args: &Value) -> Result<Value, String> {
        let path = format!("/session/{}/execute/sync", self.id);
        let args = if args.is_null() {
            json!([])
        } else {
            args.clone()
        };
        request(
            self.port,
            "POST",
            &path,
            &json!({ "script": script, "args": args }),
        )
    }

    /// Closes the window.
    pub(crate) fn close(&self) -> Result<(), String> {
        request(
            self.port,
            "DELETE",
            &format!("/session/{}", self.id),
            &Value::Null,
        )
        .map(|_| ())
    }
}

/// One request on a connection of its own; the `value` of the answer.
fn request(port: u16, method: &str, path: &str, body: &Value) -> Result<Value, String> {
    let words = |error: std::io::Error| format!("{method} {path}: {error}");
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let mut stream = TcpStream::connect(("127.0.0.1", port)).map_err(words)?;
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .map_err(words)?;
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    stream
        .write_all([head.as_bytes(), body.as_bytes()].concat().as_slice())
        .map_err(words)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).map_err(words)?;
    let split = answer
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .ok_or("an answer without a body")?;
    let (head, body) = answer.split_at(split + 4);
    let mut answer: Value = serde_json::from_slice(body)
        .map_err(|error| format!("{path}: {error}: {}", String::from_utf8_lossy(body)))?;
    let value = answer["value"].take();
    if head.starts_with(b"HTTP/1.1 200") {
        Ok(value)
    } else {
        Err(format!("{path}: {value}"))
    }
}
