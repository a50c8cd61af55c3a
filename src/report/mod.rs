//! What a battle leaves behind: the outcome and the result tables, filled once at its end.

mod build;
mod explain;
mod headline;

use std::path::Path;
use std::sync::Arc;

use crate::ecs::account::{Account, Tally};
pub use crate::ecs::account::{Decisiveness, Outcome};
use crate::ecs::digest::Digest;
use crate::ecs::events::Events;
use crate::ecs::ledger::{self, Closed, Entry};
use crate::ecs::profile::Span;
use crate::ecs::tables::Table;
use crate::error::{Error, Fault, Result};
use crate::replay::Replay;
use crate::rules::Rules;
pub use explain::Story;

/// A battle's outcome and its tables.
#[derive(Clone, Debug)]
pub struct Report {
    /// How it ended.
    pub outcome: Outcome,
    /// The winning faction, if there is one.
    pub winner: Option<Arc<str>>,
    /// All factions left that are not hostile to each other, by name.
    pub winners: Vec<Arc<str>>,
    /// How clearly it was won; absent without a winner.
    pub decisiveness: Option<Decisiveness>,
    /// Rounds fought.
    pub rounds: u32,
    /// Living units of the winner, those who left the map included.
    pub survivors: usize,
    /// The seed: with the same mirror and rules it gives the same battle.
    pub seed: u64,
    /// Which of the seed's replicas it was; 0: the battle itself.
    pub replica: u32,
    /// The fingerprint of all rounds.
    pub digest: Digest,
    /// A row per unit.
    pub units: Table,
    /// A row per fleet.
    pub fleets: Table,
    /// A row per faction.
    pub factions: Table,
    /// A row per weapon.
    pub weapons: Table,
    /// A row per round and faction.
    pub timeline: Table,
    /// A row per system.
    pub profile: Table,
    /// Who did how much to whom, by fleet, domain and round if it was written down.
    pub ledger: Option<Arc<Closed>>,
    /// What happened, if it was written down.
    pub events: Option<Arc<Events>>,
    /// The recorded battle, if it was recorded.
    pub replay: Option<Arc<Replay>>,
    /// When each system ran, one run after another, if that was kept.
    pub spans: Vec<Span>,
    /// The rules that were in force.
    pub rules: Rules,
    /// The caller's own mark; empty: none.
    pub trace_id: Arc<str>,
}

/// The conservation laws of an account of so many units.
///
/// # Errors
/// [`Error::Conservation`]: a defect of the kernel, never of the input.
pub fn check(units: usize, account: &Account) -> Result<()> {
    let mut all = Tally::default();
    account.sides.iter().for_each(|side| all.add(side));
    let law =
        |law, left, right, tolerance| holds(law, || "the whole battle".to_owned(), (left, right), tolerance);
    law("units initial = units accounted for", all.initial as f64, units as f64, 0.0)?;
    law("kills = units lost", all.kills as f64, all.lost as f64, 0.0)?;
    // The same points, added up in another order.
    law("damage dealt = damage taken", all.dealt, all.taken, 1e-9)?;
    law("hits ≤ shots", all.hits.max(all.shots) as f64, all.shots as f64, 0.0)?;
    law("crits ≤ hits", all.crits.max(all.hits) as f64, all.hits as f64, 0.0)
}

/// The ledger's totals are the account's, for each fleet as attacker and as target.
///
/// # Errors
/// [`Error::Conservation`]: a defect of the kernel, never of the input.
pub fn check_ledger(entries: &[Entry], account: &Account) -> Result<()> {
    let mut fleets = vec![Tally::default(); account.fleets.len()];
    for entry in entries {
        let from = &mut fleets[ledger::fleet_of(entry.from)];
        from.dealt += entry.damage;
        from.kills += u64::from(entry.kills);
        from.shots += entry.shots;
        from.hits += entry.hits;
        from.crits += entry.crits;
        let to = &mut fleets[ledger::fleet_of(entry.to)];
        to.taken += entry.damage;
        to.lost += u64::from(entry.kills);
    }
    for (index, (ours, theirs)) in fleets.iter().zip(&account.fleets).enumerate() {
        let law = |law, value: fn(&Tally) -> f64, tolerance| {
            holds(law, || format!("fleet {index} in order of id"), (value(ours), value(theirs)), tolerance)
        };
        law("shots in the ledger = shots", |fleet| fleet.shots as f64, 0.0)?;
        law("hits in the ledger = hits", |fleet| fleet.hits as f64, 0.0)?;
        law("crits in the ledger = crits", |fleet| fleet.crits as f64, 0.0)?;
        law("kills in the ledger = kills", |fleet| fleet.kills as f64, 0.0)?;
        law("units killed in the ledger = units lost", |fleet| fleet.lost as f64, 0.0)?;
        law("damage in the ledger = damage dealt", |fleet| fleet.dealt, 1e-9)?;
        law("damage on a fleet in the ledger = damage taken", |fleet| fleet.taken, 1e-9)?;
    }
    Ok(())
}

/// A law that holds if both sides are equal, up to a share of the larger one.
fn holds(
    law: &'static str,
    place: impl Fn() -> String,
    (left, right): (f64, f64),
    tolerance: f64,
) -> Result<()> {
    if (left - right).abs() <= tolerance * left.abs().max(right.abs()) {
        return Ok(());
    }
    Err(Error::Conservation { law, place: place(), left, right, scenario: String::new() })
}

impl Report {
    /// Writes the recorded battle to a file, as a whole or not at all.
    ///
    /// # Errors
    /// [`Error::Replay`] if the battle was not recorded, or there was none; [`Error::File`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        if let Some(replay) = &self.replay {
            return replay.save(path);
        }
        let value =
            if self.outcome == Outcome::NoConflict { "no battle" } else { "a battle without a record" };
        let fault = Fault::column("record", "", value, "a battle fought with record=\"full\"");
        Err(Error::Replay { file: path.display().to_string(), faults: fault.into() })
    }
}
