//! The command line as a program of its own; see [`multi_universe_core::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    // Ctrl-C ends the process, so the battle never has to ask.
    ExitCode::from(multi_universe_core::cli::main(std::env::args_os(), &|| false))
}
