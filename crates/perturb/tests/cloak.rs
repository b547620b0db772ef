//! The cloak as a whole, on small networks of random numbers: what holds whatever the weights are.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::Net;
use perturb::pack::Pack;
use perturb::{
    Error, Models, Options, Perturbation, Picture, Progress, Stage, Strength, Watch, measure,
    protect,
};
use serde_json::json;

/// An encoder: two strided convolutions.
fn encoder(name: &str, kind: &str) -> Pack {
    let mut net = Net::new(3)
        .conv("a", [8, 3, 5, 5], json!({ "stride": 4, "padding": 2 }))
        .layer(json!({ "op": "relu" }))
        .conv("b", [8, 8, 3, 3], json!({ "stride": 2, "padding": 1 }));
    net.manifest["name"] = name.into();
    net.manifest["family"] = name.into();
    net.manifest["kind"] = kind.into();
    net.manifest["input"]["multiple"] = 8.into();
    net.read().unwrap()
}

fn generator() -> Pack {
    let mut net = Net::new(4)
        .conv("a", [8, 4, 3, 3], json!({ "padding": 1 }))
        .layer(json!({ "op": "relu" }))
        .conv("b", [3, 8, 3, 3], json!({ "padding": 1 }))
        .layer(json!({ "op": "tanh", "scale": 1.0 }));
    net.manifest["name"] = "generator".into();
    net.manifest["family"] = "one two".into();
    net.manifest["kind"] = "generator".into();
    net.manifest["input"]["multiple"] = 8.into();
    net.read().unwrap()
}

fn photo(width: u32, height: u32, grey: bool) -> Picture {
    let rgb = (0..width * height)
        .flat_map(|i| {
            let (x, y) = (i % width, i / width);
            let texture = (x * 31 + y * 17 + x * y) % 29;
            let value = |shift: u32| (70 + (x + shift * y) % 90 + texture) as u8;
            if grey {
                [value(1); 3]
            } else {
                [value(1), value(2), value(3)]
            }
        })
        .collect();
    Picture::new(width, height, rgb).unwrap()
}

fn applied(perturbation: &Perturbation, photo: &Picture) -> Picture {
    let mut rgb = photo.rgb().to_vec();
    assert!(perturbation.apply8(&mut rgb, photo.width(), photo.height(), 3));
    Picture::new(photo.width(), photo.height(), rgb).unwrap()
}

fn options(strength: Strength, refine_steps: u32) -> Options {
    Options {
        strength,
        refine_steps,
        seed: 5,
    }
}

#[test]
fn every_tier_keeps_to_the_budget_and_says_what_it_used() {
    let photo = photo(230, 164, false);
    let packs = [
        generator(),
        encoder("one", "latent"),
        encoder("ours", "meter"),
    ];
    let models = Models::from_packs(&packs).unwrap();
    for (strength, steps) in [
        (Strength::Light, 0),
        (Strength::Balanced, 20),
        (Strength::Strong, 0),
    ] {
        let made = protect(&photo, &models, &options(strength, steps), &()).unwrap();
        let cloaked = applied(&made, &photo);
        let measured = measure(&photo, &cloaked, &models, Some(&made.made), 1, &()).unwrap();
        let budget = strength.visibility_max();
        assert!(!measured.visibility_sampled && !made.made.visibility_sampled);
        assert!(
            measured.visibility <= budget * 1.001,
            "{}",
            measured.visibility
        );
        assert!(
            measured.visibility >= 0.9 * budget,
            "{}",
            measured.visibility
        );
        assert!((measured.visibility - made.made.visibility).abs() < 0.01);
        assert_eq!(made.made.generator.as_deref(), Some("generator"));
        assert_eq!(made.made.refine_steps, steps);
        assert!(made.made.no_face && measured.no_face && !made.made.cancelled);
        let [one, ours] = measured.encoders.as_slice() else {
            panic!("two encoders");
        };
        // The generator says that it was trained on the first one's family; the stand-in was not asked.
        assert!(!one.held_out && ours.held_out);
        assert!(one.as_is.shift > 0.0 && one.as_is.noise > 0.0 && one.jpeg_alone > 0.0);
    }
}

