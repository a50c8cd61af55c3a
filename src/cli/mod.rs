//! The command line `muc`: the same program in the crate's binary and in the Python wheel.
//!
//! Exit codes: 0 done, 1 a check failed, 2 bad usage or bad input (the fault on standard error), 130 interrupted.

mod check;
mod compare;
mod console;
mod diff;
mod files;
mod odds;
mod paths;
mod profile;
mod replay;
mod run;
mod schema;
mod summary;
mod turn;
mod verify;
mod view;
mod watch;

use std::ffi::OsString;

use clap::builder::RangedU64ValueParser;
use clap::{Parser, Subcommand};

use crate::ecs::simd;
use crate::kernel::{Interrupt, MOST_THREADS};
use console::Console;

/// Runs battles of multi_universe_core from scenario files.
#[derive(Debug, Parser)]
#[command(name = "muc", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// How many threads: as in Python, none is no number of threads.
fn threads() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..=MOST_THREADS as u64)
}

/// What to do.
#[derive(Debug, Subcommand)]
enum Command {
    /// Fight a scenario's battle and show what came of it
    Run(run::Args),
    /// Compare what scenarios show with what they expect
    Verify(verify::Args),
    /// Say how likely each faction is to win, and what it will lose
    Odds(odds::Args),
    /// Compare variants of a battle, run by run with the same rolls
    Compare(compare::Args),
    /// Fight the battles of all contested places at once
    Turn(turn::Args),
    /// Show what each system cost in a scenario's battle
    Profile(profile::Args),
    /// Fight a recorded battle again and compare it with its record
    Replay(replay::Args),
    /// Name the first place where two recorded battles differ
    Diff(diff::Args),
    /// Write a battle, recorded or of a scenario, as a page for the browser
    View(view::Args),
    /// Look for faults in scenarios without fighting
    Check(check::Args),
    /// Print the JSON Schema of scenario files
    Schema,
}

/// Runs the command line: the program's name, then its arguments. Returns the exit code.
///
/// `interrupt` is asked now and then during a battle whether to stop.
pub fn main(args: impl IntoIterator<Item = OsString>, interrupt: Interrupt<'_>) -> u8 {
    let mut console = Console::standard();
    match Cli::try_parse_from(args) {
        Ok(cli) => {
            let done = simd::level().and_then(|_| match cli.command {
                Command::Run(args) => run::run(&args, interrupt, &mut console),
                Command::Verify(args) => verify::verify(&args, interrupt, &mut console),
                Command::Odds(args) => odds::odds(&args, interrupt, &mut console),
                Command::Compare(args) => compare::compare(&args, interrupt, &mut console),
                Command::Turn(args) => turn::turn(&args, interrupt, &mut console),
                Command::Profile(args) => profile::profile(&args, interrupt, &mut console),
                Command::Replay(args) => replay::replay(&args, interrupt, &mut console),
                Command::Diff(args) => diff::diff(&args, &mut console),
                Command::View(args) => view::view(&args, interrupt, &mut console),
                Command::Check(args) => check::check(&args, &mut console),
                Command::Schema => schema::schema(&mut console),
            });
            if let Err(error) = done {
                console.fault(&error);
            }
        }
        Err(usage) => console.usage(&usage),
    }
    console.finish()
}
