use super::*;

const NINE_THIRTY: &str = "2026-01-31T09:30:00Z";

fn content() -> Content {
    let mut pixels = [0x20; 32];
    pixels[31] = 0xff;
    Content {
        claimed_time: NINE_THIRTY.to_owned(),
        facts: Facts {
            original_sha256: Digest::of(b"abc"),
            output_sha256: Digest::of(b""),
            pixels_sha256: Some(pixels.into()),
            original_bytes: 4_194_304,
            output_bytes: 0,
            width: 4032,
            height: 3024,
            container: "jpeg".to_owned(),
            app_version: "0.1.0".to_owned(),
        },
        extras: Extras::default(),
        first_form_hash: None,
    }
}

fn everything() -> Content {
    Content {
        extras: Extras {
            seed: None,
            tiles_root: Some(Digest::of(b"tiles")),
            pdq: Some(Pdq {
                nearest: [1; 32],
                boxed: [2; 32],
                dihedral: [[3; 32]; 8],
                quality: 100,
            }),
            features: None,
            features_sha256: Some(Digest::of(b"features")),
            original_md5: Some([4; 16]),
            output_md5: Some([5; 16]),
            recipient: Some("Zoë".to_owned()),
            purpose: Some("a \"passport\"".to_owned()),
            algorithms: Some("pixels-v1".to_owned()),
            cloak: Some("balanced".to_owned()),
            note: Some("n".to_owned()),
        },
        first_form_hash: Some(Digest::of(b"then")),
        ..content()
    }
}

fn seed() -> Secret {
    Secret::from([7; 32])
}

#[test]
fn fields_say_what_the_content_says() {
    for content in [content(), everything()] {
        let fields = content.fields(seed()).unwrap();
        assert_eq!(fields.values.len(), FIELDS.len());
        assert_eq!(Content::of(&fields), Some(content));
    }
    // Every name has its value.
    let fields = everything().fields(seed()).unwrap();
    assert!(!fields.values.contains(&Value::Unknown));
}

/// The vectors of `docs/RECORD.md`.
#[test]
fn the_root_is_the_documented_one() {
    let fields = content().fields(seed()).unwrap();
    let leaves = fields.leaves();
    assert_eq!(
        leaves[11],
        "[\"cloakroom-field-v2\",\"width\",\"4032\",\"a3bd5fa4c5915bcbe0d262ee609d06aa1ca07704ea2044f620a42a2566fc7623\"]"
    );
    assert_eq!(
        fields.root().to_string(),
        "f316f1605196b0f6e1f2048d3d136fb7ada64490ab57abc7ce64d9cf96a44477"
    );
    let entry = crate::entry::Entry {
        kind: crate::entry::Kind::Photo,
        sequence: 7,
        previous: Digest::of(b"before"),
        fields: fields.root(),
        payload: b"sealed".to_vec(),
    };
    assert_eq!(
        entry.hash().to_string(),
        "4bbf7ad509548b0b15a627da7782c306ddb91876a180d6c6088940a9a30e6242"
    );
}

#[test]
fn json_has_the_facts_beside_the_rest() {
    let hash = Digest::of(b"hash");
    let record = content().record(7, Digest::ZERO, hash);
    let json = serde_json::to_string(&record).unwrap();
    let begin = format!("{{\"id\":\"{hash:.16}\",\"sequence\":7,\"claimed_time\":");
    assert!(json.starts_with(&begin), "{json}");
    assert!(json.contains(",\"width\":4032,\"height\":3024,\"container\":\"jpeg\","));
    assert!(!json.contains("seed") && !json.contains("recipient"));
    let record = everything().record(7, Digest::ZERO, hash);
    assert_eq!(record.id, format!("{:.16}", Digest::of(b"then")));
    assert!(
        serde_json::to_string(&record)
            .unwrap()
            .contains(",\"recipient\":\"Zoë\",")
    );
}

#[test]
fn facts_of_another_form_are_not_recorded() {
    let fault = |change: fn(&mut Content)| {
        let mut content = content();
        change(&mut content);
        match content.fields(seed()) {
            Err(Error::InvalidFact { field }) => field,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(fault(|it| it.facts.container = String::new()), "container");
    assert_eq!(
        fault(|it| it.facts.container = "JPEG".to_owned()),
        "container"
    );
    assert_eq!(
        fault(|it| it.facts.container = "jpeg\nwidth=1".to_owned()),
        "container"
    );
    assert_eq!(fault(|it| it.facts.container = "a".repeat(17)), "container");
    assert_eq!(
        fault(|it| it.facts.app_version = String::new()),
        "app_version"
    );
    assert_eq!(
        fault(|it| it.facts.app_version = "1 0".to_owned()),
        "app_version"
    );
    assert_eq!(
        fault(|it| it.facts.app_version = "1é".to_owned()),
        "app_version"
    );
    assert_eq!(
        fault(|it| it.facts.app_version = "1".repeat(65)),
        "app_version"
    );
    assert_eq!(
        fault(|it| it.facts.original_bytes = u64::MAX),
        "original_bytes"
    );
    assert_eq!(fault(|it| it.facts.output_bytes = 1 << 63), "output_bytes");
    assert_eq!(
        fault(|it| it.extras.recipient = Some(String::new())),
        "recipient"
    );
    assert_eq!(fault(|it| it.extras.note = Some("a".repeat(1_001))), "note");
}

#[test]
fn a_time_of_another_form_is_not_recorded() {
    let content = Content {
        claimed_time: "2026-01-31 09:30".to_owned(),
        ..content()
    };
    assert!(matches!(content.fields(seed()), Err(Error::InvalidTime)));
}
