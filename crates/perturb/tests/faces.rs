//! Faces with the networks that a dependency brings. `cargo xtask test` makes the packs before; without them these tests say
//! that they are skipped.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};

use perturb::Picture;
use perturb::engine::Network;
use perturb::faces::{Finder, Recogniser};
use perturb::pack::{Pack, PackLimits};

/// The folder that `cargo xtask models` writes to, beside this very program's.
fn models() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    let folder = program.ancestors().nth(3)?.join("models");
    let there = folder.join("LICENSE").is_file();
    if !there {
        println!("skipped: no packs; 'cargo xtask models' makes them");
    }
    there.then_some(folder)
}

fn network(folder: &Path, name: &str) -> Network {
    let bytes = std::fs::read(folder.join(format!("face-api-{name}.safetensors"))).unwrap();
    Network::new(&Pack::read(&bytes, &PackLimits::default()).unwrap()).unwrap()
}

fn finder(folder: &Path) -> Finder {
    Finder::new(network(folder, "detector"), network(folder, "landmarks")).unwrap()
}

/// How far inside an ellipse, softly: 1 in it, 0 outside.
fn inside(x: f32, y: f32, cx: f32, cy: f32, rx: f32, ry: f32) -> f32 {
    let distance = (((x - cx) / rx).powi(2) + ((y - cy) / ry).powi(2)).sqrt();
    ((1.0 - distance) * rx.min(ry) / 1.5 + 0.5).clamp(0.0, 1.0)
}

/// A face as a child would shade it, with its eyes 0.4 · `size` apart around (`cx`, `cy`).
fn drawn(width: u32, height: u32, faces: &[(f32, f32, f32)]) -> Picture {
    let mut rgb = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let mut colour = [96.0 + 0.1 * y as f32, 120.0, 140.0];
            for &(cx, cy, size) in faces {
                let (u, v) = ((x as f32 - cx) / size, (y as f32 - cy) / size);
                let mut paint = |share: f32, tone: [f32; 3]| {
                    for (value, tone) in colour.iter_mut().zip(tone) {
                        *value += share * (tone - *value);
                    }
                };
                let soft = |cx, cy, rx, ry| {
                    inside(
                        u * size,
                        v * size,
                        cx * size,
                        cy * size,
                        rx * size,
                        ry * size,
                    )
                };
                paint(soft(0.0, -0.08, 0.56, 0.72), [58.0, 40.0, 30.0]);
                paint(soft(0.0, 0.75, 0.26, 0.4), [190.0, 140.0, 115.0]);
                paint(soft(0.0, 0.12, 0.46, 0.62), [222.0, 176.0, 150.0]);
                let shade = 1.0 - (u * u * 2.2 + (v - 0.1) * (v - 0.1) * 0.8).min(1.0);
                paint(
                    0.35 * soft(0.0, 0.12, 0.46, 0.62) * (1.0 - shade),
                    [150.0, 100.0, 80.0],
                );
                for side in [-1.0, 1.0] {
                    paint(soft(side * 0.2, -0.14, 0.12, 0.03), [70.0, 48.0, 38.0]);
                    paint(
                        0.5 * soft(side * 0.2, 0.0, 0.13, 0.08),
                        [170.0, 120.0, 100.0],
                    );
                    paint(soft(side * 0.2, 0.0, 0.1, 0.05), [240.0, 236.0, 232.0]);
                    paint(soft(side * 0.2, 0.0, 0.048, 0.05), [50.0, 36.0, 30.0]);
                }
                paint(0.45 * soft(0.04, 0.14, 0.05, 0.16), [176.0, 126.0, 104.0]);
                paint(0.6 * soft(0.0, 0.27, 0.1, 0.035), [150.0, 98.0, 82.0]);
                paint(soft(0.0, 0.45, 0.19, 0.055), [172.0, 80.0, 78.0]);
                paint(soft(0.0, 0.447, 0.17, 0.01), [96.0, 40.0, 40.0]);
            }
            rgb.extend(colour.map(|value| value.round() as u8));
        }
    }
    Picture::new(width, height, rgb).unwrap()
}

