//! Key, anchors, proofs and backups, from the ledger's page.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::json;

use crate::app::App;
use crate::desktop::Desktop;
use crate::photos;

/// A time-stamping authority of our own, made with `openssl` in the folder that it runs in; then its answer to `q.tsq`.
const AUTHORITY: &str = r#"
set -e
cat >conf <<'CONF'
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[stamps]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = one
[one]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
certs = ca.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
CONF
echo 01 >serial
for name in ca tsa; do
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $name.key
    openssl req -new -config conf -key $name.key -subj "/CN=Village $name" -out $name.csr
done
openssl x509 -req -days 3650 -extfile conf -in ca.csr -signkey ca.key -extensions ca -out ca.pem
openssl x509 -req -days 3650 -extfile conf -in tsa.csr -CA ca.pem -CAkey ca.key -set_serial 77 -extensions stamps -out tsa.pem
openssl ts -reply -config conf -queryfile q.tsq -out answer.tsr
"#;

/// The window with one cleaned photo, on the ledger's page.
fn with_a_record(desktop: &Desktop) -> App<'_> {
    let beach = desktop.file("Pictures/beach.jpg", &photos::jpeg(600, 400));
    let app = App::open(desktop, &[&beach]);
    app.wait_for_row("beach.jpg", "Place");
    app.click("button", "Clean 1 photo");
    app.wait_for_text("All done");
    app.click("button", "Ledger");
    app.wait_for_text("1 to 1 of 1");
    app
}

fn protect(app: &App<'_>, passphrase: &str) {
    app.click("button", "Key");
    app.wait_for_text("There is no passphrase");
    app.fill("New passphrase", passphrase);
    app.fill("The same again", passphrase);
    app.click("button", "Set a passphrase");
    app.wait_for_text("Recording never asks for it");
}

#[test]
fn a_ledger_is_protected_locked_and_unlocked() {
    let desktop = Desktop::start();
    let app = with_a_record(&desktop);
    protect(&app, "four words and more");
    app.click("button", "Show the sheet");
    app.wait_for_text("Whoever has this sheet has your key");
    desktop.screenshot("ledger-sheet");
    app.click("button", "Lock");
    app.wait_for_text("The ledger is locked");
    desktop.screenshot("ledger-locked");
    app.close();

    // The next day: recording needs no passphrase, reading does, once.
    let plan = desktop.file("Pictures/plan.png", &photos::png(300, 200));
    let app = App::open(&desktop, &[&plan]);
    app.wait_for_row("plan.png", "Text");
    app.click("button", "Clean 1 photo");
    app.wait_for_row("plan.png", "Cleaned");
    app.click("button", "Ledger");
    app.wait_for_text("The ledger is locked");
    app.fill("Passphrase", "wrong");
    app.click("button", "Unlock");
    app.wait_for_text("This is not the passphrase");
    app.fill("Passphrase", "four words and more");
    app.click("button", "Unlock");
    app.wait_for_text("1 to 2 of 2");
    app.click("button", "Clean");
    app.click("button", "Ledger");
    app.wait_for_text("1 to 2 of 2");
    app.close();
}

#[test]
fn a_record_is_proved_and_the_proof_is_checked() {
    let desktop = Desktop::start();
    let app = with_a_record(&desktop);
    app.click("button", "Open record 1");
    app.click("button", "Prove…");
    app.wait_for_text("They will not see");
    app.click("button", "Choose the photo…");
    let photo = desktop.home().join("Pictures/beach_clean.jpg");
    desktop.open_in_dialog("^Choose the photo of this record$", &photo);
    app.wait_for_text("Chosen: beach_clean.jpg");
    app.click("button", "Column 2, row 1");
    app.wait_for_text("1 square of the picture");
    app.wait(
        "the picture under the squares",
        "return document.querySelector('.tiles img')?.naturalWidth > 0",
    );
    show(&app, ".tiles");
    desktop.screenshot("ledger-squares");
    let proof = desktop.home().join("proof.zip");
    app.click("button", "Save the proof…");
    desktop.save_in_dialog("^Save the proof$", &proof);
    app.wait_for_text("The proof is in proof.zip");
    assert!(
        by_tools(&desktop, &proof, None),
        "the system's own tools agree"
    );

    app.click("button", "Check a proof");
    app.click("button", "Choose a proof…");
    desktop.open_in_dialog("^Choose a proof$", &proof);
    app.wait_for_text("signed with your own key 1");
    desktop.screenshot("ledger-proof-checked");

    // Somebody else's, dropped on the window; then the same with a byte changed.
    let other = Desktop::start();
    let stranger = App::open(&other, &[]);
    stranger.drop_files(&[&proof]);
    stranger.wait_for_text("Whose key that is, the file cannot show");
    other.screenshot("ledger-proof-of-a-stranger");
    let mut bytes = fs::read(&proof).unwrap();
    let at = bytes
        .windows(9)
        .position(|part| part == b"kind=phot")
        .unwrap();
    bytes[at + 30] ^= 1;
    let broken = other.file("broken.zip", &bytes);
    stranger.drop_files(&[&broken]);
    wait_for_either(&stranger, "Do not rely on this proof", "not a proof bundle");
    stranger.close();
    app.close();
}

