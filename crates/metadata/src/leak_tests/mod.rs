//! One test for each kind of leak and of damage that was found in other tools, so that none of them comes back; and a
//! test of the tests, which changes the keep-list and must see some of them fail.

mod damages;
mod fixtures;
mod leaks;
mod mutations;
mod nasty;
mod second_reading;
mod unseen;
mod videos;

/// A test and its name.
type Named = (&'static str, fn());

/// Names tests, so that they can be run again under another keep-list.
macro_rules! named {
    ($($test:ident),* $(,)?) => {
        pub(super) const NAMED: &[super::Named] = &[$((stringify!($test), $test)),*];
    };
}
use named;
