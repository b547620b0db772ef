//! Opening the app.

use std::process::Stdio;

use crate::app::{App, program};
use crate::desktop::Desktop;
use crate::{photos, wait_for};

#[test]
fn the_window_opens_and_is_painted() {
    let desktop = Desktop::start();
    let app = App::open(&desktop, &[]);
    app.wait_for_text("Drop photos or folders here");
    app.wait_for_text("Originals are never changed.");
    wait_for("the page to be painted", || {
        let colours: std::collections::BTreeSet<_> =
            desktop.picture().pixels().map(|pixel| pixel.0).collect();
        (colours.len() > 50).then_some(())
    });
    app.close();
}

#[test]
fn photos_named_at_the_start_are_in_the_list() {
    let desktop = Desktop::start();
    let photo = desktop.file("Pictures/beach.jpg", &photos::jpeg(400, 300));
    let app = App::open(&desktop, &[&photo]);
    app.wait_for_row("beach.jpg", "Place");
    app.close();
}

#[test]
fn a_second_start_hands_its_photos_to_the_open_window() {
    let desktop = Desktop::start();
    let photo = desktop.file("Pictures/later.jpg", &photos::jpeg(400, 300));
    let app = App::open(&desktop, &[]);
    let status = desktop.command(program()).arg(&photo).status().unwrap();
    assert!(status.success(), "{status}");
    app.wait_for_row("later.jpg", "Place");
    app.close();
}

#[test]
fn it_opens_without_a_session_bus() {
    let mut desktop = Desktop::start();
    desktop.forget_bus();
    let app = App::open(&desktop, &[]);
    app.wait_for_text("Drop photos or folders here");
    app.close();
}

#[test]
fn without_a_screen_it_says_what_to_do() {
    let desktop = Desktop::start();
    let mut command = desktop.command(program());
    let output = command
        .env_remove("DISPLAY")
        .stdout(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("cloakroom --help") && said.lines().count() == 1,
        "{said}"
    );
}

#[test]
fn the_kernel_refuses_it_every_network_socket() {
    let desktop = Desktop::start();
    let output = desktop
        .command(program())
        .arg("--probe-network")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said.lines().count(), 3, "{said}");
    // EAFNOSUPPORT is 97.
    assert!(
        said.lines()
            .all(|line| line.contains("refused") && line.contains("97")),
        "{said}"
    );
}
