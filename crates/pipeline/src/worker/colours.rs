//! What the code points of ITU-T H.273, by which HEIC and AVIF name their colours, are in files that know profiles alone.

/// How a file says what its colours are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// sRGB, which is what viewers take a file for that says nothing.
    Usual,
    /// An ICC profile.
    Profile(Vec<u8>),
    /// Code points, as in PNG's cICP: brighter than a profile can say.
    Points([u8; 4]),
}

/// The meaning of colour primaries and transfer characteristics (H.273 § 8.1, § 8.2).
///
/// Curves of television are taken for sRGB's, as viewers of stills do. Of unknown colours nothing is said.
pub(super) fn meaning(primaries: u16, transfer: u16) -> Meaning {
    // PQ and HLG.
    if matches!(transfer, 16 | 18) {
        let code = |point| u8::try_from(point).unwrap_or(2);
        return Meaning::Points([code(primaries), code(transfer), 0, 1]);
    }
    let curve = match transfer {
        4 => Curve::Power(2.2),
        5 => Curve::Power(2.8),
        8 => Curve::Power(1.0),
        _ => Curve::Srgb,
    };
    match (gamut(primaries), curve) {
        (None, Curve::Srgb) => Meaning::Usual,
        (gamut, curve) => Meaning::Profile(profile(&gamut.unwrap_or(REC_709), curve)),
    }
}

/// Red, green, blue and white as chromaticities x, y.
type Gamut = [[f64; 2]; 4];

const D65: [f64; 2] = [0.3127, 0.3290];

/// Those of sRGB.
const REC_709: Gamut = [[0.64, 0.33], [0.30, 0.60], [0.15, 0.06], D65];

/// H.273 table 2; nothing for those of sRGB, and for what is not known.
const fn gamut(primaries: u16) -> Option<Gamut> {
    Some(match primaries {
        4 => [[0.67, 0.33], [0.21, 0.71], [0.14, 0.08], [0.310, 0.316]],
        5 => [[0.64, 0.33], [0.29, 0.60], [0.15, 0.06], D65],
        6 | 7 => [[0.630, 0.340], [0.310, 0.595], [0.155, 0.070], D65],
        9 => [[0.708, 0.292], [0.170, 0.797], [0.131, 0.046], D65],
        11 => [
            [0.680, 0.320],
            [0.265, 0.690],
            [0.150, 0.060],
            [0.314, 0.351],
        ],
        12 => [[0.680, 0.320], [0.265, 0.690], [0.150, 0.060], D65],
        22 => [[0.630, 0.340], [0.295, 0.605], [0.155, 0.077], D65],
        _ => return None,
    })
}

/// From numbers to light.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Curve {
    /// IEC 61966-2-1.
    Srgb,
    /// A plain power.
    Power(f64),
}

/// A display profile of matrix and curve (ICC.1:2022 § 8.3.3), version 4, without a date and without a maker.
fn profile(gamut: &Gamut, curve: Curve) -> Vec<u8> {
    let [_, _, _, white] = gamut;
    let adapt = adaptation(xyz(*white));
    let [red, green, blue] = columns(&product(&adapt, &to_xyz(gamut)));
    let curve = curve_tag(curve);
    let tags: [(&[u8; 4], Vec<u8>); 10] = [
        (b"desc", text("RGB")),
        (b"cprt", text("CC0")),
        (b"wtpt", numbers(b"XYZ ", &D50)),
        (b"chad", numbers(b"sf32", adapt.as_flattened())),
        (b"rXYZ", numbers(b"XYZ ", &red)),
        (b"gXYZ", numbers(b"XYZ ", &green)),
        (b"bXYZ", numbers(b"XYZ ", &blue)),
        (b"rTRC", curve.clone()),
        (b"gTRC", curve.clone()),
        (b"bTRC", curve),
    ];
    let mut table = 10_u32.to_be_bytes().to_vec();
    let mut data = Vec::new();
    for (name, tag) in &tags {
        let at = 128 + 4 + 12 * tags.len() + data.len();
        table.extend(*name);
        table.extend(u32::try_from(at).unwrap_or_default().to_be_bytes());
        table.extend(u32::try_from(tag.len()).unwrap_or_default().to_be_bytes());
        data.extend(tag);
        data.resize(data.len().next_multiple_of(4), 0);
    }
    let size = u32::try_from(128 + table.len() + data.len()).unwrap_or_default();
    // § 7.2: size, version 4.3, a display, RGB to XYZ, the signature, perceptual intent, the white of D50.
    let mut file = size.to_be_bytes().to_vec();
    file.extend(b"\0\0\0\0\x04\x30\0\0mntrRGB XYZ ");
    file.resize(36, 0);
    file.extend(b"acsp");
    file.resize(68, 0);
    file.extend(D50.map(fixed).concat());
    file.resize(128, 0);
    file.extend(table);
    file.extend(data);
    file
}

