//! `muc turn`: the battles of all contested places of a scenario at once.

use std::path::PathBuf;

use super::console::Console;
use super::summary::quoted;
use crate::ecs::workers::usual_threads;
use crate::error::Result;
use crate::export::text::render;
use crate::export::{html, trace};
use crate::files;
use crate::kernel::{Interrupt, TurnPlan};
use crate::scenario::Scenario;

/// Which scenario.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The scenario file; its fleets state their locations
    scenario: PathBuf,
    /// Another seed than the scenario's
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Threads; all processors if none are stated, here or by MUC_THREADS
    #[arg(long, value_name = "N", value_parser = super::threads())]
    threads: Option<usize>,
    /// A file for the turn as a page (.html)
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// A file for when each system ran, battle by battle and thread by thread (Chrome's format; Perfetto opens it)
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
}

/// Fights the turn and prints what came of it.
pub(super) fn turn(args: &Args, interrupt: Interrupt<'_>, console: &mut Console) -> Result<()> {
    let scenario = Scenario::load(&args.scenario)?;
    let plan = TurnPlan {
        defenders: scenario.defenders.clone(),
        max_rounds: scenario.max_rounds,
        seed: Some(args.seed.unwrap_or(scenario.seed)),
        trace: args.trace.is_some(),
        threads: args.threads.map_or_else(usual_threads, Ok)?,
        ..TurnPlan::default()
    };
    let turn = scenario.kernel()?.resolve_turn(&plan, interrupt)?;
    if let Some(file) = &args.trace {
        files::write(file, trace::turn(&turn).as_bytes())?;
    }
    if let Some(file) = &args.html {
        let places: Vec<_> = turn
            .places
            .iter()
            .map(|(place, report)| (*place, report.as_ref().map_err(ToString::to_string)))
            .collect();
        let again = format!("muc turn {} --seed {}", quoted(&args.scenario.display().to_string()), turn.seed);
        files::write(file, html::turn(&places, turn.seed, &turn.digest().to_string(), &again).as_bytes())?;
    }
    for (place, report) in &turn.places {
        match report {
            Ok(report) => console.print(format_args!("{place}: {}\n", report.headline()))?,
            Err(error) => {
                console.check_failed();
                console.print(format_args!("{place}: {error}\n"))?;
            }
        }
    }
    if turn.places.is_empty() {
        return console.print("No place is contested.\n");
    }
    let factions = turn.table(|report| &report.factions);
    console.print(format_args!("\nFactions\n{}", render(&factions, console.width(), usize::MAX)))?;
    console.print(format_args!("\nSeed    {}\nDigest  {}\n", turn.seed, turn.digest()))
}
