//! What a person does with their ledger in the window, done without one: with real files, a real ledger and real proofs.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use pipeline::Handover;
use pipeline::worker::Workers;
use tempfile::TempDir;

use crate::ledger_view::{
    AnchorFilter, HashFormat, HashKind, KeyReason, ProofChoice, Protection, Restoring, Standing,
};
use crate::lock::lock;
use crate::session::Session;
use crate::view::PhotoState;
use crate::{cleaning, custody, looking, proving};

/// A session with one photo recorded, and the record's id.
struct Desk {
    session: Arc<Session>,
    home: TempDir,
    pictures: TempDir,
    id: String,
}

/// 300 by 200 pixels, so that there are two squares.
fn png() -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1A\n".to_vec();
    let mut chunk = |kind: &[u8; 4], data: &[u8]| {
        png.extend(u32::try_from(data.len()).expect("short").to_be_bytes());
        let body = [&kind[..], data].concat();
        png.extend(&body);
        png.extend(crc(&body).to_be_bytes());
    };
    let mut head = [300_u32.to_be_bytes(), 200_u32.to_be_bytes()].concat();
    head.extend([8, 0, 0, 0, 0]);
    chunk(b"IHDR", &head);
    chunk(b"tEXt", b"Comment\0taken by J. Doe");
    let pixels: Vec<u8> = (0..200_u32)
        .flat_map(|y| {
            [0].into_iter()
                .chain((0..300_u32).map(move |x| (x ^ y) as u8))
        })
        .collect();
    chunk(b"IDAT", &stored(&pixels));
    chunk(b"IEND", b"");
    png
}

/// A zlib stream of stored blocks.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let blocks = bytes.chunks(0xFFFF).count();
    for (at, block) in bytes.chunks(0xFFFF).enumerate() {
        let size = u16::try_from(block.len()).expect("short");
        stream.push(u8::from(at + 1 == blocks));
        stream.extend(size.to_le_bytes());
        stream.extend((!size).to_le_bytes());
        stream.extend(block);
    }
    let (a, b) = bytes.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    stream.extend((b << 16 | a).to_be_bytes());
    stream
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc: u32, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            crc >> 1 ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

impl Desk {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let pictures = tempfile::tempdir().expect("a folder");
        let session = Session::open(Ok(home.path().to_owned()), Workers::in_process());
        let mut desk = Self {
            session,
            home,
            pictures,
            id: String::new(),
        };
        desk.id = desk.record("plan.png", &png());
        desk
    }

    /// Cleans a photo and returns the id of its record.
    fn record(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.pictures.path().join(name);
        fs::write(&path, bytes).expect("written");
        looking::take(&self.session, vec![path]);
        let last = || lock(&self.session.intake).photos().pop();
        let wait = |seen: &dyn Fn(&PhotoState) -> bool| {
            for _ in 0..2_000 {
                if let Some(photo) = last()
                    && photo.name == name
                    && seen(&photo.state)
                {
                    return photo.state;
                }
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            panic!("{name}: {:?}", last());
        };
        wait(&|state| matches!(state, PhotoState::Waiting { .. }));
        cleaning::clean(&self.session, &[]).expect("begun");
        let state = wait(&|state| !state.is_open());
        self.session.run.wait();
        let PhotoState::Done { saved, .. } = state else {
            panic!("{state:?}");
        };
        saved.record.expect("recorded")
    }

    fn picture(&self, name: &str) -> PathBuf {
        self.pictures.path().join(name)
    }

    fn refused<T: std::fmt::Debug>(answer: Result<T, crate::problem::Problem>) -> String {
        answer.expect_err("refused").code
    }
}

fn choice(fields: &[&str], tiles: &[(u32, u32)], with_photo: bool) -> ProofChoice {
    ProofChoice {
        fields: fields.iter().map(|&name| name.to_owned()).collect(),
        tiles: tiles.to_vec(),
        with_photo,
    }
}

