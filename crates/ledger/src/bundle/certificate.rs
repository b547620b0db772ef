//! What a certificate says: the same words for the text, the page and the PDF.

use crate::bundle::make::Anchor;
use crate::checkpoint::SignedCheckpoint;
use crate::document::{Block, Document};
use crate::field::Value;

/// What there is to tell.
pub(super) struct Told<'a> {
    pub(super) signed: &'a SignedCheckpoint,
    pub(super) sequence: u64,
    pub(super) shown: &'a [(String, Value)],
    pub(super) tiles: usize,
    pub(super) has_photo: bool,
    pub(super) anchors: &'a [Anchor],
}

/// The words, in order.
pub(super) fn certificate(told: &Told<'_>) -> Document {
    use Block::{Command, Fact, Heading, Paragraph, Title};
    let checkpoint = &told.signed.checkpoint;
    let fingerprint = checkpoint.key.fingerprint();
    let heading = |text: &str| Heading(text.to_owned());
    let paragraph = |text: &str| Paragraph(text.to_owned());
    let command = |text: &str| Command(text.to_owned());
    let fact = |name: &str, value: String| Fact(name.to_owned(), value);
    let mut blocks = vec![
        Title("Proof of possession".to_owned()),
        heading("What this shows"),
        Paragraph(if told.anchors.is_empty() {
            format!(
                "The holder of the key {fingerprint} says that they had the bytes described below. Nobody else has \
                     confirmed when: every time in this bundle is the holder's own claim."
            )
        } else {
            format!(
                "The holder of the key {fingerprint} had the bytes described below by the time that the anchors in \
                     this bundle name. Check the anchors, because the time is only as good as they are."
            )
        }),
        heading("What it does not show"),
        paragraph(
            "Who took the picture, who is in it, who holds rights in it, or that nobody else had it before. Times \
                 other than those of anchors are what a computer's clock claimed.",
        ),
        heading("What is disclosed"),
    ];
    for (name, value) in told.shown {
        let value = match value {
            Value::Unknown => "not recorded".to_owned(),
            Value::Text(text) => text.clone(),
            Value::List(texts) => texts.join(" "),
        };
        blocks.push(Fact(words(name).to_owned(), value));
    }
    if told.shown.is_empty() {
        blocks.push(paragraph("Nothing but that there is such a record."));
    }
    if told.tiles > 0 {
        blocks.push(fact(
            "Pieces of the full-resolution picture",
            format!("{} in the folder tiles", told.tiles),
        ));
    }
    if told.has_photo {
        blocks.push(fact("The photo itself", "in the folder photo".to_owned()));
    }
    blocks.extend([
            heading("Where it stands"),
            fact("Ledger", checkpoint.origin.clone()),
            fact(
                "Entry",
                format!("{} of {}", told.sequence, checkpoint.size),
            ),
            fact("Root over all entries", checkpoint.root.to_string()),
            fact("Key", fingerprint),
            fact("Anchors", told.anchors.len().to_string()),
            heading("How to check it"),
            paragraph(
                "You need neither the program that made this nor anybody's word. First make sure whose key it is: ask \
                 the person, by another way than this file, to read the letters of the key to you. A bundle that fits \
                 together proves nothing about whom the key belongs to.",
            ),
            paragraph(
                "On Linux and macOS, open a terminal in this folder and type the first line; on Windows, open PowerShell \
                 and type the second. Each line that begins with ok was checked; any FAILED means that something was \
                 changed.",
            ),
            command("sh verify.sh"),
            command("powershell -ExecutionPolicy Bypass -File verify.ps1"),
            paragraph("By hand, the signature and the list of files:"),
            command("sha256sum -c SHA256SUMS"),
            command("ssh-keygen -Y verify -f allowed_signers -I holder -n cloakroom-ledger -s SHA256SUMS.sig < SHA256SUMS"),
            command("ssh-keygen -Y verify -f allowed_signers -I holder -n cloakroom-ledger -s checkpoint.txt.sig < checkpoint.txt"),
            command("openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in checkpoint.txt -sigfile checkpoint.txt.ed25519"),
        ]);
    for (number, anchor) in told.anchors.iter().enumerate() {
        let name = format!("anchors/{}.{}", number + 1, anchor.kind);
        blocks.push(command(&match anchor.kind.as_str() {
            "tsr" => {
                format!("openssl ts -verify -in {name} -data checkpoint.txt -CAfile AUTHORITY.pem")
            }
            _ => format!("ots verify -f checkpoint.txt {name}"),
        }));
    }
    blocks.extend([
            heading("How it is built"),
            paragraph(
                "entry.txt is the leaf of a Merkle tree (RFC 9162) over all records; entry.path leads from it to the root \
                 in checkpoint.txt. Each file in fields is the leaf of another such tree, which leads to the line fields= \
                 of entry.txt. A leaf is SHA-256 over a zero byte and the file; a step up is SHA-256 over a byte of one \
                 and the two hashes, in the order that the path names. What was not disclosed cannot be found by trying, \
                 because every field has a random salt of 32 bytes.",
            ),
        ]);
    Document { blocks }
}

/// A field's name in words.
fn words(name: &str) -> &str {
    match name {
        "original_sha256" => "SHA-256 of the original file",
        "output_sha256" => "SHA-256 of the cleaned file",
        "pixels_sha256" => "SHA-256 of the upright pixels",
        "tiles_root" => "Root over the pieces of the full-resolution picture",
        "pdq_nearest" => "PDQ fingerprint",
        "pdq_box" => "PDQ fingerprint (averaged)",
        "pdq_dihedral" => "PDQ fingerprints, turned and mirrored",
        "pdq_quality" => "PDQ quality",
        "features_sha256" => "SHA-256 of the local features",
        "original_md5" => "MD5 of the original file",
        "output_md5" => "MD5 of the cleaned file",
        "width" => "Width in pixels",
        "height" => "Height in pixels",
        "original_bytes" => "Size of the original file in bytes",
        "output_bytes" => "Size of the cleaned file in bytes",
        "container" => "Kind of file",
        "claimed_time" => "When it was recorded, as the computer's clock claimed",
        "recipient" => "Whom this copy was given to, as the holder says",
        "purpose" => "What for, as the holder says",
        "app_version" => "Version of the program",
        "algorithms" => "Versions of the algorithms",
        "cloak" => "How it was cloaked",
        "first_form_hash" => "Its hash in the first form of the ledger",
        "note" => "A note of the holder",
        other => other,
    }
}
