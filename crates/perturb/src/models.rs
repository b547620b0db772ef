//! The networks at hand.

/// What a cloak is made and measured with, sorted by kind.
#[derive(Debug, Default)]
pub struct Models {}
