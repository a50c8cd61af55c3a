//! `muc odds`: how likely each faction is to win, and what it will lose.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};

use super::console::{Console, unwritable};
use super::summary::quoted;
use crate::ecs::workers::usual_threads;
use crate::error::{Error, Result};
use crate::export::json::Rows;
use crate::export::text::render;
use crate::export::{html, trace};
use crate::files;
use crate::kernel::Interrupt;
use crate::odds::{End, Odds, Plan, Wish};
use crate::scenario::Scenario;

/// How many runs, and when that is enough.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Runs {
    /// Runs at most
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10_000)]
    runs: u32,
    /// The share of intervals that hold the truth
    #[arg(long, value_name = "SHARE", default_value_t = 0.95)]
    confidence: f64,
    /// Threads; all processors if none are stated, here or by MUC_THREADS
    #[arg(long, value_name = "N", value_parser = super::threads())]
    threads: Option<usize>,
    /// Another seed than the scenario's
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

/// Which scenario.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The scenario file
    scenario: PathBuf,
    #[command(flatten)]
    runs: Runs,
    /// Stop as soon as every interval is narrower than this
    #[arg(long, value_name = "WIDTH")]
    until: Option<f64>,
    /// The form of the odds
    #[arg(long, value_enum, default_value_t = Form::Table)]
    format: Form,
    /// A file for the odds as a page (.html)
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// A file for when each system ran, and when each run, by thread (Chrome's format; Perfetto opens it)
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
}

/// For people, or for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Form {
    /// A table
    Table,
    /// One JSON document
    Json,
}

/// Works the odds out and prints them.
pub(super) fn odds(args: &Args, interrupt: Interrupt<'_>, console: &mut Console) -> Result<()> {
    let odds = args.runs.odds(&args.scenario, args.until, args.trace.is_some(), interrupt)?;
    let table = odds.table();
    if let Some(file) = &args.trace {
        files::write(file, trace::odds(&odds).as_bytes())?;
    }
    if let Some(file) = &args.html {
        let again = format!(
            "muc odds {} -n {} --seed {}",
            quoted(&args.scenario.display().to_string()),
            odds.runs(),
            odds.seed
        );
        let rules = *Scenario::load(&args.scenario)?.kernel()?.rules();
        files::write(file, html::odds(&odds, Some(&rules), &again).as_bytes())?;
    }
    if args.format == Form::Json {
        let document = serde_json::json!({
            "runs": odds.runs(),
            "ended": odds.end.name(),
            "draws": odds.draws(),
            "rounds": odds.rounds().into_iter().collect::<std::collections::BTreeMap<_, _>>(),
            "seed": odds.seed,
            "digest": odds.digest().to_string(),
            "factions": Rows(&table),
        });
        let text = serde_json::to_string_pretty(&document).map_err(|error| unwritable(&error))?;
        return writeln!(console, "{text}").map_err(|error| unwritable(&error));
    }
    let rounds = odds.rounds();
    let round = |name: &str| rounds.iter().find(|(known, _)| *known == name).map_or(0.0, |(_, value)| *value);
    console.print(render(&table, console.width(), usize::MAX))?;
    console.print(format_args!(
        "\nRuns    {}{}, {} of them draws\nRounds  {:.1} on average, {} to {} in nine of ten\nSeed    {}\nDigest  {}\n",
        odds.runs(),
        if odds.end == End::Until { " (the intervals are narrow enough)" } else { "" },
        odds.draws(),
        round("mean"),
        round("p05"),
        round("p95"),
        odds.seed,
        odds.digest(),
    ))
}

impl Runs {
    /// The same runs of another seed.
    pub(super) fn with_seed(&self, seed: u64) -> Self {
        Self { seed: Some(seed), ..*self }
    }

    /// The odds of a scenario's battle; a bar on standard error while they are worked out, if somebody looks.
    pub(super) fn odds(
        &self,
        path: &Path,
        until: Option<f64>,
        trace: bool,
        interrupt: Interrupt<'_>,
    ) -> Result<Odds> {
        let scenario = Scenario::load(path)?;
        let threads = self.threads.map_or_else(usual_threads, Ok)?;
        let seed = self.seed.unwrap_or(scenario.seed);
        let Self { runs, confidence, .. } = *self;
        let plan = Plan { runs, confidence, until, threads, trace, ..Plan::new(seed) };
        let bar = bar(u64::from(self.runs));
        let monitor = |done: usize, _: usize| {
            bar.set_position(done as u64);
            if interrupt() { Wish::Stop } else { Wish::GoOn }
        };
        let odds = scenario.kernel()?.odds(&scenario.engagement(None), &plan, &monitor);
        bar.finish_and_clear();
        match odds? {
            odds if odds.end == End::Stopped => Err(Error::Interrupted { round: None }),
            odds => Ok(odds),
        }
    }
}

/// A bar on standard error, hidden if that is no terminal.
fn bar(runs: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let shape = "{bar:40} {pos}/{len} runs, {per_sec}, {eta} left";
    let style = ProgressStyle::with_template(shape).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(runs).with_style(style)
}
