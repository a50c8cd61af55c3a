//! `muc profile`: what each system cost.

use std::path::PathBuf;

use super::console::Console;
use crate::error::Result;
use crate::export::text::render;
use crate::kernel::Interrupt;
use crate::scenario::Scenario;

/// Which scenario.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The scenario file
    scenario: PathBuf,
}

/// Fights the battle and shows the time of each system.
pub(super) fn profile(args: &Args, interrupt: Interrupt<'_>, console: &mut Console) -> Result<()> {
    let report = Scenario::load(&args.scenario)?.run(None, interrupt)?;
    let width = console.width();
    console.print(format_args!("{}: {} rounds\n\n", args.scenario.display(), report.rounds))?;
    console.print(render(&report.profile, width, usize::MAX))
}