#[test]
fn a_ledger_is_locked_unlocked_and_locked_again() {
    let desk = Desk::new();
    let session = &desk.session;
    let list = || proving::list(session, "", AnchorFilter::All, 0, 10);
    let protection = || {
        custody::overview(session)
            .expect("read")
            .expect("there")
            .protection
    };
    assert_eq!(protection(), Protection::None);
    custody::set_passphrase(session, Some("correct horse")).expect("set");
    assert_eq!(protection(), Protection::Unlocked);
    assert_eq!(list().expect("open").total, 1);

    custody::lock(session).expect("locked");
    assert_eq!(Desk::refused(list()), "ledger_passphrase_needed");
    let wrong = custody::unlock(session, "wrong");
    assert_eq!(Desk::refused(wrong), "ledger_passphrase_wrong");
    // Recording goes on, and says nothing of what is recorded.
    let other = desk.record("other.png", &png());
    custody::unlock(session, "correct horse").expect("unlocked");
    // A mistake made afterwards is no reason to ask again.
    assert_eq!(
        Desk::refused(proving::detail(session, "ffffffffffffffff")),
        "ledger_not_found"
    );
    assert_eq!(list().expect("open").records[0].id, other);

    let sheet = custody::sheet(session).expect("unlocked");
    custody::lock(session).expect("locked");
    assert_eq!(
        Desk::refused(custody::sheet(session)),
        "ledger_passphrase_needed"
    );
    let code = sheet.code.replace(' ', "-").to_lowercase();
    let bad = custody::recover(session, &code[1..], "new words");
    assert_eq!(Desk::refused(bad), "recovery_code_invalid");
    custody::recover(session, &code, "new words").expect("recovered");
    custody::lock(session).expect("locked");
    custody::unlock(session, "new words").expect("unlocked");
    let root = sheet.root.expect("recorded");
    assert_eq!(custody::compare(session, &root), Ok(Standing::Same));

    custody::rotate(session, KeyReason::Stolen, Some("third")).expect("replaced");
    custody::revoke(session, 1, KeyReason::Stolen).expect("revoked");
    assert_eq!(
        custody::compare(session, &root),
        Ok(Standing::More { entries: 2 })
    );
    let keys = custody::overview(session)
        .expect("read")
        .expect("there")
        .keys;
    assert_eq!((keys.len(), keys[0].revoked.is_some()), (2, true));
    assert_eq!(custody::check_all(session).expect("whole").records_read, 2);
}

#[test]
fn a_proof_shows_what_was_chosen_and_is_checked_with_its_key() {
    let desk = Desk::new();
    let (session, id) = (&desk.session, desk.id.as_str());
    let detail = proving::detail(session, id).expect("there");
    assert!(detail.has_tiles && detail.anchors.is_empty());
    assert_eq!(detail.fields.len(), 24);
    let none = proving::make(session, id, &choice(&[], &[(0, 0)], false));
    assert_eq!(Desk::refused(none), "no_photo");

    fs::write(desk.picture("other.png"), &png()[1..]).expect("written");
    let held = proving::hold(session, id, desk.picture("other.png"));
    assert!(held.is_err(), "another file");
    let held = proving::hold(session, id, desk.picture("plan.png")).expect("the original");
    assert_eq!((held.columns, held.rows, held.is_original), (2, 1, true));
    let held = proving::hold(session, id, desk.picture("plan_clean.png")).expect("the copy");
    assert!(!held.is_original);

    let bytes = proving::make(session, id, &choice(&["width"], &[(1, 0)], true)).expect("made");
    let to = desk.picture("proof.zip");
    assert!(proving::save(&bytes, &to).expect("saved").saved);
    assert!(proving::may_be_proof(&to));
    let report = proving::check(session, &to).expect("a bundle");
    assert!(report.fits_together);
    assert_eq!(report.own_key, Some(1));
    let shown: Vec<_> = report
        .shown
        .iter()
        .map(|field| field.name.as_str())
        .collect();
    assert_eq!(shown, ["output_sha256", "tiles_root", "width"]);
    assert_eq!((report.times.len(), report.open.len()), (0, 0));

    // To somebody else it is a proof by a key that they do not know.
    let stranger = Desk::new();
    let report = proving::check(&stranger.session, &to).expect("a bundle");
    assert!(report.fits_together && report.own_key.is_none() && report.key.is_some());
    let at = bytes.len() / 2;
    let mut wrong = bytes.clone();
    wrong[at] ^= 1;
    fs::write(&to, wrong).expect("written");
    let report = proving::check(session, &to);
    assert!(report.is_err() || report.is_ok_and(|report| !report.fits_together));
}

