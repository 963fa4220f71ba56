//! The program `diligence`. Everything it does is in the library; this only starts it.

use std::process::ExitCode;

// A sixth of the worker's time went to the system's: a label that one thread reads, another one writes
// and drops, and each waits for the other's lock.
#[cfg(all(feature = "jemalloc", target_os = "linux"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    // An error means that a provider is there already: that one serves as well.
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .ok();
    diligence::cli::main()
}
