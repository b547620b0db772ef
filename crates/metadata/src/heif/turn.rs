//! How the properties `irot` and `imir` turn the picture, as the Exif orientation that does the same.

use super::boxes::View;
use super::meta::Meta;

/// Where right and down of the stored picture point in the shown one: x and y of each, y counted downwards.
type Axes = ((i8, i8), (i8, i8));

/// The Exif orientation (CIPA DC-008 § 4.6.4) of the primary picture by its own properties, which are applied in
/// their order (ISO/IEC 23008-12 § 6.5.10, § 6.5.12). In such files the orientation in Exif says nothing.
pub(super) fn orientation(view: View<'_>, meta: &Meta) -> u8 {
    let mut axes: Axes = ((1, 0), (0, 1));
    for property in meta.properties_of(meta.primary) {
        let bits = view.get(property.body).first().copied().unwrap_or(0);
        match (&property.label, bits & 3) {
            (b"irot", quarters) => {
                for _ in 0..quarters {
                    axes = both(axes, |(x, y)| (y, x.saturating_neg()));
                }
            }
            // Top and bottom change places, or left and right.
            (b"imir", 0 | 2) => axes = both(axes, |(x, y)| (x, y.saturating_neg())),
            (b"imir", _) => axes = both(axes, |(x, y)| (x.saturating_neg(), y)),
            _ => {}
        }
    }
    match axes {
        ((-1, _), (_, 1)) => 2,
        ((-1, _), (_, -1)) => 3,
        ((1, _), (_, -1)) => 4,
        ((_, 1), (1, _)) => 5,
        ((_, 1), (-1, _)) => 6,
        ((_, -1), (-1, _)) => 7,
        ((_, -1), (1, _)) => 8,
        _ => 1,
    }
}

fn both((right, down): Axes, turn: impl Fn((i8, i8)) -> (i8, i8)) -> Axes {
    (turn(right), turn(down))
}
