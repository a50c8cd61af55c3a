//! The ledger of a battle: how it ended, and what units, fleets and factions did and lost.

use std::fmt;

use super::pages;

/// The ledger of a battle (R-FINAL-1).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Account {
    /// Per unit.
    pub units: Vec<UnitTally>,
    /// Per side.
    pub sides: Vec<Tally>,
    /// Per fleet.
    pub fleets: Vec<Tally>,
}

impl Account {
    /// Makes the ledger empty, with room for so many units, for so many sides and fleets.
    pub fn open(&mut self, units: usize, sides: usize, fleets: usize) {
        self.units.clear();
        pages::reserve(&mut self.units, units);
        self.sides.clear();
        self.sides.resize(sides, Tally::default());
        self.fleets.clear();
        self.fleets.resize(fleets, Tally::default());
    }
}

/// What a unit's weapons did, and what it learned.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct UnitTally {
    /// Attacks made.
    pub shots: u64,
    /// Attacks that hit.
    pub hits: u64,
    /// Hits that were crits.
    pub crits: u64,
    /// Damage dealt, in points.
    pub dealt: f64,
    /// Experience gained, in points (R-FINAL-2).
    pub xp: f64,
}

/// What a faction or a fleet did and lost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// Units at the start.
    pub initial: u64,
    /// Units lost.
    pub lost: u64,
    /// Units that left the battle alive.
    pub retreated: u64,
    /// Ships lost.
    pub ships_lost: u64,
    /// Ground units lost.
    pub ground_lost: u64,
    /// Cost of all units.
    pub cost_initial: f64,
    /// Cost of the units lost.
    pub cost_lost: f64,
    /// Damage dealt, in points.
    pub dealt: f64,
    /// Damage taken, in points.
    pub taken: f64,
    /// Kills.
    pub kills: u64,
    /// Attacks made.
    pub shots: u64,
    /// Attacks that hit.
    pub hits: u64,
    /// Hits that were crits.
    pub crits: u64,
}

impl Tally {
    /// Adds another tally.
    pub fn add(&mut self, other: &Self) {
        self.initial += other.initial;
        self.lost += other.lost;
        self.retreated += other.retreated;
        self.ships_lost += other.ships_lost;
        self.ground_lost += other.ground_lost;
        self.cost_initial += other.cost_initial;
        self.cost_lost += other.cost_lost;
        self.dealt += other.dealt;
        self.taken += other.taken;
        self.kills += other.kills;
        self.shots += other.shots;
        self.hits += other.hits;
        self.crits += other.crits;
    }

    /// Units left.
    pub fn remaining(&self) -> u64 {
        self.initial - self.lost
    }

    /// Cost of the units left.
    pub fn cost_remaining(&self) -> f64 {
        self.cost_initial - self.cost_lost
    }
}

/// How clearly a battle was won (R-FINAL-4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decisiveness {
    /// The winner lost next to nothing, the losers most of what they had.
    Overwhelming,
    /// The winner lost little, the losers most of what they had.
    Decisive,
    /// None of the others.
    Marginal,
    /// The winner lost nearly as much as it won.
    Pyrrhic,
}

impl Decisiveness {
    /// The word that reports use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Overwhelming => "overwhelming",
            Self::Decisive => "decisive",
            Self::Marginal => "marginal",
            Self::Pyrrhic => "pyrrhic",
        }
    }
}

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
