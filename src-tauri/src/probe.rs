//! End-to-end tests only: what happens to a socket under the filter.

use std::net::{TcpStream, UdpSocket};
use std::process::ExitCode;

/// Tries to open sockets and prints what came of it, a line each.
pub(crate) fn network() -> ExitCode {
    let told = |result: Result<(), std::io::Error>| match result {
        Ok(()) => "allowed".to_owned(),
        Err(error) => format!("refused: {error}"),
    };
    println!("tcp {}", told(TcpStream::connect("127.0.0.1:9").map(drop)));
    println!("udp {}", told(UdpSocket::bind("127.0.0.1:0").map(drop)));
    println!("udp6 {}", told(UdpSocket::bind("[::1]:0").map(drop)));
    ExitCode::SUCCESS
}
