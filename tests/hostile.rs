//! What comes from outside, made to break us: messages of the shop, and answers to every reader of
//! every registered carrier, found by the registry so that a new carrier is attacked without a line
//! here. Nothing panics; work and memory stay in proportion to what came; a refusal says no value.
//!
//! `scripts/fuzz` throws bytes at the same readers for as long as one likes; what it found is played here.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
// a test may stop at the first thing that is wrong

#[path = "hostile/answers.rs"]
mod answers;
#[path = "../fuzz/src/attacks.rs"]
mod attacks;
#[path = "hostile/bombs.rs"]
mod bombs;
#[path = "hostile/changes.rs"]
mod changes;
#[path = "hostile/growth.rs"]
mod growth;
#[path = "hostile/messages.rs"]
mod messages;

use std::path::Path;

use proptest::prelude::*;

/// What once broke something: files whose names begin with the target's.
#[test]
fn what_the_fuzzer_once_found_breaks_nothing_any_more() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/findings");
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let name = entry.file_name().into_string().expect("a name");
        let bytes = std::fs::read(entry.path()).expect("a file");
        match name.split(['-', '.']).next() {
            Some("order") => attacks::order(&bytes),
            Some("answers") => attacks::answers(&bytes),
            Some("README") => {}
            _ => panic!("{name} is for no target"),
        }
    }
}

proptest! {
    #[test]
    fn bytes_without_any_shape_break_no_target_of_the_fuzzer(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        attacks::order(&bytes);
        attacks::answers(&bytes);
    }
}
