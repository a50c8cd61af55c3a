//! `muc verify`: whether scenarios still show what they expect.

use std::path::{Path, PathBuf};

use super::console::Console;
use super::paths::scenario_files;
use crate::error::{Error, Result, ScenarioFault};
use crate::kernel::Interrupt;
use crate::scenario::{Difference, Expect, Scenario};

/// Which scenarios, and what to do about differences.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Scenario files, or folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write what the scenarios show as their [expect]
    #[arg(long)]
    bless: bool,
}

/// What came of one scenario.
enum Verdict {
    AsExpected,
    Different(Vec<Difference>),
    Blessed,
}

/// Compares all scenarios; one that has a fault does not keep the others from their turn.
pub(super) fn verify(args: &Args, interrupt: Interrupt<'_>, console: &mut Console) -> Result<()> {
    let files = scenario_files(&args.paths)?;
    let mut as_expected = 0;
    for path in &files {
        let shown = path.display();
        match verify_one(path, args.bless, interrupt) {
            Ok(Verdict::AsExpected) => {
                as_expected += 1;
                console.print(format_args!("ok       {shown}\n"))?;
            }
            Ok(Verdict::Blessed) => {
                as_expected += 1;
                console.print(format_args!("blessed  {shown}\n"))?;
            }
            Ok(Verdict::Different(differences)) => {
                console.check_failed();
                console.print(format_args!("FAILED   {shown}\n"))?;
                for Difference { key, expected, got } in differences {
                    console.print(format_args!("         {key:8} expected {expected}, got {got}\n"))?;
                }
            }
            Err(error @ Error::Interrupted { .. }) => return Err(error),
            Err(error) => console.fault(&error),
        }
    }
    console.print(format_args!("{as_expected} of {} as expected\n", files.len()))
}

fn verify_one(path: &Path, bless: bool, interrupt: Interrupt<'_>) -> Result<Verdict> {
    let scenario = Scenario::load(path)?;
    if scenario.expect.is_empty() && !bless {
        return Err(nothing_expected(path));
    }
    let report = scenario.run(None, interrupt)?;
    if bless {
        let changed = scenario.bless(path, &report)?;
        return Ok(if changed { Verdict::Blessed } else { Verdict::AsExpected });
    }
    let differences = scenario.expect.differences(&Expect::of(&report));
    Ok(if differences.is_empty() { Verdict::AsExpected } else { Verdict::Different(differences) })
}

fn nothing_expected(path: &Path) -> Error {
    Error::Scenario(Box::new(ScenarioFault {
        file: path.display().to_string(),
        line: 1,
        column: 1,
        message: "nothing is expected of this scenario, so nothing can be verified".to_owned(),
        hint: Some("muc verify --bless writes what it shows as [expect]".to_owned()),
    }))
}
