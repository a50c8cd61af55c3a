//! What a battle world holds besides its columns: the rules, the battles side by side, and scratch space.

use std::ops::Range;

use bevy_ecs::prelude::*;

use super::digest::Digest;
use super::roll::RollKey;
use super::space::Lines;
use super::tables::{Column, Table};
use crate::rules::Rules;

/// The rules in force.
#[derive(Resource, Clone, Debug)]
pub struct RuleBook(pub Rules);

/// The battles of this world, side by side.
#[derive(Resource, Debug, Default)]
pub struct Battles(pub Vec<Battle>);

impl Battles {
    /// Those that have not ended.
    pub fn running(&mut self) -> impl Iterator<Item = &mut Battle> {
        self.0.iter_mut().filter(|battle| battle.ending.is_none())
    }
}

/// One battle: which rows are its own, and what is not a column.
#[derive(Clone, Debug)]
pub struct Battle {
    /// Its rows in the units' columns. Row numbers inside a battle count from the first of these.
    pub units: Range<usize>,
    /// Its rows in the mounts' columns.
    pub mounts: Range<usize>,
    /// Whose rolls it makes.
    pub key: RollKey,
    /// The round being fought, from 1.
    pub round: u32,
    /// The round that ends it.
    pub max_rounds: u32,
    /// Side of the map, in tiles.
    pub map: f64,
    /// The factions, in order of name.
    pub sides: Vec<SideState>,
    /// Pairs of sides at war, the lower first.
    pub wars: Vec<(u16, u16)>,
    /// Who is hostile to whom. Written in the treaty phase.
    pub hostile: Hostility,
    /// Rounds since damage was dealt.
    pub quiet: u32,
    /// Rounds since a unit died.
    pub killless: u32,
    /// How it ended; none while it is being fought.
    pub ending: Option<Ending>,
    /// The fingerprint of all rounds so far.
    pub digest: Digest,
    /// A row per round and side.
    pub timeline: Timeline,
    /// The number of fleets.
    pub fleets: usize,
    /// The rows of each side's reserves, the next one last. Written in the deployment phase.
    pub reserves: Vec<Vec<u32>>,
    /// The ledger. Written in the finalization phase of the last round.
    pub account: Option<Account>,
}

/// What is known about a side at the end of a round.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SideState {
    /// Whether it holds the ground in a stalemate.
    pub defender: bool,
    /// Living units in the battle, reserves included; who retreated is not in it.
    pub alive: u32,
    /// Those of them that run.
    pub routing: u32,
    /// Health of the living, in points.
    pub hull: f64,
    /// Full health of all, in points.
    pub max_hull: f64,
    /// Shields of the living, in points.
    pub shield: f64,
    /// Cost of the living.
    pub cost: f64,
    /// Damage it dealt in this round, in points.
    pub dealt: f64,
    /// Units it killed in this round.
    pub kills: u32,
}

impl SideState {
    /// Forgets what is counted anew each round; who defends and what was dealt in this round stay.
    pub fn forget(&mut self) {
        *self = Self { defender: self.defender, dealt: self.dealt, kills: self.kills, ..Self::default() };
    }

    /// Living units that do not run: who has them is not beaten.
    pub fn standing(&self) -> u32 {
        self.alive - self.routing
    }
}

/// How a battle ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// No two hostile sides are left; the winner is the side with this index.
    Victory(u16),
    /// Nothing happened for too long, or nobody is left.
    Stalemate(Option<u16>),
    /// The round limit was reached.
    RoundLimit(Option<u16>),
}

impl Ending {
    /// The winning side.
    pub fn winner(self) -> Option<u16> {
        match self {
            Self::Victory(side) => Some(side),
            Self::Stalemate(side) | Self::RoundLimit(side) => side,
        }
    }
}

/// Who is hostile to whom: a row of bits for each side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hostility {
    words: usize,
    bits: Vec<u64>,
}

impl Hostility {
    /// Nobody is hostile to anybody among `sides`.
    pub fn peace(sides: usize) -> Self {
        let words = sides.div_ceil(64);
        Self { words, bits: vec![0; words * sides] }
    }

