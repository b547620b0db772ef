//! How fast the processor multiplies at most.

use super::lanes::{Block, Columns, Instructions, LANES, Lanes, Rows, Task};

/// Rounds that are timed together, and how often; the fastest counts, so that a busy machine matters little.
const ROUNDS: usize = 2_000;
const TIMES: usize = 30;

/// Multiplications with addition a second on one core: the matrix kernel of the engine on numbers that stay in the first cache.
/// `clock` tells seconds since any moment.
#[must_use]
pub fn multiplications_per_second(set: Instructions, clock: impl Fn() -> f64) -> f64 {
    let rows = set.rows();
    let mut work = Work {
        a: vec![Block([0.5; LANES]); rows * 8],
        b: set.pack(8 * LANES, 2, |k, column| (k + column) as f32 * 1e-3),
        sum: Block::ZERO,
    };
    let mut best = 0.0_f64;
    for _ in 0..TIMES {
        let started = clock();
        set.run(Round {
            work: &mut work,
            rows,
        });
        let products = ROUNDS * rows * 8 * LANES * 2 * LANES;
        best = best.max(products as f64 / (clock() - started));
    }
    // The sums must not be left out.
    std::hint::black_box(work.sum);
    best
}

struct Work {
    a: Vec<Block>,
    b: Vec<Block>,
    sum: Block,
}

struct Round<'a> {
    work: &'a mut Work,
    rows: usize,
}

impl Task for Round<'_> {
    fn run<L: Lanes>(self, lanes: L) {
        let Work { a, b, sum } = self.work;
        lanes.run(
            #[inline(always)]
            || {
                for _ in 0..ROUNDS {
                    let rows = Rows {
                        blocks: a,
                        stride: self.rows,
                        count: self.rows,
                    };
                    let columns = Columns {
                        blocks: b,
                        count: 2,
                    };
                    lanes.multiply(
                        rows,
                        columns,
                        #[inline(always)]
                        |_, _, value| lanes.store(value, sum),
                    );
                }
            },
        );
    }
}