/// § 10.18, parametricCurveType: function 0, and 3 as sRGB uses it.
fn curve_tag(curve: Curve) -> Vec<u8> {
    let (function, parameters) = match curve {
        Curve::Power(power) => (0_u8, vec![power]),
        Curve::Srgb => (
            3,
            vec![2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.04045],
        ),
    };
    let mut tag = b"para\0\0\0\0".to_vec();
    tag.extend([0, function, 0, 0]);
    tag.extend(parameters.into_iter().flat_map(fixed));
    tag
}

/// § 10.15, multiLocalizedUnicodeType, in English.
fn text(text: &str) -> Vec<u8> {
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let length = u32::try_from(utf16.len()).unwrap_or_default();
    let mut tag = b"mluc\0\0\0\0\0\0\0\x01\0\0\0\x0CenUS".to_vec();
    tag.extend(length.to_be_bytes());
    tag.extend(28_u32.to_be_bytes());
    tag.extend(utf16);
    tag
}

fn numbers(kind: &[u8; 4], values: &[f64]) -> Vec<u8> {
    let mut tag = kind.to_vec();
    tag.extend([0; 4]);
    tag.extend(values.iter().flat_map(|value| fixed(*value)));
    tag
}

/// § 4.6, s15Fixed16Number.
fn fixed(value: f64) -> [u8; 4] {
    // All values here are between -2 and 3.
    #[allow(clippy::cast_possible_truncation)]
    let rounded = (value * 65_536.0).round() as i32;
    rounded.to_be_bytes()
}

type Matrix = [[f64; 3]; 3];

/// The white of the profile connection space (§ 7.2.16).
const D50: [f64; 3] = [0.9642, 1.0, 0.8249];

/// What the eye's receptors make of a colour, after Bradford (ICC.1:2022 Annex E).
const BRADFORD: Matrix = [
    [0.8951, 0.2664, -0.1614],
    [-0.7502, 1.7135, 0.0367],
    [0.0389, -0.0685, 1.0296],
];

/// From this white to D50.
fn adaptation(white: [f64; 3]) -> Matrix {
    let (from, to) = (times(&BRADFORD, white), times(&BRADFORD, D50));
    let mut scaled = BRADFORD;
    for (row, (from, to)) in scaled.iter_mut().zip(from.into_iter().zip(to)) {
        *row = row.map(|value| value * to / from);
    }
    product(&inverse(&BRADFORD), &scaled)
}

/// From light of these colours to XYZ: each as bright as it takes for their sum to be white.
fn to_xyz([red, green, blue, white]: &Gamut) -> Matrix {
    let colours = columns(&[xyz(*red), xyz(*green), xyz(*blue)]);
    let shares = times(&inverse(&colours), xyz(*white));
    colours.map(|[r, g, b]| [r * shares[0], g * shares[1], b * shares[2]])
}

const fn xyz([x, y]: [f64; 2]) -> [f64; 3] {
    [x / y, 1.0, (1.0 - x - y) / y]
}

