//! Anchors in time: a test authority made here, `openssl` as a second opinion, and malformed answers.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::{NOON, facts, open, place};
use ledger::anchor::{self, Proof, certificates};
use ledger::bundle::{self, Choice, Trust};
use ledger::{Digest, Error};

/// An authority in a folder: what `openssl` needs to answer.
struct Authority {
    folder: tempfile::TempDir,
}

const CONFIG: &str = "
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
[mail]
basicConstraints = CA:FALSE
extendedKeyUsage = emailProtection
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
";

impl Authority {
    /// With keys of this kind, certificates for this use, and the signer named by this digest; nothing where there is no
    /// `openssl`.
    fn new(key: &[&str], extensions: &str, ess: &str) -> Option<Self> {
        if Command::new("openssl").arg("version").output().is_err() {
            use std::io::Write;
            let _ = writeln!(std::io::stderr(), "SKIPPED: no openssl here");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let config = format!("{CONFIG}ess_cert_id_alg = {ess}\n");
        fs::write(folder.path().join("conf"), config).unwrap();
        fs::write(folder.path().join("serial"), "01\n").unwrap();
        let authority = Self { folder };
        for (name, subject) in [
            ("ca", "/CN=Test Root"),
            ("tsa", "/O=Test/CN=Test Authority"),
        ] {
            let file = format!("{name}.key");
            let args = [&["genpkey", "-out", &file][..], key].concat();
            authority.openssl(&args);
            let args = [
                "req", "-new", "-config", "conf", "-key", &file, "-subj", subject,
            ];
            let request = format!("{name}.csr");
            authority.openssl(&[&args[..], &["-out", &request]].concat());
        }
        let x509 = ["x509", "-req", "-days", "3650", "-extfile", "conf"];
        let root = [
            "-in",
            "ca.csr",
            "-signkey",
            "ca.key",
            "-extensions",
            "ca",
            "-out",
            "ca.pem",
        ];
        authority.openssl(&[&x509[..], &root].concat());
        let signer = [
            "-in",
            "tsa.csr",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-set_serial",
            "77",
            "-extensions",
            extensions,
            "-out",
            "tsa.pem",
        ];
        authority.openssl(&[&x509[..], &signer].concat());
        Some(authority)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn try_openssl(&self, args: &[&str]) -> bool {
        Command::new("openssl")
            .args(args)
            .current_dir(self.folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap()
            .success()
    }

    fn openssl(&self, args: &[&str]) {
        assert!(self.try_openssl(args), "openssl {args:?}");
    }

    /// The answer to a question.
    fn answer(&self, question: &[u8]) -> Vec<u8> {
        fs::write(self.path("q.tsq"), question).unwrap();
        self.openssl(&[
            "ts",
            "-reply",
            "-config",
            "conf",
            "-queryfile",
            "q.tsq",
            "-out",
            "r.tsr",
        ]);
        fs::read(self.path("r.tsr")).unwrap()
    }

    /// What `openssl` thinks of an answer about `data`.
    fn verifies(&self, answer: &[u8], data: &[u8], root: &str) -> bool {
        fs::write(self.path("a.tsr"), answer).unwrap();
        fs::write(self.path("data"), data).unwrap();
        self.try_openssl(&[
            "ts", "-verify", "-in", "a.tsr", "-data", "data", "-CAfile", root,
        ])
    }

    fn root(&self) -> Vec<Vec<u8>> {
        certificates(&fs::read(self.path("ca.pem")).unwrap())
    }
}

/// What we think of it.
fn ours(answer: &[u8], data: &[u8], roots: &[Vec<u8>]) -> bool {
    let checked = anchor::check("tsr", answer, &Digest::of(data), roots, &[]);
    matches!(checked, Ok(Proof::Confirmed(_)))
}

fn question(data: &[u8]) -> Vec<u8> {
    let hash = Digest::of(data);
    let head = [
        0x30, 0x39, 0x02, 0x01, 0x01, 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
        0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
    ];
    [&head[..], hash.as_bytes(), &[0x01, 0x01, 0xff]].concat()
}

const RSA: &[&str] = &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"];
const P256: &[&str] = &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
const P384: &[&str] = &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"];

#[test]
fn openssl_agrees_on_good_answers_and_wrong_ones() {
    for (key, ess) in [
        (RSA, "sha256"),
        (RSA, "sha1"),
        (P256, "sha256"),
        (P384, "sha512"),
    ] {
        let Some(authority) = Authority::new(key, "stamps", ess) else {
            return;
        };
        let answer = authority.answer(&question(b"data"));
        let roots = authority.root();
        assert!(
            authority.verifies(&answer, b"data", "ca.pem"),
            "{key:?} {ess}"
        );
        assert!(ours(&answer, b"data", &roots), "{key:?} {ess}");
        match anchor::check("tsr", &answer, &Digest::of(b"data"), &roots, &[]).unwrap() {
            Proof::Confirmed(times) => assert_eq!(times[0].1, "Test Authority"),
            other => panic!("{other:?}"),
        }
        // About something else, and by somebody else.
        assert!(!ours(&answer, b"date", &roots) && !authority.verifies(&answer, b"date", "ca.pem"));
        assert!(!ours(&answer, b"data", &[]));
        let other = Authority::new(key, "stamps", ess).unwrap();
        assert!(!ours(&answer, b"data", &other.root()));
        fs::copy(other.path("ca.pem"), authority.path("other.pem")).unwrap();
        assert!(!authority.verifies(&answer, b"data", "other.pem"));
        // The signer's certificate alone is no root.
        let signer = certificates(&fs::read(authority.path("tsa.pem")).unwrap());
        assert!(
            !ours(&answer, b"data", &signer) && !authority.verifies(&answer, b"data", "tsa.pem")
        );
    }
}

#[test]
fn openssl_agrees_on_malformed_answers() {
    for key in [RSA, P256] {
        let Some(authority) = Authority::new(key, "stamps", "sha256") else {
            return;
        };
        if key == P256 {
            let alone = CONFIG.replace("certs = ca.pem\n", "") + "ess_cert_id_alg = sha256\n";
            fs::write(authority.path("conf"), alone).unwrap();
        }
        let answer = authority.answer(&question(b"data"));
        let roots = authority.root();
        let mut disagreements = Vec::new();
        // Fewer places of the longer one, which holds a second certificate that nobody needs.
        let step = if key == RSA { 5 } else { 1 };
        for at in (0..answer.len()).step_by(step) {
            for bit in [0x01, 0x80] {
                let mut wrong = answer.clone();
                wrong[at] ^= bit;
                let told = ours(&wrong, b"data", &roots);
                // Each start of openssl takes a while: ask about those that we accept, and a part of the others.
                if told || at % 41 == 0 {
                    let theirs = authority.verifies(&wrong, b"data", "ca.pem");
                    if told != theirs {
                        disagreements.push((at, bit, wrong[at], told));
                    }
                }
            }
            assert!(!ours(&answer[..at], b"data", &roots));
        }
        // openssl does not read which algorithm the signature names, and goes by the key. We refuse another name.
        let name: &[u8] = if key == RSA {
            &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01]
        } else {
            &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04]
        };
        let named = answer
            .windows(name.len())
            .rposition(|bytes| bytes == name)
            .unwrap();
        disagreements.retain(|(at, _, _, told)| *told || !(named - 4..named + 14).contains(at));
        assert!(
            disagreements.is_empty(),
            "{key:?}: {disagreements:?} of {}",
            answer.len()
        );
        assert!(!ours(&[answer.clone(), vec![0]].concat(), b"data", &roots));
    }
}

#[test]
fn a_certificate_for_something_else_stamps_nothing() {
    let Some(authority) = Authority::new(P256, "mail", "sha256") else {
        return;
    };
    fs::write(authority.path("q.tsq"), question(b"data")).unwrap();
    // openssl does not even answer with such a certificate.
    let args = [
        "ts",
        "-reply",
        "-config",
        "conf",
        "-queryfile",
        "q.tsq",
        "-out",
        "r.tsr",
    ];
    assert!(!authority.try_openssl(&args));
}

#[test]
fn an_anchor_covers_the_album_and_stands_in_the_bundle() {
    let Some(authority) = Authority::new(P256, "stamps", "sha256") else {
        return;
    };
    let (_folder, path) = place();
    let ledger = open(&path).unwrap();
    let ids: Vec<String> = (0..5)
        .map(|number: u8| ledger.append(&facts(&number.to_string()), NOON).unwrap().id)
        .collect();
    let signed = ledger.sign_checkpoint(NOON).unwrap();
    let asked = anchor::request(&signed);
    assert_eq!(asked, question(signed.text().as_bytes()));
    let answer = authority.answer(&asked);
    ledger.import_anchor(&answer, NOON).unwrap();
    ledger.import_anchor(&answer, NOON).unwrap();
    assert_eq!(ledger.anchors().unwrap().len(), 1, "the same is kept once");
    let later = ledger.append(&facts("later"), NOON).unwrap();

    let trust = Trust {
        roots: authority.root(),
        ..Trust::default()
    };
    for id in &ids {
        let files = ledger.prove(id, &Choice::default(), NOON).unwrap();
        let report = bundle::check(&files, &trust);
        assert!(report.fits_together(), "{report:#?}");
        assert_eq!(report.times.len(), 1);
        assert_eq!(report.times[0].by, "Test Authority");
        let report = bundle::check(&files, &Trust::default());
        assert!(report.fits_together() && report.times.is_empty() && report.open.len() == 1);
        by_tools(&files, &authority.path("ca.pem"));
    }
    let files = ledger.prove(&later.id, &Choice::default(), NOON).unwrap();
    assert_eq!(bundle::check(&files, &trust).times, []);

    // What is no anchor of this ledger.
    let other = authority.answer(&question(b"another"));
    assert!(matches!(
        ledger.import_anchor(&other, NOON),
        Err(Error::AnchorOfAnother)
    ));
    for wrong in [&b""[..], b"text", &asked, &answer[..answer.len() - 1]] {
        let error = ledger.import_anchor(wrong, NOON).unwrap_err();
        assert!(matches!(error, Error::NotAnAnchor { .. }), "{error:?}");
    }
    assert_eq!(open(&path).unwrap().anchors().unwrap().len(), 1);
}

/// `verify.sh` with the authority's certificate says the same.
fn by_tools(files: &bundle::Files, root: &Path) {
    if Command::new("ssh-keygen").arg("-?").output().is_err() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let output = Command::new("sh")
        .arg(folder.path().join("verify.sh"))
        .arg(root)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("ok      anchors/1.tsr: the checkpoint was there at "),
        "{said}"
    );
}
