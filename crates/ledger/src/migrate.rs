//! Making a ledger, and carrying one of an older form over.

use rusqlite::{Connection, TransactionBehavior};

use crate::digest::Digest;
use crate::entry::{Entry, Kind};
use crate::error::Error;
use crate::first_form;
use crate::key::{KeyPair, Session};
use crate::log::Log;
use crate::sealed;
use crate::secret::{Chance, Secret};
use crate::statement::History;
use crate::store::{self, Form};
use crate::vault::Vault;

/// Makes an empty ledger with a new key of an empty file, wholly or not at all.
pub(crate) fn install(connection: &mut Connection, chance: Chance) -> Result<(), Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    make(&transaction, chance)?;
    Ok(transaction.commit()?)
}

fn make(connection: &Connection, chance: Chance) -> Result<Vault, Error> {
    store::install(connection)?;
    let pair = KeyPair::random(chance)?;
    let vault = Vault::of(&pair, 1, pair.public().signing, None, chance)?;
    vault.write(connection)?;
    Ok(vault)
}

/// Makes a ledger of the first form one of the current form, wholly or not at all: the same records in the same places,
/// each with the hash that it had. Then writes the file anew, so that nothing stays in the open.
///
/// # Errors
///
/// [`Error::Tampered`] and the like if the ledger is not as it was left: then it stays as it is.
pub(crate) fn carry_over(connection: &mut Connection, chance: Chance) -> Result<(), Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another program may have been faster.
    if store::recognise(&transaction)? == Form::Current {
        return Ok(());
    }
    let contents = first_form::read_all(&transaction)?;
    store::remove_first_form(&transaction)?;
    let vault = make(&transaction, chance)?;
    let session = Session::with(&vault.public, chance)?;
    let mut log = Log::empty(History::beginning_with(vault.first));
    for content in contents {
        let fields = content.fields(Secret::random(chance)?)?;
        let entry = Entry {
            kind: Kind::Photo,
            sequence: log.size().saturating_add(1),
            previous: log.last,
            fields: fields.root(),
            payload: sealed::seal(&fields, vault.number, &session, chance)?,
        };
        let hash: Digest = entry.hash();
        log.extend(&entry, hash)?;
        store::insert(&transaction, &entry, &log.tree.root())?;
    }
    transaction.commit()?;
    store::tidy(connection);
    Ok(())
}
