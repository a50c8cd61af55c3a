//! `muc check`: whether scenarios could be fought.

use std::path::{Path, PathBuf};

use super::console::Console;
use super::paths::scenario_files;
use crate::error::Result;
use crate::scenario::{Scenario, Size};

/// Which scenarios.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Scenario files, or folders of them
    #[arg(required = true, value_name = "SCENARIO")]
    paths: Vec<PathBuf>,
}

/// Reports the first fault of each scenario that has one.
pub(super) fn check(args: &Args, console: &mut Console) -> Result<()> {
    for path in scenario_files(&args.paths)? {
        match size(&path) {
            Ok(Size { factions, fleets, units, weapons }) => console.print(format_args!(
                "ok  {}: {factions} factions, {fleets} fleets, {units} units, {weapons} weapons\n",
                path.display()
            ))?,
            Err(error) => console.fault(&error),
        }
    }
    Ok(())
}

/// The size of a scenario without faults; only the kernel's gate knows all of them.
fn size(path: &Path) -> Result<Size> {
    let scenario = Scenario::load(path)?;
    scenario.kernel()?;
    Ok(scenario.size())
}
