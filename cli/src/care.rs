//! `cloakroom ledger key | anchor | hashes | check | backup | restore`.

use std::fs::{self, DirBuilder};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use pipeline::ledger::anchor::{self, Proof};
use pipeline::ledger::{
    Checkpoint, Cost, Digest, Error, HashFormat, HashKind, Protection, RecoveryCode, Standing,
};
use pipeline::proof::{bytes_of, read_bundle, trust};
use pipeline::{Failure, Restoring, home, restore_ledger};
use serde::Serialize;

use crate::ledger::write_new;
use crate::output::{json, print, print_error};
use crate::proof_args::{AnchorCommand, KeyCommand, LedgerCare, Unlock};
use crate::prove::now;
use crate::secret::{failure, new_passphrase, passphrase, recovery_code, unlocked};
use crate::text::shown;

pub(crate) fn run(command: &LedgerCare, unlock: &Unlock) -> Result<ExitCode, Failure> {
    match command {
        LedgerCare::Key { command } => key(command, unlock),
        LedgerCare::Anchor { command } => anchors(command, unlock),
        LedgerCare::Hashes {
            ids,
            kinds,
            format,
            out,
        } => hashes(ids, kinds, *format, out.as_deref(), unlock),
        LedgerCare::Check { kept: None, json } => check_all(unlock, *json),
        LedgerCare::Check {
            kept: Some(kept),
            json,
        } => check(kept, *json),
        LedgerCare::Backup { out, new } => {
            let ledger = pipeline::open_ledger(&home::ledger()?)?;
            let backup = ledger.backup(&new_passphrase(new)?, Cost::default())?;
            write_new(out, &backup)?;
            print_error(
                "Backed up. Try it with \"cloakroom ledger restore --drill\", and keep it on another disk.\n",
            );
            Ok(ExitCode::SUCCESS)
        }
        LedgerCare::Restore {
            file,
            drill,
            older,
            json,
        } => restored(file, *drill, *older, *json, unlock),
    }
}

