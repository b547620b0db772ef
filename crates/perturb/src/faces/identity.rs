//! The identity objective: away from who is in the picture.

use super::crop::Sampler;
use super::fate::{self, Expectation, Fate};
use super::finder::Face;
use super::geometry::Similarity;
use super::recogniser::Recogniser;
use crate::chance::Chance;
use crate::engine::Plan;
use crate::pack::PackError;
use crate::planes::Planes;

/// How the gradient is taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Way {
    /// What happens to the picture on the way to a recogniser.
    pub(crate) expectation: Expectation,
    /// Turns, scales and shifts of the crop.
    pub(crate) jitter: Jitter,
    /// So many draws are averaged in one gradient.
    pub(crate) draws: usize,
    /// A Gaussian over the gradient, in pixels of the planes; 0 for none.
    pub(crate) gradient_blur: f32,
    /// A recogniser that has moved this many times its threshold counts no more.
    pub(crate) enough: f32,
}

/// The most that a crop is turned, scaled and shifted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Jitter {
    /// Radians.
    pub(crate) turn: f32,
    /// A share of the size.
    pub(crate) scale: f32,
    /// A share of the side.
    pub(crate) shift: f32,
    /// How often it is mirrored.
    pub(crate) mirror: f32,
}

/// The faces of one picture to the recognisers at hand.
pub(crate) struct Identity<'a> {
    recognisers: Vec<Recogniser<'a>>,
    plans: Vec<Plan>,
    targets: Vec<Target>,
    way: Way,
    crop: Vec<f32>,
}

/// One face to one recogniser.
struct Target {
    recogniser: usize,
    sampler: Sampler,
    /// Its embedding in the clean picture: the mean over the picture and its mirror image.
    clean: Vec<f32>,
}

