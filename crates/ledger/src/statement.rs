//! Statements about a person's keys: that one follows another, or that one must not be trusted any more.
//!
//! A statement is ASCII lines, each ended by one line feed: `cloakroom-key-v1`, then `name=value` as listed in
//! [`Statement::lines`], then the signatures. A rotation is signed by both keys, a revocation by the key in use. Both
//! signatures are raw Ed25519 over all lines before `previous_signature=`.

use crate::digest::Digest;
use crate::hex::{hex, unhex, unhex_array};
use crate::key::{KeyPair, PublicKeys, SigningPublic};
use crate::time::is_utc_second;

const DOMAIN: &str = "cloakroom-key-v1";

/// Why a key was replaced or revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Nothing happened.
    Routine,
    /// Nobody has it any more.
    Lost,
    /// Somebody else may have it.
    Stolen,
}

impl Reason {
    const ALL: [Self; 3] = [Self::Routine, Self::Lost, Self::Stolen];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Routine => "routine",
            Self::Lost => "lost",
            Self::Stolen => "stolen",
        }
    }
}

impl std::str::FromStr for Reason {
    type Err = UnknownReason;

    fn from_str(text: &str) -> Result<Self, UnknownReason> {
        let mut all = Self::ALL.into_iter();
        all.find(|reason| reason.name() == text)
            .ok_or(UnknownReason)
    }
}

/// The text names no reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A reason is routine, lost or stolen.")]
pub struct UnknownReason;

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// `key` follows `previous`.
    Rotate,
    /// `previous` must not be trusted any more, says `key`.
    Revoke,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    pub(crate) action: Action,
    /// The number of the key that the action is about: the new one, or the revoked one.
    pub(crate) number: u16,
    pub(crate) claimed_time: String,
    pub(crate) reason: Reason,
    pub(crate) previous: SigningPublic,
    pub(crate) key: PublicKeys,
    /// The seed of the previous key, sealed to the new one; empty for a revocation.
    pub(crate) previous_seed: Vec<u8>,
}

impl Statement {
    /// The lines that are signed.
    fn lines(&self) -> String {
        let action = match self.action {
            Action::Rotate => "rotate",
            Action::Revoke => "revoke",
        };
        format!(
            "{DOMAIN}\naction={action}\nnumber={}\nclaimed_time={}\nreason={}\nprevious_key={}\nkey={}\nsealing_key={}\nprevious_seed={}\n",
            self.number,
            self.claimed_time,
            self.reason.name(),
            hex(&self.previous.0),
            hex(&self.key.signing.0),
            hex(&self.key.sealing),
            hex(&self.previous_seed),
        )
    }

    /// The statement with its signatures; `previous` signs a rotation.
    pub(crate) fn signed(&self, previous: Option<&KeyPair>, key: &KeyPair) -> String {
        let lines = self.lines();
        let first = previous.map_or_else(String::new, |pair| hex(&pair.sign(lines.as_bytes())));
        let second = hex(&key.sign(lines.as_bytes()));
        format!("{lines}previous_signature={first}\nsignature={second}\n")
    }

    /// Reads a statement whose signatures hold; nothing for anything else.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        (lines.next()? == DOMAIN).then_some(())?;
        let mut value = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix('=');
        let action = match value("action")? {
            "rotate" => Action::Rotate,
            "revoke" => Action::Revoke,
            _ => return None,
        };
        let key = |text: &str| unhex_array::<32>(text);
        let statement = Self {
            action,
            number: value("number")?.parse().ok()?,
            claimed_time: value("claimed_time")
                .filter(|time| is_utc_second(time))?
                .to_owned(),
            reason: value("reason")?.parse().ok()?,
            previous: SigningPublic(key(value("previous_key")?)?),
            key: PublicKeys {
                signing: SigningPublic(key(value("key")?)?),
                sealing: key(value("sealing_key")?)?,
            },
            previous_seed: unhex(value("previous_seed")?)?,
        };
        let (first, second) = (value("previous_signature")?, value("signature")?);
        let signed = statement.lines();
        let holds = |key: &SigningPublic, signature: &str| {
            unhex_array::<64>(signature)
                .is_some_and(|signature| key.verifies(signed.as_bytes(), &signature))
        };
        let by_previous = match action {
            Action::Rotate => holds(&statement.previous, first),
            Action::Revoke => first.is_empty(),
        };
        let whole = format!("{signed}previous_signature={first}\nsignature={second}\n");
        (by_previous && holds(&statement.key.signing, second) && whole == text).then_some(statement)
    }
}