fn key(command: &KeyCommand, unlock: &Unlock) -> Result<ExitCode, Failure> {
    match command {
        KeyCommand::Show { json } => return show_keys(*json),
        KeyCommand::Passphrase { new, remove } => {
            let ledger = unlocked(unlock)?;
            if *remove {
                ledger.set_passphrase(None, Cost::default())?;
                print_error(
                    "The passphrase is gone: whoever can read the ledger's file can read your records and sign in your name.\n",
                );
            } else {
                ledger.set_passphrase(Some(&new_passphrase(new)?), Cost::default())?;
                print_error(
                    "Your records can be read with this passphrase alone. If you lose it, only the recovery sheet helps: cloakroom ledger key sheet\n",
                );
            }
        }
        KeyCommand::Sheet => {
            let ledger = unlocked(unlock)?;
            let code = ledger.recovery_code()?;
            let fingerprint = ledger
                .keys()?
                .last()
                .map(|key| key.signing.fingerprint())
                .unwrap_or_default();
            let root = ledger.checkpoint_now().map_or_else(
                |_| "nothing is recorded yet".to_owned(),
                |now| format!("{}:{}", now.size, now.root),
            );
            print(
                format!(
                    "Cloakroom recovery sheet, {}\n\nWhoever has this sheet has your key. Keep it where nobody else looks.\n\nRecovery code\n{}\n\nKey\n{fingerprint}\n\nRoot\n{root}\n\nIf you lose the passphrase:      cloakroom ledger key recover\nIf you restored a backup:        cloakroom ledger check SIZE:ROOT\nThe code opens the ledger's file or a backup of it; it does not replace them.\n",
                    now(),
                    *code.text()
                )
                .as_bytes(),
            );
        }
        KeyCommand::Recover { new } => {
            let ledger = pipeline::open_ledger(&home::ledger()?)?;
            let code = recovery_code()?.parse::<RecoveryCode>().map_err(|error| {
                failure(
                    "recovery_code_invalid",
                    &error.to_string(),
                    "Compare it with the sheet, group by group.",
                )
            })?;
            ledger.recover(&code)?;
            ledger.set_passphrase(Some(&new_passphrase(new)?), Cost::default())?;
            print_error("The ledger opens with the new passphrase.\n");
        }
        KeyCommand::Rotate {
            reason,
            new,
            no_passphrase,
        } => {
            let ledger = unlocked(unlock)?;
            let passphrase = (!no_passphrase).then(|| new_passphrase(new)).transpose()?;
            let key = ledger.rotate_key(*reason, passphrase.as_deref(), Cost::default(), &now())?;
            print_error(&format!(
                "The key is now {}. The recovery sheet of before opens nothing new: print another.\n",
                key.fingerprint()
            ));
        }
        KeyCommand::Revoke { number, reason } => {
            let ledger = unlocked(unlock)?;
            ledger.revoke_key(*number, *reason, &now())?;
            print_error(
                "Revoked. Anchor a checkpoint now, so that others can tell what was signed before.\n",
            );
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn show_keys(as_json: bool) -> Result<ExitCode, Failure> {
    #[derive(Serialize)]
    struct Key {
        number: u16,
        fingerprint: String,
        public_key: String,
        since: Option<String>,
        replaced: Option<(pipeline::ledger::Reason, String)>,
        revoked: Option<(pipeline::ledger::Reason, String)>,
    }
    #[derive(Serialize)]
    struct Told {
        protection: Protection,
        keys: Vec<Key>,
    }
    let ledger = pipeline::open_ledger(&home::ledger()?)?;
    let told = Told {
        protection: ledger.protection()?,
        keys: ledger
            .keys()?
            .into_iter()
            .map(|key| Key {
                number: key.number,
                fingerprint: key.signing.fingerprint(),
                public_key: key.signing.ssh_line(),
                since: key.since,
                replaced: key.replaced,
                revoked: key.revoked,
            })
            .collect(),
    };
    if as_json {
        print(&json(&told));
        return Ok(ExitCode::SUCCESS);
    }
    let mut text = match told.protection {
        Protection::None => "No passphrase: whoever can read the ledger's file can read your records and sign in your name.\n",
        Protection::Locked | Protection::Unlocked => "Protected by a passphrase.\n",
    }
    .to_owned();
    for key in &told.keys {
        text += &format!("{:2}  {}", key.number, key.fingerprint);
        if let Some((reason, time)) = &key.replaced {
            text += &format!("  replaced {time} ({})", reason.name());
        }
        if let Some((reason, time)) = &key.revoked {
            text += &format!("  REVOKED {time} ({})", reason.name());
        }
        text.push('\n');
    }
    print(text.as_bytes());
    Ok(ExitCode::SUCCESS)
}

fn anchors(command: &AnchorCommand, unlock: &Unlock) -> Result<ExitCode, Failure> {
    match command {
        AnchorCommand::Export { out, json: as_json } => {
            let signed = unlocked(unlock)?.sign_checkpoint(&now())?;
            make_folder(out)?;
            let digest = signed.digest();
            write_new(&out.join("checkpoint.txt"), signed.text().as_bytes())?;
            write_new(&out.join("checkpoint.tsq"), &anchor::request(&signed))?;
            let line = format!("{digest}  checkpoint.txt\n");
            write_new(&out.join("checkpoint.sha256"), line.as_bytes())?;
            if *as_json {
                let (size, root) = (signed.checkpoint.size, signed.checkpoint.root);
                print(&json(
                    &serde_json::json!({ "size": size, "root": root, "digest": digest }),
                ));
            } else {
                print_error(&format!(
                    "Checkpoint of {} entries, digest {digest}.\nBring checkpoint.tsq to a time-stamping authority or checkpoint.txt to an OpenTimestamps service, and\nimport the answer: cloakroom ledger anchor import FILE\nThe service sees when and from where you bring it.\n",
                    signed.checkpoint.size
                ));
            }
        }
        AnchorCommand::Import { files } => {
            let ledger = pipeline::open_ledger(&home::ledger()?)?;
            for file in files {
                let bytes = bytes_of(file)?;
                let kept = ledger.import_anchor(&bytes, &now())?;
                print_error(&format!(
                    "{}: an anchor of the first {} entries.\n",
                    shown(&file.to_string_lossy()),
                    kept.checkpoint.checkpoint.size
                ));
            }
        }
        AnchorCommand::List {
            ca,
            block,
            json: as_json,
        } => list_anchors(ca, block, *as_json)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn list_anchors(ca: &[PathBuf], block: &[String], as_json: bool) -> Result<(), Failure> {
    #[derive(Serialize)]
    struct Told {
        size: u64,
        kind: String,
        confirmed: Vec<(String, String)>,
        open: Vec<String>,
    }
    let ledger = pipeline::open_ledger(&home::ledger()?)?;
    let trust = trust(ca, block)?;
    let mut anchored = 0;
    for (kept, proof) in ledger.checked_anchors(&trust.roots, &trust.headers)? {
        let size = kept.checkpoint.checkpoint.size;
        let kind = kept.anchor.kind;
        let (confirmed, open) = match proof {
            Ok(Proof::Confirmed(times)) => (times, Vec::new()),
            Ok(Proof::Open(told)) => (Vec::new(), told),
            Err(reason) => (Vec::new(), vec![format!("It does not hold: {reason}.")]),
        };
        if !confirmed.is_empty() {
            anchored = anchored.max(size);
        }
        if as_json {
            print(&json(&Told {
                size,
                kind,
                confirmed,
                open,
            }));
            continue;
        }
        for (time, by) in confirmed {
            print(
                format!(
                    "entries 1 to {size}: there by {time}, says {}\n",
                    shown(&by)
                )
                .as_bytes(),
            );
        }
        for told in open {
            print(
                format!(
                    "entries 1 to {size}: not confirmed here. {}\n",
                    shown(&told)
                )
                .as_bytes(),
            );
        }
    }
    let size = ledger.checkpoint_now().map_or(0, |now| now.size);
    if !as_json {
        print(
            match (anchored, size) {
                (0, _) => {
                    "No record has a time that is confirmed here: all times are only claimed.\n"
                        .to_owned()
                }
                (anchored, size) if anchored >= size => "Every record is anchored.\n".to_owned(),
                (anchored, size) => format!("entries {} to {size}: only claimed\n", anchored + 1),
            }
            .as_bytes(),
        );
    }
    Ok(())
}

fn hashes(
    ids: &[String],
    kinds: &[HashKind],
    format: HashFormat,
    out: Option<&Path>,
    unlock: &Unlock,
) -> Result<ExitCode, Failure> {
    let ledger = unlocked(unlock)?;
    let mut list = Vec::new();
    let count = ledger.export_hashes(ids, kinds, format, &mut list)?;
    match out {
        Some(path) => write_new(path, &list)?,
        None => {
            print(&list);
        }
    }
    if kinds.iter().any(|kind| kind.tells_of_the_picture()) {
        print_error(
            "PDQ tells something of what a picture shows: give it only to whom you trust with that.\n",
        );
    }
    if count == 0 {
        print_error("No hash of these kinds was recorded.\n");
    }
    Ok(ExitCode::SUCCESS)
}

/// Verifies everything. Where nobody can be asked for the passphrase, everything that takes none.
fn check_all(unlock: &Unlock, as_json: bool) -> Result<ExitCode, Failure> {
    let ledger = match unlocked(unlock) {
        Err(failure) if failure.code == "ledger_passphrase_needed" => {
            pipeline::open_ledger(&home::ledger()?)?
        }
        ledger => ledger?,
    };
    let checked = ledger.check_all()?;
    if as_json {
        print(&json(&checked));
        return Ok(ExitCode::SUCCESS);
    }
    let read = match ledger.protection()? {
        Protection::Locked => "no record was opened, because the ledger is locked".to_owned(),
        Protection::None | Protection::Unlocked => {
            format!("{} records were opened", checked.records_read)
        }
    };
    print(
        format!(
            "Everything is as it was written: {} entries, {} checkpoints, {} anchors; {read}.\n",
            checked.entries, checked.checkpoints, checked.anchors
        )
        .as_bytes(),
    );
    Ok(ExitCode::SUCCESS)
}

fn check(kept: &str, as_json: bool) -> Result<ExitCode, Failure> {
    let ledger = pipeline::open_ledger(&home::ledger()?)?;
    let on_paper = kept
        .split_once(':')
        .and_then(|(size, root)| Some((size.parse::<u64>().ok()?, root.parse::<Digest>().ok()?)));
    let standing = match on_paper {
        Some((size, root)) => ledger.compare_root(size, &root)?,
        None => {
            let path = Path::new(kept);
            let text = match fs::read(path) {
                Ok(bytes) if Checkpoint::read(&bytes).is_some() => bytes,
                _ => read_bundle(path)?
                    .remove("checkpoint.txt")
                    .unwrap_or_default(),
            };
            let checkpoint = Checkpoint::read(&text).ok_or(Error::NotABundle)?;
            ledger.compare(&checkpoint)?
        }
    };
    tell_standing(standing, as_json);
    Ok(match standing {
        Standing::Holds { .. } => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

fn tell_standing(standing: Standing, as_json: bool) {
    if as_json {
        print(&json(&serde_json::json!({ "standing": standing })));
        return;
    }
    let text = match standing {
        Standing::Holds { more: 0 } => "The ledger holds exactly that.\n".to_owned(),
        Standing::Holds { more } => {
            format!("The ledger holds all of that, and {more} entries since.\n")
        }
        Standing::Older { missing } => format!(
            "The ledger is OLDER: {missing} entries are missing. Look for a newer backup before you record more.\n"
        ),
        Standing::Forked => {
            "The ledger does NOT hold that: it was changed, or went on from an older copy.\n"
                .to_owned()
        }
        Standing::Another => "That is of another ledger.\n".to_owned(),
    };
    print(text.as_bytes());
}

fn restored(
    file: &Path,
    drill: bool,
    older: bool,
    as_json: bool,
    unlock: &Unlock,
) -> Result<ExitCode, Failure> {
    let backup = bytes_of(file)?;
    let passphrase = passphrase(unlock, "Passphrase of the backup: ")?;
    let what = match (drill, older) {
        (true, _) => Restoring::Drill,
        (false, true) => Restoring::Older,
        (false, false) => Restoring::Newer,
    };
    let standing = restore_ledger(&backup, &passphrase, &home::ledger()?, what)?;
    match standing {
        Some(standing) if as_json => {
            print(&json(
                &serde_json::json!({ "ledger_compared_with_backup": standing }),
            ));
        }
        Some(standing) => print_error(&compared(standing)),
        None if drill => {
            print_error("The backup is whole. There is no ledger to compare it with.\n");
        }
        None => {}
    }
    if !drill {
        print_error(
            "Restored. Compare it with what you kept on paper: cloakroom ledger check SIZE:ROOT\n",
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// How the ledger stands to a backup, as a line.
fn compared(standing: Standing) -> String {
    match standing {
        Standing::Holds { more: 0 } => {
            "The backup is whole and holds what the ledger holds.\n".to_owned()
        }
        Standing::Holds { more } => {
            format!("The backup is whole; the ledger has {more} entries since.\n")
        }
        Standing::Older { missing } => {
            format!("The backup is whole and has {missing} entries that the ledger has not.\n")
        }
        Standing::Forked => {
            "The backup is whole, but it and the ledger went different ways.\n".to_owned()
        }
        Standing::Another => "The backup is whole, but of another ledger.\n".to_owned(),
    }
}

fn make_folder(folder: &Path) -> Result<(), Failure> {
    let made = DirBuilder::new().recursive(true).create(folder);
    made.map_err(|error| Error::Export(error).into())
}
