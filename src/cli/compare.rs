//! `muc compare`: what changes if a battle is changed, run by run with the same rolls.

use std::path::PathBuf;

use super::console::Console;
use super::odds::Runs;
use crate::error::Result;
use crate::export::text::render;
use crate::kernel::Interrupt;
use crate::odds;

/// Which scenarios.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The scenario as it is
    base: PathBuf,
    /// Scenarios that differ from it
    #[arg(required = true, value_name = "VARIANT")]
    variants: Vec<PathBuf>,
    #[command(flatten)]
    runs: Runs,
}

/// Works the odds of all out and prints the differences.
pub(super) fn compare(args: &Args, interrupt: Interrupt<'_>, console: &mut Console) -> Result<()> {
    let base = args.runs.odds(&args.base, None, false, interrupt)?;
    let runs = args.runs.with_seed(base.seed);
    let mut variants = Vec::with_capacity(args.variants.len());
    for path in &args.variants {
        variants.push((path.display().to_string(), runs.odds(path, None, false, interrupt)?));
    }
    console.print(render(&odds::compare(&base, &variants)?, console.width(), usize::MAX))?;
    console.print(format_args!(
        "\nRuns    {} each, with the same rolls\nSeed    {}\n",
        base.runs(),
        base.seed
    ))
}
