use super::*;
use crate::anchor::{Proof, check};

/// A proof over the digest of `file`, with this body.
fn proof(file: &[u8], body: &[u8]) -> Vec<u8> {
    [MAGIC, &[SHA256], Digest::of(file).as_bytes(), body].concat()
}

fn attested(kind: &[u8], payload: &[u8]) -> Vec<u8> {
    [
        &[0x00][..],
        kind,
        &[u8::try_from(payload.len()).unwrap()],
        payload,
    ]
    .concat()
}

#[test]
fn steps_lead_to_attestations() {
    let pending = attested(PENDING, b"\x11https://cal.test/");
    let bitcoin = attested(BITCOIN, &[0xe7, 0x07]);
    let body = [
        &[0xff][..],
        &pending,
        &[0xf0, 2, 1, 2, 0xf1, 1, 9, 0xf2, 0x08],
        &bitcoin,
    ]
    .concat();
    let mut message = [&[9][..], Digest::of(b"file").as_bytes(), &[1, 2]].concat();
    message.reverse();
    assert_eq!(
        read(&proof(b"file", &body)),
        Some(vec![
            Attestation::Pending {
                calendar: "https://cal.test/".to_owned()
            },
            Attestation::Bitcoin {
                height: 999,
                root: Sha256::digest(&message).to_vec()
            },
        ])
    );
}

#[test]
fn a_proof_cut_anywhere_is_none() {
    let body = [&[0x08][..], &attested(BITCOIN, &[1])].concat();
    let whole = proof(b"file", &body);
    assert!(read(&whole).is_some());
    for cut in 0..whole.len() {
        assert_eq!(read(&whole[..cut]), None, "cut at {cut}");
    }
    assert_eq!(read(&[whole, vec![0]].concat()), None);
}

#[test]
fn a_proof_that_asks_for_too_much_is_none() {
    // Deep, wide, long, and a number without end.
    let end = attested(BITCOIN, &[1]);
    assert_eq!(
        read(&proof(b"", &[vec![0x08; 300], end.clone()].concat())),
        None
    );
    let wide = [[&[0xff][..], &end].concat().repeat(10_001), end.clone()].concat();
    assert_eq!(read(&proof(b"", &wide)), None);
    assert_eq!(
        read(&proof(b"", &[vec![0xf3; 8], end.clone()].concat())),
        None
    );
    assert_eq!(
        read(&proof(b"", &[&[0xf0][..], &[0xff; 20], &end].concat())),
        None
    );
    assert_eq!(read(&proof(b"", &[&[0x55][..], &end].concat())), None);
}

#[test]
fn a_block_header_confirms_its_root_alone() {
    // The first block of Bitcoin.
    let header = crate::hex::unhex(
        "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c",
    )
    .unwrap();
    let header: [u8; 80] = header.try_into().unwrap();
    let root = &header[36..68];
    assert_eq!(block_time(&header, root), Some(1_231_006_505));
    assert_eq!(block_time(&header, &[0; 32]), None);
    for at in 0..80 {
        let mut wrong = header;
        wrong[at] ^= 1;
        assert_eq!(
            block_time(&wrong, root),
            None,
            "byte {at}: no work was done for it"
        );
    }
}

#[test]
fn samples_of_the_reference_client() {
    let folder = std::env::var_os("CLOAKROOM_VECTORS").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors"),
        Into::into,
    );
    let read = |name: &str| std::fs::read(folder.join("ots").join(name));
    let Ok(hello) = read("hello-world.txt.ots") else {
        use std::io::Write;
        let _ = writeln!(std::io::stderr(), "SKIPPED: no OpenTimestamps samples here");
        return;
    };
    let digest = Digest::of(&read("hello-world.txt").unwrap());
    match check("ots", &hello, &digest, &[], &[]).unwrap() {
        Proof::Open(told) => {
            assert!(told[0].starts_with("Bitcoin block 358391 must have the Merkle root 8a1b66ecb7cbd07d8139a7e7d7f2c41aab1f5009b8364aaf61d03ad245e47e00."), "{told:?}");
        }
        other => panic!("{other:?}"),
    }
    for name in ["incomplete.txt", "two-calendars.txt"] {
        let digest = Digest::of(&read(name).unwrap());
        let proof = read(&format!("{name}.ots")).unwrap();
        let checked = check("ots", &proof, &digest, &[], &[]);
        assert!(
            matches!(&checked, Ok(Proof::Open(told)) if told.iter().all(|told| told.starts_with("The calendar https://"))),
            "{name}: {checked:?}"
        );
        assert!(check("ots", &proof, &Digest::ZERO, &[], &[]).is_err());
    }
}
