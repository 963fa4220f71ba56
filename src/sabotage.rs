//! Sabotage, for the suites that prove that nothing is lost or doubled: places where the process
//! dies or freezes (`crash`), and deliberate bugs that the suites must notice (`bugs`).
//!
//! Without the cargo feature `sabotage` all of it is empty and compiled away; a release build refuses
//! the feature. It changes nothing unless the environment or a test names a place or a bug.

mod bugs;
mod crash;

pub use bugs::{Bug, planted};
#[cfg(test)]
pub use bugs::{is_noticed_by, with};
pub use crash::{Point, pass};

#[cfg(all(feature = "sabotage", not(debug_assertions)))]
compile_error!(
    "the feature `sabotage` makes the program crash on request: never in a release build"
);