    /// Makes two sides hostile to each other.
    pub fn declare(&mut self, a: usize, b: usize) {
        self.bits[a * self.words + b / 64] |= 1 << (b % 64);
        self.bits[b * self.words + a / 64] |= 1 << (a % 64);
    }

    /// Whether two sides are hostile.
    pub fn hostile(&self, a: usize, b: usize) -> bool {
        self.bits[a * self.words + b / 64] >> (b % 64) & 1 == 1
    }

    /// The sides hostile to `side`, as a row of bits.
    pub fn enemies(&self, side: usize) -> &[u64] {
        &self.bits[side * self.words..(side + 1) * self.words]
    }
}

/// The timeline's columns, a row per round and side.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    /// The round, from 1.
    pub round: Vec<i64>,
    /// The side.
    pub side: Vec<u32>,
    /// Living units.
    pub alive: Vec<i64>,
    /// Health of the living, in points.
    pub hull: Vec<f64>,
    /// Shields of the living, in points.
    pub shield: Vec<f64>,
    /// Damage dealt in the round, in points.
    pub dealt: Vec<f64>,
    /// Units killed in the round.
    pub kills: Vec<i64>,
    /// Units that run.
    pub routing: Vec<i64>,
}

impl Timeline {
    /// Room for `rows` rows, so that the rounds need not ask for it.
    pub fn reserve(&mut self, rows: usize) {
        self.round.reserve(rows);
        self.side.reserve(rows);
        self.alive.reserve(rows);
        self.hull.reserve(rows);
        self.shield.reserve(rows);
        self.dealt.reserve(rows);
        self.kills.reserve(rows);
        self.routing.reserve(rows);
    }

    /// Adds the row of a side.
    pub fn push(&mut self, round: u32, side: usize, state: &SideState) {
        self.round.push(i64::from(round));
        self.side.push(side as u32);
        self.alive.push(i64::from(state.alive));
        self.hull.push(state.hull);
        self.shield.push(state.shield);
        self.dealt.push(state.dealt);
        self.kills.push(i64::from(state.kills));
        self.routing.push(i64::from(state.routing));
    }

    /// The timeline as a table.
    pub fn into_table<T: AsRef<str>>(self, names: &[T]) -> Table {
        Table::new(vec![
            ("round", Column::Int(self.round)),
            ("faction", Column::words(self.side, names)),
            ("alive", Column::Int(self.alive)),
            ("hp", Column::Float(self.hull)),
            ("shield", Column::Float(self.shield)),
            ("damage_dealt", Column::Float(self.dealt)),
            ("kills", Column::Int(self.kills)),
            ("routing", Column::Int(self.routing)),
        ])
    }
}

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
    /// An empty ledger.
    pub fn new(units: usize, sides: usize, fleets: usize) -> Self {
        Self {
            units: vec![UnitTally::default(); units],
            sides: vec![Tally::default(); sides],
            fleets: vec![Tally::default(); fleets],
        }
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

/// One weapon's fire, or one strike, in this round, waiting to land.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shot {
    /// The mount's row in the battle; [`NOBODY`](super::components::NOBODY) for a strike.
    pub mount: u32,
    /// The shooter's row in the battle.
    pub shooter: u32,
    /// The target's row in the battle.
    pub target: u32,
    /// Attacks made.
    pub attacks: u32,
    /// Attacks that hit.
    pub hits: u32,
    /// Hits that were crits.
    pub crits: u32,
    /// Damage, in points, before shield and hull.
    pub damage: f64,
}

/// The fire of this round, then its strikes: battle after battle, each in order of (shooter, slot).
#[derive(Resource, Debug, Default)]
pub struct Volley {
    /// All shots. Written in the shooting and melee phases, landed in the damage phases.
    pub shots: Vec<Shot>,
    /// Where each battle's shots end, for the battles that ran in this round, in order.
    pub ends: Vec<usize>,
}

/// Scratch space of targeting and movement: kept between rounds, so that no round allocates.
#[derive(Resource, Debug, Default)]
pub struct Scratch {
    /// The living of each side, for the search of targets.
    pub lines: Lines,
    /// Positions after movement.
    pub moved: Vec<glam::DVec2>,
    /// The sides that an interdictor holds on the map.
    pub held: Vec<bool>,
    /// The rows of those who run, by side, for the spread of panic.
    pub running: Vec<(u16, u32)>,
}
