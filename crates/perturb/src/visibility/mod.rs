//! How visible a change is: P to optimise against, butteraugli to be honest.

pub(crate) mod fit;
mod plane;
pub(crate) mod pyramid;
pub(crate) mod tiles;

use std::sync::OnceLock;

pub(crate) use pyramid::{Numbers, Pyramid};
pub(crate) use tiles::{Chosen, Tiles};

/// The numbers of P.
pub(crate) fn numbers() -> &'static Numbers {
    #[derive(serde::Deserialize)]
    struct File {
        numbers: Numbers,
    }
    static NUMBERS: OnceLock<Numbers> = OnceLock::new();
    NUMBERS.get_or_init(|| {
        let text = include_str!("../../../../models/visibility.json");
        // A file of our own, in the program: a test reads it.
        serde_json::from_str::<File>(text).map_or_else(|_| Numbers::flat(), |file| file.numbers)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_numbers_are_read() {
        let text = include_str!("../../../../models/visibility.json");
        let file: serde_json::Value = serde_json::from_str(text).unwrap();
        let read: super::Numbers = serde_json::from_value(file["numbers"].clone()).unwrap();
        assert_eq!(read, *super::numbers());
        assert_ne!(read, super::Numbers::flat());
    }
}
