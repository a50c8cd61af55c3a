//! What a battle leaves behind: the outcome and the result tables, filled once at its end.

mod build;

use std::path::Path;
use std::sync::Arc;

use crate::ecs::account::{Account, Tally};
pub use crate::ecs::account::{Decisiveness, Outcome};
use crate::ecs::digest::Digest;
use crate::ecs::tables::Table;
use crate::error::{Error, Fault, Result};
use crate::replay::Replay;

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
    /// The recorded battle, if it was recorded.
    pub replay: Option<Arc<Replay>>,
}

/// The conservation laws of a ledger of so many units.
///
/// # Errors
/// [`Error::Conservation`]: a defect of the kernel, never of the input.
pub fn check(units: usize, account: &Account) -> Result<()> {
    let mut all = Tally::default();
    account.sides.iter().for_each(|side| all.add(side));
    let law = |law: &'static str, left: f64, right: f64, tolerance: f64| {
        let holds = (left - right).abs() <= tolerance * left.abs().max(right.abs());
        let place = "the whole battle".to_owned();
        if holds {
            Ok(())
        } else {
            Err(Error::Conservation { law, place, left, right, scenario: String::new() })
        }
    };
    law("units initial = units accounted for", all.initial as f64, units as f64, 0.0)?;
    law("kills = units lost", all.kills as f64, all.lost as f64, 0.0)?;
    // The same points, added up in another order.
    law("damage dealt = damage taken", all.dealt, all.taken, 1e-9)?;
    law("hits ≤ shots", all.hits.max(all.shots) as f64, all.shots as f64, 0.0)?;
    law("crits ≤ hits", all.crits.max(all.hits) as f64, all.hits as f64, 0.0)
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