fn times(matrix: &Matrix, [a, b, c]: [f64; 3]) -> [f64; 3] {
    matrix.map(|[x, y, z]| x * a + y * b + z * c)
}

fn columns(&[[a, b, c], [d, e, f], [g, h, i]]: &Matrix) -> Matrix {
    [[a, d, g], [b, e, h], [c, f, i]]
}

fn product(left: &Matrix, right: &Matrix) -> Matrix {
    columns(&columns(right).map(|column| times(left, column)))
}

/// By cofactors; only of matrices whose rows are not alike.
fn inverse(&[[a, b, c], [d, e, f], [g, h, i]]: &Matrix) -> Matrix {
    let cofactors = [
        [e * i - f * h, c * h - b * i, b * f - c * e],
        [f * g - d * i, a * i - c * g, c * d - a * f],
        [d * h - e * g, b * g - a * h, a * e - b * d],
    ];
    let determinant = a * cofactors[0][0] + b * cofactors[1][0] + c * cofactors[2][0];
    cofactors.map(|row| row.map(|value| value / determinant))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tag's numbers.
    fn tag(profile: &[u8], name: &[u8; 4]) -> Vec<f64> {
        let number =
            |at: usize| i32::from_be_bytes(profile[at..at + 4].try_into().unwrap()) as usize;
        let entry = (0..number(128))
            .map(|index| 132 + 12 * index)
            .find(|at| profile[*at..*at + 4] == *name)
            .unwrap();
        let (at, len) = (number(entry + 4), number(entry + 8));
        profile[at + 8..at + len]
            .chunks_exact(4)
            .map(|value| f64::from(i32::from_be_bytes(value.try_into().unwrap())) / 65_536.0)
            .collect()
    }

    fn profile_of(primaries: u16, transfer: u16) -> Vec<u8> {
        match meaning(primaries, transfer) {
            Meaning::Profile(profile) => profile,
            other => panic!("{other:?}"),
        }
    }

    /// As in the profile that Apple ships.
    #[test]
    fn display_p3_has_its_known_colorants() {
        let profile = profile_of(12, 13);
        assert_eq!(
            profile.len() as u32,
            u32::from_be_bytes(profile[..4].try_into().unwrap())
        );
        for (name, expected) in [
            (b"rXYZ", [0.51512, 0.24120, -0.00105]),
            (b"gXYZ", [0.29198, 0.69225, 0.04189]),
            (b"bXYZ", [0.15710, 0.06657, 0.78407]),
        ] {
            for (found, expected) in tag(&profile, name).iter().zip(expected) {
                assert!((found - expected).abs() < 2e-4, "{found} {expected}");
            }
        }
    }

    #[test]
    fn white_is_white() {
        for primaries in [4, 5, 6, 9, 11, 12, 22] {
            let profile = profile_of(primaries, 13);
            let colours = [b"rXYZ", b"gXYZ", b"bXYZ"].map(|name| tag(&profile, name));
            for (at, white) in D50.iter().enumerate() {
                let sum: f64 = colours.iter().map(|colour| colour[at]).sum();
                assert!((sum - white).abs() < 1e-4, "{primaries}: {sum} {white}");
            }
        }
    }

    #[test]
    fn only_what_is_not_usual_is_said() {
        for (primaries, transfer) in [(1, 13), (1, 1), (2, 2), (1, 6), (99, 99)] {
            assert_eq!(meaning(primaries, transfer), Meaning::Usual);
        }
        assert_eq!(meaning(9, 16), Meaning::Points([9, 16, 0, 1]));
        assert_eq!(meaning(12, 18), Meaning::Points([12, 18, 0, 1]));
        assert_eq!(
            tag(&profile_of(1, 4), b"rTRC")[1],
            f64::from((2.2_f64 * 65_536.0).round() as i32) / 65_536.0
        );
    }
}