impl<'a> Identity<'a> {
    /// Where the faces' points are in `clean`.
    ///
    /// # Errors
    /// As [`crate::engine::Network::plan`].
    pub(crate) fn new(
        recognisers: &[Recogniser<'a>],
        faces: &[Face],
        clean: &Planes,
        way: Way,
    ) -> Result<Self, PackError> {
        let mut identity = Self {
            recognisers: recognisers.to_vec(),
            plans: recognisers
                .iter()
                .map(Recogniser::plan)
                .collect::<Result<_, _>>()?,
            targets: Vec::new(),
            way,
            crop: Vec::new(),
        };
        for face in faces {
            for (index, recogniser) in recognisers.iter().enumerate() {
                let sampler = recogniser.sampler(face);
                let mut embedding = identity.embed(index, clean, &sampler, false).to_vec();
                let mirrored = identity.embed(index, clean, &sampler, true);
                for (own, mirrored) in embedding.iter_mut().zip(mirrored) {
                    *own = (*own + mirrored) / 2.0;
                }
                identity.targets.push(Target {
                    recogniser: index,
                    sampler,
                    clean: embedding,
                });
            }
        }
        Ok(identity)
    }

    /// The loss, which falls as embeddings move away, and its gradient with respect to the planes.
    ///
    /// The loss is the mean over faces, recognisers and draws of minus the distance in thresholds, as far as
    /// [`Way::enough`]. Each recogniser's gradient is brought to length one: that they have thresholds of other units, and slopes of other heights, is no
    /// reason to listen to one more than to another.
    pub(crate) fn gradient(&mut self, planes: &Planes, chance: &mut Chance) -> (f32, Planes) {
        let mut sum = Planes::zero(planes.width, planes.height);
        let mut loss = 0.0;
        let count = (self.way.draws * self.targets.len()).max(1) as f32;
        for _ in 0..self.way.draws {
            let befallen = Fate::draw(&self.way.expectation, chance).befall(planes);
            let (x, y) = (
                befallen.planes.width as f32 / planes.width as f32,
                befallen.planes.height as f32 / planes.height as f32,
            );
            let mut after = Planes::zero(befallen.planes.width, befallen.planes.height);
            for target in 0..self.targets.len() {
                let (moved, part) = self.one(&befallen.planes, target, (x + y) / 2.0, chance);
                loss -= moved.min(self.way.enough) / count;
                if let Some((gradient, sampler)) = part {
                    sampler.backward(&gradient, &mut after);
                }
            }
            sum.add(&befallen.backward(after), 1.0 / count);
        }
        if self.way.gradient_blur > 0.0 {
            fate::blur(&mut sum, self.way.gradient_blur);
        }
        (loss, sum)
    }

    /// How many thresholds a face has moved, and the gradient of the loss for its crop unless that is enough.
    fn one(
        &mut self,
        planes: &Planes,
        target: usize,
        scale: f32,
        chance: &mut Chance,
    ) -> (f32, Option<(Vec<f32>, Sampler)>) {
        let jitter = self.way.jitter;
        let mirrored = chance.unit() < jitter.mirror;
        let Target {
            recogniser,
            sampler,
            ..
        } = self.targets[target];
        let side = sampler.side as f32;
        let mut vary = |most: f32| chance.between(-most, most);
        let (turn, grow) = (vary(jitter.turn), 1.0 + vary(jitter.scale));
        let (a, b) = (grow * turn.cos(), grow * turn.sin());
        let middle = side / 2.0;
        let about_middle = Similarity {
            a,
            b,
            tx: middle - a * middle + b * middle + vary(jitter.shift * side),
            ty: middle - b * middle - a * middle + vary(jitter.shift * side),
        };
        let sampler = Sampler {
            map: sampler
                .map
                .after(&about_middle)
                .then_scaled(scale, 0.0, 0.0),
            side: sampler.side,
        };
        let embedding = self.embed(recogniser, planes, &sampler, mirrored).to_vec();
        let own = self.recognisers[recogniser];
        let (distance, slope) = own.metric.gradient(&embedding, &self.targets[target].clean);
        let moved = distance / own.threshold;
        if moved >= self.way.enough {
            return (moved, None);
        }
        let gradient = self.plans[recogniser].backward(own.network, &slope);
        let length = gradient.iter().map(|g| g * g).sum::<f32>().sqrt();
        let scale = -1.0 / length.max(1e-20);
        let mut gradient: Vec<f32> = gradient.iter().map(|g| g * scale).collect();
        if mirrored {
            mirror(&mut gradient, sampler.side);
        }
        (moved, Some((gradient, sampler)))
    }

    /// How many thresholds each face has moved to each recogniser, face by face.
    #[cfg(test)]
    pub(crate) fn moved(&mut self, planes: &Planes) -> Vec<f32> {
        (0..self.targets.len())
            .map(|target| {
                let Target {
                    recogniser,
                    sampler,
                    ..
                } = self.targets[target];
                let own = self.recognisers[recogniser];
                let embedding = self.embed(recogniser, planes, &sampler, false).to_vec();
                own.metric.distance(&embedding, &self.targets[target].clean) / own.threshold
            })
            .collect()
    }

    fn embed(
        &mut self,
        recogniser: usize,
        planes: &Planes,
        sampler: &Sampler,
        mirrored: bool,
    ) -> &[f32] {
        self.crop.resize(3 * sampler.side * sampler.side, 0.0);
        sampler.forward(planes, &mut self.crop);
        if mirrored {
            mirror(&mut self.crop, sampler.side);
        }
        self.crop.iter_mut().for_each(|value| *value /= 255.0);
        self.plans[recogniser].forward(self.recognisers[recogniser].network, &self.crop)
    }
}

/// Left becomes right.
fn mirror(crop: &mut [f32], side: usize) {
    for row in crop.chunks_exact_mut(side) {
        row.reverse();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Network;
    use crate::pack::{Pack, PackLimits};

    const SIDE: usize = 40;

    /// A recogniser of 16 × 16 pixels with random weights.
    fn network(crop: &str, metric: &str) -> Network {
        let mut chance = Chance::new(3, 0);
        let mut header = String::new();
        let mut data = Vec::new();
        for (name, shape) in [
            ("a", vec![6, 3, 5, 5]),
            ("b", vec![8, 6, 3, 3]),
            ("c", vec![10, 8]),
        ] {
            let begin = data.len();
            let count: usize = shape.iter().product();
            let scale = 2.0 / (count as f32 / shape[0] as f32).sqrt();
            data.extend((0..count).flat_map(|_| (scale * chance.normal()).to_le_bytes()));
            header += &format!(
                r#","{name}":{{"dtype":"F32","shape":{shape:?},"data_offsets":[{begin},{}]}}"#,
                data.len()
            );
        }
        let manifest = format!(
            r#"{{"format":1,"name":"tiny","title":"Tiny","kind":"recogniser","licence":"MIT","source":"a test",
            "origin":"ours","input":{{"channels":3,"width":16,"height":16}},"threshold":0.5,"metric":"{metric}",
            "crop":"{crop}","layers":[{{"op":"conv","weight":"a","stride":2,"padding":2}},
            {{"op":"leaky_relu","slope":0.3}},{{"op":"conv","weight":"b","stride":2,"padding":1}},
            {{"op":"leaky_relu","slope":0.3}},{{"op":"global_avg_pool"}},{{"op":"linear","weight":"c"}}]}}"#
        );
        let manifest = serde_json::to_string(&manifest).unwrap();
        let header = format!(r#"{{"__metadata__":{{"cloakroom":{manifest}}}{header}}}"#);
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        Network::new(&Pack::read(&bytes, &PackLimits::default()).unwrap()).unwrap()
    }

    /// Points where dlib and ArcFace look, on a face 20 pixels wide in the middle; the others do not matter.
    fn face() -> Face {
        let mut points = [(20.0, 20.0); 68];
        for (range, x, y) in [
            (0..1, 10.0, 12.0),
            (16..17, 30.0, 32.0),
            (36..37, 13.0, 16.0),
            (37..42, 16.0, 16.5),
            (42..45, 24.0, 16.5),
            (45..48, 27.0, 16.0),
            (30..31, 20.5, 21.0),
            (33..34, 20.0, 24.0),
            (48..49, 16.0, 27.0),
            (54..55, 24.0, 27.0),
        ] {
            points[range].fill((x, y));
        }
        Face::new(points, 1.0)
    }

    fn picture(seed: u64, mean: f32, amplitude: f32) -> Planes {
        let mut chance = Chance::new(seed, 0);
        let mut planes = Planes::zero(SIDE, SIDE);
        for value in &mut planes.values {
            *value = mean + amplitude * chance.normal();
        }
        planes
    }

    const STILL: Way = Way {
        expectation: Expectation {
            rescale: 0.0,
            blur: 0.0,
            jpeg: 0.0,
            denoise: 0.0,
        },
        jitter: Jitter {
            turn: 0.0,
            scale: 0.0,
            shift: 0.0,
            mirror: 0.0,
        },
        draws: 1,
        gradient_blur: 0.0,
        enough: 1e9,
    };

    #[test]
    fn the_gradient_points_where_the_loss_grows() {
        let clean = picture(1, 128.0, 30.0);
        let moved = clean.plus(&picture(2, 0.0, 10.0), 1.0);
        for (crop, metric) in [("dlib", "euclidean"), ("arcface", "cosine")] {
            let network = network(crop, metric);
            let recogniser = Recogniser::new(&network).unwrap();
            let mut identity = Identity::new(&[recogniser], &[face()], &clean, STILL).unwrap();
            let (_, gradient) = identity.gradient(&moved, &mut Chance::new(0, 0));
            let mut slope = |direction: &Planes| {
                let mut loss = |by: f32| {
                    let planes = moved.plus(direction, by);
                    identity.gradient(&planes, &mut Chance::new(0, 0)).0
                };
                (loss(0.5) - loss(-0.5)) / direction.dot(&gradient)
            };
            // The gradient is the loss's but for its length, which is the same in every direction.
            let mut along = Planes::zero(SIDE, SIDE);
            along.add(&gradient, 1.0 / gradient.rms());
            let scale = slope(&along);
            assert!(scale > 0.0);
            for seed in 4..8 {
                let mut direction = picture(seed, 0.0, 1.0);
                direction.add(&gradient, 1.0 / gradient.rms());
                let other = slope(&direction);
                assert!(
                    (other / scale - 1.0).abs() < 0.03,
                    "{crop}: {other} {scale}"
                );
            }
        }
    }

    #[test]
    fn steps_move_the_face_through_whatever_happens() {
        let clean = picture(1, 128.0, 30.0);
        let network = network("dlib", "euclidean");
        let recogniser = Recogniser::new(&network).unwrap();
        let way = Way {
            expectation: Expectation {
                rescale: 0.5,
                blur: 0.5,
                jpeg: 0.5,
                denoise: 0.3,
            },
            jitter: Jitter {
                turn: 0.05,
                scale: 0.05,
                shift: 0.02,
                mirror: 0.3,
            },
            draws: 2,
            gradient_blur: 0.7,
            enough: 1e9,
        };
        let mut identity = Identity::new(&[recogniser], &[face()], &clean, way).unwrap();
        let mut chance = Chance::new(9, 0);
        let mut planes = clean.plus(&picture(3, 0.0, 0.5), 1.0);
        for _ in 0..12 {
            let (_, gradient) = identity.gradient(&planes, &mut chance);
            planes.add(&gradient, -1.0 / gradient.rms());
        }
        let change = planes.plus(&clean, -1.0).rms();
        assert!(change < 12.0, "{change}");
        let noise = clean.plus(&picture(4, 0.0, change), 1.0);
        let (moved, by_noise) = (identity.moved(&planes)[0], identity.moved(&noise)[0]);
        assert!(moved > 3.0 * by_noise, "{moved} {by_noise}");
    }

    #[test]
    fn a_recogniser_that_has_moved_enough_counts_no_more() {
        let clean = picture(1, 128.0, 30.0);
        let network = network("dlib", "euclidean");
        let recogniser = Recogniser::new(&network).unwrap();
        let way = Way {
            enough: 0.0,
            ..STILL
        };
        let mut identity = Identity::new(&[recogniser], &[face()], &clean, way).unwrap();
        let moved = clean.plus(&picture(2, 0.0, 10.0), 1.0);
        let (loss, gradient) = identity.gradient(&moved, &mut Chance::new(0, 0));
        assert_eq!((loss, gradient.rms()), (0.0, 0.0));
    }
}
