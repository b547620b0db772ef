//! How fast the cloak is.

use super::{Bound, engine};

/// # Errors
/// Something cannot be built or run.
pub(super) fn measure() -> Result<Vec<Bound>, String> {
    engine::measure()
}
