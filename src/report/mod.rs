//! What a battle leaves behind: the outcome and the result tables, filled once at its end.

mod build;

use std::fmt;
use std::sync::Arc;

pub use crate::ecs::account::Decisiveness;
use crate::ecs::account::{Account, Tally};
use crate::ecs::digest::Digest;
use crate::ecs::tables::Table;
use crate::error::{Error, Result};

/// How a battle ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// No two hostile factions are left (R-VICTORY-1).
    Victory,
    /// Nothing happened for too long, or nobody is left (R-VICTORY-2).
    Stalemate,
    /// The round limit was reached (R-VICTORY-2).
    RoundLimit,
    /// No two of the factions are at war (R-TREATY-2).
    NoConflict,
}

impl Outcome {
    /// The word that reports and scenarios use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Victory => "victory",
            Self::Stalemate => "stalemate",
            Self::RoundLimit => "round_limit",
            Self::NoConflict => "no_conflict",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

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
        if holds { Ok(()) } else { Err(Error::Conservation { law, place, left, right }) }
    };
    law("units initial = units accounted for", all.initial as f64, units as f64, 0.0)?;
    law("kills = units lost", all.kills as f64, all.lost as f64, 0.0)?;
    // The same points, added up in another order.
    law("damage dealt = damage taken", all.dealt, all.taken, 1e-9)?;
    law("hits ≤ shots", all.hits.max(all.shots) as f64, all.shots as f64, 0.0)?;
    law("crits ≤ hits", all.crits.max(all.hits) as f64, all.hits as f64, 0.0)
}