#[test]
fn steps_move_the_encoder_more_than_noise_of_the_same_energy() {
    let photo = photo(224, 160, false);
    let models = Models::from_packs(&[encoder("one", "latent")]).unwrap();
    let made = protect(&photo, &models, &options(Strength::Balanced, 0), &()).unwrap();
    assert_eq!(made.made.encoders, ["one"]);
    let cloaked = applied(&made, &photo);
    let measured = measure(&photo, &cloaked, &models, Some(&made.made), 1, &()).unwrap();
    let [encoder] = measured.encoders.as_slice() else {
        panic!("one encoder");
    };
    assert!(!encoder.held_out);
    for shift in [encoder.as_is, encoder.after_upload, encoder.after_denoise] {
        assert!(shift.shift > 1.5 * shift.noise, "{encoder:?}");
    }
    assert!(encoder.after_crop.shift > 1.1 * encoder.after_crop.noise);
    let more = protect(&photo, &models, &options(Strength::Balanced, 20), &()).unwrap();
    let refined = measure(&photo, &applied(&more, &photo), &models, None, 1, &()).unwrap();
    assert!(refined.encoders[0].as_is.shift > encoder.as_is.shift);
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_numbers() {
    let photo = photo(160, 128, false);
    let packs = [generator(), encoder("one", "latent")];
    let run = |seed| {
        let models = Models::from_packs(&packs).unwrap();
        let options = Options {
            seed,
            ..options(Strength::Balanced, 5)
        };
        let made = protect(&photo, &models, &options, &()).unwrap();
        let cloaked = applied(&made, &photo);
        let measured = measure(&photo, &cloaked, &models, None, 1, &()).unwrap();
        (cloaked, measured)
    };
    let (first, second, other) = (run(1), run(1), run(2));
    assert_eq!(first, second);
    assert_ne!(first.0, other.0);
}

#[test]
fn a_plain_wall_gets_less_than_what_hides_it() {
    let (width, height) = (256u32, 192u32);
    let rgb = (0..width * height)
        .flat_map(|i| {
            let (x, y) = (i % width, i / width);
            let texture = if x < width / 2 {
                0
            } else {
                (x * 37 + y * 91 + x * y * 7) % 80
            };
            [
                (90 + texture) as u8,
                (100 + texture) as u8,
                (95 + texture) as u8,
            ]
        })
        .collect();
    let photo = Picture::new(width, height, rgb).unwrap();
    let models = Models::from_packs(&[generator()]).unwrap();
    let made = protect(&photo, &models, &options(Strength::Balanced, 0), &()).unwrap();
    let cloaked = applied(&made, &photo);
    let mut squares = [0u32; 2];
    for (i, (now, was)) in cloaked
        .rgb()
        .chunks(3)
        .zip(photo.rgb().chunks(3))
        .enumerate()
    {
        let half = usize::from(i % width as usize >= width as usize / 2);
        let square = |(now, was): (&u8, &u8)| u32::from(now.abs_diff(*was)).pow(2);
        squares[half] += now.iter().zip(was).map(square).sum::<u32>();
    }
    let [plain, rough] = squares;
    assert!(plain > 0 && 2 * plain < rough, "{plain} {rough}");
}

#[test]
fn a_grey_photo_stays_grey() {
    let photo = photo(200, 140, true);
    let models = Models::from_packs(&[encoder("one", "latent")]).unwrap();
    let made = protect(&photo, &models, &options(Strength::Strong, 0), &()).unwrap();
    let cloaked = applied(&made, &photo);
    assert_ne!(cloaked, photo);
    assert!(
        cloaked
            .rgb()
            .chunks(3)
            .all(|p| p[0] == p[1] && p[1] == p[2])
    );
    assert!(made.made.visibility > 3.4);
}

#[test]
fn odd_pictures_get_an_answer_or_a_reason() {
    let models = Models::from_packs(&[generator(), encoder("one", "latent")]).unwrap();
    let ask = |photo: &Picture| protect(photo, &models, &options(Strength::Balanced, 0), &());
    for (width, height) in [(1, 1), (20_000, 3), (31, 500)] {
        let answer = ask(&photo(width, height, false));
        assert!(matches!(answer, Err(Error::TooSmall { .. })), "{answer:?}");
    }
    for (width, height) in [(32, 32), (33, 47), (900, 32), (40, 700)] {
        let photo = photo(width, height, false);
        let made = ask(&photo).unwrap();
        let cloaked = applied(&made, &photo);
        assert!(measure(&photo, &cloaked, &models, None, 1, &()).is_ok());
    }
    for value in [0, 255] {
        let photo = Picture::new(256, 192, vec![value; 256 * 192 * 3]).unwrap();
        let made = ask(&photo).unwrap();
        assert!(made.made.visibility <= 2.3 && made.made.visibility.is_finite());
        let _ = applied(&made, &photo);
    }
    let none = protect(
        &photo(64, 64, false),
        &Models::default(),
        &Options::default(),
        &(),
    );
    assert_eq!(none, Err(Error::NoModels));
}

#[test]
fn a_model_that_gives_no_numbers_is_named() {
    let mut net = Net::new(3).conv("a", [4, 3, 3, 3], json!({ "padding": 1 }));
    for _ in 0..12 {
        net = net.layer(json!({ "op": "scale", "weight": "huge", "bias": "huge" }));
    }
    net = net.tensor("huge", &[4], 0.0, 1e30);
    net.manifest["kind"] = "latent".into();
    net.manifest["name"] = "wild".into();
    let models = Models::from_packs(&[net.read().unwrap()]).unwrap();
    let answer = protect(&photo(64, 64, false), &models, &Options::default(), &());
    assert_eq!(
        answer,
        Err(Error::NotFinite {
            model: "wild".to_owned()
        })
    );
}

/// Says stop after so many questions, and keeps what it was told.
struct Impatient {
    left: AtomicUsize,
    told: Mutex<Vec<Progress>>,
}

impl Watch for Impatient {
    fn progress(&self, progress: Progress) {
        self.told.lock().unwrap().push(progress);
    }

    fn is_cancelled(&self) -> bool {
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                Some(left.saturating_sub(1))
            })
            .is_ok_and(|left| left == 0)
    }
}

#[test]
fn cancelling_keeps_the_best_so_far_and_progress_never_falls() {
    let photo = photo(160, 96, false);
    let models = Models::from_packs(&[generator(), encoder("one", "latent")]).unwrap();
    let ask = |patience| {
        let watch = Impatient {
            left: AtomicUsize::new(patience),
            told: Mutex::default(),
        };
        let answer = protect(&photo, &models, &options(Strength::Balanced, 40), &watch);
        (answer, watch.told.into_inner().unwrap())
    };
    assert_eq!(ask(0).0, Err(Error::Cancelled));
    let (answer, told) = ask(8);
    let made = answer.unwrap().made;
    assert!(made.cancelled && made.refine_steps > 0 && made.refine_steps < 40);
    assert!(made.visibility > 2.0 && made.visibility <= 2.3);
    assert!(told.windows(2).all(|pair| pair[0].share <= pair[1].share));
    let (answer, told) = ask(usize::MAX);
    assert!(!answer.unwrap().made.cancelled);
    assert!(told.iter().any(|progress| progress.stage == Stage::Refine));
    assert!((told.last().unwrap().share - 1.0).abs() < 1e-5);
}