#[test]
fn a_backup_is_tried_and_an_older_one_is_noticed() {
    let desk = Desk::new();
    let session = &desk.session;
    let to = desk.picture("ledger.backup");
    assert_eq!(
        Desk::refused(custody::backup(session, "", &to)),
        "ledger_passphrase_empty"
    );
    custody::backup(session, "words", &to).expect("saved");
    let restore = |passphrase, what| custody::restore(session, passphrase, &to, what);
    assert_eq!(
        Desk::refused(restore("wrong", Restoring::Drill)),
        "ledger_passphrase_wrong"
    );
    assert_eq!(restore("words", Restoring::Drill), Ok(Standing::Same));

    desk.record("other.png", &png());
    assert_eq!(
        restore("words", Restoring::Drill),
        Ok(Standing::More { entries: 1 })
    );
    assert_eq!(
        Desk::refused(restore("words", Restoring::Newer)),
        "backup_older"
    );
    let total = || {
        session
            .records
            .list("", crate::records::ALL, 0, 0)
            .expect("read")
            .total
    };
    assert_eq!(total(), 2, "nothing was changed");
    restore("words", Restoring::Older).expect("asked for");
    assert_eq!(total(), 1);
    let kept = fs::read_dir(desk.home.path()).expect("read").flatten();
    let kept = kept.filter(|file| file.file_name().to_string_lossy().contains(".before-"));
    assert!(kept.count() > 0, "the ledger of before is kept");
    fs::remove_file(desk.home.path().join("ledger.sqlite")).expect("gone");
    session.records.close();
    assert_eq!(restore("words", Restoring::Newer), Ok(Standing::Alone));
    assert_eq!(total(), 1);
}

#[test]
fn questions_go_out_and_only_answers_come_in() {
    let desk = Desk::new();
    let session = &desk.session;
    let folder = desk.pictures.path();
    let name = custody::export_question(session, folder).expect("written");
    let question = folder.join(name);
    for file in ["checkpoint.txt", "checkpoint.tsq", "checkpoint.sha256"] {
        assert!(question.join(file).is_file(), "{file}");
    }
    let not = custody::import_answers(session, &[question.join("checkpoint.tsq")]);
    assert_eq!(Desk::refused(not), "ledger_not_an_anchor");
    let claimed = proving::list(session, "", AnchorFilter::Claimed, 0, 10).expect("read");
    let anchored = proving::list(session, "", AnchorFilter::Anchored, 0, 10).expect("read");
    assert_eq!((claimed.total, anchored.total), (1, 0));

    let block = session.trusted.add_block("00");
    assert_eq!(Desk::refused(block), "no_block_header");
    session.trusted.add_block(&"0a".repeat(80)).expect("kept");
    let no_certificate = session
        .trusted
        .add_authority(&question.join("checkpoint.txt"));
    assert_eq!(Desk::refused(no_certificate), "no_certificate");
    assert_eq!(session.trusted.count(), 1);
    session.trusted.forget().expect("forgotten");
    assert_eq!(session.trusted.count(), 0);
}

#[test]
fn recipients_hashes_and_small_pictures() {
    let desk = Desk::new();
    let session = &desk.session;
    *lock(&session.handover) = Handover::new("Ann", "").expect("short");
    let mut settings = session.start().settings;
    settings.keep_thumbnails = true;
    session.set(settings.clone()).expect("set");
    custody::set_passphrase(session, Some("words")).expect("set");
    custody::lock(session).expect("locked");
    let id = desk.record("for ann.png", &png());
    custody::unlock(session, "words").expect("unlocked");
    let detail = proving::detail(session, &id).expect("there");
    assert_eq!(detail.record.recipient.as_deref(), Some("Ann"));
    assert!(detail.record.has_thumbnail);
    let get = || {
        let found = session.records.use_it(|ledger| {
            let record = ledger.get(&id)?;
            Ok::<_, pipeline::ledger::Error>(session.thumbnails.get(ledger, &record))
        });
        found.expect("read")
    };
    let picture = get().expect("kept");
    assert!(picture.media_type.starts_with("image/"));
    for file in fs::read_dir(desk.home.path().join("thumbnails")).expect("made") {
        let sealed = fs::read(file.expect("a file").path()).expect("read");
        assert!(
            !sealed
                .windows(8)
                .any(|part| picture.bytes.starts_with(part))
        );
    }
    settings.keep_thumbnails = false;
    session.set(settings).expect("set");
    assert!(get().is_none(), "whoever turns it off keeps none");

    let to = desk.picture("hashes.txt");
    let ids = [id];
    let kinds = [HashKind::Sha256, HashKind::Pdq];
    let written = custody::export_hashes(session, &ids, &kinds, HashFormat::Lines, &to);
    assert_eq!(written.expect("written").count, 3);
    let text = fs::read_to_string(&to).expect("text");
    assert!(
        text.lines()
            .all(|line| line.starts_with("sha256 ") || line.starts_with("pdq "))
    );
    let none = custody::export_hashes(session, &ids, &[HashKind::Md5], HashFormat::Csv, &to);
    assert!(none.is_ok() || Desk::refused(none) == "no_hashes");
}