#[test]
fn an_answer_anchors_every_record() {
    let desktop = Desktop::start();
    let app = with_a_record(&desktop);
    app.click("button", "Time");
    app.wait_for_text("No time is confirmed");
    let carried = desktop.home().join("carried");
    fs::create_dir(&carried).unwrap();
    app.click("button", "Save the question…");
    desktop.open_in_dialog("^Choose where to put the question$", &carried);
    app.wait_for_text("The question is in the folder");
    let question = only(&carried).join("checkpoint.tsq");

    let authority = desktop.home().join("authority");
    fs::create_dir(&authority).unwrap();
    fs::copy(question, authority.join("q.tsq")).unwrap();
    let answered = desktop
        .command("sh")
        .args(["-c", AUTHORITY])
        .current_dir(&authority)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(answered.success(), "openssl answers");

    app.click("button", "Bring in answers…");
    desktop.open_in_dialog("^Choose the answers$", &authority.join("answer.tsr"));
    app.wait_for_text("1 answer kept");
    app.wait_for_text("Not confirmed here");
    app.click("button", "Trust an authority’s certificate…");
    let title = "^Choose the certificate of an authority$";
    desktop.open_in_dialog(title, &authority.join("ca.pem"));
    app.wait_for_text("Every entry is anchored");
    app.wait_for_text("Village tsa");
    show(&app, ".panel");
    desktop.screenshot("ledger-anchored");

    app.click("button", "Records");
    app.wait_for_text("Anchored");
    app.click("radio", "Only claimed");
    app.wait_for_text("No records yet");
    app.click("radio", "Anchored");
    app.wait_for_text("1 to 1 of 1");
    app.click("button", "Open record 1");
    app.wait_for_text("Village tsa");
    app.click("button", "Prove…");
    app.wait_for_text("Its time is confirmed by the anchors");
    let proof = desktop.home().join("proof.zip");
    app.click("button", "Save the proof…");
    desktop.save_in_dialog("^Save the proof$", &proof);
    app.wait_for_text("The proof is in proof.zip");
    assert!(by_tools(&desktop, &proof, Some(&authority.join("ca.pem"))));
    app.close();
}

#[test]
fn a_backup_is_saved_and_tried() {
    let desktop = Desktop::start();
    let app = with_a_record(&desktop);
    app.click("button", "Backup");
    app.fill("New passphrase", "words for the backup");
    app.fill("The same again", "words for the backup");
    let backup = desktop.home().join("ledger.backup");
    app.click("button", "Save a backup…");
    desktop.save_in_dialog("^Save the backup$", &backup);
    app.wait_for_text("Backed up as ledger.backup");
    for (passphrase, told) in [
        ("wrong", "This is not the passphrase"),
        ("words for the backup", "holds what the ledger holds"),
    ] {
        app.fill("Passphrase of the backup", passphrase);
        app.click("button", "Try a backup…");
        desktop.open_in_dialog("^Choose a backup$", &backup);
        app.wait_for_text(told);
    }
    app.click("button", "Check everything");
    app.wait_for_text("Everything is as it was written: 1 entry; 1 records were opened");
    let left = fs::read_dir(desktop.data()).unwrap().flatten();
    let left: Vec<_> = left.map(|file| file.file_name()).collect();
    assert!(
        !left
            .iter()
            .any(|name| name.to_string_lossy().contains("restored")),
        "the drill leaves nothing behind: {left:?}"
    );
    app.close();
}

#[test]
fn whom_a_copy_is_for_and_what_it_shows_are_in_its_record() {
    let desktop = Desktop::start();
    let beach = desktop.file("Pictures/beach.jpg", &photos::jpeg(600, 400));
    let app = App::open(&desktop, &[&beach]);
    app.wait_for_row("beach.jpg", "Place");
    app.click("button", "Settings");
    app.click("checkbox", "Keep small pictures in the ledger");
    app.click("button", "Clean");
    app.run(
        "document.querySelector('.handover').open = true",
        &json!([]),
    );
    app.fill("Recipient", "Ann Example");
    app.fill("Purpose", "holiday album");
    app.wait_for_text("for Ann Example (holiday album)");
    app.click("button", "Clean 1 photo");
    app.wait_for_text("All done");
    app.click("button", "Ledger");
    app.fill("Search records", "ann example");
    app.wait_for_text("1 to 1 of 1");
    app.wait(
        "the small picture",
        "return document.querySelector('td .picture img, th .picture img')?.naturalWidth > 0",
    );
    desktop.screenshot("ledger-pictures");
    let settings = fs::read_to_string(desktop.data().join("settings.json")).unwrap();
    assert!(!settings.contains("Ann"), "only the sealed record knows");
    app.close();
}

/// Unpacks a proof and lets the script in it check it, with the tools of the system alone.
fn by_tools(desktop: &Desktop, proof: &Path, authority: Option<&Path>) -> bool {
    let folder = desktop.home().join("unpacked");
    let _ = fs::remove_dir_all(&folder);
    let unpacked = desktop
        .command("/usr/bin/python3")
        .args(["-m", "zipfile", "-e"])
        .args([proof, &folder])
        .status()
        .unwrap();
    assert!(unpacked.success());
    let mut check = desktop.command("sh");
    check.arg(folder.join("verify.sh")).args(authority);
    let output = check.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}");
    output.status.success() && said.contains("Everything fits together")
}

/// The one thing in a folder.
fn only(folder: &Path) -> PathBuf {
    let mut entries = fs::read_dir(folder).unwrap();
    let first = entries.next().expect("something").unwrap().path();
    assert!(entries.next().is_none());
    first
}

fn show(app: &App<'_>, selector: &str) {
    app.run(
        "document.querySelector(arguments[0]).scrollIntoView()",
        &json!([selector]),
    );
}

fn wait_for_either(app: &App<'_>, one: &str, other: &str) {
    app.wait(
        &format!("“{one}” or “{other}”"),
        &format!(
            "const text = document.body.innerText; return text.includes({}) || text.includes({})",
            json!(one),
            json!(other)
        ),
    );
}
