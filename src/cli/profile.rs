//! `muc profile`: what each system cost.

use std::path::PathBuf;

use super::console::Console;
use crate::error::Result;
use crate::export::text::render;
use crate::export::trace;
use crate::files;
use crate::kernel::{Engagement, Interrupt};
use crate::scenario::Scenario;

/// Which scenario.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The scenario file
    scenario: PathBuf,
    /// A file for when each system ran (Chrome's format; Perfetto opens it)
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
}

/// Fights the battle and shows the time of each system.
pub(super) fn profile(args: &Args, interrupt: Interrupt<'_>, console: &mut Console) -> Result<()> {
    let scenario = Scenario::load(&args.scenario)?;
    let engagement = Engagement { trace: args.trace.is_some(), ..scenario.engagement(None) };
    let report = scenario.kernel()?.resolve(&engagement, interrupt)?;
    if let Some(file) = &args.trace {
        files::write(file, trace::battle(&report).as_bytes())?;
    }
    let width = console.width();
    console.print(format_args!("{}: {} rounds\n\n", args.scenario.display(), report.rounds))?;
    console.print(render(&report.profile, width, usize::MAX))
}
