//! The hashes of the turned and mirrored picture, from the coefficients of the picture as it is.

use serde::Serialize;

use super::dct::Coefficients;

/// One of the eight ways to lay a picture on a table, named as the reference names them; rotations are counterclockwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// As it is.
    None,
    /// By 90°.
    Rotate90,
    /// By 180°.
    Rotate180,
    /// By 270°.
    Rotate270,
    /// Upside down: top and bottom exchanged.
    FlipX,
    /// Mirrored: left and right exchanged.
    FlipY,
    /// Rows and columns exchanged.
    Transpose,
    /// Exchanged along the other diagonal.
    Transverse,
}

impl Turn {
    /// All eight, in the reference's order.
    pub const ALL: [Self; 8] = [
        Self::None,
        Self::Rotate90,
        Self::Rotate180,
        Self::Rotate270,
        Self::FlipX,
        Self::FlipY,
        Self::Transpose,
        Self::Transverse,
    ];

    /// Whether the turned picture is a mirror image.
    #[must_use]
    pub const fn is_mirrored(self) -> bool {
        matches!(
            self,
            Self::FlipX | Self::FlipY | Self::Transpose | Self::Transverse
        )
    }
}

/// The coefficients of the turned picture: mirroring negates every other row or column, counted from the first, because
/// the constant ones are left out; turning by 90° also exchanges rows and columns.
pub(super) fn turned(of: &Coefficients, turn: Turn) -> Coefficients {
    let is_even = |number: usize| number.is_multiple_of(2);
    let mut out = [[0.0; 16]; 16];
    for (i, row) in of.0.iter().enumerate() {
        for (j, value) in row.iter().enumerate() {
            let (exchange, negate) = match turn {
                Turn::None => (false, false),
                Turn::Rotate90 => (true, is_even(j)),
                Turn::Rotate180 => (false, !is_even(i + j)),
                Turn::Rotate270 => (true, is_even(i)),
                Turn::FlipX => (false, is_even(i)),
                Turn::FlipY => (false, is_even(j)),
                Turn::Transpose => (true, false),
                Turn::Transverse => (true, !is_even(i + j)),
            };
            let value = if negate { -value } else { *value };
            if exchange {
                out[j][i] = value;
            } else {
                out[i][j] = value;
            }
        }
    }
    Coefficients(out)
}
