//! The worker's side: one picture after another, until the other side closes.

use std::env;
use std::io::{stdin, stdout};
use std::panic::{self, AssertUnwindSafe};
use std::process::exit;

use super::protocol::{read_request, write_reply};
use super::{NotDecoded, WITH_LIBHEIF, confine, decode, heic};

/// Runs the program as a worker: gives up every right that decoding does not need, then answers requests from standard
/// input on standard output until there are none. Never returns.
pub fn serve() -> ! {
    // A decoder's panic is an answer, not something for the terminal.
    panic::set_hook(Box::new(|_| {}));
    let with_libheif = env::args_os()
        .nth(2)
        .is_some_and(|second| second == WITH_LIBHEIF);
    if with_libheif {
        // While there are files still.
        heic::load();
    }
    confine::confine(with_libheif);
    let (mut requests, mut replies) = (stdin().lock(), stdout().lock());
    while let Ok(Some((task, picture))) = read_request(&mut requests) {
        let reply = panic::catch_unwind(AssertUnwindSafe(|| decode::perform(task, &picture)));
        let reply = reply.unwrap_or(Err(NotDecoded::Undecodable));
        // What a hostile picture may have done to a library in C ends with that picture.
        if write_reply(&mut replies, &reply).is_err() || with_libheif || confine::is_tired() {
            break;
        }
    }
    exit(0)
}
