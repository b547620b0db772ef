//! Keys, bundles, anchors and backups from the command line.
// A panic is a failed test.
#![allow(clippy::panic, clippy::unwrap_used)]

mod common;

use std::fs;
use std::process::Command;

use common::{PHOTO, Place, told};
use serde_json::Value;

/// Runs the program with a passphrase in its environment.
fn run_with(place: &Place, passphrase: &str, new: &str, args: &[&str]) -> (i32, String, String) {
    let mut command = place.command(args);
    command
        .env("CLOAKROOM_PASSPHRASE", passphrase)
        .env("CLOAKROOM_NEW_PASSPHRASE", new);
    told(&command.output().unwrap())
}

fn recorded() -> (Place, String) {
    let place = Place::new(&[("a.gif", PHOTO)]);
    let (code, out, err) = place.run(&["clean", "a.gif", "--json"]);
    assert_eq!(code, 0, "{err}");
    let line: Value = serde_json::from_str(&out).unwrap();
    (place, line["record"].as_str().unwrap().to_owned())
}

#[test]
fn a_bundle_is_made_and_checked() {
    let (place, id) = recorded();
    let args = [
        "prove",
        &id,
        "--disclose",
        "original_sha256,width",
        "--photo",
        "a.gif",
        "--out",
        "proof.zip",
    ];
    let (code, _, err) = place.run(&args);
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("Its time is your own claim"), "{err}");
    let (code, _, err) = place.run(&args);
    assert_eq!(code, 1, "never over an existing file: {err}");

    let (code, out, err) = place.run(&["verify", "proof.zip"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(
        out.contains("  width             1\n") && out.contains("Whose key that is"),
        "{out}"
    );
    let (_, out, _) = place.run(&["verify", "proof.zip", "--json"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["fits_together"], true);
    let key = report["key"].as_str().unwrap();
    let (code, out, _) = place.run(&["verify", "proof.zip", "--key", &format!("{key}=Ann")]);
    assert_eq!(code, 0);
    assert!(out.ends_with(": Ann.\n"), "{out}");
    let (code, out, _) = place.run(&["verify", "proof.zip", "--key", "SHA256:another=Ann"]);
    assert_eq!(code, 1);
    assert!(out.contains("ANOTHER key"), "{out}");

    // A piece of the full-resolution picture, without the picture.
    let tile = [
        "--tile",
        "0:0",
        "--tile-of",
        "a_clean.gif",
        "--out",
        "tile.zip",
    ];
    let args = [&["prove", &id, "--disclose", "none"][..], &tile].concat();
    let (code, _, err) = place.run(&args);
    assert_eq!(code, 0, "{err}");
    let (code, out, _) = place.run(&["verify", "tile.zip"]);
    assert_eq!(code, 0, "{out}");
    assert!(
        out.contains("ok      The picture has the piece tiles/0000-0000.ppm"),
        "{out}"
    );
    let tile = ["--tile", "1:0", "--tile-of", "a.gif", "--out", "none.zip"];
    let args = [&["prove", &id, "--disclose", "none"][..], &tile].concat();
    assert_eq!(place.run(&args).0, 1, "there is no such piece");

    // Unpacked, and then changed.
    let folder = place.folder().join("unpacked");
    let unpacked = Command::new("unzip")
        .args(["-q", "proof.zip", "-d", "unpacked"])
        .current_dir(place.folder())
        .status();
    if unpacked.is_ok_and(|status| status.success()) {
        let (code, out, _) = place.run(&["verify", "unpacked"]);
        assert_eq!(code, 0, "{out}");
        let script = Command::new("sh")
            .arg(folder.join("verify.sh"))
            .output()
            .unwrap();
        assert!(
            script.status.success(),
            "{}",
            String::from_utf8_lossy(&script.stdout)
        );
        fs::write(folder.join("README.txt"), "Trust me.").unwrap();
        let (code, out, _) = place.run(&["verify", "unpacked"]);
        assert_eq!(code, 1);
        assert!(
            out.contains("FAILED") && out.contains("Do not rely"),
            "{out}"
        );
    }
    for wrong in ["a.gif", "gone.zip"] {
        let (code, _, err) = place.run(&["verify", wrong]);
        assert_eq!(code, 1, "{err}");
    }
    let (code, _, err) = place.run(&["prove", &id, "--disclose", "colour", "--out", "b.zip"]);
    assert_eq!(code, 1);
    assert!(err.contains("no field called \"colour\"") && !place.folder().join("b.zip").exists());
    let (code, ..) = place.run(&["prove", &id, "--out", "b.zip"]);
    assert_eq!(code, 2, "what to show must be said");
}

#[test]
fn a_passphrase_is_asked_for_reading_and_never_for_recording() {
    let (place, id) = recorded();
    let (_, out, _) = place.run(&["ledger", "key", "show"]);
    assert!(out.starts_with("No passphrase: whoever can read"), "{out}");
    let (code, _, err) = run_with(
        &place,
        "",
        "correct horse",
        &["ledger", "key", "passphrase"],
    );
    assert_eq!(code, 0, "{err}");

    fs::write(place.folder().join("b.gif"), PHOTO).unwrap();
    let (code, _, err) = place.run(&["clean", "b.gif"]);
    assert_eq!(code, 0, "{err}");
    let (code, _, err) = place.run(&["clean", "b_clean.gif"]);
    assert_eq!(code, 0, "a clean photo is recorded, too: {err}");
    let (code, out, err) = place.run(&["ledger", "list"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("locked with a passphrase"), "{err}");
    let (code, _, err) = run_with(&place, "wrong", "", &["ledger", "list"]);
    assert_eq!(code, 1);
    assert!(err.contains("not the passphrase"), "{err}");
    let (code, out, _) = run_with(&place, "correct horse", "", &["ledger", "list"]);
    assert_eq!((code, out.lines().count()), (0, 3));
    #[cfg(target_os = "linux")]
    {
        fs::write(place.folder().join("pass"), "correct horse\nmore").unwrap();
        let mut command = place.command(&["ledger", "show", &id, "--passphrase-fd", "0"]);
        command.stdin(fs::File::open(place.folder().join("pass")).unwrap());
        let (code, out, err) = told(&command.output().unwrap());
        assert_eq!(code, 0, "{err}");
        assert!(out.contains(&id));
    }

    // Lost, and found on paper.
    let (_, sheet, _) = run_with(&place, "correct horse", "", &["ledger", "key", "sheet"]);
    let code_line = sheet
        .lines()
        .skip_while(|line| *line != "Recovery code")
        .nth(1)
        .unwrap();
    let mut command = place.command(&["ledger", "key", "recover"]);
    command
        .env("CLOAKROOM_RECOVERY_CODE", code_line)
        .env("CLOAKROOM_NEW_PASSPHRASE", "battery staple");
    let (code, _, err) = told(&command.output().unwrap());
    assert_eq!(code, 0, "{err}");
    let (code, ..) = run_with(&place, "battery staple", "", &["ledger", "list"]);
    assert_eq!(code, 0);
    let root = sheet
        .lines()
        .skip_while(|line| *line != "Root")
        .nth(1)
        .unwrap();
    let (code, out, _) = place.run(&["ledger", "check", root]);
    assert_eq!(
        (code, out.as_str()),
        (0, "The ledger holds exactly that.\n")
    );

    // A new key.
    let args = [
        "ledger",
        "key",
        "rotate",
        "--reason",
        "stolen",
        "--no-passphrase",
    ];
    let (code, _, err) = run_with(&place, "battery staple", "", &args);
    assert_eq!(code, 0, "{err}");
    let (code, _, err) = place.run(&["ledger", "key", "revoke", "1"]);
    assert_eq!(code, 0, "{err}");
    let (_, out, _) = place.run(&["ledger", "key", "show", "--json"]);
    let keys: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(keys["protection"], "none");
    assert_eq!(keys["keys"][0]["revoked"][0], "stolen");
    let (code, out, _) = place.run(&["ledger", "list"]);
    assert_eq!((code, out.lines().count()), (0, 3));
}

#[test]
fn a_backup_is_tried_and_restored_and_an_old_one_noticed() {
    let (place, _) = recorded();
    let backup = ["ledger", "backup", "--out", "l.backup"];
    let (code, _, err) = run_with(&place, "", "p", &backup);
    assert_eq!(code, 0, "{err}");
    let drill = ["ledger", "restore", "l.backup", "--drill", "--json"];
    let (code, out, err) = run_with(&place, "p", "", &drill);
    assert_eq!(code, 0, "{err}");
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(told["ledger_compared_with_backup"]["holds"]["more"], 0);
    let (code, _, err) = run_with(&place, "q", "", &drill);
    assert_eq!(code, 1, "{err}");
    assert_eq!(common::names(&place.home()), ["ledger.sqlite"]);

    fs::write(place.folder().join("b.gif"), PHOTO).unwrap();
    place.run(&["clean", "b.gif"]);
    let restore = ["ledger", "restore", "l.backup"];
    let (code, _, err) = run_with(&place, "p", "", &restore);
    assert_eq!(code, 1);
    assert!(err.contains("records that the backup has not"), "{err}");
    let (_, out, _) = place.run(&["ledger", "list"]);
    assert_eq!(out.lines().count(), 2);
    let (code, out, err) = place.run(&["ledger", "anchor", "export", "--out", "ask", "--json"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["size"], 2);
    assert_eq!(
        fs::metadata(place.folder().join("ask/checkpoint.tsq"))
            .unwrap()
            .len(),
        59
    );
    let (code, _, err) = run_with(&place, "p", "", &[&restore[..], &["--older"]].concat());
    assert_eq!(code, 0, "{err}");
    let (_, out, _) = place.run(&["ledger", "list"]);
    assert_eq!(out.lines().count(), 1);
    let (code, out, _) = place.run(&["ledger", "check", "ask/checkpoint.txt"]);
    assert_eq!(code, 1);
    assert!(out.contains("OLDER: 1 entries"), "{out}");
    let (code, out, _) = place.run(&["ledger", "anchor", "list"]);
    assert_eq!(code, 0);
    assert!(out.contains("all times are only claimed"), "{out}");
}

#[test]
fn hashes_go_out_as_lists_take_them() {
    let (place, id) = recorded();
    let (code, out, _) = place.run(&["ledger", "hashes", &id]);
    assert_eq!(code, 0);
    assert_eq!(out.lines().count(), 2);
    assert!(
        out.lines()
            .all(|line| line.starts_with("sha256 ") && line.len() == 71),
        "{out}"
    );
    let (code, out, err) = place.run(&["ledger", "hashes", &id, "--kinds", "pdq"]);
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("PDQ tells something"), "{err}");
    assert!(
        out.lines().count() > 0
            && out
                .lines()
                .all(|line| line.starts_with("pdq ") && line.len() == 68),
        "{out}"
    );
}
