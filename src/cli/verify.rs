//! `muc verify`: whether scenarios still show what they expect.

use std::path::{Path, PathBuf};

use super::console::Console;
use super::paths::scenario_files;
use crate::error::{Error, Result, ScenarioFault};
use crate::kernel::Interrupt;
use crate::scenario::{Difference, Expect, Goldens, Scenario};

/// Which scenarios, and what to do about differences.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Scenario files, or folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write what the scenarios show as their [expect]
    #[arg(long)]
    bless: bool,
    /// A file with the digests of the scenarios by path, instead of one in each [expect]
    #[arg(long, value_name = "FILE")]
    digests: Option<PathBuf>,
    /// Threads of each battle; no digest depends on them
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = super::threads())]
    threads: usize,
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
    let mut goldens = goldens(args)?;
    let mut as_expected = 0;
    for path in &files {
        let shown = path.display();
        match verify_one(path, args, goldens.as_mut(), interrupt) {
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
    if let Some(goldens) = &mut goldens {
        finish(goldens, args.bless, console)?;
    }
    console.print(format_args!("{as_expected} of {} as expected\n", files.len()))
}

/// The file of digests, if one is named; a new one may be blessed.
fn goldens(args: &Args) -> Result<Option<Goldens>> {
    let Some(path) = &args.digests else { return Ok(None) };
    if args.bless && !path.exists() {
        return Ok(Some(Goldens::new(path)));
    }
    Goldens::load(path).map(Some)
}

/// Digests of scenarios that are gone are a failure, or blessed away.
fn finish(goldens: &mut Goldens, bless: bool, console: &mut Console) -> Result<()> {
    if bless {
        goldens.forget_stale();
        return goldens.save();
    }
    for path in goldens.stale() {
        console.check_failed();
        console.print(format_args!("FAILED   {path}\n         has a digest, and is no file\n"))?;
    }
    Ok(())
}

fn verify_one(
    path: &Path,
    args: &Args,
    goldens: Option<&mut Goldens>,
    interrupt: Interrupt<'_>,
) -> Result<Verdict> {
    let mut scenario = Scenario::load(path)?;
    if scenario.expect.is_empty() && !args.bless {
        return Err(nothing_expected(path));
    }
    let mut kernel = scenario.kernel()?;
    kernel.set_threads(args.threads);
    let report = kernel.resolve(&scenario.engagement(None), interrupt)?;
    let mut shown = Expect::of(&report);
    if args.bless {
        let mut news = false;
        if let Some(goldens) = goldens {
            news = goldens.set(path, report.digest);
            shown.digest = None;
        }
        news |= scenario.bless(path, &shown)?;
        return Ok(if news { Verdict::Blessed } else { Verdict::AsExpected });
    }
    let mut differences = Vec::new();
    if let Some(goldens) = goldens {
        match goldens.of(path) {
            Some(digest) => scenario.expect.digest = Some(digest),
            None => differences.push(Difference {
                key: "digest",
                expected: "an entry in the file of digests".to_owned(),
                got: "none".to_owned(),
            }),
        }
    }
    differences.extend(scenario.expect.differences(&shown));
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