#[test]
fn drawn_faces_are_found_where_they_are() {
    let Some(folder) = models() else { return };
    let finder = finder(&folder);
    let (one, two) = ((150.0, 160.0, 110.0), (420.0, 220.0, 160.0));
    let faces = finder.find(&drawn(600, 480, &[two, one])).unwrap();
    assert_eq!(faces.len(), 2, "{faces:?}");
    for (face, (cx, cy, size)) in faces.iter().zip([one, two]) {
        let middle = |range: std::ops::Range<usize>| {
            let count = range.len() as f32;
            let sum = face.points[range]
                .iter()
                .fold((0.0, 0.0), |sum, point| (sum.0 + point.0, sum.1 + point.1));
            ((sum.0 / count - cx) / size, (sum.1 / count - cy) / size)
        };
        for (found, (x, y)) in [
            (middle(36..42), (-0.2, 0.0)),
            (middle(42..48), (0.2, 0.0)),
            (middle(48..68), (0.0, 0.45)),
        ] {
            let off = (found.0 - x).hypot(found.1 - y);
            assert!(off < 0.08, "{found:?} for {:?}", (x, y));
        }
    }
}

#[test]
fn where_no_face_is_none_is_found() {
    let Some(folder) = models() else { return };
    let finder = finder(&folder);
    for (width, height) in [(1, 1), (400, 300), (700, 3), (3, 700)] {
        assert_eq!(finder.find(&drawn(width, height, &[])).unwrap(), []);
    }
}

#[test]
fn a_drawn_face_at_another_size_is_still_itself() {
    let Some(folder) = models() else { return };
    let (finder, network) = (finder(&folder), network(&folder, "recogniser"));
    let recogniser = Recogniser::new(&network).unwrap();
    assert_eq!(recogniser.threshold, 0.6);
    let embed = |picture: &Picture| {
        let faces = finder.find(picture).unwrap();
        recogniser.embed(picture, &faces[0]).unwrap()
    };
    let small = embed(&drawn(300, 300, &[(150.0, 140.0, 130.0)]));
    let large = embed(&drawn(800, 700, &[(420.0, 330.0, 300.0)]));
    assert_eq!(small.len(), 128);
    let distance = recogniser.metric.distance(&small, &large);
    assert!(recogniser.matches(distance), "{distance}");
}

/// Photos of people, one group a person, if there are any beside the repository. They are nobody's to ship.
const PEOPLE: [&[&str]; 4] = [
    &["img5", "img10", "img11"],
    &["img14", "img15"],
    &["img27", "img28"],
    &["img8"],
];

#[test]
fn people_are_told_apart_in_photos() {
    let Some(folder) = models() else { return };
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/faces");
    if !corpus.is_dir() {
        println!("skipped: no photos of people in {}", corpus.display());
        return;
    }
    let (finder, network) = (finder(&folder), network(&folder, "recogniser"));
    let recogniser = Recogniser::new(&network).unwrap();
    let mut known: Vec<(usize, &str, Vec<f32>)> = Vec::new();
    for (person, photos) in PEOPLE.iter().enumerate() {
        for photo in *photos {
            let image = image::open(corpus.join(format!("df_{photo}.jpg"))).unwrap();
            let image = image.to_rgb8();
            let picture = Picture::new(image.width(), image.height(), image.into_raw()).unwrap();
            let faces = finder.find(&picture).unwrap();
            assert_eq!(faces.len(), 1, "{photo}");
            let embedding = recogniser.embed(&picture, &faces[0]).unwrap();
            for (other_person, other, other_embedding) in &known {
                let distance = recogniser.metric.distance(&embedding, other_embedding);
                assert_eq!(
                    recogniser.matches(distance),
                    person == *other_person,
                    "{photo} and {other} are {distance} apart"
                );
            }
            known.push((person, photo, embedding));
        }
    }
}
