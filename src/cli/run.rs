//! `muc run`: one battle, and its report.

use std::path::{Path, PathBuf};

use super::console::{Console, unwritable};
use super::files::{Format, write_report};
use super::{summary, watch};
use crate::error::Result;
use crate::export::html;
use crate::export::json::Whole;
use crate::files;
use crate::kernel::{Engagement, Interrupt, Record};
use crate::report::Report;
use crate::scenario::Scenario;

/// Which scenario, and where its report goes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The scenario file
    scenario: PathBuf,
    /// Another seed than the scenario's
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Fight this run of the odds with the same seed; 0 is the battle itself
    #[arg(long, value_name = "N", default_value_t = 0)]
    replica: u32,
    /// The form of the report; csv, arrow and parquet need --out
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// A folder for the report's files
    #[arg(
        long,
        value_name = "DIR",
        required_if_eq_any([("format", "csv"), ("format", "arrow"), ("format", "parquet")])
    )]
    out: Option<PathBuf>,
    /// A file for the battle round by round (.mucr), to be fought again or compared
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// A file for the battle as a page: map, curves, losses, events (.html)
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Play the battle in the terminal, round by round
    #[arg(long)]
    watch: bool,
}

/// Fights the battle and writes its report.
pub(super) fn run(args: &Args, interrupt: Interrupt<'_>, console: &mut Console) -> Result<()> {
    let scenario = Scenario::load(&args.scenario)?;
    let whole = args.record.is_some() || args.html.is_some() || args.watch;
    let record = if whole { Record::Full } else { Record::Nothing };
    let engagement = Engagement { record, replica: args.replica, ..scenario.engagement(args.seed) };
    let report = scenario.kernel()?.resolve(&engagement, interrupt)?;
    if let Some(file) = &args.record {
        report.save(file)?;
    }
    if let Some(file) = &args.html {
        files::write(file, html::battle(&report, &summary::again(&report, &args.scenario)).as_bytes())?;
    }
    if args.watch {
        watch::play(&report, interrupt, console)?;
    }
    match &args.out {
        Some(folder) => to_files(&report, args.format, folder, console),
        None if args.format == Format::Json => to_json(&report, console),
        None => summary::print(&report, &args.scenario, console),
    }
}

fn to_files(report: &Report, format: Format, folder: &Path, console: &mut Console) -> Result<()> {
    let files = write_report(report, format, folder)?;
    console.print(format_args!("{}\n", report.headline()))?;
    files.iter().try_for_each(|file| console.print(format_args!("{}\n", file.display())))
}

fn to_json(report: &Report, console: &mut Console) -> Result<()> {
    serde_json::to_writer(&mut *console, &Whole(report)).map_err(|error| unwritable(&error))?;
    console.print("\n")
}
