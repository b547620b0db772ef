//! Boxes out of the detector's cells.

/// A rectangle with how sure the detector is that it holds a face.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Candidate {
    /// Left, top, right, bottom.
    pub(crate) edges: [f32; 4],
    /// From 0 to 1.
    pub(crate) score: f32,
    /// At which sizes of the picture it was seen: one bit each.
    pub(crate) sizes: u32,
}

/// One cell is so many pixels wide and high.
pub(crate) const CELL: usize = 32;

/// Widths and heights of the boxes that the network corrects, in cells. From the package that the network is from.
const ANCHORS: [(f32, f32); 5] = [
    (1.603_231, 2.094_468),
    (6.041_143, 7.080_126),
    (2.882_459, 3.518_061),
    (4.266_906, 5.178_857),
    (9.041_765, 10.663_08),
];

/// Numbers to a box: shift in x and y within the cell, logarithms of width and height, score.
const NUMBERS: usize = 5;

/// What the network puts out: this many planes.
pub(crate) const PLANES: usize = ANCHORS.len() * NUMBERS;

/// The boxes above a score, in pixels of the network's input. `output` is `PLANES` × rows × columns.
pub(crate) fn decode(
    output: &[f32],
    columns: usize,
    rows: usize,
    score_min: f32,
) -> Vec<Candidate> {
    let cells = columns * rows;
    let mut found = Vec::new();
    for (anchor, (anchor_width, anchor_height)) in ANCHORS.into_iter().enumerate() {
        let plane = |number| {
            output
                .get((anchor * NUMBERS + number) * cells..)
                .unwrap_or_default()
        };
        for (cell, &raw) in plane(4).iter().take(cells).enumerate() {
            let score = sigmoid(raw);
            if score <= score_min {
                continue;
            }
            let number = |index: usize| plane(index).get(cell).copied().unwrap_or_default();
            let x = (cell % columns) as f32 + sigmoid(number(0));
            let y = (cell / columns) as f32 + sigmoid(number(1));
            // No face is e⁴ times as large as its anchor; the bound keeps numbers finite.
            let half_width = number(2).min(4.0).exp() * anchor_width / 2.0;
            let half_height = number(3).min(4.0).exp() * anchor_height / 2.0;
            found.push(Candidate {
                edges: [
                    x - half_width,
                    y - half_height,
                    x + half_width,
                    y + half_height,
                ]
                .map(|edge| edge * CELL as f32),
                score,
                sizes: 0,
            });
        }
    }
    found
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// Of boxes that overlap by more than `overlap_max` of their union, or of which one holds most of the other, the surest
/// stays, and takes over the sizes at which the others were seen. Surest first.
pub(crate) fn strongest(mut candidates: Vec<Candidate>, overlap_max: f32) -> Vec<Candidate> {
    candidates.retain(|candidate| {
        candidate.score.is_finite() && candidate.edges.iter().all(|edge| edge.is_finite())
    });
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        let mut apart = true;
        for other in &mut kept {
            let common = common_area(&candidate.edges, &other.edges);
            let smaller = area(&candidate.edges).min(area(&other.edges));
            if overlap(&candidate.edges, &other.edges) > overlap_max {
                other.sizes |= candidate.sizes;
                apart = false;
            } else if common > 0.7 * smaller {
                apart = false;
            }
        }
        if apart {
            kept.push(candidate);
        }
    }
    kept
}

/// The share of their union that two rectangles have in common.
pub(crate) fn overlap(a: &[f32; 4], b: &[f32; 4]) -> f32 {
    let common = common_area(a, b);
    common / (area(a) + area(b) - common).max(f32::MIN_POSITIVE)
}

fn area([left, top, right, bottom]: &[f32; 4]) -> f32 {
    (right - left).max(0.0) * (bottom - top).max(0.0)
}

fn common_area(a: &[f32; 4], b: &[f32; 4]) -> f32 {
    area(&[
        a[0].max(b[0]),
        a[1].max(b[1]),
        a[2].min(b[2]),
        a[3].min(b[3]),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_becomes_a_box() {
        // Three columns, two rows, nothing but the third anchor of the cell in the second column of the second row.
        let mut output = vec![-9.0; PLANES * 6];
        for (number, value) in [(0, 0.0), (1, 0.0), (2, 0.0), (3, 2.0_f32.ln()), (4, 3.0)] {
            output[(2 * NUMBERS + number) * 6 + 4] = value;
        }
        let found = decode(&output, 3, 2, 0.5);
        assert_eq!(found.len(), 1);
        let Candidate {
            edges: [left, top, right, bottom],
            score,
            ..
        } = found[0];
        assert!((score - 0.952_57).abs() < 1e-4);
        assert!(((left + right) / 2.0 - 48.0).abs() < 1e-3);
        assert!(((top + bottom) / 2.0 - 48.0).abs() < 1e-3);
        assert!((right - left - 2.882_459 * 32.0).abs() < 1e-3);
        assert!((bottom - top - 2.0 * 3.518_061 * 32.0).abs() < 1e-2);
    }

    #[test]
    fn wild_numbers_stay_out() {
        let mut output = vec![f32::NAN; PLANES];
        output[4] = f32::INFINITY;
        assert_eq!(strongest(decode(&output, 1, 1, 0.5), 0.4), []);
        assert_eq!(decode(&[], 4, 4, 0.5), []);
    }

    #[test]
    fn the_surest_of_boxes_that_overlap_stays() {
        let candidate = |edges, score| Candidate {
            edges,
            score,
            sizes: (score * 10.0) as u32,
        };
        let kept = strongest(
            vec![
                candidate([0.0, 0.0, 10.0, 10.0], 0.8),
                candidate([1.0, 1.0, 11.0, 11.0], 0.9),
                // Inside the first two, small.
                candidate([3.0, 3.0, 6.0, 6.0], 0.7),
                candidate([20.0, 0.0, 30.0, 10.0], 0.6),
            ],
            0.4,
        );
        let scores: Vec<f32> = kept.iter().map(|candidate| candidate.score).collect();
        assert_eq!(scores, [0.9, 0.6]);
        // 9 and 8; the small one inside is another face or none, and no second sight of it.
        assert_eq!(kept[0].sizes, 9 | 8);
    }
}
