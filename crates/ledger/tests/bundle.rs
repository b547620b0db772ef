//! Proof bundles: checked by us and by the tools of the system, changed in every byte, forged.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{NOON, facts, open, place};
use ledger::bundle::{self, Choice, Files, Tile, Trust};
use ledger::tiles::{Grid, Tiles, tile_file};
use ledger::{Cost, Digest, Error, Extras, Ledger, Reason, Record, Secret};

const WIDTH: u32 = 540;
const HEIGHT: u32 = 270;
const PHOTO: &[u8] = b"the photo, cleaned";

fn pixels(x: u32, y: u32, width: u32, height: u32) -> Vec<u8> {
    (y..y + height)
        .flat_map(|y| (x..x + width).flat_map(move |x| [x as u8, y as u8, (x * y) as u8]))
        .collect()
}

/// A ledger of seven records; the fourth is of a picture with tiles, and is told to have been given to Zoë.
fn told() -> (tempfile::TempDir, Ledger, Record, Tile) {
    let (folder, path) = place();
    let ledger = open(&path).unwrap();
    let seed = Secret::random(common::chance).unwrap();
    let grid = Grid::new(WIDTH, HEIGHT).unwrap();
    let mut tiles = Tiles::new(grid, seed.clone());
    (0..HEIGHT).for_each(|y| tiles.row(&pixels(0, y, WIDTH, 1)));
    let tree = tiles.finish().unwrap();
    let mut extras = Extras::default();
    extras.seed = Some(seed.clone());
    extras.tiles_root = Some(tree.root());
    extras.recipient = Some("Zoë <script>".to_owned());
    let mut record = None;
    for number in 0..7 {
        let mut facts = facts(&number.to_string());
        if number == 3 {
            facts.output_sha256 = Digest::of(PHOTO);
            record = Some(ledger.append_with(&facts, &extras, NOON).unwrap());
        } else {
            ledger.append(&facts, NOON).unwrap();
        }
    }
    let record = record.unwrap();
    assert_eq!(ledger.tile_seed(&record.id).unwrap(), seed);
    // The last one, which is the smallest.
    let tile_place = grid.place(2, 1).unwrap();
    let index = grid.index(2, 1);
    let tile = Tile {
        column: 2,
        row: 1,
        file: tile_file(grid, tile_place, &seed, &pixels(512, 256, 28, 14)),
        index,
        count: grid.count(),
        proof: tree.inclusion(index, grid.count()).unwrap(),
    };
    (folder, ledger, record, tile)
}

fn everything(tile: Tile) -> Choice {
    Choice {
        fields: [
            "original_sha256",
            "output_sha256",
            "width",
            "recipient",
            "note",
        ]
        .map(str::to_owned)
        .into(),
        tiles: vec![tile],
        photo: Some(("jpg".to_owned(), PHOTO.to_vec())),
    }
}