/// One of the person's keys, as the ledger's statements tell.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyInfo {
    /// Which one, from 1.
    pub number: u16,
    /// What it signs with.
    pub signing: SigningPublic,
    /// When it came into use, as the clock claimed; nothing for the first.
    pub since: Option<String>,
    /// Why it was replaced, and when, as the clock claimed.
    pub replaced: Option<(Reason, String)>,
    /// Why it must not be trusted any more, and since when, as the clock claimed.
    pub revoked: Option<(Reason, String)>,
    /// What was said about it in the ledger, word for word.
    pub(crate) sealed_seed: Vec<u8>,
}

/// The keys that were in use, the first one first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct History {
    pub(crate) keys: Vec<KeyInfo>,
    /// The statements, word for word, with the entry that each is.
    pub(crate) statements: Vec<(u64, String)>,
}

impl History {
    pub(crate) fn beginning_with(signing: SigningPublic) -> Self {
        Self {
            keys: vec![KeyInfo {
                number: 1,
                signing,
                since: None,
                replaced: None,
                revoked: None,
                sealed_seed: Vec::new(),
            }],
            statements: Vec::new(),
        }
    }

    /// The key in use.
    pub(crate) fn current(&self) -> Option<&KeyInfo> {
        self.keys.last()
    }

    /// What the ledger is called in its checkpoints: it follows from the first key.
    pub(crate) fn origin(&self) -> String {
        let first = self.keys.first().map_or([0; 32], |key| key.signing.0);
        let id = Digest::of(&[&b"cloakroom-ledger-v2\n"[..], &first].concat());
        format!("cloakroom-ledger/{id:.32}")
    }

    /// Takes in the statement that is the entry at `sequence`.
    pub(crate) fn take(&mut self, sequence: u64, payload: &[u8]) -> Option<()> {
        let text = str::from_utf8(payload).ok()?;
        let statement = Statement::read(text)?;
        let event = (statement.reason, statement.claimed_time.clone());
        match statement.action {
            Action::Rotate => {
                let last = self.keys.last_mut()?;
                let follows = last.signing == statement.previous
                    && last.number.checked_add(1)? == statement.number;
                follows.then_some(())?;
                last.replaced = Some(event);
                last.sealed_seed = statement.previous_seed;
                self.keys.push(KeyInfo {
                    number: statement.number,
                    signing: statement.key.signing,
                    since: Some(statement.claimed_time),
                    replaced: None,
                    revoked: None,
                    sealed_seed: Vec::new(),
                });
            }
            Action::Revoke => {
                (self.current()?.signing == statement.key.signing).then_some(())?;
                let revoked = self.keys.iter_mut().find(|key| {
                    key.number == statement.number && key.signing == statement.previous
                })?;
                revoked.revoked = Some(event);
            }
        }
        self.statements.push((sequence, text.to_owned()));
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn pair(byte: u8) -> KeyPair {
        KeyPair::of(Secret::from([byte; 32]))
    }

    fn rotation() -> (Statement, String) {
        let statement = Statement {
            action: Action::Rotate,
            number: 2,
            claimed_time: "2026-01-31T12:00:00Z".to_owned(),
            reason: Reason::Stolen,
            previous: pair(1).public().signing,
            key: pair(2).public(),
            previous_seed: vec![1, 2, 3],
        };
        let text = statement.signed(Some(&pair(1)), &pair(2));
        (statement, text)
    }

    #[test]
    fn a_statement_holds_word_for_word_or_not_at_all() {
        let (statement, text) = rotation();
        assert_eq!(Statement::read(&text), Some(statement));
        for at in 0..text.len() {
            let mut wrong = text.clone().into_bytes();
            wrong[at] ^= 1;
            let read = str::from_utf8(&wrong).ok().and_then(Statement::read);
            assert_eq!(read, None, "byte {at}");
        }
        assert_eq!(Statement::read(&text.replace('\n', "\r\n")), None);
        assert_eq!(Statement::read(&format!("{text}\n")), None);
    }

    #[test]
    fn keys_follow_one_another() {
        let (_, text) = rotation();
        let mut history = History::beginning_with(pair(1).public().signing);
        let origin = history.origin();
        history.take(9, text.as_bytes()).unwrap();
        assert_eq!(history.current().unwrap().signing, pair(2).public().signing);
        assert_eq!(history.origin(), origin, "the ledger is the same");
        assert_eq!(history.take(10, text.as_bytes()), None, "not twice");
        let revocation = Statement {
            action: Action::Revoke,
            number: 1,
            previous_seed: Vec::new(),
            ..rotation().0
        };
        let text = revocation.signed(None, &pair(2));
        history.take(11, text.as_bytes()).unwrap();
        let told = history.keys[0].revoked.as_ref().unwrap();
        assert_eq!(told.0, Reason::Stolen);
        // The old key has nothing to say any more.
        let text = revocation.signed(None, &pair(1));
        assert_eq!(history.take(12, text.as_bytes()), None);
    }
}
