//! `muc replay`: whether a recorded battle still comes out as it was recorded.

use std::path::PathBuf;

use super::console::Console;
use crate::error::Result;
use crate::kernel::Interrupt;
use crate::replay::Replay;

/// Which record.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit code 1 if anything differs: the first round, phase, table, row and column are named."
)]
pub(super) struct Args {
    /// The record, as `muc run --record` writes it
    file: PathBuf,
}

/// Fights the battle again from what was recorded, and compares every round.
pub(super) fn replay(args: &Args, interrupt: Interrupt<'_>, console: &mut Console) -> Result<()> {
    let replay = Replay::load(&args.file)?;
    let shown = args.file.display();
    let comparison = replay.verify(interrupt)?;
    if comparison.is_equal() {
        let (rounds, digest) = (replay.rounds(), replay.digest());
        return console
            .print(format_args!("ok       {shown}: {rounds} rounds as recorded, digest {digest}\n"));
    }
    console.check_failed();
    let (then, now) = (&replay.writer, env!("CARGO_PKG_VERSION"));
    console
        .print(format_args!("FAILED   {shown}, recorded by {then} and fought again by {now}\n{comparison}\n"))
}
