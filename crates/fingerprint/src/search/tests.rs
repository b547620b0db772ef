use super::*;
use crate::Pixels;
use crate::pdq::{Form, pdq};
use crate::testing::{photo, remade};

const SIZE: (u32, u32) = (360, 270);
/// More than are compared in any case.
const COUNT: usize = COMPARED_MAX + 40;

struct Photos {
    index: Index,
    features: Vec<Features>,
}

impl Photos {
    fn new() -> Self {
        let mut index = Index::new();
        let mut features = Vec::new();
        for seed in 0..COUNT {
            let rgb = photo(SIZE.0, SIZE.1, seed as u64);
            let pixels = Pixels::new(SIZE.0, SIZE.1, &rgb).unwrap();
            features.push(Features::of(&pixels));
            let number = index.add(&features[seed], pdq(&pixels, Form::Nearest).usable_hash());
            assert_eq!(number, seed);
        }
        Self { index, features }
    }

    fn find(&self, size: (u32, u32), rgb: &[u8], threads: usize) -> Vec<Hit> {
        let pixels = Pixels::new(size.0, size.1, rgb).unwrap();
        let (query, pdq) = (Query::of(&pixels), pdq(&pixels, Form::Nearest));
        self.index.find(&query, &pdq, threads, |number| {
            self.features.get(number).cloned()
        })
    }
}

#[test]
fn copies_are_found_among_many() {
    let photos = Photos::new();
    assert_eq!(
        (photos.index.len(), photos.index.is_empty()),
        (COUNT, false)
    );

    // A mirrored crop.
    let rgb = photo(SIZE.0, SIZE.1, 57);
    let crop = remade(&rgb, SIZE, (250, 190), |x, y| (300.0 - x, y + 40.0));
    let hits = photos.find((250, 190), &crop, 2);
    assert_eq!(hits.iter().map(|hit| hit.number).collect::<Vec<_>>(), [57]);
    assert!(hits[0].alignment.unwrap().mirrored && hits[0].pdq.is_none());
    assert_eq!(hits, photos.find((250, 190), &crop, 1));
    assert_eq!(hits, photos.find((250, 190), &crop, 7));

    // The whole, upside down: PDQ knows it as well.
    let turned = remade(&rgb, SIZE, SIZE, |x, y| {
        (SIZE.0 as f32 - x, SIZE.1 as f32 - y)
    });
    let hits = photos.find(SIZE, &turned, 2);
    assert_eq!(hits[0].number, 57);
    assert_eq!(hits[0].pdq.unwrap().1, Turn::Rotate180);
    assert!((hits[0].alignment.unwrap().rotation.abs() - 180.0).abs() < 0.5);

    // A collage of two.
    let other = photo(SIZE.0, SIZE.1, 90);
    let both: Vec<u8> = rgb
        .chunks(360 * 3)
        .zip(other.chunks(360 * 3))
        .flat_map(|(a, b)| [a, b].concat())
        .collect();
    let mut numbers: Vec<_> = photos
        .find((720, 270), &both, 2)
        .iter()
        .map(|hit| hit.number)
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [57, 90]);

    // Neither another photo nor nothing.
    assert_eq!(photos.find(SIZE, &photo(SIZE.0, SIZE.1, 5000), 2), []);
    assert_eq!(
        photos.find(SIZE, &vec![30; (SIZE.0 * SIZE.1 * 3) as usize], 2),
        []
    );
}

#[test]
fn an_empty_index_and_lost_features() {
    let rgb = photo(SIZE.0, SIZE.1, 1);
    let pixels = Pixels::new(SIZE.0, SIZE.1, &rgb).unwrap();
    let (query, pdq) = (Query::of(&pixels), pdq(&pixels, Form::Nearest));
    assert_eq!(Index::new().find(&query, &pdq, 2, |_| None), []);
    let mut index = Index::new();
    index.add(&Features::of(&pixels), pdq.usable_hash());
    // The hash is still there.
    let hits = index.find(&query, &pdq, 0, |_| None);
    assert_eq!(
        (hits[0].alignment, hits[0].pdq),
        (None, Some((0, Turn::None)))
    );
}

#[test]
#[should_panic(expected = "lost")]
fn a_comparison_that_panics_is_not_passed_over() {
    let rgb = photo(SIZE.0, SIZE.1, 1);
    let pixels = Pixels::new(SIZE.0, SIZE.1, &rgb).unwrap();
    let (query, pdq) = (Query::of(&pixels), pdq(&pixels, Form::Nearest));
    let mut index = Index::new();
    index.add(&Features::of(&pixels), None);
    index.find(&query, &pdq, 2, |_| panic!("lost"));
}
