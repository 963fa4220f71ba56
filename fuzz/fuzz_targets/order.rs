//! Bytes from libFuzzer for `attacks::order`.

#![no_main]

#[path = "../src/attacks.rs"]
#[allow(dead_code)] // the other target's
mod attacks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| attacks::order(bytes));
