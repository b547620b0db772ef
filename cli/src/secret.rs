//! Passphrases: from an open file, the environment, or the person.

use std::env;
use std::fs::File;
use std::io::{IsTerminal, Read, stdin};

use pipeline::ledger::{Ledger, Protection};
use pipeline::{Failure, home};

use crate::proof_args::{NewPassphrase, Unlock};

/// The most bytes of a passphrase.
const BYTES_MAX: u64 = 4_096;

/// The person's ledger, unlocked if it takes a passphrase.
pub(crate) fn unlocked(unlock: &Unlock) -> Result<Ledger, Failure> {
    let ledger = pipeline::open_ledger(&home::ledger()?)?;
    if ledger.protection()? == Protection::Locked {
        let passphrase = passphrase(unlock, "Passphrase of the ledger: ")?;
        ledger.unlock(&passphrase)?;
    }
    Ok(ledger)
}

/// A passphrase that there is already.
pub(crate) fn passphrase(unlock: &Unlock, prompt: &str) -> Result<String, Failure> {
    match unlock.passphrase_fd {
        Some(fd) => from_file(fd),
        None => match from_environment("CLOAKROOM_PASSPHRASE") {
            Some(passphrase) => Ok(passphrase),
            None => asked(prompt),
        },
    }
}

/// A passphrase to be set; typed twice if it is typed.
pub(crate) fn new_passphrase(new: &NewPassphrase) -> Result<String, Failure> {
    if let Some(fd) = new.new_passphrase_fd {
        return from_file(fd);
    }
    if let Some(passphrase) = from_environment("CLOAKROOM_NEW_PASSPHRASE") {
        return Ok(passphrase);
    }
    let first = asked("New passphrase: ")?;
    if first == asked("The same again: ")? {
        Ok(first)
    } else {
        Err(failure(
            "passphrases_differ",
            "The two passphrases are not the same; nothing was changed.",
            "Try again.",
        ))
    }
}

/// A recovery code.
pub(crate) fn recovery_code() -> Result<String, Failure> {
    match from_environment("CLOAKROOM_RECOVERY_CODE") {
        Some(code) => Ok(code),
        None => asked("Recovery code: "),
    }
}

fn from_environment(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// One line of the file that is open at this number.
fn from_file(fd: u32) -> Result<String, Failure> {
    let unreadable = || {
        failure(
            "passphrase_unreadable",
            "The passphrase could not be read from that file.",
            "Give the number of an open file, such as --passphrase-fd 3 3<FILE.",
        )
    };
    let mut text = String::new();
    // By its name among the open files, since taking a file by its number is not a safe function.
    let file = if fd == 0 {
        None
    } else {
        Some(File::open(format!("/dev/fd/{fd}")).map_err(|_| unreadable())?)
    };
    let read = match file {
        Some(file) => file.take(BYTES_MAX).read_to_string(&mut text),
        None => stdin().lock().take(BYTES_MAX).read_to_string(&mut text),
    };
    read.map_err(|_| unreadable())?;
    let line = text.lines().next().unwrap_or_default();
    Ok(line.to_owned())
}

fn asked(prompt: &str) -> Result<String, Failure> {
    let nobody = || {
        failure(
            "ledger_passphrase_needed",
            "The ledger is locked with a passphrase, and there is nobody to ask.",
            "Set CLOAKROOM_PASSPHRASE, or give --passphrase-fd. Photos can be cleaned and recorded without it.",
        )
    };
    if !stdin().is_terminal() {
        return Err(nobody());
    }
    rpassword::prompt_password(prompt).map_err(|_| nobody())
}

pub(crate) fn failure(code: &str, message: &str, hint: &str) -> Failure {
    Failure {
        refused: false,
        code: code.to_owned(),
        message: message.to_owned(),
        hint: hint.to_owned(),
    }
}
