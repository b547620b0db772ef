//! That the system itself refuses sockets, in this process, its threads and its children.
// A panic is a failed test.
#![allow(clippy::panic, clippy::unwrap_used)]
#![cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

mod common;

use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::sync::mpsc::channel;
use std::thread;

/// `EAFNOSUPPORT`, which Rust gives no name.
const REFUSED: Option<i32> = Some(97);

fn try_everything() {
    let tcp = TcpStream::connect("127.0.0.1:9").unwrap_err();
    assert_eq!(tcp.raw_os_error(), REFUSED, "{tcp}");
    for address in ["127.0.0.1:0", "[::1]:0"] {
        let udp = UdpSocket::bind(address).unwrap_err();
        assert_eq!(udp.raw_os_error(), REFUSED, "{udp}");
        let listener = TcpListener::bind(address).unwrap_err();
        assert_eq!(listener.raw_os_error(), REFUSED, "{listener}");
    }
    UnixStream::pair().unwrap();
}

/// Runs one of the tests below in a process of its own: a filter cannot be taken off.
fn in_child(test: &str) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && told.contains("1 passed"),
        "{told}{output:?}"
    );
}

#[test]
fn sockets_are_refused() {
    in_child("child_sockets");
}

#[test]
#[ignore = "run by sockets_are_refused in a process of its own"]
fn child_sockets() {
    let (go, going) = channel::<()>();
    // A thread that was there before is held too.
    let earlier = thread::spawn(move || {
        going.recv().unwrap();
        try_everything();
    });
    pipeline::offline::enforce().unwrap();
    pipeline::offline::enforce().unwrap();
    try_everything();
    go.send(()).unwrap();
    earlier.join().unwrap();
    thread::spawn(try_everything).join().unwrap();
    // And so is a child.
    in_child("child_of_child");
}

#[test]
#[ignore = "run by child_sockets in a process of its own"]
fn child_of_child() {
    try_everything();
}

#[test]
fn bits_in_the_upper_half_do_not_carry_a_family_past() {
    // `socket(AF_UNIX + (1 << 32), …)` is `AF_UNIX` to the kernel, and `AF_INET + (1 << 32)` is `AF_INET`. Only a program
    // outside Rust's safe part can call that; Python can, where it is there.
    let script = "
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
def socket(family):
    fd = libc.syscall(ctypes.c_long(int(sys.argv[1])), ctypes.c_long(family), ctypes.c_long(1), ctypes.c_long(0))
    return 'open' if fd >= 0 else ctypes.get_errno()
print(socket(1), socket(1 + (1 << 32)), socket(16), socket(2), socket(2 + (1 << 32)), socket(10), socket(17), socket(31))
print('ring', ctypes.get_errno() if libc.syscall(ctypes.c_long(425), ctypes.c_long(1), ctypes.c_long(0)) < 0 else 'open')
";
    if Command::new("python3").arg("--version").output().is_err() {
        common::skipped("python3 is missing");
        return;
    }
    let path = std::env::temp_dir().join(format!("cloakroom-sockets-{}.py", std::process::id()));
    std::fs::write(&path, script).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .env("CLOAKROOM_TEST_SCRIPT", &path)
        .args(["--exact", "child_script", "--ignored", "--nocapture"])
        .output()
        .unwrap();
    std::fs::remove_file(path).unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    // Netlink (16) needs a datagram type, so it fails for another reason (ESOCKTNOSUPPORT, 94) or opens.
    assert!(
        told.contains("open open 94 97 97 97 97 97")
            || told.contains("open open open 97 97 97 97 97"),
        "{told}"
    );
    assert!(told.contains("ring 38"), "{told}");
}

#[test]
#[ignore = "run by bits_in_the_upper_half_do_not_carry_a_family_past in a process of its own"]
fn child_script() {
    let Some(script) = std::env::var_os("CLOAKROOM_TEST_SCRIPT") else {
        return;
    };
    pipeline::offline::enforce().unwrap();
    let socket = if cfg!(target_arch = "x86_64") {
        "41"
    } else {
        "198"
    };
    assert!(
        Command::new("python3")
            .arg(script)
            .arg(socket)
            .status()
            .unwrap()
            .success()
    );
}
