//! Signatures as `ssh-keygen -Y sign` makes and `ssh-keygen -Y verify` checks them: OpenSSH's PROTOCOL.sshsig.

use crate::hex::{base64, unbase64};
use crate::key::{KeyPair, SigningPublic, ssh_string};
use sha2::{Digest as _, Sha512};

const MAGIC: &[u8] = b"SSHSIG";
const VERSION: u32 = 1;
const HASH: &[u8] = b"sha512";
const ALGORITHM: &[u8] = b"ssh-ed25519";
const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----\n";
const END: &str = "-----END SSH SIGNATURE-----\n";
/// Letters on a line of the armour, as OpenSSH writes it.
const LINE: usize = 70;

/// What this signature is for: a signature over the same bytes for another purpose is another.
pub(crate) const NAMESPACE: &str = "cloakroom-ledger";

/// The armoured signature over `message`.
pub(crate) fn sign(pair: &KeyPair, message: &[u8]) -> String {
    let signature = pair.sign(&signed_data(message));
    armour(&blob(&pair.public().signing, &signature))
}

/// The key that made this signature over `message`; nothing if it is none, or is not spelled as [`sign`] spells it.
pub(crate) fn verify(armoured: &str, message: &[u8]) -> Option<SigningPublic> {
    let body = armoured.strip_prefix(BEGIN)?.strip_suffix(END)?;
    let bytes = unbase64(&body.replace('\n', ""))?;
    let (_, signature) = bytes.split_last_chunk::<64>()?;
    // The key stands at a fixed place: after the magic, the version and three lengths.
    let at = MAGIC.len() + 4 + 4 + 4 + ALGORITHM.len() + 4;
    let (key, _) = bytes.get(at..)?.split_first_chunk::<32>()?;
    let key = SigningPublic(*key);
    let canonical = armour(&blob(&key, signature)) == armoured;
    (canonical && key.verifies(&signed_data(message), signature)).then_some(key)
}

fn signed_data(message: &[u8]) -> Vec<u8> {
    [
        MAGIC,
        &ssh_string(NAMESPACE.as_bytes()),
        &ssh_string(b""),
        &ssh_string(HASH),
        &ssh_string(&Sha512::digest(message)),
    ]
    .concat()
}

fn blob(key: &SigningPublic, signature: &[u8; 64]) -> Vec<u8> {
    let signature = [ssh_string(ALGORITHM), ssh_string(signature)].concat();
    [
        MAGIC,
        &VERSION.to_be_bytes(),
        &ssh_string(&key.ssh_blob()),
        &ssh_string(NAMESPACE.as_bytes()),
        &ssh_string(b""),
        &ssh_string(HASH),
        &ssh_string(&signature),
    ]
    .concat()
}

fn armour(blob: &[u8]) -> String {
    let text = base64(blob);
    let mut armoured = BEGIN.to_owned();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at_checked(LINE).unwrap_or((rest, ""));
        armoured.push_str(line);
        armoured.push('\n');
        rest = more;
    }
    armoured + END
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::process::{Command, Stdio};

    use super::*;
    use crate::secret::Secret;

    fn pair() -> KeyPair {
        KeyPair::of(Secret::from([9; 32]))
    }

    #[test]
    fn a_signature_holds_word_for_word_or_not_at_all() {
        let armoured = sign(&pair(), b"message");
        assert_eq!(verify(&armoured, b"message"), Some(pair().public().signing));
        assert_eq!(verify(&armoured, b"massage"), None);
        for at in 0..armoured.len() {
            for change in 1..=u8::MAX {
                let mut wrong = armoured.clone().into_bytes();
                wrong[at] ^= change;
                // What is no text is refused before.
                let Ok(wrong) = str::from_utf8(&wrong) else {
                    continue;
                };
                assert_eq!(verify(wrong, b"message"), None, "{change} in byte {at}");
            }
            assert_eq!(verify(&armoured[..at], b"message"), None);
        }
    }

    #[test]
    fn ssh_keygen_agrees() {
        if Command::new("ssh-keygen").arg("-?").output().is_err() {
            println!("SKIPPED: there is no ssh-keygen here");
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let public = pair().public().signing;
        let allowed = folder.path().join("allowed_signers");
        let line = format!("holder namespaces=\"{NAMESPACE}\" {}\n", public.ssh_line());
        std::fs::write(&allowed, line).unwrap();
        let signature = folder.path().join("sig");
        std::fs::write(&signature, sign(&pair(), b"message\n")).unwrap();
        let verified = |message: &[u8]| {
            let mut child = Command::new("ssh-keygen")
                .args(["-Y", "verify", "-I", "holder", "-n", NAMESPACE, "-f"])
                .arg(&allowed)
                .arg("-s")
                .arg(&signature)
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            child.stdin.take().unwrap().write_all(message).unwrap();
            child.wait().unwrap().success()
        };
        assert!(verified(b"message\n"));
        assert!(!verified(b"massage\n"));
        let key = folder.path().join("key.pub");
        std::fs::write(&key, public.ssh_line()).unwrap();
        let shown = Command::new("ssh-keygen")
            .arg("-lf")
            .arg(&key)
            .output()
            .unwrap();
        let shown = String::from_utf8(shown.stdout).unwrap();
        assert!(shown.contains(&public.fingerprint()), "{shown}");
    }
}
