//! The program `diligence`. Everything it does is in the library; this only starts it.

use std::process::ExitCode;

fn main() -> ExitCode {
    // An error means that a provider is there already: that one serves as well.
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .ok();
    diligence::cli::main()
}
