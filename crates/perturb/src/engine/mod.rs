//! A small executor for frozen convolutional networks: forward, and the gradient with respect to the input.
//!
//! ```
//! use perturb::engine::Network;
//! use perturb::pack::{Pack, PackError, PackLimits};
//!
//! fn shift(bytes: &[u8], picture: &[f32]) -> Result<Vec<f32>, PackError> {
//!     let network = Network::new(&Pack::read(bytes, &PackLimits::default())?)?;
//!     let mut plan = network.plan(256, 256)?;
//!     let latent = plan.forward(&network, picture).to_vec();
//!     // Where would the picture have to change for the latent to grow?
//!     Ok(plan.backward(&network, &latent).to_vec())
//! }
//! ```

#![allow(
    clippy::needless_range_loop,
    reason = "loops over lanes and places of fixed arrays, which compile to vectors as they stand"
)]

mod conv;
mod graph;
mod lanes;
mod layers;
mod layout;
mod peak;
mod plan;
mod program;
mod schedule;
mod shape;
mod slots;

pub use graph::Network;
pub use lanes::Instructions;
pub use peak::multiplications_per_second;
pub use plan::Plan;
