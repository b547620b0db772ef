//! The proof that no process of the app ever asks for a network socket. `cargo xtask offline-proof` builds the app as it is
//! shipped, without anything for tests in it, and runs this: a session with nothing but a mouse and a keyboard, under strace.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::app::{left, program, wait_for_end};
use crate::desktop::Desktop;
use crate::input::Window;
use crate::{PATIENCE, photos, processes, wait_for};

#[test]
fn offline_proof() {
    let desktop = Desktop::start();
    let photo = desktop.file("Pictures/beach.jpg", &photos::jpeg(800, 600));
    let folder = desktop
        .file("Holiday/mountain.png", &photos::png(640, 480))
        .parent()
        .unwrap()
        .to_path_buf();
    let trace = desktop.home().join("trace");
    start(&desktop, &trace);
    let window = desktop.window("^Cloakroom$");

    // Drop and clean, as often as it takes: without a look into the page, only what comes out tells that it has worked.
    let copies = [
        desktop.home().join("Pictures/beach_clean.jpg"),
        folder.join("mountain_clean.png"),
    ];
    desktop.drag_source(&[&photo, &folder]);
    let started = Instant::now();
    while !copies.iter().all(|copy| copy.is_file()) {
        assert!(started.elapsed() < 2 * PATIENCE, "nothing was cleaned");
        drop_and_clean(&desktop, &window, &copies);
    }
    let locked = kernel_locks(&desktop);
    let records = desktop.home().join("records.json");
    export(&desktop, &window, &records);
    let exported = wait_for("the export", || {
        fs::read_to_string(&records)
            .ok()
            .filter(|text| text.ends_with(['\n', ']']))
    });
    assert_eq!(
        exported
            .matches("\"outputSha256\"")
            .count()
            .max(exported.matches("\"output_sha256\"").count()),
        2,
        "{exported}"
    );

    desktop.close(&window);
    wait_for_end(&desktop);

    let calls = Calls::read(&fs::read_to_string(&trace).unwrap());
    println!("\nA session under strace: open, drag two things in, clean, export, close.\n");
    println!(
        "{:<20} {:>8} {:>8} {:>8}",
        "program or thread", "unix", "netlink", "network"
    );
    for (program, families) in &calls.sockets {
        println!(
            "{program:<20} {:>8} {:>8} {:>8}",
            families.unix, families.netlink, families.network
        );
    }
    println!(
        "\nprocesses under the kernel's filter: {}",
        locked.join(", ")
    );
    assert!(
        calls.network.is_empty(),
        "asked for the network:\n{}",
        calls.network.join("\n")
    );
    assert!(
        calls
            .sockets
            .keys()
            .any(|program| program.starts_with("WebKitNetwork")),
        "the trace followed every process"
    );
}

fn start(desktop: &Desktop, trace: &Path) {
    let mut strace = desktop.command("strace");
    strace.args([
        "--follow-forks",
        "--decode-pids=comm",
        "--quiet=all",
        "--signal=none",
    ]);
    strace
        .args([
            "--trace=socket,socketpair,connect,bind,sendto,sendmsg,io_uring_setup",
            "--output",
        ])
        .arg(trace);
    desktop.keep(
        strace
            .arg(program())
            .stdout(Stdio::null())
            .spawn()
            .expect("strace"),
    );
}

/// Drags from the source to the window, lets go, and asks for cleaning until the copies are there.
fn drop_and_clean(desktop: &Desktop, window: &Window, copies: &[PathBuf]) {
    desktop.drag_over(window);
    sleep(Duration::from_secs(1));
    desktop.let_go();
    for _ in 0..10 {
        sleep(Duration::from_millis(500));
        desktop.activate(window);
        desktop.press(&["ctrl+Return"]);
        if copies.iter().all(|copy| copy.is_file()) {
            break;
        }
    }
}

/// Opens the ledger page and takes the last of its buttons: five parts of the page, search, which records, find, CSV, JSON.
fn export(desktop: &Desktop, window: &Window, to: &Path) {
    let started = Instant::now();
    while desktop.find("^Export the ledger$").is_none() {
        assert!(started.elapsed() < PATIENCE, "the dialog did not open");
        desktop.activate(window);
        desktop.press(&["ctrl+1", "ctrl+2"]);
        sleep(Duration::from_secs(1));
        desktop.press(&["Tab"; 10]);
        desktop.press(&["Return"]);
        sleep(Duration::from_secs(2));
    }
    desktop.save_in_dialog("^Export the ledger$", to);
}

/// Every process of the app, once it is certain that each is under a filter of the kernel that it cannot take off.
fn kernel_locks(desktop: &Desktop) -> Vec<String> {
    let all = left(desktop);
    for expected in ["cloakroom", "WebKitNetwork", "WebKitWebProces"] {
        let is_there = all.iter().any(|(_, name)| name.starts_with(expected));
        assert!(is_there, "{expected} among {all:?}");
    }
    for (pid, name) in &all {
        let (filter, privileges) = (
            processes::status(*pid, "Seccomp"),
            processes::status(*pid, "NoNewPrivs"),
        );
        let locked = filter.as_deref() == Some("2") && privileges.as_deref() == Some("1");
        assert!(
            locked,
            "{name}: Seccomp {filter:?}, NoNewPrivs {privileges:?}"
        );
    }
    all.into_iter().map(|(_, name)| name).collect()
}

/// What a trace tells about sockets.
#[derive(Debug, Default)]
struct Calls {
    sockets: BTreeMap<String, Families>,
    /// Every line that names an internet address family or a ring that could hide one, whether or not it was refused.
    network: Vec<String>,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Families {
    unix: usize,
    netlink: usize,
    network: usize,
}

impl Calls {
    fn read(trace: &str) -> Self {
        let mut calls = Self::default();
        for line in trace.lines() {
            // "1234<program> call(…", with spaces after the number.
            let program = line
                .split_once('<')
                .and_then(|(_, rest)| rest.split_once('>'))
                .map_or("?", |(program, _)| program);
            let call = line
                .split_once('>')
                .map_or(line, |(_, call)| call.trim_start());
            let network = [
                "AF_INET",
                "AF_PACKET",
                "AF_VSOCK",
                "AF_BLUETOOTH",
                "io_uring_setup(",
            ]
            .iter()
            .any(|word| call.contains(word));
            let families = calls.sockets.entry(program.to_owned()).or_default();
            if network {
                families.network += 1;
                calls.network.push(line.to_owned());
            } else if call.starts_with("socket(AF_NETLINK") {
                families.netlink += 1;
            } else if call.starts_with("socket(AF_UNIX") || call.starts_with("socketpair(AF_UNIX") {
                families.unix += 1;
            }
        }
        calls
    }
}

#[test]
fn offline_proof_reads_traces() {
    let calls = Calls::read(
        "10<cloakroom-app> socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3\n\
         10<cloakroom-app> connect(3, {sa_family=AF_UNIX, sun_path=\"/tmp/x\"}, 110) = 0\n\
         11<WebKitNetworkPr> socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) = 4\n\
         11<WebKitNetworkPr> socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP) = -1 EAFNOSUPPORT (Address family not supported)\n\
         11<WebKitNetworkPr> socket(AF_INET, SOCK_DGRAM, IPPROTO_IP <unfinished ...>\n",
    );
    assert_eq!(calls.network.len(), 2);
    assert_eq!(
        calls.sockets["cloakroom-app"],
        Families {
            unix: 1,
            netlink: 0,
            network: 0
        }
    );
    assert_eq!(
        calls.sockets["WebKitNetworkPr"],
        Families {
            unix: 0,
            netlink: 1,
            network: 2
        }
    );
}
