//! The worker's side: one picture after another, until the other side closes.

use std::io::{stdin, stdout};
use std::panic::{self, AssertUnwindSafe};
use std::process::exit;

use super::protocol::{read_request, write_reply};
use super::{NotDecoded, confine, decode};

/// Runs the program as a worker: gives up every right that decoding does not need, then answers requests from standard
/// input on standard output until there are none. Never returns.
pub fn serve() -> ! {
    // A decoder's panic is an answer, not something for the terminal.
    panic::set_hook(Box::new(|_| {}));
    confine::confine();
    let (mut requests, mut replies) = (stdin().lock(), stdout().lock());
    while let Ok(Some((task, picture))) = read_request(&mut requests) {
        let reply = panic::catch_unwind(AssertUnwindSafe(|| decode::perform(task, &picture)));
        let reply = reply.unwrap_or(Err(NotDecoded::Undecodable));
        if write_reply(&mut replies, &reply).is_err() || confine::is_tired() {
            break;
        }
    }
    exit(0)
}
