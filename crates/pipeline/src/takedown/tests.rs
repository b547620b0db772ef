use super::*;

fn answers() -> Answers {
    Answers {
        under_18: Some(false),
        intimate: true,
        urls: vec!["https://example.org/p/1?x=2".to_owned()],
        name: "A. Person".to_owned(),
        email: "a@example.org".to_owned(),
        words: "It shows me on a beach.".to_owned(),
        ..Answers::default()
    }
}

fn text(pack: &Pack, route: Route) -> String {
    let found = pack.notices.iter().find(|(known, _)| *known == route);
    // Lines are broken, so that words can be looked for across them.
    found
        .unwrap()
        .1
        .text()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn age_comes_first() {
    let unasked = Answers {
        under_18: None,
        ..answers()
    };
    assert_eq!(unasked.pack(None).unwrap_err().code, "age_not_answered");
    let young_one = Answers {
        under_18: Some(true),
        urls: vec!["nonsense".to_owned()],
        ..answers()
    };
    // Nothing else is looked at.
    assert_eq!(young_one.pack(None).unwrap_err().code, "under_18");
    let help = young().text();
    assert!(help.contains("takeitdown.ncmec.org") && help.contains("not your fault"));
    assert!(!help.contains("StopNCII"));
}

#[test]
fn each_notice_holds_what_its_law_asks_for() {
    let all = Answers {
        holds_copyright: true,
        altered: true,
        ..answers()
    };
    let pack = all.pack(None).unwrap();
    assert_eq!(pack.routes, Route::ALL);
    for route in [
        Route::UsIntimate,
        Route::Uk,
        Route::EuHost,
        Route::UsCopyright,
    ] {
        let notice = text(&pack, route);
        for part in [
            "https://example.org/p/1?x=2",
            "A. Person",
            "a@example.org",
            "Source:",
            READ_ON,
        ] {
            assert!(notice.contains(part), "{route:?}: {part}");
        }
    }
    let of = |route, parts: &[&str]| {
        let notice = text(&pack, route);
        for part in parts {
            assert!(notice.contains(part), "{route:?}: {part}\n{notice}");
        }
    };
    of(
        Route::UsIntimate,
        &[
            "I believe in good faith that the depiction is not consensual",
            "made or altered by software",
            "48 hours",
        ],
    );
    of(
        Route::EuHost,
        &[
            "accurate and complete",
            "Why I consider it illegal",
            "did not consent",
        ],
    );
    of(
        Route::UsCopyright,
        &[
            "under penalty of perjury",
            "not authorised by the copyright owner",
            "usually the photographer's",
        ],
    );
    of(
        Route::Uk,
        &["section 66B", "I am the person shown", "0345 6000 459"],
    );
    assert_eq!(
        pack.missing,
        ["a telephone number or postal address, which the copyright notice asks for"]
    );
}

#[test]
fn ownership_is_asked_for_by_none_but_the_copyright_notice() {
    let pack = answers().pack(None).unwrap();
    assert!(!pack.routes.contains(&Route::UsCopyright));
    for (name, bytes) in pack.files() {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        for claim in [
            "i own",
            "owner of the copyright",
            "my property",
            "proves that it is mine",
        ] {
            assert!(!text.contains(claim), "{name}: {claim}");
        }
    }
    assert!(text(&pack, Route::UsIntimate).contains("no proof of ownership"));
    assert!(pack.overview.text().contains("no legal advice"));
}

#[test]
fn who_asks_decides_what_applies() {
    let holder = Answers {
        asking: Asking::RightsHolder,
        intimate: false,
        words: String::new(),
        holds_copyright: true,
        ..answers()
    };
    assert_eq!(holder.routes(), [Route::UsCopyright]);
    let helper = Answers {
        asking: Asking::ForAnother,
        ..answers()
    };
    assert!(
        text(&helper.pack(None).unwrap(), Route::UsIntimate).contains("I act for the person shown")
    );
    let nothing = Answers {
        intimate: false,
        words: String::new(),
        ..answers()
    };
    assert_eq!(nothing.pack(None).unwrap_err().code, "nothing_applies");
}

#[test]
fn wrong_addresses_and_long_answers_are_refused() {
    for wrong in [
        "example.org/p",
        "https://",
        "https://nowhere",
        "ftp://a.b/c",
        "https://a.b/c d",
        "javascript:alert(1)",
    ] {
        let answers = Answers {
            urls: vec![wrong.to_owned()],
            ..answers()
        };
        assert_eq!(
            answers.pack(None).unwrap_err().code,
            "not_an_address",
            "{wrong}"
        );
    }
    let long = Answers {
        words: "x".repeat(ANSWER_MAX + 1),
        ..answers()
    };
    assert_eq!(long.pack(None).unwrap_err().code, "answer_too_long");
}

#[test]
fn what_is_missing_stands_in_brackets() {
    let empty = Answers {
        urls: Vec::new(),
        name: String::new(),
        email: String::new(),
        ..answers()
    };
    let pack = empty.pack(None).unwrap();
    assert_eq!(pack.missing.len(), 3);
    assert!(text(&pack, Route::UsIntimate).contains("[YOUR NAME]"));
}

#[test]
fn a_pack_is_a_new_folder() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("pack");
    let pack = answers().pack(None).unwrap();
    assert_eq!(pack.save(&folder).unwrap(), 7);
    assert!(
        fs::read(folder.join("takedown.pdf"))
            .unwrap()
            .starts_with(b"%PDF")
    );
    assert_eq!(pack.save(&folder).unwrap_err().code, "already_exists");
    assert!(folder.join("START-HERE.txt").exists());
}
