//! `muc view`: a battle as a page for the browser.

use std::path::{Path, PathBuf};

use super::console::Console;
use super::summary::{again, quoted};
use crate::error::Result;
use crate::export::html;
use crate::files;
use crate::kernel::{Engagement, Interrupt, Record};
use crate::replay::Replay;
use crate::report::Report;
use crate::scenario::Scenario;

/// Which battle, and where its page goes.
#[derive(Debug, clap::Args)]
#[command(after_help = "A record is fought again; exit code 1 if it did not come out as it was recorded.")]
pub(super) struct Args {
    /// A record (.mucr), or a scenario (.toml)
    file: PathBuf,
    /// The page; else beside the file, with the ending .html
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Fights the battle and writes its page.
pub(super) fn view(args: &Args, interrupt: Interrupt<'_>, console: &mut Console) -> Result<()> {
    let is_scenario = args.file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"));
    let (report, again) =
        if is_scenario { scenario(&args.file, interrupt)? } else { record(&args.file, interrupt, console)? };
    let page = args.output.clone().unwrap_or_else(|| args.file.with_extension("html"));
    files::write(&page, html::battle(&report, &again).as_bytes())?;
    console.print(format_args!("{}\n{}\n", report.headline(), page.display()))
}

fn scenario(file: &Path, interrupt: Interrupt<'_>) -> Result<(Report, String)> {
    let scenario = Scenario::load(file)?;
    let engagement = Engagement { record: Record::Full, ..scenario.engagement(None) };
    let report = scenario.kernel()?.resolve(&engagement, interrupt)?;
    let again = again(&report, file);
    Ok((report, again))
}

fn record(file: &Path, interrupt: Interrupt<'_>, console: &mut Console) -> Result<(Report, String)> {
    let replay = Replay::load(file)?;
    let report = replay.fight(interrupt)?;
    let shown = quoted(&file.display().to_string());
    if report.digest != replay.digest() {
        console.check_failed();
        let what = "the page shows the battle as this version fights it, which is not as it was recorded";
        console.print(format_args!("{what}: muc replay {shown} says where they part\n"))?;
    }
    Ok((report, format!("muc replay {shown}")))
}
