//! `muc diff`: where two recorded battles part.

use std::path::PathBuf;

use super::console::Console;
use crate::error::Result;
use crate::replay::Replay;

/// Which records.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Named are first the differences of what went in (seed, rules, rows of the mirror), then the first round, the phase after
which a column differs, and the table, row, column and both values at that round's end. Exit code 1 if anything differs.

Two builds are compared by recording the same scenario with each, `muc run SCENARIO --record FILE.mucr`, and
comparing the records with either.")]
pub(super) struct Args {
    /// A record, as `muc run --record` writes it
    a: PathBuf,
    /// Another one
    b: PathBuf,
}

/// Compares two records.
pub(super) fn diff(args: &Args, console: &mut Console) -> Result<()> {
    let names = [&args.a, &args.b].map(|path| path.display().to_string());
    let (a, b) = (Replay::load(&args.a)?, Replay::load(&args.b)?);
    let comparison = a.compare(&b, names)?;
    if comparison.is_equal() {
        return console.print(format_args!("equal: {} rounds, digest {}\n", a.rounds(), a.digest()));
    }
    console.check_failed();
    console.print(format_args!("{comparison}\n"))
}