fn unpack(files: &Files, to: &Path) {
    for (name, bytes) in files {
        let path = to.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

fn has(tool: &str) -> bool {
    Command::new(tool).arg("-?").output().is_ok()
}

/// What `verify.sh` says, and whether it ends well; nothing where the tools are missing.
fn by_tools(files: &Files) -> Option<(bool, String)> {
    if !cfg!(unix) || !["sh", "ssh-keygen", "openssl"].into_iter().all(has) {
        use std::io::Write;
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: no sh, ssh-keygen or openssl here"
        );
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    unpack(files, folder.path());
    let output = Command::new("sh")
        .arg(folder.path().join("verify.sh"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    Some((
        output.status.success(),
        said + &String::from_utf8_lossy(&output.stderr),
    ))
}

#[test]
fn a_bundle_holds_by_us_and_by_the_tools_of_the_system() {
    let (_folder, ledger, record, tile) = told();
    let files = ledger.prove(&record.id, &everything(tile), NOON).unwrap();
    let packed = bundle::write_zip(&files).unwrap();
    assert_eq!(bundle::read_zip(&packed).unwrap(), files);
    let report = bundle::check(&files, &Trust::default());
    assert!(report.fits_together(), "{report:#?}");
    assert!(!report.is_by_a_known_key());
    let key = ledger.keys().unwrap()[0].signing.fingerprint();
    assert_eq!(report.key.as_deref(), Some(key.as_str()));
    let names: Vec<_> = report
        .shown
        .iter()
        .map(|shown| shown.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "original_sha256",
            "output_sha256",
            "tiles_root",
            "width",
            "recipient",
            "note"
        ]
    );
    assert_eq!(report.times, []);
    let trust = Trust {
        keys: vec![(key, "Ann".to_owned())],
        ..Trust::default()
    };
    let report = bundle::check(&files, &trust);
    assert_eq!(report.key_known_as.as_deref(), Some("Ann"));
    // Words are words.
    let page = String::from_utf8(files["certificate.html"].clone()).unwrap();
    assert!(page.contains("Zoë &lt;script&gt;") && !page.contains("<script"));
    let text = String::from_utf8(files["README.txt"].clone()).unwrap();
    assert!(text.contains("the holder's own claim") && text.contains("Who took the picture"));
    assert!(files["certificate.pdf"].starts_with(b"%PDF-1.4\n"));

    if let Some((well, said)) = by_tools(&files) {
        assert!(well, "{said}");
        assert!(!said.contains("FAILED"), "{said}");
        assert_eq!(said.matches("ok  ").count(), 16, "{said}");
    }
}

/// Changes every second byte of a file, beginning with the first or the second; how many changes that were. To
/// one other value; in files whose name contains `CLOAKROOM_EXHAUSTIVE`, or in all if that is `all`, to each of the 255, which takes long.
fn changed(files: &Files, name: &str, half: usize) -> usize {
    let all = std::env::var("CLOAKROOM_EXHAUSTIVE")
        .is_ok_and(|part| part == "all" || name.contains(&part));
    let mut wrong = files.clone();
    let mut tried = 0;
    for at in (half..files[name].len()).step_by(2) {
        let differences = if all {
            1..=u8::MAX
        } else {
            let bit = 1 << (at % 8);
            bit..=bit
        };
        for difference in differences {
            wrong.get_mut(name).unwrap()[at] = files[name][at] ^ difference;
            let report = bundle::check(&wrong, &Trust::default());
            assert!(!report.fits_together(), "{name}, byte {at}, {difference}");
            tried += 1;
        }
        wrong.get_mut(name).unwrap()[at] = files[name][at];
    }
    tried
}

#[test]
fn every_byte_of_every_file_counts() {
    let (_folder, ledger, record, tile) = told();
    let files = ledger.prove(&record.id, &everything(tile), NOON).unwrap();
    // Both halves at once: one in the order of the files, one in the other.
    let tried = std::thread::scope(|scope| {
        let halves = [0, 1].map(|half| {
            let files = &files;
            scope.spawn(move || {
                files
                    .keys()
                    .map(|name| changed(files, name, half))
                    .sum::<usize>()
            })
        });
        halves
            .map(|half| half.join().unwrap())
            .iter()
            .sum::<usize>()
    });
    assert!(tried > 20_000, "{tried}");
    for name in files.keys() {
        let mut without = files.clone();
        without.remove(name);
        assert!(
            !bundle::check(&without, &Trust::default()).fits_together(),
            "{name}"
        );
        let mut longer = files.clone();
        longer.get_mut(name).unwrap().push(b'\n');
        assert!(
            !bundle::check(&longer, &Trust::default()).fits_together(),
            "{name}"
        );
    }
    let mut more = files.clone();
    more.insert("fields/99-more.json".to_owned(), b"[]".to_vec());
    assert!(!bundle::check(&more, &Trust::default()).fits_together());
}

#[test]
fn the_tools_find_each_tamper() {
    let (_folder, ledger, record, tile) = told();
    let files = ledger.prove(&record.id, &everything(tile), NOON).unwrap();
    for name in files.keys() {
        let bytes = &files[name];
        let mut wrong = files.clone();
        // In the middle of armour and text alike, a letter for another.
        let at = bytes.len() / 2;
        let byte = &mut wrong.get_mut(name).unwrap()[at];
        *byte = if *byte == b'x' { b'y' } else { b'x' };
        if name == "verify.sh" {
            continue;
        }
        let Some((well, said)) = by_tools(&wrong) else {
            return;
        };
        assert!(!well && said.contains("FAILED"), "{name}: {said}");
    }
}

#[test]
fn a_forger_who_signs_anew_shows_another_key() {
    let (_folder, ledger, record, tile) = told();
    let files = ledger
        .prove(&record.id, &everything(tile.clone()), NOON)
        .unwrap();
    let (_folder, forger, other, _) = told();
    let forged = forger.prove(&other.id, &Choice::default(), NOON).unwrap();
    let key = ledger.keys().unwrap()[0].signing.fingerprint();
    let trust = Trust {
        keys: vec![(key.clone(), "Ann".to_owned())],
        ..Trust::default()
    };
    let report = bundle::check(&forged, &trust);
    assert!(report.fits_together() && !report.is_by_a_known_key());
    assert_ne!(report.key.as_ref(), Some(&key));
    // Any part of one put in the place of the other's.
    for (name, bytes) in &forged {
        if files.get(name).is_some_and(|own| own != bytes) {
            let mut mixed = files.clone();
            mixed.insert(name.clone(), bytes.clone());
            assert!(!bundle::check(&mixed, &trust).fits_together(), "{name}");
        }
    }
    // A tile of another picture, a photo that was not recorded, a field that there is not.
    let refused = forger
        .prove(&other.id, &everything(tile), NOON)
        .unwrap_err();
    assert!(matches!(refused, Error::PixelsDiffer));
    let choice = Choice {
        photo: Some(("jpg".to_owned(), b"another".to_vec())),
        ..Choice::default()
    };
    assert!(matches!(
        ledger.prove(&record.id, &choice, NOON),
        Err(Error::PixelsDiffer)
    ));
    let choice = Choice {
        fields: vec!["colour".to_owned()],
        ..Choice::default()
    };
    assert!(matches!(
        ledger.prove(&record.id, &choice, NOON),
        Err(Error::UnknownField { .. })
    ));
}

#[test]
fn what_is_not_shown_is_not_in_it() {
    let bundles: Vec<Files> = (0..2)
        .map(|_| {
            let (_folder, ledger, record, _) = told();
            ledger.prove(&record.id, &Choice::default(), NOON).unwrap()
        })
        .collect();
    let (one, two) = (&bundles[0], &bundles[1]);
    let names: Vec<_> = one.keys().collect();
    assert_eq!(names, two.keys().collect::<Vec<_>>());
    for name in names {
        let (one, two) = (&one[name], &two[name]);
        assert_eq!(one.len(), two.len(), "{name}: its length tells nothing");
        // Of what is not the same for every bundle, no eight bytes are.
        if name == "entry.txt" || name == "entry.path" {
            for window in one
                .windows(16)
                .filter(|window| window.iter().all(u8::is_ascii_hexdigit))
            {
                assert!(!two.windows(16).any(|other| other == window) || window == [b'0'; 16]);
            }
        }
        // Numbers are looked for as words of their own: three digits stand in a random digest by chance.
        let words = || one.split(|byte| !byte.is_ascii_alphanumeric());
        let told = ["4032", "540"]
            .into_iter()
            .find(|number| words().any(|word| word == number.as_bytes()));
        let told = told.or_else(|| {
            [NOON, "Zo", "jpeg"].into_iter().find(|secret| {
                one.windows(secret.len())
                    .any(|window| window == secret.as_bytes())
            })
        });
        assert!(
            told.is_none() || !name.starts_with("entry"),
            "{name} tells {told:?}"
        );
        let digest = Digest::of(PHOTO).to_string();
        assert!(!one.windows(64).any(|window| window == digest.as_bytes()));
    }
}

#[test]
fn a_locked_ledger_proves_nothing_and_a_replaced_key_still_does() {
    const CHEAP: Cost = Cost {
        memory_kib: 8,
        passes: 1,
        lanes: 1,
    };
    let (folder, ledger, record, _) = told();
    let first = ledger.sign_checkpoint(NOON).unwrap();
    assert_eq!(
        ledger.sign_checkpoint(NOON).unwrap(),
        first,
        "the same again"
    );
    ledger
        .rotate_key(Reason::Routine, Some("p"), CHEAP, NOON)
        .unwrap();
    let files = ledger.prove(&record.id, &Choice::default(), NOON).unwrap();
    assert!(bundle::check(&files, &Trust::default()).fits_together());
    ledger.lock();
    let refused = ledger
        .prove(&record.id, &Choice::default(), NOON)
        .unwrap_err();
    assert!(matches!(refused, Error::NeedsPassphrase));
    // The ledger opens with what was signed by either key.
    let ledger = open(&folder.path().join("ledger.sqlite")).unwrap();
    assert_eq!(ledger.checkpoints().unwrap().len(), 2);
}
