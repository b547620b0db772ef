//! A person's model packs: added whole or not at all, told apart from ours, and gone when they are removed.
// A panic is a failed test.
#![allow(clippy::panic, clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::Path;

use common::{folder, names, tiny};
use pipeline::Failure;
use pipeline::models::{Model, Models, add, remove};
use pipeline::perturb::pack::{Kind, Origin};

/// Adds these bytes as a pack.
fn added(home: &Path, bytes: &[u8]) -> Result<Model, Failure> {
    let from = folder(&[("from.safetensors", bytes)]);
    let before = fs::read(from.path().join("from.safetensors")).unwrap();
    let answer = add(home, &from.path().join("from.safetensors"));
    let after = fs::read(from.path().join("from.safetensors")).unwrap();
    assert_eq!(before, after);
    answer
}

#[test]
fn added_listed_and_removed() {
    let home = folder(&[]);
    let model = added(home.path(), &tiny::encoder("one")).unwrap();
    assert_eq!((model.name.as_str(), model.kind), ("one", Kind::Latent));
    assert_eq!(model.origin, Origin::Pack, "it cannot pass for ours");
    assert_eq!(model.licence, "CC0-1.0");
    added(home.path(), &tiny::encoder("two")).unwrap();
    assert_eq!(
        names(home.path()),
        ["models/one.safetensors", "models/two.safetensors"]
    );
    let models = Models::load(Some(home.path()));
    assert!(models.check().is_ok() && models.problems().is_empty());
    assert!(models.list().contains(&model));

    remove(home.path(), "one").unwrap();
    assert_eq!(names(home.path()), ["models/two.safetensors"]);
    let failure = remove(home.path(), "one").unwrap_err();
    assert_eq!(failure.code, "model_unknown");
}

#[test]
fn a_second_one_of_a_name_is_refused() {
    let home = folder(&[]);
    added(home.path(), &tiny::encoder("one")).unwrap();
    let failure = added(home.path(), &tiny::encoder("one")).unwrap_err();
    assert_eq!(
        (failure.code.as_str(), failure.refused),
        ("model_exists", true)
    );
    assert!(failure.message.contains("this very model") || failure.message.contains("This very"));
}

#[test]
fn what_is_no_sound_pack_is_refused_and_leaves_nothing() {
    let whole = tiny::encoder("one");
    let mut cases: Vec<(Vec<u8>, &[&str])> = vec![
        (b"dear diary".to_vec(), &["not_a_pack", "pack_too_large"]),
        (Vec::new(), &["not_a_pack"]),
        (tiny::broken_encoder(), &["not_finite"]),
        (tiny::misshapen_encoder(), &["layer_shape", "tensor_shape"]),
    ];
    for len in [7, 8, 9, 100, whole.len() / 2, whole.len() - 1] {
        cases.push((whole[..len].to_vec(), &["not_a_pack"]));
    }
    let mut endless = whole.clone();
    endless[..8].fill(0xFF);
    cases.push((endless, &["not_a_pack", "pack_too_large"]));
    for (bytes, codes) in cases {
        let home = folder(&[]);
        let failure = added(home.path(), &bytes).unwrap_err();
        assert!(
            failure.refused && codes.contains(&failure.code.as_str()),
            "{failure:?}"
        );
        assert_eq!(names(home.path()), [] as [&str; 0]);
    }
}

#[test]
fn a_broken_pack_in_the_folder_is_told_and_can_be_removed() {
    let home = folder(&[
        ("models/good.safetensors", &tiny::encoder("good")),
        ("models/bad.safetensors", b"junk"),
        ("models/notes.txt", b"mine"),
    ]);
    let models = Models::load(Some(home.path()));
    assert_eq!(models.problems().len(), 1);
    assert!(models.list().iter().any(|model| model.name == "good"));
    remove(home.path(), "bad").unwrap();
    assert!(Models::load(Some(home.path())).problems().is_empty());
    assert_eq!(names(home.path()).len(), 2);
}

#[test]
fn the_file_must_be_there() {
    let home = folder(&[]);
    let code = |path: &Path| add(home.path(), path).unwrap_err().code;
    assert_eq!(code(&home.path().join("gone")), "not_found");
    assert_eq!(code(home.path()), "is_a_folder");
}
